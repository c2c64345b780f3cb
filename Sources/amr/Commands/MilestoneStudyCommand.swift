import AMRSimulation
import DurableFiles
import JSON5
import Reporting
import RunPipeline

/// `amr run --seeds N`: what becomes of the milestones over many seeds.
func studyMilestones(_ arguments: ParsedArguments, _ scenario: Scenario) async throws -> ExitCode {
  guard !scenario.milestones.isEmpty else {
    throw CommandFailure(
      "\(scenario.name) has no milestones; expected some, which --seeds is about", .badData)
  }
  let seeds = arguments.integer(.seeds) ?? 1
  let bar = ProgressBar(isQuiet: arguments.flag(.quiet))
  defer { bar.finish() }
  bar.begin("review milestones", unit: "seeds", total: Int64(seeds))
  var outcomes: [[MilestoneSummary]] = []
  for number in 0..<seeds {
    var seeded = scenario
    seeded.seed = scenario.seed &+ UInt64(number)
    outcomes.append(
      try await MilestoneStudy.outcomes(
        seeded, threads: arguments.threads, readFile: { try FileSystem.system.readFile($0) },
        check: { try Interrupt.check() }))
    bar.advance()
  }
  bar.finish()
  let odds = MilestoneStudy.odds(scenario, outcomes)
  if arguments.flag(.json) {
    let node = JSONNode.object([
      ("scenario", .string(scenario.name)), ("first_seed", .int(Int64(clamping: scenario.seed))),
      ("seeds", .int(Int64(seeds))), ("milestones", .array(odds.map(\.node))),
    ])
    try Terminal.write(node.pretty + "\n", to: .output)
  } else if !arguments.flag(.quiet) {
    try Terminal.write(text(scenario, odds, seeds: seeds), to: .output)
  }
  return .done
}

private func text(_ scenario: Scenario, _ odds: [MilestoneOdds], seeds: Int) -> String {
  func percent(_ share: MilestoneOdds.Share) -> TextTable.Cell {
    func shown(_ value: Double) -> String { Numerals.fixed(value * 100, digits: 1) }
    return .text(
      "\(shown(share.value)) (\(shown(share.interval.low)) to \(shown(share.interval.high)))")
  }
  var table = TextTable(columns: [
    .init(title: "milestone"), .init(title: "due"), .init(title: "met", unit: "%"),
    .init(title: "cured", unit: "%"), .init(title: "missed", unit: "%"),
    .init(title: "value on the date"), .init(title: "mean penalty", unit: "million USD"),
    .init(title: "driven by"),
  ])
  for milestone in odds {
    let values = milestone.values.map {
      "\(Numerals.fixed($0.median, digits: 3)) (\(Numerals.fixed($0.least, digits: 3)) to "
        + "\(Numerals.fixed($0.greatest, digits: 3)))"
    }
    table.add([
      .text(milestone.name), .text(milestone.due), percent(milestone.met),
      percent(milestone.cured), percent(milestone.missed), values.map { .text($0) } ?? .none,
      .text(
        "\(Numerals.fixed(milestone.meanPenaltyLowMUSD, digits: 2)) to "
          + "\(Numerals.fixed(milestone.meanPenaltyHighMUSD, digits: 2))"),
      .text(milestone.drivenBy),
    ])
  }
  return "scenario \(scenario.name), \(seeds) seeds from \(scenario.seed); intervals of 95 %\n"
    + table.text
}

/// What came of a run's milestones; nothing where there are none.
func milestoneText(_ milestones: [MilestoneSummary]) -> String {
  if milestones.isEmpty { return "" }
  var table = TextTable(columns: [
    .init(title: "milestone"), .init(title: "due"), .init(title: "verdict"),
    .init(title: "met on"), .init(title: "margin", unit: "days"), .init(title: "value"),
    .init(title: "needed"), .init(title: "penalty", unit: "million USD"),
  ])
  for milestone in milestones {
    table.add([
      .text(milestone.name), .text(milestone.due), .text(milestone.verdict),
      milestone.metOn.map { .text($0) } ?? .none,
      milestone.marginDays.map { .integer(Int64($0)) } ?? .none,
      milestone.value.map { .decimal($0, digits: 4) } ?? .none,
      milestone.atLeast.map { .decimal($0, digits: 4) } ?? .none,
      milestone.penaltyHighMUSD == 0
        ? .none
        : .text(
          "\(Numerals.fixed(milestone.penaltyLowMUSD, digits: 1)) to "
            + "\(Numerals.fixed(milestone.penaltyHighMUSD, digits: 1))"),
    ])
  }
  return table.text
}
