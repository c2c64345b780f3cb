import Metering
import RadioModel

/// The keys of a scenario file, from which files are decoded, checked, written and explained.
enum ScenarioSchema {
  /// An object of the scenario file.
  struct Section: Sendable {
    let name: String
    let documentation: String
    let keys: [ScenarioKey<Scenario>]
  }

  /// The highest address of a 26-bit SCM frame.
  static let highestEndpointID = 67_108_863
  static let mostModules = 16_000_000
  static let moduleClasses = ScenarioList(
    name: "module_classes", path: \.moduleClasses, sizes: 1...64, empty: ModuleClass(),
    documentation: "What the modules count, class by class; the shares add up to 1.",
    keys: classKeys)
  static let entryClasses = ScenarioList(
    name: "entry_classes", path: \.entryClasses, sizes: 1...16, empty: EntryClass(),
    documentation: "Where the meters stand, class by class; the shares add up to 1.",
    keys: [
      .text("name", \.name, .lowercaseName, "Names the class in inventories."),
      .number(
        "share", \.share, 0...1, "Share of all meters, where the inventory does not say."),
      .number("loss_db", \.lossDb, 0...80, "Building-entry loss."),
    ])
  static let milestones = ScenarioList(
    name: "milestones", path: \.milestones, sizes: 0...64, empty: Milestone(),
    documentation: "What a contract asks for by a date, and what missing it costs.",
    keys: [
      .text("name", \.name, .lowercaseName, "Names the milestone in reports."),
      .choice("criterion", \.criterion, "What is looked at on the date."),
      .date("due", \.due, dates, "The last day on which it is met in time."),
      .number(
        "at_least", \.atLeast, 0...1, "What the criterion must reach; an event needs no such value."
      ),
      .text(
        "module_class", \.moduleClass, .anything,
        "Only modules of this class count; empty for all."),
      .date("planned", \.planned, dates, "Of an event: the day for which it is planned."),
      .number(
        "on_time_probability", \.onTimeProbability, 0...1,
        "Of an event: the probability that it happens on that day."),
      .number(
        "delay_days", \.delayDays, 0...10_000,
        "Of an event: its mean delay otherwise (exponential)."),
      .whole(
        "cure_days", \.cureDays, 0...3650,
        "If the milestone is met within so many days after its date, nothing is due."),
      .number(
        "penalty_low_musd", \.penaltyLowMUSD, 0...10_000,
        "Least penalty, in millions of US dollars."),
      .number("penalty_high_musd", \.penaltyHighMUSD, 0...10_000, "Greatest penalty."),
    ])
  /// Milliseconds kept free between the latest start of a frame and the next period: more than the
  /// 5.86 ms of 192 chips, so that no frame of an endpoint overlaps its next one.
  static let frameAllowanceMs = 20

  /// The days that scenarios know.
  private static let dates =
    CivilDay(year: 1980, month: 1, day: 1)...CivilDay(year: 2199, month: 12, day: 31)

  /// The keys outside sections.
  static let topKeys: [ScenarioKey<Scenario>] = [
    .text("name", \.name, .lowercaseName, "Names the run's directory and its reports."),
    .text("description", \.description, .anything, "What the scenario shows."),
    .seed("seed", \.seed, "Another seed gives another outcome of the same scenario."),
    .date("start_date", \.startDate, dates, "First simulated day."),
    .whole("days", \.days, 1...5500, "Number of simulated days."),
    .whole(
      "utc_offset_minutes", \.utcOffsetMinutes, -840...840,
      "Local standard time less UTC; days run from 00:00 to 24:00 at this offset all year."),
    .choice(
      "evaluation", \.evaluation,
      "Order in which receptions are computed; the uploads are the same in both. 'auto' is on-demand "
        + "where the receiver allows it."),
  ]

  static let sections: [Section] = [
    territory, endpoints, collectors, radio, consumption, backhaul, faults, meters, rollout, vans,
    headEnd, billing,
  ]

  private static let territory = Section(
    name: "territory",
    documentation: "Where the modules are: dealt over census tracts, or read from an inventory.",
    keys: [
      .text(
        "tracts_csv", \.territory.tractsCSV, .file,
        "Tracts (name, latitude_deg, longitude_deg, land_area_km2, housing_units), relative to "
          + "this file; either this or meters_csv."),
      .number(
        "served_area_km2", \.territory.servedAreaKm2, 0.001...1_000_000,
        "Tracts are served from the densest in housing units per km² down to this area."),
      .whole(
        "modules", \.territory.modules, 1...mostModules,
        "Modules dealt to the served tracts in proportion to housing units."),
      .whole(
        "street_spacing_m", \.territory.streetSpacingM, 10...10_000,
        "Distance between parallel streets, along which the meters stand."),
      .whole(
        "setback_m", \.territory.setbackM, 0...1000,
        "Distance of a meter from the street's centre line."),
      .number(
        "area_km", \.territory.areaKm, 0.1...1000,
        "Side of the squares by which the territory is built and reported."),
      .text(
        "meters_csv", \.territory.metersCSV, .file,
        "Meters (latitude_deg, longitude_deg, optional endpoint_id, class, entry), relative to "
          + "this file; either this or tracts_csv."),
    ])

  /// The keys of one element of `module_classes`.
  static let classKeys: [ScenarioKey<ModuleClass>] = [
    .text("name", \.name, .lowercaseName, "Names the class in inventories and reports."),
    .number("share", \.share, 0...1, "Share of all modules."),
    .choice("commodity", \.commodity, "What the meters measure."),
    .whole(
      "ert_type", \.ertType, 0...15,
      "ERT type in the frame: electric 4, 5, 7, 8; gas 0, 1, 2, 9, 12; water 3, 11, 13."),
    .whole(
      "dials", \.dials, 4...7,
      "Digits of the register, which then rolls over; a frame has 24 bits for them."),
    .whole("multiplier", \.multiplier, 1...1_000_000, "kWh per count of the register."),
    .number(
      "median_kwh_per_day", \.medianKWhPerDay, 0.001...1_000_000,
      "Median over the meters of their mean daily consumption (log-normal)."),
    .number(
      "spread_log", \.spreadLog, 0...3,
      "Standard deviation of the natural logarithm of mean daily consumption."),
    .number(
      "weekend_factor", \.weekendFactor, 0...10,
      "Consumption of a Saturday or Sunday relative to a weekday."),
  ]

  private static let endpoints = Section(
    name: "endpoints", documentation: "How the modules transmit.",
    keys: [
      .whole(
        "first_endpoint_id", \.endpoints.firstID, 1...highestEndpointID,
        "The lowest endpoint ID; the others follow on."),
      .whole(
        "interval_s", \.endpoints.intervalS, 1...86_400,
        "Nominal time between two transmissions of a module."),
      .whole(
        "jitter_ms", \.endpoints.jitterMs, 0...3_600_000,
        "Each transmission comes later by a fresh uniform delay below this."),
      .number(
        "clock_error_ppm", \.endpoints.clockErrorPpm, 0...1000,
        "Each module's clock error is uniform within ± this."),
      .number(
        "tx_power_dbm", \.endpoints.txPowerDbm, -60...40,
        "Equivalent isotropically radiated power, the antenna's gain included."),
      .number(
        "antenna_height_m", \.endpoints.antennaHeightM, 0.1...1000,
        "Height of a module's antenna over the ground."),
      .choice(
        "hopping", \.endpoints.hopping,
        "Channels: drawn afresh for each transmission, or every one in turn."),
      .number(
        "battery_years", \.endpoints.batteryYears, 0...100,
        "Mean life of a battery, after which the module is silent; 0 for no end."),
      .number(
        "battery_spread_years", \.endpoints.batterySpreadYears, 0...50,
        "Standard deviation of a battery's life (normal)."),
      .number(
        "age_years", \.endpoints.ageYears, 0...100,
        "Ages of the batteries at the start are uniform from 0 to this."),
      .number(
        "drift_ppb_per_k2", \.endpoints.driftPpbPerK2, 0...50,
        "A clock outdoors is slow by this for each K² from 25 °C; 34 for a tuning-fork crystal."),
    ])

  private static let collectors = Section(
    name: "collectors", documentation: "Where the fixed receivers stand and how well they hear.",
    keys: [
      .whole(
        "lattice_spacing_m", \.collectors.latticeSpacingM, 50...100_000,
        "Distance between neighbouring sites of the hexagonal lattice."),
      .whole(
        "min_modules_per_site", \.collectors.minModulesPerSite, 0...1_000_000,
        "Sites with fewer modules than this in their cell are not built."),
      .text(
        "sites_csv", \.collectors.sitesCSV, .file,
        "Sites (latitude_deg, longitude_deg, optional collector_id), relative to this file; "
          + "replaces the lattice."),
      .number(
        "antenna_gain_dbi", \.collectors.antennaGainDbi, -20...40, "Gain of the antenna."),
      .number(
        "antenna_height_m", \.collectors.antennaHeightM, 0.1...1000,
        "Height of a collector's antenna over the ground."),
      .number(
        "noise_figure_db", \.collectors.noiseFigureDb, 0...40, "Noise figure of the receiver."),
      .number(
        "filter_khz", \.collectors.filterKHz, 32.768...2000,
        "Bandwidth of the channel filter, at least the chip rate."),
      .whole(
        "clock_error_ms", \.collectors.clockErrorMs, 0...3_600_000,
        "Each collector's clock is wrong by a constant, uniform within ± this."),
      .choice(
        "receiver", \.collectors.receiver,
        "Which frames are received at the same time: any on every channel, any on a part of the "
          + "channels, or so many on all."),
      .whole(
        "first_channel", \.collectors.firstChannel, 0...254,
        "The lowest channel that a wideband receiver hears, counted from 0."),
      .whole(
        "heard_channels", \.collectors.heardChannels, 1...255,
        "How many channels a wideband receiver hears."),
      .whole(
        "demodulators", \.collectors.demodulators, 1...1024,
        "Frames that a limited receiver can receive at the same time."),
    ])

  private static let radio = Section(
    name: "radio", documentation: "What happens between the antennas.",
    keys: [
      .number("frequency_mhz", \.radio.frequencyMHz, 30...6000, "Carrier frequency."),
      .whole(
        "channels", \.radio.channels, 1...255,
        "Hop channels; each transmission uses one, drawn afresh."),
      .choice("propagation", \.radio.propagation, "The formula of the mean path loss."),
      .number(
        "path_loss_exponent", \.radio.pathLossExponent, 1...8,
        "Exponent of the log-distance path loss, reference distance 1 m; 2 in free space."),
      .choice(
        "environment", \.radio.environment,
        "What surrounds the antennas; for okumura-hata and cost-231-hata."),
      .choice(
        "beyond_validity", \.radio.beyondValidity,
        "Whether okumura-hata and cost-231-hata are refused or continued beyond the frequencies, "
          + "heights and distances for which they hold; a loss is never below that of free space."),
      .number(
        "shadowing_db", \.radio.shadowingDb, 0...30,
        "Standard deviation of the log-normal shadowing, fixed per link."),
      .number(
        "shadowing_correlation", \.radio.shadowingCorrelation, 0...1,
        "Correlation of the shadowing between the collectors, for one module."),
      .number(
        "capture_db", \.radio.captureDb, 0...20,
        "Ratio of signal to total interference that a frame needs."),
      .number(
        "link_floor_db", \.radio.linkFloorDb, 0...20,
        "A link exists when its mean power is at least the decode threshold less this."),
      .choice(
        "fading", \.radio.fading, "How the power of a frame varies about the mean of its link."),
      .number(
        "rician_k_db", \.radio.ricianKDb, -20...20,
        "Power of the direct path over that of all others, for Rician fading."),
      .choice(
        "decoding", \.radio.decoding,
        "Whether a frame needs a ratio of power, or is right when each of its bits is."),
      .number(
        "ism_probability", \.radio.ismProbability, 0...1,
        "Probability that others disturb a channel of a collector in an hour."),
      .number(
        "ism_rise_db", \.radio.ismRiseDb, 0...40,
        "Mean rise of the noise where they do (exponential, at most 60 dB)."),
    ])

  private static let consumption = Section(
    name: "consumption", documentation: "How consumption varies with the calendar.",
    keys: [
      .number(
        "season_amplitude", \.consumption.seasonAmplitude, 0...1,
        "Relative amplitude of the yearly cosine."),
      .whole(
        "season_peak_day", \.consumption.seasonPeakDay, 1...365,
        "Day of the year on which the cosine peaks."),
      .number(
        "weather_sigma", \.consumption.weatherSigma, 0...2,
        "Standard deviation of the territory's factor from day to day."),
      .number(
        "daily_sigma", \.consumption.dailySigma, 0...2,
        "Standard deviation of one meter's factor from day to day."),
    ])

  private static let backhaul = Section(
    name: "backhaul",
    documentation: "How uploads travel from collectors through concentrators to the head-end.",
    keys: [
      .whole(
        "upload_period_h", \.backhaul.uploadPeriodH, oneOf: [1, 2, 3, 4, 6, 8, 12, 24],
        "Time between two scheduled uploads of a collector."),
      .whole(
        "collectors_per_concentrator", \.backhaul.collectorsPerConcentrator, 1...100_000,
        "Collectors that share one concentrator."),
      .whole(
        "poll_window_min", \.backhaul.pollWindowMin, 0...720,
        "A concentrator polls its collectors one after the other within this time."),
      .number(
        "loss_probability", \.backhaul.lossProbability, 0...0.95,
        "Probability that an upload is lost on its way and tried again."),
      .number(
        "ack_loss_probability", \.backhaul.ackLossProbability, 0...0.95,
        "Probability that an upload arrives and its acknowledgement does not: it is repeated."),
      .whole(
        "retry_min", \.backhaul.retryMin, 1...10_080,
        "Time until a lost upload or a lost acknowledgement is tried again."),
    ])

  private static let faults = Section(
    name: "faults", documentation: "What fails.",
    keys: [
      .number(
        "silent_module_share", \.faults.silentModuleShare, 0...1,
        "Share of modules that never transmit."),
      .number(
        "collector_outages_per_year", \.faults.collectorOutagesPerYear, 0...365,
        "Mean number of receiver outages per collector."),
      .number(
        "collector_outage_h", \.faults.collectorOutageH, 0...8760,
        "Mean length of a receiver outage (exponential, at most 10 times the mean)."),
      .number(
        "concentrator_outages_per_year", \.faults.concentratorOutagesPerYear, 0...365,
        "Mean number of outages per concentrator; uploads wait until they end."),
      .number(
        "concentrator_outage_h", \.faults.concentratorOutageH, 0...8760,
        "Mean length of a concentrator outage (exponential, at most 10 times the mean)."),
      .number(
        "infant_failure_share", \.faults.infantFailureShare, 0...1,
        "Share of modules that fail soon after their installation."),
      .number(
        "infant_failure_days", \.faults.infantFailureDays, 0.1...10_000,
        "Mean time to these failures (exponential)."),
      .number(
        "failures_per_year", \.faults.failuresPerYear, 0...100,
        "Failures per module and year that come at any age."),
      .number(
        "wear_out_years", \.faults.wearOutYears, 0...1000,
        "Scale of the Weibull distribution of the age at which modules wear out; 0 for never."),
      .number(
        "wear_out_shape", \.faults.wearOutShape, 0.1...50,
        "Its shape; above 1 for what ages."),
      .number(
        "repair_days", \.faults.repairDays, 0...10_000,
        "Mean time until a failed module, or one whose battery has ended, is replaced by one of the "
          + "same address (exponential, a whole day at least); 0 for never."),
    ])

  private static let meters = Section(
    name: "meters",
    documentation: "What happens to meters during the run, at one instant for each module that it "
      + "happens to; the shares add up to 1 at most.",
    keys: [
      .number(
        "exchanged_share", \.meters.exchangedShare, 0...1,
        "Share of modules whose meter is replaced, as the registry says."),
      .number(
        "unreported_exchange_share", \.meters.unreportedExchangeShare, 0...1,
        "Share of modules whose meter is replaced without a word to the registry."),
      .number(
        "stuck_share", \.meters.stuckShare, 0...1, "Share of modules whose register stops."),
      .number(
        "swapped_share", \.meters.swappedShare, 0...1,
        "Share of modules whose meter is interchanged with another's of the same class: each "
          + "transmits what the other's shows from then on."),
      .number(
        "rollover_share", \.meters.rolloverShare, 0...1,
        "Share of modules whose register is set so that it rolls over, besides those that do "
          + "anyway."),
      .number(
        "moves_per_year", \.meters.movesPerYear, 0...1,
        "Probability that the account of a service point changes in a year of the run."),
    ])

  private static let rollout = Section(
    name: "rollout",
    documentation:
      "How modules and collectors come to be there: by areas, the one with most modules "
      + "first, on working days. Without crews all modules are there before the run, and without "
      + "collectors_per_day all collectors.",
    keys: [
      .whole(
        "crews", \.rollout.crews, 0...100_000,
        "Crews that install modules; 0 if all are there before the run."),
      .date("install_from", \.rollout.installFrom, dates, "First day of their work."),
      .number(
        "installs_per_crew_day", \.rollout.installsPerCrewDay, 0.1...10_000,
        "Modules that a crew installs on a working day."),
      .number(
        "no_access_share", \.rollout.noAccessShare, 0...1,
        "Share of meters that a crew cannot reach at its first visit."),
      .number(
        "return_days", \.rollout.returnDays, 0...10_000,
        "Mean time until it can, after that visit (exponential)."),
      .number(
        "collectors_per_day", \.rollout.collectorsPerDay, 0...100_000,
        "Collectors built on a working day; 0 if all are there before the run."),
      .date("build_from", \.rollout.buildFrom, dates, "First day on which collectors are built."),
      .whole(
        "commissioning_days", \.rollout.commissioningDays, 0...10_000,
        "Time from an area's last collector until its modules are read by the fixed network."),
      .number(
        "productivity_spread", \.rollout.productivitySpread, 0...3,
        "Standard deviation of the natural logarithm of a month's productivity, for crews and "
          + "construction each."),
    ])

  private static let vans = Section(
    name: "vans",
    documentation:
      "Vans that read the modules which the fixed network does not serve, each billing "
      + "cycle on its scheduled day.",
    keys: [
      .whole("count", \.vans.count, 0...10_000, "Vans; 0 for none."),
      .text(
        "routes_csv", \.vans.routesCSV, .file,
        "Streets to drive (cycle, latitude_deg, longitude_deg: the points of each cycle's route in "
          + "their order), relative to this file; empty for a grid of parallel streets."),
      .number(
        "pass_spacing_m", \.vans.passSpacingM, 20...5000,
        "Distance between the parallel streets of the grid."),
      .number(
        "segment_m", \.vans.segmentM, 5...1000,
        "A link's mean power is the same along this much of a street."),
      .number("speed_kmh", \.vans.speedKmh, 1...200, "Speed while reading."),
      .number(
        "transit_kmh", \.vans.transitKmh, 1...200,
        "Speed from and to the depot, in the middle of all modules, and between streets."),
      .number(
        "detour_factor", \.vans.detourFactor, 1...3, "Such ways by road over those of a bird."),
      .number("start_hour", \.vans.startHour, 0...23, "Local time at which shifts begin."),
      .number("shift_h", \.vans.shiftH, 0.1...23, "Longest time from the depot to the depot."),
      .number(
        "blocked_share", \.vans.blockedShare, 0...1,
        "Probability that a street of the grid, or a stretch of a route, cannot be entered on a day."
      ),
      .whole(
        "redrive_days", \.vans.redriveDays, 0...20,
        "Working days after the scheduled one on which what was missed is driven again."),
      .number("antenna_gain_dbi", \.vans.antennaGainDbi, -20...40, "Gain of a van's antenna."),
      .number(
        "antenna_height_m", \.vans.antennaHeightM, 0.1...1000,
        "Height of a van's antenna over the ground."),
      .number("noise_figure_db", \.vans.noiseFigureDb, 0...40, "Noise figure of its receiver."),
      .number(
        "filter_khz", \.vans.filterKHz, 32.768...2000, "Bandwidth of its channel filter."),
      .number(
        "wake_up_share", \.vans.wakeUpShare, 0...1,
        "Share of modules that answer a van's tone and send nothing by themselves: the fixed network "
          + "never hears them, and vans go on reading them."),
      .whole("wake_up_frames", \.vans.wakeUpFrames, 1...20, "Frames of an answer."),
      .whole(
        "wake_up_interval_ms", \.vans.wakeUpIntervalMs, 250...60_000,
        "Nominal time between two of them, the first coming within it; each has the jitter of "
          + "endpoints."),
      .number(
        "tone_power_dbm", \.vans.tonePowerDbm, -60...60,
        "Power of the tone at a van's antenna, sent at the start of each segment."),
      .number(
        "tone_sensitivity_dbm", \.vans.toneSensitivityDbm, -150...30,
        "Least power of a tone that wakes a module up, at an isotropic antenna."),
      .number(
        "cost_per_hour_usd", \.vans.costPerHourUSD, 0...100_000, "Cost of a van with its driver."),
      .number(
        "cost_per_km_usd", \.vans.costPerKmUSD, 0...1000, "Cost of the way, besides the time."),
    ])

  private static let headEnd = Section(
    name: "head_end", documentation: "What the head-end does when.",
    keys: [
      .whole(
        "close_after_days", \.headEnd.closeAfterDays, 0...60,
        "A day's reads are closed when this many days have passed since its end.")
    ])

  private static let billing = Section(
    name: "billing", documentation: "How reads become bills.",
    keys: [
      .text("utility", \.billing.utility, .name, "The utility in file names and manifests."),
      .whole(
        "window_before_days", \.billing.windowBeforeDays, 0...15,
        "A read qualifies for a cycle from this many days before the scheduled read date …"),
      .whole(
        "window_after_days", \.billing.windowAfterDays, 0...15, "… to this many days after it."),
      .choice(
        "daylight_saving", \.billing.daylightSaving,
        "Where there is one, billing files say when reads were taken in civil time with its offset, "
          + "otherwise in UTC; days stay those of standard time."),
    ])
}
