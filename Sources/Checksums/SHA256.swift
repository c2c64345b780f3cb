internal import ChecksumBlocks

/// SHA-256 (FIPS 180-4), incremental: give the bytes in any pieces, then take `digest`.
public struct SHA256: Sendable {
  /// What computes the compression function; all give the same digests.
  public enum Body: Sendable {
    /// Plain Swift.
    case portable
    /// The SHA extensions of x86, where the processor has them.
    case extensions

    /// The fastest that this processor has.
    public static let best = sha256_blocks_is_supported() ? Body.extensions : .portable
  }

  private let body: Body
  /// H⁽⁰⁾ of FIPS 180-4 §5.3.3, then the running value.
  private var state = SHA256State()
  /// The bytes that do not fill a block yet; fewer than 64 between calls.
  private var pending: [UInt8] = []
  private var byteCount: UInt64 = 0

  /// - Parameter body: replaced by the portable one where the processor does not have it.
  public init(body: Body = .best) {
    self.body = body == .portable ? .portable : .best
    pending.reserveCapacity(64)
  }

  /// Continues the hash over `bytes`.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    byteCount += UInt64(bytes.count)
    var rest = bytes[...]
    if !pending.isEmpty {
      let taken = rest.prefix(64 - pending.count)
      pending.append(contentsOf: taken)
      rest = rest.dropFirst(taken.count)
      if pending.count == 64 {
        pending.withUnsafeBytes { state.absorb($0, body) }
        pending.removeAll(keepingCapacity: true)
      }
    }
    let whole = rest.count & ~63
    if whole > 0 {
      state.absorb(UnsafeRawBufferPointer(rebasing: rest.prefix(whole)), body)
    }
    pending.append(contentsOf: rest.dropFirst(whole))
  }

  /// Continues the hash over `bytes`.
  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// The digest of all bytes given so far; more may follow.
  public var digest: SHA256Digest {
    var padded = pending
    padded.append(0x80)
    // Zeros up to 8 bytes short of a block, then the length in bits, big-endian (§5.1.1).
    let blocks = padded.count > 56 ? 2 : 1
    padded.append(contentsOf: repeatElement(0, count: blocks * 64 - 8 - padded.count))
    let bits = byteCount &* 8
    for shift in stride(from: UInt64(56), through: 0, by: -8) {
      padded.append(UInt8(truncatingIfNeeded: bits >> shift))
    }
    var last = state
    padded.withUnsafeBytes { last.absorb($0, body) }
    return last.digest
  }

  /// The digest of `bytes` alone.
  public static func digest(_ bytes: UnsafeRawBufferPointer) -> SHA256Digest {
    var hash = SHA256()
    hash.update(bytes)
    return hash.digest
  }

  /// The digest of `bytes` alone.
  public static func digest(_ bytes: [UInt8]) -> SHA256Digest {
    bytes.withUnsafeBytes { digest($0) }
  }

  /// The digest of `bytes` alone, as 64 lowercase hexadecimal digits.
  public static func hexDigest(_ bytes: [UInt8]) -> String { digest(bytes).hex }
}

/// The eight working words and the compression function (FIPS 180-4 §6.2.2).
private struct SHA256State: Sendable {
  var a: UInt32 = 0x6a09_e667
  var b: UInt32 = 0xbb67_ae85
  var c: UInt32 = 0x3c6e_f372
  var d: UInt32 = 0xa54f_f53a
  var e: UInt32 = 0x510e_527f
  var f: UInt32 = 0x9b05_688c
  var g: UInt32 = 0x1f83_d9ab
  var h: UInt32 = 0x5be0_cd19

  var digest: SHA256Digest {
    func pair(_ high: UInt32, _ low: UInt32) -> UInt64 { UInt64(high) << 32 | UInt64(low) }
    return SHA256Digest(pair(a, b), pair(c, d), pair(e, f), pair(g, h))
  }

  /// Runs the compression function over `blocks`, whose length is a multiple of 64 bytes.
  mutating func absorb(_ blocks: UnsafeRawBufferPointer, _ body: SHA256.Body) {
    switch body {
    case .portable: absorbPortably(blocks)
    case .extensions:
      withUnsafeMutableBytes(of: &self) { words in
        sha256_blocks(
          words.assumingMemoryBound(to: UInt32.self).baseAddress,
          blocks.assumingMemoryBound(to: UInt8.self).baseAddress, blocks.count / 64)
      }
    }
  }

  private mutating func absorbPortably(_ blocks: UnsafeRawBufferPointer) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
      roundConstants.withUnsafeBufferPointer { constants in
        var offset = 0
        while offset + 64 <= blocks.count {
          expand(blocks, offset, into: schedule)
          compress(schedule, constants)
          offset += 64
        }
      }
    }
  }

  /// The message schedule W of §6.2.2 step 1.
  @inline(__always)
  private func expand(
    _ blocks: UnsafeRawBufferPointer, _ offset: Int,
    into w: UnsafeMutableBufferPointer<UInt32>
  ) {
    for t in 0..<16 {
      w[t] = UInt32(
        bigEndian: blocks.loadUnaligned(fromByteOffset: offset &+ t &* 4, as: UInt32.self))
    }
    for t in 16..<64 {
      let x = w[t &- 15]
      let y = w[t &- 2]
      let sigma0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >> 3)
      let sigma1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >> 10)
      w[t] = w[t &- 16] &+ sigma0 &+ w[t &- 7] &+ sigma1
    }
  }

  /// Steps 2 to 4 of §6.2.2; eight rounds a turn, so that the words change roles without moving.
  @inline(__always)
  private mutating func compress(
    _ w: UnsafeMutableBufferPointer<UInt32>, _ k: UnsafeBufferPointer<UInt32>
  ) {
    let before = self
    var t = 0
    while t < 64 {
      round(a, b, c, &d, e, f, g, &h, w[t] &+ k[t])
      round(h, a, b, &c, d, e, f, &g, w[t &+ 1] &+ k[t &+ 1])
      round(g, h, a, &b, c, d, e, &f, w[t &+ 2] &+ k[t &+ 2])
      round(f, g, h, &a, b, c, d, &e, w[t &+ 3] &+ k[t &+ 3])
      round(e, f, g, &h, a, b, c, &d, w[t &+ 4] &+ k[t &+ 4])
      round(d, e, f, &g, h, a, b, &c, w[t &+ 5] &+ k[t &+ 5])
      round(c, d, e, &f, g, h, a, &b, w[t &+ 6] &+ k[t &+ 6])
      round(b, c, d, &e, f, g, h, &a, w[t &+ 7] &+ k[t &+ 7])
      t &+= 8
    }
    a = a &+ before.a
    b = b &+ before.b
    c = c &+ before.c
    d = d &+ before.d
    e = e &+ before.e
    f = f &+ before.f
    g = g &+ before.g
    h = h &+ before.h
  }
}

@inline(__always)
private func rotate(_ value: UInt32, _ count: UInt32) -> UInt32 {
  value >> count | value << (32 - count)
}

@inline(__always)
private func round(
  _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32,
  _ e: UInt32, _ f: UInt32, _ g: UInt32, _ h: inout UInt32, _ input: UInt32
) {
  let sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
  let choice = (e & f) ^ (~e & g)
  let t1 = h &+ sum1 &+ choice &+ input
  let sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
  let majority = (a & b) ^ (a & c) ^ (b & c)
  d = d &+ t1
  h = t1 &+ sum0 &+ majority
}

/// The fractional parts of the cube roots of the first 64 primes (FIPS 180-4 §4.2.2).
private let roundConstants: [UInt32] = [
  0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1,
  0x923f_82a4, 0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3,
  0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786,
  0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
  0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147,
  0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13,
  0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
  0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
  0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a,
  0x5b9c_ca4f, 0x682e_6ff3, 0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208,
  0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
]
