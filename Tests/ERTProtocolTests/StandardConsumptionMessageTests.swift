import ERTProtocol
import TestSupport
import Testing

/// The frame of 24 hexadecimal digits.
private func frame(_ hex: String) -> SCMFrame {
  SCMFrame(head: UInt64(hex.prefix(16), radix: 16)!, tail: UInt32(hex.suffix(8), radix: 16)!)
}

extension SCMFrame {
  /// The frame with a bit inverted; bit 0 is sent first.
  fileprivate func flipping(_ bit: Int) -> SCMFrame {
    bit < 64
      ? SCMFrame(head: head ^ 1 << UInt64(63 - bit), tail: tail)
      : SCMFrame(head: head, tail: tail ^ 1 << UInt32(95 - bit))
  }
}

/// The checksum's division bit by bit, over bytes 2…11 or fewer of them.
private func residue(_ frame: SCMFrame, bits: Range<Int> = 16..<96) -> UInt16 {
  var register: UInt16 = 0
  for bit in bits {
    let sent = bit < 64 ? frame.head >> (63 - bit) & 1 : UInt64(frame.tail >> (95 - bit) & 1)
    let carry = register >> 15 ^ UInt16(sent)
    register = register << 1 ^ (carry == 1 ? 0x6F63 : 0)
  }
  return register
}

@Suite("Standard consumption messages")
struct StandardConsumptionMessageTests {
  @Test("known frames decode to their fields and are made from them")
  func knownFrames() throws {
    #expect(SCMVector.all.count == 14)
    for vector in SCMVector.all {
      let expected = StandardConsumptionMessage(
        endpointID: vector.id, ertType: vector.type, consumption: vector.consumption,
        physicalTamper: vector.physicalTamper, encoderTamper: vector.encoderTamper,
        reserved: vector.reserved)
      let message = try #require(frame(vector.hex).message, "\(vector.hex)")
      #expect(message == expected, "\(vector.hex)")
      #expect(message.endpointID == vector.id && message.consumption == vector.consumption)
      #expect(message.ertType == vector.type && message.reserved == vector.reserved)
      #expect(message.physicalTamper == vector.physicalTamper)
      #expect(message.encoderTamper == vector.encoderTamper)
      #expect(SCMFrame(message) == frame(vector.hex), "\(vector.hex)")
    }
  }

  @Test("damaged frames are refused, and their residue is the published one")
  func damagedFrames() {
    #expect(SCMVector.damaged.count == 6)
    for (hex, expected) in SCMVector.damaged {
      #expect(!frame(hex).isValid && frame(hex).message == nil, "\(hex)")
      #expect(residue(frame(hex)) == expected, "\(hex)")
    }
  }

  @Test("every message survives its frame")
  func roundTrip() {
    var random = SplitMix64(seed: 96)
    for _ in 0..<20_000 {
      let bits = random.next()
      let message = StandardConsumptionMessage(
        endpointID: max(1, UInt32(truncatingIfNeeded: bits) & 0x3FF_FFFF),
        ertType: UInt8(bits >> 32 & 15), consumption: UInt32(bits >> 40),
        physicalTamper: UInt8(bits >> 36 & 3), encoderTamper: UInt8(bits >> 38 & 3),
        reserved: random.next() & 1 == 1)
      let frame = SCMFrame(message)
      #expect(frame.message == message, "\(message)")
      #expect(residue(frame) == 0, "\(message)")
      #expect(frame.endpointID == message.endpointID)
    }
  }

  @Test("fields beyond their width are cut, so that they cannot reach their neighbours")
  func overlongFields() {
    let message = StandardConsumptionMessage(
      endpointID: .max, ertType: .max, consumption: .max, physicalTamper: .max,
      encoderTamper: .max)
    #expect(message.endpointID == 67_108_863 && message.consumption == 16_777_215)
    #expect(message.ertType == 15 && message.physicalTamper == 3 && message.encoderTamper == 3)
    #expect(!message.reserved)
    #expect(SCMFrame(message).message == message)
  }

  @Test("every error of one or two bits behind the preamble is detected")
  func smallErrors() {
    for vector in [SCMVector.all[1], SCMVector.all[4], SCMVector.all[13]] {
      let sent = frame(vector.hex)
      var residues: Set<UInt16> = []
      for first in 21..<96 {
        let one = sent.flipping(first)
        #expect(!one.isValid, "\(vector.hex), bit \(first)")
        residues.insert(residue(one))
        for second in first + 1..<96 {
          let two = one.flipping(second)
          #expect(!two.isValid, "\(vector.hex), bits \(first) and \(second)")
          residues.insert(residue(two))
        }
      }
      #expect(residues.count == 75 + 75 * 74 / 2, "no two of them leave the same residue")
    }
  }

  @Test("the preamble has to be exact")
  func preamble() {
    let sent = frame(SCMVector.all[3].hex)
    #expect(sent.isValid)
    for bit in 0..<21 { #expect(!sent.flipping(bit).isValid, "bit \(bit)") }
    // Bits 16…20 lie in bytes that the checksum covers: a frame with one of them set and a fitting
    // checksum is still not an SCM.
    for bit in 16..<21 {
      let wrong = sent.flipping(bit)
      let checksum = BCHChecksum.of(wrong.head << 16 | UInt64(wrong.tail >> 16))
      let fitting = SCMFrame(head: wrong.head, tail: wrong.tail & 0xFFFF_0000 | UInt32(checksum))
      #expect(residue(fitting) == 0 && !fitting.isValid, "bit \(bit)")
    }
  }

  @Test("endpoint 0 is refused, every other power of two is not")
  func endpointZero() {
    let none = SCMFrame(StandardConsumptionMessage(endpointID: 0, ertType: 7, consumption: 5))
    #expect(residue(none) == 0 && !none.isValid && none.message == nil)
    for shift in 0..<26 {
      let id: UInt32 = 1 << shift
      let message = StandardConsumptionMessage(endpointID: id, ertType: 7, consumption: 5)
      #expect(SCMFrame(message).message?.endpointID == id)
    }
  }

  @Test("a random word behind a right preamble passes about once in 65,536 times")
  func randomWords() {
    var random = SplitMix64(seed: 1997)
    var passed = 0
    for _ in 0..<2_000_000 {
      let head = SCMFrame.preamble << 43 | random.next() >> 21
      let tail = UInt32(truncatingIfNeeded: random.next() >> 7)
      if SCMFrame(head: head, tail: tail).isValid { passed += 1 }
    }
    // 30.5 expected; four standard errors are 22.
    #expect((9...52).contains(passed), "\(passed)")
  }

  @Test("the checksum is the bitwise division, byte by byte")
  func checksumTable() {
    var random = SplitMix64(seed: 0x6F63)
    #expect(BCHChecksum.of(0) == 0)
    #expect(BCHChecksum.of(1) == 0x6F63)
    for _ in 0..<2000 {
      let bytes = random.next()
      let body = SCMFrame(head: bytes >> 16, tail: UInt32(bytes & 0xFFFF) << 16)
      #expect(residue(body, bits: 16..<80) == BCHChecksum.of(bytes))
    }
  }

  @Test("no ERT type belongs to two commodities")
  func commodities() {
    #expect(ERTType.electric == [4, 5, 7, 8])
    let all = ERTType.electric + ERTType.gas + ERTType.water
    #expect(Set(all).count == 12 && all.count == 12)
    #expect(Set(all).isDisjoint(with: [6, 10, 14, 15]))
  }
}
