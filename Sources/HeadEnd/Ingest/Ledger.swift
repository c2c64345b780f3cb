import Metering

/// Which uploads have been taken in, so that each counts once.
struct Ledger: Sendable {
  struct Key: Hashable, Sendable {
    let collector: UInt32
    let sequence: UInt64
  }

  /// One row of the table `uploads`.
  struct Entry: Sendable, Equatable {
    let key: Key
    /// 64 lowercase hexadecimal digits.
    let sha256: String
    let createdAt: UTCMilliseconds
    let records: Int
  }

  enum Verdict: Equatable {
    case new
    /// The same bytes as before.
    case repeated
    /// Other bytes under a number that is taken.
    case contradicts
  }

  private var digests: [Key: String] = [:]
  /// Entries that are not stored yet, in the order of their arrival.
  private(set) var pending: [Entry] = []

  /// A ledger of stored entries.
  init(stored: [Key: String]) { digests = stored }

  /// Judges an upload and enters it if it is new.
  mutating func enter(_ entry: Entry) -> Verdict {
    if let known = digests[entry.key] {
      return known == entry.sha256 ? .repeated : .contradicts
    }
    digests[entry.key] = entry.sha256
    pending.append(entry)
    return .new
  }

  mutating func markStored() { pending.removeAll() }
}
