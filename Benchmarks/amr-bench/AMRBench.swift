import DurableFiles
import Glibc
import SystemMemory

/// Measures the product and validates its air; see `Options.help`.
@main
struct AMRBench {
  static func main() {
    // As the program itself does.
    Heap.keepFreedMemory()
    CallingThread.run {
      exit(await exitCode(of: Array(CommandLine.arguments.dropFirst())))
    }
    complain("the work stopped before its end: a part of it left the calling thread")
    exit(70)
  }

  private static func exitCode(of arguments: [String]) async -> Int32 {
    do {
      let options = try Options(arguments)
      return try await withScratch { try await perform(options, scratch: $0) }
    } catch let error as UsageError {
      complain("\(error)")
      return 64
    } catch {
      complain("\(error)")
      return 65
    }
  }

  private static func complain(_ message: String) {
    let line = Array("amr-bench: \(message)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
  }

  /// Gives `body` a fresh directory below `TMPDIR` or `/tmp` and removes it afterwards.
  private static func withScratch(
    _ body: @Sendable (String) async throws -> Int32
  ) async throws -> Int32 {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    let path = Path.join(parent, "amr-bench-\(getpid())")
    try FileSystem.system.createDirectories(path)
    do {
      let result = try await body(path)
      try FileSystem.system.removeTree(path)
      return result
    } catch {
      try FileSystem.system.removeTree(path)
      throw error
    }
  }

  private static func perform(_ options: Options, scratch: String) async throws -> Int32 {
    let context = Context(size: options.size, scenarios: options.scenarios, scratch: scratch)
    switch options.task {
    case .help: print(Options.help, terminator: "")
    case .stream(let order): order.writeEndlessly()
    case .list: for benchmark in allBenchmarks { print(benchmark.name) }
    case .passes(let passes):
      for benchmark in options.benchmarks {
        let items = try await runUnmeasured(benchmark, in: context, passes: passes)
        print("\(benchmark.name): \(items) items")
      }
    case .validate:
      let table = ValidationTable(frames: options.frames)
      print(options.isMarkdown ? table.markdown : table.text, terminator: "")
      return table.agrees ? 0 : 1
    case .deduplicate(let spool):
      let result = try SpoolDeduplication(spool: spool, scratch: scratch)
      print(result.text, terminator: "")
      if let path = options.jsonPath {
        try FileSystem.system.writeAtomically(Array(result.json.utf8), to: path)
      }
    case .countInstructions: try countInstructions(options, scratch: scratch)
    case .measure: return try await measureAll(options, context)
    }
    return 0
  }

  private static func measureAll(_ options: Options, _ context: Context) async throws -> Int32 {
    let before = try options.comparedPath.map(ResultFile.read)
    let machine = Machine.current().line
    print(machine)
    print("\(options.size.rawValue) size, median of \(options.repeats) passes after one to warm up")
    var measurements: [Measurement] = []
    for benchmark in options.benchmarks {
      measurements.append(try await measure(benchmark, in: context, repeats: options.repeats))
    }
    print("\n" + Report.table(measurements))
    print(Report.facts(measurements), terminator: "")
    let results = ResultFile(
      machine: machine, size: options.size, repeats: options.repeats, measurements: measurements)
    if let path = options.jsonPath {
      try FileSystem.system.writeAtomically(Array(results.text.utf8), to: path)
    }
    guard let before, let path = options.comparedPath else { return 0 }
    guard before.size == options.size else {
      throw BadResultFile(
        description: "\(path): holds results of the \(before.size.rawValue) size; "
          + "expected the \(options.size.rawValue) size: choose it with --size")
    }
    let comparison = Report.comparison(measurements, with: before)
    print("\ncompared with \(path): \(before.machine)\n\n\(comparison.text)", terminator: "")
    return comparison.hasChanged ? 1 : 0
  }

  private static func countInstructions(_ options: Options, scratch: String) throws {
    guard let counter = try InstructionCounter(scratch: scratch, scenarios: options.scenarios)
    else {
      print(
        "instructions cannot be counted: neither 'perf stat -e instructions:u' nor valgrind "
          + "works here")
      return
    }
    print("instructions of one pass of the tiny size by \(counter.toolName)\n")
    for benchmark in options.benchmarks {
      let (perItem, items) = try counter.instructionsPerItem(benchmark)
      print("\(benchmark.name): \(short(perItem)) per \(benchmark.item) (\(items) items)")
      fflush(nil)
    }
  }
}
