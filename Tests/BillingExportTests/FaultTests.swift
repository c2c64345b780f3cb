import DurableFiles
import Glibc
import Metering
import Synchronization
import TestSupport
import Testing

@testable import BillingExport

/// Counts system calls and makes one of them fail.
private final class FailingCall: Sendable {
  let calls = Atomic<Int>(0)
  let failing: Int
  let fault: FileSystem.Fault
  /// Whether all later calls fail too, as after a crash.
  let persists: Bool

  init(failing: Int, fault: FileSystem.Fault, persists: Bool) {
    self.failing = failing
    self.fault = fault
    self.persists = persists
  }

  var fileSystem: FileSystem {
    FileSystem { [self] _, _ in
      let call = calls.add(1, ordering: .relaxed).oldValue
      return call == failing || persists && call > failing ? fault : nil
    }
  }
}

@Suite struct FaultTests {
  private func visible(_ directory: TemporaryDirectory) -> [String] {
    directory.allFiles().filter { !$0.hasPrefix(".") }
  }

  @Test(
    "whatever call fails, no part of a batch appears, and the next run completes it",
    arguments: [true, false],
    [
      ExportSettings(),
      ExportSettings(formats: [.cmep, .parquet], compresses: true),
    ])
  func everyCall(persists: Bool, settings: ExportSettings) async throws {
    var territory = try RandomTerritory(seed: 10, meters: 120, days: readDays)
    for row in territory.registry.indices { territory.registry[row].accountID = "A\(row)" }
    let reads = try MemoryReads(territory.reads)
    let run = try juneRun()
    let cycles = [try cycle(3), try cycle(4)]
    let whole = try TemporaryDirectory()
    let clean = FailingCall(failing: .max, fault: .fail(EIO), persists: false)
    _ = try await run.write(
      cycles: cycles, registry: territory.registry, reads: reads, to: whole.path,
      as: settings, in: clean.fileSystem)
    let calls = clean.calls.load(ordering: .relaxed)
    #expect(calls > 20)
    var failures = 0
    for failing in 0..<calls {
      let directory = try TemporaryDirectory()
      let fault = FailingCall(failing: failing, fault: .fail(ENOSPC), persists: persists)
      do throws(BillingError) {
        _ = try await run.write(
          cycles: cycles, registry: territory.registry, reads: reads, to: directory.path,
          as: settings, in: fault.fileSystem)
      } catch {
        guard case .file(let cause) = error else {
          Issue.record("call \(failing): \(error)")
          continue
        }
        #expect(cause.code == ENOSPC)
        failures += 1
      }
      for name in visible(directory) {
        #expect(
          try FileSystem.system.readFile(directory.file(name))
            == FileSystem.system.readFile(whole.file(name)), "call \(failing): \(name)")
        if name.hasSuffix(".manifest.json") {
          let csv = name.replacing(
            ".manifest.json", with: settings.compresses ? ".csv.gz" : ".csv")
          #expect(visible(directory).contains(csv), "call \(failing)")
        }
      }
      _ = try await run.write(
        cycles: cycles, registry: territory.registry, reads: reads, to: directory.path,
        as: settings)
      #expect(visible(directory) == whole.allFiles(), "call \(failing)")
      for name in whole.allFiles() {
        #expect(
          try FileSystem.system.readFile(directory.file(name))
            == FileSystem.system.readFile(whole.file(name)), "call \(failing): \(name)")
      }
    }
    #expect(failures == calls, "every failure is reported")
  }

  @Test("reads and writes that move a few bytes at a time give the same files")
  func shortTransfers() async throws {
    let territory = try RandomTerritory(seed: 12, meters: 60, days: readDays)
    let reads = try MemoryReads(territory.reads)
    let whole = try TemporaryDirectory()
    let directory = try TemporaryDirectory()
    let cycles = [try cycle(9)]
    let run = try juneRun()
    let first = try await run.write(
      cycles: cycles, registry: territory.registry, reads: reads, to: whole.path)
    let short = FailingCall(failing: 0, fault: .atMost(100), persists: true)
    let second = try await run.write(
      cycles: cycles, registry: territory.registry, reads: reads, to: directory.path,
      in: short.fileSystem)
    #expect(first.map(\.manifestSHA256) == second.map(\.manifestSHA256))
    #expect(directory.allFiles() == whole.allFiles())
  }
}
