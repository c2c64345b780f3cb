import Checksums
import DurableFiles
import Metering

/// One batch as it lies in the directory.
public struct PublishedBatch: Sendable, Equatable {
  public let batch: BatchID
  public let window: ReadWindow
  /// Path of the file of billing lines.
  public let csvPath: String
  public let manifestPath: String
  /// As the manifest describes them, the CSV first.
  public let files: [BatchFile]
  /// Of the manifest; the next batch of the run names it.
  public let manifestSHA256: String
  /// Of the manifest of the batch's first revision.
  let firstManifestSHA256: String
  public let totals: ControlTotals
  /// Whether it was there already.
  public internal(set) var isRepeat: Bool
  /// The reads that were billed: where the next bills start, in order of endpoint. Empty once these
  /// are made.
  public private(set) var billedReads: [BilledRead]

  /// Bytes of the CSV.
  public var size: Int { files[0].size }
  /// Of the CSV, 64 hexadecimal digits.
  public var sha256: String { files[0].sha256 }

  /// Rows of the list of exceptions.
  public var exceptions: Int {
    files.first { $0.format == BatchFile.exceptionsFormat }?.records ?? 0
  }

  /// The batch alone: the reads of many years would not fit.
  var withoutReads: PublishedBatch {
    var batch = self
    batch.billedReads = []
    return batch
  }
}

/// What is known of a batch's files once they are published.
struct CheckedFiles {
  /// The CSV first.
  let files: [BatchFile]
  let manifestSHA256: String
}

/// What the name of a staged file's temporary file begins with.
private let stagedPrefix = ".."

/// Puts a batch's files into a directory, so that a receiver sees either nothing of the batch
/// or all of it, and only what has been checked.
struct BatchPublisher: Sendable {
  let directory: String
  let fileSystem: FileSystem
  var settings = ExportSettings()
  /// See ``Manifest``.
  var storeVersion: Int64?

  /// Makes the directory, and removes from it the temporary files of exports that were killed.
  func prepare() throws(BillingError) {
    do throws(FileError) {
      try fileSystem.createDirectories(directory)
      for name in try fileSystem.list(directory)
      where name.hasPrefix(stagedPrefix) && AtomicFile.isAbandoned(name) {
        try fileSystem.remove(path(name))
      }
    } catch {
      throw .file(error)
    }
  }

  /// Where a file of a batch lies, complete and flushed, until all are checked.
  func stagedPath(_ name: String) -> String { path(".\(name).staged") }

  /// Publishes one staged batch, or what has changed since it was published: a published batch is
  /// never rewritten, but followed by an adjustment that has the changed lines only.
  ///
  /// - Parameters:
  ///   - totals: of the staged CSV.
  ///   - billed: the reads that the lines end with.
  ///   - previous: the batch before it in the run, which the manifest names.
  ///   - unknown: endpoints for the list of exceptions of the first revision.
  /// - Returns: the batch, or its newest adjustment.
  func publish(
    _ heading: FormatHeading, totals: ControlTotals, billed: [BilledRead],
    previous: PublishedBatch?, unknown: () throws(BillingError) -> [UnknownEndpoint]
  ) async throws(BillingError) -> PublishedBatch {
    let batch = heading.batch
    let known: [PublishedRevision]
    do throws(BillingError) {
      known = try revisions(of: batch)
      try checkPublished(known)
    } catch {
      try? fileSystem.remove(stagedPath(batch.csvName))
      throw error
    }
    func published(
      _ checked: CheckedFiles, _ batch: BatchID, _ totals: ControlTotals, first: String,
      isRepeat: Bool
    ) -> PublishedBatch {
      PublishedBatch(
        batch: batch, window: heading.window, csvPath: path(checked.files[0].name),
        manifestPath: path(batch.manifestName), files: checked.files,
        manifestSHA256: checked.manifestSHA256, firstManifestSHA256: first, totals: totals,
        isRepeat: isRepeat, billedReads: billed)
    }
    guard let first = known.first, let last = known.last else {
      let checked = try await publish(
        heading, totals: totals, previousSHA256: previous?.firstManifestSHA256, supersedes: nil,
        unknown: unknown)
      return published(
        checked, batch, totals, first: checked.manifestSHA256, isRepeat: false)
    }
    let staged = try read(stagedPath(batch.csvName))
    try? fileSystem.remove(stagedPath(batch.csvName))
    let counted = try ControlTotals(file: staged, batch: batch)
    try check(counted, of: batch, against: totals)
    if known.count == 1, staged == first.bytes {
      return published(
        first.checked, batch, totals, first: first.checked.manifestSHA256, isRepeat: true)
    }
    let next = last.batch.next
    let adjustment = try Adjustment(
      staged, named: path(batch.csvName), published: known, as: next)
    if adjustment.isEmpty {
      let totals = try ControlTotals(file: last.bytes, batch: last.batch)
      return published(
        last.checked, last.batch, totals, first: first.checked.manifestSHA256, isRepeat: true)
    }
    var file = try StagedFile(next.csvName, self)
    try file.append(adjustment.bytes)
    _ = try file.finish()
    let checked = try await publish(
      heading.of(next), totals: adjustment.totals,
      previousSHA256: last.checked.manifestSHA256, supersedes: first.batch
    ) { () throws(BillingError) in [] }
    return published(
      checked, next, adjustment.totals, first: first.checked.manifestSHA256, isRepeat: false)
  }

  /// Publishes one staged batch: its CSV is read back and counted again, the other files are made of
  /// it; only then do the files and, last, the manifest get their names.
  ///
  /// - Throws: `.controlTotals` when the staged CSV does not give `totals` again, `.cannotCarry`,
  ///   `.differentFileExists` when one of the names belongs to other content, `.file`. No name is
  ///   given in the first three cases.
  func publish(
    _ heading: FormatHeading, totals: ControlTotals, previousSHA256: String?, supersedes: BatchID?,
    unknown: () throws(BillingError) -> [UnknownEndpoint]
  ) async throws(BillingError) -> CheckedFiles {
    let batch = heading.batch
    do throws(BillingError) {
      let written = try read(stagedPath(batch.csvName))
      let files = try await stageFiles(written, heading, totals: totals, unknown: try unknown())
      let manifest = Manifest(
        batch: batch, window: heading.window, clock: heading.clock,
        createdAt: heading.createdAt, totals: totals,
        files: files, storeVersion: storeVersion, previousSHA256: previousSHA256,
        supersedes: supersedes)
      let manifestBytes = manifest.bytes
      for file in manifest.files { try refuseOtherContent(than: file) }
      try refuseOtherManifest(at: path(batch.manifestName), than: manifestBytes)
      for file in manifest.files { try name(stagedPath(file.name), path(file.name)) }
      try BillingError.wrapping { () throws(FileError) in
        try fileSystem.synchronizeDirectory(directory)
        try fileSystem.writeAtomically(manifestBytes, to: path(batch.manifestName))
      }
      return CheckedFiles(
        files: manifest.files, manifestSHA256: SHA256.hexDigest(manifestBytes))
    } catch {
      // The refusal matters; a hidden file that cannot be removed is replaced by the next run.
      for name in names(of: batch) { try? fileSystem.remove(stagedPath(name)) }
      throw error
    }
  }

  /// What is staged for a batch at some time.
  private func names(of batch: BatchID) -> [String] {
    let plain = [batch.csvName, batch.exceptionsName] + settings.formats.map(batch.name)
    return plain + plain.map { $0 + BatchFile.gzipSuffix }
  }

  func path(_ name: String) -> String { Path.join(directory, name) }

  func check(
    _ counted: ControlTotals, of batch: BatchID, against totals: ControlTotals
  ) throws(BillingError) {
    guard counted == totals else {
      throw .controlTotals(
        batch: batch.description,
        problem: "source rows give \(totals.summary), the file gives \(counted.summary)")
    }
  }

  /// Refuses a file that has the name of one of the batch but not its content.
  private func refuseOtherContent(than file: BatchFile) throws(BillingError) {
    let path = path(file.name)
    guard let found = try content(at: path) else { return }
    if found.size == file.size, found.sha256 == file.sha256 { return }
    throw .differentFileExists(path: path)
  }

  private func refuseOtherManifest(
    at path: String, than content: [UInt8]
  ) throws(BillingError) {
    guard try exists(path) else { return }
    if try read(path) == content { return }
    throw .differentFileExists(path: path)
  }

  /// Size and SHA-256 of a file, read piece by piece; nil where there is none. Of what is no file,
  /// and may have no end, the sum is empty.
  func content(at path: String) throws(BillingError) -> (size: Int, sha256: String)? {
    try BillingError.wrapping { () throws(FileError) in
      guard let status = try fileSystem.status(of: path) else { return nil }
      guard status.kind == .file else { return (0, "") }
      let file = try InputFile(at: path, in: fileSystem)
      var hash = SHA256()
      var size = 0
      while true {
        let piece = try file.read(upTo: 1 << 18)
        if piece.isEmpty { return (size, hash.digest.hex) }
        size += piece.count
        hash.update(piece)
      }
    }
  }

  func exists(_ path: String) throws(BillingError) -> Bool {
    try BillingError.wrapping { () throws(FileError) in
      try fileSystem.status(of: path) != nil
    }
  }

  func read(_ path: String) throws(BillingError) -> [UInt8] {
    let status = try BillingError.wrapping { () throws(FileError) in
      try fileSystem.status(of: path)
    }
    // What is no file may have no end.
    if let status, status.kind != .file {
      throw .publishedBatch(path: path, problem: "no regular file")
    }
    do throws(FileError) {
      return try fileSystem.readFile(path)
    } catch {
      throw .file(error)
    }
  }

  private func name(_ staged: String, _ final: String) throws(BillingError) {
    do throws(FileError) {
      try fileSystem.rename(staged, to: final)
    } catch {
      throw .file(error)
    }
  }
}
