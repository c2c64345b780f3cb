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
      (.int64([Int64](repeating: batch, count: entries.count)), nil),
    ]
    let fields = StoreTable.quarantine.fields.filter { $0.field.name != "kind" }
    return zip(fields, data).map { field, content in
      Column(field.field, content.0, validity: content.1)
    }
  }

  /// The keys of the whole uploads in a data file of that kind.
  static func uploadKeys(_ file: StoredFile) throws(HeadEndError) -> [String] {
    let reasons = try file.texts("reason")
    let sources = try file.texts("source")
    let offsets = try file.integers("source_offset")
    let collectors = try file.optionalIntegers("collector_id")
    let sequences = try file.optionalIntegers("sequence")
    let details = try file.texts("detail")
    return reasons.indices.compactMap { row in
      guard let reason = reasons[row].flatMap(QuarantineReason.init(rawValue:)) else { return nil }
      return QuarantineEntry(
        reason: reason, source: sources[row] ?? "", offset: Int(offsets[row]),
        collector: collectors[row].map { UInt32(truncatingIfNeeded: $0) },
        sequence: sequences[row].map { UInt64(bitPattern: $0) }, count: 1,
        detail: details[row] ?? ""
      ).uploadKey
    }
  }

  /// The receptions in a data file that were refused because the registry lacked their endpoint.
  static func receptionsOfUnknownEndpoints(_ file: StoredFile) throws(HeadEndError)
    -> [ReceivedRead]
  {
    let reasons = try file.texts("reason")
    let collectors = try file.integers("collector_id")
    let stamps = try file.integers("read_at")
    let rssi = try file.integers("rssi_dbm")
    let frames = try file.texts("frame")
    var reads: [ReceivedRead] = []
    for row in reasons.indices where reasons[row] == QuarantineReason.unknownEndpoint.rawValue {
      guard let frame = frames[row].flatMap(frame(hexadecimal:)), frame.isValid,
        let collector = UInt32(exactly: collectors[row]), let rssi = Int8(exactly: rssi[row]),
        stamps[row].magnitude < 1 << 62
      else {
        throw .damagedStore(
          "\(file.path): row \(row) is not a reception; restore the file from a copy")
      }
      reads.append(
        ReceivedRead(
          stamp: stamps[row] / 1000, frame: frame, collector: collector, rssiDbm: rssi))
    }
    return reads
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
