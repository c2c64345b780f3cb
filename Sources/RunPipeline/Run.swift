import AMRSimulation
import BillingExport
import CollectorUpload
import DurableFiles
import HeadEnd
import Metering
import Reporting

/// How a run is carried out; nothing here changes its results.
public struct RunOptions: Sendable {
  /// Of evaluation; the uploads are the same in both.
  public var order: EvaluationOrder = .onDemand
  /// At most this many threads work at the same time.
  public var threads = 1
  /// Whether the distinct uploads are kept as files in the directory `uploads`.
  public var keepsUploads = false
  /// The program's name and version, written into files.
  public var engine = "amr"
  /// The directory for what an interrupted run goes on from, kept whenever a calendar month of the
  /// run is over; nil where a run begins anew. It must be another one than that of the results.
  public var checkpoints: String?

  public init() {}
}

/// Shows how far a run is, and gives up by throwing.
public protocol RunObserver: Sendable {
  /// What the run will cost, before the simulation starts.
  func expect(_ cost: RunCost)
  /// A part of the run begins; `total` pieces of `unit` follow.
  func begin(_ part: String, unit: String, total: Int)
  /// One more piece is under way; called from any thread.
  func advance() throws
  /// Called between steps that are not counted.
  func check() throws
  /// The last part has ended.
  func finish()
}

/// The main job: simulate → head-end → store → billing files → summary.
///
/// Every simulated morning at 06:00 local time the head-end commits what has been delivered, the
/// service level is taken, and days that have been open long enough are closed.
public struct Run {
  /// Hours after midnight at which the head-end commits a batch.
  static let batchHour = 6

  let scenario: Scenario
  private let layout: Layout
  let directory: String
  let options: RunOptions
  let observer: any RunObserver
  let fileSystem: FileSystem
  /// Counts of intake are those before it was begun or resumed, until it has ended.
  var summary = RunSummary()
  var level = ServiceLevel()
  var missed = MissedReads()
  var vans: VanTally
  var milestones: MilestoneReview
  var digest = RunDigest()
  var position = RunPosition()
  /// Whether the run can be resumed by now.
  public internal(set) var hasCheckpoint = false
  private let watch = ContinuousClock()
  /// When it began or was resumed, and the seconds that it had taken by then.
  private var start = ContinuousClock.now
  private var secondsBefore = 0.0

  /// - Parameter directory: must exist; `store`, `billing` and `summary.json` are made in it.
  public init(
    _ scenario: Scenario, layout: Layout, directory: String, options: RunOptions,
    observer: any RunObserver, in fileSystem: FileSystem = .system
  ) {
    self.scenario = scenario
    vans = VanTally(scenario)
    milestones = MilestoneReview(scenario)
    self.layout = layout
    self.directory = directory
    self.options = options
    self.observer = observer
    self.fileSystem = fileSystem
  }

  /// Carries out the run and writes `summary.json` last.
  ///
  /// - Parameter checkpoint: where given, the run that left it in `options.checkpoints` goes on from
  ///   there, and ends with the results that it would have had.
  public mutating func execute(from checkpoint: Checkpoint? = nil) async throws -> RunSummary {
    start = watch.now
    secondsBefore = checkpoint?.seconds.total ?? 0
    let observer = observer
    observer.begin("links", unit: "collectors", total: layout.sites.count)
    var network = try await FixedNetwork(
      scenario, layout: layout, threads: options.threads,
      progress: { _ in try observer.advance() })
    summary.seconds.setUp = seconds(since: start)
    observer.expect(cost(of: network, after: checkpoint))
    var store: ReadStore
    if let checkpoint {
      store = try await resume(checkpoint, &network)
    } else {
      store = try makeStore(network)
    }
    if checkpoint?.isSimulated != true { store = try await simulateAndIngest(&network, store) }
    try await takePacketStatistics(network)
    try await validate(&store)
    try score(store, network)
    try observer.check()
    try await count(store)
    try countService(store, network)
    try await export(store)
    try removeReplaced(store)
    try observer.check()
    describe(network)
    summary.seconds.total = totalSeconds
    summary.peakRSSBytes = peakResidentBytes()
    try fileSystem.writeAtomically(
      Array(summary.json.utf8), to: Path.join(directory, "summary.json"))
    observer.finish()
    return summary
  }

  var storePath: String { Path.join(directory, "store") }

  /// Of the run, with what it had taken when it was interrupted.
  var totalSeconds: Double { secondsBefore + seconds(since: start) }

  private func cost(of network: FixedNetwork, after checkpoint: Checkpoint?) -> RunCost {
    RunCost(
      scenario, modules: layout.territory.count, links: network.linkCount, order: options.order,
      threads: options.threads, daysDone: checkpoint?.mornings ?? 0)
  }

  // MARK: - Simulation and intake

  private func makeStore(_ network: FixedNetwork) throws -> ReadStore {
    let settings = StoreSettings(
      utcOffsetMinutes: scenario.utcOffsetMinutes, utility: scenario.billing.utility,
      windowBeforeDays: scenario.billing.windowBeforeDays,
      windowAfterDays: scenario.billing.windowAfterDays,
      daylightSaving: scenario.billing.daylightSaving)
    let start = settings.clock.startOfDay(scenario.startDate)
    var store = try ReadStore.create(
      at: storePath, settings: settings, registry: Array(network.registry),
      engine: options.engine, timestamp: start, in: fileSystem)
    try store.replaceCollectors(network.receivers, timestamp: start)
    return store
  }

  /// Carries on until every upload has been taken in and every day is closed.
  private mutating func simulateAndIngest(
    _ network: inout FixedNetwork, _ store: consuming ReadStore
  ) async throws -> ReadStore {
    var intake = try Intake(store)
    let clock = scenario.clock
    let observer = observer
    observer.begin(
      "simulate", unit: "collector periods",
      total: (network.periodCount - position.periods) * layout.sites.count)
    // The registry lacks modules that nobody installs.
    let modules = layout.territory.endpointIDs.indices.filter {
      network.history.isInstalled($0, on: scenario.days - 1)
    }
    let options = options
    var ahead: (network: FixedNetwork, result: PeriodResult)?
    while position.mornings < scenario.days || !position.queue.isEmpty {
      let day = scenario.startDate + position.mornings
      let simulationStart = watch.now
      let morning = clock.startOfDay(day + 1) + Int64(Self.batchHour) * 3_600_000
      // All that can arrive before the morning must have been simulated.
      while position.periods < network.periodCount,
        scenario.earliestDelivery(ofPeriod: position.periods) < morning
      {
        let result: PeriodResult
        if let done = ahead {
          (network, result) = done
          ahead = nil
        } else {
          result = try await network.simulateNextPeriod(
            order: options.order, threads: options.threads,
            progress: { _ in try observer.advance() })
        }
        try take(result, network)
        if let day = network.lastCompleteDay, milestones.looks(at: day) {
          milestones.take(day) { network.value(of: $0, on: day) }
        }
        if network.owesMissedDays {
          missed.add(
            try await network.takeMissedDays(
              threads: options.threads, progress: { _ in try observer.check() }))
        }
        position.queue.add(result)
        position.periods += 1
      }
      summary.seconds.simulate += seconds(since: simulationStart)
      let ingestStart = watch.now
      // Much of the intake is the work of one thread. A checkpoint needs the network as it is.
      let goesAhead =
        options.threads > 1 && position.periods < network.periodCount && !isCheckpoint(after: day)
      let now = goesAhead ? network : nil
      async let next = Self.simulateAhead(now, options, observer)
      for (delivery, upload) in position.queue.deliveries(until: morning) {
        try observer.check()
        try intake.take(
          upload,
          source: uploadFileName(collector: delivery.collector, sequence: delivery.sequence),
          receivedAt: delivery.at)
      }
      try await intake.commit(timestamp: morning, threads: options.threads)
      if position.mornings >= 2 && position.mornings < scenario.days {
        let first = position.mornings - 2
        try level.takeMorning(after: day, &intake) {
          network.history.isFixed(modules[$0], on: first)
        }
      }
      try await close(day, morning: morning, &intake)
      position.mornings += 1
      if isCheckpoint(after: day) {
        try await writeCheckpoint(
          &network, intake.store, counts: intake.counts, isSimulated: false)
      }
      summary.seconds.ingest += seconds(since: ingestStart)
      let waitStart = watch.now
      ahead = try await next
      summary.seconds.simulate += seconds(since: waitStart)
    }
    return try await finishIntake(intake, &network)
  }

  /// The next period of a network, and what the network is after it; nil where there is none.
  private static func simulateAhead(
    _ network: FixedNetwork?, _ options: RunOptions, _ observer: any RunObserver
  ) async throws -> (network: FixedNetwork, result: PeriodResult)? {
    guard var network else { return nil }
    let result = try await network.simulateNextPeriod(
      order: options.order, threads: options.threads, progress: { _ in try observer.advance() })
    return (network, result)
  }

  /// Counts the uploads of a period, and keeps them where that is wanted.
  private mutating func take(_ result: PeriodResult, _ network: FixedNetwork) throws {
    summary.receptionsUploaded += result.receptions
    summary.drawsEvaluated += result.drawsEvaluated
    summary.uploads += result.uploads.count
    if let day = result.vans {
      vans.add(day, areas: network.areas)
    }
    for upload in result.uploads {
      digest.add(upload)
      guard options.keepsUploads else { continue }
      let folder = Path.join(directory, "uploads")
      try fileSystem.createDirectories(folder)
      let name = uploadFileName(
        collector: upload.header.collector, sequence: upload.header.sequence)
      try fileSystem.writeAtomically(upload.bytes, to: Path.join(folder, name))
    }
  }

  /// Tells what became of the arrivals at the collectors.
  private mutating func takePacketStatistics(_ network: FixedNetwork) async throws {
    let start = watch.now
    let observer = observer
    summary.packets = PacketSummary(
      try await network.packetStatistics(
        threads: options.threads, progress: { _ in try observer.check() }))
    summary.seconds.simulate += seconds(since: start)
  }

  /// Closes the days that have been open long enough on the morning after `day`.
  private func close(_ day: CivilDay, morning: UTCMilliseconds, _ intake: inout Intake)
    async throws
  {
    let lastDay = scenario.startDate + (scenario.days - 1)
    let due = min(day - scenario.headEnd.closeAfterDays, lastDay)
    guard due >= scenario.startDate else { return }
    try await intake.close(through: due, timestamp: morning, threads: options.threads)
  }

  /// Closes the last days.
  private mutating func finishIntake(
    _ open: consuming Intake, _ network: inout FixedNetwork
  ) async throws -> ReadStore {
    let start = watch.now
    var intake = open
    let clock = scenario.clock
    let end = scenario.startDate + scenario.days
    try await intake.close(
      through: end - 1,
      timestamp: clock.startOfDay(end + scenario.headEnd.closeAfterDays), threads: options.threads)
    let counts = intake.counts
    let store = intake.finish()
    // A run of less than a month is soon done again.
    if hasCheckpoint {
      try await writeCheckpoint(&network, store, counts: counts, isSimulated: true)
    }
    summary.repeatedUploads += counts.repeatedUploads
    summary.quarantined += counts.quarantined
    summary.lateReads += counts.lateReads
    summary.duplicatesRemoved += counts.receptions
    summary.seconds.ingest += seconds(since: start)
    return store
  }

  /// Makes the closed days fit to bill, month by month: each is a commit of its own, so that an
  /// interrupted run goes on with the month where it was.
  private mutating func validate(_ store: inout ReadStore) async throws {
    // A run may have heard nothing.
    guard let first = store.days.first, let closed = store.closedThrough, first <= closed else {
      return
    }
    let start = watch.now
    let observer = observer
    let end = scenario.startDate + scenario.days
    observer.begin(
      "validate", unit: "months",
      total: BillingMonth.count(from: max(first, store.validatedThrough ?? first), to: closed))
    var isUnderWay = false
    _ = try await store.validate(
      timestamp: scenario.clock.startOfDay(end + scenario.headEnd.closeAfterDays),
      threads: options.threads
    ) { _, _ in
      if isUnderWay { try observer.advance() }
      isUnderWay = true
      try observer.check()
    }
    summary.seconds.validate += seconds(since: start)
  }

  /// Counts what validation found, and compares it with what truly happened to the meters.
  private mutating func score(_ store: borrowing ReadStore, _ network: FixedNetwork) throws {
    let opening = Dictionary(
      network.registry.map { ($0.endpoint, $0.lastBilledRead) },
      uniquingKeysWith: { first, _ in first })
    let monthly = Set(network.registry.lazy.filter { $0.service == .monthly }.map(\.endpoint))
    var score = ValidationScore(
      network.meterEvents, isReadMonthly: { monthly.contains($0) },
      mayBeOlder: {
        // Seen at the first read, it may have happened between the last bill and the run.
        $0.rule == .rollover && $0.registerBefore == opening[$0.endpoint]
      })
    let counts = try store.validatedCounts { score.add(month: $0) }
    summary.estimated = counts.estimated
    summary.rejected = counts.rejected
    summary.findings = counts.findings.map { (rule: $0.rawValue, count: $1) }
      .sorted { $0.rule < $1.rule }
    summary.validation = score.scores
  }

  /// Counts what the store holds.
  private mutating func count(_ store: borrowing ReadStore) async throws {
    let start = watch.now
    let observer = observer
    observer.begin("count", unit: "days", total: store.days.count)
    let content = try await store.summary(threads: options.threads) { days in
      for _ in 0..<days { try observer.advance() }
    }
    summary.reads = content.reads
    // Receptions of rejected reads were the best of their slot, too.
    summary.duplicatesRemoved -= content.receivedReads
    summary.storeDigest = content.digestText
    summary.registerSum = content.registerSum
    summary.chronicNonReaders = content.endpointsWithoutRead
    summary.storeBytes = content.byteCount
    summary.coreBytes = content.coreByteCount
    // A day without reads has no files in the store, and is a day of the run all the same.
    let contentByDay = Dictionary(uniqueKeysWithValues: content.days.map { ($0.day, $0) })
    summary.perDay = (0..<scenario.days).map { number in
      let day = scenario.startDate + number
      let reads = contentByDay[day]?.reads ?? 0
      return RunSummary.Day(
        day: day.description, reads: reads, registerSum: contentByDay[day]?.registerSum ?? 0)
    }
    summary.seconds.ingest += seconds(since: start)
  }

  /// Counts which reads are there that were expected.
  private mutating func countService(_ store: borrowing ReadStore, _ network: FixedNetwork) throws {
    let start = watch.now
    var tally = ServiceTally(network)
    try tally.count(store, check: observer.check)
    for (number, figures) in tally.days.enumerated() {
      summary.perDay[number].expected = figures
      summary.perDay[number].states = StateCounts(network.history, on: number)
    }
    summary.expected = tally.total
    summary.areas = tally.areaSummaries(monthly: vans.byArea)
    summary.rollout = RolloutSummary(network)
    summary.missed = missed.summary(reads: tally.total.read)
    summary.vans = vans.summary(openRounds: network.openRoundCount)
    summary.milestones = milestones.outcomes.map(MilestoneSummary.init)
    summary.seconds.ingest += seconds(since: start)
  }

  // MARK: - Billing and summary

  /// Bills every cycle whose scheduled read date lies in the run, month by month.
  private mutating func export(_ store: borrowing ReadStore) async throws {
    let start = watch.now
    let folder = Path.join(directory, "billing")
    // What an interruption left there, such as a file of a name that nobody will give again.
    try fileSystem.removeTree(folder)
    let last = scenario.startDate + (scenario.days - 1)
    let observer = observer
    observer.begin(
      "bill", unit: "months", total: BillingMonth.count(from: scenario.startDate, to: last))
    // A run that was interrupted has other versions of the same store, and the same bills.
    let batches = try await BillingCalendar(
      store, from: scenario.startDate, to: last, namesVersion: false
    )
    .write(
      into: folder, as: ExportSettings(threads: options.threads), in: fileSystem
    ) { try observer.advance() }
    summary.billingFiles = batches.map {
      RunSummary.BillingFile(
        path: Path.join("billing", Path.name($0.csvPath)), format: "csv",
        records: $0.totals.expected, sha256: $0.sha256)
    }
    for batch in batches {
      summary.bills += batch.totals.expected
      summary.billsEstimated += batch.totals.estimated
      summary.billsRead += batch.totals.actual + batch.totals.verified
    }
    summary.seconds.export = seconds(since: start)
  }

  private mutating func describe(_ network: FixedNetwork) {
    summary.scenario = scenario.name
    summary.seed = scenario.seed
    summary.digest = digest.description
    summary.evaluation = options.order.rawValue
    summary.modules = layout.territory.count
    summary.days = scenario.days
    summary.collectors = layout.sites.count
    summary.links = network.linkCount
    summary.linksBeyondValidity = network.linksBeyondValidity
    summary.transmissions = network.transmissions
    summary.readWithin3DaysRate = level.rate
    summary.threads = options.threads
    summary.version = options.engine
  }

  private func seconds(since start: ContinuousClock.Instant) -> Double {
    let elapsed = (watch.now - start).components
    return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
  }
}
