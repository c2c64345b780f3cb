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
      ("vans", vanNode),
      (
        "rounds",
        .array(
          checkpoint.rounds.map {
            .array([
              .integer($0.cycle.rawValue), .integer($0.opened.number), .integer($0.drivenDays),
              .string($0.letters),
            ])
          })
      ),
      (
        "milestones",
        .array(
          checkpoint.milestones.map {
            .array([
              $0.metOn.map { .integer($0.number) } ?? .null, $0.value.map { .double($0) } ?? .null,
              $0.lookedAt.map { .integer($0.number) } ?? .null,
            ])
          })
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

  private var vanNode: JSONNode {
    let vans = checkpoint.vans
    return .object([
      ("shifts", .integer(vans.shifts)), ("kilometres", .double(vans.kilometres)),
      ("hours", .double(vans.hours)), ("rounds", .integer(vans.rounds)),
      (
        "missed",
        .object(MissReason.allCases.map { ($0.name, .integer(vans.missed[$0] ?? 0)) })
      ),
      ("due_by_area", .array(vans.byArea.map { .integer($0.expected) })),
      ("read_by_area", .array(vans.byArea.map { .integer($0.read) })),
    ])
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
      let text = try? CheckpointText(CheckpointMembers(value)), text.bytes == bytes
    else { return nil }
    self = text
  }

  private init(_ value: CheckpointMembers) throws(NoCheckpoint) {
    guard try value.text("format") == Self.format else { throw NoCheckpoint() }
    let checkpoint = Checkpoint(
      identity: .init(
        scenario: try value.text("scenario"), engine: try value.text("engine"),
        evaluation: try value.text("evaluation"), keepsUploads: try value.flag("keeps_uploads")),
      extent: .init(
        modules: try value.integer("modules"), collectors: try value.integer("collectors"),
        links: try value.integer("links")),
      mornings: try value.integer("mornings"), periods: try value.integer("periods"),
      isSimulated: try value.flag("is_simulated"),
      store: StorePoint(
        version: Int64(try value.integer("store_version")),
        sha256: try value.text("store_log_sha256")),
      counts: try value.counts(), digest: try value.digest(),
      level: ServiceLevel(
        met: try value.integer("level_met"), expected: try value.integer("level_expected")),
      missed: MissedReads(
        counts: try value.missed(), received: try value.integer("missed_received")),
      packets: try value.packets(), vans: try value.vans(), rounds: try value.rounds(),
      milestones: try value.milestones(), seconds: try value.seconds(), waiting: [])
    let uploads = UploadsFile(
      name: try value.text("deliveries_file"), byteCount: try value.integer("deliveries_bytes"),
      sha256: try value.text("deliveries_sha256"))
    let deliveries = try value.deliveries()
    self.checkpoint = checkpoint
    self.deliveries = deliveries
    self.uploads = uploads
  }
}

/// What is read is not what this program writes.
private struct NoCheckpoint: Error {}

/// The members of `checkpoint.json`, of which each must be there.
private struct CheckpointMembers {
  private let value: JSON5Value

  init(_ value: JSON5Value) { self.value = value }

  private func found<Value>(_ value: Value?) throws(NoCheckpoint) -> Value {
    guard let value else { throw NoCheckpoint() }
    return value
  }

  func text(_ key: String) throws(NoCheckpoint) -> String { try found(value[key]?.string) }
  func flag(_ key: String) throws(NoCheckpoint) -> Bool { try found(value[key]?.bool) }
  func integer(_ key: String) throws(NoCheckpoint) -> Int {
    Int(try found(value[key]?.integer))
  }

  func counts() throws(NoCheckpoint) -> Checkpoint.Counts {
    Checkpoint.Counts(
      uploads: try integer("uploads"), receptionsUploaded: try integer("receptions_uploaded"),
      drawsEvaluated: try integer("draws_evaluated"),
      repeatedUploads: try integer("repeated_uploads"), receptions: try integer("receptions"),
      quarantined: try integer("quarantined"), lateReads: try integer("late_reads"))
  }

  func digest() throws(NoCheckpoint) -> RunDigest { try found(RunDigest(try text("digest"))) }

  func missed() throws(NoCheckpoint) -> [MissReason: Int] {
    try reasons(found(value["missed_reasons"]))
  }

  private func reasons(_ value: JSON5Value) throws(NoCheckpoint) -> [MissReason: Int] {
    var counts: [MissReason: Int] = [:]
    for reason in MissReason.allCases {
      let count = Int(try found(value[reason.name]?.integer))
      if count > 0 { counts[reason] = count }
    }
    return counts
  }

  func vans() throws(NoCheckpoint) -> VanTally.Sums {
    let value = try found(value["vans"])
    var sums = VanTally.Sums()
    sums.shifts = Int(try found(value["shifts"]?.integer))
    sums.kilometres = try found(value["kilometres"]?.double)
    sums.hours = try found(value["hours"]?.double)
    sums.rounds = Int(try found(value["rounds"]?.integer))
    sums.missed = try reasons(found(value["missed"]))
    let due = try found(value["due_by_area"]?.array)
    let read = try found(value["read_by_area"]?.array)
    guard due.count == read.count else { throw NoCheckpoint() }
    for (due, read) in zip(due, read) {
      sums.byArea.append(
        ReadFigures(
          expected: Int(try found(due.integer)), read: Int(try found(read.integer))))
    }
    return sums
  }

  func rounds() throws(NoCheckpoint) -> [RoundState] {
    var rounds: [RoundState] = []
    for row in try found(value["rounds"]?.array) {
      guard let round = row.array.flatMap(Self.round) else { throw NoCheckpoint() }
      rounds.append(round)
    }
    return rounds
  }

  private static func round(_ fields: [JSON5Value]) -> RoundState? {
    guard fields.count == 4, let number = fields[0].integer,
      let cycle = BillingCycle(rawValue: Int(number)), let opened = fields[1].integer,
      let drivenDays = fields[2].integer, let letters = fields[3].string
    else { return nil }
    return RoundState(
      cycle: cycle, opened: CivilDay(number: Int(opened)), drivenDays: Int(drivenDays),
      letters: letters)
  }

  func milestones() throws(NoCheckpoint) -> [MilestoneReview.State] {
    var states: [MilestoneReview.State] = []
    for row in try found(value["milestones"]?.array) {
      let fields = try found(row.array)
      guard fields.count == 3 else { throw NoCheckpoint() }
      func day(_ field: JSON5Value) -> CivilDay? {
        field.integer.map { CivilDay(number: Int($0)) }
      }
      states.append(
        MilestoneReview.State(
          metOn: day(fields[0]), value: fields[1].double, lookedAt: day(fields[2])))
    }
    return states
  }

  private func integers(_ value: JSON5Value, count: Int) throws(NoCheckpoint) -> [Int] {
    let numbers = value.array?.compactMap(\.integer).map { Int($0) }
    return try found(numbers?.count == count ? numbers : nil)
  }

  func packets() throws(NoCheckpoint) -> PacketCounts? {
    let value = try found(value["packets"])
    if value.isNull { return nil }
    let fates = try integers(value, count: 5)
    var counts = PacketCounts()
    counts.arrivals = fates[0]
    counts.decoded = fates[1]
    counts.lostToNoise = fates[2]
    counts.lostToInterference = fates[3]
    counts.notHeard = fates[4]
    return counts
  }

  func seconds() throws(NoCheckpoint) -> RunSummary.Seconds {
    let list = try found(value["seconds"]?.array?.compactMap(\.double))
    guard list.count == 5 else { throw NoCheckpoint() }
    var seconds = RunSummary.Seconds()
    seconds.setUp = list[0]
    seconds.simulate = list[1]
    seconds.ingest = list[2]
    seconds.validate = list[3]
    seconds.total = list[4]
    return seconds
  }

  func deliveries() throws(NoCheckpoint) -> [Delivery] {
    var deliveries: [Delivery] = []
    for row in try found(value["deliveries"]?.array) {
      let fields = try integers(row, count: 4)
      deliveries.append(
        Delivery(
          at: Int64(fields[0]),
          collector: CollectorID(rawValue: try found(UInt32(exactly: fields[1]))),
          sequence: try found(UInt64(exactly: fields[2])), copy: fields[3]))
    }
    return deliveries
  }
}

extension JSONNode {
  fileprivate static func integer(_ value: Int) -> JSONNode { .int(Int64(value)) }
}
