import TestSupport
@testable import JSON5

func parse(_ text: String, maximumDepth: Int = 64) throws(JSON5Error) -> JSON5Value {
  try JSON5.parse(Array(text.utf8), source: "test.json5", maximumDepth: maximumDepth)
}

extension JSON5Value {
  /// What the value would be as a node to write.
  var node: JSONNode {
    switch kind {
    case .null: .null
    case .bool(let value): .bool(value)
    case .integer(let value): .int(value)
    case .number(let value): .double(value)
    case .string(let value): .string(value)
    case .array(let values): .array(values.map(\.node))
    case .object(let members): .object(members.map { ($0.key, $0.value.node) })
    }
  }
}

extension JSONNode {
  /// Equality to the last bit of every double and scalar of every string.
  func isIdentical(to other: JSONNode) -> Bool {
    switch (self, other) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.int(let a), .int(let b)): a == b
    case (.double(let a), .double(let b)): a.bitPattern == b.bitPattern
    case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
    case (.array(let a), .array(let b)):
      a.count == b.count && zip(a, b).allSatisfy { $0.isIdentical(to: $1) }
    case (.object(let a), .object(let b)):
      a.count == b.count
        && zip(a, b).allSatisfy {
          $0.0.utf8.elementsEqual($1.0.utf8) && $0.1.isIdentical(to: $1.1)
        }
    default: false
    }
  }

  /// A random tree at most `depth` levels deep.
  static func random(depth: Int, using random: inout SplitMix64) -> JSONNode {
    switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &random) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &random))
    case 2: return .int(Int64(truncatingIfNeeded: random.next()))
    case 3: return .int(Int64.random(in: -1000...1000, using: &random))
    case 4:
      let value = Double(bitPattern: random.next())
      return .double(value.isFinite ? value : -0.0)
    case 5: return .string(randomString(using: &random))
    case 6, 7:
      return .array(
        (0..<Int.random(in: 0...6, using: &random)).map { _ in
          JSONNode.random(depth: depth - 1, using: &random)
        })
    default:
      // More members than are compared one by one; the number in the key keeps keys apart.
      return .object(
        (0..<Int.random(in: 0...20, using: &random)).map { index in
          (
            "\(index)" + randomString(using: &random),
            JSONNode.random(depth: depth - 1, using: &random)
          )
        })
    }
  }
}

func randomString(using random: inout SplitMix64) -> String {
  let ranges: [ClosedRange<UInt32>] = [
    0...0x1F, 0x20...0x7E, 0x20...0x7E, 0x7F...0xFF, 0x2020...0x2030, 0xFEFF...0xFEFF,
    0xE000...0xFFFF, 0x1F600...0x1F64F, 0x10FFFF...0x10FFFF,
  ]
  var scalars = String.UnicodeScalarView()
  for _ in 0..<Int.random(in: 0...12, using: &random) {
    let range = ranges.randomElement(using: &random) ?? 0x41...0x5A
    if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &random)) {
      scalars.append(scalar)
    }
  }
  return String(scalars)
}
