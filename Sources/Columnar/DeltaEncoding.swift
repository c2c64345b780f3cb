// DELTA_BINARY_PACKED (apache/parquet-format, Encodings.md).

/// How differences are packed.
enum DeltaShape: Sendable, Equatable {
  /// Blocks of 128 differences in four miniblocks, each packed in as many bits as its greatest
  /// difference above the block's least needs.
  case narrow
  /// Blocks of 4,096 differences in miniblocks of 32, all of them above one constant, and in so many
  /// bits wherever that is enough, else in whole bytes. So a difference is the same byte, or the same
  /// bytes, everywhere, and deflate can give the frequent ones short codes.
  case aligned(base: Int64, bits: Int)
}

enum DeltaEncoding {
  static let blockSize = 128
  static let miniblockSize = 32
  static let alignedBlockSize = 4096

  static func encode(_ values: UnsafeBufferPointer<Int32>, _ shape: DeltaShape) -> [UInt8] {
    switch shape {
    case .narrow: encodeBlocks(values)
    case .aligned(let base, let bits): encodeAligned(values, above: base, bits: bits)
    }
  }

  static func encode(_ values: UnsafeBufferPointer<Int64>, _ shape: DeltaShape) -> [UInt8] {
    switch shape {
    case .narrow: encodeBlocks(values)
    case .aligned(let base, let bits): encodeAligned(values, above: base, bits: bits)
    }
  }

  private static func encodeAligned<Value: FixedWidthInteger & SignedInteger>(
    _ values: UnsafeBufferPointer<Value>, above base: Int64, bits: Int
  ) -> [UInt8] where Value.Magnitude: FixedWidthInteger & UnsignedInteger {
    let blocks = (max(values.count - 1, 0) + alignedBlockSize - 1) / alignedBlockSize
    let miniblocks = alignedBlockSize / miniblockSize
    // As below, with a width for each miniblock.
    let bound = 40 + blocks * (10 + miniblocks + alignedBlockSize * Value.bitWidth / 8) + 8
    return [UInt8](unsafeUninitializedCapacity: bound) { buffer, used in
      guard let start = buffer.baseAddress else { return }
      var out = ByteCursor(UnsafeMutableRawPointer(start))
      out.varint(UInt64(alignedBlockSize))
      out.varint(UInt64(miniblocks))
      out.varint(UInt64(values.count))
      out.zigzag(Int64(values.first ?? 0))
      withUnsafeTemporaryAllocation(of: Value.Magnitude.self, capacity: miniblockSize) { scratch in
        var next = 1
        while next < values.count {
          out.zigzag(base)
          var widths = out.reserve(miniblocks)
          for _ in 0..<miniblocks {
            // A miniblock past the last value has width 0 and so no bytes.
            let count = min(miniblockSize, values.count - next)
            var union: Value.Magnitude = 0
            for place in 0..<miniblockSize {
              guard place < count else {
                scratch[place] = 0
                continue
              }
              let delta = values[next &+ place] &- values[next &+ place &- 1]
              scratch[place] = Value.Magnitude(
                truncatingIfNeeded: delta &- Value(truncatingIfNeeded: base))
              union |= scratch[place]
            }
            let needed = Value.bitWidth - union.leadingZeroBitCount
            let width = needed == 0 ? 0 : needed <= bits ? bits : (needed + 7) / 8 * 8
            widths.byte(UInt8(width))
            pack(scratch, 0, width, &out)
            next += max(count, 0)
          }
        }
      }
      used = out.count
    }
  }

  /// All differences wrap in the width of the type, as the format demands.
  private static func encodeBlocks<Value: FixedWidthInteger & SignedInteger>(
    _ values: UnsafeBufferPointer<Value>
  ) -> [UInt8] where Value.Magnitude: FixedWidthInteger & UnsignedInteger {
    let deltaCount = max(values.count - 1, 0)
    let blocks = (deltaCount + blockSize - 1) / blockSize
    // Header: four varints of at most 10 bytes. Block: a varint, four widths, 128 whole values.
    let bound = 40 + blocks * (14 + blockSize * Value.bitWidth / 8) + 8
    return [UInt8](unsafeUninitializedCapacity: bound) { buffer, used in
      guard let base = buffer.baseAddress else { return }
      var out = ByteCursor(UnsafeMutableRawPointer(base))
      out.varint(UInt64(blockSize))
      out.varint(UInt64(blockSize / miniblockSize))
      out.varint(UInt64(values.count))
      out.zigzag(Int64(values.first ?? 0))
      withUnsafeTemporaryAllocation(of: Value.Magnitude.self, capacity: blockSize) { scratch in
        var start = 1
        while start < values.count {
          let count = min(blockSize, values.count - start)
          encodeBlock(values, start, count, scratch, &out)
          start += count
        }
      }
      used = out.count
    }
  }

  /// Appends the block of the differences that end at `values[start ..< start + count]`.
  @inline(__always)
  private static func encodeBlock<Value: FixedWidthInteger & SignedInteger>(
    _ values: UnsafeBufferPointer<Value>, _ start: Int, _ count: Int,
    _ scratch: UnsafeMutableBufferPointer<Value.Magnitude>, _ out: inout ByteCursor
  ) where Value.Magnitude: FixedWidthInteger & UnsignedInteger {
    var least = Value.max
    for index in 0..<count {
      let delta = values[start &+ index] &- values[start &+ index &- 1]
      least = min(least, delta)
      scratch[index] = Value.Magnitude(truncatingIfNeeded: delta)
    }
    let base = Value.Magnitude(truncatingIfNeeded: least)
    for index in 0..<count { scratch[index] = scratch[index] &- base }
    for index in count..<blockSize { scratch[index] = 0 }
    out.zigzag(Int64(least))
    var widths = out.reserve(blockSize / miniblockSize)
    var first = 0
    while first < blockSize {
      var union: Value.Magnitude = 0
      for index in first..<first &+ miniblockSize { union |= scratch[index] }
      // A miniblock past the last value has width 0 and so no bytes.
      let width = Value.bitWidth - union.leadingZeroBitCount
      widths.byte(UInt8(width))
      pack(scratch, first, width, &out)
      first &+= miniblockSize
    }
  }

  /// Appends 32 values of `width` bits each, the lowest bit first: exactly 4 × `width` bytes.
  @inline(__always)
  private static func pack<Word: FixedWidthInteger & UnsignedInteger>(
    _ values: UnsafeMutableBufferPointer<Word>, _ first: Int, _ width: Int, _ out: inout ByteCursor
  ) {
    if width == 0 { return }
    if width == 64 {
      for index in first..<first &+ miniblockSize {
        out.word(UInt64(truncatingIfNeeded: values[index]))
      }
      return
    }
    var pending: UInt64 = 0
    var bits = 0
    for index in first..<first &+ miniblockSize {
      let value = UInt64(truncatingIfNeeded: values[index])
      pending |= value &<< UInt64(truncatingIfNeeded: bits)
      bits &+= width
      if bits >= 64 {
        out.word(pending)
        bits &-= 64
        // With no bit left over this shifts by `width`, which leaves zero.
        pending = value &>> UInt64(truncatingIfNeeded: width &- bits)
      }
    }
    // 32 × width is a whole number of bytes; the store may run over by up to 7, within the bound.
    out.partialWord(pending, bytes: bits / 8)
  }
}

/// Appends to memory whose capacity the caller has proven sufficient.
private struct ByteCursor {
  private let base: UnsafeMutableRawPointer
  private(set) var count = 0

  init(_ base: UnsafeMutableRawPointer) {
    self.base = base
  }

  @inline(__always)
  mutating func byte(_ value: UInt8) {
    base.storeBytes(of: value, toByteOffset: count, as: UInt8.self)
    count &+= 1
  }

  @inline(__always)
  mutating func word(_ value: UInt64) {
    base.storeBytes(of: value.littleEndian, toByteOffset: count, as: UInt64.self)
    count &+= 8
  }

  /// Stores eight bytes and keeps the first `bytes` of them.
  @inline(__always)
  mutating func partialWord(_ value: UInt64, bytes: Int) {
    base.storeBytes(of: value.littleEndian, toByteOffset: count, as: UInt64.self)
    count &+= bytes
  }

  /// Leaves room for `size` bytes and gives a cursor that fills it.
  @inline(__always)
  mutating func reserve(_ size: Int) -> ByteCursor {
    let room = ByteCursor(base + count)
    count &+= size
    return room
  }

  @inline(__always)
  mutating func varint(_ value: UInt64) {
    var rest = value
    while rest > 0x7F {
      byte(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    byte(UInt8(truncatingIfNeeded: rest))
  }

  @inline(__always)
  mutating func zigzag(_ value: Int64) {
    varint(UInt64(bitPattern: value << 1 ^ value >> 63))
  }
}
