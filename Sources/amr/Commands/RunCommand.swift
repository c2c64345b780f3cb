import AMRSimulation
import DurableFiles
import Reporting
import RunPipeline

/// `amr run`
func runRun(_ arguments: ParsedArguments) async throws -> ExitCode {
  let scenario = try arguments.scenario()
  if arguments.string(.seeds) != nil { return try await studyMilestones(arguments, scenario) }
  let path = OutputPlace.directory(arguments.string(.out) ?? "runs/\(scenario.name)")
  let force = arguments.flag(.force)
  try OutputPlace.refuseDirectory(path, force: force, marker: "summary.json")
  var options = RunOptions()
  options.order = arguments.flag(.census) ? .census : scenario.evaluationOrder
  options.threads = arguments.threads
  options.keepsUploads = arguments.flag(.keepUploads)
  options.engine = engineName
  let layout = try await Layout(files: scenario, threads: arguments.threads)
  let place = try RunPlace(
    at: path, scenario, isResumed: arguments.flag(.resume), isReplaced: force, &options)
  let bar = ProgressBar(isQuiet: arguments.flag(.quiet))
  defer { bar.finish() }
  let progress = RunProgress(
    bar: bar, isQuiet: arguments.flag(.quiet), threads: arguments.threads)
  let summary = try await place.carryOut(
    scenario, layout: layout, options: options, observer: progress, replacing: force)
  if arguments.flag(.json) {
    try Terminal.write(summary.json, to: .output)
  } else if !arguments.flag(.quiet) {
    try Terminal.write(describe(summary, path: path), to: .output)
  }
  return summary.milestones.contains { $0.verdict == "missed" } ? .requirementFailed : .done
}

/// Shows a run's progress and ends it on Ctrl-C.
struct RunProgress: RunObserver {
  let bar: ProgressBar
  let isQuiet: Bool
  let threads: Int

  /// Tells what a run will cost that takes more than a minute.
  func expect(_ cost: RunCost) {
    guard !isQuiet, cost.seconds > 60 else { return }
    bar.finish()
    // An error stream that is closed is no reason not to run.
    try? Terminal.write(Self.text(cost, threads: threads), to: .error)
  }

  static func text(_ cost: RunCost, threads: Int) -> String {
    let gigabytes = Numerals.fixed(Double(cost.bytes) / 1e9, digits: 1)
    return "amr: \(Numerals.grouped(Int64(cost.endpointDays))) endpoint-days: about "
      + "\(Numerals.duration(seconds: cost.seconds)) on \(threads) "
      + "\(threads == 1 ? "thread" : "threads") and \(gigabytes) GB on disk\n"
  }

  func begin(_ part: String, unit: String, total: Int) {
    bar.begin(part, unit: unit, total: Int64(total))
  }

  func advance() throws {
    try check()
    bar.advance()
  }

  func check() throws { try Interrupt.check() }

  func finish() { bar.finish() }
}

/// The summary for people.
private func describe(_ summary: RunSummary, path: String) -> String {
  var figures = TextTable(columns: [.init(title: "figure"), .init(title: "value")])
  func percent(_ rate: Double?) -> TextTable.Cell {
    rate.map { .text("\(Numerals.fixed($0 * 100, digits: 2)) %") } ?? .none
  }
  let rows: [(name: String, value: TextTable.Cell)] =
    [
      ("modules", .integer(Int64(summary.modules))), ("days", .integer(Int64(summary.days))),
      ("collectors", .integer(Int64(summary.collectors))),
      ("links", .integer(Int64(summary.links))),
      ("transmissions", .integer(Int64(summary.transmissions))),
    ] + packetRows(summary.packets) + [
      ("receptions uploaded", .integer(Int64(summary.receptionsUploaded))),
      ("reads", .integer(Int64(summary.reads))), ("read rate", percent(summary.expected.rate)),
      ("read within 3 days", percent(summary.readWithin3DaysRate)),
      ("monthly read rate", percent(summary.monthlyReadRate)),
    ] + missedRows(summary.missed, expected: summary.expected.expected) + [
      ("bills", .integer(Int64(summary.bills))),
      ("estimated bills", .integer(Int64(summary.billsEstimated))),
      ("estimated", .integer(Int64(summary.estimated))),
      ("rejected", .integer(Int64(summary.rejected))),
      ("chronic non-readers", .integer(Int64(summary.chronicNonReaders))),
      ("quarantined", .integer(Int64(summary.quarantined))),
      ("store size in bytes", .integer(Int64(summary.storeBytes))),
      ("billing files", .integer(Int64(summary.billingFiles.count))),
      ("seconds", .decimal(summary.seconds.total, digits: 1)),
      ("peak memory in MB", .integer(Int64(summary.peakRSSBytes / 1_000_000))),
    ]
  for (name, value) in rows { figures.add([.text(name), value]) }
  return "scenario \(summary.scenario), seed \(summary.seed), digest \(summary.digest)\n"
    + figures.text + vanText(summary.vans) + milestoneText(summary.milestones) + stateText(summary)
    + rolloutText(summary.rollout) + areaText(summary.areas)
    + validationText(summary.validation) + "results are in \(path)\n"
}

/// In which states the modules were on the first day, at the ends of months and on the last day; nothing
/// where the fixed network served all of them.
private func stateText(_ summary: RunSummary) -> String {
  let days = summary.perDay
  guard days.contains(where: { $0.states.fixed < $0.states.total }) else { return "" }
  var table = TextTable(columns: [
    .init(title: "modules at the end of"), .init(title: "not installed"), .init(title: "mobile"),
    .init(title: "fixed"), .init(title: "failed"),
  ])
  for (number, day) in days.enumerated() {
    let isMonthEnd = number + 1 < days.count && days[number + 1].day.hasSuffix("-01")
    guard number == 0 || isMonthEnd || number + 1 == days.count else { continue }
    table.add([
      .text(day.day), .integer(Int64(day.states.notInstalled)),
      .integer(Int64(day.states.mobile)), .integer(Int64(day.states.fixed)),
      .integer(Int64(day.states.failed)),
    ])
  }
  return table.text
}

/// The areas with the most reads missing; nothing for a territory of one area.
private func areaText(_ areas: [AreaSummary]) -> String {
  guard areas.count > 1 else { return "" }
  let shown = 10
  func missing(_ area: AreaSummary) -> Int {
    area.daily.expected - area.daily.read + area.monthly.expected - area.monthly.read
  }
  func percent(_ rate: Double?) -> TextTable.Cell {
    rate.map { .decimal($0 * 100, digits: 2) } ?? .none
  }
  var table = TextTable(columns: [
    .init(title: "area"), .init(title: "modules"), .init(title: "installed"), .init(title: "fixed"),
    .init(title: "daily", unit: "%"), .init(title: "by van", unit: "%"), .init(title: "missing"),
  ])
  for area in areas.sorted(by: { (missing($0), $1.name) > (missing($1), $0.name) }).prefix(shown) {
    table.add([
      .text(area.name), .integer(Int64(area.modules)), .integer(Int64(area.installed)),
      .integer(Int64(area.fixed)), percent(area.daily.rate), percent(area.monthly.rate),
      .integer(Int64(missing(area))),
    ])
  }
  let rest =
    areas.count > shown ? "the \(shown) of \(areas.count) areas that miss most reads:\n" : ""
  return rest + table.text
}

/// What validation found of what was injected; nothing where nothing was.
private func validationText(_ scores: [RunSummary.Score]) -> String {
  if scores.allSatisfy({ $0.injected == 0 }) { return "" }
  var table = TextTable(columns: [
    .init(title: "validation"), .init(title: "injected"), .init(title: "found"),
    .init(title: "right"), .init(title: "recall", unit: "%"), .init(title: "precision", unit: "%"),
  ])
  for score in scores {
    table.add([
      .text(score.rule.split(separator: "_").joined(separator: " ")),
      .integer(Int64(score.injected)), .integer(Int64(score.found)), .integer(Int64(score.right)),
      score.recall.map { .decimal($0 * 100, digits: 2) } ?? .none,
      score.precision.map { .decimal($0 * 100, digits: 2) } ?? .none,
    ])
  }
  return table.text
}
