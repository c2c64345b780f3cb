import Metering
import Parallel
import PortableMath
import RandomStreams

/// What came of a milestone.
public struct MilestoneOutcome: Sendable, Equatable {
  public enum Verdict: String, CaseIterable, Sendable {
    /// By its date.
    case met
    /// After its date, within the cure period: no penalty is due.
    case cured
    case missed
    /// The run does not reach the days that decide it.
    case open
  }

  public let milestone: Milestone
  public let verdict: Verdict
  /// The day from which on it is met; shares are looked at every seventh day.
  public let metOn: CivilDay?
  /// What the criterion came to on the date, 0…1; nil for an event.
  public let value: Double?

  /// Days from being met to the date; below 0 after it.
  public var marginDays: Int? { metOn.map { milestone.due - $0 } }

  /// What is due, in millions of US dollars.
  public var penaltyMUSD: ClosedRange<Double> {
    verdict == .missed ? milestone.penaltyLowMUSD...milestone.penaltyHighMUSD : 0...0
  }
}

/// Follows the milestones of a scenario through the days of a run.
///
/// A share is looked at on the milestone's date and on every seventh day before and after it, up to
/// the end of the cure period.
public struct MilestoneReview: Sendable {
  static let daysBetween = 7

  /// What is known of one milestone.
  private struct Record: Sendable {
    let milestone: Milestone
    var metOn: CivilDay?
    var value: Double?
    /// Of a share: the last day on which it was looked at.
    var lookedAt: CivilDay?

    /// The last day on which being met avoids the penalty.
    var lastDay: CivilDay { milestone.due + milestone.cureDays }
  }

  private var records: [Record]

  /// Events are decided at once, by draws of their own.
  public init(_ scenario: Scenario) {
    records = scenario.milestones.enumerated().map { number, milestone in
      var record = Record(milestone: milestone)
      if milestone.criterion == .event {
        let draws = RandomStream(seed: scenario.seed, .milestone, entity: UInt32(number)).words(0)
        let isOnTime = unit(draws.x) < milestone.onTimeProbability
        let delay = isOnTime ? 0 : -naturalLogarithm(unit(draws.y)) * milestone.delayDays
        record.metOn = milestone.planned + Int(min(delay, 100_000).rounded(.up))
      }
      return record
    }
  }

  // MARK: - Interruptions

  /// What is known of one milestone so far.
  public struct State: Sendable, Equatable {
    public let metOn: CivilDay?
    public let value: Double?
    public let lookedAt: CivilDay?

    public init(metOn: CivilDay?, value: Double?, lookedAt: CivilDay?) {
      self.metOn = metOn
      self.value = value
      self.lookedAt = lookedAt
    }
  }

  /// What is known of each milestone, in the order of the scenario.
  public var states: [State] {
    records.map { State(metOn: $0.metOn, value: $0.value, lookedAt: $0.lookedAt) }
  }

  /// Takes over what a review of the same scenario knew.
  public mutating func restore(_ states: [State]) {
    for (index, state) in zip(records.indices, states) {
      records[index].metOn = state.metOn
      records[index].value = state.value
      records[index].lookedAt = state.lookedAt
    }
  }

  // MARK: - Days

  /// Whether anything is to be looked at on a day.
  public func looks(at day: CivilDay) -> Bool { records.contains { Self.looks(at: day, $0) } }

  private static func looks(at day: CivilDay, _ record: Record) -> Bool {
    guard record.milestone.criterion != .event, day <= record.lastDay else { return false }
    // Once it is met on its date or later, nothing can change that.
    if day > record.milestone.due, record.metOn != nil { return false }
    return (record.milestone.due - day) % daysBetween == 0
  }

  /// Takes a day that is over; they come in order.
  ///
  /// - Parameter value: what a criterion comes to on the day.
  public mutating func take(_ day: CivilDay, value: (Milestone) -> Double) {
    for index in records.indices where Self.looks(at: day, records[index]) {
      let reached = value(records[index].milestone)
      records[index].lookedAt = day
      if day == records[index].milestone.due { records[index].value = reached }
      if reached < records[index].milestone.atLeast {
        records[index].metOn = nil
      } else if records[index].metOn == nil {
        records[index].metOn = day
      }
    }
  }

  /// What came of each milestone, as far as the days that were taken tell.
  public var outcomes: [MilestoneOutcome] {
    records.map { record in
      let verdict: MilestoneOutcome.Verdict
      let isDecided =
        record.milestone.criterion == .event || record.value != nil
        || (record.lookedAt.map { $0 > record.milestone.due } ?? false)
      if !isDecided {
        verdict = .open
      } else if let metOn = record.metOn {
        verdict =
          metOn <= record.milestone.due ? .met : metOn <= record.lastDay ? .cured : .missed
      } else {
        let end = record.lookedAt.map { $0 + Self.daysBetween > record.lastDay } ?? false
        verdict = end ? .missed : .open
      }
      return MilestoneOutcome(
        milestone: record.milestone, verdict: verdict,
        metOn: isDecided ? record.metOn : nil, value: record.value)
    }
  }
}

extension FixedNetwork {
  /// Days of receptions that a criterion looks at: the day and the two before.
  static let criterionDays = 3

  /// What a milestone's criterion comes to at the end of a day of the run, 0…1, as far as the days
  /// that were simulated last tell; 0 where nothing counts.
  public func value(of milestone: Milestone, on day: CivilDay) -> Double {
    let number = day - scenario.startDate
    let classIndex = scenario.moduleClasses.firstIndex { $0.name == milestone.moduleClass }
    let isRead = received.recent(number - Self.criterionDays + 1...number)
    var (counted, reached) = (0, 0)
    for module in 0..<territory.count
    where classIndex == nil || Int(territory.classIndices[module]) == classIndex {
      // Work of a day counts from the midnight after it.
      let isInstalled = history.isInstalled(module, on: number + 1)
      switch milestone.criterion {
      case .event: break
      case .installedShare:
        counted += 1
        if isInstalled { reached += 1 }
      case .fixedReadShare:
        guard isInstalled else { continue }
        counted += 1
        if history.isFixed(module, on: number), isRead(module) { reached += 1 }
      case .readWithin3Days:
        guard history.isFixed(module, on: number - Self.criterionDays + 1) else { continue }
        counted += 1
        if isRead(module) { reached += 1 }
      }
    }
    return counted == 0 ? 0 : Double(reached) / Double(counted)
  }

  /// Reviews the milestones of the scenario, simulating only the days that a criterion looks at, and
  /// of these who is received and no more.
  ///
  /// Days up to the date of a milestone are left out unless they are needed for another one, so that a
  /// share that is met on its date counts as met on it.
  public mutating func reviewMilestones(
    order: EvaluationOrder, threads: Int, progress: @escaping Progress
  ) async throws -> [MilestoneOutcome] {
    var review = MilestoneReview(scenario)
    let shares = scenario.milestones.filter { $0.criterion != .event }
    let end = scenario.startDate + scenario.days
    for day in Set(shares.flatMap { $0.reviewDays }).sorted()
    where day >= scenario.startDate && day < end && review.looks(at: day) {
      if shares.contains(where: { $0.criterion != .installedShare }) {
        let number = day - scenario.startDate
        for heard in max(0, number - Self.criterionDays + 1)...number
        where !received.hasRecent(heard) {
          try await hear(day: heard, order: order, threads: threads, progress: progress)
        }
      }
      let network = self
      review.take(day) { network.value(of: $0, on: day) }
    }
    return review.outcomes
  }

  /// Finds who is received on a day, for what is told of the latest days only.
  mutating func hear(
    day: Int, order: EvaluationOrder, threads: Int, progress: @escaping Progress
  ) async throws {
    if order == .onDemand && scenario.needsCensus { throw EvaluationError.needsCensus }
    let onAir = OnAir(history, modules: territory.count, day: day)
    let periods = 24 / scenario.backhaul.uploadPeriodH
    let (network, history) = (self, history)
    let working = sites.indices.filter { history.isBuilt($0, on: day) }
    let counter = ProgressCounter(progress)
    for number in day * periods..<(day + 1) * periods {
      let period = ReportingPeriod(number: number, hours: scenario.backhaul.uploadPeriodH)
      let heard = try await parallelMap(count: working.count, threads: threads) { index in
        try counter.advance()
        let collector = working[index]
        return network.receptions(collector: collector, period: period, onAir: onAir, order: order)
          .receptions.map { network.links[collector].endpoints[$0.link] }
      }
      received.add(heard.joined(), day: day, isOwed: false)
    }
  }
}

extension Milestone {
  /// Its date, and the days of the cure period on which it is looked at again.
  fileprivate var reviewDays: [CivilDay] {
    stride(from: 0, through: cureDays, by: MilestoneReview.daysBetween).map { due + $0 }
  }
}
