import AMRSimulation
import CSV
import DurableFiles
import JSON5

/// `amr scenario check`
func runScenarioCheck(_ arguments: ParsedArguments) throws -> ExitCode {
  // A scenario that is not there is no result of a check.
  let sources = try arguments.positionals.map { try ScenarioSource($0) }
  var areAllGood = true
  var results: [JSONNode] = []
  for source in sources {
    try Interrupt.check()
    let problems = try problems(of: source)
    areAllGood = areAllGood && problems.isEmpty
    if arguments.flag(.json) {
      results.append(
        .object([
          ("scenario", .string(source.name)), ("ok", .bool(problems.isEmpty)),
          ("problems", .array(problems.map { .string($0) })),
        ]))
    } else if !problems.isEmpty {
      try Terminal.write(problems.map { $0 + "\n" }.joined(), to: .output)
    } else if !arguments.flag(.quiet) {
      try Terminal.write("\(source.name): ok\n", to: .output)
    }
  }
  if arguments.flag(.json) {
    try Terminal.write(JSONNode.array(results).pretty + "\n", to: .output)
  }
  return areAllGood ? .done : .requirementFailed
}

/// What is wrong with a scenario or with a file that it names, one line each.
private func problems(of source: ScenarioSource) throws -> [String] {
  do {
    _ = try Layout(files: try source.scenario())
    return []
  } catch let error as ScenarioError {
    return error.diagnostics.map(\.description)
  } catch let error where error is CSVError || error is TerritoryError || error is FileError {
    return ["\(error)"]
  }
}
