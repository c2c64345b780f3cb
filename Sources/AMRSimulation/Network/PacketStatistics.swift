import Parallel
import RandomStreams

/// What became of the arrivals of a run, as shares of all of them: exact when every collector-hour
/// was evaluated, otherwise estimated from a simple random sample of collector-hours.
///
/// A share is the sample's Σy / Σx, with y arrivals of one fate among the x arrivals of each
/// collector-hour. Arrivals of one hour at one collector resemble one another, so that the
/// uncertainty is that of a ratio estimate over whole collector-hours, not that of a proportion of
/// independent arrivals.
public struct PacketStatistics: Sendable {
  /// A share with its confidence interval of 95 %, all 0…1.
  public struct Share: Sendable, Equatable {
    public let value: Double
    public let low: Double
    public let high: Double
  }

  /// Collectors × hours of the run.
  public let collectorHours: Int
  /// Those of them that were evaluated.
  public let evaluatedHours: Int
  /// In the collector-hours that were evaluated.
  public let total: PacketCounts
  /// Of each collector-hour of the sample; the total alone where there is no sampling error.
  private let parts: [PacketCounts]

  /// What is known of all collector-hours.
  init(census total: PacketCounts, collectorHours: Int) {
    self.collectorHours = collectorHours
    evaluatedHours = collectorHours
    self.total = total
    parts = [total]
  }

  /// What a sample tells, with the counts of each of its collector-hours.
  init(sample: [PacketCounts], collectorHours: Int) {
    self.collectorHours = collectorHours
    evaluatedHours = sample.count
    total = sample.reduce(into: PacketCounts()) { $0 += $1 }
    parts = sample
  }

  /// The share of one fate; nil when nothing arrived.
  ///
  /// The variance v is that of a ratio estimate, (1 − n / N) / (n x̄²) · Σ(y − p x)² / (n − 1) for n
  /// of N collector-hours (Cochran, Sampling Techniques, 3rd ed., ch. 6). The interval is Wilson's
  /// (JASA 22, 1927) for as many independent arrivals as have this variance, p(1 − p) / v. It stays
  /// within 0…1, and a fate that the sample never met, as down-time often is, is not taken for
  /// impossible: it counts as n independent trials.
  public func share(of fate: KeyPath<PacketCounts, Int>) -> Share? {
    guard total.arrivals > 0 else { return nil }
    let p = Double(total[keyPath: fate]) / Double(total.arrivals)
    let t = Self.quantile(freedom: max(1, Double(evaluatedHours - 1)))
    let unseen = 1 - Double(evaluatedHours) / Double(collectorHours)
    let width = t * t * unseen / independentArrivals(of: fate, p)
    let middle = (p + width / 2) / (1 + width)
    let half = (width * p * (1 - p) + width * width / 4).squareRoot() / (1 + width)
    // Rounding must not put a share of 0 or 1 outside.
    return Share(value: p, low: min(p, max(0, middle - half)), high: max(p, min(1, middle + half)))
  }

  /// The number of independent arrivals that would tell a share p as well as the sample does, were
  /// it drawn from very many collector-hours.
  private func independentArrivals(of fate: KeyPath<PacketCounts, Int>, _ p: Double) -> Double {
    let count = Double(parts.count)
    guard p > 0, p < 1 else { return count }
    let squares = parts.reduce(0.0) {
      let residual = Double($1[keyPath: fate]) - p * Double($1.arrivals)
      return $0 + residual * residual
    }
    let arrivals = Double(total.arrivals)
    return p * (1 - p) * max(1, count - 1) * arrivals * arrivals / (count * squares)
  }

  /// The 97.5 % point of Student's distribution (Abramowitz and Stegun 26.7.5, its first term).
  private static func quantile(freedom: Double) -> Double {
    let z = 1.959964
    return z + (z * z * z + z) / (4 * freedom)
  }
}

extension FixedNetwork {
  /// Collector-hours that the fate of arrivals is estimated from.
  public static let packetSampleSize = 200

  /// What became of the arrivals of the run: exact after a census of all its periods, otherwise
  /// by a census of a random sample of collector-hours, or of all when there are no more.
  ///
  /// It can be asked for at any time and changes nothing; it depends neither on `threads` nor on
  /// the periods simulated on demand.
  public func packetStatistics(
    sampleSize: Int = packetSampleSize, threads: Int, progress: @escaping Progress
  ) async throws -> PacketStatistics {
    // Collectors that are built during the run count from then on.
    let first = sites.indices.map { min(history.builtDay($0), scenario.days) * 24 }
    let hours = scenario.days * 24
    let ends = first.reduce(into: [Int]()) { $0.append(($0.last ?? 0) + hours - $1) }
    let collectorHours = ends.last ?? 0
    if let countedPackets {
      return PacketStatistics(census: countedPackets, collectorHours: collectorHours)
    }
    let sample = randomSubset(
      of: collectorHours, count: min(sampleSize, collectorHours), seed: scenario.seed)
    let counter = ProgressCounter(progress)
    let counts = try await parallelMap(count: sample.count, threads: threads) { index in
      try counter.advance()
      let collector = ends.partitioningIndex { $0 > sample[index] }
      return packets(
        collector: collector, hour: hours - (ends[collector] - sample[index]))
    }
    return PacketStatistics(sample: counts, collectorHours: collectorHours)
  }

  /// The fate of what arrives in one hour of the run by the collector's clock.
  func packets(collector: Int, hour: Int) -> PacketCounts {
    let period = ReportingPeriod(number: hour, hours: 1)
    let evaluation = EvaluationOrder.census.evaluate(
      air(
        collector: collector,
        onAir: OnAir(history, modules: territory.count, day: hour / 24)),
      from: clocks[collector].tick(showingSeconds: period.start),
      to: clocks[collector].tick(showingSeconds: period.end), level: vectorLevel)
    guard let packets = evaluation.packets else {
      preconditionFailure("the census decides every arrival")
    }
    return packets
  }
}

/// `count` different numbers below `population`, ascending; every such set is equally likely (Floyd,
/// in Bentley, Communications of the ACM 30, 1987).
func randomSubset(of population: Int, count: Int, seed: UInt64) -> [Int] {
  let stream = RandomStream(seed: seed, .packetSample, entity: 0)
  var chosen = Set<Int>()
  for last in population - count..<population {
    let words = stream.words(UInt32(last - (population - count)))
    let word = UInt64(words.x) << 32 | UInt64(words.y)
    let number = Int(word.multipliedFullWidth(by: UInt64(last + 1)).high)
    if !chosen.insert(number).inserted { chosen.insert(last) }
  }
  return chosen.sorted()
}

extension [Int] {
  /// The first place from which on a condition holds, that once it holds does so to the end; the
  /// count where it never does.
  fileprivate func partitioningIndex(_ condition: (Int) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if condition(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
