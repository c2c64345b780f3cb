import DeltaTable
import DurableFiles
import Metering

/// Which live files of `reads` hold rows of which day.
///
/// A file holds one day, or after an optimization or another program's compaction several.
struct SlotIndex: Sendable {
  /// By day number, sorted by the bytes of their paths.
  private var files: [Int: [DataFile]] = [:]
  /// By path, ascending.
  private var daysOfFile: [String: [Int]] = [:]

  /// The days that have rows, ascending.
  var days: [CivilDay] { files.keys.sorted().map { CivilDay(number: $0) } }

  /// By day number; sorted by the bytes of their paths.
  func files(ofDay day: Int) -> [DataFile] { files[day] ?? [] }

  /// The numbers of the days that a file has rows of, ascending.
  func days(of file: DataFile) -> [Int] { daysOfFile[file.path] ?? [] }

  /// A slot's files, to be read on any thread.
  func slot(
    _ day: CivilDay, of table: DeltaTable, in fileSystem: FileSystem, _ splitFiles: SplitFiles
  ) -> StoredSlot {
    StoredSlot(
      day: day,
      files: files(ofDay: day.number).map { file in
        let days = days(of: file)
        return .init(
          file: .init(dataFile: file, table: table, fileSystem: fileSystem),
          days: days, isFirstDay: days[0] == day.number,
          splitFiles: splitFiles)
      })
  }

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
    if let days = file.days { return days }
    let rows = try StoredFile(file, of: table, in: fileSystem).integers("day")
    return Set(rows).map { Int($0) }.sorted()
  }
}

extension ReadStore {
  /// All days that have rows, ascending.
  public var days: [CivilDay] { slotIndex.days }

  /// A slot's files, to be read on any thread.
  func slot(_ day: CivilDay) -> StoredSlot {
    slotIndex.slot(day, of: table(.reads), in: fileSystem, splitFiles)
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
