/// Writes structures in Thrift's compact protocol, fields in ascending order of their ids.
struct ThriftWriter {
  private(set) var bytes: [UInt8] = []
  private var lastField = 0

  enum ElementType: UInt8 {
    case bool = 1
    case int32 = 5
    case int64 = 6
    case binary = 8
    case structure = 12
  }

  /// The bytes of one structure whose fields `body` writes.
  static func structure(_ body: (inout ThriftWriter) -> Void) -> [UInt8] {
    var writer = ThriftWriter()
    writer.nested(body)
    return writer.bytes
  }

  mutating func bool(_ id: Int, _ value: Bool) {
    header(id, value ? 1 : 2)
  }

  mutating func int16(_ id: Int, _ value: Int) {
    header(id, 4)
    bytes.appendZigzag(Int64(value))
  }

  mutating func int32(_ id: Int, _ value: Int) {
    header(id, ElementType.int32.rawValue)
    bytes.appendZigzag(Int64(value))
  }

  mutating func int64(_ id: Int, _ value: Int) {
    header(id, ElementType.int64.rawValue)
    bytes.appendZigzag(Int64(value))
  }

  mutating func binary(_ id: Int, _ value: some Collection<UInt8>) {
    header(id, ElementType.binary.rawValue)
    appendBinary(value)
  }

  mutating func structure(_ id: Int, _ body: (inout ThriftWriter) -> Void) {
    header(id, ElementType.structure.rawValue)
    nested(body)
  }

  /// A list; `element` appends one item, by the `append…` methods or ``nested(_:)``.
  mutating func list<Items: Collection>(
    _ id: Int, of type: ElementType, _ items: Items,
    _ element: (inout ThriftWriter, Items.Element) -> Void
  ) {
    header(id, 9)
    if items.count < 15 {
      bytes.append(UInt8(items.count) << 4 | type.rawValue)
    } else {
      bytes.append(0xF0 | type.rawValue)
      bytes.appendVarint(UInt64(items.count))
    }
    for item in items { element(&self, item) }
  }

  mutating func appendBinary(_ value: some Collection<UInt8>) {
    bytes.appendVarint(UInt64(value.count))
    bytes.append(contentsOf: value)
  }

  mutating func appendBool(_ value: Bool) {
    bytes.append(value ? 1 : 2)
  }

  mutating func appendInteger(_ value: Int) {
    bytes.appendZigzag(Int64(value))
  }

  mutating func nested(_ body: (inout ThriftWriter) -> Void) {
    let outer = lastField
    lastField = 0
    body(&self)
    bytes.append(0)
    lastField = outer
  }

  private mutating func header(_ id: Int, _ type: UInt8) {
    let delta = id - lastField
    lastField = id
    if 1...15 ~= delta {
      bytes.append(UInt8(delta) << 4 | type)
    } else {
      bytes.append(type)
      bytes.appendZigzag(Int64(id))
    }
  }
}

extension [UInt8] {
  /// Unsigned LEB128: seven bits a byte, the lowest first, the top bit set on all but the last.
  mutating func appendVarint(_ value: UInt64) {
    var rest = value
    while rest > 0x7F {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(rest))
  }

  mutating func appendZigzag(_ value: Int64) {
    appendVarint(UInt64(bitPattern: value << 1 ^ value >> 63))
  }
}
