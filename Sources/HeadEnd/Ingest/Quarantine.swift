import DeltaTable
import Metering

/// Why something was not taken in.
public enum QuarantineReason: String, CaseIterable, Sendable {
  /// Bytes that are not an upload, or a damaged one.
  case damagedUpload = "damaged_upload"
  /// A (collector, sequence) that was seen before with other bytes.
  case contradictingUpload = "contradicting_upload"
  /// An upload of a collector that the store's list of collectors lacks.
  case unknownCollector = "unknown_collector"
  /// An upload made more than an hour after the head-end received it.
  case futureUpload = "future_upload"
  /// A frame whose preamble or checksum is wrong.
  case invalidFrame = "invalid_frame"
  /// An endpoint that the registry does not know.
  case unknownEndpoint = "unknown_endpoint"
  /// A stamp more than 60 s after the creation of its upload.
  case futureStamp = "future_stamp"
  /// A stamp before any endpoint of the registry was installed, as of a clock that was reset.
  case ancientStamp = "ancient_stamp"
}

/// Whether a row of `quarantine` is about bytes and uploads as a whole, or about receptions of an
/// upload that was taken in. The table's partitions.
enum QuarantineKind: String, CaseIterable, Sendable {
  /// Not in the ledger: it may be offered again.
  case upload
  case reception
}

/// One row of the table `quarantine`.
struct QuarantineEntry: Sendable, Equatable {
  var reason: QuarantineReason
  /// Where it came from: a file's name, or the upload's name in a run.
  var source: String
  /// Byte offset in the source of the upload it was found in.
  var offset: Int
  /// Of damaged bytes: how many they are.
  var byteCount: Int?
  var collector: UInt32?
  var sequence: UInt64?
  /// Of receptions: the greatest of those that the row stands for.
  var reception: ReceivedRead?
  /// How many receptions of this endpoint and day in this upload were refused for this reason.
  var count: Int
  /// What was wrong, in words.
  var detail: String
  /// The version of `reads` that it came with; nil for the one that is being made.
  var batch: Int64?

  /// Tells whole uploads that were refused from one another; the same one counts once. Damaged
  /// bytes are known by their place, uploads wherever they lie.
  var uploadKey: String {
    let place =
      if let collector, let sequence { "\(collector)|\(sequence)" } else { "\(source)|\(offset)" }
    return "\(reason.rawValue)|\(place)|\(detail)"
  }
}

/// What is refused, kept for whoever has to look into it.
struct Quarantine: Sendable {
  /// A stored file from which receptions were let go, and what stays of it.
  struct Rewrite: Sendable {
    let file: DataFile
    let kept: [QuarantineEntry]
  }

  /// Entries that are not stored yet.
  private(set) var pending: [QuarantineKind: [QuarantineEntry]] = [:]
  /// Files of receptions that are to be replaced.
  private(set) var rewrites: [Rewrite] = []
  /// Entries that wait in memory for the commit.
  private(set) var pendingCount = 0
  /// Whether there is anything to commit.
  var hasPending: Bool { pendingCount > 0 || !rewrites.isEmpty }
  /// Whole uploads that were refused, which are not in the ledger and may be offered again.
  private var uploadKeys: Set<String>

  init(storedUploadKeys: Set<String>) { uploadKeys = storedUploadKeys }

  /// Adds an entry for a whole upload, unless the same one is there already.
  ///
  /// Returns whether it is new.
  mutating func addUpload(_ entry: QuarantineEntry) -> Bool {
    guard uploadKeys.insert(entry.uploadKey).inserted else { return false }
    pending[.upload, default: []].append(entry)
    pendingCount += 1
    return true
  }

  /// Adds entries for receptions of an upload that is in the ledger.
  mutating func addReceptions(_ entries: [QuarantineEntry]) {
    if entries.isEmpty { return }
    pending[.reception, default: []] += entries
    pendingCount += entries.count
  }

  /// Lets all entries of a stored file go but those that are kept.
  mutating func replace(_ file: DataFile, keeping kept: [QuarantineEntry]) {
    rewrites.append(Rewrite(file: file, kept: kept))
    pendingCount += kept.count
  }

  mutating func markStored() {
    pending = [:]
    rewrites = []
    pendingCount = 0
  }
}
