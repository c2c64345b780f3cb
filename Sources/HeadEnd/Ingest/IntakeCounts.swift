/// What a head-end has taken in since it started.
public struct IntakeCounts: Sendable, Equatable {
  /// Uploads whose records were taken in.
  public internal(set) var uploads = 0
  /// Uploads that had been taken in before.
  public internal(set) var repeatedUploads = 0
  /// Valid receptions of known endpoints.
  public internal(set) var receptions = 0
  /// Receptions, and whole uploads or damaged places, that were refused, by reason.
  public internal(set) var quarantinedByReason: [QuarantineReason: Int] = [:]
  /// Receptions that left quarantine because the registry has got their endpoint.
  public internal(set) var released = 0
  /// Reads of closed slots that became new versions.
  public internal(set) var lateReads = 0

  /// All that was refused.
  public var quarantined: Int { quarantinedByReason.values.reduce(0, +) }
}

/// What became of an upload.
public enum UploadVerdict: Sendable, Equatable {
  case taken
  /// It had been taken in before.
  case repeated
  /// It is in quarantine as a whole, and may be offered again; `message` says what is wrong and
  /// how to mend it.
  case refused(QuarantineReason, message: String)
}
