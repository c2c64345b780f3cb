import AMRSimulation
import DurableFiles

/// The text of a scenario that was named on the command line.
struct ScenarioSource {
  /// The file's name in messages.
  let name: String
  private let text: [UInt8]
  /// What file names in the scenario are relative to, from the root.
  private let directory: String

  /// - Parameter argument: a name of `ScenarioCatalog`, a file, or `-` for standard input, in which
  ///   file names are relative to the working directory.
  init(_ argument: String) throws {
    if argument == "-" {
      name = "standard input"
      text = try InputFile().readToEnd()
      directory = resolvedPath(".") ?? "."
      return
    }
    let path = try ScenarioCatalog.path(of: argument)
    if try FileSystem.system.status(of: path)?.kind == .directory {
      throw CommandFailure("\(path) is a directory; expected a scenario file", .missingInput)
    }
    name = path
    text = try FileSystem.system.readFile(path)
    directory = resolvedPath(Path.parent(path)) ?? Path.parent(path)
  }

  /// The scenario, in which file names start at the root, so that its text means the same
  /// wherever it is written to.
  func scenario(overrides: [(path: String, value: String)] = []) throws(ScenarioError) -> Scenario {
    var scenario = try ScenarioFile.decode(text: text, source: name, overrides: overrides)
    for file in [
      \Scenario.territory.tractsCSV, \Scenario.territory.metersCSV, \Scenario.collectors.sitesCSV,
      \Scenario.vans.routesCSV,
    ] where !scenario[keyPath: file].isEmpty && !scenario[keyPath: file].hasPrefix("/") {
      scenario[keyPath: file] = Path.join(directory, scenario[keyPath: file])
    }
    return scenario
  }
}

extension ParsedArguments {
  /// The scenario that the first argument names, with `--set` and, where the command has them,
  /// `--seed` and `--days` applied in this order.
  func scenario() throws -> Scenario {
    var overrides = assignments(.set).map { (path: $0.key, value: $0.value) }
    for name in [OptionName.seed, .days] where command.option(named: name.rawValue) != nil {
      if let value = string(name) { overrides.append((name.rawValue, value)) }
    }
    return try ScenarioSource(positionals[0]).scenario(overrides: overrides)
  }
}

extension Layout {
  /// Places the modules and collectors of a scenario whose file names start at the root.
  init(files scenario: Scenario, threads: Int) async throws {
    try await self.init(scenario, threads: threads) { try FileSystem.system.readFile($0) }
  }
}
