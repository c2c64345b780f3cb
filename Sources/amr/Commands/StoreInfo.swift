import HeadEnd
import JSON5
import Metering
import VEE

/// `amr store info`
func runStoreInfo(_ arguments: ParsedArguments) async throws -> ExitCode {
  Interrupt.endAtOnce()
  let store = try await openForReading(OutputPlace.directory(arguments.positionals[0]), arguments)
  let summary = try await store.summary(threads: Machine.processors)
  let performance = try store.performance()
  let info = StoreInfo(
    utility: store.settings.utility, utcOffsetMinutes: store.settings.utcOffsetMinutes,
    endpoints: store.endpointIDs.count, closed: store.closedThrough,
    validated: store.validatedThrough, summary: summary, performance: performance)
  if arguments.flag(.json) {
    try Terminal.write(info.node.pretty + "\n", to: .output)
  } else {
    try Terminal.write(info.text, to: .output)
  }
  return .done
}

/// What a store holds, for people and for machines.
private struct StoreInfo {
  let utility: String
  let utcOffsetMinutes: Int
  let endpoints: Int
  let closed: CivilDay?
  let validated: CivilDay?
  let summary: StoreSummary
  let performance: ReadPerformance?

  private func state(of day: CivilDay) -> String {
    if let validated, day <= validated { return "validated" }
    return closed.map { day <= $0 } ?? false ? "closed" : "open"
  }

  private func grouped(_ value: Int) -> String { Numerals.grouped(Int64(value)) }

  var text: String {
    let head =
      "\(utility): \(grouped(endpoints)) endpoints, \(grouped(summary.endpointsWithoutRead)) without "
      + "a read; \(grouped(summary.reads)) reads in \(grouped(summary.byteCount)) bytes; "
      + "closed through \(closed?.description ?? "no day"), validated through "
      + "\(validated?.description ?? "no day"); digest \(summary.digestText)\n"
    guard let performance else { return head + dayTable.text }
    let ages = services.map { ageTable($0, performance).text + "\n" }.joined()
    return head + dayTable.text + "\n" + monthTable(performance).text + "\n" + ages
      + exceptionTable(performance).text
  }

  /// Those that any endpoint has.
  private var services: [ReadService] {
    guard let performance else { return [] }
    return ReadService.allCases.filter { !performance[$0].isEmpty }
  }

  private func percent(_ share: Double?) -> TextTable.Cell {
    share.map { .decimal($0 * 100, digits: 2) } ?? .none
  }

  private var dayTable: TextTable {
    var columns: [TextTable.Column] = [
      .init(title: "day"), .init(title: "state"), .init(title: "reads"),
      .init(title: "late reads"), .init(title: "rows"),
      .init(title: "register sum", unit: "counts"), .init(title: "read rate", unit: "%"),
      .init(title: "estimated"),
    ]
    let hasMonthly = services.contains(.monthly)
    if hasMonthly {
      columns += [
        .init(title: "monthly reads due"), .init(title: "their read rate", unit: "%"),
        .init(title: "estimated of them"),
      ]
    }
    var table = TextTable(columns: columns)
    for day in summary.days {
      let daily = performance?.daily.days[day.day]
      var cells: [TextTable.Cell] = [
        .text(day.day.description), .text(state(of: day.day)), .integer(Int64(day.reads)),
        .integer(Int64(day.lateReads)), .integer(Int64(day.rows)), .integer(day.registerSum),
        percent(daily?.readRate), daily.map { .integer(Int64($0.estimated)) } ?? .none,
      ]
      if hasMonthly {
        let monthly = performance?.monthly.days[day.day]
        cells += [
          monthly.map { .integer(Int64($0.expected)) } ?? .none, percent(monthly?.readRate),
          monthly.map { .integer(Int64($0.estimated)) } ?? .none,
        ]
      }
      table.add(cells)
    }
    return table
  }

  private func monthTable(_ performance: ReadPerformance) -> TextTable {
    var table = TextTable(columns: [
      .init(title: "month"), .init(title: "service"),
      .init(title: "expected", unit: "endpoint-days"),
      .init(title: "actual"), .init(title: "entered"), .init(title: "estimated"),
      .init(title: "missing"), .init(title: "read rate", unit: "%"),
      .init(title: "estimated share", unit: "%"),
    ])
    for service in services {
      for (month, figures) in performance[service].months.sorted(by: { $0.key < $1.key }) {
        table.add([
          .text(month), .text(service.rawValue), .integer(Int64(figures.expected)),
          .integer(Int64(figures.actual)), .integer(Int64(figures.entered)),
          .integer(Int64(figures.estimated)), .integer(Int64(figures.missing)),
          percent(figures.readRate), percent(figures.estimatedShare),
        ])
      }
    }
    return table
  }

  private func ageTable(_ service: ReadService, _ performance: ReadPerformance) -> TextTable {
    var table = TextTable(columns: [
      .init(title: "last good read, as of \(performance.through)"),
      .init(title: "\(service.rawValue) endpoints"),
    ])
    for (age, endpoints) in Self.ages(performance[service]) {
      table.add([.text(age), .integer(endpoints)])
    }
    table.add([
      .text("chronic non-readers (the last two)"),
      .integer(Int64(performance[service].chronicNonReaders)),
    ])
    return table
  }

  /// Ages of last good reads in words, with how many endpoints have each.
  private static func ages(_ service: ReadPerformance.Service) -> [(age: String, endpoints: Int64)]
  {
    service.ages.enumerated().map { number, age in
      let name: String
      if let days = age.daysMax {
        name = days == 1 ? "that day" : "within \(days) days"
      } else {
        name = number + 1 == service.ages.count ? "never" : "longer ago"
      }
      return (name, Int64(age.endpoints))
    }
  }

  private func exceptionTable(_ performance: ReadPerformance) -> TextTable {
    var table = TextTable(columns: [
      .init(title: "findings of \(performance.through.monthName)"), .init(title: "count"),
      .init(title: "at stake"), .init(title: "a person has to act"),
    ])
    for exceptions in performance.exceptions {
      let units = Commodity.allCases.compactMap { commodity -> String? in
        guard let units = exceptions.units[commodity], units != 0 else { return nil }
        return "\(Numerals.grouped(units)) \(commodity.billingUnit)"
      }
      table.add([
        .text(exceptions.rule.words), .integer(Int64(exceptions.count)),
        .text(units.isEmpty ? "-" : units.joined(separator: ", ")),
        .text(exceptions.rule.action == nil ? "no" : "yes"),
      ])
    }
    return table
  }

  var node: JSONNode {
    .object([
      ("utility", .string(utility)), ("utc_offset_minutes", .int(Int64(utcOffsetMinutes))),
      ("endpoints", .int(Int64(endpoints))),
      ("endpoints_without_read", .int(Int64(summary.endpointsWithoutRead))),
      ("reads", .int(Int64(summary.reads))), ("register_sum", .int(summary.registerSum)),
      ("store_digest", .string(summary.digestText)), ("bytes", .int(Int64(summary.byteCount))),
      ("closed_through", closed.map { .string($0.description) } ?? .null),
      ("validated_through", validated.map { .string($0.description) } ?? .null),
      ("days", .array(summary.days.map(dayNode))),
      ("performance", performance.map(performanceNode) ?? .null),
    ])
  }

  private func dayNode(_ day: DaySummary) -> JSONNode {
    .object([
      ("day", .string(day.day.description)), ("state", .string(state(of: day.day))),
      ("reads", .int(Int64(day.reads))), ("late_reads", .int(Int64(day.lateReads))),
      ("rows", .int(Int64(day.rows))), ("register_sum", .int(day.registerSum)),
      (
        "performance",
        performance.map { performance in
          .object(
            ReadService.allCases.map { service in
              (service.rawValue, performance[service].days[day.day].map(figuresNode) ?? .null)
            })
        } ?? .null
      ),
    ])
  }

  private func figuresNode(_ figures: ReadPerformance.Figures) -> JSONNode {
    .object([
      ("expected", .int(Int64(figures.expected))), ("actual", .int(Int64(figures.actual))),
      ("entered", .int(Int64(figures.entered))), ("estimated", .int(Int64(figures.estimated))),
      ("missing", .int(Int64(figures.missing))),
      ("read_rate", figures.readRate.map { .double($0) } ?? .null),
    ])
  }

  private func serviceNode(_ service: ReadPerformance.Service) -> JSONNode {
    .object([
      (
        "months",
        .object(service.months.sorted { $0.key < $1.key }.map { ($0.key, figuresNode($0.value)) })
      ),
      (
        "last_read",
        .array(
          Self.ages(service).map { age, endpoints in
            .object([("age", .string(age)), ("endpoints", .int(endpoints))])
          })
      ),
      ("chronic_non_readers", .int(Int64(service.chronicNonReaders))),
    ])
  }

  private func performanceNode(_ performance: ReadPerformance) -> JSONNode {
    .object([
      ("through", .string(performance.through.description)),
      ("daily", serviceNode(performance.daily)), ("monthly", serviceNode(performance.monthly)),
      (
        "findings",
        .array(
          performance.exceptions.map { exceptions in
            .object([
              ("rule", .string(exceptions.rule.rawValue)),
              ("count", .int(Int64(exceptions.count))),
              (
                "units",
                .object(
                  Commodity.allCases.compactMap { commodity in
                    exceptions.units[commodity].map { (commodity.billingUnit, .int($0)) }
                  })
              ),
            ])
          })
      ),
    ])
  }
}

extension VEEFlag {
  /// The rule's name as words.
  var words: String { rawValue.split(separator: "_").joined(separator: " ") }
}
