import Checksums
import Metering

/// Which uploads have been taken in, so that each counts once.
///
/// Of every collector it knows the runs of sequences; what an upload's bytes were it looks up in
/// the stored files, of which it holds the latest used. So it stays small over decades.
struct Ledger: Sendable {
  struct Key: Hashable, Sendable {
    let collector: UInt32
    let sequence: UInt64
  }

  /// One row of the table `uploads`.
  struct Entry: Sendable, Equatable {
    let key: Key
    let sha256: SHA256Digest
    let createdAt: UTCMilliseconds
    /// By the head-end's clock; nil when that is not known.
    let receivedAt: UTCMilliseconds?
    let records: Int
  }

  enum Verdict: Equatable {
    case new
    /// The same bytes as before.
    case repeated
    /// Other bytes under a number that is taken.
    case contradicts
  }

  /// A file of the table `uploads`.
  private struct Page: Sendable {
    let file: LiveFile
    let sequences: ClosedRange<UInt64>
    let count: Int
    /// Nil until they are needed, and again when others have taken their place.
    var digests: [Key: SHA256Digest]?
    var lastUse = 0
  }

  /// At most about this many digests of stored uploads are held, 64 bytes each.
  private let heldDigestsMax: Int
  private var known: [UInt32: SequenceSet] = [:]
  private var pages: [Page] = []
  private var useCount = 0
  private var pendingDigests: [Key: SHA256Digest] = [:]
  /// Entries that are not stored yet, in the order of their arrival.
  private(set) var pending: [Entry] = []

  /// The ledger that a store's files of `uploads` hold.
  init(_ files: [LiveFile], heldDigestsMax: Int = 1 << 17) throws(HeadEndError) {
    self.heldDigestsMax = heldDigestsMax
    for file in files {
      let keys = try UploadTable.keys(file.open())
      for key in keys { known[key.collector, default: SequenceSet()].insert(key.sequence) }
      addPage(file, keys, digests: nil)
    }
  }

  /// Judges an upload and enters it if it is new.
  mutating func enter(_ entry: Entry) throws(HeadEndError) -> Verdict {
    let key = entry.key
    if known[key.collector]?.contains(key.sequence) ?? false {
      return try digest(of: key) == entry.sha256 ? .repeated : .contradicts
    }
    known[key.collector, default: SequenceSet()].insert(key.sequence)
    pendingDigests[key] = entry.sha256
    pending.append(entry)
    return .new
  }

  /// Says that the pending entries are in a file now.
  mutating func markStored(in file: LiveFile?) {
    if let file { addPage(file, pending.map(\.key), digests: pendingDigests) }
    pending = []
    pendingDigests = [:]
    dropDigests()
  }

  private mutating func addPage(
    _ file: LiveFile, _ keys: [Key], digests: [Key: SHA256Digest]?
  ) {
    guard let first = keys.first?.sequence else { return }
    var (least, greatest) = (first, first)
    for key in keys {
      least = min(least, key.sequence)
      greatest = max(greatest, key.sequence)
    }
    pages.append(
      Page(
        file: file, sequences: least...greatest, count: keys.count, digests: digests,
        lastUse: useCount))
  }

  private mutating func digest(of key: Key) throws(HeadEndError) -> SHA256Digest {
    if let digest = pendingDigests[key] { return digest }
    useCount += 1
    for place in pages.indices.reversed() where pages[place].sequences.contains(key.sequence) {
      if pages[place].digests == nil {
        pages[place].digests = try UploadTable.digests(pages[place].file.open())
        pages[place].lastUse = useCount
        dropDigests()
      }
      if let digest = pages[place].digests?[key] {
        pages[place].lastUse = useCount
        return digest
      }
    }
    throw .damagedStore(
      "uploads: the row of collector \(key.collector), sequence \(key.sequence) is gone; restore "
        + "the table from a copy")
  }

  /// Forgets the digests that were not used for longest, but for the last page's.
  private mutating func dropDigests() {
    var held = pages.reduce(0) { $0 + ($1.digests == nil ? 0 : $1.count) }
    while held > heldDigestsMax {
      let oldest = pages.indices.filter { pages[$0].digests != nil && pages[$0].lastUse < useCount }
        .min { pages[$0].lastUse < pages[$1].lastUse }
      guard let oldest else { return }
      pages[oldest].digests = nil
      held -= pages[oldest].count
    }
  }
}
