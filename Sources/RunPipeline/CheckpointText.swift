import AMRSimulation
import Checksums
import CollectorUpload
import HeadEnd
import JSON5
import Metering
import Reporting

/// A checkpoint as `checkpoint.json`, without the uploads that wait, which lie in a file beside it.
///
/// The last member is the SHA-256 of all before it, so that neither a torn file nor one that somebody
/// edited is taken for whole.
struct CheckpointText {
  static let format = "amr-checkpoint/1"

  /// The file of the uploads that wait.
  struct UploadsFile: Sendable, Equatable {
    var name: String
    var byteCount: Int
    /// Of the file, 64 hexadecimal digits.
    var sha256: String
  }

  /// Without uploads.
  var checkpoint: Checkpoint
  /// In order.
  var deliveries: [Delivery]
  var uploads: UploadsFile

  var bytes: [UInt8] {
    let members = members
    let sum = SHA256.hexDigest(Array(JSONNode.object(members).compact.utf8))
    return Array((JSONNode.object(members + [("sha256", .string(sum))]).pretty + "\n").utf8)
  }

  private var members: [(String, JSONNode)] {
    let counts = checkpoint.counts
    let seconds = checkpoint.seconds
    return [
      ("format", .string(Self.format)),
      ("engine", .string(checkpoint.identity.engine)),
      ("evaluation", .string(checkpoint.identity.evaluation)),
      ("keeps_uploads", .bool(checkpoint.identity.keepsUploads)),
      ("modules", .integer(checkpoint.extent.modules)),
      ("collectors", .integer(checkpoint.extent.collectors)),
      ("links", .integer(checkpoint.extent.links)),
      ("mornings", .integer(checkpoint.mornings)), ("periods", .integer(checkpoint.periods)),
      ("is_simulated", .bool(checkpoint.isSimulated)),
      ("store_version", .int(checkpoint.store.version)),
      ("store_log_sha256", .string(checkpoint.store.sha256)),
      ("digest", .string(checkpoint.digest.description)),
      ("uploads", .integer(counts.uploads)),
      ("receptions_uploaded", .integer(counts.receptionsUploaded)),
      ("draws_evaluated", .integer(counts.drawsEvaluated)),
      ("repeated_uploads", .integer(counts.repeatedUploads)),
      ("receptions", .integer(counts.receptions)),
      ("quarantined", .integer(counts.quarantined)),
      ("late_reads", .integer(counts.lateReads)),
      ("level_met", .integer(checkpoint.level.met)),
      ("level_expected", .integer(checkpoint.level.expected)),
      ("missed_received", .integer(checkpoint.missed.received)),
      (
        "missed_reasons",
        .object(
          MissReason.allCases.map { ($0.name, .integer(checkpoint.missed.counts[$0] ?? 0)) })
      ),
      (
        "packets",
        checkpoint.packets.map {
          .array([
            .integer($0.arrivals), .integer($0.decoded), .integer($0.lostToNoise),
            .integer($0.lostToInterference), .integer($0.notHeard),
          ])
        } ?? .null
      ),
      (
        "seconds",
        .array(
          [seconds.setUp, seconds.simulate, seconds.ingest, seconds.validate, seconds.total].map {
            .double($0)
          })
      ),
      (
        "deliveries",
        .array(
          deliveries.map {
            .array([
              .int($0.at), .int(Int64($0.collector.rawValue)), .int(Int64($0.sequence)),
              .integer($0.copy),
            ])
          })
      ),
      ("deliveries_file", .string(uploads.name)),
      ("deliveries_bytes", .integer(uploads.byteCount)),
      ("deliveries_sha256", .string(uploads.sha256)),
      ("scenario", .string(checkpoint.identity.scenario)),
    ]
  }

  init(_ checkpoint: Checkpoint, uploads: UploadsFile) {
    self.checkpoint = checkpoint
    deliveries = checkpoint.waiting.map(\.delivery)
    self.uploads = uploads
    self.checkpoint.waiting = []
  }

  /// - Returns: nil where the bytes are not what this program writes.
  init?(_ bytes: [UInt8]) {
    guard let value = try? JSON5.parse(bytes, source: "checkpoint"),
      let text = CheckpointText(value), text.bytes == bytes
    else { return nil }
    self = text
  }

  private init?(_ value: JSON5Value) {
    func integer(_ key: String) -> Int? { value[key]?.integer.map { Int($0) } }
    func text(_ key: String) -> String? { value[key]?.string }
    func integers(_ value: JSON5Value?, count: Int) -> [Int]? {
      guard let list = value?.array, list.count == count else { return nil }
      let numbers = list.compactMap(\.integer).map { Int($0) }
      return numbers.count == count ? numbers : nil
    }
    guard text("format") == Self.format, let engine = text("engine"),
      let evaluation = text("evaluation"), let keepsUploads = value["keeps_uploads"]?.bool,
      let scenario = text("scenario"), let modules = integer("modules"),
      let collectors = integer("collectors"), let links = integer("links"),
      let mornings = integer("mornings"), let periods = integer("periods"),
      let isSimulated = value["is_simulated"]?.bool, let version = integer("store_version"),
      let log = text("store_log_sha256"), let digest = text("digest").flatMap(RunDigest.init),
      let uploads = integer("uploads"), let receptionsUploaded = integer("receptions_uploaded"),
      let draws = integer("draws_evaluated"), let repeated = integer("repeated_uploads"),
      let receptions = integer("receptions"), let quarantined = integer("quarantined"),
      let late = integer("late_reads"), let met = integer("level_met"),
      let expected = integer("level_expected"), let received = integer("missed_received"),
      let packetsValue = value["packets"], let rows = value["deliveries"]?.array,
      let seconds = value["seconds"]?.array?.compactMap(\.double), seconds.count == 5,
      let file = text("deliveries_file"), let fileBytes = integer("deliveries_bytes"),
      let fileSum = text("deliveries_sha256")
    else { return nil }
    var missed: [MissReason: Int] = [:]
    for reason in MissReason.allCases {
      guard let count = value["missed_reasons"]?[reason.name]?.integer else { return nil }
      if count > 0 { missed[reason] = Int(count) }
    }
    var packets: PacketCounts?
    if !packetsValue.isNull {
      guard let fates = integers(packetsValue, count: 5) else { return nil }
      var counts = PacketCounts()
      (counts.arrivals, counts.decoded, counts.lostToNoise) = (fates[0], fates[1], fates[2])
      (counts.lostToInterference, counts.notHeard) = (fates[3], fates[4])
      packets = counts
    }
    var spent = RunSummary.Seconds()
    (spent.setUp, spent.simulate, spent.ingest) = (seconds[0], seconds[1], seconds[2])
    (spent.validate, spent.total) = (seconds[3], seconds[4])
    deliveries = []
    for row in rows {
      guard let fields = integers(row, count: 4), let collector = UInt32(exactly: fields[1]),
        let sequence = UInt64(exactly: fields[2])
      else { return nil }
      deliveries.append(
        Delivery(
          at: Int64(fields[0]), collector: CollectorID(rawValue: collector), sequence: sequence,
          copy: fields[3]))
    }
    self.uploads = UploadsFile(name: file, byteCount: fileBytes, sha256: fileSum)
    checkpoint = Checkpoint(
      identity: .init(
        scenario: scenario, engine: engine, evaluation: evaluation, keepsUploads: keepsUploads),
      extent: .init(modules: modules, collectors: collectors, links: links), mornings: mornings,
      periods: periods, isSimulated: isSimulated,
      store: StorePoint(version: Int64(version), sha256: log),
      counts: .init(
        uploads: uploads, receptionsUploaded: receptionsUploaded, drawsEvaluated: draws,
        repeatedUploads: repeated, receptions: receptions, quarantined: quarantined,
        lateReads: late),
      digest: digest, level: ServiceLevel(met: met, expected: expected),
      missed: MissedReads(counts: missed, received: received), packets: packets, seconds: spent,
      waiting: [])
  }
}

extension JSONNode {
  fileprivate static func integer(_ value: Int) -> JSONNode { .int(Int64(value)) }
}
