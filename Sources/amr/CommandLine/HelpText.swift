/// The text of `--help`, made from the same definitions that the parser obeys.
enum HelpText {
  /// No line is longer than this, in characters; an example is one line as it must be typed.
  static let width = 80

  /// The help of `amr` itself.
  static var overview: String {
    var page = Page()
    page.paragraph(
      "amr simulates automatic meter reading over radio and other networks, and is "
        + "the head-end that turns what collectors send into reads and billing files.")
    page.heading("Usage")
    page.line("  amr COMMAND [OPTIONS]")
    page.heading("Commands")
    page.rows(Commands.all.map { ($0.path.joined(separator: " "), $0.summary) })
    page.heading("Options")
    page.rows([
      row(OptionSpec.help, help: "show this help; 'amr COMMAND --help' shows a command's"),
      row(OptionSpec.version, help: OptionSpec.version.help),
    ])
    page.heading("Examples")
    for example in Commands.all.compactMap(\.examples.first).prefix(3) { page.example(example) }
    page.heading("Exit codes")
    page.rows(ExitCode.allCases.map { (String($0.rawValue), $0.meaning) })
    return page.text
  }

  static func text(for group: CommandGroup) -> String {
    let members = Commands.all.filter { $0.path.first == group.name }
    var page = Page()
    page.paragraph(group.summary)
    page.heading("Usage")
    page.line("  amr \(group.name) COMMAND [OPTIONS]")
    page.heading("Commands")
    page.rows(members.map { ($0.path.joined(separator: " "), $0.summary) })
    page.heading("Examples")
    for example in members.compactMap(\.examples.first) { page.example(example) }
    return page.text
  }

  static func text(for command: CommandSpec) -> String {
    var page = Page()
    page.paragraph(command.details)
    page.heading("Usage")
    let required = command.options.filter(\.isRequired).map(\.spelling)
    page.line(
      "  "
        + ([command.invocation] + command.positionals.map(\.spelling) + required + ["[OPTIONS]"])
        .joined(separator: " "))
    let options = OptionSpec.Group.allCases.map { group in
      (group, command.allOptions.filter { $0.group == group }.map { row($0, help: help($0)) })
    }
    let arguments = command.positionals.map { ($0.name, $0.help) }
    // One column for the whole page, so that the sections line up.
    let column = Page.column(for: arguments + options.flatMap(\.1))
    if !arguments.isEmpty {
      page.heading("Arguments")
      page.rows(arguments, column: column)
    }
    for (group, rows) in options where !rows.isEmpty {
      page.heading("\(group.rawValue) options")
      page.rows(rows, column: column)
    }
    page.heading("Examples")
    for example in command.examples { page.example(example) }
    return page.text
  }

  /// `a`, `a or b`, `a, b or c`.
  static func alternatives(_ names: [String]) -> String {
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " or " + last
  }

  private static func row(_ option: OptionSpec, help: String) -> (String, String) {
    (option.name == .help ? "-h, --help" : option.spelling, help)
  }

  /// The option's help with what its definition adds: choices, repetition, necessity, default.
  private static func help(_ option: OptionSpec) -> String {
    var notes: [String] = []
    if case .choice(_, let choices) = option.value {
      notes.append("one of: " + choices.joined(separator: ", "))
    }
    if case .integer(_, let range) = option.value, range.upperBound != .max {
      notes.append("\(range.lowerBound) to \(range.upperBound)")
    }
    if option.isRepeatable { notes.append("may be repeated") }
    if option.isRequired { notes.append("required") }
    switch option.fallback {
    case .value(let text), .described(let text): notes.append("default: \(text)")
    case nil: break
    }
    return option.help + (notes.isEmpty ? "" : " (" + notes.joined(separator: "; ") + ")")
  }
}

/// Lines of help under headings, wrapped at `HelpText.width`.
private struct Page {
  private(set) var text = ""

  mutating func line(_ line: String) {
    text.append(line + "\n")
  }

  mutating func heading(_ title: String) {
    line("")
    line(title + ":")
  }

  mutating func paragraph(_ words: String) {
    for part in Self.wrapped(words, width: HelpText.width) { line(part) }
  }

  mutating func example(_ example: CommandSpec.Example) {
    line("  " + example.command)
    line("      " + example.meaning)
  }

  /// Labels in a column, their explanations beside them with a hanging indent.
  mutating func rows(_ rows: [(String, String)], column: Int? = nil) {
    let column = column ?? Self.column(for: rows)
    for (label, explanation) in rows {
      let parts = Self.wrapped(explanation, width: HelpText.width - column)
      for (index, part) in parts.enumerated() {
        line(Self.padded(index == 0 ? "  " + label : "", to: column) + part)
      }
    }
  }

  /// The column, from 0, at which explanations start: two spaces after the longest label.
  static func column(for rows: [(String, String)]) -> Int {
    4 + (rows.map(\.0.count).max() ?? 0)
  }

  private static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private static func wrapped(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    var current = ""
    for word in text.split(separator: " ") {
      if !current.isEmpty && current.count + 1 + word.count > width {
        lines.append(current)
        current = ""
      }
      current += (current.isEmpty ? "" : " ") + word
    }
    return lines + [current]
  }
}
