import DeltaTable
import Metering

/// The data files of `reads` by slot: every file holds rows of one day.
extension ReadStore {
  /// The live files that hold rows of a day.
  func files(ofDay day: CivilDay) -> [LiveFile] {
    files(of: .reads).filter { Self.day(of: $0.dataFile) == day }
  }

  /// All days that have rows, ascending.
  public var days: [CivilDay] {
    Set(snapshot(.reads).files.compactMap(Self.day(of:))).sorted()
  }

  /// The day of a data file by its statistics; nil where they tell none that a date column holds.
  static func day(of file: DataFile) -> CivilDay? {
    guard case .integer(let number)? = file.statistics?.bounds["day"]?.min,
      let day = Int32(exactly: number)
    else { return nil }
    return CivilDay(number: Int(day))
  }

  /// The current reads of a day: for each endpoint its highest version, by ascending endpoint ID.
  func currentRows(ofDay day: CivilDay) throws(HeadEndError) -> ReadRows {
    try slot(day).currentRows()
  }

  /// A slot's files, to be read on any thread.
  func slot(_ day: CivilDay) -> StoredSlot { StoredSlot(day: day, files: files(ofDay: day)) }
}

/// The files that hold the rows of one slot.
struct StoredSlot: Sendable {
  let day: CivilDay
  let files: [ReadStore.LiveFile]

  /// For each endpoint the row of its highest version, by ascending endpoint ID.
  func currentRows() throws(HeadEndError) -> ReadRows {
    guard let first = files.first else { return ReadRows() }
    var rows = try ReadRows(first.open())
    for file in files.dropFirst() { rows = merge(rows, try ReadRows(file.open())) }
    return rows
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
}
