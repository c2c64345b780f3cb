import Columnar
import DeltaTable
import DurableFiles

/// A live data file of a table, to be opened when needed.
struct LiveFile: Sendable {
  let dataFile: DataFile
  let table: DeltaTable
  let fileSystem: FileSystem

  var path: String { table.fullPath(of: dataFile) }

  func open() throws(HeadEndError) -> StoredFile {
    try StoredFile(dataFile, of: table, in: fileSystem)
  }
}

/// A data file of the store, opened for reading whole columns.
struct StoredFile {
  static let mending = "restore it from a copy"

  let path: String
  private let file: ParquetFile

  init(_ dataFile: DataFile, of table: DeltaTable, in fileSystem: FileSystem)
    throws(HeadEndError)
  {
    let path = table.fullPath(of: dataFile)
    try self.init(try Self.bytes(at: path, in: fileSystem), of: dataFile, path: path)
  }

  /// The content of a live data file.
  static func bytes(at path: String, in fileSystem: FileSystem) throws(HeadEndError) -> [UInt8] {
    do throws(FileError) {
      return try fileSystem.readFile(path)
    } catch {
      if error.isNotFound {
        throw .damagedStore("\(path): missing, though the log says that it is live; \(mending)")
      }
      throw .file(error)
    }
  }

  /// - Parameter bytes: the file's content.
  init(_ bytes: [UInt8], of dataFile: DataFile, path: String) throws(HeadEndError) {
    self.path = path
    do throws(ParquetError) {
      file = try ParquetFile(bytes)
    } catch {
      throw .parquet(path: path, error)
    }
    if let promised = dataFile.statistics?.rowCount, promised != Int64(file.rowCount) {
      throw .damagedStore(
        "\(path): holds \(file.rowCount) rows, but the log says \(promised); \(Self.mending)")
    }
  }

  private init(_ file: ParquetFile, path: String) {
    self.file = file
    self.path = path
  }

  /// The file's row groups, each as if it were the whole file.
  var groups: [StoredFile] {
    (0..<file.groupCount).map { StoredFile(file.group($0), path: path) }
  }

  /// The columns that say what a register showed on which day.
  static let coreColumns = ["endpoint_id", "day", "register"]

  /// Bytes of these columns.
  var coreByteCount: Int { Self.coreColumns.reduce(0) { $0 + byteCount(of: $1) } }

  var rowCount: Int { file.rowCount }

  /// How many bytes of the file a column takes.
  func byteCount(of column: String) -> Int { file.byteCount(of: column) }

  /// A column of whole numbers; 0 in rows without a value.
  func integers(_ name: String) throws(HeadEndError) -> [Int64] {
    try integers(of: column(name), name)
  }

  private func integers(of column: Column, _ name: String) throws(HeadEndError) -> [Int64] {
    switch column.data {
    case .int32(let values): values.map(Int64.init)
    case .int64(let values): values
    default: throw wrongType(name, "whole numbers")
    }
  }

  /// A column of whole numbers, nil in rows without a value.
  func optionalIntegers(_ name: String) throws(HeadEndError) -> [Int64?] {
    let column = try column(name)
    let values = try integers(of: column, name)
    guard let validity = column.validity else { return values }
    return zip(values, validity).map { $1 ? $0 : nil }
  }

  /// A column of texts, nil in rows without a value.
  func texts(_ name: String) throws(HeadEndError) -> [String?] {
    let column = try column(name)
    switch column.data {
    case .dictionary(let codes, let values):
      return codes.map { $0 == ColumnData.nullCode ? nil : values[Int($0)] }
    case .wideDictionary(let codes, let values):
      return codes.map { $0 == ColumnData.wideNullCode ? nil : values[Int($0)] }
    case .text(let text):
      return (0..<text.count).map { column.validity?[$0] == false ? nil : text[$0] }
    default: throw wrongType(name, "texts")
    }
  }

  /// A column of few texts, each as its place in a list; 255 in rows without a value.
  ///
  /// - Throws: for a text that the list lacks.
  func codes(_ name: String, _ known: [String]) throws(HeadEndError) -> [UInt8] {
    let texts: [String?]
    switch try column(name).data {
    case .dictionary(let codes, let values):
      var places = [UInt8](repeating: ColumnData.nullCode, count: 256)
      for (code, value) in values.enumerated() {
        places[code] = try place(of: value, known, name)
      }
      return codes.map { places[Int($0)] }
    default: texts = try self.texts(name)
    }
    var places: [UInt8] = []
    for text in texts {
      places.append(
        try text.map { text throws(HeadEndError) in try place(of: text, known, name) }
          ?? ColumnData.nullCode)
    }
    return places
  }

  private func place(of text: String, _ known: [String], _ name: String) throws(HeadEndError)
    -> UInt8
  {
    guard let place = known.firstIndex(of: text) else {
      throw .damagedStore(
        "\(path): column \(name) says '\(text)', which is none of "
          + "\(known.joined(separator: ", ")); \(Self.mending)")
    }
    return UInt8(place)
  }

  /// Which rows of a column have a value, without making texts of them.
  func hasValue(_ name: String) throws(HeadEndError) -> [Bool] {
    let column = try column(name)
    if case .dictionary(let codes, _) = column.data {
      return codes.map { $0 != ColumnData.nullCode }
    }
    return column.validity ?? [Bool](repeating: true, count: rowCount)
  }

  func column(_ name: String) throws(HeadEndError) -> Column {
    do throws(ParquetError) {
      return try file.read(name)
    } catch {
      throw .parquet(path: path, error)
    }
  }

  private func wrongType(_ name: String, _ expected: String) -> HeadEndError {
    .damagedStore("\(path): column \(name) does not hold \(expected)")
  }
}
