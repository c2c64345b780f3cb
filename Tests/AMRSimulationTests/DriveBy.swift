import Metering
import PortableMath
import RadioModel
import Testing

@testable import AMRSimulation

/// Modules that stand at the same distance from a straight street, and a van that drives along it on
/// each cycle's day; nobody else listens.
struct DriveBy {
  private static let metresPerDegree = 6_371_008.8 * Double.pi / 180
  private static let street = -700.0...1120.0
  var modules = 210
  /// Between two of them.
  var spacingM = 2.0
  /// From the street.
  var offsetM = 20.0
  var scenario: Scenario

  /// - Parameter days: whole months from October 1997 on.
  init(seed: UInt64, days: Int = 31) {
    scenario = Scenario()
    scenario.seed = seed
    scenario.days = days
    scenario.startDate = CivilDay(year: 1997, month: 10, day: 1)
    scenario.territory.metersCSV = "meters"
    scenario.vans.routesCSV = "routes"
    scenario.collectors.sitesCSV = "sites"
    scenario.entryClasses = [EntryClass(name: "outdoor", share: 1, lossDb: 0)]
    scenario.radio.shadowingDb = 0
    scenario.radio.pathLossExponent = 3
    scenario.radio.linkFloorDb = 20
    scenario.endpoints.intervalS = 60
    scenario.endpoints.jitterMs = 0
    // Phases differ from day to day.
    scenario.endpoints.clockErrorPpm = 1000
    scenario.faults.silentModuleShare = 0
    scenario.rollout.collectorsPerDay = 1
    scenario.rollout.buildFrom = CivilDay(year: 2100, month: 1, day: 4)
    scenario.vans.count = 1
    scenario.vans.segmentM = 8
    scenario.vans.speedKmh = 36
    scenario.vans.redriveDays = 0
  }

  /// Degrees of latitude and longitude of a place in metres north and east of 40° N, 80° W.
  private func degrees(north: Double, east: Double) -> String {
    let longitude = -80 + east / (Self.metresPerDegree * cosine(40 * Double.pi / 180))
    return "\(40 + north / Self.metresPerDegree),\(longitude)"
  }

  /// Metres along the street.
  func place(of module: Int) -> Double { Double(module) * spacingM }

  /// The middles of the segments into which the street is cut, in metres along it.
  var segmentMiddles: [Double] {
    let length = Self.street.upperBound - Self.street.lowerBound
    let count = (length / scenario.vans.segmentM).rounded(.up)
    return (0..<Int(count)).map {
      Self.street.lowerBound + (Double($0) + 0.5) * length / count
    }
  }

  /// Of all modules and runs, the share that the van reports, and why modules were missed on their day.
  func readShare() async throws -> (share: Double, runs: Int, missed: [MissReason: Int]) {
    let meters =
      "latitude_deg,longitude_deg\n"
      + (0..<modules).map {
        degrees(north: offsetM, east: place(of: $0)) + "\n"
      }.joined()
    let routes =
      "cycle,latitude_deg,longitude_deg\n"
      + (1...21).map { cycle in
        let (from, to) = (Self.street.lowerBound, Self.street.upperBound)
        return
          "\(cycle),\(degrees(north: 0, east: from))\n\(cycle),\(degrees(north: 0, east: to))\n"
      }.joined()
    let layout = try await Layout(scenario, threads: 1) { name in
      Array(
        (name == "meters"
          ? meters
          : name == "routes" ? routes : "latitude_deg,longitude_deg\n40.5,-80\n").utf8)
    }
    var network = try await FixedNetwork(
      scenario, layout: layout, threads: 2, progress: { _ in })
    var (heard, runs, due, read) = (0, 0, 0, 0)
    var missed: [MissReason: Int] = [:]
    for _ in 0..<network.periodCount {
      let result = try await network.simulateNextPeriod(
        order: .onDemand, threads: 2, progress: { _ in })
      for upload in result.uploads {
        runs += 1
        heard += upload.header.recordCount
      }
      for round in result.vans?.rounds ?? [] {
        due += round.modules.count
        read += round.read
        missed.merge(round.counts, uniquingKeysWith: +)
        #expect(round.read + round.missed.count == round.modules.count)
      }
    }
    #expect(due == modules * (scenario.days / 30))
    let share = Double(heard) / Double(runs * modules)
    // A module is due in one run of 21.
    #expect((Double(read) / Double(due) - share).magnitude < 2 / Double(due).squareRoot())
    return (share, runs, missed)
  }

  var speed: Double { scenario.vans.speedKmh / 3.6 }

  /// Mean power over noise at so many metres along the street from a module.
  func meanDb(_ along: Double) -> Double {
    let square = along * along + offsetM * offsetM
    // Friis at 1 m, 20 log10(4π f / c), and the exponent from there.
    let atOneMetre = 32.4478 - 60 + 20 * log10(scenario.radio.frequencyMHz)
    let loss = atOneMetre + 10 * scenario.radio.pathLossExponent * log10(square) / 2
    let receiver = Receiver(
      noiseFigureDb: scenario.vans.noiseFigureDb, filterKHz: scenario.vans.filterKHz)
    return scenario.endpoints.txPowerDbm + scenario.vans.antennaGainDbi - loss - receiver.noiseDbm
  }

  private func log10(_ x: Double) -> Double { naturalLogarithm(x) / 2.302585092994046 }

  /// γ₀ of an SCM frame in dB.
  var thresholdDb: Double {
    let receiver = Receiver(
      noiseFigureDb: scenario.vans.noiseFigureDb, filterKHz: scenario.vans.filterKHz)
    return decibels(ratio: receiver.decodeThreshold(bits: FrameKind.scm.bits))
  }
}
