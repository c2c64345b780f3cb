/// What the values of a column are.
public enum ColumnType: String, Sendable, CaseIterable {
  /// Signed 32-bit integers.
  case int32
  /// Signed 64-bit integers.
  case int64
  /// Days since 1970-01-01, signed 32-bit.
  case date
  /// Microseconds since 1970-01-01T00:00:00Z, signed 64-bit.
  case timestampMicros
  /// UTF-8 text.
  case string
}

/// A column's name and type.
public struct Field: Sendable, Equatable {
  public var name: String
  public var type: ColumnType
  /// Whether rows may have no value.
  public var isNullable: Bool

  public init(_ name: String, _ type: ColumnType, isNullable: Bool = false) {
    self.name = name
    self.type = type
    self.isNullable = isNullable
  }
}

/// Strings of high cardinality, end to end in one buffer.
public struct TextColumn: Sendable, Equatable {
  /// The UTF-8 bytes of all strings, one after another.
  public private(set) var bytes: [UInt8] = []
  /// Where each string starts in `bytes`, and a last entry where the last one ends.
  public private(set) var offsets: [Int] = [0]

  public init() {}

  public init(_ strings: some Sequence<String>) {
    for string in strings { append(string) }
  }

  public var count: Int { offsets.count - 1 }

  public subscript(row: Int) -> String {
    bytes.withUnsafeBufferPointer {
      String(
        decoding: UnsafeBufferPointer(rebasing: $0[offsets[row]..<offsets[row + 1]]), as: UTF8.self)
    }
  }

  public mutating func append(_ string: String) {
    var string = string
    string.withUTF8 { append(utf8: $0) }
  }

  /// Appends a string given as UTF-8.
  public mutating func append(utf8: UnsafeBufferPointer<UInt8>) {
    bytes.append(contentsOf: utf8)
    offsets.append(bytes.count)
  }

  /// Appends strings that lie end to end in `utf8`.
  ///
  /// - Parameters:
  ///   - lengths: of the strings, in bytes; none is negative, and all together are those of `utf8`.
  ///   - present: 1 for each row that has the next string, else 0 for an empty one; nil when all have.
  mutating func append(_ utf8: ArraySlice<UInt8>, lengths: [Int32], present: [Int32]?) {
    var end = bytes.count
    bytes += utf8
    guard let present else {
      for length in lengths {
        end += Int(length)
        offsets.append(end)
      }
      return
    }
    var next = 0
    for flag in present {
      if flag == 1 {
        end += Int(lengths[next])
        next += 1
      }
      offsets.append(end)
    }
  }

  /// Appends strings that are known by their places 0..<count.
  ///
  /// - Parameter string: is called twice for each.
  public mutating func append(count: Int, _ string: (Int) -> String) {
    let byteCount = (0..<count).reduce(0) { $0 + string($1).utf8.count }
    bytes += Array(unsafeUninitializedCapacity: byteCount) { room, used in
      let room = UnsafeMutableRawBufferPointer(room)
      for place in 0..<count {
        var string = string(place)
        string.withUTF8 {
          room.copy(UnsafeRawBufferPointer($0), to: used)
          used += $0.count
        }
        offsets.append(bytes.count + used)
      }
    }
  }

  /// Makes room for so many strings of so many bytes in all.
  public mutating func reserveCapacity(_ count: Int, byteCount: Int) {
    offsets.reserveCapacity(offsets.count + count)
    bytes.reserveCapacity(bytes.count + byteCount)
  }
}

extension UnsafeMutableRawBufferPointer {
  /// Copies a string, mostly one of some ten bytes, by whole words: the last of them may overlap the
  /// one before.
  @inline(__always)
  fileprivate func copy(_ string: UnsafeRawBufferPointer, to start: Int) {
    if string.count >= 8 {
      var place = 0
      while place + 8 < string.count {
        copyWord(string, place, to: start, UInt64.self)
        place += 8
      }
      copyWord(string, string.count - 8, to: start, UInt64.self)
    } else if string.count >= 4 {
      copyWord(string, 0, to: start, UInt32.self)
      copyWord(string, string.count - 4, to: start, UInt32.self)
    } else {
      for place in string.indices { self[start + place] = string[place] }
    }
  }

  @inline(__always)
  private func copyWord<Word: BitwiseCopyable>(
    _ string: UnsafeRawBufferPointer, _ place: Int, to start: Int, _ type: Word.Type
  ) {
    storeBytes(
      of: string.loadUnaligned(fromByteOffset: place, as: type), toByteOffset: start + place,
      as: type)
  }
}

/// The values of a column, one entry per row whether it has a value or not.
public enum ColumnData: Sendable, Equatable {
  /// For `int32` and `date`.
  case int32([Int32])
  /// For `int64` and `timestampMicros`.
  case int64([Int64])
  /// For `string` with at most 255 distinct values: each row's index into `values`;
  /// ``nullCode`` (255) means no value. `values` holds no string twice.
  case dictionary(codes: [UInt8], values: [String])
  /// For `string` with more distinct values: as above, with ``wideNullCode`` (−1) for no value.
  case wideDictionary(codes: [Int32], values: [String])
  /// For `string` with mostly distinct values.
  case text(TextColumn)

  public static let nullCode: UInt8 = 255
  public static let wideNullCode: Int32 = -1

  public var count: Int {
    switch self {
    case .int32(let values): values.count
    case .int64(let values): values.count
    case .dictionary(let codes, _): codes.count
    case .wideDictionary(let codes, _): codes.count
    case .text(let text): text.count
    }
  }
}

/// A named, typed column of values.
public struct Column: Sendable, Equatable {
  public var field: Field
  public var data: ColumnData
  /// For nullable columns of integers or text: whether each row has a value; nil when all have.
  /// The entry in `data` of a row without a value is ignored (the reader gives 0 or ""). Dictionary
  /// columns mark such rows by their null code instead.
  public var validity: [Bool]?

  public init(_ field: Field, _ data: ColumnData, validity: [Bool]? = nil) {
    self.field = field
    self.data = data
    self.validity = validity
  }
}
