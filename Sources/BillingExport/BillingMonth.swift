import Metering

/// The calendar month whose cycles are billed.
public struct BillingMonth: Hashable, Sendable, CustomStringConvertible {
  public let year: Int
  /// 1…12.
  public let month: Int

  /// Nil outside the years 1900…9998 and the months 1…12: a window that reaches into the
  /// neighbouring year still has four digits to write.
  public init?(year: Int, month: Int) {
    guard (1900...9998).contains(year), (1...12).contains(month) else { return nil }
    self.year = year
    self.month = month
  }

  /// The month written `YYYY-MM`, or nil when the text is anything else.
  public init?(iso text: some StringProtocol) {
    guard let first = CivilDay(iso: "\(text)-01") else { return nil }
    self.init(year: first.year, month: first.month)
  }

  /// Calendar months that have a day between two days, both included.
  public static func count(from first: CivilDay, to last: CivilDay) -> Int {
    (last.year - first.year) * 12 + last.month - first.month + 1
  }

  /// `YYYY-MM`.
  public var description: String { CivilDay(year: year, month: month, day: 1).monthName }
}

/// The name of one export batch: a function of what is billed and never of when it was exported,
/// so that asking twice gives the same name.
public struct BatchID: Hashable, Sendable, CustomStringConvertible {
  public let utility: String
  public let month: BillingMonth
  public let cycle: BillingCycle
  /// 1 for the first bill of a cycle; a correction has a higher one.
  public let revision: Int

  /// - Throws: `BillingError.utilityName`, see `checkUtility`.
  public init(
    utility: String, month: BillingMonth, cycle: BillingCycle, revision: Int = 1
  ) throws(BillingError) {
    try Self.checkUtility(utility)
    self.utility = utility
    self.month = month
    self.cycle = cycle
    self.revision = revision
  }

  /// The batch of a name, or nil where it is none.
  init?(name: String) {
    let parts = name.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 5,
      let month = BillingMonth(iso: parts.suffix(4).prefix(2).joined(separator: "-")),
      let cycle = parts[parts.count - 2].number(after: "c").flatMap(BillingCycle.init(rawValue:)),
      let revision = parts[parts.count - 1].number(after: "r"), revision >= 1
    else { return nil }
    let utility = parts.dropLast(4).joined(separator: "-")
    guard (try? Self.checkUtility(utility)) != nil else { return nil }
    self.init(checked: utility, month: month, cycle: cycle, revision: revision)
    if description != name { return nil }
  }

  /// The first revision of the same batch.
  var first: BatchID { BatchID(checked: utility, month: month, cycle: cycle, revision: 1) }

  /// The next revision of the same batch.
  var next: BatchID {
    BatchID(checked: utility, month: month, cycle: cycle, revision: revision + 1)
  }

  private init(checked utility: String, month: BillingMonth, cycle: BillingCycle, revision: Int) {
    self.utility = utility
    self.month = month
    self.cycle = cycle
    self.revision = revision
  }

  /// - Throws: `BillingError.utilityName` unless `name` is 1…32 ASCII letters, digits, `-` and
  ///   `_`, the first not `-`: it becomes part of a file name.
  static func checkUtility(_ name: String) throws(BillingError) {
    guard (1...32).contains(name.utf8.count), name.utf8.allSatisfy(isNameByte),
      name.utf8.first != UInt8(ascii: "-")
    else { throw .utilityName(name) }
  }

  /// `<utility>-<YYYY-MM>-c<NN>-r<N>`.
  public var description: String {
    let number = cycle.rawValue
    return "\(utility)-\(month)-c\(number < 10 ? "0" : "")\(number)-r\(revision)"
  }

  /// A number that grows by exactly one from batch to batch, across months too, so that a gap
  /// tells the receiver that a batch is lost. All revisions of a batch have the same.
  public var sequence: Int {
    (month.year * 12 + month.month - 1) * BillingCycle.count + cycle.rawValue
  }

  public var csvName: String { "\(self).csv" }
  var exceptionsName: String { "\(self).exceptions.csv" }
  func name(_ format: ExportFormat) -> String { "\(self)\(format.suffix)" }
  public var manifestName: String { "\(self).manifest.json" }
}

private func isNameByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
    true
  default: false
  }
}

extension Substring {
  fileprivate func number(after letter: Character) -> Int? {
    first == letter ? Int(dropFirst()) : nil
  }
}
