import DeltaTable
import DurableFiles
import Parallel

/// One thing that is wrong with a store.
public struct StoreFault: Sendable, Equatable, CustomStringConvertible {
  /// What is wrong, where, and how to mend it.
  public let message: String

  public var description: String { message }
}

/// What a check looked at and found.
public struct StoreCheck: Sendable {
  /// Live data files of all tables.
  public private(set) var filesRead = 0
  /// Rows of all versions in them.
  public private(set) var rowsRead = 0
  public private(set) var faults: [StoreFault] = []
  /// Harmless: what interrupted and replaced batches left behind, or one that is under way.
  public internal(set) var leftOvers: [LeftOver] = []

  mutating func add(_ part: PartialCheck) {
    filesRead += part.filesRead
    rowsRead += part.rowsRead
    faults += part.faults
  }
}

/// What was found in a part of a store.
struct PartialCheck: Sendable {
  var filesRead = 0
  var rowsRead = 0
  private(set) var faults: [StoreFault] = []

  mutating func add(fault: String) { faults.append(StoreFault(message: fault)) }

  /// Goes on after an error, which becomes a fault.
  @discardableResult
  mutating func attempt<Result>(_ work: () throws(HeadEndError) -> Result) -> Result? {
    do throws(HeadEndError) {
      return try work()
    } catch {
      add(fault: "\(error)")
      return nil
    }
  }
}

extension ReadStore {
  /// Verifies every byte of a store and all that it promises, without stopping at the first fault,
  /// and without a lock: what is committed meanwhile is not looked at.
  ///
  /// The tables' logs are whole and a chain of hashes; `last_commit.json` and the siblings' versions
  /// fit them. Every live file has the size and SHA-256 of the log, sound pages, and the statistics
  /// of the log. The versions of each read count up from 1; rows are of their file's days and month,
  /// in files of ours in ascending order of endpoint, and of endpoints that the registry knows. The
  /// ledger has each upload once. Batches exist. What validation derives is of endpoints that the
  /// registry knows, each once for a day or month, and adds up.
  ///
  /// - Throws: ``HeadEndError/file(_:)`` when there is no store.
  public static func check(
    at directory: String, engine: String, threads: Int, in fileSystem: FileSystem = .system
  ) async throws -> StoreCheck {
    guard try exists(at: directory, in: fileSystem) else {
      throw HeadEndError.noStore(at: directory)
    }
    var check = StoreCheck()
    let tables = InspectedTables(at: directory, engine: engine, in: fileSystem)
    check.add(tables.faults)
    var registry = PartialCheck()
    let endpoints = tables[.registry].flatMap { registry.checkRegistry($0) }
    check.add(registry)
    var derived = DerivedLaws(endpoints: endpoints)
    for name in StoreTable.siblings where name != .registry {
      guard let table = tables[name] else { continue }
      var part = PartialCheck()
      part.checkSibling(
        table, newestBatch: tables[.reads]?.snapshot.version, derived: &derived)
      check.add(part)
    }
    var sums = PartialCheck()
    derived.conclude(directory, &sums)
    check.add(sums)
    if let reads = tables[.reads] {
      var part = PartialCheck()
      let slots = part.slots(of: reads)
      check.add(part)
      let parts = try await parallelMap(count: slots.count, threads: threads) { number in
        SlotCheck(slots[number], reads, endpoints: endpoints).part
      }
      for part in parts { check.add(part) }
    }
    check.leftOvers = try tables.leftOvers()
    return check
  }
}
