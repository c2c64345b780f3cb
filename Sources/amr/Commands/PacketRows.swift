import Reporting

/// The fate of arrivals as rows of a table of figures and values.
func packetRows(_ packets: PacketSummary) -> [(name: String, value: TextTable.Cell)] {
  func percent(_ value: Double) -> String { Numerals.fixed(value * 100, digits: 2) }
  let shares = packets.fates.map { name, share -> (name: String, value: TextTable.Cell) in
    let words = name.split(separator: "_").joined(separator: " ")
    guard let share else { return ("packets \(words)", .none) }
    let interval = packets.isExact ? "" : " (\(percent(share.low)) to \(percent(share.high)) %)"
    return ("packets \(words)", .text("\(percent(share.value)) %\(interval)"))
  }
  let all = Numerals.grouped(Int64(packets.collectorHours))
  let source =
    packets.isExact
    ? "all \(all) collector-hours"
    : "\(packets.evaluatedHours) of \(all) collector-hours, with 95 % intervals"
  return shares + [("packets counted in", .text(source))]
}
