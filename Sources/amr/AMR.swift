import Glibc
import SystemMemory

/// The version of this program.
let amrVersion = "0.1.0"

/// The program's name and version as they stand in the files it writes.
let engineName = "amr \(amrVersion)"

/// The program: obeys one command line and ends with its exit code.
@main
struct AMR {
  static func main() async {
    Heap.keepFreedMemory()
    Terminal.holdStandardDescriptors()
    Interrupt.install()
    let code = await obey(Array(CommandLine.arguments.dropFirst()))
    exit(code.rawValue)
  }

  /// Does what the words after `amr` ask for; every failure becomes a line on standard error.
  private static func obey(_ words: [String]) async -> ExitCode {
    do {
      switch try CommandParser.parse(words) {
      case .help(let text): try Terminal.write(text, to: .output)
      case .version: try Terminal.write("amr \(amrVersion)\n", to: .output)
      case .command(let arguments): return try await run(arguments)
      }
      return .done
    } catch {
      let failure = Failure(error)
      // Nothing is left to tell about a failure to tell about a failure.
      try? Terminal.write(failure.text, to: .error)
      return failure.exitCode
    }
  }

  private static func run(_ arguments: ParsedArguments) async throws -> ExitCode {
    switch arguments.command.id {
    case .run: try await runRun(arguments)
    case .simulate: try await runSimulate(arguments)
    case .ingest: try await runIngest(arguments)
    case .export: try await runExport(arguments)
    case .exportVerify: try await runExportVerify(arguments)
    case .storeInfo: try await runStoreInfo(arguments)
    case .storeCheck: try await runStoreCheck(arguments)
    case .storeClose: try await runStoreClose(arguments)
    case .storeValidate: try await runStoreValidate(arguments)
    case .storeHistory: try await runStoreHistory(arguments)
    case .storeReads: try await runStoreReads(arguments)
    case .storeWorkList: try await runStoreWorkList(arguments)
    case .storeEnter: try await runStoreEnter(arguments)
    case .storeOptimize: try await runStoreOptimize(arguments)
    case .storeVacuum: try await runStoreVacuum(arguments)
    case .scenarioList: try runScenarioList(arguments)
    case .scenarioShow: try runScenarioShow(arguments)
    case .scenarioCheck: try await runScenarioCheck(arguments)
    case .scenarioNew: try runScenarioNew(arguments)
    }
  }
}
