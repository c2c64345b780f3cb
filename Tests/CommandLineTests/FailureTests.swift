import AMRSimulation
import BillingExport
import CSV
import CollectorUpload
import DurableFiles
import Glibc
import HeadEnd
import JSON5
import Metering
import Testing

@testable import amr

@Suite("Errors as exit codes")
struct FailureTests {
  private struct Unknown: Error {}

  private func exitCode(_ error: any Error) -> ExitCode { Failure(error).exitCode }

  private func scenarioError() throws -> ScenarioError {
    try #require(throws: ScenarioError.self) {
      try ScenarioFile.decode(text: Array("{}".utf8), source: "s")
    }
  }

  private func file(_ operation: FileError.Operation, _ code: CInt) -> FileError {
    FileError(operation: operation, path: "/x", code: code)
  }

  @Test func everyKindOfErrorHasItsCode() throws {
    #expect(exitCode(UsageError(message: "m", helpTopic: "amr")) == .usage)
    #expect(exitCode(CSVError(source: "s", line: 1, message: "m")) == .badData)
    #expect(exitCode(TerritoryError(source: "s", message: "m")) == .badData)
    #expect(exitCode(try scenarioError()) == .badData)
    let position = JSON5Position(line: 1, column: 1)
    #expect(exitCode(JSON5Error(source: "s", position: position, message: "m")) == .badData)
    var reader = UploadReader()
    reader.feed([1])
    reader.finish()
    let upload = try #require(throws: UploadError.self) { try reader.next() }
    #expect(exitCode(upload) == .badData)
    #expect(exitCode(file(.open, ENOENT)) == .missingInput)
    #expect(exitCode(file(.create, EACCES)) == .cannotCreate)
    #expect(exitCode(file(.create, ENOSPC)) == .ioError)
    #expect(exitCode(file(.read, EIO)) == .ioError)
    #expect(exitCode(StreamError.readerGone) == .done)
    #expect(exitCode(StreamError.failed(ENOSPC)) == .ioError)
    #expect(exitCode(Interrupted()) == .interrupted)
    #expect(exitCode(CommandFailure("m", .cannotCreate)) == .cannotCreate)
    #expect(exitCode(BillingError.utilityName("/")) == .badData)
    #expect(exitCode(BillingError.differentFileExists(path: "/x")) == .cannotCreate)
    #expect(exitCode(BillingError.controlTotals(batch: "b", problem: "p")) == .internalError)
    #expect(exitCode(BillingError.publishedBatch(path: "/x", problem: "p")) == .badData)
    let day = CivilDay(year: 1998, month: 6, day: 1)
    for (isClosed, advice) in [
      (true, "validated; run 'amr store validate s' first"),
      (
        false,
        "closed; run 'amr store close s --through 1998-06-01' and then 'amr store validate s' first"
      ),
    ] {
      let error = BillingError.notValidated(
        store: "s", day: day, cycle: BillingCycle.allCases[0], isClosed: isClosed)
      #expect(exitCode(error) == .badData)
      #expect(error.description == "s: 1998-06-01, in the read window of cycle 1, is not \(advice)")
    }
    #expect(exitCode(BillingError.file(file(.write, EDQUOT))) == .ioError)
    #expect(exitCode(HeadEndError.damagedStore("m")) == .badData)
    #expect(exitCode(HeadEndError.badInput("m")) == .badData)
    #expect(exitCode(HeadEndError.refused("m")) == .cannotCreate)
    #expect(exitCode(HeadEndError.file(file(.open, ENOENT))) == .missingInput)
    #expect(exitCode(HeadEndError.file(file(.lock, EROFS))) == .cannotCreate)
    #expect(exitCode(Unknown()) == .internalError)
  }

  @Test func everyLineNamesTheProgram() throws {
    #expect(Failure(Interrupted()).text == "amr: interrupted\n")
    #expect(Failure(StreamError.readerGone).text == "")
    #expect(Failure(Unknown()).text == "amr: internal error: Unknown(); please report it\n")
    #expect(
      Failure(try scenarioError()).text
        == "amr: s:1:1: name: missing; expected 1 to 64 lowercase letters, digits and hyphens\n"
        + "amr: s:1:1: territory: missing; expected an object { … } with tracts_csv or meters_csv\n"
    )
  }
}
