import AMRSimulation
import JSON5

/// `amr scenario list`
func runScenarioList(_ arguments: ParsedArguments) throws -> ExitCode {
  let rows = try ScenarioCatalog.scenarios().map { name, path in
    // A scenario that is not valid is listed too: its name is what the user looks for.
    (name, path, try? ScenarioSource(path).scenario())
  }
  if arguments.flag(.json) {
    let list = rows.map { name, path, scenario in
      JSONNode.object([
        ("name", .string(name)), ("file", .string(path)), ("valid", .bool(scenario != nil)),
        ("modules", scenario?.plannedModules.map { .int(Int64($0)) } ?? .null),
        ("days", scenario.map { .int(Int64($0.days)) } ?? .null),
        ("description", scenario.map { .string($0.description) } ?? .null),
      ])
    }
    try Terminal.write(JSONNode.array(list).pretty + "\n", to: .output)
    return .done
  }
  var table = TextTable(columns: [
    .init(title: "name"), .init(title: "modules"), .init(title: "days"),
    .init(title: "description"),
  ])
  for (name, _, scenario) in rows {
    table.add([
      .text(name), scenario?.plannedModules.map { .integer(Int64($0)) } ?? .none,
      scenario.map { .integer(Int64($0.days)) } ?? .none,
      .text(scenario?.description ?? "not valid: 'amr scenario check \(name)' explains"),
    ])
  }
  try Terminal.write(table.text, to: .output)
  return .done
}

extension Scenario {
  /// The modules that the scenario itself asks for; nil when an inventory says.
  fileprivate var plannedModules: Int? {
    territory.metersCSV.isEmpty ? territory.modules : nil
  }
}
