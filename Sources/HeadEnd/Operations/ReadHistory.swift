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
    let files = files(of: .reads).filter { file in
      slotIndex.days(of: file.dataFile).contains { isWanted(CivilDay(number: $0)) }
    }
    let found = try await parallelMap(count: files.count, threads: threads) { number in
      try files[number].history(of: endpoint)
    }
    let versions = found.flatMap { $0 }.filter { isWanted($0.day) }
      .sorted { ($0.day, $0.version) < ($1.day, $1.version) }
    var findings = try findings().filter { $0.endpoint == endpoint && isWanted($0.lastDay) }
    findings.sort { ($0.firstDay, $0.rule.rawValue) < ($1.firstDay, $1.rule.rawValue) }
    return ReadHistory(
      service: service, versions: versions, findings: findings)
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

extension LiveFile {
  /// The versions of an endpoint's reads in the file, in its order.
  fileprivate func history(of endpoint: EndpointID) throws(HeadEndError) -> [ReadVersion] {
    var versions: [ReadVersion] = []
    for group in try open().groups {
      let ids = try group.integers("endpoint_id")
      let wanted = ids.indices.filter { ids[$0] == Int64(endpoint.rawValue) }
      if wanted.isEmpty { continue }
      let rows = try ReadRows(group, day: nil)
      let days = try group.integers("day")
      let notes = try group.texts("note")
      for row in wanted {
        let read = rows.reads[row]
        versions.append(
          ReadVersion(
            day: CivilDay(number: Int(days[row])), version: Int(read.version),
            register: Int64(read.register), readAt: read.stamp, quality: read.quality,
            reason: read.reason, source: read.source,
            collector: read.reception.map { CollectorID(rawValue: $0.collector) },
            rssiDbm: read.reception.map { Int($0.rssiDbm) }, note: notes[row]))
      }
    }
    return versions
  }
}
