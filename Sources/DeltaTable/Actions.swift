import JSON5

/// A data file of a table, as its add action describes it.
public struct DataFile: Sendable, Equatable {
  /// Relative to the table's directory.
  public let path: String
  /// One entry per partition column; nil is SQL's null.
  public let partitionValues: [String: String?]
  /// In bytes.
  public let size: Int64
  /// In milliseconds since 1970-01-01T00:00:00Z.
  public let modifiedAt: Int64
  /// Nil when the writer recorded none.
  public let statistics: FileStatistics?
  /// Of the file's bytes, 64 lowercase hexadecimal digits; nil when the writer recorded none. It is
  /// kept among the add action's tags.
  public let sha256: String?
  /// What else its writer noted of it: the add action's other tags.
  public var tags: [String: String] = [:]
}

/// One atomic change of a table.
public struct Commit: Sendable {
  public var adds: [DataFile] = []
  public var removes: [DataFile] = []
  /// For each application its new version, by which it knows later what it has committed.
  public var transactions: [String: Int64] = [:]
  /// What is being done, for people who read the log: "WRITE", "OPTIMIZE", …
  public var operation: String
  public var parameters: [String: String] = [:]
  /// For an application in `transactions` that stands for another table: the SHA-256 of the log
  /// file of that version there, so that this table's log vouches for the other's.
  public var linkedLogs: [String: String] = [:]
  /// False for a rewrite after which the table holds the same rows.
  public var changesData = true
  /// In milliseconds since 1970-01-01T00:00:00Z.
  public var timestamp: Int64

  public init(operation: String, timestamp: Int64) {
    self.operation = operation
    self.timestamp = timestamp
  }
}

/// What is wrong with an action; its place is added by who reads the log.
struct ActionError: Error {
  let reason: String

  init(_ reason: String) {
    self.reason = reason
  }
}

extension JSON5Value {
  func text(_ key: String) throws(ActionError) -> String {
    guard let text = self[key]?.string else { throw ActionError("\(key) is missing or not a text") }
    return text
  }

  func number(_ key: String) throws(ActionError) -> Int64 {
    guard let number = self[key]?.integer else {
      throw ActionError("\(key) is missing or not a whole number")
    }
    return number
  }
}

extension DataFile {
  private static let digestTag = "sha256"

  func addAction(_ metadata: TableMetadata, changesData: Bool) -> JSONNode {
    var members: [(String, JSONNode)] = [
      ("path", .string(PathEncoding.encode(path))), ("partitionValues", partitionNode(metadata)),
      ("size", .int(size)), ("modificationTime", .int(modifiedAt)),
      ("dataChange", .bool(changesData)),
    ]
    if let statistics {
      members.append(("stats", .string(statistics.text(metadata.dataFields))))
    }
    var noted = tags
    noted[Self.digestTag] = sha256
    if !noted.isEmpty {
      members.append(
        ("tags", .object(noted.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })))
    }
    return .object([("add", .object(members))])
  }

  func removeAction(_ metadata: TableMetadata, timestamp: Int64, changesData: Bool) -> JSONNode {
    .object([
      (
        "remove",
        .object([
          ("path", .string(PathEncoding.encode(path))), ("deletionTimestamp", .int(timestamp)),
          ("dataChange", .bool(changesData)), ("extendedFileMetadata", .bool(true)),
          ("partitionValues", partitionNode(metadata)), ("size", .int(size)),
        ])
      )
    ])
  }

  private func partitionNode(_ metadata: TableMetadata) -> JSONNode {
    .object(
      metadata.partitionColumns.map { name in
        (name, partitionValues[name].flatMap(\.self).map(JSONNode.string) ?? .null)
      })
  }

  /// Reads an add action.
  static func parse(
    _ value: JSON5Value, _ metadata: TableMetadata
  ) throws(ActionError) -> DataFile {
    if let vector = value["deletionVector"], !vector.isNull {
      throw ActionError("a file with a deletion vector, which this reader does not know")
    }
    var partitionValues: [String: String?] = [:]
    for name in metadata.partitionColumns {
      guard let entry = value["partitionValues"]?[name] else {
        throw ActionError("partitionValues lacks \(name)")
      }
      // The protocol lets an empty text stand for null.
      let text = entry.string.flatMap { $0.isEmpty ? nil : $0 }
      partitionValues.updateValue(text, forKey: name)
    }
    let size = try value.number("size")
    guard (0...1 << 50).contains(size) else { throw ActionError("size is \(size) bytes") }
    return DataFile(
      path: try PathEncoding.decode(try value.text("path")), partitionValues: partitionValues,
      size: size, modifiedAt: try value.number("modificationTime"),
      statistics: (value["stats"]?.string).flatMap {
        FileStatistics.parse($0, metadata.dataFields)
      }, sha256: value["tags"]?[digestTag]?.string, tags: Self.tags(value["tags"]))
  }

  private static func tags(_ value: JSON5Value?) -> [String: String] {
    var tags: [String: String] = [:]
    for member in value?.object ?? [] where member.key != digestTag {
      tags[member.key] = member.value.string
    }
    return tags
  }
}

/// Percent-encoding of the paths in the log (RFC 3986).
enum PathEncoding {
  private static let unreserved = Set("-._~/=".utf8)

  static func encode(_ path: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in path.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: bytes.append(byte)
      case _ where unreserved.contains(byte): bytes.append(byte)
      default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Refuses what leaves the table's directory, and other spellings of a path inside it: a file must
  /// have one name only, by which to tell whether it is live.
  static func decode(_ text: String) throws(ActionError) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      guard digits.utf8.count == 2, let code = UInt8(digits, radix: 16), !digits.hasPrefix("+")
      else { throw ActionError("path \(text): % is not followed by two hexadecimal digits") }
      bytes.append(code)
      rest = rest.dropFirst(2)
    }
    let path = String(decoding: bytes, as: UTF8.self)
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    if parts.contains(where: { ["", ".", ".."].contains($0) }) || text.contains(":")
      || bytes.contains(0)
    {
      throw ActionError("path \(text) is not a plain path inside the table's directory")
    }
    return path
  }
}
