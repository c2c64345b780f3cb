import DeltaTable
import DurableFiles
import Metering

/// Files in a store's directories that its newest state does not need, counted.
public struct LeftOver: Sendable, Equatable {
  /// What they are: replaced, uncommitted or temporary.
  public let kind: UnneededFile.Kind
  /// How many there are.
  public let files: Int
  /// What they take together.
  public let bytes: Int64

  /// One entry for each kind, also where there are none.
  static func count(_ files: [UnneededFile]) -> [LeftOver] {
    UnneededFile.Kind.allCases.map { kind in
      let own = files.filter { $0.kind == kind }
      return LeftOver(kind: kind, files: own.count, bytes: own.reduce(0) { $0 + $1.size })
    }
  }
}

extension ReadStore {
  /// Removes files that no live version needs: temporary ones, which are nobody's while this store
  /// is open for writing; data files that were removed from their tables before `limit`; and data
  /// files that were never committed and are older than `limit`. Log files stay.
  ///
  /// Interrupted anywhere it leaves a sound store, and running it again completes it.
  ///
  /// - Parameters:
  ///   - limit: ms since 1970. Whoever reads versions from after it still finds all their files.
  ///   - isDryRun: only counts.
  /// - Returns: what was removed, or would be.
  public func vacuum(before limit: UTCMilliseconds, isDryRun: Bool) throws(HeadEndError)
    -> [LeftOver]
  {
    try requireWriting()
    return try rethrowing {
      var files = try fileSystem.temporaryFiles(in: directory)
      for name in StoreTable.allCases {
        files += try table(name).unneededFiles(snapshot(name))
      }
      files.removeAll { $0.kind != .temporary && $0.since >= limit }
      if !isDryRun {
        for file in files { try fileSystem.remove(file.path) }
      }
      return LeftOver.count(files)
    }
  }
}
