import Metering

/// What a batch is written as, beside its CSV.
public enum ExportFormat: String, CaseIterable, Sendable {
  /// California Metering Exchange Protocol: registers and consumption of any commodity.
  case cmep
  /// AEMO's accumulation reads: electricity only.
  case nem13
  /// Green Button: NAESB ESPI in an Atom feed.
  case greenButton = "greenbutton"
  /// The lines of the CSV, typed.
  case parquet

  /// What follows a batch's name in the name of its file.
  var suffix: String {
    switch self {
    case .cmep: ".cmep"
    case .nem13: ".nem13.csv"
    case .greenButton: ".greenbutton.xml"
    case .parquet: ".parquet"
    }
  }

  /// As people write it.
  var title: String {
    switch self {
    case .cmep: "CMEP"
    case .nem13: "NEM13"
    case .greenButton: "Green Button"
    case .parquet: "Parquet"
    }
  }

  /// The file is text, which a general compressor makes smaller.
  var isText: Bool { self != .parquet }

  /// Lines without consumption are in the file, too.
  var carriesUnbilledLines: Bool {
    switch self {
    case .cmep, .parquet: true
    case .nem13, .greenButton: false
    }
  }
}

/// What a format's writer knows of the batch beside its lines.
struct FormatHeading {
  let batch: BatchID
  let window: ReadWindow
  /// Standard time, in which formats without time zones are written.
  let clock: LocalClock
  let daylightSaving: DaylightSaving
  /// Who receives the file, as CMEP and NEM13 name it; nil is the utility.
  var receiver: String?

  /// When the file says that it was made: the end of the window, so that exporting again gives the
  /// same bytes, and a minute later for each adjustment, so that a receiver knows the newest.
  var createdAt: UTCMilliseconds { windowEnd + Int64(batch.revision - 1) * 60_000 }

  /// The first instant after the read window.
  var windowEnd: UTCMilliseconds { clock.startOfDay(window.last + 1) }

  /// The same for another revision of the batch.
  func of(_ batch: BatchID) -> FormatHeading {
    FormatHeading(
      batch: batch, window: window, clock: clock, daylightSaving: daylightSaving,
      receiver: receiver)
  }
}

/// Writes the lines of a batch in one format.
protocol FormatWriter {
  /// - Throws: `BillingError.cannotCarry` where the format has no place for a value.
  mutating func append(_ line: BillingLine) throws(BillingError)
  /// What ends the file.
  mutating func finish() throws(BillingError)
  /// The bytes written since the last time.
  mutating func take() -> [UInt8]
}

extension ExportFormat {
  func writer(_ heading: FormatHeading) throws(BillingError) -> any FormatWriter {
    switch self {
    case .cmep: try CMEPWriter(heading)
    case .nem13: try NEM13Writer(heading)
    case .greenButton: GreenButtonWriter(heading)
    case .parquet: ParquetLinesWriter(heading)
    }
  }
}
