import AMRSimulation
import Reporting

extension PacketSummary {
  /// The statistics of a simulation as they are reported.
  public init(_ statistics: PacketStatistics) {
    self.init()
    func share(_ fate: KeyPath<PacketCounts, Int>) -> Share? {
      statistics.share(of: fate).map { Share(value: $0.value, low: $0.low, high: $0.high) }
    }
    collectorHours = statistics.collectorHours
    evaluatedHours = statistics.evaluatedHours
    arrivals = statistics.total.arrivals
    decoded = share(\.decoded)
    lostToNoise = share(\.lostToNoise)
    lostToInterference = share(\.lostToInterference)
    notHeard = share(\.notHeard)
  }
}
