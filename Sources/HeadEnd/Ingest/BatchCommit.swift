import DeltaTable
import Metering
import Parallel

extension Intake {
  /// Makes everything taken since the last commit visible at once; does nothing if nothing was.
  ///
  /// After an error it is unknown how far the commit came, so that this intake refuses to go on;
  /// one begun anew on the store, with the same uploads offered again, ends as if nothing had
  /// happened.
  ///
  /// - Parameters:
  ///   - timestamp: ms since 1970, written into the tables' logs.
  ///   - threads: how many days' files are made at the same time.
  public mutating func commit(timestamp: Int64, threads: Int) async throws(HeadEndError) {
    if let failure { throw failure }
    do throws(HeadEndError) {
      if awaitsRelease { try await releaseFromQuarantine(timestamp: timestamp, threads: threads) }
      try await commitBatch(timestamp: timestamp, threads: threads)
    } catch {
      failure = error
      throw error
    }
  }

  /// Closes all slots up to and including a day, after committing what was taken before.
  public mutating func close(through day: CivilDay, timestamp: Int64, threads: Int)
    async throws(HeadEndError)
  {
    try await commit(timestamp: timestamp, threads: threads)
    try store.close(through: day, timestamp: timestamp)
    for number in slots.keys where number <= day.number { slots[number] = nil }
  }

  /// Lets receptions that waited for the registry to know their endpoint compete at last, and takes
  /// their rows out of quarantine.
  ///
  /// Every version of the registry is seen to once: the last commit notes which was. What was let go
  /// before a power cut is gone from quarantine, and the rest follows.
  private mutating func releaseFromQuarantine(timestamp: Int64, threads: Int)
    async
    throws(HeadEndError)
  {
    for file in store.quarantineFiles(of: .reception) {
      let entries = try QuarantineTable.entries(file.open())
      var kept: [QuarantineEntry] = []
      for entry in entries {
        guard entry.reason == .unknownEndpoint, let read = entry.reception, read.frame.isValid,
          let row = index.row(of: read.frame.endpointID)
        else {
          kept.append(entry)
          continue
        }
        counts.released += entry.count
        try offer(read, row: row)
      }
      if kept.count < entries.count { quarantine.replace(file.dataFile, keeping: kept) }
      if isFull { try await commitBatch(timestamp: timestamp, threads: threads) }
    }
    awaitsRelease = false
  }

  private mutating func commitBatch(timestamp: Int64, threads: Int) async throws(HeadEndError) {
    let changed = slots.filter { $0.value.isChanged }.map(\.key).sorted()
    guard !changed.isEmpty || !ledger.pending.isEmpty || quarantine.hasPending else {
      return
    }
    let batch = store.nextBatch
    let closed = store.closedThrough?.number ?? .min
    let open = changed.filter { $0 > closed }
    var commit = Commit(operation: "INGEST", timestamp: timestamp)
    commit.adds = try await openFiles(open, batch: batch, timestamp: timestamp, threads: threads)
    commit.removes = open.flatMap { store.slotIndex.files(ofDay: $0) }
    for day in changed where day <= closed {
      if let file = try lateFile(day, batch: batch, timestamp: timestamp) {
        commit.adds.append(file)
        store.setBackValidation(to: CivilDay(number: day), in: &commit)
      }
    }
    let ledgerFile = try commitSiblings(batch: batch, timestamp: timestamp)
    if !awaitsRelease {
      commit.transactions[ReadStore.releasedThroughName] = store.snapshot(.registry).version
    }
    try store.commitReads(commit)
    ledger.markStored(in: ledgerFile)
    quarantine.markStored()
    for day in changed { slots[day]?.isChanged = false }
  }

  /// Writes the whole file of each open slot that changed.
  private func openFiles(_ days: [Int], batch: Int64, timestamp: Int64, threads: Int)
    async throws(HeadEndError) -> [DataFile]
  {
    let table = store.table(.reads)
    let ids = index.ids
    let slots = days.compactMap { self.slots[$0] }
    do {
      return try await parallelMap(count: days.count, threads: threads) { number in
        let day = CivilDay(number: days[number])
        let slot = slots[number]
        var rows = ReadRows()
        for row in ids.indices where !slot[row].isNone {
          rows.append(
            endpoint: ids[row],
            StoredRead(
              slot[row].read(endpoint: ids[row], slotStart: slot.start), version: 1, isLate: false))
        }
        return try table.writeDataFile(
          rows.columns(day: day), partition: ["month": day.monthName], name: "\(day)-b\(batch)",
          timestamp: timestamp)
      }
    } catch {
      throw HeadEndError(error)
    }
  }

  /// Writes new versions of a closed slot's reads for the receptions that win there.
  private mutating func lateFile(_ number: Int, batch: Int64, timestamp: Int64)
    throws(HeadEndError) -> DataFile?
  {
    guard let slot = slots[number] else { return nil }
    let day = CivilDay(number: number)
    let content = try store.slot(day).content()
    let stored = SlotTable(start: slot.start, endpointCount: slot.endpointCount)
    fill(stored, with: content)
    var rows = ReadRows()
    for (row, id) in index.ids.enumerated() where stored[row] < slot[row] {
      let latest = content.current.rows(of: id).first.map { content.current.reads[$0].version } ?? 0
      rows.append(
        endpoint: id,
        StoredRead(
          slot[row].read(endpoint: id, slotStart: slot.start), version: latest + 1, isLate: true))
    }
    if rows.count == 0 { return nil }
    counts.lateReads += rows.count
    return try store.writeFile(
      rows.columns(day: day), to: .reads, partition: ["month": day.monthName],
      name: "\(day)-late-b\(batch)", timestamp: timestamp)
  }

  /// Commits the ledger and the quarantine, which count once `reads` names their versions.
  ///
  /// Returns the ledger's new file.
  private mutating func commitSiblings(batch: Int64, timestamp: Int64) throws(HeadEndError)
    -> LiveFile?
  {
    try commitQuarantine(batch: batch, timestamp: timestamp)
    if ledger.pending.isEmpty { return nil }
    let file = try store.writeFile(
      UploadTable.columns(ledger.pending, batch: batch), to: .uploads, name: "uploads-b\(batch)",
      timestamp: timestamp)
    var commit = Commit(operation: "INGEST", timestamp: timestamp)
    commit.adds = [file]
    try store.commit(commit, to: .uploads)
    return store.liveFile(file, of: .uploads)
  }

  private mutating func commitQuarantine(batch: Int64, timestamp: Int64) throws(HeadEndError) {
    var files: [(kind: QuarantineKind, name: String, entries: [QuarantineEntry])] =
      QuarantineKind.allCases.compactMap { kind in
        quarantine.pending[kind].map { (kind, "\(kind.rawValue)s-b\(batch)", $0) }
      }
    for (number, rewrite) in quarantine.rewrites.enumerated() where !rewrite.kept.isEmpty {
      files.append((.reception, "receptions-b\(batch)-\(number + 1)", rewrite.kept))
    }
    var commit = Commit(operation: "INGEST", timestamp: timestamp)
    commit.removes = quarantine.rewrites.map(\.file)
    for file in files {
      commit.adds.append(
        try store.writeFile(
          QuarantineTable.columns(file.entries, batch: batch), to: .quarantine,
          partition: ["kind": file.kind.rawValue], name: file.name, timestamp: timestamp))
    }
    if commit.adds.isEmpty && commit.removes.isEmpty { return }
    try store.commit(commit, to: .quarantine)
  }
}
