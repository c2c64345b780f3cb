import AMRSimulation
import Metering
import Reporting

extension RolloutSummary {
  /// What there is to say of a network; nil where all is there before the run.
  public init?(_ network: FixedNetwork) {
    let scenario = network.scenario
    guard scenario.rollout.crews > 0 || scenario.rollout.collectorsPerDay > 0 else { return nil }
    let ends = (0..<scenario.days).filter {
      $0 + 1 == scenario.days || (scenario.startDate + ($0 + 1)).date.day == 1
    }
    self.init(
      monthEnds: ends.map { (scenario.startDate + $0).description },
      areas: zip(network.areas.list, network.history.progress(in: network.areas, on: ends)).map {
        Area(name: $0.name, modules: $0.modules, installed: $1.installed, fixed: $1.fixed)
      })
  }
}
