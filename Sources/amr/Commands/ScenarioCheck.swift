import AMRSimulation
import CSV
import DurableFiles
import JSON5

/// `amr scenario check`
func runScenarioCheck(_ arguments: ParsedArguments) async throws -> ExitCode {
  // A scenario that is not there is no result of a check.
  let sources = try arguments.positionals.map { try ScenarioSource($0) }
  var areAllGood = true
  var results: [JSONNode] = []
  for source in sources {
    try Interrupt.check()
    let (problems, notes) = try await check(source)
    areAllGood = areAllGood && problems.isEmpty
    if arguments.flag(.json) {
      results.append(
        .object([
          ("scenario", .string(source.name)), ("ok", .bool(problems.isEmpty)),
          ("problems", .array(problems.map { .string($0) })),
          ("notes", .array(notes.map { .string($0) })),
        ]))
    } else if !problems.isEmpty {
      try Terminal.write(problems.map { $0 + "\n" }.joined(), to: .output)
    } else if !arguments.flag(.quiet) {
      let lines = ["\(source.name): ok"] + notes.map { "\(source.name): note: \($0)" }
      try Terminal.write(lines.map { $0 + "\n" }.joined(), to: .output)
    }
  }
  if arguments.flag(.json) {
    try Terminal.write(JSONNode.array(results).pretty + "\n", to: .output)
  }
  return areAllGood ? .done : .requirementFailed
}

/// What is wrong with a scenario or with a file that it names, and what is worth knowing where
/// nothing is, one line each.
private func check(_ source: ScenarioSource) async throws -> (problems: [String], notes: [String]) {
  do {
    let scenario = try source.scenario()
    _ = try await Layout(files: scenario, threads: Machine.processors)
    return ([], scenario.extrapolation.map { ["radio.propagation is extrapolated: \($0)"] } ?? [])
  } catch let error as ScenarioError {
    return (error.diagnostics.map(\.description), [])
  } catch let error where error is CSVError || error is TerritoryError || error is FileError {
    return (["\(error)"], [])
  }
}
