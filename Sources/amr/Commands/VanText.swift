import Reporting

/// What vans did, for people; nothing where there are none.
func vanText(_ vans: VanSummary?) -> String {
  guard let vans else { return "" }
  var table = TextTable(columns: [.init(title: "vans"), .init(title: "value")])
  let rows: [(name: String, value: TextTable.Cell)] =
    [
      ("shifts", .integer(Int64(vans.shifts))),
      ("kilometres", .integer(Int64(vans.kilometres.rounded()))),
      ("hours", .integer(Int64(vans.hours.rounded()))),
      ("rounds of a cycle", .integer(Int64(vans.rounds))),
      ("modules due", .integer(Int64(vans.reads.expected))),
      ("read by van", .integer(Int64(vans.reads.read))),
      (
        "read rate",
        vans.reads.rate.map { .text("\(Numerals.fixed($0 * 100, digits: 2)) %") } ?? .none
      ),
    ] + missedRows(vans.missed, expected: vans.reads.expected) + [
      ("cost in USD", .integer(Int64(vans.costUSD.rounded()))),
      ("cost per read in USD", vans.costPerReadUSD.map { .decimal($0, digits: 3) } ?? .none),
      ("rounds still open", .integer(Int64(vans.openRounds))),
    ]
  for (name, value) in rows { table.add([.text(name), value]) }
  return table.text
}
