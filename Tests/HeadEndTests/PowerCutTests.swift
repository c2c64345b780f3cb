import DurableFiles
import TestSupport
import Testing

@testable import HeadEnd

@Suite("Power cuts")
struct PowerCutTests {
  @Test("what a commit rests on is on disk before it, and the commit before the command ends")
  func order() async throws {
    let stages = try await StoreStages()
    for number in 0..<StoreJourney.commandCount {
      let directory = try stages.before(number)
      let disk = try PowerCut(after: .max)
      let journey = StoreJourney(directory: directory.file("store"), fileSystem: disk.fileSystem)
      try await journey.command(number)
      disk.expectDurable()
      #expect(disk.breaches == [], "command \(number)")
    }
  }

  /// Which of the changes that are not on disk are lost.
  enum Loss: CaseIterable {
    case all
    /// The latest ones, as on file systems that keep the order.
    case latest
    case any
  }

  @Test("after a power cut at any call the same command gives the same content")
  func cuts() async throws {
    let stages = try await StoreStages()
    let seed = testSeed(31)
    var random = SplitMix64(seed: seed)
    var cuts = 0
    for number in 0..<StoreJourney.commandCount {
      let step = longTests ? 1 : number < StoreJourney.firstValidation ? 7 : 41
      for call in stride(from: Int.random(in: 0..<step, using: &random), to: .max, by: step) {
        var happened = false
        for loss in Loss.allCases {
          let directory = try stages.before(number)
          let disk = try PowerCut(after: call)
          let journey = StoreJourney(
            directory: directory.file("store"), fileSystem: disk.fileSystem)
          try? await journey.command(number)
          happened = disk.happened
          if !happened { break }
          cuts += 1
          let first = Int.random(in: 0..<4, using: &random)
          var coins = random
          disk.lose { index in
            switch loss {
            case .all: true
            case .latest: index >= first
            case .any: Bool.random(using: &coins)
            }
          }
          let place = "command \(number), call \(call), lost \(loss), seed \(seed)"
          do {
            try await StoreJourney(directory: directory.file("store"), fileSystem: .system)
              .command(number)
            let content = try StoreContent(of: directory.file("store"))
            #expect(content.differences(from: stages.expected[number]) == [], "\(place)")
            let check = try await Fixture.open(directory).check(threads: 1)
            #expect(check.faults == [], "\(place)")
          } catch {
            Issue.record("\(place): \(error)")
          }
        }
        if !happened { break }
      }
    }
    #expect(cuts > 200)
    print("\(cuts) power cuts, seed \(seed)")
  }
}
