import Checksums

/// A stretch of a source that holds no upload, or one that cannot be taken.
public struct UploadError: Error, Equatable, CustomStringConvertible, Sendable {
  /// Offset of its first byte in the source.
  public let offset: Int
  /// How long it is.
  public let byteCount: Int
  /// CRC-32 of its bytes, which tells it from another one in the same place.
  public let checksum: UInt32
  /// What is wrong at its start, what was expected, how to mend it.
  public let message: String

  public var description: String { "byte \(offset), \(byteCount) bytes: \(message)" }
}

/// Cuts a stream of bytes into uploads, checking every one of them.
///
/// Feed it chunks of any size, take all uploads with `next` after each, say `finish` at the end of
/// the source and take the last ones. Memory stays below one upload and one chunk.
///
/// After damage the reader goes on at the next byte where a header stands that is right in itself,
/// so that uploads which arrived whole are found whatever stands before or between them. What lies
/// between is reported once. The time it takes is proportional to the source's length, whatever
/// it holds.
public struct UploadReader {
  private var buffer: [UInt8] = []
  /// The next byte of `buffer` to look at; those before it are done with.
  private var position = 0
  /// Offset in the source of the first byte of `buffer`.
  private var base = 0
  private var isAtEnd = false
  /// The header at `position`, once it was read.
  private var header: UploadHeader?
  /// The damage that `position` is behind the start of.
  private var damage: Damage?
  /// Bytes before this offset in the source lie in an upload whose checksum was wrong: uploads that
  /// start there may overlap one another.
  private var doubtfulEnd = 0
  private var overlapping = OverlappingCRC32()

  public init() {}

  /// Offset in the source of the next byte to look at: after an upload its end, after an error the
  /// end of the damage.
  public var offset: Int { base + position }

  /// Adds bytes of the source.
  public mutating func feed(_ bytes: [UInt8]) {
    guard position == buffer.count else { return feed(bytes[...]) }
    base += position
    position = 0
    buffer = bytes
  }

  /// Adds bytes of the source.
  public mutating func feed(_ bytes: some Collection<UInt8>) {
    makeRoom(for: bytes.count)
    buffer.append(contentsOf: bytes)
  }

  /// Adds what `read` puts into the room for `count` bytes that it is given; it returns how many
  /// bytes that are, and 0 at the end of the source.
  ///
  /// - Returns: false at the end of the source, as if `finish` had been called.
  public mutating func feed<Failure>(
    upTo count: Int, _ read: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
  ) throws(Failure) -> Bool {
    makeRoom(for: count)
    let before = buffer.count
    try buffer.append(addingCapacity: count) { room throws(Failure) in
      try room.withUnsafeMutableBufferPointer { bytes, filled throws(Failure) in
        filled += try read(
          UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(bytes)[filled...]))
      }
    }
    isAtEnd = buffer.count == before
    return !isAtEnd
  }

  /// Says that the source has ended: `next` then gives what is left.
  public mutating func finish() { isAtEnd = true }

  /// Drops what is done with, for `count` bytes to come. An upload that is still held keeps its own.
  private mutating func makeRoom(for count: Int) {
    buffer.removeSubrange(..<position)
    base += position
    position = 0
    // A long upload would otherwise be moved each time the buffer grows, into twice its size.
    if let header { buffer.reserveCapacity(header.uploadByteCount + count) }
  }

  /// The next upload; nil when more bytes are needed, or when the source has ended.
  ///
  /// Throws at the end of a damaged stretch; the reader can then go on.
  public mutating func next() throws(UploadError) -> Upload? {
    if damage == nil {
      switch look() {
      case .incomplete: return nil
      case .whole(let header): return try take(header)
      case .damaged(let fault):
        damage = Damage(offset: offset, fault: fault)
        header = nil
        position += 1
      }
    }
    try passDamage()
    return nil
  }
}

// MARK: - Uploads

extension UploadReader {
  private enum Finding {
    case incomplete
    case whole(UploadHeader)
    case damaged(Damage.Fault)
  }

  /// What stands at `position`.
  private mutating func look() -> Finding {
    let available = buffer.count - position
    guard available > 0 else { return .incomplete }
    let header: UploadHeader
    switch self.header {
    case let known?: header = known
    case nil:
      guard available >= UploadHeader.byteCount else {
        return isAtEnd ? .damaged(.header(faultOfRest)) : .incomplete
      }
      do throws(HeaderFault) {
        header = try readHeader(at: position)
      } catch {
        return .damaged(.header(error))
      }
      self.header = header
    }
    guard available >= header.uploadByteCount else {
      return isAtEnd ? .damaged(.records(header)) : .incomplete
    }
    return hasRightChecksum(header) ? .whole(header) : .damaged(.records(header))
  }

  private func readHeader(at position: Int) throws(HeaderFault) -> UploadHeader {
    let result = buffer.withUnsafeBytes { bytes -> Result<UploadHeader, HeaderFault> in
      do throws(HeaderFault) {
        return .success(try UploadHeader(in: bytes, at: position))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// What is wrong with a source's last bytes when they are too few for a header.
  private var faultOfRest: HeaderFault {
    let rest = buffer[position...]
    let isStart = rest.prefix(4).elementsEqual(UploadHeader.magicBytes.prefix(rest.count))
    return isStart ? .cutShort(byteCount: rest.count) : .magic
  }

  private mutating func hasRightChecksum(_ header: UploadHeader) -> Bool {
    let body = position + UploadHeader.byteCount
    let end = body + header.bodyByteCount
    let (base, isDoubtful) = (base, offset < doubtfulEnd)
    let isRight = buffer.withUnsafeBytes { bytes in
      let stored = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: end, as: UInt32.self))
      let checksum =
        isDoubtful
        ? overlapping.checksum(of: base + body..<base + end, in: bytes, base: base)
        : CRC32.checksum(UnsafeRawBufferPointer(rebasing: bytes[body..<end]))
      return checksum == stored
    }
    if !isRight { doubtfulEnd = max(doubtfulEnd, base + end) }
    return isRight
  }

  /// Takes the upload at `position`, whose checksums are right.
  private mutating func take(_ header: UploadHeader) throws(UploadError) -> Upload {
    let (start, offset) = (position, offset)
    position += header.uploadByteCount
    self.header = nil
    if let record = recordOfOtherType(header, start) {
      let type = buffer[Self.typePlace(start, record)]
      throw UploadError(
        offset: offset, byteCount: header.uploadByteCount,
        checksum: CRC32.checksum(Array(buffer[start..<position])),
        message: "record \(record) has frame type \(type); expected 1, SCM (\(header.name))")
    }
    return Upload(header: header, in: buffer, at: start)
  }

  private static func typePlace(_ upload: Int, _ record: Int) -> Int {
    upload + UploadHeader.byteCount + record * UploadRecord.scmByteCount + UploadRecord.typeOffset
  }

  /// The first record of an upload that carries something else than SCM.
  private func recordOfOtherType(_ header: UploadHeader, _ upload: Int) -> Int? {
    let differs = buffer.withUnsafeBytes { bytes in
      var differs: UInt8 = 0
      var place = Self.typePlace(upload, 0)
      for _ in 0..<header.recordCount {
        differs |= bytes[place] ^ UploadRecord.scmType
        place &+= UploadRecord.scmByteCount
      }
      return differs != 0
    }
    guard differs else { return nil }
    return (0..<header.recordCount).first {
      buffer[Self.typePlace(upload, $0)] != UploadRecord.scmType
    }
  }
}

// MARK: - Damage

extension UploadReader {
  /// Looks on for a header; throws when there is one, or none until the source's end.
  private mutating func passDamage() throws(UploadError) {
    guard var damage else { return }
    let isPast = findEndOfDamage()
    // What is behind now may be dropped before the end is found.
    buffer.withUnsafeBytes {
      damage.extend(over: UnsafeRawBufferPointer(rebasing: $0[damage.end - base..<position]))
    }
    self.damage = isPast ? nil : damage
    if isPast { throw damage.error }
  }

  /// Moves on to the next header or the source's end, or as far as neither can be; returns whether
  /// it is there.
  private mutating func findEndOfDamage() -> Bool {
    while let place = nextMagic(), place + UploadHeader.byteCount <= buffer.count {
      position = place
      if let found = try? readHeader(at: place) {
        header = found
        return true
      }
      position += 1
    }
    position =
      isAtEnd
      ? buffer.count
      : nextMagic() ?? max(position, buffer.count - (UploadHeader.magicBytes.count - 1))
    return isAtEnd
  }

  /// Where the letters of a header stand next.
  private func nextMagic() -> Int? {
    buffer.withUnsafeBytes { bytes in
      var place = position
      while place + 4 <= bytes.count {
        let letters = bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)
        if UInt32(littleEndian: letters) == UploadHeader.magic { return place }
        place &+= 1
      }
      return nil
    }
  }
}

/// Damage, as far as it is known to reach.
private struct Damage {
  enum Fault {
    case header(HeaderFault)
    /// The header is right, and what follows it is not what its collector sent.
    case records(UploadHeader)
  }

  let offset: Int
  let fault: Fault
  /// Offset in the source of the first byte behind it.
  private(set) var end: Int
  private var checksum = CRC32()

  init(offset: Int, fault: Fault) {
    self.offset = offset
    self.fault = fault
    end = offset
  }

  /// Adds the bytes that follow.
  mutating func extend(over bytes: UnsafeRawBufferPointer) {
    checksum.update(bytes)
    end += bytes.count
  }

  var error: UploadError {
    let byteCount = end - offset
    let message: String
    switch fault {
    case .header(let fault): message = fault.description
    case .records(let header) where byteCount < header.uploadByteCount:
      message =
        "the upload is cut short after \(byteCount) of \(header.uploadByteCount) bytes "
        + "(\(header.name)); fetch the file from its collector again"
    case .records(let header):
      message = "the checksum of the records is wrong (\(header.name)); fetch the file again"
    }
    return UploadError(
      offset: offset, byteCount: byteCount, checksum: checksum.value, message: message)
  }
}
