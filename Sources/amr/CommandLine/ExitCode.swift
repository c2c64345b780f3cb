/// How a command ended, as the shell sees it; 64 to 74 are those of BSD's sysexits.h.
enum ExitCode: Int32, CaseIterable, Sendable {
  case done = 0
  case requirementFailed = 1
  case usage = 64
  case badData = 65
  case missingInput = 66
  case internalError = 70
  case cannotCreate = 73
  case ioError = 74
  case interrupted = 130

  /// The meaning in words, for the help.
  var meaning: String {
    switch self {
    case .done: "done"
    case .requirementFailed: "done, but the result fails a stated requirement or a check"
    case .usage: "the command line is wrong"
    case .badData: "an input is malformed or inconsistent"
    case .missingInput: "an input does not exist or cannot be read"
    case .internalError: "internal error: a fault in amr itself"
    case .cannotCreate: "an output cannot be created"
    case .ioError: "reading or writing failed, for example because the disk is full"
    case .interrupted: "interrupted by Ctrl-C or SIGTERM"
    }
  }
}
