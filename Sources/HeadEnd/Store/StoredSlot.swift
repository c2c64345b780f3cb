import Metering

/// The files that hold the rows of one slot.
struct StoredSlot: Sendable {
  struct File: Sendable {
    let file: LiveFile
    /// The numbers of the days that it has rows of, ascending.
    let days: [Int]
    var holdsOtherDays: Bool { days.count > 1 }
    /// Whether its rows are to be taken apart by day and put in order.
    var isSplit: Bool { holdsOtherDays || file.dataFile.isOptimized }
    /// Whether the slot's day is the first of the file's: a file of several days counts there.
    let isFirstDay: Bool

    let splitFiles: SplitFiles

    /// The rows of a day: by endpoint and version, or in whatever order another program left them in.
    func rows(of day: CivilDay) throws(HeadEndError) -> ReadRows {
      isSplit
        ? try splitFiles.split(file).rows(of: day) : try ReadRows(try file.open(), day: nil)
    }

    /// The same, and the bytes of the file's core columns.
    fileprivate func content(of day: CivilDay) throws(HeadEndError) -> (ReadRows, Int) {
      if isSplit {
        let split = try splitFiles.split(file)
        return (split.rows(of: day), split.coreByteCount)
      }
      let opened = try file.open()
      return (try ReadRows(opened, day: nil), opened.coreByteCount)
    }
  }

  struct Content {
    /// For each endpoint the row of its highest version, by ascending endpoint ID.
    var current = ReadRows()
    /// The rows of lower versions, by ascending endpoint ID and version.
    var superseded = ReadRows()
    /// Bytes of the columns endpoint_id, day and register.
    var coreByteCount = 0

    /// Rows of all versions.
    var rowCount: Int { current.count + superseded.count }

    /// Endpoints of which anything was received.
    var receivedReads: Int {
      let heard = current.reads.count { $0.reception != nil }
      var previous: UInt32?
      var others = 0
      for row in 0..<superseded.count where superseded.reads[row].reception != nil {
        let endpoint = superseded.endpoints[row]
        defer { previous = endpoint }
        if endpoint == previous { continue }
        // Where the current row is a reception, too, it is counted already.
        let place = current.rows(of: endpoint).first
        if place.map({ current.reads[$0].reception == nil }) ?? true { others += 1 }
      }
      return heard + others
    }

    /// Calls `body` with every reception that the slot has, also those that lost or were rejected.
    func forEachReception(_ body: (_ endpoint: UInt32, ReceivedRead) -> Void) {
      for rows in [current, superseded] {
        for row in 0..<rows.count {
          let endpoint = rows.endpoints[row]
          if let read = rows.reads[row].received(endpoint: endpoint) { body(endpoint, read) }
        }
      }
    }

    /// All versions of an endpoint's read, ascending.
    func versions(of endpoint: UInt32) -> [StoredRead] {
      superseded.rows(of: endpoint).map { superseded.reads[$0] }
        + current.rows(of: endpoint).map { current.reads[$0] }
    }
  }

  let day: CivilDay
  let files: [File]

  func content() throws(HeadEndError) -> Content {
    var content = Content()
    var others: [ReadRows] = []
    for file in files {
      let (rows, coreByteCount) = try file.content(of: day)
      if file.isFirstDay { content.coreByteCount += coreByteCount }
      // The largest is mostly the whole day's, the others what came later.
      if rows.count > content.current.count {
        swap(&content.current, rows, into: &others)
      } else {
        others.append(rows)
      }
    }
    var rest = ReadRows()
    if !content.current.hasOneRowEach { swap(&content.current, ReadRows(), into: &others) }
    for rows in others { rest.append(0..<rows.count, of: rows) }
    if rest.count > 0 { content.add(rest.inOrder) }
    return content
  }

  private func swap(_ current: inout ReadRows, _ rows: ReadRows, into others: inout [ReadRows]) {
    if current.count > 0 { others.append(current) }
    current = rows
  }
}

extension StoredSlot.Content {
  /// Adds rows in order, whose versions may be higher or lower than those that are current.
  fileprivate mutating func add(_ rest: ReadRows) {
    var missing = ReadRows()
    var row = 0
    var place = 0
    while row < rest.count {
      let endpoint = rest.endpoints[row]
      var end = row + 1
      while end < rest.count, rest.endpoints[end] == endpoint { end += 1 }
      place = current.endpoints.partitioningIndex(from: place) { $0 >= endpoint }
      var versions = rest.reads[row..<end].map { $0 }
      if place < current.count, current.endpoints[place] == endpoint {
        versions.append(current.reads[place])
        versions.sort { $0.version < $1.version }
        current.replace(row: place, by: versions.removeLast())
      } else {
        missing.append(endpoint: endpoint, versions.removeLast())
      }
      for version in versions { superseded.append(endpoint: endpoint, version) }
      row = end
    }
    if missing.count > 0 { insert(missing) }
  }

  /// Inserts rows of endpoints that have none yet, by runs of those that follow one another.
  private mutating func insert(_ missing: ReadRows) {
    var merged = ReadRows()
    var place = 0
    for row in 0..<missing.count {
      let next = current.endpoints.partitioningIndex(from: place) { $0 > missing.endpoints[row] }
      merged.append(place..<next, of: current)
      merged.append(row..<row + 1, of: missing)
      place = next
    }
    merged.append(place..<current.count, of: current)
    current = merged
  }
}

extension ReadRows {
  /// Whether the rows are in order and each is of another endpoint.
  fileprivate var hasOneRowEach: Bool {
    endpoints.indices.dropFirst().allSatisfy { endpoints[$0 - 1] < endpoints[$0] }
  }
}
