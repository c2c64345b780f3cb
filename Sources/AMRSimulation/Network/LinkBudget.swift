import PortableMath
import RadioModel
import RandomStreams

/// Computes the link sets of collectors.
///
/// A link's mean power is EIRP + antenna gain − path loss − indoor loss + shadowing. Shadowing is
/// drawn once per link and cut at ± 4 standard deviations. A link exists when its mean is at least
/// the decode threshold less the link floor.
///
/// The power of everything fainter, spread over time and channels, is added to the noise. A module
/// without a link counts with the mean over the shadowing that leaves it without one, given its
/// distance; beyond reach with that of the middle of its cell of the map.
struct LinkBudget: Sendable {
  /// Shadowing is cut at this many standard deviations, which changes 6 links in 100,000.
  private static let shadowingCut = 4.0

  private let territory: Territory
  private let silent: [Bool]
  private let kinds: [FrameKind]
  private let grid: SpatialGrid
  private let seed: UInt64
  private let pathLoss: PathLoss
  private let radio: RadioSpec
  /// Transmit power and antenna gain over the receiver's noise, in dB.
  private let budgetDb: Double
  private let rule: DecodeRule
  private let floor: Power
  /// The weakest mean that is rounded up to the floor, in dB over the receiver's noise.
  private let floorDb: Double
  /// Share of a frame's power that falls on one channel on average over time.
  private let duty: Double
  /// Mean of shadowing and indoor loss as a factor of power.
  private let obstacleMean: Double
  /// The first `screenIndex` at which no shadowing gives a link.
  private let beyondReach: Int
  /// Indexed by `screenIndex`: shadowing words below the entry leave a link under the floor.
  private var screen: [UInt64] = []
  /// Likewise: what a module without a link adds to the noise, in units of 2⁻²⁰ of it.
  private var faint: [UInt64] = []

  /// - Parameters:
  ///   - silent: whether each endpoint never transmits.
  ///   - kinds: of each endpoint's frames.
  init(_ scenario: Scenario, territory: Territory, silent: [Bool], kinds: [FrameKind]) {
    let radio = scenario.radio
    let receiver = Receiver(
      noiseFigureDb: scenario.collectors.noiseFigureDb, filterKHz: scenario.collectors.filterKHz)
    self.territory = territory
    self.silent = silent
    self.kinds = kinds
    self.radio = radio
    seed = scenario.seed
    pathLoss = PathLoss(frequencyMHz: radio.frequencyMHz, exponent: radio.pathLossExponent)
    budgetDb =
      scenario.endpoints.txPowerDbm + scenario.collectors.antennaGainDbi - receiver.noiseDbm
    rule = DecodeRule(scenario)
    // The shortest frame has the lowest threshold.
    let nominalFloor =
      rule.thresholds[Int(FrameKind.scm.rawValue)] * ratio(decibels: -radio.linkFloorDb)
    floor = max(1, PowerScale.mean(ratioToNoise: nominalFloor))
    floorDb = decibels(ratio: (Double(floor) - 0.5) / Double(PowerScale.noise))
    let meanTicks = Double(kinds.reduce(0) { $0 + $1.ticks }) / Double(max(1, kinds.count))
    duty =
      meanTicks / Double(Ticks.perSecond)
      / Double(scenario.endpoints.intervalS) / Double(radio.channels)
    // The mean of 10^(X/10) for X normal with standard deviation σ is e^((σ ln 10 / 10)² / 2).
    let naturalSigma = radio.shadowingDb * 0.23025850929940458
    let indoorShare = Double(territory.indoor.count { $0 }) / Double(max(1, territory.count))
    obstacleMean =
      exponential(naturalSigma * naturalSigma / 2)
      * (1 - indoorShare + indoorShare * ratio(decibels: -radio.indoorLossDb))
    let reachM = pathLoss.metres(
      atDb: budgetDb - floorDb + Self.shadowingCut * radio.shadowingDb)
    // Some hundreds of cells across the territory, each a fraction of the reach.
    let cellM = max(200, min(reachM / 4, 2000))
    grid = SpatialGrid(x: territory.x, y: territory.y, cellSize: Int32(cellM * 10))
    beyondReach = Self.screenIndex(reachM * reachM * 100, isIndoor: false) + 2
    // A cell that has a part within reach ends within its diagonal from there.
    screen = makeScreen(toM: reachM + 1.5 * cellM)
    faint = screen.indices.map { faintPower(screenIndex: $0) }
  }

  /// The links of one collector.
  func links(of site: CollectorSite) -> LinkSet {
    let shadowing = RandomStream(seed: seed, .shadowing, entity: site.id.rawValue)
    var heard: [(endpoint: UInt32, mean: Power)] = []
    // Fainter power in units of 2⁻²⁰ of the noise: an integer sum knows no order.
    var faintSum: UInt64 = 0
    for row in 0..<grid.rows {
      for column in 0..<grid.columns {
        let members = grid[column, row]
        if members.isEmpty { continue }
        guard canHear(column: column, row: row, from: site) else {
          let each = faintPower(at: grid.centre(column: column, row: row), site: site)
          faintSum += UInt64(members.count) * each
          continue
        }
        for endpoint in members where !silent[Int(endpoint)] {
          let squared = squaredDistance(
            Double(territory.x[Int(endpoint)]), Double(territory.y[Int(endpoint)]), site)
          let index = Self.screenIndex(squared, isIndoor: territory.indoor[Int(endpoint)])
          if let mean = mean(endpoint, squared, screenIndex: index, shadowing) {
            heard.append((endpoint, mean))
          } else {
            faintSum += faint[index]
          }
        }
      }
    }
    heard.sort { $0.endpoint < $1.endpoint }
    let noise = PowerScale.noise + Power(Double(faintSum) * duty / 1024)
    let test = DecodeTest(rule, noise: noise)
    var links = LinkSet(test: test)
    links.endpoints = heard.map(\.endpoint)
    links.means = heard.map(\.mean)
    links.thresholds = heard.map {
      DrawThreshold(draws: test.survivingDraws(mean: $0.mean, kind: kinds[Int($0.endpoint)]))
    }
    return links
  }

  /// Mean power of one endpoint at a squared distance in dm², or nil when it is below the floor.
  @inline(__always)
  private func mean(
    _ endpoint: UInt32, _ squared: Double, screenIndex: Int, _ shadowing: RandomStream
  ) -> Power? {
    let word = shadowing.words(territory.endpointIDs[Int(endpoint)]).x
    guard UInt64(word) >= screen[screenIndex] else { return nil }
    let db = meanDb(
      squaredDecimetres: squared, isIndoor: territory.indoor[Int(endpoint)], word: word)
    let mean = PowerScale.mean(ratioToNoise: ratio(decibels: db))
    return mean >= floor ? mean : nil
  }

  /// Mean power over the receiver's noise in dB, given the word of the link's shadowing.
  private func meanDb(squaredDecimetres: Double, isIndoor: Bool, word: UInt32) -> Double {
    let cut = max(-Self.shadowingCut, min(Self.shadowingCut, normalVariate(word)))
    return budgetDb - pathLoss.db(squaredMetres: squaredDecimetres / 100)
      - (isIndoor ? radio.indoorLossDb : 0) + radio.shadowingDb * cut
  }

  private func squaredDistance(_ x: Double, _ y: Double, _ site: CollectorSite) -> Double {
    let dx = x - Double(site.x)
    let dy = y - Double(site.y)
    return dx * dx + dy * dy
  }
}

// What need not be computed: most pairs of module and collector are far too distant for a link.
extension LinkBudget {
  /// The first bits of a squared distance in dm², 16 classes to the octave, and whether the module
  /// stands indoors.
  private static func screenIndex(_ squaredDecimetres: Double, isIndoor: Bool) -> Int {
    let distanceClass = max(1, squaredDecimetres).bitPattern >> 48 - screenBase
    return Int(truncatingIfNeeded: distanceClass << 1 | (isIndoor ? 1 : 0))
  }

  private static let screenBase = (1.0).bitPattern >> 48

  private func makeScreen(toM distanceM: Double) -> [UInt64] {
    let end = Self.screenIndex(distanceM * distanceM * 100, isIndoor: true)
    return (0...end).map { index in
      let nearest = Double(bitPattern: (UInt64(index >> 1) + Self.screenBase) << 48)
      // The mean never falls with the word; a hair of margin leaves close calls to `mean`.
      var low: UInt64 = 0
      var high: UInt64 = 1 << 32
      while low < high {
        let middle = (low + high) / 2
        let db = meanDb(
          squaredDecimetres: nearest, isIndoor: index & 1 == 1, word: UInt32(middle))
        if db < floorDb - 1e-6 { low = middle + 1 } else { high = middle }
      }
      return low
    }
  }

  /// Whether any module of a cell can have a link, judged by the nearest point of the cell.
  private func canHear(column: Int, row: Int, from site: CollectorSite) -> Bool {
    let centre = grid.centre(column: column, row: row)
    let half = Double(grid.cellSize) / 2
    let dx = max(0, (centre.x - Double(site.x)).magnitude - half)
    let dy = max(0, (centre.y - Double(site.y)).magnitude - half)
    return Self.screenIndex(dx * dx + dy * dy, isIndoor: false) < beyondReach
  }

  /// What a module beyond reach adds to the noise, by the middle of its cell.
  private func faintPower(at centre: (x: Double, y: Double), site: CollectorSite) -> UInt64 {
    let squared = squaredDistance(centre.x, centre.y, site)
    let mean = ratio(decibels: budgetDb - pathLoss.db(squaredMetres: squared / 100)) * obstacleMean
    return UInt64(mean * 0x1p20)
  }

  /// What a module without a link adds to the noise on average, in the middle of a distance class:
  /// the mean over those of 1,024 equally probable values of shadowing that leave it without one.
  private func faintPower(screenIndex index: Int) -> UInt64 {
    let middle = Double(bitPattern: ((UInt64(index >> 1) + Self.screenBase) << 48) | (1 << 47))
    let steps = 1024
    var sum = 0.0
    var count = 0.0
    for step in 0..<steps {
      let word = UInt32(truncatingIfNeeded: (UInt64(2 * step + 1) << 32) / UInt64(2 * steps))
      let db = meanDb(squaredDecimetres: middle, isIndoor: index & 1 == 1, word: word)
      if db >= floorDb { break }
      sum += ratio(decibels: db)
      count += 1
    }
    return count == 0 ? 0 : UInt64(sum / count * 0x1p20)
  }
}
