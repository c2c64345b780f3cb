import Checksums
import DurableFiles
import JSON5
import Metering

/// A batch of a directory with all its revisions, checked.
public struct VerifiedBatch: Sendable, Equatable {
  /// The first revision.
  public let batch: BatchID
  /// How many revisions there are.
  public internal(set) var revisions = 0
  /// Lines of the first revision.
  public internal(set) var bills = 0
  /// Files of all revisions, manifests besides.
  public internal(set) var files = 0
  /// Bills that the store would make differently now; nil where no store was asked.
  public internal(set) var changedInStore: Int?
  /// What is wrong, each in one line.
  public internal(set) var problems: [String] = []
}

/// Checks the batches of a directory against their manifests, and against the store.
public struct BatchVerification {
  private let publisher: BatchPublisher
  private let directory: String

  public init(directory: String, in fileSystem: FileSystem = .system) {
    self.directory = directory
    publisher = BatchPublisher(directory: directory, fileSystem: fileSystem)
  }

  /// Checks every batch in order of sequence.
  ///
  /// - Parameter expected: a directory into which the store's bills have been written anew; nil checks
  ///   the files alone.
  /// - Throws: `.file` where the directory cannot be read.
  public func verify(against expected: String? = nil) throws(BillingError) -> [VerifiedBatch] {
    let found = try batches(in: directory, ".manifest.json")
    let unfinished = try
      (batches(in: directory, ".csv") + batches(in: directory, ".csv" + BatchFile.gzipSuffix))
      .filter { !found.contains($0) }
    let sums = Set(found.compactMap { try? manifestSum($0) })
    let first = Set((found + unfinished).map(\.first)).sorted {
      ($0.utility, $0.sequence) < ($1.utility, $1.sequence)
    }
    var verified: [VerifiedBatch] = []
    for batch in first {
      let count = found.count { $0.first == batch }
      var result = try verify(batch, manifests: count, sums: sums, expected: expected)
      for batch in unfinished where batch.first == result.batch {
        result.problems.append(
          "\(publisher.path(batch.csvName)): there is no manifest beside it, as after an export that "
            + "was cut off; export again")
      }
      if let before = verified.last?.batch, before.utility == batch.utility,
        before.sequence + 1 < batch.sequence
      {
        result.problems.append(
          "\(batch): sequence \(batch.sequence) follows \(before.sequence); the batches between them "
            + "are not here")
      }
      verified.append(result)
    }
    if let expected, let last = verified.last?.batch {
      let later = try batches(in: expected, ".manifest.json").filter { $0.sequence > last.sequence }
      if !later.isEmpty {
        verified[verified.count - 1].problems.append(
          "\(last): the store has \(later.count) later "
            + "\(later.count == 1 ? "batch" : "batches"), which are not here")
      }
    }
    return verified
  }

  /// The batches that have a file with some suffix, all revisions.
  private func batches(
    in directory: String, _ suffix: String
  ) throws(BillingError) -> [BatchID] {
    let names = try BillingError.wrapping { () throws(FileError) in
      try publisher.fileSystem.list(directory)
    }
    return names.filter { $0.hasSuffix(suffix) }
      .compactMap { BatchID(name: String($0.dropLast(suffix.count))) }
  }

  private func manifestSum(_ batch: BatchID) throws(BillingError) -> String {
    SHA256.hexDigest(try publisher.read(publisher.path(batch.manifestName)))
  }

  private func verify(
    _ batch: BatchID, manifests: Int, sums: Set<String>, expected: String?
  ) throws(BillingError) -> VerifiedBatch {
    var result = VerifiedBatch(batch: batch)
    let revisions: [PublishedRevision]
    do throws(BillingError) {
      revisions = try publisher.revisions(of: batch)
      var before: String?
      for revision in revisions {
        try check(revision, after: before, sums, &result)
        before = revision.checked.manifestSHA256
      }
    } catch {
      result.problems.append(error.description)
      return result
    }
    result.revisions = revisions.count
    if revisions.count < manifests {
      result.problems.append(
        "\(publisher.path(batch.manifestName)): \(manifests) manifests, but only revisions 1 to "
          + "\(revisions.count) without a gap; restore the others")
    }
    if let expected, !revisions.isEmpty {
      result.changedInStore = try changes(of: revisions, expected, &result)
    }
    return result
  }

  /// Bills that are another in a fresh export than the newest of what is published.
  private func changes(
    of revisions: [PublishedRevision], _ expected: String, _ result: inout VerifiedBatch
  ) throws(BillingError) -> Int {
    let batch = result.batch
    let path = Path.join(expected, batch.csvName)
    guard try publisher.exists(path) else {
      result.problems.append("\(batch): the store has no such batch")
      return 0
    }
    let current = try publisher.read(path)
    if revisions.count == 1, current == revisions[0].bytes { return 0 }
    let adjustment = try Adjustment(
      current, named: path, published: revisions, as: revisions[revisions.count - 1].batch.next)
    if !adjustment.isEmpty {
      result.problems.append(
        "\(batch): the store would bill \(adjustment.lineCount) "
          + "\(adjustment.lineCount == 1 ? "line" : "lines") differently now; export again to send "
          + "an adjustment")
    }
    return adjustment.lineCount
  }

  private func check(
    _ revision: PublishedRevision, after before: String?, _ sums: Set<String>,
    _ result: inout VerifiedBatch
  ) throws(BillingError) {
    let manifest = publisher.path(revision.batch.manifestName)
    for file in revision.checked.files {
      result.files += 1
      let found = try publisher.content(at: publisher.path(file.name))
      if found?.size != file.size || found?.sha256 != file.sha256 {
        result.problems.append(
          "\(publisher.path(file.name)): not the file that its manifest names; restore it")
      }
    }
    let totals = try ControlTotals(file: revision.bytes, batch: revision.batch)
    if revision.batch.revision == 1 { result.bills = totals.expected }
    for problem in revision.differences(from: totals) + revision.contradictions(totals) {
      result.problems.append("\(manifest): \(problem)")
    }
    let named = revision.manifest["previous_batch_sha256"]?.string
    if revision.batch.revision > 1 {
      if named != before {
        result.problems.append("\(manifest): does not name the manifest of the revision before")
      }
    } else if let named, !sums.contains(named) {
      result.problems.append("\(manifest): the batch before it, which it names, is not here")
    }
  }
}

extension PublishedRevision {
  /// Where the manifest's counts and sums are not those of the lines.
  func differences(from totals: ControlTotals) -> [String] {
    var expected: [(name: String, stated: String?, counted: String)] = []
    for (name, count) in totals.countsByName {
      expected.append((name, text(manifest, ["counts", name]), String(count)))
    }
    let files = manifest["files"]?.array ?? []
    for file in files {
      let format = text(file, ["format"])
      if format == BatchFile.exceptionsFormat { continue }
      if format == BatchFile.csvFormat {
        expected.append(("sum_read", text(file, ["sum_read"]), String(totals.readSum)))
      }
      for commodity in Commodity.allCases {
        let path = ["sum_consumption_by_unit", commodity.billingUnit]
        expected.append(
          (path.joined(separator: "."), text(file, path), String(totals.consumption(of: commodity)))
        )
      }
    }
    expected.append(
      (
        "sha256_of_files_list", text(manifest, ["sha256_of_files_list"]),
        SHA256.hexDigest(BatchFile.list(checked.files))
      ))
    return expected.filter { $0.stated != $0.counted }.map {
      "\($0.name) is \($0.stated ?? "absent"); the file gives \($0.counted)"
    }
  }
}

extension PublishedRevision {
  /// Where the manifest says of the batch what its name does not, or of a file what cannot be.
  fileprivate func contradictions(_ totals: ControlTotals) -> [String] {
    var problems: [String] = []
    func compare(_ name: String, _ expected: String?) {
      let stated = text(manifest, [name])
      if stated != expected {
        problems.append("\(name) is \(stated ?? "absent"); expected \(expected ?? "none")")
      }
    }
    compare("schema", Manifest.schema)
    compare("sequence", String(batch.sequence))
    compare("revision", String(batch.revision))
    compare("utility", batch.utility)
    compare("supersedes", batch.revision == 1 ? nil : batch.first.description)
    for file in checked.files where file.format != BatchFile.exceptionsFormat {
      let format = ExportFormat(rawValue: file.format)
      let leftOut =
        format.map { $0.carriesUnbilledLines ? 0 : totals.missing + totals.rejected } ?? 0
      if format == nil && file.format != BatchFile.csvFormat {
        problems.append("\(file.name) is said to be '\(file.format)', which is no format")
      }
      if file.unbilledLeftOut != leftOut || file.records != totals.expected - leftOut {
        problems.append(
          "\(file.name) is said to have \(file.records) records and \(file.unbilledLeftOut) left out; "
            + "expected \(totals.expected - leftOut) and \(leftOut)")
      }
    }
    return problems
  }
}

/// A text or a whole number of a manifest.
private func text(_ value: JSON5Value, _ path: [String]) -> String? {
  let found = path.reduce(Optional(value)) { $0?[$1] }
  return found.flatMap(string) ?? found.flatMap(integer)
}

// Two functions that are not inlined: the compiler (6.3.1) aborts where both are in one.
@inline(never)
private func string(_ value: JSON5Value) -> String? { value.string }

@inline(never)
private func integer(_ value: JSON5Value) -> String? { value.integer.map { String($0) } }
