import JSON5

/// What a command line asks for.
enum Invocation: Sendable {
  /// Print this text and end.
  case help(String)
  case version
  case command(ParsedArguments)
}

/// Turns the words after `amr` into an `Invocation`, by the definitions in `Commands`.
///
/// The command comes first; options and other arguments follow in any order. `--name value` and
/// `--name=value` are the same; a value that itself begins with two dashes needs the second form.
/// `--` ends the options, and `-` is an argument like any other.
enum CommandParser {
  static func parse(_ arguments: [String]) throws(UsageError) -> Invocation {
    let beforeEnd = arguments.prefix { $0 != "--" }
    let asksForHelp = beforeEnd.contains { $0 == "--help" || $0 == "-h" }
    if beforeEnd.contains("--version"), !asksForHelp { return .version }
    if asksForHelp || arguments.first == "help" {
      let words = arguments.filter { $0 != "--help" && $0 != "-h" }.drop { $0 == "help" }
      return .help(try help(for: words.prefix { !$0.hasPrefix("-") }))
    }
    let command = try command(arguments)
    return .command(
      try CommandArguments(command: command).parse(Array(arguments.dropFirst(command.path.count))))
  }

  /// The help for the command that `words` begin with, or for all of `amr` without words.
  private static func help(for words: ArraySlice<String>) throws(UsageError) -> String {
    guard let first = words.first else { return HelpText.overview }
    if words.count == 1, let group = Commands.groups.first(where: { $0.name == first }) {
      return HelpText.text(for: group)
    }
    return HelpText.text(for: try command(Array(words)))
  }

  /// The command that `arguments` begin with.
  private static func command(_ arguments: [String]) throws(UsageError) -> CommandSpec {
    guard let first = arguments.first else {
      throw UsageError(message: "missing command", helpTopic: "amr")
    }
    if first.hasPrefix("-") { throw misplacedOption(first) }
    if let group = Commands.groups.first(where: { $0.name == first }) {
      return try member(of: group, arguments)
    }
    // The longest path first: 'export verify' before 'export'.
    let words = Array(arguments.prefix(2))
    for path in [words, [first]] {
      if let command = Commands.all.first(where: { $0.path == path }) { return command }
    }
    let names = Commands.all.compactMap(\.path.first) + ["help"]
    throw UsageError(
      message: "unknown command \(UsageError.quoted(first))"
        + UsageError.suggestion(nearest(to: first, in: names)),
      helpTopic: "amr")
  }

  private static func member(
    of group: CommandGroup, _ arguments: [String]
  ) throws(UsageError) -> CommandSpec {
    let members = Commands.all.filter { $0.path.first == group.name && $0.path.count == 2 }
    let names = members.map { $0.path[1] }
    guard arguments.count > 1, !arguments[1].hasPrefix("-") else {
      throw UsageError(
        message: "missing command after 'amr \(group.name)'; expected "
          + HelpText.alternatives(names),
        helpTopic: "amr \(group.name)")
    }
    let second = arguments[1]
    if let command = members.first(where: { $0.path[1] == second }) { return command }
    throw UsageError(
      message: "unknown command \(UsageError.quoted("\(group.name) \(second)"))"
        + UsageError.suggestion(nearest(to: second, in: names).map { "\(group.name) \($0)" }),
      helpTopic: "amr \(group.name)")
  }

  private static func misplacedOption(_ written: String) -> UsageError {
    let name = written.drop { $0 == "-" }.prefix { $0 != "=" }
    if Commands.all.contains(where: { $0.option(named: String(name)) != nil }) {
      return UsageError(
        message: "option \(UsageError.quoted(written)) stands before the command; "
          + "write it after the command",
        helpTopic: "amr")
    }
    return UsageError(
      message: "unknown option \(UsageError.quoted(written)) for 'amr'"
        + UsageError.suggestion(
          nearest(to: String(name), in: ["help", "version"]).map { "--\($0)" }),
      helpTopic: "amr")
  }
}
