// Numbers of the Parquet format (`parquet.thrift` of apache/parquet-format).

enum PhysicalType: Int64 {
  case int32 = 1
  case int64 = 2
  case byteArray = 6
}

enum Encoding: Int64 {
  case plain = 0
  case runLength = 3
  case deltaBinaryPacked = 5
  case deltaLengthByteArray = 6
  case runLengthDictionary = 8
}

enum Codec: Int64 {
  case uncompressed = 0
  case gzip = 2

  /// The codecs of the format that are not read here.
  static let othersByNumber: [Int64: String] = [
    1: "snappy", 3: "lzo", 4: "brotli", 5: "lz4", 6: "zstd", 7: "lz4_raw",
  ]
}

enum PageType: Int64 {
  case data = 0
  case dictionary = 2
  case dataV2 = 3
}

enum ConvertedType: Int64 {
  case utf8 = 0
  case date = 6
  case timestampMicros = 10
  case int32 = 17
  case int64 = 18
}

enum ParquetLimits {
  static let magic: [UInt8] = Array("PAR1".utf8)
  /// No row group holds more rows; the reader refuses one that claims to, which bounds what a
  /// small hostile file can make it allocate.
  static let groupRows = 1_048_576
  /// A longer bound is left out of the statistics.
  static let boundBytes = 64
}

extension ColumnType {
  var physical: PhysicalType {
    switch self {
    case .int32, .date: .int32
    case .int64, .timestampMicros: .int64
    case .string: .byteArray
    }
  }

  var converted: ConvertedType? {
    switch self {
    case .int32, .int64: nil
    case .date: .date
    case .timestampMicros: .timestampMicros
    case .string: .utf8
    }
  }
}

extension StatisticValue {
  /// PLAIN encoding without a length, as statistics hold it.
  func plainBytes(_ type: ColumnType) -> [UInt8] {
    switch self {
    case .string(let text):
      return Array(text.utf8)
    case .integer(let value):
      let width: Int64 = type.physical == .int32 ? 4 : 8
      return (0..<width).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
  }
}
