import Checksums
import DurableFiles
import Metering

/// One file of a batch, as the manifest describes it.
public struct BatchFile: Sendable, Equatable {
  /// Its name in the batch's directory.
  public let name: String
  /// `csv`, `exceptions`, or that of an ``ExportFormat``.
  public let format: String
  /// Bytes of the file.
  public let size: Int
  /// 64 hexadecimal digits.
  public let sha256: String
  /// Lines of the batch that it carries; of the list of exceptions its rows.
  public let records: Int
  /// Lines without consumption that the format has no place for. They are in the list of exceptions.
  public let unbilledLeftOut: Int

  /// One line for each file as `sha256sum` writes it.
  static func list(_ files: [BatchFile]) -> [UInt8] {
    Array(files.map { "\($0.sha256)  \($0.name)\n" }.joined().utf8)
  }

  static let csvFormat = "csv"
  static let exceptionsFormat = "exceptions"
}

/// A file of a batch that is being written under its staged name, and summed up on the way.
struct StagedFile: ~Copyable {
  private var file: AtomicFile
  private var hash = SHA256()

  init(_ name: String, _ publisher: BatchPublisher) throws(BillingError) {
    do throws(FileError) {
      file = try AtomicFile(at: publisher.stagedPath(name), in: publisher.fileSystem)
    } catch {
      throw .file(error)
    }
  }

  mutating func append(_ bytes: [UInt8]) throws(BillingError) {
    hash.update(bytes)
    do throws(FileError) {
      try file.append(bytes)
    } catch {
      throw .file(error)
    }
  }

  /// Completes the file under its staged name.
  consuming func finish() throws(BillingError) -> (size: Int, sha256: String) {
    let written = (Int(file.byteCount), hash.digest.hex)
    do throws(FileError) {
      try file.publish()
    } catch {
      throw .file(error)
    }
    return written
  }
}

extension BillingError {
  static func wrapping<Result>(
    _ body: () throws(FileError) -> Result
  ) throws(BillingError) -> Result {
    do throws(FileError) {
      return try body()
    } catch {
      throw .file(error)
    }
  }
}

extension BatchPublisher {
  /// Lines that are gathered before they are written.
  private static let linesPerWrite = 256

  /// Counts a batch's finished lines again and writes its other files, each under its staged name.
  ///
  /// - Parameters:
  ///   - written: the batch's CSV as it lies on the disk.
  ///   - unknown: endpoints that are listed besides.
  /// - Returns: the totals of the CSV, and the files in the order of the manifest.
  func stageOthers(
    _ written: [UInt8], _ heading: FormatHeading, unknown: [UnknownEndpoint]
  ) throws(BillingError) -> (totals: ControlTotals, files: [BatchFile]) {
    let batch = heading.batch
    var totals = ControlTotals()
    var exceptions = ExceptionList(heading)
    var lines = try BillingLines(written, batch: batch)
    while try lines.next() {
      try lines.add(to: &totals)
      if lines.hasReason { exceptions.append(try lines.line()) }
    }
    for endpoint in unknown { exceptions.append(endpoint) }
    var file = try StagedFile(batch.exceptionsName, self)
    try file.append(exceptions.take())
    let (size, sha256) = try file.finish()
    var files = [
      BatchFile(
        name: batch.exceptionsName, format: BatchFile.exceptionsFormat, size: size, sha256: sha256,
        records: exceptions.count, unbilledLeftOut: 0)
    ]
    for format in formats { files.append(try stage(format, written, heading)) }
    return (totals, files)
  }

  private func stage(
    _ format: ExportFormat, _ written: [UInt8], _ heading: FormatHeading
  ) throws(BillingError) -> BatchFile {
    let name = heading.batch.name(format)
    var writer = try format.writer(heading)
    var file = try StagedFile(name, self)
    var lines = try BillingLines(written, batch: heading.batch)
    var leftOut = 0
    var pending = 0
    while try lines.next() {
      let line = try lines.line()
      if line.consumption == nil, !format.carriesUnbilledLines { leftOut += 1 }
      try writer.append(line)
      pending += 1
      if pending == Self.linesPerWrite {
        try file.append(writer.take())
        pending = 0
      }
    }
    try writer.finish()
    try file.append(writer.take())
    let (size, sha256) = try file.finish()
    return BatchFile(
      name: name, format: format.rawValue, size: size, sha256: sha256,
      records: lines.number - leftOut, unbilledLeftOut: leftOut)
  }
}
