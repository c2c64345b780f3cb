import AMRSimulation
import JSON5
import Reporting
import RunPipeline

/// A scenario's network as it is simulated, period by period, with the figures so far.
struct SimulationRun {
  let scenario: Scenario
  let threads: Int
  private(set) var network: FixedNetwork
  private(set) var figures: SimulationFigures
  private let order: EvaluationOrder
  private let bar: ProgressBar
  private var nextPeriod = 0

  /// Sets up the network of the scenario with the command's `--threads` and `--census`.
  init(_ arguments: ParsedArguments, scenario: Scenario, bar: ProgressBar) async throws {
    self.scenario = scenario
    self.bar = bar
    threads = arguments.threads
    order = arguments.flag(.census) ? .census : scenario.evaluationOrder
    let layout = try await Layout(files: scenario, threads: threads)
    bar.begin("find links", unit: "collectors", total: Int64(layout.sites.count))
    network = try await FixedNetwork(
      scenario, layout: layout, threads: threads,
      progress: Self.advance(bar))
    figures = SimulationFigures(network)
    bar.begin(
      "simulate", unit: "uploads", total: Int64(network.periodCount * layout.sites.count))
  }

  /// Simulates the next reporting period; nil when the run is over.
  mutating func next() async throws -> PeriodResult? {
    guard nextPeriod < network.periodCount else {
      bar.finish()
      return nil
    }
    nextPeriod += 1
    let result = try await network.simulateNextPeriod(
      order: order, threads: threads, progress: Self.advance(bar))
    figures.add(result)
    figures.openRounds = network.openRoundCount
    if network.owesMissedDays {
      figures.missed.add(
        try await network.takeMissedDays(
          threads: threads, progress: { _ in try Interrupt.check() }))
    }
    return result
  }

  /// Completes the figures after the last period.
  mutating func takePacketStatistics() async throws {
    figures.packets = PacketSummary(
      try await network.packetStatistics(
        threads: threads, progress: { _ in try Interrupt.check() }))
  }

  /// The instant up to which the deliveries of all periods so far are complete.
  var deliveriesCompleteUntil: Int64 {
    nextPeriod < network.periodCount ? scenario.earliestDelivery(ofPeriod: nextPeriod) : .max
  }

  private static func advance(_ bar: ProgressBar) -> FixedNetwork.Progress {
    { _ in
      try Interrupt.check()
      bar.advance()
    }
  }
}

/// What a simulation did, as figures that depend on the scenario alone; only the draws evaluated and
/// the precision of what became of packets depend on the order of evaluation as well.
struct SimulationFigures {
  let scenario: String
  let seed: UInt64
  let modules: Int
  let days: Int
  let collectors: Int
  let links: Int
  let linksBeyondValidity: Int
  /// Frames that the modules sent, evaluated or not.
  let transmissions: Int
  private(set) var digest = RunDigest()
  private(set) var drawsEvaluated = 0
  /// Over all uploads, repeats not counted.
  private(set) var receptionsUploaded = 0
  /// Repeats not counted.
  private(set) var uploads = 0
  var packets = PacketSummary()
  /// Why modules were received by nobody on days of the run.
  var missed = MissedReads()
  /// What vans did.
  private var vans: VanTally
  private let areas: Areas
  /// Nil where all is there before the run.
  private let rollout: RolloutSummary?
  var openRounds = 0
  /// Reads that the fixed network owed.
  private var expected = 0

  init(_ network: FixedNetwork) {
    scenario = network.scenario.name
    seed = network.scenario.seed
    modules = network.territory.count
    days = network.scenario.days
    collectors = network.sites.count
    links = network.linkCount
    linksBeyondValidity = network.linksBeyondValidity
    transmissions = network.transmissions
    vans = VanTally(network.scenario)
    areas = network.areas
    rollout = RolloutSummary(network)
    expected = (0..<days).reduce(0) { $0 + network.history.fixedCount(on: $1) }
  }

  mutating func add(_ result: PeriodResult) {
    for upload in result.uploads { digest.add(upload) }
    drawsEvaluated += result.drawsEvaluated
    receptionsUploaded += result.receptions
    uploads += result.uploads.count
    if let day = result.vans { vans.add(day, areas: areas) }
  }

  /// The first part of every summary, as members of a JSON object.
  var members: [(String, JSONNode)] {
    [
      ("scenario", .string(scenario)), ("seed", .int(Int64(clamping: seed))),
      ("digest", .string(digest.description)),
    ] + counts.map { ($0.name, .int(Int64($0.value))) }
      + [
        ("packets", packets.node), ("reads_expected", .int(Int64(expected))),
        ("missed_reads", missed.summary.node),
        ("vans", vans.summary(openRounds: openRounds)?.node ?? .null),
        ("rollout", rollout?.node ?? .null),
      ]
  }

  /// The same for people.
  var text: String {
    var table = TextTable(columns: [.init(title: "figure"), .init(title: "value")])
    for (name, value) in counts {
      let words = name.split(separator: "_").joined(separator: " ")
      table.add([.text(words), .integer(Int64(value))])
    }
    for (name, value) in packetRows(packets) + missedRows(missed.summary, expected: expected) {
      table.add([.text(name), value])
    }
    return "scenario \(scenario), seed \(seed), digest \(digest)\n" + table.text
      + vanText(vans.summary(openRounds: openRounds)) + rolloutText(rollout)
  }

  private var counts: [(name: String, value: Int)] {
    [
      ("modules", modules), ("days", days), ("collectors", collectors), ("links", links),
      ("links_beyond_validity", linksBeyondValidity),
      ("transmissions", transmissions), ("draws_evaluated", drawsEvaluated),
      ("receptions_uploaded", receptionsUploaded), ("uploads", uploads),
    ]
  }
}
