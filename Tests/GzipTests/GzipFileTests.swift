import DurableFiles
import TestSupport
import Testing

@testable import Gzip

@Suite struct GzipFileTests {
  /// Bytes that repeat themselves now and then, as text does.
  private func content(_ size: Int, _ random: inout SplitMix64) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < size {
      if bytes.count > 100, Bool.random(using: &random) {
        let start = Int.random(in: max(0, bytes.count - 40_000)...bytes.count - 50, using: &random)
        bytes += Array(bytes[start..<start + 50])
      } else {
        bytes += (0..<20).map { _ in UInt8.random(in: 0x30...0x39, using: &random) }
      }
    }
    return Array(bytes.prefix(size))
  }

  /// - Parameter pieces: the content is given in pieces of random sizes up to this.
  private func compressed(
    _ content: [UInt8], pieces: Int, threads: Int, _ random: inout SplitMix64
  ) async throws -> [UInt8] {
    var gzip = GzipFile(threads: threads)
    var file: [UInt8] = []
    var start = 0
    while start < content.count {
      let end = min(content.count, start + Int.random(in: 1...pieces, using: &random))
      file += try await gzip.append(Array(content[start..<end]))
      start = end
    }
    return file + (try await gzip.finish())
  }

  static let sizes = [
    0, 1, 100, GzipFile.blockSize - 1, GzipFile.blockSize, GzipFile.blockSize + 1,
    5 * GzipFile.blockSize, 7 * GzipFile.blockSize + 12_345,
  ]

  @Test("pieces and threads make no difference, and the content comes back", arguments: sizes)
  func sameBytes(size: Int) async throws {
    var random = SplitMix64(seed: UInt64(size))
    let content = content(size, &random)
    let file = try await compressed(content, pieces: size + 1, threads: 1, &random)
    for threads in 1...3 {
      let pieces = Int.random(in: 1000...600_000, using: &random)
      #expect(
        try await compressed(content, pieces: pieces, threads: threads, &random) == file,
        "\(threads) threads, pieces up to \(pieces)")
    }
    #expect(try file.expandingGzipFile() == content)
  }

  @Test("Python reads the file to its end", .enabled(if: Witness.shouldRun("gzip")))
  func python() async throws {
    let directory = try TemporaryDirectory()
    var random = SplitMix64(seed: 77)
    let content = content(3 * GzipFile.blockSize + 77, &random)
    try FileSystem.system.writeAtomically(content, to: directory.file("plain"))
    try FileSystem.system.writeAtomically(
      try await compressed(content, pieces: 100_000, threads: 2, &random),
      to: directory.file("plain.gz"))
    let result = try Witness.run(
      """
      import gzip, sys, zlib
      data = open(sys.argv[1] + "/plain.gz", "rb").read()
      stream = zlib.decompressobj(31)
      text = stream.decompress(data)
      # One member, and nothing after it: a reader that stops at the first one has all.
      assert stream.eof and stream.unused_data == b""
      assert text == open(sys.argv[1] + "/plain", "rb").read() == gzip.decompress(data)
      """, [directory.path])
    #expect(result.exitCode == 0, "\(result.errorText)")
  }

  @Test("blocks know what came before them: cutting costs less than a hundredth")
  func cutting() async throws {
    var random = SplitMix64(seed: 5)
    let content = content(4 * GzipFile.blockSize, &random)
    let whole = try #require(
      try GzipCompressor(.thorough).compress(content, limit: content.count))
    let file = try await compressed(content, pieces: 1 << 20, threads: 2, &random)
    #expect(file.count * 100 < whole.count * 101)
  }

  @Test("a member's limit is kept to the byte")
  func limit() throws {
    var random = SplitMix64(seed: 6)
    let content = content(5000, &random)
    let compressor = try GzipCompressor(.quick)
    let packed = try #require(compressor.compress(content, limit: content.count))
    #expect(compressor.compress(content, limit: packed.count + 1) == packed)
    #expect(compressor.compress(content, limit: packed.count) == nil)
    #expect(compressor.compress(content, limit: 0) == nil)
    #expect(try packed.expandingGzip(0..<packed.count, size: content.count) == content)
  }

  @Test("a damaged file is refused, or has the very content")
  func damaged() async throws {
    var random = SplitMix64(seed: 7)
    let content = content(2000, &random)
    let file = try await compressed(content, pieces: 3000, threads: 1, &random)
    for place in file.indices {
      var bytes = file
      bytes[place] ^= UInt8.random(in: 1...255, using: &random)
      // Of the header only magic, method and flags mean something.
      if let found = try? bytes.expandingGzipFile() {
        #expect((4..<10).contains(place) && found == content, "byte \(place)")
      }
    }
    for count in file.indices {
      #expect(throws: GzipError.self) { try Array(file.prefix(count)).expandingGzipFile() }
    }
    #expect(throws: GzipError.self) { try (file + [0]).expandingGzipFile() }
    #expect(throws: GzipError.self) { try (file + file).expandingGzipFile() }
  }

  @Test("no bytes and no stated size make the reader fail otherwise", arguments: 1...8)
  func hostile(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<300 {
      let noise = (0..<Int.random(in: 0..<200, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      let bytes = [0x1F, 0x8B, 8, 0] + noise
      let size = [0, 1, 200, 20_480, .max / 2].randomElement(using: &random)!
      if let found = try? bytes.expandingGzip(0..<bytes.count, size: size) {
        #expect(found.count == size, "seed \(seed)")
      }
      if let found = try? bytes.expandingGzipFile() { #expect(found.count < 300_000) }
    }
  }
}
