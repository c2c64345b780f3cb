import ERTProtocol
import Metering
import RadioModel

extension ScenarioDecoder {
  /// Notes what is missing and which keys contradict one another.
  mutating func check() {
    guard hasKeys else { return }
    require("name", expected: TextForm.lowercaseName.expected)
    require("territory", expected: "an object { … } with tracts_csv or meters_csv")
    checkTerritory()
    checkShares(ScenarioSchema.moduleClasses, \.share)
    checkShares(ScenarioSchema.entryClasses, \.share)
    checkNames(ScenarioSchema.moduleClasses, \.name)
    checkNames(ScenarioSchema.entryClasses, \.name)
    checkNames(ScenarioSchema.milestones, \.name)
    checkMilestones()
    checkVans()
    checkERTTypes()
    checkMeterTroubles()
    checkPropagation()
    checkTiming()
    checkReceiver()
  }

  private mutating func checkTerritory() {
    let territory = scenario.territory
    let inputs = ["territory.tracts_csv", "territory.meters_csv"]
    if territory.tractsCSV.isEmpty && territory.metersCSV.isEmpty {
      reportContradiction(
        "neither tracts_csv nor meters_csv is given; expected one of them",
        between: ["territory"] + inputs)
    } else if !territory.tractsCSV.isEmpty && !territory.metersCSV.isEmpty {
      reportContradiction(
        "tracts_csv and meters_csv are both given; expected one of them", between: inputs.reversed()
      )
    }
    let last = scenario.endpoints.firstID + territory.modules - 1
    if !territory.tractsCSV.isEmpty && last > ScenarioSchema.highestEndpointID {
      reportContradiction(
        "first_endpoint_id + territory.modules - 1 is \(last); expected at most "
          + "\(ScenarioSchema.highestEndpointID), the highest address of 26 bits",
        between: ["endpoints.first_endpoint_id", "territory.modules"])
    }
  }

  private mutating func checkShares<Element>(
    _ list: ScenarioList<Element>, _ share: (Element) -> Double
  ) {
    let elements = scenario[keyPath: list.path]
    let sum = elements.reduce(0) { $0 + share($1) }
    if (sum - 1).magnitude > 1e-9 {
      reportContradiction(
        "the shares of the classes add up to \(shownSum(sum)); expected 1",
        between: [list.name] + elements.indices.map { "\(list.name)[\($0)].share" })
    }
  }

  private mutating func checkNames<Element>(
    _ list: ScenarioList<Element>, _ name: (Element) -> String
  ) {
    let names = scenario[keyPath: list.path].map(name)
    for (index, name) in names.enumerated() {
      if let first = names.firstIndex(of: name), first < index {
        reportContradiction(
          "'\(name)' is also the name of element \(first); expected another name",
          between: ["\(list.name)[\(index)].name", "\(list.name)[\(first)].name"])
      }
    }
  }

  private mutating func checkMilestones() {
    for (index, milestone) in scenario.milestones.enumerated() {
      let path = "\(ScenarioSchema.milestones.name)[\(index)]"
      let classes = scenario.moduleClasses.map(\.name)
      if !milestone.moduleClass.isEmpty && !classes.contains(milestone.moduleClass) {
        reportContradiction(
          "'\(milestone.moduleClass)' is no class of modules; expected \(alternatives(classes)), or "
            + "an empty text for all", between: ["\(path).module_class"])
      }
      if milestone.penaltyLowMUSD > milestone.penaltyHighMUSD {
        reportContradiction(
          "\(shortDecimal(milestone.penaltyLowMUSD)) is more than penalty_high_musd = "
            + "\(shortDecimal(milestone.penaltyHighMUSD)); expected at most that",
          between: ["\(path).penalty_low_musd", "\(path).penalty_high_musd"])
      }
    }
  }

  /// A van comes nearer to modules than Hata's formulas hold, and it is on the road by day.
  private mutating func checkVans() {
    checkWakeUp()
    guard scenario.vans.count > 0 else { return }
    if scenario.radio.beyondValidity == .refuse, scenario.radio.propagation.validity != nil {
      reportContradiction(
        "\(scenario.radio.propagation.rawValue) holds from 1 km on, and vans come nearer; expected "
          + "propagation 'log-distance' or beyond_validity 'extrapolate'",
        between: ["radio.propagation", "radio.beyond_validity", "vans.count"])
    }
    if scenario.vans.startHour + scenario.vans.shiftH > 24 {
      reportContradiction(
        "\(shortDecimal(scenario.vans.shiftH)) h from start_hour = "
          + "\(shortDecimal(scenario.vans.startHour)) end after midnight; expected a shift within a day",
        between: ["vans.shift_h", "vans.start_hour"])
    }
  }

  /// Somebody calls those who wait to be called, and a van stays in range for their answer.
  private mutating func checkWakeUp() {
    let vans = scenario.vans
    guard vans.wakeUpShare > 0 else { return }
    if vans.count == 0 {
      reportContradiction(
        "\(shortDecimal(vans.wakeUpShare)) of all modules wait for a van's tone, and count is 0; "
          + "expected a van at least, or 0",
        between: ["vans.wake_up_share", "vans.count"])
    }
    let least = scenario.endpoints.jitterMs + ScenarioSchema.frameAllowanceMs
    if vans.wakeUpIntervalMs <= least {
      reportContradiction(
        "\(scenario.endpoints.jitterMs) ms of jitter and \(ScenarioSchema.frameAllowanceMs) ms for a "
          + "frame do not fit in \(vans.wakeUpIntervalMs) ms; expected more than \(least)",
        between: ["vans.wake_up_interval_ms", "endpoints.jitter_ms", "vans.wake_up_share"])
    }
    let answerMs = vans.wakeUpFrames * vans.wakeUpIntervalMs + scenario.endpoints.jitterMs
    let segmentMs = Int(scenario.vanSegmentM / vans.speedKmh * 3600)
    if answerMs > segmentMs {
      reportContradiction(
        "an answer of \(vans.wakeUpFrames) frames takes \(answerMs) ms, and a van leaves a segment "
          + "after \(segmentMs) ms; expected fewer frames, or longer segments, which end before a "
          + "module sends twice by itself",
        between: [
          "vans.wake_up_frames", "vans.wake_up_interval_ms", "vans.segment_m", "vans.speed_kmh",
          "endpoints.interval_s", "vans.wake_up_share",
        ])
    }
  }

  /// Nine decimals: what is summed in binary seldom prints as short as it was written.
  private func shownSum(_ sum: Double) -> String {
    shortDecimal(Double(Int(sum * 1e9 + 0.5)) / 1e9)
  }

  private mutating func checkMeterTroubles() {
    let meters = scenario.meters
    let sum =
      meters.exchangedShare + meters.unreportedExchangeShare + meters.stuckShare
      + meters.swappedShare + meters.rolloverShare
    if sum > 1 + 1e-9 {
      reportContradiction(
        "the shares add up to \(shownSum(sum)); expected at most 1, as a module has one trouble",
        between: [
          "meters", "meters.exchanged_share", "meters.unreported_exchange_share",
          "meters.stuck_share", "meters.swapped_share", "meters.rollover_share",
        ])
    }
  }

  private mutating func checkERTTypes() {
    for (index, moduleClass) in scenario.moduleClasses.enumerated() {
      let path = "\(ScenarioSchema.moduleClasses.name)[\(index)]"
      let types = moduleClass.commodity.ertTypes
      if !types.contains(moduleClass.ertType) {
        reportContradiction(
          "type \(moduleClass.ertType) is not a type of \(moduleClass.commodity.rawValue) modules; "
            + "expected \(alternatives(types.map(String.init)))",
          between: ["\(path).ert_type", "\(path).commodity"])
      }
    }
  }

  /// A formula must hold for what the scenario says; distances are known when links are.
  private mutating func checkPropagation() {
    let model = scenario.radio.propagation
    if model == .cost231Hata, scenario.radio.environment == .open {
      reportContradiction(
        "\(model.rawValue) has no formula for environment 'open'; expected 'large-city', "
          + "'medium-city' or 'suburban'", between: ["radio.propagation", "radio.environment"])
    }
    if scenario.radio.beyondValidity == .refuse, let extrapolation = scenario.extrapolation {
      reportContradiction(
        "\(extrapolation); expected other values, another propagation or beyond_validity "
          + "'extrapolate'",
        between: [
          "radio.propagation", "radio.frequency_mhz", "radio.beyond_validity",
          "collectors.antenna_height_m", "endpoints.antenna_height_m",
        ])
    }
  }

  private mutating func checkReceiver() {
    let collectors = scenario.collectors
    let last = collectors.firstChannel + collectors.heardChannels - 1
    if collectors.receiver == .wideband && last >= scenario.radio.channels {
      reportContradiction(
        "first_channel + heard_channels - 1 is \(last); expected a channel from 0 to "
          + "\(scenario.radio.channels - 1), of radio.channels = \(scenario.radio.channels)",
        between: [
          "collectors.first_channel", "collectors.heard_channels", "radio.channels",
          "collectors.receiver",
        ])
    }
    if scenario.evaluation == .onDemand && scenario.needsCensus {
      reportContradiction(
        "'on-demand' cannot decide the frames of collectors.receiver = 'limited', which depend on "
          + "one another; expected 'auto' or 'census'",
        between: ["evaluation", "collectors.receiver"])
    }
  }

  private mutating func checkTiming() {
    // A fast clock shortens the interval.
    let intervalMs = Double(scenario.endpoints.intervalS) * 1000
    let fastest = intervalMs * (1 - scenario.endpoints.clockErrorPpm * 1e-6)
    let room = Int(fastest) - ScenarioSchema.frameAllowanceMs
    if scenario.endpoints.jitterMs >= room {
      reportContradiction(
        "\(scenario.endpoints.jitterMs) ms and \(ScenarioSchema.frameAllowanceMs) ms for a frame do "
          + "not fit in interval_s = \(scenario.endpoints.intervalS); expected less than \(room)",
        between: ["endpoints.jitter_ms", "endpoints.interval_s"])
    }
    let periodMin = scenario.backhaul.uploadPeriodH * 60
    if scenario.backhaul.pollWindowMin > periodMin {
      reportContradiction(
        "\(scenario.backhaul.pollWindowMin) minutes are longer than upload_period_h = "
          + "\(scenario.backhaul.uploadPeriodH); expected at most \(periodMin)",
        between: ["backhaul.poll_window_min", "backhaul.upload_period_h"])
    }
  }
}

extension Scenario {
  /// The longest segment that a van leaves before any module sends twice, in metres.
  var vanSegmentM: Double {
    let least =
      Double(endpoints.intervalS) * (1 - endpoints.clockErrorPpm * 1e-6)
      - Double(endpoints.jitterMs + ScenarioSchema.frameAllowanceMs) / 1000
    return min(vans.segmentM, least * vans.speedKmh / 3.6)
  }

  /// For which keys' values the formula of the path loss must be extrapolated; nil where it holds.
  public var extrapolation: String? {
    guard let validity = radio.propagation.validity else { return nil }
    let excesses = [
      ("frequency_mhz", radio.frequencyMHz, validity.frequencyMHz),
      ("collectors.antenna_height_m", collectors.antennaHeightM, validity.collectorHeightM),
      ("endpoints.antenna_height_m", endpoints.antennaHeightM, validity.endpointHeightM),
    ].filter { !$2.contains($1) }.map { key, value, range in
      "\(key) from \(shortDecimal(range.lowerBound)) to \(shortDecimal(range.upperBound)), "
        + "not \(shortDecimal(value))"
    }
    if excesses.isEmpty { return nil }
    return "\(radio.propagation.rawValue) holds for " + excesses.joined(separator: ", and for ")
  }
}

extension Commodity {
  /// The ERT types in the frames of this commodity's modules.
  fileprivate var ertTypes: [Int] {
    switch self {
    case .electric: ERTType.electric
    case .gas: ERTType.gas
    case .water: ERTType.water
    }
  }
}
