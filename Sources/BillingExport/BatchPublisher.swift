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
  /// Bytes of the file.
  public let size: Int
  /// Of the file, 64 hexadecimal digits.
  public let sha256: String
  /// Of the manifest; the next batch of the run names it.
  public let manifestSHA256: String
  /// Of the manifest of the batch's first revision.
  let firstManifestSHA256: String
  public let totals: ControlTotals
  /// The reads that were billed: where the next bills start, in order of endpoint. Empty once these
  /// are made.
  public private(set) var billedReads: [BilledRead]

  /// The batch alone: the reads of many years would not fit.
  var withoutReads: PublishedBatch {
    var batch = self
    batch.billedReads = []
    return batch
  }
}

/// What is known of a batch's files once they are published.
struct CheckedFile {
  let size: Int
  let sha256: String
  let manifestSHA256: String
}

/// Puts a batch's two files into a directory, so that a receiver sees either nothing of the batch
/// or all of it, and only what has been checked.
struct BatchPublisher {
  let directory: String
  let fileSystem: FileSystem

  /// Makes the directory.
  func prepare() throws(BillingError) {
    do throws(FileError) {
      try fileSystem.createDirectories(directory)
    } catch {
      throw .file(error)
    }
  }

  /// Where a batch's file lies, complete and flushed, until it is checked.
  func stagedPath(_ batch: BatchID) -> String { path(".\(batch.csvName).staged") }

  /// Publishes one staged batch, or what has changed since it was published: a published batch is
  /// never rewritten, but followed by an adjustment that has the changed lines only.
  ///
  /// - Parameters:
  ///   - totals: of the staged file.
  ///   - billed: the reads that the lines end with.
  ///   - previous: the batch before it in the run, which the manifest names.
  /// - Returns: the batch, or its newest adjustment.
  func publish(
    _ batch: BatchID, window: ReadWindow, clock: LocalClock, totals: ControlTotals,
    billed: [BilledRead], previous: PublishedBatch?
  ) throws(BillingError) -> PublishedBatch {
    let known: [PublishedRevision]
    do throws(BillingError) {
      known = try revisions(of: batch)
    } catch {
      try? fileSystem.remove(stagedPath(batch))
      throw error
    }
    func published(_ file: CheckedFile, _ batch: BatchID, _ totals: ControlTotals, first: String)
      -> PublishedBatch
    {
      PublishedBatch(
        batch: batch, window: window, csvPath: path(batch.csvName),
        manifestPath: path(batch.manifestName), size: file.size, sha256: file.sha256,
        manifestSHA256: file.manifestSHA256, firstManifestSHA256: first, totals: totals,
        billedReads: billed)
    }
    guard let first = known.first, let last = known.last else {
      let file = try publish(batch, totals: totals) {
        Manifest(
          batch: batch, window: window, clock: clock, totals: totals, size: $0, sha256: $1,
          previousSHA256: previous?.firstManifestSHA256)
      }
      return published(file, batch, totals, first: file.manifestSHA256)
    }
    let staged = try read(stagedPath(batch))
    try? fileSystem.remove(stagedPath(batch))
    try check(staged, of: batch, against: totals)
    if known.count == 1, staged == first.bytes {
      return published(first.file, batch, totals, first: first.file.manifestSHA256)
    }
    let adjustment = try Adjustment(
      staged, named: path(batch.csvName), published: known, as: last.batch.next)
    if adjustment.isEmpty {
      let totals = try ControlTotals(file: last.bytes, batch: last.batch)
      return published(last.file, last.batch, totals, first: first.file.manifestSHA256)
    }
    let next = last.batch.next
    try write(adjustment.bytes, to: stagedPath(next))
    let file = try publish(next, totals: adjustment.totals) {
      Manifest(
        batch: next, window: window, clock: clock, totals: adjustment.totals, size: $0, sha256: $1,
        previousSHA256: last.file.manifestSHA256, supersedes: first.batch)
    }
    return published(file, next, adjustment.totals, first: first.file.manifestSHA256)
  }

  /// Publishes one staged batch: the file is read back and counted again; only then do file and,
  /// last, manifest get their names.
  ///
  /// - Parameter manifest: makes the manifest from the size and the SHA-256 of the staged file.
  /// - Throws: `.controlTotals` when the staged file does not give `totals` again,
  ///   `.differentFileExists` when one of the names belongs to other content, `.file`. Neither
  ///   name is given in the first two cases.
  func publish(
    _ batch: BatchID, totals: ControlTotals,
    manifest: (_ size: Int, _ sha256: String) -> Manifest
  ) throws(BillingError) -> CheckedFile {
    let final = path(batch.csvName)
    let staged = stagedPath(batch)
    do throws(BillingError) {
      let written = try read(staged)
      let sha256 = SHA256.hexDigest(written)
      try check(written, of: batch, against: totals)
      let manifestBytes = manifest(written.count, sha256).bytes
      try refuseOtherContent(at: final, than: written)
      try refuseOtherContent(at: path(batch.manifestName), than: manifestBytes)
      try name(staged, final)
      do throws(FileError) {
        try fileSystem.writeAtomically(manifestBytes, to: path(batch.manifestName))
      } catch {
        throw BillingError.file(error)
      }
      return CheckedFile(
        size: written.count, sha256: sha256, manifestSHA256: SHA256.hexDigest(manifestBytes))
    } catch {
      // The refusal matters; a hidden file that cannot be removed is replaced by the next run.
      try? fileSystem.remove(staged)
      throw error
    }
  }

  func path(_ name: String) -> String { Path.join(directory, name) }

  private func check(
    _ written: [UInt8], of batch: BatchID, against totals: ControlTotals
  ) throws(BillingError) {
    let counted = try ControlTotals(file: written, batch: batch)
    guard counted == totals else {
      throw .controlTotals(
        batch: batch.description,
        problem: "source rows give \(totals.summary), the file gives \(counted.summary)")
    }
  }

  private func refuseOtherContent(
    at path: String, than content: [UInt8]
  ) throws(BillingError) {
    do throws(FileError) {
      guard let status = try fileSystem.status(of: path) else { return }
      if status.size == content.count, try fileSystem.readFile(path) == content { return }
    } catch {
      throw .file(error)
    }
    throw .differentFileExists(path: path)
  }

  private func write(_ bytes: [UInt8], to path: String) throws(BillingError) {
    do throws(FileError) {
      try fileSystem.writeAtomically(bytes, to: path)
    } catch {
      throw .file(error)
    }
  }

  func read(_ path: String) throws(BillingError) -> [UInt8] {
    do throws(FileError) {
      return try fileSystem.readFile(path)
    } catch {
      throw .file(error)
    }
  }

  private func name(_ staged: String, _ final: String) throws(BillingError) {
    do throws(FileError) {
      try fileSystem.rename(staged, to: final)
      try fileSystem.synchronizeDirectory(directory)
    } catch {
      throw .file(error)
    }
  }
}
