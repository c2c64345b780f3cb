import Parallel

/// One thing that is wrong with a store.
public struct StoreFault: Sendable, Equatable, CustomStringConvertible {
  /// The file or table that it was found in.
  public let place: String
  public let message: String

  public var description: String { "\(place): \(message)" }
}

/// What a check looked at and found.
public struct StoreCheck: Sendable {
  /// Live data files of all tables.
  public let filesRead: Int
  /// Rows of all versions in them.
  public let rowsRead: Int
  public let faults: [StoreFault]
}

extension ReadStore {
  /// Reads every live file of every table and verifies checksums, counts and the store's laws:
  /// rows in ascending order of endpoint, all of the file's day and month, endpoints that the
  /// registry knows, versions of a read that count up from 1 without gap or repetition.
  public func check(threads: Int) async throws -> StoreCheck {
    var faults: [StoreFault] = []
    var filesRead = 0
    var rowsRead = 0
    for name in StoreTable.siblings {
      for file in files(of: name) {
        filesRead += 1
        do throws(HeadEndError) {
          let opened = try file.open()
          rowsRead += opened.rowCount
          for field in name.fields where !name.partitionColumns.contains(field.field.name) {
            try opened.verify(field.field.name)
          }
        } catch {
          faults.append(StoreFault(place: name.rawValue, message: "\(error)"))
        }
      }
    }
    let index = EndpointIndex(registry.map(\.endpoint.rawValue))
    let slots = days.map { slot($0) }
    let checks = try await parallelMap(count: slots.count, threads: threads) { number in
      SlotCheck(slots[number], index: index)
    }
    for dataFile in snapshot(.reads).files where Self.day(of: dataFile) == nil {
      faults.append(
        StoreFault(
          place: table(.reads).fullPath(of: dataFile),
          message: "the log does not say which day it holds"))
    }
    return StoreCheck(
      filesRead: filesRead + checks.reduce(0) { $0 + $1.filesRead },
      rowsRead: rowsRead + checks.reduce(0) { $0 + $1.rowsRead },
      faults: faults + checks.flatMap(\.faults))
  }
}

/// The check of one slot.
private struct SlotCheck: Sendable {
  private(set) var filesRead = 0
  private(set) var rowsRead = 0
  private(set) var faults: [StoreFault] = []

  init(_ slot: StoredSlot, index: EndpointIndex) {
    var versions: [Int64: [Int32]] = [:]
    // Versions above 1 are rare, so that the rows of a slot's first file are only counted.
    var firsts = ReadRows()
    for file in slot.files {
      let path = file.table.fullPath(of: file.dataFile)
      filesRead += 1
      do throws(HeadEndError) {
        let opened = try file.open()
        let days = try opened.integers("day")
        for field in StoreTable.reads.fields where field.field.name != "month" {
          try opened.verify(field.field.name)
        }
        let rows = try ReadRows(opened)
        rowsRead += rows.count
        checkRows(rows, days: days, slot: slot, index: index, path: path)
        if file.dataFile.partitionValues["month"] != slot.day.monthName {
          add(path, "is not in partition month=\(slot.day.monthName)")
        }
        if firsts.count == 0 {
          firsts = rows
        } else {
          for row in 0..<rows.count {
            versions[rows.endpoints[row], default: []].append(rows.versions[row])
          }
        }
      } catch {
        add(path, "\(error)")
      }
    }
    for row in 0..<firsts.count {
      if versions.isEmpty && firsts.versions[row] == 1 { continue }
      versions[firsts.endpoints[row], default: []].append(firsts.versions[row])
    }
    for (endpoint, numbers) in versions.sorted(by: { $0.key < $1.key })
    where numbers.sorted() != (1...Int32(numbers.count)).map({ $0 }) {
      let list = numbers.sorted().map(String.init).joined(separator: ", ")
      add(
        "reads of \(slot.day)",
        "endpoint \(endpoint) has versions \(list); expected 1 to \(numbers.count), once each")
    }
  }

  private mutating func checkRows(
    _ rows: ReadRows, days: [Int64], slot: StoredSlot, index: EndpointIndex, path: String
  ) {
    let foreign = days.count { $0 != Int64(slot.day.number) }
    if foreign > 0 { add(path, "\(foreign) rows are not of \(slot.day)") }
    var unordered = 0
    for row in rows.endpoints.indices.dropFirst()
    where rows.endpoints[row - 1] >= rows.endpoints[row] { unordered += 1 }
    if unordered > 0 {
      add(path, "\(unordered) rows do not follow in ascending order of endpoint_id")
    }
    let unknown = rows.endpoints.count {
      index.row(of: UInt32(truncatingIfNeeded: $0)) == nil
    }
    if unknown > 0 { add(path, "\(unknown) rows are of endpoints that the registry does not know") }
  }

  private mutating func add(_ place: String, _ message: String) {
    faults.append(StoreFault(place: place, message: message))
  }
}
