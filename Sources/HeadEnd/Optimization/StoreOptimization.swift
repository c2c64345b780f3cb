import Columnar
import DeltaTable
import Metering
import Parallel

/// What an optimization found and made of one month of reads.
public struct OptimizedMonth: Sendable, Equatable {
  /// `YYYY-MM`.
  public let month: String
  /// Days of which it has the rows.
  public let days: Int
  /// Rows of all versions.
  public let rows: Int
  /// Files, and their bytes, before and after; the same where nothing was rewritten.
  public let filesBefore: Int
  public let bytesBefore: Int64
  public let bytesAfter: Int64
  /// Bytes of the columns endpoint_id, day and register.
  public let coreBytesBefore: Int
  public let coreBytesAfter: Int
  /// Whether the month's rows lie in one file now that was written anew.
  public let isRewritten: Bool
}

extension ReadStore {
  /// Puts the closed days of each month into one file whose rows stand in the order that takes least.
  ///
  /// What readers find stays the same. Each month is a commit of its own, so that an interrupted
  /// optimization goes on where it was; the files that it replaces stay until a vacuum. A month that
  /// would not become smaller stays as it is, and so does one that was optimized before and has no
  /// other files since.
  ///
  /// - Parameters:
  ///   - timestamp: ms since 1970, written into the log.
  ///   - progress: called on the way with the share that is done, 0…1; may throw to give up.
  /// - Returns: the months that have closed days, ascending.
  public mutating func optimize(
    timestamp: Int64, threads: Int, progress: (_ share: Double) throws -> Void = { _ in }
  ) async throws -> [OptimizedMonth] {
    try requireWriting()
    try refuseToDropColumns()
    let months = monthsOfClosedFiles
    let bytes = months.map { $0.files.reduce(0) { $0 + Double($1.size) } }
    let total = max(1, bytes.reduce(0, +))
    var done = 0.0
    var results: [OptimizedMonth] = []
    for (month, bytes) in zip(months, bytes) {
      results.append(
        try await optimize(month, timestamp: timestamp, threads: threads) {
          try progress((done + $0 * bytes) / total)
        })
      done += bytes
      try progress(done / total)
    }
    return results
  }

  /// Rewriting a file would lose what another program has put into columns of its own.
  private func refuseToDropColumns() throws(HeadEndError) {
    let own = Set(StoreTable.reads.fields.map(\.field.name))
    let metadata = snapshot(.reads).metadata
    let others =
      metadata.fields.map(\.field.name).filter { !own.contains($0) }
      + metadata.unreadColumns
    if let other = others.first {
      throw .refused(
        "\(table(.reads).directory): another program has added column \(other), whose values a "
          + "rewriting would lose; use that program's own compaction, or remove the column")
    }
  }

  private struct ClosedMonth {
    let name: String
    /// Files of which all days are closed.
    var files: [DataFile] = []
    var days: Set<Int> = []
  }

  private var monthsOfClosedFiles: [ClosedMonth] {
    guard let closed = closedThrough else { return [] }
    var months: [String: ClosedMonth] = [:]
    for file in snapshot(.reads).files {
      let days = slotIndex.days(of: file)
      guard let last = days.last, last <= closed.number,
        let name = file.partitionValues["month"].flatMap(\.self)
      else { continue }
      months[name, default: ClosedMonth(name: name)].files.append(file)
      months[name, default: ClosedMonth(name: name)].days.formUnion(days)
    }
    return months.values.sorted { $0.name < $1.name }
  }

  /// - Parameter progress: called with the share of the month that is done.
  private mutating func optimize(
    _ month: ClosedMonth, timestamp: Int64, threads: Int, progress: (Double) throws -> Void
  ) async throws -> OptimizedMonth {
    let live = month.files.map { liveFile($0, of: .reads) }
    let opened = try live.map { file throws(HeadEndError) in
      let opened = try file.open()
      return (rows: opened.rowCount, core: opened.coreByteCount)
    }
    let coreBytes = opened.reduce(0) { $0 + $1.core }
    let bytes = month.files.reduce(0) { $0 + $1.size }
    func result(_ file: DataFile?, core: Int) -> OptimizedMonth {
      OptimizedMonth(
        month: month.name, days: month.days.count, rows: opened.reduce(0) { $0 + $1.rows },
        filesBefore: live.count, bytesBefore: bytes, bytesAfter: file?.size ?? bytes,
        coreBytesBefore: coreBytes, coreBytesAfter: core, isRewritten: file != nil)
    }
    if month.files.count == 1, month.files[0].isOptimized { return result(nil, core: coreBytes) }
    // Reading takes about a third of the time.
    let rows = try await monthRows(month, threads: threads) { try progress($0 / 3) }
    let groups = try await rows.encoded(threads: threads) { try progress((1 + 2 * $0) / 3) }
    if groups.reduce(0, { $0 + Int64($1.byteCount) }) >= bytes {
      return result(nil, core: coreBytes)
    }
    let file = try rethrowing {
      try table(.reads).writeDataFile(
        groups, partition: ["month": month.name], name: "\(month.name)-optimized-b\(nextBatch)",
        tags: DataFile.optimizedTags(days: month.days.sorted()), timestamp: timestamp)
    }
    var commit = Commit(operation: "OPTIMIZE", timestamp: timestamp)
    commit.parameters = ["month": month.name]
    commit.removes = month.files
    commit.adds = [file]
    commit.changesData = false
    try self.commit(commit, to: .reads)
    return result(
      file,
      core: groups.reduce(0) { sum, group in
        sum + StoredFile.coreColumns.reduce(0) { $0 + group.byteCount(of: $1) }
      })
  }

  private func monthRows(
    _ month: ClosedMonth, threads: Int, progress: (Double) throws -> Void
  ) async throws -> MonthRows {
    let paths = Set(month.files.map(\.path))
    let slots = month.days.sorted().map { slot(CivilDay(number: $0)) }
    let days = try await parallelMap(
      count: slots.count, threads: threads, progress: progress
    ) { number in
      try slots[number].allRows { paths.contains($0.path) }
    }
    return MonthRows(days: days)
  }
}

extension StoredSlot {
  /// The rows of all versions that some of its files have.
  fileprivate func allRows(
    _ isWanted: (DataFile) -> Bool
  ) throws(HeadEndError) -> MonthRows.Day {
    var all = ReadRows()
    var notes: [MonthRows.Day.Key: String] = [:]
    for file in files where isWanted(file.file.dataFile) {
      let rows = try file.rows(of: day)
      if all.count == 0 { all = rows } else { all.append(0..<rows.count, of: rows) }
      for (key, note) in try file.notes(of: day) { notes[key] = note }
    }
    return MonthRows.Day(day: day, rows: all.inOrder, notes: notes)
  }
}

extension StoredSlot.File {
  /// What persons said of the file's rows of a day.
  fileprivate func notes(
    of day: CivilDay
  ) throws(HeadEndError) -> [(MonthRows.Day.Key, String)] {
    if file.dataFile.statistics?.nullCounts["note"] == file.dataFile.statistics?.rowCount {
      return []
    }
    var found: [(MonthRows.Day.Key, String)] = []
    for group in try file.open().groups {
      let notes = try group.texts("note")
      let noted = notes.indices.filter { notes[$0] != nil }
      if noted.isEmpty { continue }
      let rows = try ReadRows(group, day: nil)
      let days = try group.integers("day")
      for row in noted where days[row] == Int64(day.number) {
        guard let note = notes[row] else { continue }
        found.append(
          (.init(endpoint: rows.endpoints[row], version: rows.reads[row].version), note))
      }
    }
    return found
  }
}

extension DataFile {
  private static let optimizedTag = "amr.optimized"
  private static let daysTag = "amr.days"

  /// Whether it is a month in the order of an optimization.
  var isOptimized: Bool { isOwn && tags[Self.optimizedTag] == "1" }

  fileprivate static func optimizedTags(days: [Int]) -> [String: String] {
    [optimizedTag: "1", daysTag: days.map(String.init).joined(separator: ",")]
  }

  /// The numbers of the days that it has rows of, ascending, where its writer has noted them.
  var days: [Int]? {
    guard isOwn, let text = tags[Self.daysTag] else { return nil }
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let days = parts.compactMap { Int32($0).map { Int($0) } }
    guard days.count == parts.count, zip(days, days.dropFirst()).allSatisfy({ $0 < $1 }) else {
      return nil
    }
    return days
  }
}
