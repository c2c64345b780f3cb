extension BatchPublisher {
  /// Lines that are gathered before they are written.
  private static let linesPerWrite = 256

  /// Counts a batch's finished lines again and writes its other files, each under its staged name.
  ///
  /// - Parameters:
  ///   - written: the batch's CSV as it lies on the disk.
  ///   - totals: what the CSV must give again before anything is made of it.
  ///   - unknown: endpoints that are listed besides.
  /// - Returns: the files in the order of the manifest.
  func stageOthers(
    _ written: [UInt8], _ heading: FormatHeading, totals: ControlTotals,
    unknown: [UnknownEndpoint]
  ) throws(BillingError) -> [BatchFile] {
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
    var files = [
      BatchFile(
        name: batch.exceptionsName, format: BatchFile.exceptionsFormat, size: size, sha256: sha256,
        records: exceptions.count, unbilledLeftOut: 0)
    ]
    for format in formats { files.append(try stage(format, written, heading)) }
    return files
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
