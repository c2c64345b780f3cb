import Columnar
import Digits
import ERTProtocol

/// Rows of the table `quarantine`.
enum QuarantineTable {
  /// The columns of a data file, in the order of the schema, without the partition.
  static func columns(_ entries: [QuarantineEntry], batch: Int64) -> [Column] {
    let reasons = QuarantineReason.allCases
    let receptions = entries.map(\.reception)
    let isReception = receptions.map { $0 != nil }
    let data: [(ColumnData, [Bool]?)] = [
      (
        .dictionary(
          codes: entries.map { UInt8(reasons.firstIndex(of: $0.reason)!) },
          values: reasons.map(\.rawValue)), nil
      ),
      (.text(TextColumn(entries.map(\.source))), nil),
      (.int64(entries.map { Int64($0.offset) }), nil),
      (.int64(entries.map { Int64($0.byteCount ?? 0) }), entries.map { $0.byteCount != nil }),
      (.int64(entries.map { Int64($0.collector ?? 0) }), entries.map { $0.collector != nil }),
      (
        .int64(entries.map { Int64(bitPattern: $0.sequence ?? 0) }),
        entries.map { $0.sequence != nil }
      ),
      (.int64(receptions.map { Int64($0?.frame.endpointID ?? 0) }), isReception),
      (.int64(receptions.map { ($0?.stamp ?? 0) * 1000 }), isReception),
      (.int32(receptions.map { Int32($0?.rssiDbm ?? 0) }), isReception),
      (.text(TextColumn(receptions.map { $0.map { hexadecimal($0.frame) } ?? "" })), isReception),
      (.int64(entries.map { Int64($0.count) }), nil),
      (.text(TextColumn(entries.map(\.detail))), nil),
      (.int64(entries.map { $0.batch ?? batch }), nil),
    ]
    let fields = StoreTable.quarantine.fields.filter { $0.field.name != "kind" }
    return zip(fields, data).map { field, content in
      Column(field.field, content.0, validity: content.1)
    }
  }

  /// The rows of a data file.
  static func entries(_ file: StoredFile) throws(HeadEndError) -> [QuarantineEntry] {
    let reasons = try file.texts("reason")
    let sources = try file.texts("source")
    let offsets = try file.integers("source_offset")
    let byteCounts = try file.optionalIntegers("byte_count")
    let collectors = try file.optionalIntegers("collector_id")
    let sequences = try file.optionalIntegers("sequence")
    let stamps = try file.integers("read_at")
    let rssi = try file.integers("rssi_dbm")
    let frames = try file.texts("frame")
    let counts = try file.integers("receptions")
    let details = try file.texts("detail")
    let batches = try file.integers("batch")
    var entries: [QuarantineEntry] = []
    entries.reserveCapacity(reasons.count)
    for row in reasons.indices {
      let frame = frames[row].map(frame(hexadecimal:))
      guard let reason = reasons[row].flatMap(QuarantineReason.init(rawValue:)),
        collectors[row].map({ UInt32(exactly: $0) != nil }) ?? true,
        stamps[row].magnitude < 1 << 62, let rssi = Int8(exactly: rssi[row]),
        frame == nil || (frame! != nil && collectors[row] != nil)
      else {
        throw .damagedStore(
          "\(file.path): row \(row) is not of quarantine; restore the file from a copy")
      }
      let collector = collectors[row].map { UInt32(truncatingIfNeeded: $0) }
      entries.append(
        QuarantineEntry(
          reason: reason, source: sources[row] ?? "", offset: Int(offsets[row]),
          byteCount: byteCounts[row].map { Int($0) }, collector: collector,
          sequence: sequences[row].map { UInt64(bitPattern: $0) },
          reception: frame.flatMap(\.self).map {
            ReceivedRead(
              stamp: stamps[row] / 1000, frame: $0, collector: collector ?? 0, rssiDbm: rssi)
          },
          count: Int(counts[row]), detail: details[row] ?? "", batch: batches[row]))
    }
    return entries
  }

  /// The 24 hexadecimal digits of a frame.
  private static func hexadecimal(_ frame: SCMFrame) -> String {
    digits(frame.head, width: 16, radix: 16) + digits(frame.tail, width: 8, radix: 16)
  }

  private static func frame(hexadecimal text: String) -> SCMFrame? {
    guard text.utf8.count == 24, let head = UInt64(text.prefix(16), radix: 16),
      let tail = UInt32(text.suffix(8), radix: 16)
    else { return nil }
    return SCMFrame(head: head, tail: tail)
  }
}
