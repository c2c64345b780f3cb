import Glibc

/// Counts the instructions of one pass by running this program under a counter.
struct InstructionCounter {
  private enum Tool: String {
    case perf = "perf stat"
    case valgrind = "valgrind --tool=callgrind"
  }

  private let tool: Tool
  private let scratch: String
  private let scenarios: String

  /// The first of perf and valgrind that works here; nil when neither does.
  init?(scratch: String, scenarios: String) throws {
    self.scratch = scratch
    self.scenarios = scenarios
    let perf = try ChildProcess(Self.perf + ["true"], scratch: scratch)
    if perf.exitCode == 0, Self.perfCount(perf.output) != nil {
      tool = .perf
    } else if try ChildProcess(["valgrind", "--version"], scratch: scratch).exitCode == 0 {
      tool = .valgrind
    } else {
      return nil
    }
  }

  var toolName: String { tool.rawValue }

  private static let perf = ["perf", "stat", "-x", ",", "-e", "instructions:u"]

  /// Instructions of one pass of the tiny size for each item: the difference of a process that
  /// runs one pass and one that runs two.
  func instructionsPerItem(_ benchmark: Benchmark) throws -> (perItem: Double, items: Int) {
    let one = try count(benchmark, passes: 1)
    let two = try count(benchmark, passes: 2)
    return (Double(two.instructions - one.instructions) / Double(two.items), two.items)
  }

  private func count(_ benchmark: Benchmark, passes: Int) throws
    -> (instructions: Int, items: Int)
  {
    let command =
      [
        try Self.ownPath(), "--size", "tiny", "--filter", benchmark.name, "--passes", "\(passes)",
        "--scenarios", scenarios,
      ]
    let counter =
      switch tool {
      case .perf: Self.perf
      case .valgrind: ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
      }
    let child = try ChildProcess(counter + command, scratch: scratch)
    let instructions =
      switch tool {
      case .perf: Self.perfCount(child.output)
      case .valgrind: Self.valgrindCount(child.output)
      }
    guard child.exitCode == 0, let instructions, let items = Self.itemCount(child.output) else {
      let last = child.output.split(separator: "\n").last { $0.contains { $0.isLetter } }
      throw CountingFailure(
        description: "\(benchmark.name) under \(toolName) ended with exit code "
          + "\(child.exitCode.map(String.init) ?? "none"); its last line: \(last ?? "none")")
    }
    return (instructions, items)
  }

  private static func ownPath() throws -> String {
    guard let path = realpath("/proc/self/exe", nil) else {
      throw CountingFailure(description: "/proc/self/exe: expected the path of this program")
    }
    defer { free(path) }
    return String(cString: path)
  }

  /// From a line such as `5497789,,instructions:u,…`.
  private static func perfCount(_ output: String) -> Int? {
    output.split(separator: "\n").first { $0.contains("instructions:u") }
      .flatMap { $0.split(separator: ",", omittingEmptySubsequences: false).first }
      .flatMap { Int($0) }
  }

  /// From a line such as `==123== Collected : 5497789`.
  private static func valgrindCount(_ output: String) -> Int? {
    output.split(separator: "\n").last { $0.contains("Collected :") }
      .flatMap { $0.split(separator: " ").last }.flatMap { Int($0) }
  }

  /// From a line such as `checksums/bch: 4096 items`.
  private static func itemCount(_ output: String) -> Int? {
    output.split(separator: "\n").last { $0.hasSuffix(" items") }
      .flatMap { $0.split(separator: " ").dropLast().last }.flatMap { Int($0) }
  }
}

/// A count that did not come about.
struct CountingFailure: Error, CustomStringConvertible {
  let description: String
}
