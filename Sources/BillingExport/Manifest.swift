import Checksums
import JSON5
import Metering

/// What the receiver checks a batch by. It is written after the batch's file: its appearance says
/// that the batch is ready.
struct Manifest {
  let batch: BatchID
  let window: ReadWindow
  let clock: LocalClock
  let totals: ControlTotals
  /// Bytes of the file.
  let size: Int
  /// Of the file, 64 hexadecimal digits.
  let sha256: String
  /// Of the manifest of the batch before in the same run, nil for the first; of an adjustment, of
  /// that of the revision before.
  let previousSHA256: String?
  /// Of an adjustment: the batch of which it changes lines.
  var supersedes: BatchID?

  /// Pretty JSON that ends with a line feed.
  ///
  /// Sums are strings, because many readers of JSON keep only 53 bits of a number. `created_at`
  /// is the end of the window, so that exporting again gives the same bytes.
  var bytes: [UInt8] {
    let from = iso8601(clock.startOfDay(window.first))
    let to = iso8601(clock.startOfDay(window.last + 1))
    let file = JSONNode.object([
      ("name", .string(batch.csvName)),
      ("format", .string("csv")),
      ("bytes", .int(Int64(size))),
      ("sha256", .string(sha256)),
      ("records", .int(Int64(totals.expected))),
      ("sum_consumption_by_unit", consumptionByUnit),
      ("sum_read", .string(String(totals.readSum))),
    ])
    let manifest = JSONNode.object([
      ("schema", .string("amr-export/1")),
      ("batch_id", .string(batch.description)),
      ("sequence", .int(Int64(batch.sequence))),
      ("revision", .int(Int64(batch.revision))),
      ("supersedes", supersedes.map { .string($0.description) } ?? .null),
      ("previous_batch_sha256", previousSHA256.map(JSONNode.string) ?? .null),
      ("created_at", .string(to)),
      ("window", .object([("from", .string(from)), ("to", .string(to))])),
      ("scheduled_read", .string(window.scheduled.description)),
      ("utility", .string(batch.utility)),
      ("files", .array([file])),
      ("counts", counts),
      ("sha256_of_files_list", .string(SHA256.hexDigest(filesList))),
    ])
    return Array((manifest.pretty + "\n").utf8)
  }

  /// One line for each file as `sha256sum` writes it.
  private var filesList: [UInt8] { Array("\(sha256)  \(batch.csvName)\n".utf8) }

  private var consumptionByUnit: JSONNode {
    .object(
      Commodity.allCases.map { commodity in
        (commodity.billingUnit, .string(String(totals.consumption(of: commodity))))
      })
  }

  private var counts: JSONNode {
    .object([
      ("expected", .int(Int64(totals.expected))),
      ("verified", .int(Int64(totals.verified))),
      ("actual", .int(Int64(totals.actual))),
      ("customer", .int(Int64(totals.customer))),
      ("estimated", .int(Int64(totals.estimated))),
      ("missing", .int(Int64(totals.missing))),
      ("rejected", .int(Int64(totals.rejected))),
      ("exceptions", .int(Int64(totals.exceptions))),
    ])
  }
}
