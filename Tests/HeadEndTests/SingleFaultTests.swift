import CollectorUpload
import DurableFiles
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import HeadEnd

/// One system call refused, anywhere in the life of a store.
@Suite("Single faults")
struct SingleFaultTests {
  /// A file system that refuses its n-th call, once or for a while, and does as told after that.
  private final class FaultOnce: Sendable {
    private let calls = Atomic<Int>(0)
    private let first: Int
    private let length: Int
    private let fault: FileSystem.Fault

    init(at first: Int, length: Int = 1, _ fault: FileSystem.Fault) {
      self.first = first
      self.length = length
      self.fault = fault
    }

    var fileSystem: FileSystem {
      FileSystem { [self] _, _ in
        let call = calls.add(1, ordering: .relaxed).newValue
        return call >= first && call < first + length ? fault : nil
      }
    }

    var happened: Bool { calls.load(ordering: .relaxed) >= first }
  }

  /// Long tests try every call with every error.
  private func step(_ code: CInt, of command: Int = 0) -> Int {
    let step = longTests ? 1 : code == EIO ? 5 : 29
    return command < StoreJourney.firstValidation || longTests ? step : step * 5 + 2
  }

  @Test(
    "a refused call is named with its path, and the command given again completes the work",
    arguments: [EIO, ENOSPC, EACCES, EDQUOT])
  func refusals(code: CInt) async throws {
    let stages = try await StoreStages()
    var (tried, failed) = (0, 0)
    for number in 0..<StoreJourney.commandCount {
      for call in stride(from: 1, to: .max, by: step(code, of: number)) {
        let directory = try stages.before(number)
        let fault = FaultOnce(at: call, .fail(code))
        let journey = StoreJourney(
          directory: directory.file("store"), fileSystem: fault.fileSystem)
        do {
          try await journey.command(number)
        } catch HeadEndError.file(let cause) {
          failed += 1
          #expect(cause.code == code && cause.path.hasPrefix(directory.path), "\(cause)")
          try await journey.command(number)
        }
        try await Self.compare(directory, stages.expected[number], "command \(number), \(call)")
        if !fault.happened { break }
        tried += 1
      }
    }
    #expect(failed > 500 / step(code))
    print("error \(code): \(tried) calls refused, \(failed) commands failed and were repeated")
  }

  @Test("signals and short transfers are no failures")
  func harmless() async throws {
    let stages = try await StoreStages()
    for (length, fault) in [(40, FileSystem.Fault.fail(EINTR)), (40, .atMost(1))] {
      var tried = 0
      for number in 0..<StoreJourney.commandCount {
        for call in stride(from: 1, to: .max, by: step(EINTR, of: number)) {
          let directory = try stages.before(number)
          let storm = FaultOnce(at: call, length: length, fault)
          let journey = StoreJourney(
            directory: directory.file("store"), fileSystem: storm.fileSystem)
          try await journey.command(number)
          try await Self.compare(
            directory, stages.expected[number], "command \(number), \(call)")
          if !storm.happened { break }
          tried += 1
        }
      }
      print("\(fault): from each of \(tried) calls on")
    }
  }

  private static func compare(
    _ directory: TemporaryDirectory, _ expected: StoreContent, _ place: String
  ) async throws {
    let content = try StoreContent(of: directory.file("store"))
    #expect(content.differences(from: expected) == [], "\(place)")
    let check = try await Fixture.open(directory).check(threads: 1)
    #expect(check.faults == [], "\(place)")
  }

  @Test("an intake whose commit failed goes on rightly or refuses", arguments: [EIO, ENOSPC])
  func sameProcess(code: CInt) async throws {
    let stages = try await StoreStages()
    let clean = try stages.before(3)
    try await Self.takeLate(into: clean)
    let expected = try StoreContent(of: clean.file("store"))
    let step = step(code)
    var (call, tried, wentOn, refused) = (0, 0, 0, 0)
    var happened = true
    while happened {
      call += step
      let directory = try stages.before(3)
      let fault = FaultOnce(at: call, .fail(code))
      if let store = try? ReadStore.open(
        at: directory.file("store"), engine: Fixture.engine, for: .writing, in: fault.fileSystem),
        var intake = try? Intake(store)
      {
        for upload in StoreJourney.late {
          // Offered and committed until it goes well, as by a program that tries again.
          for _ in 0..<2 {
            do {
              try intake.take(upload, source: "spool")
              try await intake.commit(timestamp: Fixture.timestamp, threads: 1)
              break
            } catch {
              continue
            }
          }
        }
        do {
          try await intake.commit(timestamp: Fixture.timestamp, threads: 1)
          _ = intake.finish()
          let content = try StoreContent(of: directory.file("store"))
          #expect(
            content.differences(from: expected, in: StoreContent.Part.allButVersions) == [],
            "call \(call)")
          wentOn += 1
        } catch {
          refused += 1
        }
      }
      try await Self.takeLate(into: directory)
      let content = try StoreContent(of: directory.file("store"))
      #expect(
        content.differences(from: expected, in: StoreContent.Part.allButVersions) == [],
        "call \(call), again")
      let check = try await Fixture.open(directory).check(threads: 1)
      #expect(check.faults == [], "call \(call)")
      happened = fault.happened
      if happened { tried += 1 }
    }
    print("error \(code): \(tried) calls refused, \(wentOn) intakes went on, \(refused) refused")
  }

  private static func takeLate(into directory: TemporaryDirectory) async throws {
    var intake = try Intake(try Fixture.open(directory))
    for upload in StoreJourney.late { try intake.take(upload, source: "spool") }
    try await intake.commit(timestamp: Fixture.timestamp, threads: 1)
  }
}
