/// What is printed for people.
enum Report {
  private static func withoutExponent(_ nanoseconds: Double) -> String {
    switch nanoseconds {
    case ..<10_000: "\(short(nanoseconds)) ns"
    case ..<10_000_000: "\(short(nanoseconds / 1e3)) µs"
    default: "\(short(nanoseconds / 1e6)) ms"
    }
  }

  /// A row for each benchmark.
  static func table(_ measurements: [Measurement]) -> String {
    var table = Table([
      "benchmark", "items", "CPU/item", "min", "max", "wall/item", "M items/core-s", "goal",
      "goal met", "item, digest",
    ])
    for result in measurements {
      table.add([
        result.name, "\(result.items)", withoutExponent(result.cpu.median),
        withoutExponent(result.cpu.min), withoutExponent(result.cpu.max),
        withoutExponent(result.wall.median), short(1000 / result.cpu.median),
        result.goal.map(withoutExponent) ?? "-",
        result.goal.map { "\(short($0 / result.cpu.median * 100)) %" } ?? "-",
        "\(result.item), \(result.digest.prefix(12))",
      ])
    }
    return table.text
  }

  /// A line for each benchmark that has something to say about its inputs.
  static func facts(_ measurements: [Measurement]) -> String {
    measurements.filter { !$0.facts.isEmpty }.map { result in
      let facts = result.facts.map { "\($0.name) \(short($0.value))" }.joined(separator: ", ")
      return "\(result.name): \(facts)\n"
    }.joined()
  }

  /// Ratios new/old of CPU time per item; below 1 is faster. `hasChanged` tells whether a result
  /// is not the one of before.
  static func comparison(_ new: [Measurement], with old: ResultFile) -> (
    text: String, hasChanged: Bool
  ) {
    var table = Table(["benchmark", "old", "new", "new/old", "result"])
    var hasChanged = false
    for result in new {
      guard let before = old.measurements.first(where: { $0.name == result.name }) else {
        table.add([
          result.name, "-", withoutExponent(result.cpu.median), "-", "was not measured before",
        ])
        continue
      }
      let isSame = before.digest == result.digest
      hasChanged = hasChanged || !isSame
      table.add([
        result.name, withoutExponent(before.cpu.median), withoutExponent(result.cpu.median),
        fixed(result.cpu.median / before.cpu.median, digits: 3), isSame ? "same" : "CHANGED",
      ])
    }
    return (table.text, hasChanged)
  }
}
