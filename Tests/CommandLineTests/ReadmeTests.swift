import TestSupport
import Testing

/// The examples of README.md, run as a reader would run them.
@Suite("README")
struct ReadmeTests {
  @Test("every example works, in order, in an empty directory")
  func examples() throws {
    let readme = try text(of: packageRoot.path + "/README.md")
    let directory = try TemporaryDirectory()
    var commands: [String] = []
    var isExample = false
    for line in readme.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        isExample = line == "```sh"
      } else if isExample && line.hasPrefix("amr ") {
        commands.append(String(line))
      }
    }
    #expect(commands.count >= 12)
    for command in commands {
      let script = "set -o pipefail; amr() { '\(Program.path)' \"$@\"; }; \(command)"
      let result = try runCommand("/bin/bash", ["-c", script], directory: directory.path)
      #expect(result.exitCode == 0, "\(command)\n\(result.errorText)")
      #expect(result.errorText == "", "\(command)")
    }
    let files = Set(directory.allFiles())
    #expect(files.contains("runs/smoke-1k/summary.json"))
    #expect(files.contains("runs/weaker/summary.json"))
    #expect(files.contains("mine.json5"))
    #expect(files.contains { $0.hasPrefix("bills/") && $0.hasSuffix(".manifest.json") })
  }
}
