import DurableFiles
import Glibc
import TestSupport
import Testing

@testable import HeadEnd

@Suite("What killed processes left behind")
struct LeftoverTests {
  @Test("temporary files that bear our own process number and counts disturb nothing")
  func temporaryFiles() async throws {
    let stages = try await StoreStages()
    for number in 1..<StoreJourney.commandCount {
      let directory = try stages.before(number)
      let store = directory.file("store")
      // A temporary name says whose it is, which process made it and which of its files it was.
      // The count goes on over all tests of this process: where it stands is seen from a name.
      let probe = try AtomicFile(at: directory.file("probe"))
      let names = try FileSystem.system.list(directory.path)
      let name = try #require(names.first { $0.hasPrefix(".probe.tmp-\(getpid())-") })
      let count = try #require(Int(name.split(separator: "-").last ?? ""))
      probe.discard()
      let finals = [
        "reads/_delta_log/0000000000000000000\(number).json",
        "uploads/_delta_log/0000000000000000000\(number).json",
        "reads/month=1998-06/1998-06-29-b2.parquet", "uploads/uploads-b2.parquet",
        "registry/registry-2.parquet",
      ]
      for final in finals where access(Path.join(store, Path.parent(final)), F_OK) == 0 {
        for ahead in 1...200 {
          let path = Path.join(
            Path.join(store, Path.parent(final)),
            ".\(Path.name(final)).tmp-\(getpid())-\(count + ahead)")
          let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
          #expect(descriptor >= 0)
          write(descriptor, "torn", 4)
          close(descriptor)
        }
      }
      let journey = StoreJourney(directory: store, fileSystem: .system)
      try await journey.command(number)
      let content = try StoreContent(of: store)
      #expect(content.differences(from: stages.expected[number]) == [], "command \(number)")
      let check = try await Fixture.open(directory).check(threads: 1)
      #expect(check.faults == [], "command \(number)")
    }
  }
}
