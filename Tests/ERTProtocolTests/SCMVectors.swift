/// Frames of real and synthetic SCM units with their fields; captured ones carry replaced IDs.
struct SCMVector: Sendable {
  let hex: String
  let id: UInt32
  let type: UInt8
  let physicalTamper: UInt8
  let encoderTamper: UInt8
  let consumption: UInt32
  var reserved = false

  static let all: [SCMVector] = [
    // All-zero fields except ID.
    SCMVector(
      hex: "f95300000000000000016f63", id: 1, type: 0, physicalTamper: 0,
      encoderTamper: 0, consumption: 0),
    // 24-bit ID (1997), type 4 electric.
    SCMVector(
      hex: "f953001000000112345689e7", id: 1193046, type: 4, physicalTamper: 0,
      encoderTamper: 0, consumption: 1),
    // Largest 24-bit ID.
    SCMVector(
      hex: "f953001c01869fffffff14af", id: 16777215, type: 7, physicalTamper: 0,
      encoderTamper: 0, consumption: 99999),
    // First ID that needs the 26-bit extension.
    SCMVector(
      hex: "f953025c01e240000000a6d7", id: 16777216, type: 7, physicalTamper: 1,
      encoderTamper: 0, consumption: 123456),
    // Largest 26-bit ID, all fields at maximum.
    SCMVector(
      hex: "f95306ffffffffffffffad8f", id: 67108863, type: 15, physicalTamper: 3,
      encoderTamper: 3, consumption: 16777215),
    // Bits 21,22 = 01.
    SCMVector(
      hex: "f9530295800000312d01098e", id: 20000001, type: 5, physicalTamper: 2,
      encoderTamper: 1, consumption: 8388608),
    // Bits 21,22 = 10.
    SCMVector(
      hex: "f9530432089518625a021913", id: 40000002, type: 12, physicalTamper: 0,
      encoderTamper: 2, consumption: 562456),
    // Reserved bit set: must be ignored by a reader, kept by a repeater.
    SCMVector(
      hex: "f953012007a1200f42408642", id: 1000000, type: 8, physicalTamper: 0,
      encoderTamper: 0, consumption: 500000, reserved: true),
    // A captured frame, its ID replaced.
    SCMVector(
      hex: "f95304f0089518faf0819d73", id: 50000001, type: 12, physicalTamper: 3,
      encoderTamper: 0, consumption: 562456),
    // A captured frame, its ID replaced.
    SCMVector(
      hex: "f95304b00b17eafaf0823ef3", id: 50000002, type: 12, physicalTamper: 2,
      encoderTamper: 0, consumption: 727018),
    // A captured frame, its ID replaced.
    SCMVector(
      hex: "f9530415679ec3faf0839f94", id: 50000003, type: 5, physicalTamper: 0,
      encoderTamper: 1, consumption: 6790851),
    // A captured frame, its ID replaced.
    SCMVector(
      hex: "f95304de1e2f72faf0848c7d", id: 50000004, type: 7, physicalTamper: 3,
      encoderTamper: 2, consumption: 1978226),
    // A captured frame, its ID replaced.
    SCMVector(
      hex: "f95302370026eb312d057a44", id: 20000005, type: 13, physicalTamper: 0,
      encoderTamper: 3, consumption: 9963),
    // A captured frame, its ID replaced.
    SCMVector(
      hex: "f95300152a79860927c6c1c7", id: 600006, type: 5, physicalTamper: 0,
      encoderTamper: 1, consumption: 2783622),
  ]

  /// Damaged frames, with the checksum's residue that shows the damage.
  static let damaged: [(hex: String, residue: UInt16)] = [
    ("f953009000000112345689e7", 0x89ac),
    ("f953001000000112345689e6", 0x6f63),
    ("f95300d000000112345689e7", 0xcd7a),
    ("f95300120000011a345689c7", 0x8856),
    ("f9530010fffe0112345689e7", 0xcd7e),
    ("f953001000fffe12345689e7", 0x85ac),
  ]
}
