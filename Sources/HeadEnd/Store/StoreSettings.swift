import DeltaTable
import JSON5
import Metering
import VEE

/// What a store needs to know of its utility; kept in `store.json`, which this program writes once
/// and a person may edit.
public struct StoreSettings: Sendable, Equatable {
  /// Local standard time; days are [00:00, 24:00) at this offset.
  public var utcOffsetMinutes: Int
  /// Name of the utility in billing files.
  public var utility: String
  /// A read qualifies for a bill from this many days before the scheduled read date …
  public var windowBeforeDays: Int
  /// … to this many days after it.
  public var windowAfterDays: Int
  /// Of the instants in billing files; days are always those of standard time.
  public var daylightSaving = DaylightSaving.none
  /// The limits of validation and estimation.
  public var rules = VEERules()

  public init(
    utcOffsetMinutes: Int = 0, utility: String = "utility", windowBeforeDays: Int = 3,
    windowAfterDays: Int = 1, daylightSaving: DaylightSaving = .none
  ) {
    self.utcOffsetMinutes = utcOffsetMinutes
    self.utility = utility
    self.windowBeforeDays = windowBeforeDays
    self.windowAfterDays = windowAfterDays
    self.daylightSaving = daylightSaving
  }

  /// The civil time that divides stamps into days.
  public var clock: LocalClock { LocalClock(utcOffsetMinutes: utcOffsetMinutes) }

  static let fileName = "store.json"
  private static let format = "amr-store/1"
  private static let offsetProperty = "amr.utcOffsetMinutes"

  var text: String {
    JSONNode.object([
      ("format", .string(Self.format)), ("utc_offset_minutes", .int(Int64(utcOffsetMinutes))),
      ("utility", .string(utility)), ("window_before_days", .int(Int64(windowBeforeDays))),
      ("window_after_days", .int(Int64(windowAfterDays))),
      ("daylight_saving", .string(daylightSaving.rawValue)),
      ("validation", ValidationLimits.node(rules)),
    ]).pretty + "\n"
  }

  /// What must never change, as properties of the table `reads`: its rows were made with them.
  var properties: [String: String] { [Self.offsetProperty: String(utcOffsetMinutes)] }

  /// Refuses settings with which the table's rows were not made.
  func check(_ reads: DeltaTable, path: String) throws(HeadEndError) {
    let used = reads.metadata.configuration[Self.offsetProperty]
    guard let used else {
      throw .damagedStore(
        "\(reads.directory): the table lacks the property \(Self.offsetProperty); expected "
          + "\(utcOffsetMinutes), as \(path) says. Another program took it away: restore the log")
    }
    if used != String(utcOffsetMinutes) {
      throw .damagedStore(
        "\(path): utc_offset_minutes is \(utcOffsetMinutes), but the days of this store begin at "
          + "\(used), which cannot change; put \(used) back")
    }
  }

  init(text: [UInt8], path: String) throws(HeadEndError) {
    let value: JSON5Value
    do throws(JSON5Error) {
      value = try JSON5.parse(text, source: path)
    } catch {
      throw .damagedStore("\(error)")
    }
    guard value["format"]?.string == Self.format else {
      throw .damagedStore("\(path): expected \"format\": \"\(Self.format)\"; this is not a store")
    }
    func integer(_ key: String, _ range: ClosedRange<Int>) throws(HeadEndError) -> Int {
      guard let number = value[key]?.integer, range.contains(Int(clamping: number)) else {
        throw .damagedStore(
          "\(path): \(key) is missing or wrong; expected a whole number from "
            + "\(range.lowerBound) to \(range.upperBound)")
      }
      return Int(number)
    }
    guard let utility = value["utility"]?.string else {
      throw .damagedStore("\(path): utility is missing; expected a text")
    }
    // Stores of before have no such key.
    let savingText = value["daylight_saving"].map(\.string) ?? DaylightSaving.none.rawValue
    guard let daylightSaving = savingText.flatMap(DaylightSaving.init(rawValue:)) else {
      throw .damagedStore("\(path): daylight_saving is wrong; expected \"none\" or \"us\"")
    }
    self.init(
      utcOffsetMinutes: try integer("utc_offset_minutes", -840...840), utility: utility,
      windowBeforeDays: try integer("window_before_days", 0...15),
      windowAfterDays: try integer("window_after_days", 0...15), daylightSaving: daylightSaving)
    rules = try ValidationLimits.rules(value["validation"], path: path)
  }
}
