import Columnar
import DeltaTable
import Metering

/// A day's rows on the way into a grid: what was received goes into the cells, everything else is
/// kept beside them.
struct DayLoad: Sendable {
  /// Rows that are no first version of a reception, in order: mostly few.
  private(set) var others = ReadRows()
  /// The newest entry of a person, by row of the endpoint.
  private(set) var entries: [Int: StoredRead] = [:]
  /// The collector of the last reception, by row of the endpoint; 2³² − 1 where there is none.
  private(set) var collectors: [UInt32]

  /// Makes the collectors those of endpoints that were received on this day.
  func addAreas(to areas: inout [UInt32]) {
    for row in collectors.indices where collectors[row] != Self.noCollector {
      areas[row] = collectors[row]
    }
  }

  /// Forgets the collectors, which take as much memory as a day's registers.
  mutating func dropCollectors() { collectors = [] }

  static let noCollector = UInt32.max

  /// Loads a slot.
  ///
  /// - Parameter number: of the day in the grid.
  init(_ slot: StoredSlot, _ number: Int, into grid: ReadGrid, _ index: EndpointIndex)
    throws(HeadEndError)
  {
    collectors = [UInt32](repeating: Self.noCollector, count: grid.endpointCount)
    for file in slot.files {
      if !file.isSplit,
        let rows = try FirstVersions(file.file.open(), file.file.dataFile.statistics)
      {
        try load(rows, number, into: grid, index, path: file.file.path)
      } else {
        others.append(try file.rows(of: slot.day))
      }
    }
    others = others.inOrder
    takeOthers(number, into: grid, index)
  }

  private mutating func load(
    _ rows: FirstVersions, _ number: Int, into grid: ReadGrid, _ index: EndpointIndex, path: String
  ) throws(HeadEndError) {
    for row in rows.endpoints.indices {
      guard let endpoint = UInt32(exactly: rows.endpoints[row]),
        let register = UInt32(exactly: rows.registers[row]), rows.readAt[row].magnitude < 1 << 62
      else {
        throw .damagedStore("\(path): row \(row) is not a read; restore the file from a copy")
      }
      guard let place = index.row(of: endpoint) else { continue }
      grid.receive(
        number, place, register: register, at: rows.readAt[row] / 1000,
        attributes: UInt16(
          truncatingIfNeeded: rows.ertTypes[row] << 5 | (rows.tamper?[row] ?? rows.sameTamper) & 31)
      )
      collectors[place] = UInt32(truncatingIfNeeded: rows.collectors[row])
    }
  }

  /// Receptions among the other rows win over first versions; of persons' entries the last counts.
  private mutating func takeOthers(_ number: Int, into grid: ReadGrid, _ index: EndpointIndex) {
    for row in 0..<others.count {
      let read = others.reads[row]
      guard let place = index.row(of: others.endpoints[row]) else { continue }
      if let reception = read.reception {
        grid.receive(
          number, place, register: read.register, at: read.stamp,
          attributes: UInt16(reception.ertType) << 5 | UInt16(reception.tamper & 31))
        collectors[place] = reception.collector
      } else if read.source == .person {
        entries[place] = read
      }
    }
  }
}

extension ReadRows {
  fileprivate mutating func append(_ other: ReadRows) { append(0..<other.count, of: other) }
}

/// The columns that validation needs of a data file in which every row is the first version of a
/// reception: of all but a few.
private struct FirstVersions {
  let endpoints: [Int64]
  let registers: [Int64]
  let readAt: [Int64]
  let collectors: [Int64]
  let ertTypes: [Int64]
  /// Nil where `sameTamper` is that of all rows.
  let tamper: [Int64]?
  let sameTamper: Int64

  /// Nil for a file that may have other rows too, or whose rows are in no order: then they are
  /// looked at one by one. What all rows have in common the log says.
  init?(_ file: StoredFile, _ statistics: FileStatistics?) throws(HeadEndError) {
    guard let statistics, statistics.constant("source") == .string(ReadSource.radio.name),
      statistics.constant("version") == .integer(1), statistics.nullCounts["collector_id"] == 0
    else { return nil }
    let ids = try file.integers("endpoint_id")
    guard ids.indices.dropFirst().allSatisfy({ ids[$0 - 1] < ids[$0] }) else { return nil }
    endpoints = ids
    registers = try file.integers("register")
    readAt = try file.integers("read_at")
    collectors = try file.integers("collector_id")
    ertTypes = try file.integers("ert_type")
    if case .integer(let same) = statistics.constant("tamper") {
      tamper = nil
      sameTamper = same
    } else {
      tamper = try file.integers("tamper")
      sameTamper = 0
    }
  }
}

extension FileStatistics {
  /// The value that all rows of a column have; nil where they differ or nothing tells.
  fileprivate func constant(_ column: String) -> StatisticValue? {
    guard let bounds = bounds[column], bounds.min == bounds.max, nullCounts[column] == 0 else {
      return nil
    }
    return bounds.min
  }
}
