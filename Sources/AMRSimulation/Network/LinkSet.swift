import PortableMath
import RadioModel
import RandomStreams

/// The links of one collector: the endpoints that it hears loud enough to matter, by ascending
/// index. Both orders of evaluation use exactly this set, for signals and for interference.
struct LinkSet: Sendable {
  /// Index of the endpoint in the territory.
  var endpoints: [UInt32] = []
  /// Mean received power, shadowing included.
  var means: [Power] = []
  /// Below which fading draws a frame would be decoded without interference.
  var thresholds: [DrawThreshold] = []
  /// What decides a frame at this collector.
  var test: DecodeTest

  var count: Int { endpoints.count }
}

/// Computes the link sets of collectors.
///
/// A link's mean power is EIRP + antenna gain − path loss − indoor loss + shadowing. Shadowing is
/// drawn once per link and cut at ± 4 standard deviations, so that no link is longer than
/// `reachM`. A link exists when its mean is at least the decode threshold less the link floor. The
/// mean power of everything fainter, spread over time and channels, is added to the noise.
struct LinkBudget: Sendable {
  /// Shadowing is cut at this many standard deviations, which changes 6 links in 100,000.
  private static let shadowingCut = 4.0

  private let territory: Territory
  private let silent: [Bool]
  private let grid: SpatialGrid
  private let seed: UInt64
  private let pathLoss: PathLoss
  private let radio: RadioSpec
  /// Transmit power and antenna gain over the receiver's noise, in dB.
  private let budgetDb: Double
  private let threshold: Double
  private let floor: Power
  /// Share of a frame's power that falls on one channel on average over time.
  private let duty: Double
  /// Mean of the shadowing as a factor of power.
  private let shadowingMean: Double

  /// The longest possible link in metres.
  let reachM: Double

  init(_ scenario: Scenario, territory: Territory, silent: [Bool], frameBits: Int) {
    let radio = scenario.radio
    let receiver = Receiver(
      noiseFigureDb: scenario.collectors.noiseFigureDb, filterKHz: scenario.collectors.filterKHz)
    self.territory = territory
    self.silent = silent
    self.radio = radio
    seed = scenario.seed
    pathLoss = PathLoss(frequencyMHz: radio.frequencyMHz, exponent: radio.pathLossExponent)
    budgetDb =
      scenario.endpoints.txPowerDbm + scenario.collectors.antennaGainDbi - receiver.noiseDbm
    threshold = receiver.decodeThreshold(bits: frameBits)
    let floorDb = decibels(ratio: threshold) - radio.linkFloorDb
    floor = max(1, PowerScale.mean(ratioToNoise: ratio(decibels: floorDb)))
    duty =
      Double(Ticks.frame(bits: frameBits)) / Double(Ticks.perSecond)
      / Double(scenario.endpoints.intervalS) / Double(radio.channels)
    // The mean of 10^(X/10) for X normal with standard deviation σ is e^((σ ln 10 / 10)² / 2).
    let naturalSigma = radio.shadowingDb * 0.23025850929940458
    shadowingMean = exponential(naturalSigma * naturalSigma / 2)
    reachM = pathLoss.metres(atDb: budgetDb - floorDb + Self.shadowingCut * radio.shadowingDb)
    // Some hundreds of cells across the territory, each a fraction of the reach.
    let cellM = max(200, min(reachM / 4, 2000))
    grid = SpatialGrid(x: territory.x, y: territory.y, cellSize: Int32(cellM * 10))
  }

  /// The links of one collector.
  func links(of site: CollectorSite) -> LinkSet {
    let shadowing = RandomStream(seed: seed, .shadowing, entity: UInt64(site.id.rawValue))
    let reach = reachM * 10
    let cell = Double(grid.cellSize)
    var heard: [(endpoint: UInt32, mean: Power)] = []
    // Fainter power in units of 2⁻²⁰ of the noise: an integer sum knows no order.
    var faint: UInt64 = 0
    for row in 0..<grid.rows {
      for column in 0..<grid.columns {
        let members = grid[column, row]
        if members.isEmpty { continue }
        let centre = grid.centre(column: column, row: row)
        let dx = max(0, (centre.x - Double(site.x)).magnitude - cell / 2)
        let dy = max(0, (centre.y - Double(site.y)).magnitude - cell / 2)
        if dx * dx + dy * dy > reach * reach {
          faint += faintPower(of: members.count, at: centre, site: site)
          continue
        }
        for endpoint in members where !silent[Int(endpoint)] {
          let ratioToNoise = ratio(
            decibels: meanDb(endpoint: endpoint, site: site, shadowing: shadowing))
          let mean = PowerScale.mean(ratioToNoise: ratioToNoise)
          if mean >= floor {
            heard.append((endpoint, mean))
          } else {
            faint += UInt64(ratioToNoise * 0x1p20)
          }
        }
      }
    }
    heard.sort { $0.endpoint < $1.endpoint }
    let noise = PowerScale.noise + Power(Double(faint) * duty / 1024)
    let test = DecodeTest(threshold: threshold, noise: noise, captureDb: radio.captureDb)
    var links = LinkSet(test: test)
    links.endpoints = heard.map(\.endpoint)
    links.means = heard.map(\.mean)
    links.thresholds = heard.map { DrawThreshold(draws: test.survivingDraws(mean: $0.mean)) }
    return links
  }

  /// Mean power over the receiver's noise of one endpoint at a site, in dB.
  private func meanDb(endpoint: UInt32, site: CollectorSite, shadowing: RandomStream) -> Double {
    let index = Int(endpoint)
    let dx = Double(territory.x[index]) - Double(site.x)
    let dy = Double(territory.y[index]) - Double(site.y)
    let loss =
      pathLoss.db(squaredMetres: (dx * dx + dy * dy) / 100)
      + (territory.indoor[index] ? radio.indoorLossDb : 0)
    let draw = normalVariate(shadowing.words(territory.endpointIDs[index]).x)
    let cut = max(-Self.shadowingCut, min(Self.shadowingCut, draw))
    return budgetDb - loss + radio.shadowingDb * cut
  }

  /// Mean power of a whole cell beyond reach, as if all its modules stood in the middle.
  private func faintPower(
    of count: Int, at centre: (x: Double, y: Double), site: CollectorSite
  ) -> UInt64 {
    let dx = centre.x - Double(site.x)
    let dy = centre.y - Double(site.y)
    let db = budgetDb - pathLoss.db(squaredMetres: (dx * dx + dy * dy) / 100)
    return UInt64(ratio(decibels: db) * shadowingMean * Double(count) * 0x1p20)
  }
}
