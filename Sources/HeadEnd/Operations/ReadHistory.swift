import Metering
import Parallel
import VEE

/// One version of a read, for whoever asks how it came about.
public struct ReadVersion: Sendable, Equatable {
  public let day: CivilDay
  /// Counts up from 1; the highest of a day is current.
  public let version: Int
  /// Dial counts.
  public let register: Int64
  /// When the register showed it.
  public let readAt: UTCMilliseconds
  public let quality: Quality
  /// Nil for the first reception that came in time.
  public let reason: ReadReason?
  public let source: ReadSource
  /// Who received it, and how loud in dBm; nil where nobody did.
  public let collector: CollectorID?
  public let rssiDbm: Int?
  /// What the person who entered it said.
  public let note: String?
}

/// Something that validation noticed.
public struct EndpointFinding: Sendable, Equatable {
  public let endpoint: EndpointID
  public let rule: VEEFlag
  public let firstDay: CivilDay
  public let lastDay: CivilDay
  /// In counts, where it is about registers.
  public let registerBefore: Int64?
  public let registerAfter: Int64?
  /// How much may be billed wrongly for it, in the commodity's unit.
  public let units: Int64
  /// The other endpoint, of two whose meters are interchanged.
  public let partner: EndpointID?

  init(_ finding: Finding) {
    endpoint = EndpointID(rawValue: finding.endpoint)
    rule = finding.flag
    firstDay = finding.firstDay
    lastDay = finding.lastDay
    registerBefore = finding.before
    registerAfter = finding.after
    units = finding.units
    partner = finding.partner.map { EndpointID(rawValue: $0) }
  }
}

/// All that a store knows of one endpoint.
public struct ReadHistory: Sendable {
  /// Its rows of the registry, in order of time.
  public let service: [ServicePoint]
  /// By day, then by version.
  public let versions: [ReadVersion]
  /// By day.
  public let findings: [EndpointFinding]
}

extension ReadStore {
  /// Every version of every read of an endpoint within some days, and what validation noticed.
  ///
  /// - Throws: ``HeadEndError/badInput(_:)`` for an endpoint that the registry does not know.
  public func history(
    of endpoint: EndpointID, from first: CivilDay? = nil, through last: CivilDay? = nil,
    threads: Int
  ) async throws -> ReadHistory {
    let service = registry.filter { $0.endpoint == endpoint }
    if service.isEmpty {
      throw HeadEndError.badInput(
        "\(directory): the registry has no endpoint \(endpoint.rawValue); what was received of it is "
          + "in the table quarantine")
    }
    func isWanted(_ day: CivilDay) -> Bool { day >= first ?? day && day <= last ?? day }
    let slots = days.filter(isWanted).map { slot($0) }
    let versions = try await parallelMap(count: slots.count, threads: threads) { number in
      try slots[number].history(of: endpoint)
    }
    var findings = try findings().filter { $0.endpoint == endpoint && isWanted($0.lastDay) }
    findings.sort { ($0.firstDay, $0.rule.rawValue) < ($1.firstDay, $1.rule.rawValue) }
    return ReadHistory(
      service: service, versions: versions.flatMap { $0 }, findings: findings)
  }
}

extension ReadStore {
  /// Everything that validation noticed, in no particular order.
  public func findings() throws(HeadEndError) -> [EndpointFinding] {
    var findings: [EndpointFinding] = []
    for file in files(of: .findings) {
      findings += try FindingsTable.findings(file.open()).map { EndpointFinding($0.0) }
    }
    return findings
  }
}

extension StoredSlot {
  fileprivate func history(of endpoint: EndpointID) throws(HeadEndError) -> [ReadVersion] {
    var versions: [ReadVersion] = []
    for file in files {
      let opened = try file.file.open()
      let ids = try opened.integers("endpoint_id")
      let wanted = ids.indices.filter { ids[$0] == Int64(endpoint.rawValue) }
      if wanted.isEmpty { continue }
      let rows = try ReadRows(opened, day: nil)
      let days = try opened.integers("day")
      let notes = try opened.texts("note")
      for row in wanted where days[row] == Int64(day.number) {
        let read = rows.reads[row]
        versions.append(
          ReadVersion(
            day: day, version: Int(read.version), register: Int64(read.register),
            readAt: read.stamp, quality: read.quality, reason: read.reason, source: read.source,
            collector: read.reception.map { CollectorID(rawValue: $0.collector) },
            rssiDbm: read.reception.map { Int($0.rssiDbm) }, note: notes[row]))
      }
    }
    return versions.sorted { $0.version < $1.version }
  }
}
