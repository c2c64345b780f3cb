import ERTProtocol
import TestSupport
import JSON5
import Metering
import Testing

@testable import AMRSimulation

private func decode(
  _ text: String, overrides: [(path: String, value: String)] = []
) throws(ScenarioError) -> Scenario {
  try ScenarioFile.decode(text: Array(text.utf8), source: "s.json5", overrides: overrides)
}

private let least = "{ name: 'a', territory: { tracts_csv: 't.csv' } }"

@Test func nameAndTerritoryAreEnough() throws {
  var expected = Scenario()
  expected.name = "a"
  expected.territory.tractsCSV = "t.csv"
  #expect(try decode(least) == expected)
  #expect(
    complaints("{}") == [
      "s.json5:1:1: name: missing; expected 1 to 64 lowercase letters, digits and hyphens",
      "s.json5:1:1: territory: missing; expected an object { … } with tracts_csv or meters_csv",
    ])
}

@Test func everyKeyReachesItsOwnProperty() throws {
  // Swapping two properties of one type would survive a round trip; distinct values do not.
  let text = """
    {
      name: 'n-1', description: 'd', seed: 2, start_date: '1999-12-31', days: 3,
      utc_offset_minutes: -4,
      territory: { tracts_csv: '', served_area_km2: 5.5, modules: 6, street_spacing_m: 70,
        setback_m: 8, meters_csv: 'm.csv' },
      entry_classes: [{ name: 'e', share: 1, loss_db: 0.09 }],
      module_classes: [{ name: 'c', share: 1, commodity: 'gas', ert_type: 12, dials: 4,
        multiplier: 13, median_kwh_per_day: 14.5, spread_log: 1.5, weekend_factor: 1.6 }],
      endpoints: { first_endpoint_id: 17, interval_s: 18, jitter_ms: 19, clock_error_ppm: 20.5,
        tx_power_dbm: -21.5, antenna_height_m: 1.25 },
      collectors: { lattice_spacing_m: 220, min_modules_per_site: 23, sites_csv: 'c.csv',
        antenna_gain_dbi: 2.4, antenna_height_m: 24.5, noise_figure_db: 2.5, filter_khz: 260, clock_error_ms: 27 },
      radio: { frequency_mhz: 280, channels: 29, path_loss_exponent: 3.0, shadowing_db: 3.1,
        shadowing_correlation: 0.32, propagation: 'cost-231-hata', environment: 'large-city',
        beyond_validity: 'extrapolate', capture_db: 3.3, link_floor_db: 3.4 },
      consumption: { season_amplitude: 0.35, season_peak_day: 36, weather_sigma: 0.37,
        daily_sigma: 0.38 },
      backhaul: { upload_period_h: 8, collectors_per_concentrator: 39, poll_window_min: 40,
        loss_probability: 0.41, ack_loss_probability: 0.42, retry_min: 43 },
      faults: { silent_module_share: 0.44, collector_outages_per_year: 45, collector_outage_h: 46,
        concentrator_outages_per_year: 47, concentrator_outage_h: 48 },
      meters: { exchanged_share: 0.1, unreported_exchange_share: 0.11, stuck_share: 0.12,
        swapped_share: 0.13, rollover_share: 0.14 },
      head_end: { close_after_days: 49 },
      billing: { utility: 'U-1', window_before_days: 11, window_after_days: 12,
        daylight_saving: 'us' },
    }
    """
  var expected = Scenario()
  expected.name = "n-1"
  expected.description = "d"
  expected.seed = 2
  expected.startDate = CivilDay(year: 1999, month: 12, day: 31)
  expected.days = 3
  expected.utcOffsetMinutes = -4
  expected.territory.servedAreaKm2 = 5.5
  expected.territory.modules = 6
  expected.territory.streetSpacingM = 70
  expected.territory.setbackM = 8
  expected.territory.metersCSV = "m.csv"
  expected.entryClasses = [EntryClass(name: "e", share: 1, lossDb: 0.09)]
  expected.moduleClasses[0].name = "c"
  expected.moduleClasses[0].commodity = .gas
  expected.moduleClasses[0].ertType = 12
  expected.moduleClasses[0].dials = 4
  expected.moduleClasses[0].multiplier = 13
  expected.moduleClasses[0].medianKWhPerDay = 14.5
  expected.moduleClasses[0].spreadLog = 1.5
  expected.moduleClasses[0].weekendFactor = 1.6
  expected.endpoints.firstID = 17
  expected.endpoints.intervalS = 18
  expected.endpoints.jitterMs = 19
  expected.endpoints.clockErrorPpm = 20.5
  expected.endpoints.txPowerDbm = -21.5
  expected.endpoints.antennaHeightM = 1.25
  expected.collectors.antennaHeightM = 24.5
  expected.collectors.latticeSpacingM = 220
  expected.collectors.minModulesPerSite = 23
  expected.collectors.sitesCSV = "c.csv"
  expected.collectors.antennaGainDbi = 2.4
  expected.collectors.noiseFigureDb = 2.5
  expected.collectors.filterKHz = 260
  expected.collectors.clockErrorMs = 27
  expected.radio.frequencyMHz = 280
  expected.radio.channels = 29
  expected.radio.pathLossExponent = 3.0
  expected.radio.shadowingDb = 3.1
  expected.radio.shadowingCorrelation = 0.32
  expected.radio.propagation = .cost231Hata
  expected.radio.environment = .largeCity
  expected.radio.beyondValidity = .extrapolate
  expected.radio.captureDb = 3.3
  expected.radio.linkFloorDb = 3.4
  expected.consumption.seasonAmplitude = 0.35
  expected.consumption.seasonPeakDay = 36
  expected.consumption.weatherSigma = 0.37
  expected.consumption.dailySigma = 0.38
  expected.backhaul.uploadPeriodH = 8
  expected.backhaul.collectorsPerConcentrator = 39
  expected.backhaul.pollWindowMin = 40
  expected.backhaul.lossProbability = 0.41
  expected.backhaul.ackLossProbability = 0.42
  expected.backhaul.retryMin = 43
  expected.faults.silentModuleShare = 0.44
  expected.faults.collectorOutagesPerYear = 45
  expected.faults.collectorOutageH = 46
  expected.faults.concentratorOutagesPerYear = 47
  expected.faults.concentratorOutageH = 48
  expected.meters.exchangedShare = 0.1
  expected.meters.unreportedExchangeShare = 0.11
  expected.meters.stuckShare = 0.12
  expected.meters.swappedShare = 0.13
  expected.meters.rolloverShare = 0.14
  expected.headEnd.closeAfterDays = 49
  expected.billing.utility = "U-1"
  expected.billing.windowBeforeDays = 11
  expected.billing.windowAfterDays = 12
  expected.billing.daylightSaving = .us
  let scenario = try decode(text)
  #expect(scenario == expected)
  #expect(try decode(ScenarioFile.encode(scenario)) == scenario)
}

@Test(arguments: UInt64(1)...200)
func aWrittenScenarioReadsBackEqual(seed: UInt64) throws {
  var random = SplitMix64(seed: seed)
  var scenario = Scenario()
  let pieces = ["a", "\"", "\\", "\n", "\u{2028}", "\u{0}", "'", "é", "//", "𐍈", "\u{7F}"]
  scenario.name = "s-\(random.next() % 1000)"
  scenario.description = (0..<random.next() % 9).map { _ in
    pieces.randomElement(using: &random) ?? ""
  }.joined()
  scenario.seed = random.next() >> 1
  scenario.startDate = CivilDay(year: 1980, month: 1, day: 1) + Int(random.next() % 80_000)
  scenario.days = .random(in: 1...5500, using: &random)
  scenario.utcOffsetMinutes = .random(in: -840...840, using: &random)
  scenario.territory.tractsCSV = "t \(random.next() % 9).csv"
  scenario.territory.servedAreaKm2 = .random(in: 0.001...1_000_000, using: &random)
  scenario.territory.modules = .random(in: 1...16_000_000, using: &random)
  let outdoors = Double.random(in: 0...1, using: &random)
  scenario.entryClasses[0].share = outdoors
  scenario.entryClasses[1].share = 1 - outdoors
  scenario.radio.propagation = [.freeSpace, .logDistance].randomElement(using: &random)!
  let shares = (0..<random.next() % 5 + 1).map { _ in Double.random(in: 0.1...1, using: &random) }
  let commodities = Commodity.allCases
  scenario.moduleClasses = shares.enumerated().map { index, share in
    var moduleClass = ModuleClass()
    moduleClass.name = "class-\(index)"
    moduleClass.share = share / shares.reduce(0, +)
    moduleClass.commodity = commodities.randomElement(using: &random) ?? .gas
    let types =
      switch moduleClass.commodity {
      case .electric: ERTType.electric
      case .gas: ERTType.gas
      case .water: ERTType.water
      }
    moduleClass.ertType = types.randomElement(using: &random) ?? 0
    moduleClass.spreadLog = .random(in: 0...3, using: &random)
    return moduleClass
  }
  scenario.endpoints.firstID = .random(in: 1...50_000_000, using: &random)
  scenario.endpoints.txPowerDbm = .random(in: -60...40, using: &random)
  scenario.radio.captureDb = .random(in: 0...20, using: &random) * 1e-9
  scenario.faults.silentModuleShare = .random(in: 0...1, using: &random) * 1e-300
  let text = ScenarioFile.encode(scenario)
  #expect(try decode(text) == scenario, "\(text)")
}

@Test func theTemplateIsAValidScenarioThatNamesEveryKey() throws {
  let template = ScenarioFile.template
  var expected = Scenario()
  expected.name = "my-scenario"
  expected.description = "What this scenario shows"
  expected.territory.tractsCSV = "data/duquesne-territory.csv"
  #expect(try decode(template) == expected)
  let names =
    ScenarioSchema.topKeys.map(\.name) + ScenarioSchema.classKeys.map(\.name)
    + ScenarioSchema.entryClasses.keys.map(\.name)
    + ScenarioSchema.sections.flatMap { section in section.keys.map(\.name) }
  let lines = template.split(separator: "\n")
  for name in names {
    let line = try #require(lines.firstIndex { $0.drop { $0 == " " }.hasPrefix("\(name): ") })
    #expect(lines[line - 1].contains("//"), "\(name) has no comment")
  }
  #expect(lines.allSatisfy { $0.count <= 100 })
}

@Test func theSchemaCoversEveryPropertyOnce() {
  // A property added to the value types without a key would never be read nor written.
  func properties(_ value: Any) -> Int { Mirror(reflecting: value).children.count }
  let scenario = Scenario()
  let sections = ScenarioSchema.sections.count
  #expect(properties(scenario) == ScenarioSchema.topKeys.count + 3 + sections)
  #expect(properties(scenario.moduleClasses[0]) == ScenarioSchema.classKeys.count)
  #expect(properties(scenario.entryClasses[0]) == ScenarioSchema.entryClasses.keys.count)
  #expect(properties(Milestone()) == ScenarioSchema.milestones.keys.count)
  let specs: [Any] = [
    scenario.territory, scenario.endpoints, scenario.collectors, scenario.radio,
    scenario.consumption, scenario.backhaul, scenario.faults, scenario.meters, scenario.rollout,
    scenario.vans, scenario.headEnd, scenario.billing,
  ]
  #expect(specs.map(properties) == ScenarioSchema.sections.map(\.keys.count))
}

@Test(arguments: [
  "smoke-1k", "duquesne-1998", "duquesne-1998-meters", "duquesne-1997-10", "duquesne-program",
  "duquesne-15-years",
  "program-2k",
  "metro-10m",
])
func shippedScenariosAreValid(name: String) throws {
  let text = try packageFile("Scenarios/\(name).json5")
  let scenario = try ScenarioFile.decode(text: text, source: name)
  #expect(scenario.name == name)
  #expect(text.starts(with: "// ".utf8), "a scenario opens with what it shows and costs")
}

@Test func overridesReplaceValuesOneByOne() throws {
  let scenario = try decode(
    least,
    overrides: [
      ("radio.channels", "5"), ("radio.channels", "0x07"), ("name", "other-1"),
      ("start_date", "1998-02-28"), ("territory.tracts_csv", ""),
      ("territory.meters_csv", "data/my meters.csv"), ("radio.capture_db", "4.5"),
      ("module_classes[0].share", "1.0"), ("module_classes[0].name", "'all'"),
      ("backhaul", "{ retry_min: 7, poll_window_min: 8 }"),
    ])
  #expect(scenario.radio.channels == 7)
  #expect(scenario.name == "other-1")
  #expect(scenario.startDate == CivilDay(year: 1998, month: 2, day: 28))
  #expect(scenario.territory.metersCSV == "data/my meters.csv")
  #expect(scenario.radio.captureDb == 4.5)
  #expect(scenario.moduleClasses[0].name == "all")
  #expect(scenario.backhaul.retryMin == 7)
  #expect(scenario.backhaul.pollWindowMin == 8)
  #expect(scenario.backhaul.uploadPeriodH == BackhaulSpec().uploadPeriodH)
}

@Test func overridesCanGiveWhatTheFileLacks() throws {
  let scenario = try decode("{}", overrides: [("name", "b"), ("territory.tracts_csv", "t.csv")])
  #expect(scenario.name == "b")
}
