import Reporting

/// The schedule of a rollout by areas, those with most modules first; nothing where there is none.
func rolloutText(_ rollout: RolloutSummary?) -> String {
  guard let rollout, !rollout.areas.isEmpty else { return "" }
  let shown = 10
  var table = TextTable(columns: [
    .init(title: "area"), .init(title: "modules"), .init(title: "10 % installed by"),
    .init(title: "90 % installed by"), .init(title: "fixed network by"),
  ])
  func end(_ counts: [Int], atLeast least: Double) -> TextTable.Cell {
    counts.firstIndex { Double($0) >= least }.map { .text(rollout.monthEnds[$0]) } ?? .none
  }
  let largest = rollout.areas.sorted { ($1.modules, $0.name) < ($0.modules, $1.name) }
  for area in largest.prefix(shown) {
    table.add([
      .text(area.name), .integer(Int64(area.modules)),
      end(area.installed, atLeast: 0.1 * Double(area.modules)),
      end(area.installed, atLeast: 0.9 * Double(area.modules)),
      end(area.fixed, atLeast: 1),
    ])
  }
  let rest =
    largest.count > shown
    ? "the \(shown) of \(largest.count) areas with most modules, by ends of months:\n" : ""
  return rest + table.text
}
