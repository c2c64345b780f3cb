import Glibc

extension StreamOrder {
  /// Writes the order to standard output as raw 32-bit words, least byte first, until the reader
  /// has had enough and closes its end of the pipe.
  func writeEndlessly() {
    // A closed pipe is then an error of `write` and not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    var words = [UInt32](repeating: 0, count: Self.chunkCount)
    var number: UInt32 = 0
    repeat {
      fill(&words, chunk: number)
      for index in words.indices { words[index] = words[index].littleEndian }
      number &+= 1
    } while words.withUnsafeBytes(Self.write)
  }

  /// Whether all of the bytes could be written.
  private static func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Glibc.write(
        STDOUT_FILENO, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR { return false }
    }
    return true
  }
}
