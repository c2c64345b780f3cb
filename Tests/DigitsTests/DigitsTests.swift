import Digits
import Testing

@Test("numbers are filled with zeros and never cut")
func leadingZeros() {
  #expect(digits(7, width: 2) == "07")
  #expect(digits(0, width: 1) == "0")
  #expect(digits(1998, width: 2) == "1998")
  #expect(digits(UInt128.max, width: 32, radix: 16) == String(repeating: "f", count: 32))
  #expect(digits(0xAB as UInt8, width: 4, radix: 16) == "00ab")
}
