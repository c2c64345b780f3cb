import Columnar
import ERTProtocol
import Metering

/// Rows of the table `reads`, all of one slot.
struct ReadRows: Sendable {
  var endpoints: [Int64] = []
  var reads: [ReceivedRead] = []
  var versions: [Int32] = []
  /// Whether a row became known only after its slot was closed.
  var late: [Bool] = []

  var count: Int { endpoints.count }

  init() {}

  mutating func append(endpoint: UInt32, _ read: ReceivedRead, version: Int32, late: Bool) {
    endpoints.append(Int64(endpoint))
    reads.append(read)
    versions.append(version)
    self.late.append(late)
  }

  mutating func append(row: Int, of other: ReadRows) {
    endpoints.append(other.endpoints[row])
    reads.append(other.reads[row])
    versions.append(other.versions[row])
    late.append(other.late[row])
  }

  private mutating func reserveCapacity(_ count: Int) {
    endpoints.reserveCapacity(count)
    reads.reserveCapacity(count)
    versions.reserveCapacity(count)
    late.reserveCapacity(count)
  }

  /// The reason of a version that came after its slot was closed.
  static let lateReason = "late_upload"

  /// The columns of a data file, in the order of the schema.
  func columns(day: CivilDay) -> [Column] {
    var register: [Int64] = []
    var readAt: [Int64] = []
    var milliseconds: [Int32] = []
    var collectors: [Int64] = []
    var rssi: [Int32] = []
    var ertTypes: [Int32] = []
    var tamper: [Int32] = []
    for read in reads {
      let fields = read.frame.fields
      let second = wholeSecond(read.stamp)
      register.append(Int64(fields.consumption))
      readAt.append(second * 1_000_000)
      milliseconds.append(Int32(read.stamp - second * 1000))
      collectors.append(Int64(read.collector))
      rssi.append(Int32(read.rssiDbm))
      ertTypes.append(Int32(fields.ertType))
      tamper.append(
        (fields.reserved ? 16 : 0) + Int32(fields.physicalTamper) * 4
          + Int32(fields.encoderTamper))
    }
    let same = [UInt8](repeating: 0, count: count)
    let data: [ColumnData] = [
      .int64(endpoints), .int32([Int32](repeating: Int32(day.number), count: count)),
      .int64(register), .int64(readAt), .int32(milliseconds),
      .dictionary(codes: same, values: [Quality.actual.rawValue]),
      .dictionary(
        codes: late.map { $0 ? 0 : ColumnData.nullCode }, values: [Self.lateReason]),
      .int32(versions), .int64(collectors), .int32(rssi),
      .dictionary(codes: same, values: ["scm"]), .int32(ertTypes), .int32(tamper),
    ]
    let fields = StoreTable.reads.fields.map(\.field).filter { $0.name != "month" }
    return zip(fields, data).map { Column($0, $1) }
  }

  /// The rows of a data file, in its order.
  ///
  /// - Parameter day: only rows of this day; nil is all.
  init(_ file: StoredFile, day: CivilDay?) throws(HeadEndError) {
    let ids = try file.integers("endpoint_id")
    let register = try file.integers("register")
    let readAt = try file.integers("read_at")
    let milliseconds = try file.integers("read_at_ms")
    let collectors = try file.integers("collector_id")
    let rssi = try file.integers("rssi_dbm")
    let ertTypes = try file.integers("ert_type")
    let tamper = try file.integers("tamper")
    let numbers = try file.integers("version")
    let hasReason = try file.hasValue("reason")
    let days = try day.map { _ throws(HeadEndError) in try file.integers("day") }
    if day == nil { reserveCapacity(ids.count) }
    for row in ids.indices {
      if let day, days?[row] != Int64(day.number) { continue }
      // What no writer of ours stores would overflow below or be taken for another read.
      guard let endpoint = UInt32(exactly: ids[row]), (0..<1 << 24).contains(register[row]),
        readAt[row].magnitude < 1 << 62, (0..<1000).contains(milliseconds[row]),
        let version = Int32(exactly: numbers[row]), (1..<Int32.max).contains(version)
      else {
        throw .damagedStore("\(file.path): row \(row) is not a read; restore the file from a copy")
      }
      let message = StandardConsumptionMessage(
        endpointID: endpoint, ertType: UInt8(truncatingIfNeeded: ertTypes[row]),
        consumption: UInt32(truncatingIfNeeded: register[row]),
        physicalTamper: UInt8(truncatingIfNeeded: tamper[row] >> 2),
        encoderTamper: UInt8(truncatingIfNeeded: tamper[row]), reserved: tamper[row] & 16 != 0)
      append(
        endpoint: endpoint,
        ReceivedRead(
          stamp: readAt[row] / 1000 + milliseconds[row], frame: SCMFrame(message),
          collector: UInt32(truncatingIfNeeded: collectors[row]),
          rssiDbm: Int8(truncatingIfNeeded: rssi[row])), version: version, late: hasReason[row])
    }
  }
}

extension ReadRows {
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

/// The whole second that contains an instant, also before 1970.
private func wholeSecond(_ instant: UTCMilliseconds) -> Int64 {
  let quotient = instant / 1000
  return instant % 1000 < 0 ? quotient - 1 : quotient
}
