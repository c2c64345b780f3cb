/// The limits that a format sets to a field of text.
struct CarriedText {
  let format: ExportFormat
  /// The batch, for messages.
  let batch: BatchID

  /// The text as it stands, if the format can carry it.
  ///
  /// - Parameters:
  ///   - limit: the most characters.
  ///   - line: the line of the batch; nil for what stands in a heading.
  ///   - isAllowed: which bytes may occur.
  ///   - letters: the same in words.
  func checked(
    _ text: String, _ field: String, limit: Int, line: Int?, letters: String,
    where isAllowed: (UInt8) -> Bool
  ) throws(BillingError) -> String {
    guard (1...limit).contains(text.utf8.count), text.utf8.allSatisfy(isAllowed) else {
      throw .cannotCarry(
        format: format, batch: batch.description, line: line, field: field, value: text,
        expected: "1 to \(limit) \(letters)")
    }
    return text
  }

  /// Any printable ASCII but quotation marks, which few receivers take inside of a field.
  func printable(
    _ text: String, _ field: String, limit: Int, line: Int?
  ) throws(BillingError) -> String {
    try checked(text, field, limit: limit, line: line, letters: "printable ASCII characters") {
      (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\"")
    }
  }

  /// The same without commas, for files that have no quotation.
  func plain(
    _ text: String, _ field: String, limit: Int, line: Int?
  ) throws(BillingError) -> String {
    try checked(
      text, field, limit: limit, line: line, letters: "printable ASCII characters without comma"
    ) {
      (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: ",")
    }
  }
}
