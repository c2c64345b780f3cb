import Glibc
import Synchronization
import Testing

@testable import amr

@Suite struct NumeralsTests {
  @Test(
    arguments: [
      (0, "0"), (999, "999"), (1000, "1,000"), (-1000, "-1,000"), (-999, "-999"),
      (615_000, "615,000"), (1_234_567_890, "1,234,567,890"),
      (.min, "-9,223,372,036,854,775,808"),
    ] as [(Int64, String)])
  func grouped(value: Int64, expected: String) {
    #expect(Numerals.grouped(value) == expected)
  }

  @Test(
    arguments: [
      (0, 2, "0.00"), (1234.5, 2, "1,234.50"), (-1234.5, 0, "-1,234"), (0.125, 2, "0.12"),
      (2.675, 2, "2.67"), (-0.001, 2, "0.00"), (999_999.999, 1, "1,000,000.0"), (1e21, 0, nil),
      (.nan, 2, "nan"), (-.infinity, 2, "-inf"), (98.5, 1, "98.5"),
    ] as [(Double, Int, String?)])
  func fixed(value: Double, digits: Int, expected: String?) {
    #expect(
      Numerals.fixed(value, digits: digits) == expected ?? "1,000,000,000,000,000,000,000")
  }

  @Test func fixedHoldsTheGreatestDouble() {
    let text = Numerals.fixed(.greatestFiniteMagnitude, digits: 3)
    #expect(text.hasPrefix("179,769,313,486,231,57") && text.hasSuffix(",368.000"))
    #expect(text.filter(\.isNumber).count == 309 + 3)
  }

  @Test(
    arguments: [
      (0, "0.00"), (2.25, "2.25"), (9.994, "9.99"), (9.996, "10.0"), (13.5, "13.5"),
      (99.96, "100"), (618.4, "618"), (999.4, "999"), (999.6, "1.00 k"), (12_345, "12.3 k"),
      (3.2e6, "3.20 M"), (4.5e9, "4.50 G"), (7e12, "7.00 T"), (1e16, "10,000 T"),
    ] as [(Double, String)])
  func short(value: Double, expected: String) {
    #expect(Numerals.short(value) == expected)
  }

  @Test(
    arguments: [
      (0, "0 s"), (0.1, "1 s"), (8, "8 s"), (59.5, "1:00 min"), (65, "1:05 min"),
      (3599, "59:59 min"), (3600, "1:00:00 h"), (7400, "2:03:20 h"), (-1, "0 s"), (.nan, "0 s"),
      (.infinity, "888888:53:20 h"),
    ] as [(Double, String)])
  func duration(seconds: Double, expected: String) {
    #expect(Numerals.duration(seconds: seconds) == expected)
  }
}

@Suite struct TextTableTests {
  @Test func columnsAreAligned() {
    var table = TextTable(columns: [
      .init(title: "table"), .init(title: "rows"), .init(title: "size", unit: "MB"),
      .init(title: "note"),
    ])
    table.add([.text("reads"), .integer(18_450_000), .decimal(17.25, digits: 1), .text("ok")])
    table.add([.text("größe"), .integer(7), .none, .text("")])
    #expect(
      table.text == """
        table        rows  size (MB)  note
        reads  18,450,000       17.2  ok
        größe           7          -

        """)
  }

  @Test func noRows() {
    #expect(TextTable(columns: [.init(title: "a"), .init(title: "b")]).text == "a  b\n")
  }
}

@Suite struct ProgressTests {
  private let days = ProgressLine(phase: "simulate", unit: "days", total: 30)

  @Test(
    arguments: [
      (0, 2, 80, "simulate [>                   ]   0%  0 / 30 days  0.00 days/s"),
      (9, 4, 80, "simulate [======>             ]  30%  9 / 30 days  2.25 days/s  ETA 10 s"),
      (30, 4, 80, "simulate [====================] 100%  30 / 30 days  7.50 days/s"),
      (40, 4, 80, "simulate [====================] 100%  40 / 30 days  10.0 days/s"),
      (9, 0, 80, "simulate [======>             ]  30%  9 / 30 days  0.00 days/s"),
      (9, 4, 60, "simulate  30%  9 / 30 days  2.25 days/s  ETA 10 s"),
      (9, 4, 20, "simulate  30%  9 / 3"), (9, 4, 0, ""), (9, 4, -1, ""),
    ] as [(Int64, Double, Int, String)])
  func line(count: Int64, seconds: Double, width: Int, expected: String) {
    #expect(days.text(count: count, seconds: seconds, width: width) == expected)
  }

  @Test func lineWithoutTotal() {
    let files = ProgressLine(phase: "ingest", unit: "files", total: nil)
    #expect(
      files.text(count: 1200, seconds: 4, width: 79) == "ingest  1,200 files  300 files/s")
    #expect(files.text(count: 1200, seconds: 4, width: 8) == "ingest  ")
    let none = ProgressLine(phase: "ingest", unit: "files", total: 0)
    #expect(none.text(count: 0, seconds: 4, width: 79) == "ingest  0 files  0.00 files/s")
  }

  @Test func scheduleWaitsASecondAndThenDrawsTenTimesASecond() {
    var schedule = ProgressSchedule(start: 5_000_000_000)
    let times: [UInt64] = [
      5_000_000_000, 5_999_999_999, 6_000_000_000, 6_099_999_999, 6_100_000_000,
    ]
    var due: [Bool] = []
    for time in times { due.append(schedule.isDue(at: time)) }
    #expect(due == [false, false, true, false, true])
    var drawings = 0
    for time in stride(from: UInt64(6_101_000_000), through: 8_100_000_000, by: 1_000_000)
    where schedule.isDue(at: time) {
      drawings += 1
    }
    #expect(drawings == 20)
  }

  /// A bar on an imaginary terminal with an imaginary clock.
  private final class Stage: Sendable {
    let time = Atomic<UInt64>(0)
    let output = Mutex("")

    func bar(isShown: Bool = true) -> ProgressBar {
      ProgressBar(
        isShown: isShown, now: { self.time.load(ordering: .relaxed) },
        write: { text in self.output.withLock { $0 += text } }, width: { 41 })
    }

    func pass(_ nanoseconds: UInt64) { time.add(nanoseconds, ordering: .relaxed) }
    var written: String { output.withLock { $0 } }
  }

  @Test func barAppearsLateAndLeavesNothingBehind() {
    let stage = Stage()
    let bar = stage.bar()
    bar.advance()
    bar.begin("a", unit: "u", total: nil)
    bar.advance(by: 5000)
    #expect(stage.written == "")
    stage.pass(1_000_000_000)
    bar.advance(by: 5000)
    let first = "a  10,000 u  10.0 k u/s"
    #expect(stage.written == "\r" + first)
    bar.advance()
    #expect(stage.written == "\r" + first)
    bar.begin("b", unit: "u", total: nil)
    let cleared = "\r" + String(repeating: " ", count: first.count) + "\r"
    #expect(stage.written == "\r" + first + cleared)
    bar.advance()
    stage.pass(999_999_999)
    bar.advance()
    bar.finish()
    bar.finish()
    bar.advance()
    #expect(stage.written == "\r" + first + cleared, "a short phase shows nothing")
  }

  @Test func shorterLinesBlankLongerOnes() {
    let stage = Stage()
    let bar = stage.bar()
    bar.begin("a", unit: "u", total: nil)
    stage.pass(1_000_000_000)
    bar.advance(by: 999)
    stage.pass(9_000_000_000)
    bar.advance(by: 0)
    bar.finish()
    #expect(
      stage.written == "\ra  999 u  999 u/s" + "\ra  999 u  99.9 u/s"
        + "\r                  \r")
    let other = Stage()
    let shrinking = other.bar()
    shrinking.begin("a", unit: "u", total: nil)
    other.pass(1_000_000_000)
    shrinking.advance(by: 9990)
    other.pass(9_000_000_000)
    shrinking.advance(by: 0)
    #expect(other.written == "\ra  9,990 u  9.99 k u/s" + "\ra  9,990 u  999 u/s   ")
  }

  @Test func hiddenBarWritesNothing() {
    let stage = Stage()
    let bar = stage.bar(isShown: false)
    bar.begin("a", unit: "u", total: 3)
    stage.pass(5_000_000_000)
    bar.advance()
    bar.finish()
    #expect(stage.written == "")
  }

  @Test func threadsMayReportAtOnce() async {
    let stage = Stage()
    let bar = stage.bar()
    bar.begin("a", unit: "u", total: nil)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<1000 {
            stage.pass(1_000_000)
            bar.advance()
          }
        }
      }
    }
    stage.pass(1_000_000_000)
    bar.advance()
    #expect(stage.written.contains("\ra  8,001 u  "))
  }
}

@Suite struct StreamTests {
  @Test func allBytesArriveAndAClosedPipeIsAnError() async {
    await #expect(processExitsWith: .success) {
      Interrupt.install()
      var ends: [Int32] = [0, 0]
      guard pipe(&ends) == 0 else { exit(2) }
      do {
        try Terminal.write(Array("hello".utf8), to: ends[1])
        var buffer = [UInt8](repeating: 0, count: 10)
        guard read(ends[0], &buffer, 10) == 5, buffer.starts(with: "hello".utf8) else { exit(3) }
        close(ends[0])
        try Terminal.write([1], to: ends[1])
        exit(4)
      } catch StreamError.readerGone {
        exit(StreamError.readerGone.exitCode.rawValue)
      } catch {
        exit(5)
      }
    }
  }

  @Test func otherFailuresSayWhy() {
    let error = #expect(throws: StreamError.self) { try Terminal.write([1], to: -1) }
    #expect(error == .failed(EBADF))
    #expect(error?.exitCode == .ioError)
    #expect(
      error?.description == "cannot write the output: Bad file descriptor; "
        + "check free space and the place it goes to")
  }
}

/// Each in a process of its own, since a signal concerns all of it.
@Suite struct InterruptTests {
  @Test(arguments: [SIGINT, SIGTERM])
  func theFirstSignalIsANotice(signal: Int32) async {
    await #expect(processExitsWith: .exitCode(42)) { [signal] in
      // The process that runs the tests may have had the signal ignored.
      Glibc.signal(signal, SIG_DFL)
      Interrupt.install()
      guard (try? Interrupt.check()) != nil, !Interrupt.isRequested else { exit(2) }
      deliver(signal)
      do {
        try Interrupt.check()
      } catch {
        exit(Interrupt.isRequested ? 42 : 3)
      }
    }
  }

  @Test func theSecondSignalEndsTheProcess() async {
    await #expect(processExitsWith: .exitCode(130)) {
      signal(SIGINT, SIG_DFL)
      Interrupt.install()
      deliver(SIGINT)
      deliver(SIGINT)
    }
  }

  @Test func anIgnoredSignalStaysIgnored() async {
    await #expect(processExitsWith: .exitCode(43)) {
      signal(SIGINT, SIG_IGN)
      Interrupt.install()
      deliver(SIGINT)
      exit(Interrupt.isRequested ? 2 : 43)
    }
  }
}

/// Sends this thread a signal and returns when it has been handled; threads that run tasks block
/// all signals.
private func deliver(_ signal: Int32) {
  var signals = sigset_t()
  sigemptyset(&signals)
  sigaddset(&signals, signal)
  pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  raise(signal)
}
