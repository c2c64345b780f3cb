import Checksums
import CollectorUpload
import Digits

/// A fingerprint of a set of uploads: the sum modulo 2¹²⁸ of each distinct upload's hash
/// (MurmurHash3 x64-128, seed 0), so that neither order nor division into parts matters.
///
/// Not cryptographic: it tells runs that differ, not runs that somebody forged.
public struct RunDigest: Sendable, Equatable, CustomStringConvertible {
  private var sum: UInt128 = 0

  /// The digest of no upload.
  public init() {}

  /// The digest of which this is the description; nil where it is none.
  public init?(_ text: String) {
    guard text.utf8.count == 32, let sum = UInt128(text, radix: 16) else { return nil }
    self.sum = sum
  }

  /// Adds an upload. The caller adds each one once, however often it is delivered.
  public mutating func add(_ upload: Upload) {
    sum &+= upload.withBytes { MurmurHash3.hash128($0) }
  }

  /// Adds all that another part of the same run has seen.
  public mutating func add(_ other: RunDigest) { sum &+= other.sum }

  /// 32 lowercase hexadecimal digits.
  public var description: String { digits(sum, width: 32, radix: 16) }
}
