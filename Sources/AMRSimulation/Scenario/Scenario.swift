import Metering
import RadioModel

/// Everything that a run depends on, apart from the program itself: equal scenarios give equal
/// uploads, byte for byte.
///
/// Each property corresponds to one key of the scenario file; the unit is part of the key's name.
/// `ScenarioSchema` says which values are allowed.
public struct Scenario: Sendable, Equatable {
  /// Names the run's directory; lowercase letters, digits and hyphens.
  public var name = "unnamed"
  public var description = ""
  public var seed: UInt64 = 1
  /// First simulated day, at `utcOffsetMinutes`.
  public var startDate = CivilDay(year: 1998, month: 6, day: 1)
  public var days = 1
  /// The fixed offset of local standard time from UTC; days are [00:00, 24:00) at this offset.
  public var utcOffsetMinutes = 0
  /// The civil time of that offset.
  public var clock: LocalClock { LocalClock(utcOffsetMinutes: utcOffsetMinutes) }
  public var evaluation = EvaluationChoice.auto
  public var territory = TerritorySpec()
  public var moduleClasses: [ModuleClass] = [ModuleClass()]
  public var entryClasses: [EntryClass] = [
    EntryClass(name: "outdoor", share: 0.7, lossDb: 0),
    EntryClass(name: "indoor", share: 0.3, lossDb: 10),
  ]
  public var endpoints = EndpointSpec()
  public var collectors = CollectorSpec()
  public var radio = RadioSpec()
  public var consumption = ConsumptionSpec()
  public var backhaul = BackhaulSpec()
  public var faults = FaultSpec()
  public var meters = MeterTroubleSpec()
  public var rollout = RolloutSpec()
  public var vans = VanSpec()
  public var milestones: [Milestone] = []
  public var headEnd = HeadEndSpec()
  public var billing = BillingSpec()

  public init() {}
}

/// Where the modules are: either dealt over census tracts, or read from an inventory.
public struct TerritorySpec: Sendable, Equatable {
  /// CSV of tracts (`name`, `latitude_deg`, `longitude_deg`, `land_area_km2`, `housing_units`),
  /// relative to the scenario file; empty when `metersCSV` is given.
  public var tractsCSV = ""
  /// Tracts are taken from the densest (housing units per km²) down until this area is reached.
  public var servedAreaKm2 = 2072.0
  /// Modules dealt to the tracts in proportion to housing units (largest remainder).
  public var modules = 1000
  /// Distance between parallel streets in metres; meters stand along the streets.
  public var streetSpacingM = 120
  /// Distance of a meter from the street's centre line in metres.
  public var setbackM = 15
  /// Side of the squares by which the territory is built and reported, in kilometres.
  public var areaKm = 5.0
  /// CSV of meters (`latitude_deg`, `longitude_deg`, optional `endpoint_id`, `class`, `entry`).
  public var metersCSV = ""

  public init() {}
}

/// A class of meters: what is measured, how much, and the register that counts it.
public struct ModuleClass: Sendable, Equatable {
  public var name = "residential"
  /// Share of all modules; the shares of all classes add up to 1.
  public var share = 1.0
  public var commodity = Commodity.electric
  /// The four-bit ERT type of the frame, which must belong to the commodity.
  public var ertType = 7
  /// Digits of the register, after which it rolls over to zero.
  public var dials = 5
  /// kWh per count of the register.
  public var multiplier = 1
  /// Median of the class' log-normal distribution of mean daily consumption, in kWh.
  public var medianKWhPerDay = 18.0
  /// Standard deviation of the natural logarithm of mean daily consumption.
  public var spreadLog = 0.5
  /// Consumption of a Saturday or Sunday relative to a weekday.
  public var weekendFactor = 1.1

  public init() {}
}

/// A class of places where meters stand: what radio waves lose on their way out of the building.
public struct EntryClass: Sendable, Equatable {
  public var name = "outdoor"
  /// Share of all meters, where the inventory does not say; the shares of all classes add up to 1.
  public var share = 1.0
  /// Building-entry loss in dB.
  public var lossDb = 0.0

  public init() {}

  public init(name: String, share: Double, lossDb: Double) {
    self.name = name
    self.share = share
    self.lossDb = lossDb
  }
}

/// How the modules transmit.
public struct EndpointSpec: Sendable, Equatable {
  /// The lowest endpoint ID; IDs are consecutive.
  public var firstID = 20_000_000
  /// Nominal time between two transmissions in seconds.
  public var intervalS = 30
  /// Each transmission is delayed by a fresh uniform jitter below this, in ms; never accumulated.
  public var jitterMs = 250
  /// Each endpoint's clock error is uniform within ± this, in parts per million.
  public var clockErrorPpm = 50.0
  /// Equivalent isotropically radiated power in dBm.
  public var txPowerDbm = 10.0
  /// Height of the antenna over the ground in metres.
  public var antennaHeightM = 1.5
  public var hopping = HoppingChoice.random
  /// Mean life of a battery in years; 0 for one that never ends.
  public var batteryYears = 0.0
  /// Standard deviation of a battery's life (normal) in years.
  public var batterySpreadYears = 0.0
  /// The ages of the batteries at the start of the run are uniform from 0 to this, in years.
  public var ageYears = 0.0
  /// By how many parts in 10⁹ a clock outdoors is slow for each K² from 25 °C.
  public var driftPpbPerK2 = 0.0

  public init() {}
}

/// Where the fixed receivers stand and how well they hear.
public struct CollectorSpec: Sendable, Equatable {
  /// Distance between neighbouring sites of the hexagonal lattice, in metres.
  public var latticeSpacingM = 2000
  /// Sites with fewer modules than this in their cell (radius = spacing / √3) are not built.
  public var minModulesPerSite = 40
  /// CSV of sites (`latitude_deg`, `longitude_deg`, optional `collector_id`); replaces the lattice.
  public var sitesCSV = ""
  /// Gain of the antenna over an isotropic one, in dB.
  public var antennaGainDbi = 2.0
  /// Height of the antenna over the ground in metres.
  public var antennaHeightM = 10.0
  /// Noise figure of the receiver in dB.
  public var noiseFigureDb = 6.0
  /// Bandwidth of the channel filter in kHz.
  public var filterKHz = 200.0
  /// Each collector's clock is wrong by a constant, uniform within ± this, in ms.
  public var clockErrorMs = 500
  public var receiver = ReceiverKind.channelised
  /// The lowest channel that a wideband receiver hears, counted from 0.
  public var firstChannel = 0
  /// How many channels a wideband receiver hears.
  public var heardChannels = 10
  /// Frames that a limited receiver can receive at the same time.
  public var demodulators = 8

  public init() {}
}

/// What happens between the antennas.
public struct RadioSpec: Sendable, Equatable {
  /// Carrier frequency in MHz, in the middle of the hop channels.
  public var frequencyMHz = 915.0
  /// Hop channels; each transmission uses one, drawn afresh.
  public var channels = 50
  /// The formula of the path loss.
  public var propagation = PropagationModel.logDistance
  /// Exponent of the log-distance path loss, reference distance 1 m.
  public var pathLossExponent = 3.5
  /// What surrounds the antennas, for Hata's formulas.
  public var environment = RadioEnvironment.suburban
  /// What becomes of a run that needs the formula where it does not hold.
  public var beyondValidity = BeyondValidity.refuse
  /// Standard deviation in dB of the log-normal shadowing, fixed per link.
  public var shadowingDb = 8.0
  /// Correlation of the shadowing of one endpoint's links.
  public var shadowingCorrelation = 0.0
  /// Signal to total interference ratio in dB that a frame needs besides its noise threshold.
  public var captureDb = 6.0
  /// A link exists when its mean power is at least the decode threshold less this, in dB.
  public var linkFloorDb = 10.0
  /// How the power of a frame varies about the mean of its link.
  public var fading = FadingChoice.rayleigh
  /// Power of the direct path over that of all others in dB, for Rician fading.
  public var ricianKDb = 6.0
  public var decoding = DecodingChoice.threshold
  /// Probability that others disturb a channel of a collector in an hour.
  public var ismProbability = 0.0
  /// Mean rise of the noise in dB where they do (exponential, at most 60 dB).
  public var ismRiseDb = 6.0

  public init() {}
}

/// What becomes of a run that needs a formula where it does not hold.
public enum BeyondValidity: String, CaseIterable, Sendable {
  case refuse
  case extrapolate
}

/// How consumption varies with the calendar and from day to day.
public struct ConsumptionSpec: Sendable, Equatable {
  /// Relative amplitude of the yearly cosine.
  public var seasonAmplitude = 0.2
  /// Day of the year, 1…365, on which the cosine peaks.
  public var seasonPeakDay = 200
  /// Standard deviation of the territory's weather factor from day to day.
  public var weatherSigma = 0.08
  /// Standard deviation of one meter's factor from day to day.
  public var dailySigma = 0.25

  public init() {}
}

/// How uploads travel from collectors through concentrators to the head-end.
public struct BackhaulSpec: Sendable, Equatable {
  /// Hours between two scheduled uploads of a collector; divides 24.
  public var uploadPeriodH = 24
  /// Collectors that share one concentrator.
  public var collectorsPerConcentrator = 40
  /// A concentrator polls its collectors one after the other within this many minutes.
  public var pollWindowMin = 120
  /// Probability that an upload is lost on its way and tried again.
  public var lossProbability = 0.02
  /// Probability that the upload arrives but its acknowledgement is lost, so that it is repeated.
  public var ackLossProbability = 0.01
  /// Minutes until a lost upload or a lost acknowledgement is tried again.
  public var retryMin = 30

  public init() {}
}

/// What fails.
public struct FaultSpec: Sendable, Equatable {
  /// Share of modules that never transmit.
  public var silentModuleShare = 0.001
  /// Mean number of receiver outages per collector and year.
  public var collectorOutagesPerYear = 2.0
  /// Mean length of a receiver outage in hours (exponential, at most 10 times the mean).
  public var collectorOutageH = 6.0
  /// Mean number of outages per concentrator and year; uploads wait until they end.
  public var concentratorOutagesPerYear = 4.0
  /// Mean length of a concentrator outage in hours (exponential, at most 10 times the mean).
  public var concentratorOutageH = 8.0
  /// Share of modules that fail soon after their installation.
  public var infantFailureShare = 0.0
  /// Mean time to these failures in days (exponential).
  public var infantFailureDays = 60.0
  /// Failures per module and year that come at any age.
  public var failuresPerYear = 0.0
  /// Scale of the Weibull distribution of wearing out, in years; 0 for modules that do not.
  public var wearOutYears = 0.0
  /// Its shape; above 1 for what ages.
  public var wearOutShape = 5.0
  /// Mean time until a failed module is replaced in days (exponential); 0 for never.
  public var repairDays = 0.0

  public init() {}
}

/// What happens to meters during a run, for a head-end's validation to find; a module has at most
/// one of these troubles, at an instant of its own, see `MeterTrouble`.
public struct MeterTroubleSpec: Sendable, Equatable {
  /// Share of modules whose meter is replaced by another, as the registry says.
  public var exchangedShare = 0.0
  /// Share of modules whose meter is replaced by another without a word to the registry.
  public var unreportedExchangeShare = 0.0
  /// Share of modules whose register stops.
  public var stuckShare = 0.0
  /// Share of modules whose meter is interchanged with that of another module of the class.
  public var swappedShare = 0.0
  /// Share of modules whose register is set so that it rolls over, besides those that do anyway.
  public var rolloverShare = 0.0
  /// Accounts that move in and out, per service point and year.
  public var movesPerYear = 0.0

  public init() {}
}

/// What the head-end of a run does when.
public struct HeadEndSpec: Sendable, Equatable {
  /// A day's slot is closed when its reads have been open for this many days after its end.
  public var closeAfterDays = 5

  public init() {}
}

/// How reads become bills.
public struct BillingSpec: Sendable, Equatable {
  /// Name of the utility in file names and manifests: letters, digits, hyphens.
  public var utility = "utility"
  /// A read qualifies for a cycle from this many days before the scheduled read date …
  public var windowBeforeDays = 3
  /// … to this many days after it.
  public var windowAfterDays = 1
  /// Of the instants in billing files; days are always those of standard time.
  public var daylightSaving = DaylightSaving.none

  public init() {}
}
