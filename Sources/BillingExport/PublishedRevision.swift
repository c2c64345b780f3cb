import Checksums
import DurableFiles
import Gzip
import JSON5

/// A batch as it was published, or one of its adjustments.
struct PublishedRevision {
  let batch: BatchID
  /// Path of the file of lines.
  let path: String
  /// The lines, unpacked where that file is compressed.
  let bytes: [UInt8]
  let checked: CheckedFiles
  /// The rest of the manifest.
  let manifest: JSON5Value
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
    while try exists(path(batch.manifestName)) {
      var present: [String] = []
      for name in [batch.csvName, batch.csvName + BatchFile.gzipSuffix]
      where try exists(path(name)) {
        present.append(name)
      }
      if present.isEmpty { break }
      revisions.append(try revision(batch, present))
      batch = batch.next
    }
    return revisions
  }

  /// - Parameter names: of files that may be the one of lines.
  private func revision(
    _ batch: BatchID, _ names: [String]
  ) throws(BillingError) -> PublishedRevision {
    let manifest = try read(path(batch.manifestName))
    let value = try parsed(manifest, of: batch)
    let files = try files(of: value, batch)
    guard let first = files.first, names.contains(first.name) else {
      throw .publishedBatch(
        path: path(batch.manifestName), problem: "does not list \(names[0]) as its first file")
    }
    let path = path(first.name)
    var bytes = try read(path)
    if first.sha256 != SHA256.hexDigest(bytes) {
      throw .publishedBatch(path: path, problem: "not the file that its manifest names")
    }
    if first.isCompressed {
      do throws(GzipError) {
        bytes = try bytes.expandingGzipFile()
      } catch {
        throw .publishedBatch(path: path, problem: error.description)
      }
    }
    for file in files.dropFirst() {
      let status = try BillingError.wrapping { () throws(FileError) in
        try fileSystem.status(of: self.path(file.name))
      }
      guard let status, Int(status.size) == file.size else {
        throw .publishedBatch(
          path: self.path(file.name), problem: "absent, or not the file that its manifest names")
      }
    }
    return PublishedRevision(
      batch: batch, path: path, bytes: bytes,
      checked: CheckedFiles(files: files, manifestSHA256: SHA256.hexDigest(manifest)),
      manifest: value)
  }

  private func parsed(
    _ manifest: [UInt8], of batch: BatchID
  ) throws(BillingError) -> JSON5Value {
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
    return value
  }

  private func files(
    of manifest: JSON5Value, _ batch: BatchID
  ) throws(BillingError) -> [BatchFile] {
    let listed = manifest["files"]?.array ?? []
    let files = listed.compactMap { BatchFile($0) }
    if files.count < listed.count {
      throw .publishedBatch(
        path: path(batch.manifestName), problem: "a file without name, size or sum")
    }
    return files
  }

  /// Refuses to go on with a batch that was published in other formats than are asked for now: its
  /// receiver could not follow it.
  /// So it does with one whose manifest does not fit its lines.
  func checkPublished(_ revisions: [PublishedRevision]) throws(BillingError) {
    let asked = settings.kinds
    for revision in revisions {
      let published = revision.checked.files.filter {
        $0.format != BatchFile.exceptionsFormat
      }.map(\.kind)
      if published != asked {
        throw .otherFormats(
          path: path(revision.batch.manifestName), published: published, asked: asked)
      }
      let totals = try ControlTotals(file: revision.bytes, batch: revision.batch)
      if let problem = revision.differences(from: totals).first {
        throw .publishedBatch(path: path(revision.batch.manifestName), problem: problem)
      }
    }
  }
}

extension BatchFile {
  /// A file as a manifest describes it; nil where that makes no sense.
  fileprivate init?(_ file: JSON5Value) {
    guard let name = file["name"]?.string, !name.contains("/"),
      let format = file["format"]?.string, let sha256 = file["sha256"]?.string
    else { return nil }
    guard let size = file["bytes"]?.integer, let records = file["records"]?.integer
    else { return nil }
    let leftOut = file["unbilled_left_out"]?.integer ?? 0
    self.init(
      name: name, format: format, size: Int(size), sha256: sha256, records: Int(records),
      unbilledLeftOut: Int(leftOut))
  }
}
