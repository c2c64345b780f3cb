import Digits
public import Columnar
import JSON5

/// A column of a table, with a comment that states its meaning and unit.
public struct TableField: Sendable, Equatable {
  public let field: Field
  public let comment: String

  public init(_ name: String, _ type: ColumnType, isNullable: Bool = false, comment: String) {
    field = Field(name, type, isNullable: isNullable)
    self.comment = comment
  }
}

/// What a table is: its identity, columns and partitioning.
public struct TableMetadata: Sendable, Equatable {
  /// A UUID in its usual text form.
  public let id: String
  public let name: String
  /// Of a table that another program changed, only the columns whose types are known here.
  public let fields: [TableField]
  /// Names of another program's columns whose types are not read here.
  public private(set) var unreadColumns: [String] = []
  /// Names of string columns whose value is one per data file and is kept in the log only.
  public let partitionColumns: [String]
  /// In milliseconds since 1970-01-01T00:00:00Z.
  public let createdAt: Int64
  /// The table's properties: those of the protocol, `delta.…`, and applications' own.
  public let configuration: [String: String]

  /// Whether the table refuses to have rows taken away.
  var isAppendOnly: Bool { configuration["delta.appendOnly"] == "true" }

  /// - Parameter id: any 128 bits that no other table has; they become a UUID of version 8.
  public init(
    id: UInt128, name: String, fields: [TableField], partitionColumns: [String] = [],
    createdAt: Int64, configuration: [String: String] = [:]
  ) {
    self.init(
      id: Self.uuid(id), name: name, fields: fields, partitionColumns: partitionColumns,
      createdAt: createdAt, configuration: configuration)
  }

  init(
    id: String, name: String, fields: [TableField], partitionColumns: [String], createdAt: Int64,
    configuration: [String: String]
  ) {
    self.id = id
    self.name = name
    self.fields = fields
    self.partitionColumns = partitionColumns
    self.createdAt = createdAt
    self.configuration = configuration
  }

  /// The columns that data files hold: all but the partition columns.
  public var dataFields: [Field] {
    fields.map(\.field).filter { !partitionColumns.contains($0.name) }
  }

  /// RFC 9562: version 8 (custom) in bits 48–51, variant 2 in bits 64–65, counted from the top.
  static func uuid(_ bits: UInt128) -> String {
    var value = bits
    value = value & ~(UInt128(0xF) << 76) | UInt128(8) << 76
    value = value & ~(UInt128(3) << 62) | UInt128(2) << 62
    let text = Array(digits(value, width: 32, radix: 16))
    return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(text[$0]) }
      .joined(separator: "-")
  }
}

extension TableMetadata {
  /// The `metaData` action.
  var action: JSONNode {
    .object([
      (
        "metaData",
        .object([
          ("id", .string(id)), ("name", .string(name)),
          ("format", .object([("provider", .string("parquet")), ("options", .object([]))])),
          ("schemaString", .string(schemaNode.compact)),
          ("partitionColumns", .array(partitionColumns.map(JSONNode.string))),
          (
            "configuration",
            .object(
              configuration.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
          ), ("createdTime", .int(createdAt)),
        ])
      )
    ])
  }

  private var schemaNode: JSONNode {
    let fields = fields.map { entry -> JSONNode in
      .object([
        ("name", .string(entry.field.name)), ("type", .string(entry.field.type.deltaName)),
        ("nullable", .bool(entry.field.isNullable)),
        ("metadata", .object([("comment", .string(entry.comment))])),
      ])
    }
    return .object([("type", .string("struct")), ("fields", .array(fields))])
  }

  /// Reads a `metaData` action; the error is the reason alone.
  static func parse(_ value: JSON5Value) throws(ActionError) -> TableMetadata {
    let (schema, unread) = try parseSchema(try value.text("schemaString"))
    let partitions = value["partitionColumns"]?.array?.compactMap(\.string) ?? []
    for name in partitions where !schema.contains(where: { $0.field.name == name }) {
      throw ActionError("partition column \(name) is not in the schema")
    }
    if let provider = value["format"]?["provider"]?.string, provider != "parquet" {
      throw ActionError("data files of format \(provider); only parquet is read")
    }
    var metadata = TableMetadata(
      id: try value.text("id"), name: value["name"]?.string ?? "", fields: schema,
      partitionColumns: partitions, createdAt: value["createdTime"]?.integer ?? 0,
      configuration: Dictionary(
        uniqueKeysWithValues: (value["configuration"]?.object ?? []).compactMap { member in
          member.value.string.map { (member.key, $0) }
        }))
    metadata.unreadColumns = unread
    return metadata
  }

  private static func parseSchema(
    _ text: String
  ) throws(ActionError) -> (fields: [TableField], unread: [String]) {
    let schema: JSON5Value
    do throws(JSON5Error) {
      schema = try JSON5.parse(Array(text.utf8), source: "schemaString")
    } catch {
      throw ActionError(error.description)
    }
    guard let fields = schema["fields"]?.array else {
      throw ActionError("schemaString has no fields")
    }
    var result: [TableField] = []
    var unread: [String] = []
    for field in fields {
      let name = try field.text("name")
      let isNullable = field["nullable"]?.bool ?? true
      guard let type = field["type"]?.string.flatMap(ColumnType.init(deltaName:)) else {
        // Another program's column; what this one writes has no value there.
        if isNullable {
          unread.append(name)
          continue
        }
        throw ActionError(
          "column \(name) is not long, integer, string, date or timestamp, so it cannot be written")
      }
      if field["metadata"]?["delta.invariants"] != nil {
        throw ActionError("column \(name) has an invariant, which this writer cannot enforce")
      }
      result.append(
        TableField(
          name, type, isNullable: isNullable,
          comment: field["metadata"]?["comment"]?.string ?? ""))
    }
    return (result, unread)
  }
}

extension ColumnType {
  /// The name of the type in a Delta schema.
  var deltaName: String {
    switch self {
    case .int32: "integer"
    case .int64: "long"
    case .date: "date"
    case .timestampMicros: "timestamp"
    case .string: "string"
    }
  }

  init?(deltaName: String) {
    guard let type = Self.allCases.first(where: { $0.deltaName == deltaName }) else { return nil }
    self = type
  }
}
