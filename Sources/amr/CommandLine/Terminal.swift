import Glibc

/// What the process's standard streams are connected to.
enum Terminal {
  enum Stream: Int32, Sendable {
    case output = 1
    case error = 2
  }

  /// Opens those of descriptors 0, 1 and 2 that the parent process left closed (`>&-`): a file would
  /// otherwise be given the number, and what is meant for the stream be written into it.
  ///
  /// Input then cannot be read and output not be written, as before; messages go nowhere.
  static func holdStandardDescriptors() {
    for (descriptor, mode) in [
      (STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_WRONLY),
    ] where fcntl(descriptor, F_GETFD) < 0 {
      // The lowest free number is the one that is given.
      _ = open("/dev/null", mode)
    }
  }

  static func isTerminal(_ stream: Stream) -> Bool {
    isatty(stream.rawValue) == 1
  }

  /// The characters that fit on one line of the terminal, 80 if that is unknown.
  static func width(of stream: Stream) -> Int {
    var size = winsize()
    guard ioctl(stream.rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Writes all of `text`.
  ///
  /// With SIGPIPE ignored (`Interrupt.install`) a reader that has gone away shows up here.
  static func write(_ text: String, to stream: Stream) throws(StreamError) {
    try write(Array(text.utf8), to: stream.rawValue)
  }

  static func write(_ bytes: [UInt8], to descriptor: Int32) throws(StreamError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written >= 0 {
        rest.removeFirst(written)
      } else if errno != EINTR {
        throw errno == EPIPE ? .readerGone : .failed(errno)
      }
    }
  }
}

/// Why a standard stream takes no more.
enum StreamError: Error, Equatable, CustomStringConvertible {
  /// The other end of the pipe was closed, as by `| head`: nobody wants the rest, so the process
  /// ends quietly with success.
  case readerGone
  /// The system's error number.
  case failed(Int32)

  var exitCode: ExitCode {
    switch self {
    case .readerGone: .done
    case .failed: .ioError
    }
  }

  var description: String {
    switch self {
    case .readerGone: "the reader of the output has gone away"
    case .failed(let number):
      "cannot write the output: \(String(cString: strerror(number))); "
        + "check free space and the place it goes to"
    }
  }
}
