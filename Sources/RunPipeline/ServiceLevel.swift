import HeadEnd
import Metering

/// The share of modules that were read within three days, taken every morning at 06:00: of those that
/// the fixed network has served on all of the three.
struct ServiceLevel {
  /// (module, day) pairs that had a read of the day or the two days before.
  private(set) var met = 0
  private(set) var expected = 0

  /// Nil before the third day.
  var rate: Double? { expected == 0 ? nil : Double(met) / Double(expected) }

  /// Counts the modules that have by now a read of `day` or the two days before.
  ///
  /// - Parameter isServed: whether an endpoint, by its place in the registry, counts.
  mutating func takeMorning(
    after day: CivilDay, _ intake: inout Intake, isServed: (Int) -> Bool
  ) throws(HeadEndError) {
    let today = try intake.hasRead(on: day)
    let yesterday = try intake.hasRead(on: day - 1)
    let before = try intake.hasRead(on: day - 2)
    for row in today.indices where isServed(row) {
      expected += 1
      if today[row] || yesterday[row] || before[row] { met += 1 }
    }
  }
}
