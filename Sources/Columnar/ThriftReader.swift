/// A value of Thrift's compact protocol, with its place in the file.
struct ThriftValue {
  indirect enum Kind {
    case bool(Bool)
    case integer(Int64)
    case double
    case binary(Range<Int>)
    case list([ThriftValue])
    case structure([Int: ThriftValue])
  }

  let offset: Int
  let kind: Kind
}

/// Reads structures of Thrift's compact protocol. Every element takes at least one byte, so what it
/// allocates is bounded by the length of the input.
struct ThriftReader {
  private let bytes: [UInt8]
  private let end: Int
  private(set) var offset: Int

  private static let deepestNesting = 16

  /// Reads from within `bytes[range]`.
  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    offset = range.lowerBound
    end = range.upperBound
  }

  mutating func structure() throws(ParquetError) -> ThriftValue {
    try structure(depth: 0)
  }

  private mutating func structure(depth: Int) throws(ParquetError) -> ThriftValue {
    let start = offset
    if depth > Self.deepestNesting { throw ParquetError(at: start, "structures nested too deeply") }
    var fields: [Int: ThriftValue] = [:]
    var last = 0
    while true {
      let at = offset
      let header = try byte()
      if header == 0 { return ThriftValue(offset: start, kind: .structure(fields)) }
      let delta = Int(header >> 4)
      let id = delta > 0 ? last + delta : Int(truncatingIfNeeded: try zigzag())
      guard 1...Int(Int16.max) ~= id, id > last else {
        throw ParquetError(at: at, "field \(id) after field \(last)")
      }
      last = id
      let type = header & 15
      fields[id] =
        type == 1 || type == 2
        ? ThriftValue(offset: at, kind: .bool(type == 1)) : try value(type, depth: depth)
    }
  }

  private mutating func value(_ type: UInt8, depth: Int) throws(ParquetError) -> ThriftValue {
    let start = offset
    switch type {
    case 1, 2: return ThriftValue(offset: start, kind: .bool(try byte() == 1))
    case 3:
      return ThriftValue(offset: start, kind: .integer(Int64(Int8(bitPattern: try byte()))))
    case 4, 5, 6: return ThriftValue(offset: start, kind: .integer(try zigzag()))
    case 7:
      _ = try take(8)
      return ThriftValue(offset: start, kind: .double)
    case 8:
      let length = try varint()
      guard length <= UInt64(end - offset) else {
        throw ParquetError(at: start, "\(length) bytes of text where \(end - offset) are left")
      }
      return ThriftValue(offset: start, kind: .binary(try take(Int(length))))
    case 9, 10: return try list(depth: depth)
    case 12: return try structure(depth: depth + 1)
    default: throw ParquetError(at: start, "Thrift type \(type), which Parquet does not use")
    }
  }

  private mutating func list(depth: Int) throws(ParquetError) -> ThriftValue {
    let start = offset
    if depth > Self.deepestNesting { throw ParquetError(at: start, "lists nested too deeply") }
    let header = try byte()
    let count = header >> 4 == 15 ? try varint() : UInt64(header >> 4)
    guard count <= UInt64(end - offset) else {
      throw ParquetError(at: start, "a list of \(count) where \(end - offset) bytes are left")
    }
    var elements: [ThriftValue] = []
    for _ in 0..<count {
      elements.append(try value(header & 15, depth: depth + 1))
    }
    return ThriftValue(offset: start, kind: .list(elements))
  }

  private mutating func byte() throws(ParquetError) -> UInt8 {
    guard offset < end else { throw ParquetError(at: offset, "the metadata ends too soon") }
    defer { offset += 1 }
    return bytes[offset]
  }

  private mutating func take(_ count: Int) throws(ParquetError) -> Range<Int> {
    guard count <= end - offset else {
      throw ParquetError(at: offset, "the metadata ends too soon")
    }
    defer { offset += count }
    return offset..<offset + count
  }

  private mutating func varint() throws(ParquetError) -> UInt64 {
    try bytes.readVarint(&offset, end)
  }

  private mutating func zigzag() throws(ParquetError) -> Int64 {
    try bytes.readZigzag(&offset, end)
  }
}

extension [UInt8] {
  /// Reads an unsigned LEB128 number at `offset`, before `end`, and moves past it.
  func readVarint(_ offset: inout Int, _ end: Int) throws(ParquetError) -> UInt64 {
    let start = offset
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while offset < end, shift < 64 {
      let byte = self[offset]
      offset += 1
      if shift == 63 && byte > 1 { break }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw ParquetError(at: start, "a number that does not end or exceeds 64 bits")
  }

  func readZigzag(_ offset: inout Int, _ end: Int) throws(ParquetError) -> Int64 {
    let value = try readVarint(&offset, end)
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }
}

extension ThriftValue {
  /// A field of a structure; nil when it is absent.
  subscript(id: Int) -> ThriftValue? {
    if case .structure(let fields) = kind { fields[id] } else { nil }
  }

  /// The ids of a structure's fields.
  var fieldIDs: [Int] {
    if case .structure(let fields) = kind { Array(fields.keys) } else { [] }
  }

  /// An integer field that must be there and not be negative.
  func count(_ id: Int, _ name: String) throws(ParquetError) -> Int {
    let number = try integer(id, name)
    guard number >= 0 else { throw ParquetError(at: offset, "\(name) is \(number)") }
    return Int(number)
  }

  /// An integer field that must be there.
  func integer(_ id: Int, _ name: String) throws(ParquetError) -> Int64 {
    guard let field = self[id], case .integer(let number) = field.kind else {
      throw ParquetError(at: offset, "\(name) is missing or not a number")
    }
    return number
  }

  /// A structure field that must be there.
  func structure(_ id: Int, _ name: String) throws(ParquetError) -> ThriftValue {
    guard let field = self[id], case .structure = field.kind else {
      throw ParquetError(at: offset, "\(name) is missing or not a structure")
    }
    return field
  }

  /// A list field that must be there.
  func list(_ id: Int, _ name: String) throws(ParquetError) -> [ThriftValue] {
    guard let field = self[id], case .list(let elements) = field.kind else {
      throw ParquetError(at: offset, "\(name) is missing or not a list")
    }
    return elements
  }

  /// A text field that must be there and be UTF-8.
  func text(_ id: Int, _ name: String, _ bytes: [UInt8]) throws(ParquetError) -> String {
    guard let field = self[id] else { throw ParquetError(at: offset, "\(name) is missing") }
    return try field.text(name, bytes)
  }

  func text(_ name: String, _ bytes: [UInt8]) throws(ParquetError) -> String {
    guard case .binary(let range) = kind,
      let text = String(validating: bytes[range], as: UTF8.self)
    else { throw ParquetError(at: offset, "\(name) is not a text in UTF-8") }
    return text
  }

  /// A number that stands for one of an enumeration's cases; nil when the field is absent.
  func optionalCase<Case: RawRepresentable<Int64>>(
    _ id: Int, _ name: String, _: Case.Type
  ) throws(ParquetError) -> Case? {
    self[id] == nil ? nil : try enumeration(id, name, Case.self)
  }

  func enumeration<Case: RawRepresentable<Int64>>(
    _ id: Int, _ name: String, _: Case.Type
  ) throws(ParquetError) -> Case {
    let number = try integer(id, name)
    guard let value = Case(rawValue: number) else {
      throw ParquetError(at: offset, "\(name) \(number) is not one that can be read here")
    }
    return value
  }
}
