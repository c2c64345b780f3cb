/// One file of a batch, as the manifest describes it.
public struct BatchFile: Sendable, Equatable {
  /// Its name in the batch's directory; that of a compressed file ends with `.gz`.
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

  var isCompressed: Bool { name.hasSuffix(Self.gzipSuffix) }

  /// The format, and whether it is compressed, as a message names them.
  var kind: String { Self.kind(format, isCompressed: isCompressed) }

  static func kind(_ format: String, isCompressed: Bool) -> String {
    isCompressed ? "\(format) with --gzip" : format
  }

  static let gzipSuffix = ".gz"
  static let csvFormat = "csv"
  static let exceptionsFormat = "exceptions"
}
