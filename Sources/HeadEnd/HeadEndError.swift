import Columnar
import DeltaTable
import DurableFiles

/// Why the head-end cannot do what was asked.
public enum HeadEndError: Error, Sendable, CustomStringConvertible {
  case file(FileError)
  case table(DeltaError)
  /// A data file of the store that cannot be read.
  case parquet(path: String, ParquetError)
  /// The store says something that it should not; the text says what, where and how to mend it.
  case damagedStore(String)
  /// What was given contradicts itself or the store.
  case badInput(String)
  /// A store was to be created where one is.
  case storeExists(directory: String)
  /// What was asked cannot be done to this store as it is; the text says what has to come first.
  case refused(String)

  public var description: String {
    switch self {
    case .file(let error): error.description
    case .table(let error): error.description
    case .parquet(let path, let error): "\(path): \(error)"
    case .storeExists(let directory):
      "\(directory): there is a store already; name another directory"
    case .damagedStore(let message), .badInput(let message), .refused(let message): message
    }
  }

  /// What a command line tells its caller about the failure.
  public enum Category: Sendable, Equatable {
    /// A store or an input is damaged or inconsistent (exit code 65).
    case badData
    /// The store is not to be changed so (exit code 73).
    case cannotCreate
    /// This program asked for what it should not (exit code 70).
    case internalError
    case file(FileError.Category)
  }

  public var category: Category {
    switch self {
    case .file(let error), .table(.file(let error)): .file(error.category)
    case .storeExists, .refused, .table(.conflict), .table(.alreadyATable): .cannotCreate
    case .table(.encoding), .table(.invalidRequest): .internalError
    case .table, .parquet, .damagedStore, .badInput: .badData
    }
  }
}

extension HeadEndError {
  /// There is no store in a directory.
  static func noStore(at directory: String) -> HeadEndError {
    .file(
      FileError(
        operation: .open, path: Path.join(directory, StoreSettings.fileName),
        code: FileError.notFound))
  }

  /// Another program added or removed rows.
  ///
  /// - Parameter change: one of ``Snapshot/foreignChanges``.
  static func rowsChanged(by change: String, in table: DeltaTable) -> HeadEndError {
    .damagedStore(
      "\(table.directory): \(change) changed rows, which only this program may do; restore the "
        + "table from a copy made before")
  }

  /// What went wrong in files and tables, as the head-end's error.
  init(_ error: any Error) {
    self =
      switch error {
      case let error as HeadEndError: error
      case let error as FileError: .file(error)
      case DeltaError.file(let error): .file(error)
      case let error as DeltaError: .table(error)
      default: .damagedStore("\(error)")
      }
  }
}

/// Runs work on tables and files with the head-end's errors.
func rethrowing<Result: ~Copyable>(_ work: () throws -> Result) throws(HeadEndError) -> Result {
  do {
    return try work()
  } catch {
    throw HeadEndError(error)
  }
}
