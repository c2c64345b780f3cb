import Checksums
import DurableFiles
import Gzip
import Parallel

extension BatchPublisher {
  /// Lines that are gathered before they are written.
  private static let linesPerWrite = 256
  /// Bytes of a file that are read at a time to be compressed.
  private static let pieceSize = 1 << 20

  /// Counts a batch's finished lines again and writes its other files, each under its staged name.
  ///
  /// - Parameters:
  ///   - written: the batch's CSV as it lies on the disk.
  ///   - totals: what the CSV must give again before anything is made of it.
  ///   - unknown: endpoints that are listed besides.
  /// - Returns: the files in the order of the manifest.
  func stageFiles(
    _ written: [UInt8], _ heading: FormatHeading, totals: ControlTotals,
    unknown: [UnknownEndpoint]
  ) async throws(BillingError) -> [BatchFile] {
    let exceptions = try stageExceptions(written, heading, totals: totals, unknown: unknown)
    var files: [BatchFile]
    do {
      files = try await parallelMap(
        count: settings.formats.count + 1, threads: settings.threads
      ) { number in
        number == 0
          ? describedCSV(written, heading.batch, lines: totals.expected)
          : try stage(settings.formats[number - 1], written, heading)
      }
    } catch let error as BillingError {
      throw error
    } catch {
      throw .compression(path: directory, problem: "\(error)")
    }
    if settings.compresses {
      for (place, kind) in settings.kinds.enumerated() where kind != files[place].kind {
        files[place] = try await compress(files[place])
      }
    }
    files.insert(exceptions, at: 1)
    return files
  }

  /// The list of exceptions, made while the lines are counted.
  private func stageExceptions(
    _ written: [UInt8], _ heading: FormatHeading, totals: ControlTotals,
    unknown: [UnknownEndpoint]
  ) throws(BillingError) -> BatchFile {
    let batch = heading.batch
    var counted = ControlTotals()
    var exceptions = ExceptionList(heading)
    var lines = try BillingLines(written, batch: batch)
    while try lines.next() {
      try lines.add(to: &counted)
      if lines.hasReason { exceptions.append(try lines.line()) }
    }
    try check(counted, of: batch, against: totals)
    for endpoint in unknown { exceptions.append(endpoint) }
    var file = try StagedFile(batch.exceptionsName, self)
    try file.append(exceptions.take())
    let (size, sha256) = try file.finish()
    return BatchFile(
      name: batch.exceptionsName, format: BatchFile.exceptionsFormat, size: size, sha256: sha256,
      records: exceptions.count, unbilledLeftOut: 0)
  }

  private func describedCSV(_ written: [UInt8], _ batch: BatchID, lines: Int) -> BatchFile {
    BatchFile(
      name: batch.csvName, format: BatchFile.csvFormat, size: written.count,
      // What is to be compressed is summed up then.
      sha256: settings.compresses ? "" : SHA256.hexDigest(written), records: lines,
      unbilledLeftOut: 0)
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

  /// Replaces a staged file by its gzip form.
  private func compress(_ plain: BatchFile) async throws(BillingError) -> BatchFile {
    let name = plain.name + BatchFile.gzipSuffix
    var gzip = GzipFile(threads: settings.threads)
    let source = stagedPath(plain.name)
    let input = try open(source)
    var file = try StagedFile(name, self)
    var piece: [UInt8]
    repeat {
      piece = try BillingError.wrapping { () throws(FileError) in
        try input.read(upTo: Self.pieceSize)
      }
      let packed: [UInt8]
      do throws(GzipError) {
        packed = piece.isEmpty ? try await gzip.finish() : try await gzip.append(piece)
      } catch {
        throw .compression(path: path(name), problem: error.reason)
      }
      try file.append(packed)
    } while !piece.isEmpty
    let (size, sha256) = try file.finish()
    try BillingError.wrapping { () throws(FileError) in try fileSystem.remove(source) }
    return BatchFile(
      name: name, format: plain.format, size: size, sha256: sha256, records: plain.records,
      unbilledLeftOut: plain.unbilledLeftOut)
  }

  private func open(_ path: String) throws(BillingError) -> InputFile {
    do throws(FileError) {
      return try InputFile(at: path, in: fileSystem)
    } catch {
      throw .file(error)
    }
  }
}
