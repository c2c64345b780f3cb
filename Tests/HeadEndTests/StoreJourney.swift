import CollectorUpload
import DurableFiles
import Foundation
import Metering
import TestSupport

@testable import HeadEnd

/// The life of a small store, command by command: created, fed, closed, fed late, its registry
/// replaced, validated, corrected by persons, validated again, optimized. Every command may be given again after it failed.
struct StoreJourney {
  private static let day = Fixture.firstDay
  static let early = Fixture.randomUploads(seed: 3, endpoints: 4, collectors: 2, days: 2)
  /// One for the closed day, one for an open day, one for a day that is new, one with a frame of an
  /// endpoint that only the later registry knows.
  static let late: [Upload] = {
    let start = Fixture.clock.startOfDay(day)
    let records = (0..<4).map {
      Fixture.record($0, at: start + 80_000_000 + Int64($0), register: UInt32(50 + $0))
    }
    return [
      Fixture.upload(collector: 9, day: day, records: records),
      Fixture.upload(
        collector: 9, day: day + 1,
        records: [Fixture.record(2, at: start + 2 * millisecondsPerDay - 5, register: 60)]),
      Fixture.upload(
        collector: 9, day: day + 2,
        records: [Fixture.record(1, at: start + 2 * millisecondsPerDay + 5, register: 70)]),
      Fixture.upload(
        collector: 10, day: day, records: [Fixture.record(5, at: start + 9, register: 1)]),
    ]
  }()

  static let commandCount = 10
  /// The first of the commands that work on whole months, which make more system calls.
  static let firstValidation = 6

  let directory: String
  let fileSystem: FileSystem

  /// Does one of the commands as a process of its own would.
  func command(_ number: Int) async throws {
    switch number {
    case 0:
      if try !ReadStore.exists(at: directory, in: fileSystem) {
        _ = try ReadStore.create(
          at: directory, settings: Fixture.settings(), registry: Fixture.registry(4),
          engine: Fixture.engine, timestamp: Fixture.timestamp, in: fileSystem)
      }
    case 1: try await ingest(Self.early)
    case 2:
      var store = try open()
      try store.close(through: Self.day, timestamp: Fixture.timestamp)
    case 3: try await ingest(Self.late)
    case 4:
      var store = try open()
      try store.replaceRegistry(Fixture.registry(6), timestamp: Fixture.timestamp)
    case 5:
      // Whatever comes next lets go what the new registry knows of quarantine.
      try await ingest(Array(Self.late.prefix(1)))
    case 6, 8:
      // Over the end of a month.
      var store = try open()
      try store.close(through: Self.day + 2, timestamp: Fixture.timestamp)
      _ = try await store.validate(timestamp: Fixture.timestamp, threads: 1)
    case 9:
      var store = try open()
      _ = try await store.optimize(timestamp: Fixture.timestamp, threads: 1)
    default:
      var store = try open()
      _ = try store.enter(Self.entries, timestamp: Fixture.timestamp)
    }
  }

  /// In both months; what they say changes what is current.
  private static let entries = [
    ReadEntry(
      endpoint: EndpointID(rawValue: Fixture.firstID), day: day, quality: .rejected, register: nil,
      note: "seen by J. Doe"),
    ReadEntry(
      endpoint: EndpointID(rawValue: Fixture.firstID + 3), day: day + 2, quality: .customer,
      register: 61, note: "card"),
    ReadEntry(
      endpoint: EndpointID(rawValue: Fixture.firstID + 1), day: day + 2, quality: .verified,
      register: 65, note: "seen by J. Doe"),
  ]

  func open() throws -> ReadStore {
    try ReadStore.open(at: directory, engine: Fixture.engine, for: .writing, in: fileSystem)
  }

  /// In two batches.
  private func ingest(_ uploads: [Upload]) async throws {
    var intake = try Intake(try open())
    for (number, upload) in uploads.enumerated() {
      try intake.take(upload, source: "spool")
      if number == 0 { try await intake.commit(timestamp: Fixture.timestamp, threads: 1) }
    }
    try await intake.commit(timestamp: Fixture.timestamp, threads: 1)
  }
}

/// A journey that went well, kept as it was before and after each command, so that any command can
/// be tried from its start under faults.
struct StoreStages {
  private let copies: TemporaryDirectory
  /// What the store holds after each command.
  let expected: [StoreContent]

  init() async throws {
    copies = try TemporaryDirectory(inMemory: true)
    let journey = StoreJourney(directory: copies.file("store"), fileSystem: .system)
    var expected: [StoreContent] = []
    for number in 0..<StoreJourney.commandCount {
      if number > 0 {
        try FileManager.default.copyItem(
          atPath: journey.directory, toPath: copies.file("before-\(number)"))
      }
      try await journey.command(number)
      expected.append(try StoreContent(of: journey.directory))
    }
    self.expected = expected
  }

  /// A directory whose store is as it was before a command.
  func before(_ command: Int) throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory(inMemory: true)
    if command > 0 {
      try FileManager.default.copyItem(
        atPath: copies.file("before-\(command)"), toPath: directory.file("store"))
    }
    return directory
  }
}
