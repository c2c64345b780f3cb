/// The content of a Standard Consumption Message (SCM): one register of one endpoint.
public struct StandardConsumptionMessage: Sendable, Equatable {
  /// 26 bits; 24 bits in units of the 1990s.
  public let endpointID: UInt32
  /// The reserved bit, zero in every known unit.
  public let reserved: Bool
  /// Physical tamper count or flags, 2 bits.
  public let physicalTamper: UInt8
  /// ERT type, 4 bits: which commodity the meter measures.
  public let ertType: UInt8
  /// Encoder tamper count or flags, 2 bits.
  public let encoderTamper: UInt8
  /// The register, 24 bits.
  public let consumption: UInt32

  /// Fields beyond their width are cut to it.
  public init(
    endpointID: UInt32, ertType: UInt8, consumption: UInt32, physicalTamper: UInt8 = 0,
    encoderTamper: UInt8 = 0, reserved: Bool = false
  ) {
    self.endpointID = endpointID & 0x3FF_FFFF
    self.ertType = ertType & 0xF
    self.consumption = consumption & 0xFF_FFFF
    self.physicalTamper = physicalTamper & 3
    self.encoderTamper = encoderTamper & 3
    self.reserved = reserved
  }
}

/// The 96 bits of an SCM on the air, bit 0 first:
///
/// | bits | field |
/// |---|---|
/// | 0–20 | sync bit and preamble, 0x1F2A60 |
/// | 21–22 | endpoint ID, bits 25…24 |
/// | 23 | reserved |
/// | 24–25 | physical tamper |
/// | 26–29 | ERT type |
/// | 30–31 | encoder tamper |
/// | 32–55 | register |
/// | 56–79 | endpoint ID, bits 23…0 |
/// | 80–95 | `BCHChecksum` of bytes 2…9 |
public struct SCMFrame: Sendable, Equatable {
  /// Bytes of a frame.
  @inlinable public static var byteCount: Int { 12 }
  /// 21 bits: a one and 0xF2A60.
  public static let preamble: UInt64 = 0x1F_2A60

  /// Bytes 0…7, the first in the most significant place.
  public let head: UInt64
  /// Bytes 8…11, the first in the most significant place.
  public let tail: UInt32

  @inline(__always)
  public init(head: UInt64, tail: UInt32) {
    self.head = head
    self.tail = tail
  }

  /// The frame whose first byte is at `offset`.
  @inlinable @inline(__always)
  public init(in bytes: UnsafeRawBufferPointer, at offset: Int) {
    head = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    tail = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt32.self))
  }

  /// The frame of a message, with its checksum.
  @inline(__always)
  public init(_ message: StandardConsumptionMessage) {
    let id = UInt64(message.endpointID)
    head =
      Self.preamble << 43 | (id >> 24) << 41 | (message.reserved ? 1 << 40 : 0)
      | UInt64(message.physicalTamper) << 38 | UInt64(message.ertType) << 34
      | UInt64(message.encoderTamper) << 32 | UInt64(message.consumption) << 8
      | (id >> 16 & 0xFF)
    let low = UInt32(truncatingIfNeeded: id & 0xFFFF)
    tail = low << 16 | UInt32(BCHChecksum.of(head << 16 | UInt64(low)))
  }

  /// Whether preamble and checksum are right and the endpoint ID is not zero.
  ///
  /// Errors are detected, never corrected: correction would accept 1 random word in 23.
  @inline(__always)
  public var isValid: Bool {
    head >> 43 == Self.preamble
      && BCHChecksum.of(head << 16 | UInt64(tail >> 16)) == UInt16(truncatingIfNeeded: tail)
      && endpointID != 0
  }

  /// What the frame says besides its endpoint: reserved bit, tampers, ERT type and register, in 33
  /// bits that order the valid frames of one endpoint as their bytes do.
  @inline(__always)
  public var content: UInt64 { head >> 8 & 0x1_FFFF_FFFF }

  /// The valid frame of an endpoint with this content.
  public init(endpointID: UInt32, content: UInt64) {
    self.init(
      StandardConsumptionMessage(
        endpointID: endpointID, ertType: UInt8(truncatingIfNeeded: content >> 26),
        consumption: UInt32(truncatingIfNeeded: content),
        physicalTamper: UInt8(truncatingIfNeeded: content >> 30),
        encoderTamper: UInt8(truncatingIfNeeded: content >> 24),
        reserved: content >> 32 & 1 == 1))
  }

  /// The endpoint ID field, whether the frame is valid or not.
  @inline(__always)
  public var endpointID: UInt32 {
    UInt32(truncatingIfNeeded: (head >> 41 & 3) << 24 | (head & 0xFF) << 16) | tail >> 16
  }

  /// The message, or nil when the frame is not valid.
  public var message: StandardConsumptionMessage? {
    isValid ? fields : nil
  }

  /// The fields, whether the frame is valid or not.
  @inline(__always)
  public var fields: StandardConsumptionMessage {
    StandardConsumptionMessage(
      endpointID: endpointID, ertType: UInt8(truncatingIfNeeded: head >> 34 & 0xF),
      consumption: UInt32(truncatingIfNeeded: head >> 8 & 0xFF_FFFF),
      physicalTamper: UInt8(truncatingIfNeeded: head >> 38 & 3),
      encoderTamper: UInt8(truncatingIfNeeded: head >> 32 & 3), reserved: head >> 40 & 1 == 1)
  }
}
