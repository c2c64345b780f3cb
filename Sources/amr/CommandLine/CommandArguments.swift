import JSON5

/// Parses what follows the words of one command.
struct CommandArguments {
  private let command: CommandSpec
  private var positionals: [String] = []
  private var values: [OptionName: [String]] = [:]

  init(command: CommandSpec) {
    self.command = command
  }

  consuming func parse(_ arguments: [String]) throws(UsageError) -> ParsedArguments {
    var rest = arguments[...]
    var optionsEnded = false
    while let argument = rest.popFirst() {
      if optionsEnded || argument == "-" || !argument.hasPrefix("-") {
        positionals.append(argument)
      } else if argument == "--" {
        optionsEnded = true
      } else {
        try takeOption(argument, &rest)
      }
    }
    try checkPositionals()
    for option in command.options where option.isRequired && values[option.name] == nil {
      throw error("missing option '\(option.spelling)' for '\(command.invocation)'")
    }
    return ParsedArguments(command: command, positionals: positionals, values: values)
  }

  private mutating func takeOption(
    _ argument: String, _ rest: inout ArraySlice<String>
  ) throws(UsageError) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let written = String(parts[0])
    guard written.hasPrefix("--"), let option = command.option(named: String(written.dropFirst(2)))
    else {
      throw unknownOption(written)
    }
    if !option.isRepeatable && values[option.name] != nil {
      throw error("option '\(written)' for '\(command.invocation)' is given twice; keep one")
    }
    let attached = parts.count > 1 ? String(parts[1]) : nil
    values[option.name, default: []].append(try value(of: option, attached: attached, &rest))
  }

  private func unknownOption(_ written: String) -> UsageError {
    let name = String(written.drop { $0 == "-" })
    let names = command.allOptions.map(\.name.rawValue)
    return error(
      "unknown option \(UsageError.quoted(written)) for '\(command.invocation)'"
        + UsageError.suggestion(nearest(to: name, in: names).map { "--\($0)" }))
  }

  /// The value of `option`: after the equals sign, or the next argument. Flags have "".
  private func value(
    of option: OptionSpec, attached: String?, _ rest: inout ArraySlice<String>
  ) throws(UsageError) -> String {
    guard let placeholder = option.placeholder else {
      guard let attached else { return "" }
      throw error(
        "option '\(option.spelling)' for '\(command.invocation)' takes no value, "
          + "but got \(UsageError.quoted(attached))")
    }
    var value = attached
    if value == nil, let next = rest.first, !next.hasPrefix("--") {
      value = next
      rest.removeFirst()
    }
    guard let value, !value.isEmpty else {
      throw error(
        "option '--\(option.name.rawValue)' for '\(command.invocation)' needs a value: "
          + "'--\(option.name.rawValue) \(placeholder)'")
    }
    try check(value, of: option)
    return value
  }

  private func check(_ value: String, of option: OptionSpec) throws(UsageError) {
    switch option.value {
    case .flag, .text: return
    case .integer(_, let range):
      if let number = Int(value), range.contains(number) { return }
      throw command.unexpectedValue(
        value, for: option,
        expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
    case .choice(_, let choices):
      if choices.contains(value) { return }
      throw command.unexpectedValue(
        value, for: option, expected: HelpText.alternatives(choices))
    case .assignment:
      if let sign = value.firstIndex(of: "="), sign != value.startIndex { return }
      throw command.unexpectedValue(value, for: option, expected: "KEY=VALUE")
    }
  }

  private func checkPositionals() throws(UsageError) {
    let specs = command.positionals
    if let missing = specs.dropFirst(positionals.count).first(where: \.isRequired) {
      throw error("missing \(missing.name) for '\(command.invocation)'")
    }
    if positionals.contains("") {
      throw error(
        "an argument of '\(command.invocation)' is empty, as of a variable that is not set")
    }
    if positionals.count > specs.count, specs.last?.isRepeatable != true {
      throw error(
        "unexpected argument \(UsageError.quoted(positionals[specs.count])) "
          + "for '\(command.invocation)'")
    }
  }

  private func error(_ message: String) -> UsageError {
    UsageError(message: message, helpTopic: command.invocation)
  }
}
