import Metering

/// How the modules and collectors of a scenario come to be there.
///
/// Work goes by areas, the one with most modules first, on the days from Monday to Friday.
public struct RolloutSpec: Sendable, Equatable {
  /// Crews that install modules; 0 where all are there before the run.
  public var crews = 0
  /// First day of their work.
  public var installFrom = CivilDay(year: 1996, month: 1, day: 1)
  /// Modules that a crew installs on a working day.
  public var installsPerCrewDay = 20.0
  /// Share of meters that a crew cannot reach at its first visit.
  public var noAccessShare = 0.0
  /// Mean time until it can, in days after that visit (exponential).
  public var returnDays = 30.0
  /// Collectors built on a working day; 0 where all are there before the run.
  public var collectorsPerDay = 0.0
  /// First day on which collectors are built.
  public var buildFrom = CivilDay(year: 1997, month: 1, day: 1)
  /// Days from an area's last collector until its modules are read by the fixed network.
  public var commissioningDays = 14
  /// Standard deviation of the natural logarithm of a month's productivity.
  public var productivitySpread = 0.0

  public init() {}
}

/// Vans that read the modules which the fixed network does not serve.
public struct VanSpec: Sendable, Equatable {
  /// 0 for none.
  public var count = 0
  /// CSV of routes (`cycle`, `latitude_deg`, `longitude_deg`), relative to the scenario file; empty
  /// for a grid of streets.
  public var routesCSV = ""
  /// Distance between the parallel streets of the grid in metres.
  public var passSpacingM = 240.0
  /// Length along a street in metres over which a link's mean power is the same.
  public var segmentM = 100.0
  /// Speed while reading, in km/h.
  public var speedKmh = 25.0
  /// Speed from and to the depot and between streets, in km/h.
  public var transitKmh = 40.0
  /// Such ways by road over those of a bird.
  public var detourFactor = 1.3
  /// Local time at which shifts begin, in hours.
  public var startHour = 8.0
  /// Longest time from the depot to the depot, in hours.
  public var shiftH = 8.0
  /// Probability that a stretch of street cannot be entered on a day.
  public var blockedShare = 0.0
  /// Working days after the scheduled one on which what was missed is driven again.
  public var redriveDays = 3
  /// Gain of the antenna over an isotropic one, in dB.
  public var antennaGainDbi = 2.0
  /// Height of the antenna over the ground in metres.
  public var antennaHeightM = 2.0
  /// Noise figure of the receiver in dB.
  public var noiseFigureDb = 8.0
  /// Bandwidth of the channel filter in kHz.
  public var filterKHz = 200.0
  /// Share of modules that answer a van's tone and send nothing by themselves.
  public var wakeUpShare = 0.0
  /// Frames of an answer.
  public var wakeUpFrames = 8
  /// Nominal time between two of them in milliseconds.
  public var wakeUpIntervalMs = 1000
  /// Power of the tone at the van's antenna in dBm.
  public var tonePowerDbm = 30.0
  /// Least power of a tone that wakes a module up, at an isotropic antenna, in dBm.
  public var toneSensitivityDbm = -85.0
  /// A van with its driver, in US dollars.
  public var costPerHourUSD = 35.0
  /// Besides the time, in US dollars.
  public var costPerKmUSD = 0.25

  public init() {}
}

/// What a contract asks for by a date, and what missing it costs.
public struct Milestone: Sendable, Equatable {
  /// What is looked at.
  public enum Criterion: String, CaseIterable, Sendable {
    /// Something outside the simulation, such as the acceptance of software: it happens on the day
    /// for which it is planned, or after an exponential delay.
    case event
    /// Share of all modules that are installed.
    case installedShare = "installed-share"
    /// Share of installed modules that the fixed network serves and has read within three days.
    case fixedReadShare = "fixed-read-share"
    /// Of the modules that the fixed network serves, the share read within three days.
    case readWithin3Days = "read-within-3-days"
  }

  public var name = "milestone"
  public var criterion = Criterion.event
  /// The last day on which it is met in time.
  public var due = CivilDay(year: 1998, month: 6, day: 30)
  /// What the criterion must reach, 0…1; no part of an event.
  public var atLeast = 1.0
  /// Only modules of this class count; empty for all.
  public var moduleClass = ""
  /// Of an event: the day for which it is planned.
  public var planned = CivilDay(year: 1998, month: 1, day: 1)
  /// Of an event: the probability that it happens on that day.
  public var onTimeProbability = 1.0
  /// Of an event: its mean delay in days otherwise.
  public var delayDays = 30.0
  /// If it is met within so many days after its date, nothing is due.
  public var cureDays = 0
  /// In millions of US dollars.
  public var penaltyLowMUSD = 0.0
  public var penaltyHighMUSD = 0.0

  public init() {}
}
