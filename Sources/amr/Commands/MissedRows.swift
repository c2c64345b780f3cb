import Reporting

/// Why reads are missing, as rows of a table of figures and values, with shares of those expected;
/// reasons that cost none are left out.
func missedRows(_ missed: MissedSummary, expected: Int) -> [(name: String, value: TextTable.Cell)] {
  missed.reasons.filter { $0.count > 0 }.map { name, count in
    let words = name.split(separator: "_").joined(separator: " ")
    let share = Numerals.fixed(Double(count) / Double(expected) * 100, digits: 2)
    return ("missed: \(words)", .text("\(Numerals.grouped(Int64(count))) (\(share) %)"))
  }
}
