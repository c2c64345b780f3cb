import Metering

/// Why something was not taken in.
public enum QuarantineReason: String, CaseIterable, Sendable {
  /// Bytes that are not an upload, or a damaged one.
  case damagedUpload = "damaged_upload"
  /// A (collector, sequence) that was seen before with other bytes.
  case contradictingUpload = "contradicting_upload"
  /// A frame whose preamble or checksum is wrong.
  case invalidFrame = "invalid_frame"
  /// An endpoint that the registry does not know.
  case unknownEndpoint = "unknown_endpoint"
  /// A stamp more than 60 s after the creation of its upload.
  case futureStamp = "future_stamp"
}

/// One row of the table `quarantine`.
struct QuarantineEntry: Sendable, Equatable {
  var reason: QuarantineReason
  /// Where it came from: a file's name, or the upload's name in a run.
  var source: String
  /// Byte offset in the source of the upload it was found in.
  var offset: Int
  var collector: UInt32?
  var sequence: UInt64?
  var endpoint: UInt32?
  var stamp: UTCMilliseconds?
  /// 24 hexadecimal digits.
  var frame: String?
  /// How many receptions of this endpoint in this upload were refused for this reason.
  var count: Int
  /// What was wrong, in words.
  var detail: String
}

/// What is refused, kept for whoever has to look into it.
struct Quarantine: Sendable {
  /// Entries that are not stored yet.
  private(set) var pending: [QuarantineEntry] = []
  /// Whole uploads that were refused, which are not in the ledger and may be offered again.
  private var uploadKeys: Set<String>

  init(storedUploadKeys: Set<String>) { uploadKeys = storedUploadKeys }

  /// Adds an entry for a whole upload, unless the same one is there already.
  ///
  /// Returns whether it is new.
  mutating func addUpload(_ entry: QuarantineEntry) -> Bool {
    guard uploadKeys.insert(Self.uploadKey(entry)).inserted else { return false }
    pending.append(entry)
    return true
  }

  /// Adds entries for receptions of an upload that is in the ledger.
  mutating func addReceptions(_ entries: some Sequence<QuarantineEntry>) {
    pending.append(contentsOf: entries)
  }

  mutating func markStored() { pending.removeAll() }

  static func uploadKey(_ entry: QuarantineEntry) -> String {
    "\(entry.reason.rawValue)|\(entry.source)|\(entry.offset)|\(entry.detail)"
  }
}
