import ERTProtocol
import Metering

extension ScenarioDecoder {
  /// Notes what is missing and which keys contradict one another.
  mutating func check() {
    guard hasKeys else { return }
    require("name", expected: TextForm.lowercaseName.expected)
    require("territory", expected: "an object { … } with tracts_csv or meters_csv")
    checkTerritory()
    checkClasses()
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

  private mutating func checkClasses() {
    let classesPath = ScenarioSchema.classesKey
    let classes = scenario.moduleClasses
    let sum = classes.reduce(0) { $0 + $1.share }
    if (sum - 1).magnitude > 1e-9 {
      // Nine decimals: what is summed in binary seldom prints as short as it was written.
      let shownSum = shortDecimal(Double(Int(sum * 1e9 + 0.5)) / 1e9)
      reportContradiction(
        "the shares of the classes add up to \(shownSum); expected 1",
        between: [classesPath] + classes.indices.map { "\(classesPath)[\($0)].share" })
    }
    for (index, moduleClass) in classes.enumerated() {
      let path = "\(classesPath)[\(index)]"
      let types = moduleClass.commodity.ertTypes
      if !types.contains(moduleClass.ertType) {
        reportContradiction(
          "type \(moduleClass.ertType) is not a type of \(moduleClass.commodity.rawValue) modules; "
            + "expected \(alternatives(types.map(String.init)))",
          between: ["\(path).ert_type", "\(path).commodity"])
      }
      if let first = classes.firstIndex(where: { $0.name == moduleClass.name }), first < index {
        reportContradiction(
          "'\(moduleClass.name)' is also the name of class \(first); expected another name",
          between: ["\(path).name", "\(classesPath)[\(first)].name"])
      }
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
