import AMRSimulation
import DurableFiles
import JSON5

/// `amr scenario new`
func runScenarioNew(_ arguments: ParsedArguments) throws -> ExitCode {
  let path = arguments.requiredString(.out)
  let text = ScenarioFile.template
  if path == "-" {
    try Terminal.write(arguments.flag(.json) ? try strictJSON(text) : text, to: .output)
    return .done
  }
  guard try FileSystem.system.writeExclusively(Array(text.utf8), to: path) else {
    throw CommandFailure("\(path) exists; give another name with --out", .cannotCreate)
  }
  if arguments.flag(.json) {
    let result = JSONNode.object([("file", .string(path)), ("bytes", .int(Int64(text.utf8.count)))])
    try Terminal.write(result.pretty + "\n", to: .output)
  }
  return .done
}
