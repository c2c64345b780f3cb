/// How the batches of an export are written.
public struct ExportSettings: Sendable {
  /// What is written beside the CSV.
  public var formats: [ExportFormat]
  /// Who receives the files, as CMEP and NEM13 name it; nil is the utility.
  public var receiver: String?
  /// Whether files of text are compressed, each into one gzip member. The list of exceptions is not,
  /// as people open it; nor is Parquet, whose pages are.
  public var compresses: Bool
  /// Files, and parts of a file that is compressed, that are made at a time. What is written does not
  /// depend on it.
  public var threads: Int

  public init(
    formats: [ExportFormat] = [], receiver: String? = nil, compresses: Bool = false,
    threads: Int = 1
  ) {
    self.formats = formats
    self.receiver = receiver
    self.compresses = compresses
    self.threads = threads
  }

  /// The kinds of files of a batch that a receiver follows, in the manifest's order.
  var kinds: [String] {
    [BatchFile.kind(BatchFile.csvFormat, isCompressed: compresses)]
      + formats.map { BatchFile.kind($0.rawValue, isCompressed: compresses && $0.isText) }
  }
}
