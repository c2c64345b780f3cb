import CollectorUpload
import Metering

/// A day's stream of uploads cut and checked, in chunks as a file's bytes come.
final class UploadRead: Workload {
  static let benchmarks = [
    Benchmark(name: "upload-read/checks", item: "reception") {
      UploadRead($0, hashes: false, goal: 6)
    },
    Benchmark(name: "upload-read/sha-256", item: "reception") {
      UploadRead($0, hashes: true, goal: 18)
    },
  ]

  private static let chunkByteCount = 1 << 20

  let goal: Double?
  /// Whether the digests for the ledger are taken, too.
  private let hashes: Bool
  private let days: [(bytes: [UInt8], records: Int)]
  private var variant = 0
  private var result: UInt128 = 0

  private init(_ context: Context, hashes: Bool, goal: Double) {
    self.goal = goal
    self.hashes = hashes
    let utility = Utility(modules: context.pick(full: 615_000, tiny: 6_000), seed: 1)
    let collectors = context.pick(full: 600, tiny: 10)
    days = [0, 1].map {
      utility.uploads(of: Utility.firstDay + $0, collectors: collectors, overlap: 8)
    }
  }

  func prepare(variant: Int) { self.variant = variant }

  func run() throws -> Int {
    var reader = UploadReader()
    var valid = 0
    var digest: UInt128 = 0
    try days[variant].bytes.withUnsafeBytes { bytes in
      var rest = bytes[...]
      var hasMore = true
      repeat {
        hasMore = reader.feed(upTo: Self.chunkByteCount) { room in
          let part = rest.prefix(Self.chunkByteCount)
          room.copyMemory(from: UnsafeRawBufferPointer(rebasing: part))
          rest = rest.dropFirst(part.count)
          return part.count
        }
        while let upload = try reader.next() {
          for word in upload.validFrames().words { valid += word.nonzeroBitCount }
          if hashes {
            let sha256 = upload.sha256
            digest &+= UInt128(sha256.first) << 64 | UInt128(sha256.second)
          }
        }
      } while hasMore
    }
    result = digest &+ UInt128(valid)
    return days[variant].records
  }

  func digest() -> UInt128 { result }
}
