import DurableFiles

/// The directory in which a store comes into being: an empty one, or what a creation left that was
/// cut off. Nothing else that lies there is ever touched.
struct CreationSite {
  /// Stands in a directory until the store in it is whole: only then may tables be removed.
  private static let markName = ".creating"
  private static let lockName = ".lock"

  let directory: String
  let fileSystem: FileSystem

  private var markPath: String { Path.join(directory, Self.markName) }

  /// Refuses a directory that holds anything else.
  func refuseOtherContent() throws(HeadEndError) {
    let names = try rethrowing { () -> [String] in
      let kind = try fileSystem.status(of: directory)?.kind
      return kind == .directory ? try fileSystem.list(directory) : []
    }
    // A store that has just become whole is for the caller to see.
    if names.contains(Self.markName) || names.contains(StoreSettings.fileName) { return }
    let others = names.filter { $0 != Self.lockName && !AtomicFile.isTemporary($0) }
    if others.isEmpty { return }
    if others.contains(StoreTable.reads.rawValue), others.contains(StoreTable.uploads.rawValue) {
      throw .damagedStore(
        "\(directory): a store whose \(StoreSettings.fileName) is missing; restore it from a copy")
    }
    throw .refused(
      "\(directory): no store, and not empty (it holds \(others[0])); name a new directory")
  }

  /// Marks the directory, and removes the tables of a creation that was cut off. The caller holds
  /// the lock.
  func begin() throws(HeadEndError) {
    try refuseOtherContent()
    try rethrowing {
      let isLeftover = try fileSystem.status(of: markPath) != nil
      if !isLeftover { try fileSystem.writeAtomically([], to: markPath) }
      for name in StoreTable.allCases where isLeftover {
        try fileSystem.removeTree(Path.join(directory, name.rawValue))
      }
    }
  }

  /// Takes the mark away once the store is whole; also when a creation was cut off just before.
  func finish() throws(HeadEndError) {
    try rethrowing { try fileSystem.remove(markPath) }
  }
}
