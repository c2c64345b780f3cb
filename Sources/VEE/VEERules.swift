/// The limits of validation and estimation, each at its usual value.
///
/// Sources: CPUC D.98-12-080 Attachment C ("Standards for Validating, Editing, and Estimating
/// Monthly and Interval Data", here CPUC), mail of its working group (1998), Oracle Utilities
/// "Interval Spike Check", 52 Pa. Code § 56.12 and § 56.252. Limits that these leave open are
/// assumptions and say so. A limit itself always passes; what is beyond it fails.
public struct VEERules: Sendable, Equatable {
  /// Use of more than this many times the average daily use × days is not plausible (assumption).
  public var plausibleUseFactor: Int64 = 10

  /// Daily use below this percentage of the reference is low. CPUC compares use with that of
  /// earlier months; the percentages are parameters (assumption).
  public var lowPercent: Int64 = 50
  /// Daily use above this percentage of the reference is high (assumption).
  public var highPercent: Int64 = 200

  /// An active meter without use for so many days has gone without use for a billing period: CPUC
  /// "zero consumption for active meters", with the shortest billing month of § 56.252.
  public var zeroDays = 26

  /// Days for which a register must stand still to be stuck (assumption).
  public var stuckDays = 7
  /// Counts that were expected of it in these days, at least, to be stuck (assumption): one that is
  /// expected to advance slowly stands still by itself.
  public var stuckCounts: Int64 = 10

  /// Days without a good read after which a meter that is read once a month has missed one: a billing
  /// month of at most 35 days (§ 56.252) and ten days for its read to come (assumption).
  public var noReadDaysMonthly = 45

  /// A day's highest interval may exceed the third highest by this percentage of the third highest.
  /// The form of the check is Oracle's, the percentage a parameter.
  public var spikePercent: Int64 = 180
  /// Days whose third highest interval is at most this many counts have no spikes (assumption).
  public var spikeFloor: Int64 = 3

  /// The sum of a period's intervals may differ from the register's use by this many times the
  /// multiplier, in units: the register is only read to whole counts, at both ends. CPUC has the
  /// check; its tolerance is a parameter.
  public var sumToleranceFactor: Int64 = 2

  /// The longest gap in interval data, in minutes, that is filled by interpolation (CPUC); longer
  /// ones take reference days.
  public var interpolationMaxMinutes = 120
  /// How many reference days are averaged. CPUC has the method, the number is a parameter.
  public var referenceDays = 3

  /// The most hours between two reads from which a read at a time between them is interpolated
  /// (assumption).
  public var readAtTimeMaxHours = 26
  /// A read at most this many hours from the wanted time is taken as it is (assumption). 0 switches
  /// this off: only a read at the very time is then taken as it is.
  public var readAtTimeAsIsHours = 2

  /// Consistent reads after which a changed level is taken for lasting (assumption).
  public var confirmingReads = 3
  /// Use of fewer days is no reference for high and low use and for estimates (assumption).
  public var referenceDaysMin = 7

  /// How far a collector's clock may be wrong, in seconds (assumption; CPUC has a time tolerance
  /// check).
  public var clockToleranceSeconds: Int64 = 60

  /// Days of a billing month: 26 to 35 inclusive (§ 56.252; § 56.2 alike).
  public var billingMonthDays = 26...35
  /// The most days of a final bill (§ 56.252).
  public var finalBillMaxDays = 42
  /// A first bill for more days may be paid off over as long a time (§ 56.252).
  public var firstBillMaxDays = 60
  /// A meter is read by the utility itself at least once in so many months (§ 56.12(4), from
  /// memory of the standard).
  public var actualReadMonths = 6
  /// A read so many days before the cycle date may be billed (assumption).
  public var readDaysBefore = 3
  /// A read so many days after the cycle date may be billed (assumption).
  public var readDaysAfter = 1

  public init() {}
}
