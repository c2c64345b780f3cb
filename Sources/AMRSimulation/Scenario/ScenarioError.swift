/// One thing that is wrong in a scenario, where, and what was expected.
public struct ScenarioDiagnostic: Sendable, Equatable, CustomStringConvertible {
  /// Where the faulty value was given.
  public enum Location: Sendable, Equatable, CustomStringConvertible {
    /// In a scenario file; line and column count from 1.
    case file(source: String, line: Int, column: Int)
    /// In an override on the command line, by its key path.
    case override(String)

    public var description: String {
      switch self {
      case .file(let source, let line, let column): "\(source):\(line):\(column)"
      case .override(let path): "--set \(path)"
      }
    }
  }

  public let location: Location
  /// The key, such as `radio.channels` or `module_classes[0].share`; empty for the whole file.
  public let path: String
  public let message: String

  /// One line, `FILE:LINE:COLUMN: path.of.key: message` or `--set path.of.key: message`.
  public var description: String {
    if path.isEmpty || location == .override(path) { return "\(location): \(message)" }
    return "\(location): \(path): \(message)"
  }
}

/// All that is wrong in a scenario.
public struct ScenarioError: Error, Sendable, Equatable, CustomStringConvertible {
  /// At least one, in the order of the file, overrides last.
  public let diagnostics: [ScenarioDiagnostic]

  /// One line per diagnostic.
  public var description: String {
    diagnostics.map(\.description).joined(separator: "\n")
  }
}
