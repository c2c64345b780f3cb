public import Columnar
public import DurableFiles

/// Why a Delta table could not be read or changed.
public enum DeltaError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file system refused.
  case file(FileError)
  /// A data file could not be encoded.
  case encoding(ParquetError)
  /// There is no `_delta_log` with a version 0 in this directory.
  case notATable(directory: String)
  /// `create` was called where a table is already.
  case alreadyATable(directory: String)
  /// A log file does not hold what the protocol says; `line` counts from 1, 0 means the whole file.
  case damagedLog(path: String, line: Int, reason: String)
  /// The table asks for more than this reader and writer know.
  case unsupported(path: String, reason: String)
  /// A version between the first and the last is absent.
  case missingVersion(directory: String, version: Int64)
  /// Another program made a version that should be taken back.
  case foreignVersion(path: String, origin: String)
  /// Another writer committed this version first; nothing was changed.
  case conflict(directory: String, version: Int64)
  /// What the caller asked for contradicts the table.
  case invalidRequest(String)

  public var description: String {
    switch self {
    case .file(let error): error.description
    case .encoding(let error): "cannot encode a data file: \(error)"
    case .notATable(let directory):
      "\(directory) holds no Delta table: there is no _delta_log with a version 0 in it"
    case .alreadyATable(let directory):
      "\(directory) holds a Delta table already"
    case .damagedLog(let path, let line, let reason):
      line == 0 ? "\(path): \(reason)" : "\(path):\(line): \(reason)"
    case .unsupported(let path, let reason): "\(path): \(reason)"
    case .missingVersion(let directory, let version):
      "\(directory): version \(version) is missing from the log; restore it from a copy"
    case .foreignVersion(let path, let origin):
      "\(path): committed by \(origin), which changes or follows what is not committed in this "
        + "store; have that program take it back"
    case .conflict(let directory, let version):
      "\(directory): another program committed version \(version) first, so nothing was stored; "
        + "run the command again"
    case .invalidRequest(let reason): reason
    }
  }
}

/// Runs file operations, turning their errors into this module's.
func withFiles<Result>(_ body: () throws(FileError) -> Result) throws(DeltaError) -> Result {
  do throws(FileError) {
    return try body()
  } catch {
    throw .file(error)
  }
}
