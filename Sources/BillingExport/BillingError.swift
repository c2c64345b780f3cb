import DurableFiles
import Metering

/// Why a batch could not be made or published.
public enum BillingError: Error, Equatable, CustomStringConvertible {
  /// The name cannot be part of a file name.
  case utilityName(String)
  /// A window that reaches back or ahead by fewer than 0 or more than 15 days.
  case window(daysBefore: Int, daysAfter: Int)
  /// A registry row that cannot be billed; rows count from 0.
  case registry(row: Int, endpoint: EndpointID, problem: String)
  /// A day's columns contradict each other.
  case dayOfReads(String)
  /// A day whose reads may be billed has not been validated as it is now.
  case notValidated(store: String, day: CivilDay, cycle: BillingCycle, isClosed: Bool)
  /// The source of reads failed.
  case reads(day: CivilDay, cause: String)
  /// The finished file does not say what the source rows say; nothing was published.
  case controlTotals(batch: String, problem: String)
  /// A format has no place for a value; nothing of the batch was published.
  case cannotCarry(
    format: ExportFormat, batch: String, line: Int?, field: String, value: String,
    expected: String)
  /// A batch is published in other formats than are asked for.
  case otherFormats(path: String, published: [String], asked: [String])
  /// A batch that is published already cannot be read, so that nothing can be adjusted.
  case publishedBatch(path: String, problem: String)
  /// Another file already has a batch's name.
  case differentFileExists(path: String)
  /// The compressor failed.
  case compression(path: String, problem: String)
  /// The file system refused.
  case file(FileError)

  /// One line: what, where, what was expected, how to mend it.
  public var description: String {
    switch self {
    case .utilityName(let name):
      "utility name '\(name)': expected 1 to 32 ASCII letters, digits, '-' or '_', not "
        + "beginning with '-', because batches and files are named after it"
    case .window(let before, let after):
      "read window of \(before) days before and \(after) after the scheduled date: "
        + "expected 0 to 15 of each"
    case .registry(let row, let endpoint, let problem):
      "registry row \(row), endpoint \(endpoint.rawValue): \(problem)"
    case .dayOfReads(let problem): "reads of a day: \(problem)"
    case .notValidated(let store, let day, let cycle, let isClosed):
      "\(store): \(day), in the read window of cycle \(cycle.rawValue), is not "
        + (isClosed
          ? "validated; run 'amr store validate \(store)' first"
          : "closed; run 'amr store close \(store) --through \(day)' and then "
            + "'amr store validate \(store)' first")
    case .reads(let day, let cause): "reads of \(day): \(cause)"
    case .controlTotals(let batch, let problem):
      "batch \(batch): the finished file differs from its source: \(problem); not published"
    case .cannotCarry(let format, let batch, let line, let field, let value, let expected):
      "batch \(batch)\(line.map { ", line \($0)" } ?? ""): \(format.title) cannot carry \(field) "
        + "'\(value)'; expected \(expected); export without --format \(format.rawValue), or "
        + (field == "receiver" ? "give another --receiver" : "mend the registry")
    case .otherFormats(let path, let published, let asked):
      "\(path): published as \(published.joined(separator: ", ")), not as "
        + "\(asked.joined(separator: ", ")); ask for the same formats, or export into another "
        + "directory"
    case .publishedBatch(let path, let problem):
      "\(path): \(problem); restore the published batch, or export into another directory"
    case .differentFileExists(let path):
      "\(path): a file of that name with other content exists; export into another directory, or "
        + "remove it if the batch has no manifest: an export that was cut off left it"
    case .compression(let path, let problem): "\(path): \(problem)"
    case .file(let error): error.description
    }
  }
}

extension BillingError {
  /// What `body` gives; its failure as `.file`.
  static func wrapping<Result>(
    _ body: () throws(FileError) -> Result
  ) throws(BillingError) -> Result {
    do throws(FileError) {
      return try body()
    } catch {
      throw .file(error)
    }
  }
}
