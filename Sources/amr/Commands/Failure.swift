import AMRSimulation
import BillingExport
import CSV
import CollectorUpload
import DurableFiles
import HeadEnd
import JSON5
import RunPipeline

/// Why a command cannot do its work, where no other module has an error for it.
struct CommandFailure: Error, CustomStringConvertible {
  /// One line: what, where, how to mend it.
  let description: String
  let exitCode: ExitCode

  init(_ description: String, _ exitCode: ExitCode) {
    self.description = description
    self.exitCode = exitCode
  }
}

/// Why a run ended early that can be gone on with.
struct RunKept: Error {
  let cause: any Error
  /// How to go on.
  let advice: String
}

/// What the user and the shell are told about an error.
struct Failure {
  /// Lines for standard error; empty where there is nothing to say.
  let text: String
  let exitCode: ExitCode

  init(_ error: any Error) {
    if let kept = error as? RunKept {
      let cause = Failure(kept.cause)
      exitCode = cause.exitCode
      text = cause.text + "amr: \(kept.advice)\n"
      return
    }
    exitCode = Self.exitCode(of: error)
    let message =
      switch error {
      case StreamError.readerGone: ""
      case is Interrupted: "interrupted"
      case _ where exitCode == .internalError: "internal error: \(error); please report it"
      default: "\(error)"
      }
    text = message.split(separator: "\n").map { "amr: \($0)\n" }.joined()
  }

  private static func exitCode(of error: any Error) -> ExitCode {
    switch error {
    case is UsageError: .usage
    case is ScenarioError, is JSON5Error, is CSVError, is TerritoryError, is UploadError,
      is CheckpointError, is EvaluationError:
      .badData
    case is Interrupted: .interrupted
    case let error as CommandFailure: error.exitCode
    case let error as StreamError: error.exitCode
    case let error as FileError: exitCode(of: error.category)
    case let error as BillingError: exitCode(of: error)
    case let error as HeadEndError: exitCode(of: error)
    default: .internalError
    }
  }

  private static func exitCode(of category: FileError.Category) -> ExitCode {
    switch category {
    case .missingInput: .missingInput
    case .cannotCreate: .cannotCreate
    case .inputOutput: .ioError
    }
  }

  private static func exitCode(of error: BillingError) -> ExitCode {
    switch error {
    case .utilityName, .window, .registry, .dayOfReads, .notValidated, .reads, .publishedBatch,
      .cannotCarry:
      .badData
    case .differentFileExists, .otherFormats: .cannotCreate
    case .controlTotals, .compression: .internalError
    case .file(let error): exitCode(of: error.category)
    }
  }

  private static func exitCode(of error: HeadEndError) -> ExitCode {
    switch error.category {
    case .file(let category): exitCode(of: category)
    case .badData: .badData
    case .cannotCreate: .cannotCreate
    case .internalError: .internalError
    }
  }
}
