import CollectorUpload
import ERTProtocol
import Metering
import TestSupport
import Testing

@testable import HeadEnd

/// The SQL of README.md finds what was planted in a store.
@Suite("Questions of an operator")
struct OperatorQuestionsTests {
  /// Collectors 1, 2 and 3 hear ten endpoints each on twelve days. In the last three days collector
  /// 1 hears half of its ten, collector 3 four, and collector 2 all that 1 lost and two of 3's six.
  private static func heard(by collector: UInt32, day: Int) -> [Int] {
    let own = Int(collector - 1) * 10
    guard day >= 9 else { return Array(own..<own + 10) }
    switch collector {
    case 1: return Array(0..<5)
    case 2: return Array(5..<20) + [24, 25]
    default: return Array(20..<24)
    }
  }

  /// What is refused besides: from collector 1 an endpoint that nobody knows, on three days, and
  /// from collector 2 a damaged frame.
  private static func strange(at collector: UInt32, day: Int, stamp: Int64) -> [UploadRecord] {
    switch (collector, day) {
    case (1, 2...4): return [Fixture.record(999, at: stamp, register: 1)]
    case (2, 5):
      var record = Fixture.record(10, at: stamp, register: 1)
      record.frame = SCMFrame(head: record.frame.head, tail: record.frame.tail ^ 1)
      return [record]
    default: return []
    }
  }

  private static func upload(collector: UInt32, day: Int) -> Upload {
    let noon = Fixture.clock.startOfDay(Fixture.firstDay + day) + 43_200_000
    let records = heard(by: collector, day: day).map {
      Fixture.record($0, at: noon, register: UInt32(day))
    }
    return Fixture.upload(
      collector: collector, day: Fixture.firstDay + day,
      records: records + strange(at: collector, day: day, stamp: noon))
  }

  /// A store in which the first two uploads of collector 1 and the second of collector 2 are
  /// missing, and a read of day 3 passed from collector 3 to 2 after the day was closed.
  private static func makeStore(_ directory: TemporaryDirectory) async throws {
    var intake = try Intake(try Fixture.makeStore(directory, endpoints: 30))
    for day in 0..<12 {
      for collector in 1...UInt32(3)
      where !(collector == 1 && day < 2 || collector == 2 && day == 1) {
        try intake.take(upload(collector: collector, day: day), source: "test")
      }
    }
    let third = Fixture.firstDay + 3
    try await intake.close(through: third, timestamp: Fixture.timestamp, threads: 1)
    let evening = Fixture.clock.startOfDay(third) + 80_000_000
    let late = Fixture.upload(
      collector: 2, day: third, sequence: 13,
      records: [Fixture.record(20, at: evening, register: 4)])
    try intake.take(late, source: "test")
    try await intake.commit(timestamp: Fixture.timestamp, threads: 1)
    #expect(intake.counts.lateReads == 1)
  }

  @Test(
    "failing collectors, silent endpoints, quarantine and missing uploads are found",
    .enabled(if: Witness.shouldRun("duckdb", "deltalake", "pyarrow")))
  func plantedFacts() async throws {
    let directory = try TemporaryDirectory()
    try await Self.makeStore(directory)
    let program = OperatorQuestions.program + "print(*answers, sep='\\n')"
    let result = try Witness.run(program, [directory.file("store")])
    #expect(result.exitCode == 0, "\(result.errorText)")
    // 69 reads of collector 3 in seven days count, since one is collector 2's by now.
    let failing = "[(3, 9.9, 4.0)]"
    let lastDay = "datetime.date(1998, 7, 7)"
    let silent = (26...29).sorted { 1 + $0 % 21 < 1 + $1 % 21 }.map {
      "(\(Int(Fixture.firstID) + $0), 'M\(Int(Fixture.firstID) + $0)', \(1 + $0 % 21), \(lastDay), 3)"
    }
    let refused = "[('unknown_endpoint', 1, 1, 3), ('invalid_frame', 2, 1, 1)]"
    let missing = "[(1, 1, 2), (2, 2, 2)]"
    #expect(
      result.outputText.split(separator: "\n").map(String.init) == [
        failing, "[\(silent.joined(separator: ", "))]", refused, missing,
      ])
  }
}
