import Testing
import VEE

@Suite("VEE rules")
struct VEERulesTests {
  @Test func usualValues() {
    #expect(VEERules().plausibleUseFactor == 10)
  }
}
