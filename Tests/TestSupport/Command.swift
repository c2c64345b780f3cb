import Foundation

/// A finished process: its exit code and what it wrote.
public struct CommandResult: Sendable {
  /// The exit code, or 128 plus the number of the signal that ended it.
  public let exitCode: Int32
  public let output: [UInt8]
  public let errors: [UInt8]

  public var outputText: String { String(decoding: output, as: UTF8.self) }
  public var errorText: String { String(decoding: errors, as: UTF8.self) }
}

/// Runs a program to its end. Output goes through files, so that no amount of it can block.
///
/// - Parameters:
///   - environment: added to this process's own.
///   - input: given on standard input.
public func runCommand(
  _ program: String, _ arguments: [String], environment: [String: String] = [:],
  directory: String? = nil, input: [UInt8] = []
) throws -> CommandResult {
  let scratch = try TemporaryDirectory()
  for (name, content) in [("in", Data(input)), ("out", Data()), ("err", Data())] {
    try content.write(to: URL(fileURLWithPath: scratch.file(name)))
  }
  let process = Process()
  process.executableURL = URL(fileURLWithPath: program)
  process.arguments = arguments
  process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
  if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
  process.standardInput = FileHandle(forReadingAtPath: scratch.file("in"))
  process.standardOutput = FileHandle(forWritingAtPath: scratch.file("out"))
  process.standardError = FileHandle(forWritingAtPath: scratch.file("err"))
  try process.run()
  process.waitUntilExit()
  let signalled = process.terminationReason == .uncaughtSignal
  return CommandResult(
    exitCode: signalled ? 128 + process.terminationStatus : process.terminationStatus,
    output: Array(try Data(contentsOf: URL(fileURLWithPath: scratch.file("out")))),
    errors: Array(try Data(contentsOf: URL(fileURLWithPath: scratch.file("err")))))
}
