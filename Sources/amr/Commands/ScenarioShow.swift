import AMRSimulation
import JSON5

/// `amr scenario show`
func runScenarioShow(_ arguments: ParsedArguments) throws -> ExitCode {
  let text = ScenarioFile.encode(try arguments.scenario())
  try Terminal.write(arguments.flag(.json) ? try strictJSON(text) : text, to: .output)
  return .done
}

/// The values of a JSON5 text as strict JSON, one key a line.
func strictJSON(_ text: String) throws(JSON5Error) -> String {
  JSONNode(try JSON5.parse(Array(text.utf8), source: "scenario")).pretty + "\n"
}

extension JSONNode {
  fileprivate init(_ value: JSON5Value) {
    self =
      switch value.kind {
      case .null: .null
      case .bool(let value): .bool(value)
      case .integer(let value): .int(value)
      case .number(let value): .double(value)
      case .string(let value): .string(value)
      case .array(let values): .array(values.map { JSONNode($0) })
      case .object(let members): .object(members.map { ($0.key, JSONNode($0.value)) })
      }
  }
}
