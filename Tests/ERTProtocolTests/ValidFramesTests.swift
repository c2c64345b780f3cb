import ERTProtocol
import TestSupport
import Testing

@Suite("Validity of many frames")
struct ValidFramesTests {
  /// Frames of random content, a third of them wrong in one way or another.
  private static func frame(_ random: inout SplitMix64) -> SCMFrame {
    let bits = random.next()
    let message = StandardConsumptionMessage(
      endpointID: bits % 20 == 0 ? 0 : UInt32(truncatingIfNeeded: bits >> 8) >> 6,
      ertType: UInt8(bits & 15), consumption: UInt32(truncatingIfNeeded: bits >> 40),
      physicalTamper: UInt8(bits >> 4 & 3), reserved: bits >> 6 & 1 == 1)
    let frame = SCMFrame(message)
    let bit = random.next() % (3 * 96)
    // A wrong preamble whose checksum fits.
    if bits % 23 == 0 {
      let head = frame.head ^ 1 << (43 + bit % 5)
      let checksum = BCHChecksum.of(head << 16 | UInt64(frame.tail >> 16))
      return SCMFrame(head: head, tail: frame.tail & 0xFFFF_0000 | UInt32(checksum))
    }
    if bit < 64 { return SCMFrame(head: frame.head ^ 1 << bit, tail: frame.tail) }
    if bit < 96 { return SCMFrame(head: frame.head, tail: frame.tail ^ 1 << UInt32(bit - 64)) }
    return frame
  }

  private static func bytes(
    _ frames: [SCMFrame], first: Int, stride: Int, _ random: inout SplitMix64
  )
    -> [UInt8]
  {
    var bytes = (0..<first + frames.count * stride).map { _ in
      UInt8.random(in: 0...255, using: &random)
    }
    for (number, frame) in frames.enumerated() {
      let at = first + number * stride
      for place in 0..<8 {
        bytes[at + place] = UInt8(truncatingIfNeeded: frame.head >> UInt64(56 - 8 * place))
      }
      for place in 0..<4 {
        bytes[at + 8 + place] = UInt8(truncatingIfNeeded: frame.tail >> UInt32(24 - 8 * place))
      }
    }
    // The last frame ends with the bytes.
    return Array(bytes[..<(first + (frames.count - 1) * stride + SCMFrame.byteCount)])
  }

  @Test("all at once is one by one", arguments: 1...60 as ClosedRange<UInt64>)
  func oneByOne(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let count = 1 + Int(random.next() % 300)
    let first = 4 + Int(random.next() % 60)
    let stride = [12, 19, 27][Int(seed % 3)]
    let frames = (0..<count).map { _ in Self.frame(&random) }
    let bytes = Self.bytes(frames, first: first, stride: stride, &random)
    let valid = bytes.withUnsafeBytes {
      ValidFrames(in: $0, first: first, stride: stride, count: count)
    }
    for (number, frame) in frames.enumerated() {
      #expect(valid[number] == frame.isValid, "seed \(seed), frame \(number) of \(count)")
    }
    let set = valid.words.reduce(0) { $0 + $1.nonzeroBitCount }
    #expect(valid.words.count == (count + 63) / 64 && set == frames.count { $0.isValid })
  }

  @Test("every single wrong bit is seen, and endpoint 0 refused, at every place of eight")
  func everyBit() {
    let right = SCMFrame(
      StandardConsumptionMessage(endpointID: 0x155_5555, ertType: 4, consumption: 0xABCDEF))
    var random = SplitMix64(seed: 5)
    for bit in 0..<96 {
      let wrong =
        bit < 64
        ? SCMFrame(head: right.head ^ 1 << UInt64(63 - bit), tail: right.tail)
        : SCMFrame(head: right.head, tail: right.tail ^ 1 << UInt32(95 - bit))
      for place in 0..<8 {
        var frames = [SCMFrame](repeating: right, count: 8)
        frames[place] = wrong
        let bytes = Self.bytes(frames, first: 7, stride: 19, &random)
        let valid = bytes.withUnsafeBytes { ValidFrames(in: $0, first: 7, stride: 19, count: 8) }
        #expect(valid.words == [0xFF & ~(1 << UInt64(place))], "bit \(bit), place \(place)")
      }
    }
    for shift in 0...26 {
      let message = StandardConsumptionMessage(
        endpointID: shift == 26 ? 0 : 1 << shift, ertType: 7, consumption: 5)
      let frames = [SCMFrame](repeating: SCMFrame(message), count: 8)
      let bytes = Self.bytes(frames, first: 7, stride: 19, &random)
      let valid = bytes.withUnsafeBytes { ValidFrames(in: $0, first: 7, stride: 19, count: 8) }
      #expect(valid.words == [shift == 26 ? 0 : 0xFF], "bit \(shift) of the ID")
    }
  }

  @Test("no frames need no bytes")
  func none() {
    let empty: [UInt8] = []
    #expect(
      empty.withUnsafeBytes { ValidFrames(in: $0, first: 7, stride: 19, count: 0) }.words == [])
  }
}
