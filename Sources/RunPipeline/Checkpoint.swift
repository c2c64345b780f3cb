import AMRSimulation
import CollectorUpload
import HeadEnd
import Metering
import Reporting

/// What an interrupted run goes on from: everything that it had gathered on a morning, right after
/// its commit, and that cannot be computed again.
///
/// The simulation itself is a function of counters, so that its place is the number of its periods.
/// The store is taken back to the state that it had; all that was committed after it is done again,
/// and with the same outcome, as though the program had not been interrupted.
public struct Checkpoint: Sendable {
  /// What may not change while a run is interrupted.
  struct Identity: Sendable, Equatable {
    /// As `ScenarioFile` writes it.
    var scenario: String
    /// The program's name and version.
    var engine: String
    /// The order of evaluation, on which counts of draws and packets depend.
    var evaluation: String
    var keepsUploads: Bool
  }

  /// What tells that the files which a scenario names are those of before.
  struct Extent: Sendable, Equatable {
    var modules: Int
    var collectors: Int
    var links: Int
  }

  /// Counts that go on.
  struct Counts: Sendable, Equatable {
    var uploads = 0
    var receptionsUploaded = 0
    var drawsEvaluated = 0
    var repeatedUploads = 0
    /// Valid receptions of known endpoints that were taken in.
    var receptions = 0
    var quarantined = 0
    var lateReads = 0
  }

  var identity: Identity
  var extent: Extent
  /// Mornings that are over: the number of the next day, 0 for the first of the run.
  var mornings: Int
  /// Reporting periods that were simulated.
  var periods: Int
  /// Whether all uploads have been taken in and all days closed.
  var isSimulated: Bool
  var store: StorePoint
  var counts: Counts
  var digest: RunDigest
  var level: ServiceLevel
  var missed: MissedReads
  /// Nil when not every arrival was decided.
  var packets: PacketCounts?
  var vans: VanTally.Sums
  /// Of vans, open.
  var rounds: [RoundState]
  var milestones: [MilestoneReview.State]
  /// Spent so far.
  var seconds: RunSummary.Seconds
  /// What is still under way, in order.
  var waiting: [(delivery: Delivery, upload: Upload)]

  /// The last day of the run that is done; nil where only validation, counting and bills are left.
  public func lastDay(of scenario: Scenario) -> CivilDay? {
    isSimulated || mornings >= scenario.days ? nil : scenario.startDate + (mornings - 1)
  }

  /// Refuses a command that would not go on with the same run.
  ///
  /// - Parameter directory: of the interrupted run, for the message.
  public func check(
    _ scenario: Scenario, _ options: RunOptions, directory: String
  ) throws(CheckpointError) {
    let mending = "give the same command, or --force to begin anew"
    func refuse(_ what: String, _ before: String, _ now: String) throws(CheckpointError) {
      throw CheckpointError(
        "\(directory) holds a run with \(what) \(before), not \(now): \(mending)")
    }
    if let before = try? ScenarioFile.decode(
      text: Array(identity.scenario.utf8), source: directory),
      let difference = ScenarioDifference(before, scenario)
    {
      try refuse(difference.path, difference.one, difference.other)
    }
    let now = Identity(scenario, options)
    if identity.engine != now.engine { try refuse("program", identity.engine, now.engine) }
    if identity.evaluation != now.evaluation {
      try refuse("evaluation", identity.evaluation, now.evaluation)
    }
    if identity.keepsUploads != now.keepsUploads {
      func text(_ keeps: Bool) -> String { keeps ? "kept" : "not kept" }
      try refuse("uploads", text(identity.keepsUploads), text(now.keepsUploads))
    }
    if identity != now { try refuse("scenario", "of another text", "this one") }
  }

  /// Refuses another network, as where a file that the scenario names has changed.
  func check(_ network: FixedNetwork, directory: String) throws(CheckpointError) {
    let now = Extent(network)
    if extent == now { return }
    throw CheckpointError(
      "\(directory) holds a run of \(extent), not \(now): put back the files that the scenario "
        + "names, or give --force to begin anew")
  }
}

extension Checkpoint.Identity {
  init(_ scenario: Scenario, _ options: RunOptions) {
    self.init(
      scenario: ScenarioFile.encode(scenario), engine: options.engine,
      evaluation: options.order.rawValue, keepsUploads: options.keepsUploads)
  }
}

extension Checkpoint.Extent: CustomStringConvertible {
  init(_ network: FixedNetwork) {
    self.init(
      modules: network.territory.count, collectors: network.sites.count, links: network.linkCount)
  }

  var description: String {
    "\(modules) modules, \(collectors) collectors and \(links) links"
  }
}
