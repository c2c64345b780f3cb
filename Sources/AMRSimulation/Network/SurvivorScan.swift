import RandomStreams

/// The search for the latest transmission of a link whose fading draw survives: the hot loop of
/// on-demand evaluation. Most draws of a run are computed here, those of links near the floor.
enum SurvivorScan {
  /// The greatest k in [low, high] whose draw is below `threshold`, or nil.
  ///
  /// `draws` counts the draws that were computed.
  @inline(never)
  static func last(
    _ stream: RandomStream, sub: UInt32, threshold: UInt32, low: UInt32, high: UInt32,
    draws: inout Int
  ) -> UInt32? {
    var block = high >> 2
    let lowBlock = low >> 2
    // The blocks at both ends may hold draws outside the range.
    let words = stream.words(block, sub: sub)
    draws += 4
    var lane = Int(high & 3)
    while lane >= 0 {
      if words[lane] < threshold {
        let k = block << 2 | UInt32(lane)
        return k >= low ? k : nil
      }
      lane -= 1
    }
    while block > lowBlock {
      // Eight blocks at once while none of their 32 draws survives.
      while block >= lowBlock + 8 {
        draws += 32
        if WideDraws.anyBelow(threshold, stream, sub: sub, firstBlock: block - 8) { break }
        block -= 8
      }
      guard block > lowBlock else { return nil }
      block -= 1
      let words = stream.words(block, sub: sub)
      draws += 4
      for lane in [3, 2, 1, 0] where words[lane] < threshold {
        let k = block << 2 | UInt32(lane)
        return k >= low ? k : nil
      }
    }
    return nil
  }
}

/// Philox on eight neighbouring blocks side by side.
enum WideDraws {
  /// Whether any of the 32 draws of blocks `firstBlock` … `firstBlock + 7` is below `threshold`.
  @inline(__always)
  static func anyBelow(
    _ threshold: UInt32, _ stream: RandomStream, sub: UInt32, firstBlock: UInt32
  ) -> Bool {
    let words = Philox4x32.eightBlocks(first: firstBlock, sub: sub, key: stream.key)
    // A borrow out of bit 31 shows a draw below the threshold.
    let limit = SIMD8<UInt64>(repeating: UInt64(threshold))
    let borrows =
      (words.0 &- limit) | (words.1 &- limit) | (words.2 &- limit) | (words.3 &- limit)
    let low = borrows.lowHalf | borrows.highHalf
    let pair = low.lowHalf | low.highHalf
    return (pair.x | pair.y) >> 63 != 0
  }
}
