import DeltaTable
import DurableFiles
import Metering

/// Which live files of `reads` hold rows of which day.
///
/// Each file of ours holds one day. Another program's compaction may have put several into one.
struct SlotIndex: Sendable {
  /// By day number, sorted by the bytes of their paths.
  private var files: [Int: [DataFile]] = [:]
  /// By path, ascending.
  private var daysOfFile: [String: [Int]] = [:]

  /// The days that have rows, ascending.
  var days: [Int] { files.keys.sorted() }

  func files(ofDay day: Int) -> [DataFile] { files[day] ?? [] }

  func days(of file: DataFile) -> [Int] { daysOfFile[file.path] ?? [] }

  mutating func add(
    _ file: DataFile, of table: DeltaTable, in fileSystem: FileSystem
  ) throws(HeadEndError) {
    let days = try Self.days(of: file, table, fileSystem)
    daysOfFile[file.path] = days
    for day in days {
      let place =
        files[day]?.firstIndex { file.path.utf8.lexicographicallyPrecedes($0.path.utf8) }
      files[day, default: []].insert(file, at: place ?? files[day]?.count ?? 0)
    }
  }

  mutating func remove(_ file: DataFile) {
    for day in daysOfFile.removeValue(forKey: file.path) ?? [] {
      files[day]?.removeAll { $0.path == file.path }
      if files[day]?.isEmpty == true { files[day] = nil }
    }
  }

  /// By the log where it says that there is one day only, otherwise by the rows.
  private static func days(
    of file: DataFile, _ table: DeltaTable, _ fileSystem: FileSystem
  ) throws(HeadEndError) -> [Int] {
    if let bounds = file.statistics?.bounds["day"], bounds.min == bounds.max,
      case .integer(let number) = bounds.min, let day = Int32(exactly: number)
    {
      return [Int(day)]
    }
    let rows = try StoredFile(file, of: table, in: fileSystem).integers("day")
    return Set(rows).map { Int($0) }.sorted()
  }
}

extension ReadStore {
  /// The live files that hold rows of a day.
  func files(ofDay day: CivilDay) -> [LiveFile] {
    slotIndex.files(ofDay: day.number).map {
      LiveFile(dataFile: $0, table: table(.reads), fileSystem: fileSystem)
    }
  }

  /// All days that have rows, ascending.
  public var days: [CivilDay] { slotIndex.days.map { CivilDay(number: $0) } }

  /// The current reads of a day: for each endpoint its highest version, by ascending endpoint ID.
  func currentRows(ofDay day: CivilDay) throws(HeadEndError) -> ReadRows {
    try slot(day).content().current
  }

  /// A slot's files, to be read on any thread.
  func slot(_ day: CivilDay) -> StoredSlot {
    StoredSlot(
      day: day,
      files: files(ofDay: day).map { file in
        let days = slotIndex.days(of: file.dataFile)
        return .init(file: file, holdsOtherDays: days.count > 1, isFirstDay: days[0] == day.number)
      })
  }

  /// A day is rewritten by replacing its files, which must not take other days with them.
  func refuseToRemoveOtherDays(_ removes: [DataFile]) throws(HeadEndError) {
    for file in removes {
      let days = slotIndex.days(of: file)
      guard days.count > 1, let last = days.last else { continue }
      throw .refused(
        "\(table(.reads).fullPath(of: file)) holds \(days.count) days, which another program put "
          + "together, so that an open one cannot be rewritten alone; close them with 'amr store "
          + "close \(directory) --through \(CivilDay(number: last))' and run the command again")
    }
  }
}

/// The files that hold the rows of one slot.
struct StoredSlot: Sendable {
  struct File: Sendable {
    let file: ReadStore.LiveFile
    let holdsOtherDays: Bool
    /// Whether the slot's day is the first of the file's: a file of several days counts there.
    let isFirstDay: Bool

    /// The rows of a day, in the order of the file.
    func rows(of day: CivilDay, _ opened: StoredFile) throws(HeadEndError) -> ReadRows {
      try ReadRows(opened, day: holdsOtherDays ? day : nil)
    }
  }

  struct Content {
    /// For each endpoint the row of its highest version, by ascending endpoint ID.
    var current = ReadRows()
    /// Rows of all versions.
    var rowCount = 0
    /// Bytes of the columns endpoint_id, day and register.
    var coreByteCount = 0
  }

  let day: CivilDay
  let files: [File]

  func content() throws(HeadEndError) -> Content {
    var content = Content()
    for file in files {
      let opened = try file.file.open()
      var rows = try file.rows(of: day, opened)
      content.rowCount += rows.count
      if file.isFirstDay {
        content.coreByteCount += ["endpoint_id", "day", "register"].reduce(0) {
          $0 + opened.byteCount(of: $1)
        }
      }
      rows.keepHighestVersions()
      content.current = content.current.count == 0 ? rows : merge(content.current, rows)
    }
    return content
  }

  /// Of two sets of rows of one slot, for each endpoint the higher version.
  private func merge(_ left: ReadRows, _ right: ReadRows) -> ReadRows {
    var merged = ReadRows()
    var (one, other) = (0, 0)
    while one < left.count || other < right.count {
      let takesLeft: Bool
      if one == left.count {
        takesLeft = false
      } else if other == right.count {
        takesLeft = true
      } else if left.endpoints[one] == right.endpoints[other] {
        takesLeft = left.versions[one] > right.versions[other]
        if takesLeft { other += 1 } else { one += 1 }
      } else {
        takesLeft = left.endpoints[one] < right.endpoints[other]
      }
      if takesLeft {
        merged.append(row: one, of: left)
        one += 1
      } else {
        merged.append(row: other, of: right)
        other += 1
      }
    }
    return merged
  }
}

extension ReadRows {
  mutating func append(row: Int, of other: ReadRows) {
    endpoints.append(other.endpoints[row])
    reads.append(other.reads[row])
    versions.append(other.versions[row])
    late.append(other.late[row])
  }

  /// Whether each endpoint comes once, in ascending order, as in files of ours.
  var isInOrder: Bool {
    endpoints.indices.dropFirst().allSatisfy { endpoints[$0 - 1] < endpoints[$0] }
  }

  /// Brings rows of one slot into ascending order of endpoint, each with its highest version. Other
  /// programs keep neither order nor versions apart.
  mutating func keepHighestVersions() {
    if isInOrder { return }
    let order = endpoints.indices.sorted {
      (endpoints[$0], versions[$0]) < (endpoints[$1], versions[$1])
    }
    var kept = ReadRows()
    for (place, row) in order.enumerated() {
      let isLast = place + 1 == order.count || endpoints[order[place + 1]] != endpoints[row]
      if isLast { kept.append(row: row, of: self) }
    }
    self = kept
  }
}
