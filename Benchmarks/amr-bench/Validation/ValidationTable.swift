/// The program's air beside theory, at fixed seeds.
struct ValidationTable: Sendable {
  let results: [ValidationResult]

  static var cases: [ValidationCase] {
    ValidationCase.aloha + ValidationCase.finitePopulation + ValidationCase.unequalLengths
      + ValidationCase.capture + ValidationCase.captureAndNoise + ValidationCase.field
      + ValidationCase.noise + ValidationCase.reads + ValidationCase.eventQueue
  }

  /// Measures every case with about `frames` frames on the air.
  init(frames: Int) {
    results = Self.cases.map { ValidationResult($0, frames: frames) }
  }

  /// Whether every case agrees with theory.
  var agrees: Bool { results.allSatisfy(\.agrees) }

  /// What all cases say together: Σz² has the mean and half the variance of their number where
  /// theory holds and the errors are right.
  var summary: String {
    let squares = results.reduce(0) { $0 + $1.z * $1.z }
    let outside = results.count { !$0.agrees }
    return "\(results.count) cases, \(outside) beyond three standard errors, "
      + "sum of squared z \(fixed(squares, digits: 1))\n"
  }

  private static let titles = ["case", "theory", "measured", "standard error", "z", "frames"]

  private var cells: [[String]] {
    results.map { result in
      [
        result.name, fixed(result.theory, digits: 6), fixed(result.measured, digits: 6),
        fixed(result.standardError, digits: 6), fixed(result.z, digits: 2), "\(result.counted)",
      ]
    }
  }

  /// Aligned for a terminal.
  var text: String {
    var table = Table(Self.titles)
    for row in cells { table.add(row) }
    return table.text + "\n" + summary
  }

  /// A Markdown table.
  var markdown: String {
    func line(_ cells: [String]) -> String { "| \(cells.joined(separator: " | ")) |\n" }
    return line(Self.titles) + "|---|---:|---:|---:|---:|---:|\n" + cells.map(line).joined()
      + "\n" + summary
  }
}
