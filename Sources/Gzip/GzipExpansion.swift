internal import CZlib

extension [UInt8] {
  /// Deflate spends at least one bit for 258 bytes (zlib's technical notes), so no member unpacks
  /// to more than this many times its size.
  private static var greatestRatio: Int { 1032 }

  /// Unpacks the one gzip member in `range`, which must give exactly `size` bytes.
  public func expandingGzip(_ range: Range<Int>, size: Int) throws(GzipError) -> [UInt8] {
    guard size <= range.count * Self.greatestRatio else {
      throw GzipError(
        at: range.lowerBound, "\(range.count) gzip bytes cannot unpack to the stated \(size)")
    }
    var status = Z_OK
    var leftOver = 0
    // One byte more than stated, so that a longer content shows.
    let result = [UInt8](unsafeUninitializedCapacity: size + 1) { output, used in
      withUnsafeBufferPointer { input in
        // zlib keeps the stream's address, so it must not move.
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        defer { stream.deallocate() }
        stream.initialize(to: z_stream())
        status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
        guard status == Z_OK else { return }
        let member = UnsafeBufferPointer(rebasing: input[range])
        stream.pointee.next_in = UnsafeMutablePointer(mutating: member.baseAddress)
        stream.pointee.avail_in = UInt32(member.count)
        stream.pointee.next_out = output.baseAddress
        stream.pointee.avail_out = UInt32(size + 1)
        status = inflate(stream, Z_FINISH)
        leftOver = Int(stream.pointee.avail_in)
        used = size + 1 - Int(stream.pointee.avail_out)
        inflateEnd(stream)
      }
    }
    guard status == Z_STREAM_END, result.count == size, leftOver == 0 else {
      throw GzipError(
        at: range.lowerBound, "damaged gzip member (zlib status \(status), expected \(size) bytes)")
    }
    return result
  }

  /// Unpacks a file of one gzip member, of less than 4 GiB when unpacked.
  public func expandingGzipFile() throws(GzipError) -> [UInt8] {
    // A header of 10 bytes, at least two of content, a checksum and the size (RFC 1952, 2.3).
    guard count >= 20, self[0] == 0x1F, self[1] == 0x8B else {
      throw GzipError(at: 0, "not a gzip file; expected one that begins with the bytes 1F 8B")
    }
    let size = suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    return try expandingGzip(indices, size: size)
  }
}
