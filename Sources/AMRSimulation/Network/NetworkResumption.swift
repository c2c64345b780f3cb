import Metering

extension FixedNetwork {
  /// The fate of every arrival of the periods so far; nil when not every arrival was decided.
  public var packetsSoFar: PacketCounts? { counted }

  /// Reporting periods of a day.
  private var periodsPerDay: Int { 24 / scenario.backhaul.uploadPeriodH }

  /// Brings a network that was just made to where another one of the same scenario and layout was when
  /// it had simulated so many periods and told of all days that were complete.
  ///
  /// Everything of a network is a function of counters but what it has gathered: registers go from day
  /// to day, and the periods of a day that is not complete
  /// are simulated again, which gives the modules that were received on it.
  ///
  /// - Parameters:
  ///   - packets: `packetsSoFar` of the other network.
  ///   - rounds: `roundsSoFar` of the other network.
  ///   - progress: called with the number of days that registers have gone on.
  /// - Throws: `EvaluationError.otherRounds` where the rounds are not those of such a network.
  public mutating func skip(
    periods: Int, packets: PacketCounts?, rounds: [RoundState], order: EvaluationOrder,
    threads: Int, progress: @escaping Progress
  ) async throws {
    precondition(nextPeriod == 0 && (0...periodCount).contains(periods))
    guard periods > 0 else { return }
    let latestDay = (periods - 1) / periodsPerDay
    while book.day - scenario.startDate < latestDay {
      try await book.advance(threads: threads)
      try progress(book.day - scenario.startDate)
    }
    let wholeDays = periods / periodsPerDay
    if !(fleet?.restore(rounds, nextDay: wholeDays, history) ?? rounds.isEmpty) {
      throw EvaluationError.otherRounds
    }
    // A criterion of tomorrow looks at these days, too.
    if scenario.milestones.contains(where: { $0.criterion != .event }) {
      for day in max(0, wholeDays - Self.criterionDays + 1)..<wholeDays {
        try await hear(day: day, order: order, threads: threads) { _ in try progress(latestDay) }
      }
    }
    nextPeriod = periods - periods % periodsPerDay
    while nextPeriod < periods {
      _ = try await simulateNextPeriod(order: order, threads: threads) { _ in
        try progress(latestDay)
      }
    }
    counted = packets
  }

  /// What the vans' open rounds had gathered when the latest complete day was over.
  public var roundsSoFar: [RoundState] {
    fleet?.state(beforeLatestDay: nextPeriod % periodsPerDay > 0) ?? []
  }
}
