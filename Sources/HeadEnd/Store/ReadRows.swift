import Columnar
import Metering

/// Rows of the table `reads`, mostly all of one slot.
struct ReadRows: Sendable {
  private(set) var endpoints: [UInt32] = []
  private(set) var reads: [StoredRead] = []

  var count: Int { endpoints.count }

  init() {}

  mutating func append(endpoint: UInt32, _ read: StoredRead) {
    endpoints.append(endpoint)
    reads.append(read)
  }

  mutating func append(_ rows: Range<Int>, of other: ReadRows) {
    endpoints += other.endpoints[rows]
    reads += other.reads[rows]
  }

  /// Appends a row before those of the same endpoint that have higher versions.
  mutating func append(endpoint: UInt32, inOrderOfVersion read: StoredRead) {
    append(endpoint: endpoint, read)
    var place = count - 1
    while place > 0, endpoints[place - 1] == endpoint, reads[place - 1].version > read.version {
      reads.swapAt(place, place - 1)
      place -= 1
    }
  }

  /// Puts another version of the same endpoint's read into a row.
  mutating func replace(row: Int, by read: StoredRead) { reads[row] = read }

  mutating func reserveCapacity(_ count: Int) {
    endpoints.reserveCapacity(count)
    reads.reserveCapacity(count)
  }

  /// The columns of a data file, in the order of the schema.
  ///
  /// - Parameter notes: what persons said of their rows, by row; no element is none.
  func columns(day: CivilDay, notes: [Int: String] = [:]) -> [Column] {
    columns(days: [Int32](repeating: Int32(day.number), count: count), notes: notes)
  }

  /// The same of rows of several days.
  ///
  /// - Parameter days: the day's number of each row.
  func columns(days: [Int32], notes: [Int: String] = [:]) -> [Column] {
    var readAt: [Int64] = []
    var milliseconds: [Int32] = []
    readAt.reserveCapacity(count)
    milliseconds.reserveCapacity(count)
    for read in reads {
      let second = wholeSecond(read.stamp)
      readAt.append(second * 1_000_000)
      milliseconds.append(Int32(read.stamp - second * 1000))
    }
    let isHeard = reads.map { $0.reception != nil }
    // Rows of receptions alone, which nearly all files have, need no list of who has a value.
    let heard = isHeard.allSatisfy { $0 } ? nil : isHeard
    func received(_ value: (StoredRead.Reception) -> Int32) -> ColumnData {
      .int32(reads.map { $0.reception.map(value) ?? 0 })
    }
    let data: [(ColumnData, [Bool]?)] = [
      (.int64(endpoints.map(Int64.init)), nil),
      (.int32(days), nil),
      (.int64(reads.map { Int64($0.register) }), nil), (.int64(readAt), nil),
      (.int32(milliseconds), nil),
      (
        .dictionary(
          codes: reads.map { $0.quality.code }, values: Quality.allCases.map(\.rawValue)), nil
      ),
      (
        .dictionary(
          codes: reads.map { $0.reason?.rawValue ?? ColumnData.nullCode },
          values: ReadReason.allCases.map(\.name)), nil
      ),
      (
        .dictionary(
          codes: reads.map(\.source.rawValue), values: ReadSource.allCases.map(\.name)), nil
      ),
      (noteColumn(notes), nil), (.int32(reads.map(\.version)), nil),
      (.int64(reads.map { Int64($0.reception?.collector ?? 0) }), heard),
      (received { Int32($0.rssiDbm) }, heard),
      (.dictionary(codes: isHeard.map { $0 ? 0 : ColumnData.nullCode }, values: ["scm"]), nil),
      (received { Int32($0.ertType) }, heard), (received { Int32($0.tamper) }, heard),
    ]
    let fields = StoreTable.reads.fields.map(\.field).filter { $0.name != "month" }
    return zip(fields, data).map { Column($0, $1.0, validity: $1.1) }
  }

  private func noteColumn(_ notes: [Int: String]) -> ColumnData {
    let values = Set(notes.values).sorted()
    let codes = Dictionary(uniqueKeysWithValues: zip(values, Int32(0)...))
    if values.isEmpty {
      return .dictionary(codes: [UInt8](repeating: ColumnData.nullCode, count: count), values: [])
    }
    return .wideDictionary(
      codes: (0..<count).map { row in
        notes[row].flatMap { codes[$0] } ?? ColumnData.wideNullCode
      }, values: values)
  }

  /// The rows of a data file, in its order.
  ///
  /// - Parameter day: only rows of this day; nil is all.
  init(_ file: StoredFile, day: CivilDay?) throws(HeadEndError) {
    let ids = try file.integers("endpoint_id")
    let register = try file.integers("register")
    let readAt = try file.integers("read_at")
    let milliseconds = try file.integers("read_at_ms")
    let qualities = try file.codes("quality", Quality.allCases.map(\.rawValue))
    let reasons = try file.codes("reason", ReadReason.allCases.map(\.name))
    let sources = try file.codes("source", ReadSource.allCases.map(\.name))
    let collectors = try file.integers("collector_id")
    let heard = try file.hasValue("collector_id")
    let rssi = try file.integers("rssi_dbm")
    let ertTypes = try file.integers("ert_type")
    let tamper = try file.integers("tamper")
    let numbers = try file.integers("version")
    let days = try day.map { _ throws(HeadEndError) in try file.integers("day") }
    if day == nil { reserveCapacity(ids.count) }
    for row in ids.indices {
      if let day, days?[row] != Int64(day.number) { continue }
      // What no writer of ours stores would overflow below or be taken for another read.
      guard let endpoint = UInt32(exactly: ids[row]), (0..<1 << 32).contains(register[row]),
        register[row] < 1 << 24 || !heard[row], readAt[row].magnitude < 1 << 62,
        (0..<1000).contains(milliseconds[row]), let version = Int32(exactly: numbers[row]),
        (1..<Int32.max).contains(version), let quality = Quality(code: qualities[row]),
        let source = ReadSource(rawValue: sources[row]), heard[row] || source != .radio
      else {
        throw .damagedStore("\(file.path): row \(row) is not a read; restore the file from a copy")
      }
      append(
        endpoint: endpoint,
        StoredRead(
          stamp: readAt[row] / 1000 + milliseconds[row],
          register: UInt32(truncatingIfNeeded: register[row]), version: version, quality: quality,
          source: source, reason: ReadReason(rawValue: reasons[row]),
          reception: heard[row]
            ? StoredRead.Reception(
              collector: UInt32(truncatingIfNeeded: collectors[row]),
              rssiDbm: Int8(truncatingIfNeeded: rssi[row]),
              ertType: UInt8(truncatingIfNeeded: ertTypes[row]),
              tamper: UInt8(truncatingIfNeeded: tamper[row])) : nil))
    }
  }
}

extension ReadRows {
  /// Whether the rows stand in ascending order of endpoint and version, as in files of ours.
  var isInOrder: Bool {
    endpoints.indices.dropFirst().allSatisfy {
      (endpoints[$0 - 1], reads[$0 - 1].version) < (endpoints[$0], reads[$0].version)
    }
  }

  /// The rows in that order. Other programs keep none.
  var inOrder: ReadRows {
    if isInOrder { return self }
    let order = endpoints.indices.sorted {
      (endpoints[$0], reads[$0].version) < (endpoints[$1], reads[$1].version)
    }
    var sorted = ReadRows()
    sorted.reserveCapacity(count)
    for row in order { sorted.append(endpoint: endpoints[row], reads[row]) }
    return sorted
  }

  /// The rows of one endpoint, where the rows are in order.
  func rows(of endpoint: UInt32) -> Range<Int> {
    let first = endpoints.partitioningIndex(from: 0) { $0 >= endpoint }
    let end = endpoints.partitioningIndex(from: first) { $0 > endpoint }
    return first..<end
  }
}

extension [UInt32] {
  /// The first place from `start` on whose value fulfils a condition, which must hold for all
  /// behind it too. Doubling steps, then halving ones: the cost grows with the logarithm of the
  /// distance.
  func partitioningIndex(from start: Int, where holds: (UInt32) -> Bool) -> Int {
    var low = start
    var step = 1
    while low + step <= count, !holds(self[low + step - 1]) {
      low += step
      step *= 2
    }
    var high = Swift.min(low + step - 1, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension Quality {
  /// Its place in the column's dictionary.
  var code: UInt8 {
    switch self {
    case .actual: 0
    case .customer: 1
    case .estimated: 2
    case .verified: 3
    case .rejected: 4
    case .missing: 5
    }
  }

  init?(code: UInt8) {
    switch code {
    case 0: self = .actual
    case 1: self = .customer
    case 2: self = .estimated
    case 3: self = .verified
    case 4: self = .rejected
    case 5: self = .missing
    default: return nil
    }
  }
}

/// The whole second that contains an instant, also before 1970.
private func wholeSecond(_ instant: UTCMilliseconds) -> Int64 {
  let quotient = instant / 1000
  return instant % 1000 < 0 ? quotient - 1 : quotient
}
