import Metering

/// The files that hold the rows of one slot.
struct StoredSlot: Sendable {
  struct File: Sendable {
    let file: LiveFile
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
