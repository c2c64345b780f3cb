import Checksums
import JSON5
import Metering

/// What the receiver checks a batch by. It is written after the batch's files: its appearance says
/// that the batch is ready.
struct Manifest {
  static let schema = "amr-export/1"

  let batch: BatchID
  let window: ReadWindow
  let clock: LocalClock
  let createdAt: UTCMilliseconds
  let totals: ControlTotals
  /// The CSV first.
  let files: [BatchFile]
  /// The version of the store's reads that the lines were made from; nil where they are from none.
  let storeVersion: Int64?
  /// Of the manifest of the batch before in the same run, nil for the first; of an adjustment, of
  /// that of the revision before.
  let previousSHA256: String?
  /// Of an adjustment: the batch of which it changes lines.
  var supersedes: BatchID?

  /// Pretty JSON that ends with a line feed.
  ///
  /// Sums are strings, because many readers of JSON keep only 53 bits of a number. `created_at`
  /// depends on the window and the revision alone, so that exporting again gives the same bytes.
  var bytes: [UInt8] {
    let from = iso8601(clock.startOfDay(window.first))
    let to = iso8601(clock.startOfDay(window.last + 1))
    let manifest = JSONNode.object([
      ("schema", .string(Self.schema)),
      ("batch_id", .string(batch.description)),
      ("sequence", .int(Int64(batch.sequence))),
      ("revision", .int(Int64(batch.revision))),
      ("supersedes", supersedes.map { .string($0.description) } ?? .null),
      ("previous_batch_sha256", previousSHA256.map(JSONNode.string) ?? .null),
      ("created_at", .string(iso8601(createdAt))),
      ("window", .object([("from", .string(from)), ("to", .string(to))])),
      ("scheduled_read", .string(window.scheduled.description)),
      ("utility", .string(batch.utility)),
      ("store_version", storeVersion.map(JSONNode.int) ?? .null),
      ("files", .array(files.map(node))),
      ("counts", counts),
      ("sha256_of_files_list", .string(SHA256.hexDigest(BatchFile.list(files)))),
    ])
    return Array((manifest.pretty + "\n").utf8)
  }

  private func node(_ file: BatchFile) -> JSONNode {
    var members: [(String, JSONNode)] = [
      ("name", .string(file.name)),
      ("format", .string(file.format)),
    ]
    if file.isCompressed { members.append(("compression", .string("gzip"))) }
    members += [
      ("bytes", .int(Int64(file.size))),
      ("sha256", .string(file.sha256)),
      ("records", .int(Int64(file.records))),
    ]
    if file.format != BatchFile.exceptionsFormat {
      members += [
        ("unbilled_left_out", .int(Int64(file.unbilledLeftOut))),
        ("sum_consumption_by_unit", consumptionByUnit),
      ]
    }
    if file.format == BatchFile.csvFormat {
      members.append(("sum_read", .string(String(totals.readSum))))
    }
    return .object(members)
  }

  private var consumptionByUnit: JSONNode {
    .object(
      Commodity.allCases.map { commodity in
        (commodity.billingUnit, .string(String(totals.consumption(of: commodity))))
      })
  }

  private var counts: JSONNode {
    .object(totals.countsByName.map { ($0.name, .int(Int64($0.count))) })
  }
}
