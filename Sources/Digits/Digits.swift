/// The digits of a number that is not negative, with leading zeros up to `width`; lowercase where
/// the radix has letters.
public func digits(_ value: some BinaryInteger, width: Int, radix: Int = 10) -> String {
  let text = String(value, radix: radix)
  return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
}
