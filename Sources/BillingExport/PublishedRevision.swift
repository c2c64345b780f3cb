import Checksums
import DurableFiles
import JSON5

/// A batch as it was published, or one of its adjustments.
struct PublishedRevision {
  let batch: BatchID
  /// Path of the file of lines.
  let path: String
  let bytes: [UInt8]
  let file: CheckedFile
}

extension BatchPublisher {
  /// What is published of a batch: its first revision, and all adjustments after it without a gap.
  ///
  /// A file without its manifest is not published.
  ///
  /// - Throws: `.publishedBatch` where a file is not the one that its manifest names.
  func revisions(of batch: BatchID) throws(BillingError) -> [PublishedRevision] {
    var revisions: [PublishedRevision] = []
    var batch = batch
    while try exists(batch.csvName), try exists(batch.manifestName) {
      let bytes = try read(path(batch.csvName))
      let manifest = try read(path(batch.manifestName))
      let file = CheckedFile(
        size: bytes.count, sha256: SHA256.hexDigest(bytes),
        manifestSHA256: SHA256.hexDigest(manifest))
      try check(manifest, of: batch, names: file)
      revisions.append(
        PublishedRevision(batch: batch, path: path(batch.csvName), bytes: bytes, file: file))
      batch = batch.next
    }
    return revisions
  }

  private func check(
    _ manifest: [UInt8], of batch: BatchID, names file: CheckedFile
  ) throws(BillingError) {
    let path = path(batch.manifestName)
    let value: JSON5Value
    do throws(JSON5Error) {
      value = try JSON5.parse(manifest, source: path)
    } catch {
      throw .publishedBatch(path: path, problem: "not a manifest: \(error)")
    }
    guard value["batch_id"]?.string == batch.description else {
      throw .publishedBatch(path: path, problem: "expected the manifest of \(batch)")
    }
    guard value["files"]?.array?.first?["sha256"]?.string == file.sha256 else {
      throw .publishedBatch(
        path: self.path(batch.csvName), problem: "not the file that its manifest names")
    }
  }

  private func exists(_ name: String) throws(BillingError) -> Bool {
    do throws(FileError) {
      return try fileSystem.status(of: path(name)) != nil
    } catch {
      throw .file(error)
    }
  }
}
