import Parallel
import PortableMath
import RadioModel
import RandomStreams

/// Computes the link sets of collectors.
///
/// A link's mean power is EIRP + antenna gain − path loss − building-entry loss + shadowing. A link
/// exists when its mean is at least the decode threshold less the link floor.
///
/// The power of everything fainter, spread over time and channels, is added to the noise. A module
/// without a link counts with the mean over the shadowing that leaves it without one, given its
/// distance; modules far away, compared with the place they take up, count together at their
/// middle.
struct LinkBudget: Sendable {
  private static let runLength = 64
  /// Runs that are judged together where they are far away.
  private static let runsPerGroup = 64

  private let territory: Territory
  private let silent: [Bool]
  private let kinds: [FrameKind]
  private let shadowing: Shadowing
  private let entryLossesDb: [Double]
  private let pathLoss: PathLoss
  /// Distances along the ground in dm for which the path loss is known; nil for all.
  private let validDistances: ClosedRange<Double>?
  /// Transmit power and antenna gain over the receiver's noise, in dB.
  private let budgetDb: Double
  private let rule: DecodeRule
  private let floor: Power
  /// Share of a frame's power that falls on one channel on average over time.
  private let duty: Double
  private let screen: LinkScreen
  /// Of each endpoint, in steps of `LinkScreen`: what it loses at all collectors, rounded down.
  private let offsets: [Int16]
  private let runs: [EndpointRun]
  private let groups: [EndpointRun]

  /// - Parameters:
  ///   - silent: whether each endpoint never transmits.
  ///   - kinds: of each endpoint's frames.
  init(
    _ scenario: Scenario, territory: Territory, silent: [Bool], kinds: [FrameKind], threads: Int
  ) async throws {
    let radio = scenario.radio
    let receiver = Receiver(
      noiseFigureDb: scenario.collectors.noiseFigureDb, filterKHz: scenario.collectors.filterKHz)
    self.territory = territory
    self.silent = silent
    self.kinds = kinds
    let shadowing = Shadowing(
      seed: scenario.seed, standardDeviationDb: radio.shadowingDb,
      correlation: radio.shadowingCorrelation)
    self.shadowing = shadowing
    let entryLossesDb = scenario.entryClasses.map(\.lossDb)
    self.entryLossesDb = entryLossesDb
    pathLoss = PathLoss(scenario)
    validDistances = radio.propagation.validity.map {
      $0.distanceKm.lowerBound * 1e4...$0.distanceKm.upperBound * 1e4
    }
    budgetDb =
      scenario.endpoints.txPowerDbm + scenario.collectors.antennaGainDbi - receiver.noiseDbm
    rule = DecodeRule(scenario)
    // The shortest frame has the lowest threshold.
    let nominalFloor =
      rule.thresholds[Int(FrameKind.scm.rawValue)] * ratio(decibels: -radio.linkFloorDb)
    floor = max(1, PowerScale.mean(ratioToNoise: nominalFloor))
    let meanTicks = Double(kinds.reduce(0) { $0 + $1.ticks }) / Double(max(1, kinds.count))
    duty =
      meanTicks / Double(Ticks.perSecond)
      / Double(scenario.endpoints.intervalS) / Double(radio.channels)
    screen = LinkScreen(
      budgetDb: budgetDb,
      // The weakest mean that is rounded up to the floor.
      floorDb: decibels(ratio: (Double(floor) - 0.5) / Double(PowerScale.noise)),
      pathLoss: pathLoss, shadowing: shadowing,
      greatestOffsetDb: entryLossesDb.max()! + shadowing.greatestCommonDb)
    let parts = try await parallelRanges(
      count: territory.count, length: Self.runLength * Self.runsPerGroup, threads: threads
    ) { range in
      Part(range, territory: territory, silent: silent) {
        LinkScreen.steps(offsetDb: entryLossesDb[$1] - shadowing.common(endpoint: $0))
      }
    }
    offsets = Array(concatenating: parts.map(\.offsets))
    runs = Array(concatenating: parts.map(\.runs))
    groups = parts.indices.map {
      let first = $0 * Self.runsPerGroup
      return EndpointRun(members: first..<first + parts[$0].runs.count, of: parts[$0].runs[...])
    }
  }

  /// The offsets and runs of some endpoints.
  private struct Part: Sendable {
    var offsets: [Int16] = []
    var runs: [EndpointRun] = []

    init(
      _ range: Range<Int>, territory: Territory, silent: [Bool],
      offset: (_ endpointID: UInt32, _ entryClass: Int) -> Int32
    ) {
      offsets.reserveCapacity(range.count)
      for first in stride(from: range.lowerBound, to: range.upperBound, by: runLength) {
        let members = first..<min(range.upperBound, first + runLength)
        var sum = EndpointRun.Sum()
        for index in members {
          let offset = offset(territory.endpointIDs[index], Int(territory.entryClasses[index]))
          offsets.append(Int16(offset))
          if !silent[index] {
            sum.add(x: territory.x[index], y: territory.y[index], offset: offset)
          }
        }
        runs.append(EndpointRun(members: members, sum))
      }
    }
  }

  /// The links of one collector, and those of them that are too short or too long for the formula
  /// of the path loss.
  func links(of site: CollectorSite) -> (links: LinkSet, excess: DistanceExcess) {
    var search = Search(site: site, draws: shadowing.ownDraws(collector: site.id.rawValue))
    for group in groups where group.loud > 0 && !countTogether(group, in: &search) {
      for run in runs[group.members] where run.loud > 0 { look(through: run, &search) }
    }
    let noise = PowerScale.noise + Power(Double(search.faintSum) * duty / 1024)
    let test = DecodeTest(rule, noise: noise)
    var links = LinkSet(test: test)
    links.endpoints = search.heard.map(\.endpoint)
    links.means = search.heard.map(\.mean)
    links.thresholds = search.heard.map {
      DrawThreshold(draws: test.survivingDraws(mean: $0.mean, kind: kinds[Int($0.endpoint)]))
    }
    return (links, search.excess)
  }

  /// What is found for one collector.
  private struct Search {
    let site: CollectorSite
    /// Of shadowing.
    let draws: RandomStream
    var heard: [(endpoint: UInt32, mean: Power)] = []
    /// Fainter power in units of 2⁻²⁰ of the noise: an integer sum knows no order.
    var faintSum: UInt64 = 0
    var excess = DistanceExcess()

    @inline(__always)
    func squaredDistance(_ x: Float, _ y: Float) -> Float {
      let (dx, dy) = (x - Float(site.x), y - Float(site.y))
      return dx * dx + dy * dy
    }
  }

  /// Takes the endpoints of runs at their middle if no shadowing can give any of them a link and
  /// they are far away, compared with the place they take up.
  private func countTogether(_ group: EndpointRun, in search: inout Search) -> Bool {
    let nearest = group.squaredDistance(to: search.site)
    let index = screen.index(squaredDecimetres: nearest, offset: group.leastOffset)
    guard screen.leastWord(index) == nil, group.squaredDiagonal * 16 < nearest else {
      return false
    }
    search.faintSum += UInt64(group.loud) * faintPower(of: group, search)
    return true
  }

  /// What each endpoint of a run adds to the noise if it has no link, taken at their middle.
  @inline(__always)
  private func faintPower(of run: EndpointRun, _ search: Search) -> UInt64 {
    let squared = search.squaredDistance(run.middle.x, run.middle.y)
    return screen.faintPower(
      screen.index(squaredDecimetres: squared, offset: run.meanOffset))
  }

  /// Finds the links of a run's endpoints.
  ///
  /// Beyond a few hundred metres few draws can give any of them a link: those that can are looked
  /// at one by one, the others count together. Four consecutive IDs share one call of the
  /// generator.
  @inline(__always)
  private func look(through run: EndpointRun, _ search: inout Search) {
    let nearest = run.squaredDistance(to: search.site)
    let least = screen.index(squaredDecimetres: nearest, offset: run.leastOffset)
    guard let leastWord = screen.leastWord(least) else {
      search.faintSum += UInt64(run.loud) * faintPower(of: run, search)
      return
    }
    let isNear = run.squaredDiagonal * 4 > nearest
    let firstHeard = search.heard.count
    let ids = territory.endpointIDs.span
    var index = run.members.lowerBound
    while index < run.members.upperBound {
      let four = ids[index] >> 2
      let words = search.draws.words(four)
      repeat {
        let word = words[Int(ids[index] & 3)]
        if isNear || word >= leastWord {
          look(at: index, word: word, countingFaint: isNear, &search)
        }
        index += 1
      } while index < run.members.upperBound && ids[index] >> 2 == four
    }
    if !isNear {
      let faint = run.loud - (search.heard.count - firstHeard)
      search.faintSum += UInt64(faint) * faintPower(of: run, search)
    }
  }

  /// Takes one endpoint's link, or its faint power if that is counted for each endpoint.
  @inline(__always)
  private func look(at index: Int, word: UInt32, countingFaint: Bool, _ search: inout Search) {
    if silent[index] { return }
    let squared = search.squaredDistance(Float(territory.x[index]), Float(territory.y[index]))
    let need = screen.index(squaredDecimetres: squared, offset: Int32(offsets[index]))
    if let leastWord = screen.leastWord(need), word >= leastWord,
      takeLink(index, word: word, &search)
    {
      return
    }
    if countingFaint { search.faintSum += screen.faintPower(need) }
  }

  /// Takes a link unless its mean power is below the floor after all.
  @inline(never)
  private func takeLink(_ index: Int, word: UInt32, _ search: inout Search) -> Bool {
    let dx = Double(territory.x[index] - search.site.x)
    let dy = Double(territory.y[index] - search.site.y)
    let squared = dx * dx + dy * dy
    let id = territory.endpointIDs[index]
    let db =
      budgetDb - pathLoss.db(squaredMetres: squared / 100)
      - entryLossesDb[Int(territory.entryClasses[index])]
      + shadowing.common(endpoint: id) + shadowing.own(word: word)
    let mean = PowerScale.mean(ratioToNoise: ratio(decibels: db))
    guard mean >= floor else { return false }
    search.heard.append((UInt32(index), mean))
    if let validDistances {
      search.excess.add(
        decimetres: squared.squareRoot(), endpoint: id, collector: search.site.id.rawValue,
        valid: validDistances)
    }
    return true
  }
}

extension PathLoss {
  /// The path loss between the modules and collectors of a scenario.
  init(_ scenario: Scenario) {
    self.init(
      scenario.radio.propagation, frequencyMHz: scenario.radio.frequencyMHz,
      exponent: scenario.radio.pathLossExponent, environment: scenario.radio.environment,
      collectorHeightM: scenario.collectors.antennaHeightM,
      endpointHeightM: scenario.endpoints.antennaHeightM)
  }
}
