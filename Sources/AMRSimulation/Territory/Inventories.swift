import CSV
import Metering

/// Meters that stand where somebody measured or planned them.
struct MeterInventory: Sendable, Equatable {
  struct Meter: Sendable, Equatable {
    /// Degrees north.
    var latitudeDeg: Double
    /// Degrees east.
    var longitudeDeg: Double
    var endpoint: EndpointID
    /// Index into the scenario's classes; nil where the file does not say.
    var moduleClass: Int?
    /// Index into the scenario's entry classes; nil where the file does not say.
    var entryClass: Int?
  }

  /// At least one, in the order of the file.
  let meters: [Meter]

  /// The meters of a CSV file with the columns `latitude_deg`, `longitude_deg` and, where wanted,
  /// `endpoint_id` (in every row), `class` and `entry` (names of classes; may be left empty).
  ///
  /// - Parameters:
  ///   - classNames: the names of the scenario's module classes, in their order.
  ///   - entryNames: those of its entry classes.
  ///   - firstEndpointID: where the file has no `endpoint_id`, IDs follow on from here.
  /// - Throws: for the first row that is malformed, out of range, of no known class or has an
  ///   `endpoint_id` that another row has.
  static func decode(
    _ bytes: [UInt8], source: String, classNames: [String], entryNames: [String],
    firstEndpointID: Int
  ) throws(CSVError) -> MeterInventory {
    var reader = try CSVReader(bytes, source: source)
    let position = try PositionColumns(reader)
    let className = reader.optionalColumn("class")
    let entryName = reader.optionalColumn("entry")
    var ids = IDColumn(
      reader, name: "endpoint_id", range: 1...ScenarioSchema.highestEndpointID,
      first: firstEndpointID)
    var meters: [Meter] = []
    while try reader.nextRow() {
      guard meters.count < ScenarioSchema.mostModules else {
        throw reader.error("expected at most \(ScenarioSchema.mostModules) meters")
      }
      let (latitude, longitude) = try position.values(reader)
      let id = try ids.next(reader)
      meters.append(
        Meter(
          latitudeDeg: latitude, longitudeDeg: longitude, endpoint: EndpointID(rawValue: id),
          moduleClass: try className.flatMap { column throws(CSVError) in
            try classIndex(
              reader, column, among: classNames, of: ScenarioSchema.moduleClasses.name)
          },
          entryClass: try entryName.flatMap { column throws(CSVError) in
            try classIndex(
              reader, column, among: entryNames, of: ScenarioSchema.entryClasses.name)
          }))
    }
    try ids.refuseDuplicates()
    guard !meters.isEmpty else { throw reader.error("expected at least one meter") }
    return MeterInventory(meters: meters)
  }

  private static func classIndex(
    _ reader: CSVReader, _ column: CSVColumn, among names: [String], of list: String
  ) throws(CSVError) -> Int? {
    if reader.isEmpty(column) { return nil }
    let name = try reader.string(column)
    guard let index = names.firstIndex(of: name) else {
      throw reader.refused(
        column, expected: "\(alternatives(names)) as in \(list), or nothing")
    }
    return index
  }
}

/// Collectors that stand where somebody measured or planned them.
struct CollectorInventory: Sendable, Equatable {
  struct Site: Sendable, Equatable {
    /// Degrees north.
    var latitudeDeg: Double
    /// Degrees east.
    var longitudeDeg: Double
    var collector: CollectorID
  }

  /// At least one, in the order of the file.
  let sites: [Site]

  /// The sites of a CSV file with the columns `latitude_deg`, `longitude_deg` and, where wanted,
  /// `collector_id` (in every row); without it collectors are numbered from 1.
  ///
  /// Throws for the first row that is malformed or out of range or has another row's
  /// `collector_id`.
  static func decode(
    _ bytes: [UInt8], source: String
  ) throws(CSVError) -> CollectorInventory {
    var reader = try CSVReader(bytes, source: source)
    let position = try PositionColumns(reader)
    var ids = IDColumn(reader, name: "collector_id", range: 1...Int(UInt32.max), first: 1)
    var sites: [Site] = []
    while try reader.nextRow() {
      let (latitude, longitude) = try position.values(reader)
      let id = try ids.next(reader)
      sites.append(
        Site(
          latitudeDeg: latitude, longitudeDeg: longitude, collector: CollectorID(rawValue: id)))
    }
    try ids.refuseDuplicates()
    guard !sites.isEmpty else { throw reader.error("expected at least one site") }
    return CollectorInventory(sites: sites)
  }
}

/// A column of numbers that may appear once each, or consecutive numbers where a file has none.
private struct IDColumn {
  private let source: String
  private let name: String
  private let column: CSVColumn?
  /// Within UInt32.
  private let range: ClosedRange<Int>
  private var nextID: Int
  /// Each ID taken from the file in the upper half, with its line in the lower one.
  private var taken: [UInt64] = []

  init(_ reader: CSVReader, name: String, range: ClosedRange<Int>, first: Int) {
    source = reader.source
    self.name = name
    column = reader.optionalColumn(name)
    self.range = range
    nextID = first
  }

  /// The ID of the reader's current row.
  mutating func next(_ reader: CSVReader) throws(CSVError) -> UInt32 {
    if let column {
      let id = UInt32(try reader.int(column, in: range))
      taken.append(UInt64(id) << 32 | UInt64(reader.line))
      return id
    }
    guard range.contains(nextID) else {
      throw reader.error(
        "there is no \(name) left for this row: it would be \(nextID); expected at most "
          + "\(range.upperBound)")
    }
    nextID += 1
    return UInt32(nextID - 1)
  }

  /// Throws at the first line whose ID stands on an earlier line too.
  mutating func refuseDuplicates() throws(CSVError) {
    // Sorted, equal IDs are neighbours; a set of millions would take several times the memory.
    taken.sort()
    var earliest: (line: UInt64, first: UInt64, id: UInt64)?
    for (one, other) in zip(taken, taken.dropFirst()) where one >> 32 == other >> 32 {
      let line = other & 0xFFFF_FFFF
      if line < earliest?.line ?? .max { earliest = (line, one & 0xFFFF_FFFF, one >> 32) }
    }
    if let (line, first, id) = earliest {
      throw CSVError(
        source: source, line: Int(line),
        message: "\(name): \(id) is also on line \(first); expected each \(name) once")
    }
  }
}
