import Foundation

/// Other people's software that checks ours: a Python with the modules a test asks for.
public enum Witness {
  /// Absence of a witness is a failure, not a reason to skip.
  public static let areRequired =
    ProcessInfo.processInfo.environment["AMR_REQUIRE_WITNESSES"] == "1"

  /// The Python named by `AMR_PYTHON`, else the `python3` on the path.
  public static let python: String? = {
    let environment = ProcessInfo.processInfo.environment
    if let named = environment["AMR_PYTHON"] { return named }
    return (environment["PATH"] ?? "").split(separator: ":")
      .map { "\($0)/python3" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// Whether a test that needs these Python modules should run: it should when they are installed,
  /// and also when witnesses are required, so that it fails for want of them.
  public static func shouldRun(_ modules: String...) -> Bool {
    areRequired || modules.allSatisfy(isInstalled)
  }

  /// Runs a Python program; its arguments are `sys.argv[1:]`. An error in it gives exit code 1.
  ///
  /// A program that reaches its end leaves at once: the thread pools of the witnesses' libraries
  /// now and then abort the interpreter while it is being taken down, after all work is done.
  public static func run(_ program: String, _ arguments: [String] = []) throws -> CommandResult {
    guard let python else { throw WitnessError.noPython }
    let ending = "\nimport os, sys\nsys.stdout.flush()\nos._exit(0)\n"
    return try runCommand(python, ["-c", program + ending] + arguments)
  }

  private static func isInstalled(_ module: String) -> Bool {
    (try? run("import \(module)").exitCode == 0) ?? false
  }
}

public enum WitnessError: Error {
  /// Neither `AMR_PYTHON` nor a `python3` on the path.
  case noPython
}
