import Glibc
import SystemMemory

/// A file, pipe or terminal being read from its start to its end.
public struct InputFile: ~Copyable {
  public let path: String
  private let fileSystem: FileSystem
  private let descriptor: CInt
  private let closes: Bool

  public init(at path: String, in fileSystem: FileSystem = .system) throws(FileError) {
    self.path = path
    self.fileSystem = fileSystem
    closes = true
    descriptor = try fileSystem.call(.open, path) { _ in open(path, O_RDONLY | O_CLOEXEC) }
  }

  /// The process's standard input; it stays open when the value ends.
  public init(standardInputIn fileSystem: FileSystem = .system) {
    path = "standard input"
    self.fileSystem = fileSystem
    closes = false
    descriptor = STDIN_FILENO
  }

  deinit {
    if closes { close(descriptor) }
  }

  /// Waits until `read` would return at once, be it with bytes, the end or an error.
  ///
  /// - Returns: false where that has not come about within so many milliseconds.
  public borrowing func isReadable(within milliseconds: CInt) throws(FileError) -> Bool {
    let descriptor = descriptor
    let ready = try fileSystem.call(.read, path) { _ in
      var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      return poll(&request, 1, milliseconds)
    }
    return ready > 0
  }

  /// Reads what is there, at least one byte and at most `buffer.count`; 0 means the end.
  public borrowing func read(
    into buffer: UnsafeMutableRawBufferPointer
  ) throws(FileError) -> Int {
    let descriptor = descriptor
    return try fileSystem.call(.read, path, limit: buffer.count) { limit in
      Glibc.read(descriptor, buffer.baseAddress, limit)
    }
  }

  /// Reads what is there, at most `count` bytes; an empty result means the end.
  public borrowing func read(upTo count: Int) throws(FileError) -> [UInt8] {
    var failure: FileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { room, byteCount in
      let room = UnsafeMutableRawBufferPointer(room)
      room.adviseLargePages()
      do throws(FileError) {
        byteCount = try read(into: UnsafeMutableRawBufferPointer(rebasing: room[..<count]))
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Reads all that is left.
  public borrowing func readToEnd(expecting size: Int = 0) throws(FileError) -> [UInt8] {
    // One byte more than expected, so that the end is met without growing.
    var bytes = try read(upTo: max(size + 1, 65_536))
    while true {
      let more = try read(upTo: max(size + 1 - bytes.count, 65_536))
      if more.isEmpty { return bytes }
      bytes.append(contentsOf: more)
    }
  }
}

extension FileSystem {
  /// The whole content of a file.
  public func readFile(_ path: String) throws(FileError) -> [UInt8] {
    let file = try InputFile(at: path, in: self)
    let size = try status(of: path)?.size ?? 0
    return try file.readToEnd(expecting: Int(size))
  }
}
