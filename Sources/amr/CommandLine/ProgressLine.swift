/// What a progress bar shows, as a function of time and count alone.
struct ProgressLine: Sendable, Equatable {
  /// What is being done: `simulate`.
  let phase: String
  /// What is counted, in the plural: `days`.
  let unit: String
  /// How many there are, if known.
  let total: Int64?

  /// The line after `seconds` in this phase, at most `width` characters long.
  ///
  /// `simulate [=====>              ]  30%  9 / 30 days  2.25 days/s  ETA 10 s`; without a
  /// total: `ingest  1,200 files  300 files/s`. The bar is left out where it does not fit.
  func text(count: Int64, seconds: Double, width: Int) -> String {
    let rate = seconds > 0 ? Double(count) / seconds : 0
    var parts: [String] = []
    if let total, total > 0 {
      let share = min(1, max(0, Double(count) / Double(total)))
      let percent = String(Int(share * 100))
      parts.append(String(repeating: " ", count: 3 - percent.count) + percent + "%")
      parts.append("\(Numerals.grouped(count)) / \(Numerals.grouped(total)) \(unit)")
      parts.append("\(Numerals.short(rate)) \(unit)/s")
      if rate > 0 && count < total {
        parts.append("ETA " + Numerals.duration(seconds: Double(total - count) / rate))
      }
      let figures = parts.joined(separator: "  ")
      let line = "\(phase) [\(Self.bar(share))] \(figures)"
      return line.count <= width ? line : Self.cut("\(phase) \(figures)", to: width)
    }
    parts = [phase, "\(Numerals.grouped(count)) \(unit)", "\(Numerals.short(rate)) \(unit)/s"]
    return Self.cut(parts.joined(separator: "  "), to: width)
  }

  private static func bar(_ share: Double) -> String {
    let cells = 20
    let full = Int(share * Double(cells))
    let head = full < cells ? ">" : ""
    return String(repeating: "=", count: full) + head
      + String(repeating: " ", count: cells - full - head.count)
  }

  private static func cut(_ text: String, to width: Int) -> String {
    String(text.prefix(max(0, width)))
  }
}

/// When a progress bar is drawn: not in the first second of a phase, which most phases do not
/// outlast, and then ten times a second at most. Times are nanoseconds of a monotonic clock.
struct ProgressSchedule: Sendable {
  static let delay: UInt64 = 1_000_000_000
  static let interval: UInt64 = 100_000_000

  private var due: UInt64

  init(start: UInt64) {
    due = start + Self.delay
  }

  /// Whether to draw now; if so, the next drawing is an interval away.
  mutating func isDue(at now: UInt64) -> Bool {
    guard now >= due else { return false }
    due = now + Self.interval
    return true
  }
}
