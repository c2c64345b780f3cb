import Foundation
import Glibc
import TestSupport
import Testing

/// What `amr ingest` does with standard streams that pause for ever or are closed.
@Suite("amr ingest and its standard streams")
struct StandardStreamTests {
  /// A directory with a registry, and uploads in one file.
  private static func uploads() throws -> TemporaryDirectory {
    let scratch = try scenarioDirectory()
    let simulate = "amr simulate tiny.json5 --out - --registry r.csv --quiet > u"
    #expect(try Program.shell(simulate, in: scratch).exitCode == 0)
    return scratch
  }

  @Test(
    "a signal ends it while the stream pauses, before its first byte and later", arguments: [0, 7])
  func pause(byteCount: Int) throws {
    // A process inherits which signals are ignored, and the runner of tests may ignore this one.
    signal(SIGINT, SIG_DFL)
    let scratch = try Self.uploads()
    let (input, errors) = (Pipe(), Pipe())
    let process = try Program.start(
      "ingest s - --registry r.csv", in: scratch, input: input.fileHandleForReading,
      errors: errors.fileHandleForWriting)
    try input.fileHandleForWriting.write(contentsOf: Data(count: byteCount))
    while process.isRunning, !(try catchesInterrupts(process)) || waiting(in: input) > 0 {
      usleep(1000)
    }
    // By then it waits for more; if it does not yet, the test is easier to pass and no less right.
    usleep(500_000)
    kill(process.processIdentifier, SIGINT)
    // Longer than any machine needs; who waits for the end of the stream would wait for ever.
    for _ in 0..<3000 where process.isRunning { usleep(10_000) }
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 130)
    try errors.fileHandleForWriting.close()
    let message = try errors.fileHandleForReading.readToEnd() ?? Data()
    #expect(String(decoding: message, as: UTF8.self) == "amr: interrupted\n")
  }

  /// Whether a process handles SIGINT (`proc_pid_status(5)`, SigCgt).
  private func catchesInterrupts(_ process: Process) throws -> Bool {
    let status = try text(of: "/proc/\(process.processIdentifier)/status")
    let line = status.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }
    let mask =
      line.flatMap { UInt64($0.dropFirst(7).trimmingCharacters(in: .whitespaces), radix: 16) } ?? 0
    return mask & 1 << UInt64(SIGINT - 1) != 0
  }

  /// How many bytes of a pipe have not been read.
  private func waiting(in pipe: Pipe) -> CInt {
    var count: CInt = 0
    _ = ioctl(pipe.fileHandleForReading.fileDescriptor, UInt(FIONREAD), &count)
    return count
  }

  @Test("a stream that is closed is no file's place")
  func closed() throws {
    let scratch = try Self.uploads()
    let output = try Program.shell("amr ingest s u --registry r.csv >&-", in: scratch)
    #expect(output.exitCode == 74)
    #expect(output.errorText.hasPrefix("amr: cannot write the output: Bad file descriptor; "))
    try write("garbage", to: scratch.file("garbage"))
    #expect(try Program.shell("amr ingest s garbage 2>&-", in: scratch).exitCode == 65)
    let input = try Program.shell("amr ingest s - <&-", in: scratch)
    #expect(input.exitCode == 74)
    #expect(input.errorText.hasPrefix("amr: cannot read standard input: Bad file descriptor"))
    let check = try Program.run("store check s", in: scratch)
    #expect(check.exitCode == 0, "\(check.outputText)")
    #expect(try Program.run("ingest s u --quiet", in: scratch).exitCode == 0)
  }
}
