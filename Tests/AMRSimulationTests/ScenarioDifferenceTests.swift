import Metering
import Testing

@testable import AMRSimulation

@Suite("Differences of scenarios")
struct ScenarioDifferenceTests {
  @Test("the first key that differs is named with both values")
  func first() {
    let scenario = Scenario()
    #expect(ScenarioDifference(scenario, scenario) == nil)
    func difference(_ change: (inout Scenario) -> Void) -> String? {
      var other = scenario
      change(&other)
      return ScenarioDifference(scenario, other).map { "\($0.path): \($0.one) → \($0.other)" }
    }
    #expect(difference { $0.days = 7 } == "days: 1 → 7")
    #expect(
      difference {
        $0.billing.utility = "x"
        $0.radio.channels = 3
      } == "radio.channels: 50 → 3")
    #expect(
      difference { $0.billing.daylightSaving = .us }
        == "billing.daylight_saving: \"none\" → \"us\"")
    #expect(
      difference { $0.moduleClasses[0].dials = 6 } == "module_classes[0].dials: 5 → 6")
    #expect(
      difference { $0.entryClasses.removeLast() } == "entry_classes: 2 elements → 1 element")
    #expect(
      difference { $0.startDate = CivilDay(year: 1996, month: 1, day: 1) }
        == "start_date: \"1998-06-01\" → \"1996-01-01\"")
  }
}
