/// A command line that cannot be obeyed: what is wrong, and which help tells more.
///
/// The process ends with `ExitCode.usage`.
struct UsageError: Error, Equatable, CustomStringConvertible {
  let message: String
  /// The words to put before `--help`, such as `amr store info`.
  let helpTopic: String

  /// One line, `message. See 'amr COMMAND --help'.`
  var description: String {
    "\(message)\(message.hasSuffix("?") ? "" : ".") See '\(helpTopic) --help'."
  }

  /// `argument` in single quotes, shortened, and with everything that does not print replaced, so
  /// that a message stays one line.
  static func quoted(_ argument: String) -> String {
    let limit = 60
    let scalars = argument.unicodeScalars.prefix(limit).map { scalar -> String in
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator: "?"
      default: String(scalar)
      }
    }
    let ellipsis = argument.unicodeScalars.count > limit ? "..." : ""
    return "'\(scalars.joined())\(ellipsis)'"
  }

  /// `; did you mean 'X'?`, or nothing without a suggestion.
  static func suggestion(_ name: String?) -> String {
    name.map { "; did you mean '\($0)'?" } ?? ""
  }
}
