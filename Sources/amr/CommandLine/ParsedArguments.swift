/// A command with its arguments, every one of them checked against the command's `CommandSpec`.
struct ParsedArguments: Sendable {
  let command: CommandSpec
  /// The arguments that are not options, as many as the command asks for.
  let positionals: [String]
  /// What was written for each option, in the order of the command line; flags hold one "".
  private let values: [OptionName: [String]]

  init(command: CommandSpec, positionals: [String], values: [OptionName: [String]]) {
    self.command = command
    self.positionals = positionals
    self.values = values
  }

  func flag(_ name: OptionName) -> Bool {
    !list(name).isEmpty
  }

  /// The value of an option, or its default; nil if it has neither.
  func string(_ name: OptionName) -> String? {
    if let written = list(name).last { return written }
    guard case .value(let fallback) = spec(name).fallback else { return nil }
    return fallback
  }

  /// The value of an option that is required or has a default.
  func requiredString(_ name: OptionName) -> String {
    guard let value = string(name) else {
      preconditionFailure("'--\(name.rawValue)' of '\(command.invocation)' may be absent")
    }
    return value
  }

  /// The value of an integer option, within the range of its `OptionSpec`; nil if absent.
  func integer(_ name: OptionName) -> Int? {
    string(name).flatMap { Int($0) }
  }

  /// All values of an option, in the order in which they were written.
  func list(_ name: OptionName) -> [String] {
    _ = spec(name)
    return values[name] ?? []
  }

  /// All `KEY=VALUE` of an option, cut at the first equals sign.
  func assignments(_ name: OptionName) -> [(key: String, value: String)] {
    list(name).map { written in
      let parts = written.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
    }
  }

  /// The value of an option as some other type; nil if absent.
  ///
  /// - Parameters:
  ///   - expected: what the value should be, for the message: `a month such as 1998-05`.
  ///   - convert: returns nil for a value that is none.
  func value<T>(
    _ name: OptionName, expected: String, convert: (String) -> T?
  ) throws(UsageError) -> T? {
    guard let written = string(name) else { return nil }
    guard let value = convert(written) else {
      throw command.unexpectedValue(written, for: spec(name), expected: expected)
    }
    return value
  }

  /// An error about this command line, for what only the command itself can find out.
  func usageError(_ message: String) -> UsageError {
    UsageError(message: message, helpTopic: command.invocation)
  }

  private func spec(_ name: OptionName) -> OptionSpec {
    guard let spec = command.option(named: name.rawValue) else {
      preconditionFailure("'\(command.invocation)' has no option '--\(name.rawValue)'")
    }
    return spec
  }
}

extension CommandSpec {
  func unexpectedValue(
    _ written: String, for option: OptionSpec, expected: String
  ) -> UsageError {
    UsageError(
      message: "option '--\(option.name.rawValue)' for '\(invocation)' expects \(expected), "
        + "not \(UsageError.quoted(written))",
      helpTopic: invocation)
  }
}
