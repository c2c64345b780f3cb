import Glibc
import Testing

@testable import AMRSimulation

/// The bytes of a file below the package's root.
func packageFile(_ path: String, here: String = #filePath) throws -> [UInt8] {
  let root = here.split(separator: "/").dropLast(3).joined(separator: "/")
  let file = try #require(fopen("/\(root)/\(path)", "rb"), "cannot open \(path)")
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = fread(&buffer, 1, buffer.count, file)
    if count == 0 { return bytes }
    bytes += buffer[..<count]
  }
}

/// The lines that a scenario is refused with; none when it is accepted.
func complaints(_ text: String, overrides: [(path: String, value: String)] = []) -> [String] {
  do {
    _ = try ScenarioFile.decode(text: Array(text.utf8), source: "s.json5", overrides: overrides)
    return []
  } catch {
    return error.diagnostics.map(\.description)
  }
}
