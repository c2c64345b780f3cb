import DeltaTable
import Metering

/// The check of one slot of `reads`: its files, and the laws of its rows.
struct SlotCheck {
  private(set) var part = PartialCheck()
  private let slot: StoredSlot
  private let endpoints: EndpointIndex?
  /// Of endpoints that are not in the slot's first file alone.
  private var versions: [UInt32: [Int32]] = [:]
  /// The rows of the first file, which mostly is the only one.
  private var firsts = ReadRows()

  /// - Parameter endpoints: of the registry; nil when that cannot be read.
  init(_ slot: StoredSlot, _ reads: InspectedTable, endpoints: EndpointIndex?) {
    self.slot = slot
    self.endpoints = endpoints
    for file in slot.files { check(file) }
    checkVersions()
  }

  private mutating func check(_ file: StoredSlot.File) {
    let rows: ReadRows?
    if file.isFirstDay {
      guard let opened = part.checkFile(file.file, .reads) else { return }
      checkDays(file, opened)
      rows = part.attempt { () throws(HeadEndError) in try file.rows(of: slot.day) }
    } else {
      // Its faults are told with its first day.
      rows = try? file.rows(of: slot.day)
    }
    guard let rows else { return }
    checkRows(rows, of: file.file)
    if firsts.count == 0 {
      firsts = rows
    } else {
      for row in 0..<rows.count {
        versions[rows.endpoints[row], default: []].append(rows.reads[row].version)
      }
    }
  }

  /// Whether the file has rows of just the days by which it is found.
  private mutating func checkDays(_ file: StoredSlot.File, _ opened: StoredFile) {
    let found = part.attempt { () throws(HeadEndError) in try opened.integers("day") }
    guard let found else { return }
    let known = Set(file.days.map { Int64($0) })
    let foreign = found.count { !known.contains($0) }
    if foreign > 0 {
      let days = file.holdsOtherDays ? "the \(known.count) days that the log names" : "\(slot.day)"
      add(file.file, "\(foreign) rows are not of \(days)")
    }
    let absent = known.subtracting(found)
    if !absent.isEmpty {
      add(file.file, "has no rows of \(absent.count) of the days that the log names")
    }
  }

  private mutating func checkRows(_ rows: ReadRows, of file: LiveFile) {
    if file.dataFile.partitionValues["month"] != slot.day.monthName {
      add(file, "holds rows of \(slot.day) and is not in partition month=\(slot.day.monthName)")
    }
    if file.dataFile.isOwn && !rows.isInOrder {
      add(file, "rows do not follow in ascending order of endpoint_id and version")
    }
    guard let endpoints else { return }
    let unknown = rows.endpoints.count { endpoints.row(of: $0) == nil }
    if unknown > 0 { add(file, "\(unknown) rows are of endpoints that the registry does not know") }
  }

  private mutating func checkVersions() {
    for row in 0..<firsts.count {
      let endpoint = firsts.endpoints[row]
      let isAlone =
        (row == 0 || firsts.endpoints[row - 1] < endpoint)
        && (row + 1 == firsts.count || firsts.endpoints[row + 1] > endpoint)
      if isAlone && firsts.reads[row].version == 1 && versions[endpoint] == nil { continue }
      versions[endpoint, default: []].append(firsts.reads[row].version)
    }
    for (endpoint, numbers) in versions.sorted(by: { $0.key < $1.key })
    where numbers.sorted() != (1...Int32(numbers.count)).map({ $0 }) {
      let list = numbers.sorted().map(String.init).joined(separator: ", ")
      part.add(
        fault: "reads of \(slot.day): endpoint \(endpoint) has versions \(list); expected 1 to "
          + "\(numbers.count), once each: restore its files from a copy")
    }
  }

  private mutating func add(_ file: LiveFile, _ problem: String) {
    part.add(fault: "\(file.path): \(problem); \(StoredFile.mending)")
  }
}

extension PartialCheck {
  /// The slots of the table, with files that tell no day of theirs as faults.
  mutating func slots(of reads: InspectedTable) -> [StoredSlot] {
    var index = SlotIndex()
    for file in reads.files {
      do throws(HeadEndError) {
        try index.add(file.dataFile, of: file.table, in: file.fileSystem)
      } catch {
        // What keeps its days from being read is a fault of the file itself.
        _ = checkFile(file, .reads)
      }
    }
    let splitFiles = SplitFiles()
    return index.days.map { index.slot($0, of: reads.table, in: reads.fileSystem, splitFiles) }
  }
}
