internal import ChecksumBlocks

/// Which of many SCM frames are valid, found out for all of them at once.
public struct ValidFrames: Sendable, Equatable {
  /// Bit i % 64 of word i / 64 is set when frame i is valid; bits beyond the last frame are not set.
  public let words: [UInt64]

  /// Where the processor has no vectors of 512 bits that multiply without carries, and for what
  /// does not fill one, `SCMFrame.isValid` does it.
  private static let hasVectors = scm_frames_is_supported()

  /// Checks frames that start `stride` bytes apart, as records of an upload do.
  ///
  /// - Parameters:
  ///   - first: where the first frame starts; at least 4, since vectors begin before it.
  ///   - count: how many frames there are; all lie inside `bytes`.
  public init(in bytes: UnsafeRawBufferPointer, first: Int, stride: Int, count: Int) {
    guard count > 0, let start = bytes.baseAddress else {
      words = []
      return
    }
    precondition(
      first >= 4 && stride > 0 && first + (count - 1) * stride + SCMFrame.byteCount <= bytes.count)
    var words = [UInt64](repeating: 0, count: (count + 63) / 64)
    let octets = Self.hasVectors ? count / 8 : 0
    if octets > 0 {
      words.withUnsafeMutableBytes { words in
        // The words of a processor that has these vectors start with their lowest byte.
        scm_frames_valid(
          start.assumingMemoryBound(to: UInt8.self) + first, stride, octets,
          words.assumingMemoryBound(to: UInt8.self).baseAddress)
      }
    }
    for frame in 8 * octets..<count
    where SCMFrame(in: bytes, at: first + frame * stride).isValid {
      words[frame / 64] |= 1 << UInt64(frame % 64)
    }
    self.words = words
  }

  /// Whether a frame is valid.
  @inline(__always)
  public subscript(frame: Int) -> Bool { words[frame / 64] >> UInt64(frame % 64) & 1 == 1 }
}
