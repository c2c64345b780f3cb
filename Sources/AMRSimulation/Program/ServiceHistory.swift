import Metering
import PortableMath
import RadioModel
import RandomStreams

/// In which state a module is on a day: exactly one.
public enum ServiceState: String, Sendable, CaseIterable {
  case notInstalled = "not_installed"
  /// Installed, and not served by the fixed network: read by vans, where there are any.
  case mobile
  /// Served by the fixed network.
  case fixed
  /// Out of order at the end of the day.
  case failed
}

/// What a rollout makes of a territory, day by day: which modules are installed, which collectors
/// built, whom the fixed network serves, and who is out of order.
///
/// Work of a day counts from the midnight after it, so that a day has one state. Days count from
/// the run's first, 0.
public struct ServiceHistory: Sendable {
  /// First day in service of each module, 0 or less before the run, `never` for those that nobody
  /// installs in its time; empty where all are there before.
  private let installed: [Int32]
  /// First day on which the fixed network serves each area, as of `installed`; empty where it serves
  /// all from the start.
  private let converted: [Int32]
  private let areaOfModule: [UInt16]
  /// Whether each module waits for the tone of a van, so that it is never served by the fixed network;
  /// empty where none does.
  private let waiting: [Bool]
  /// First day on which each collector works; empty where all do from the start.
  private let built: [Int32]
  let failures: ModuleFailures
  private let count: Int

  static let never = Int32.max

  /// The history of a run.
  ///
  /// - Parameters:
  ///   - sites: the collectors, in the order of the network.
  ///   - waiting: whether each module waits for the tone of a van; empty where none does.
  init(
    _ scenario: Scenario, territory: Territory, areas: Areas, sites: [CollectorSite],
    waiting: [Bool], threads: Int
  )
    async throws
  {
    count = territory.count
    self.waiting = waiting
    areaOfModule = areas.ofModule
    installed = Self.installations(scenario, territory: territory, areas: areas)
    built = Self.constructions(scenario, areas: areas, sites: sites)
    converted =
      built.isEmpty
      ? [] : Self.conversions(scenario, areas: areas, sites: sites, built: built)
    failures = try await ModuleFailures(
      scenario, endpointIDs: territory.endpointIDs, installed: installed, threads: threads)
  }

  /// The first day in service of a module; 0 or less where it is there before the run.
  func installedDay(_ module: Int) -> Int32 { installed.isEmpty ? .min : installed[module] }

  /// The first day on which the fixed network serves a module.
  func convertedDay(_ module: Int) -> Int32 {
    if !waiting.isEmpty && waiting[module] { return Self.never }
    let area = converted.isEmpty ? .min : converted[Int(areaOfModule[module])]
    return max(area, installedDay(module))
  }

  /// Whether a collector works on a day.
  func isBuilt(_ collector: Int, on day: Int) -> Bool {
    built.isEmpty || Int(built[collector]) <= day
  }

  /// The first day of the run on which a collector works; at or after `days` where it does not.
  func builtDay(_ collector: Int) -> Int { built.isEmpty ? 0 : max(0, Int(built[collector])) }

  public func state(_ module: Int, on day: Int) -> ServiceState {
    if Int(installedDay(module)) > day { return .notInstalled }
    let end = Int64(day + 1) * Ticks.perDay
    if failures[module].contains(where: { $0.ticks.contains(end - 1) }) { return .failed }
    return isFixed(module, on: day) ? .fixed : .mobile
  }

  public func isInstalled(_ module: Int, on day: Int) -> Bool { Int(installedDay(module)) <= day }

  /// Whether a read is due from the fixed network on a day, be the module in order or not.
  public func isFixed(_ module: Int, on day: Int) -> Bool { Int(convertedDay(module)) <= day }

  /// Modules from which the fixed network owes a read on a day.
  public func fixedCount(on day: Int) -> Int {
    isUneventful ? count : (0..<count).count { isFixed($0, on: day) }
  }

  /// Modules by their state on a day.
  public func states(on day: Int) -> [ServiceState: Int] {
    var states: [ServiceState: Int] = [:]
    for module in 0..<count { states[state(module, on: day), default: 0] += 1 }
    return states
  }

  /// When a module is on the air: stretches of ticks, ascending.
  func onAir(_ module: Int) -> [Range<Int64>] {
    let installed = installedDay(module)
    if installed == Self.never { return [] }
    var begin = installed <= 0 ? Int64.min : Int64(installed) * Ticks.perDay
    var stretches: [Range<Int64>] = []
    for outage in failures[module] {
      stretches.append(begin..<max(begin, outage.ticks.lowerBound))
      begin = outage.ticks.upperBound
    }
    if begin < .max { stretches.append(begin..<Int64.max) }
    return stretches
  }

  /// Whether every module is installed, served by the fixed network and in order all the time.
  var isUneventful: Bool {
    installed.isEmpty && converted.isEmpty && failures.isEmpty && waiting.isEmpty
  }

  // MARK: - Work

  private static func limit(_ scenario: Scenario) -> CivilDay {
    scenario.startDate + (scenario.days - 1)
  }

  /// The day after a piece of work; `never` for what is not done in the run's time.
  private static func dayAfter(_ work: CivilDay, _ scenario: Scenario) -> Int32 {
    work > limit(scenario) ? never : Int32(clamping: work + 1 - scenario.startDate)
  }

  private static func installations(_ scenario: Scenario, territory: Territory, areas: Areas)
    -> [Int32]
  {
    let rollout = scenario.rollout
    guard rollout.crews > 0 else { return [] }
    var members: [[Int]] = areas.list.map { _ in [] }
    for module in 0..<territory.count { members[Int(areas.ofModule[module])].append(module) }
    let order = areas.buildingOrder.flatMap { members[$0] }
    let days = WorkSchedule(
      seed: scenario.seed, .installation, from: rollout.installFrom,
      perDay: Double(rollout.crews) * rollout.installsPerCrewDay,
      spread: rollout.productivitySpread
    ).days(count: order.count, limit: limit(scenario))
    var installed = [Int32](repeating: never, count: territory.count)
    for (module, day) in zip(order, days) {
      let draws = RandomStream(
        seed: scenario.seed, .siteAccess, entity: territory.endpointIDs[module]
      ).words(0)
      var day = day
      if unit(draws.x) < rollout.noAccessShare {
        let wait = -naturalLogarithm(unit(draws.y)) * rollout.returnDays
        day = workday(from: day + 1 + Int(min(wait, 100_000)))
      }
      installed[module] = dayAfter(day, scenario)
    }
    return installed
  }

  private static func constructions(_ scenario: Scenario, areas: Areas, sites: [CollectorSite])
    -> [Int32]
  {
    let rollout = scenario.rollout
    guard rollout.collectorsPerDay > 0 else { return [] }
    var rank = [Int](repeating: 0, count: areas.list.count)
    for (place, area) in areas.buildingOrder.enumerated() { rank[area] = place }
    // What stands beside all areas is built last.
    let order = sites.indices.sorted {
      func key(_ site: Int) -> (Int, Int) {
        (areas.place(x: sites[site].x, y: sites[site].y).map { rank[$0] } ?? rank.count, site)
      }
      return key($0) < key($1)
    }
    let days = WorkSchedule(
      seed: scenario.seed, .construction, from: rollout.buildFrom,
      perDay: rollout.collectorsPerDay, spread: rollout.productivitySpread
    ).days(count: order.count, limit: limit(scenario))
    var built = [Int32](repeating: never, count: sites.count)
    for (site, day) in zip(order, days) { built[site] = dayAfter(day, scenario) }
    return built
  }

  /// An area is served some time after its last collector; one without a collector never is.
  private static func conversions(
    _ scenario: Scenario, areas: Areas, sites: [CollectorSite], built: [Int32]
  ) -> [Int32] {
    var last = [Int32?](repeating: nil, count: areas.list.count)
    for (site, day) in zip(sites, built) {
      guard let area = areas.place(x: site.x, y: site.y) else { continue }
      last[area] = max(last[area] ?? .min, day)
    }
    return last.map { day in
      guard let day, day != never else { return never }
      let served = day + Int32(scenario.rollout.commissioningDays)
      return Int(served) < scenario.days ? served : never
    }
  }
}
