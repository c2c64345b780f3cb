import Checksums
import CollectorUpload
import DeltaTable
import DurableFiles
import Foundation
import Metering
import TestSupport
import Testing

@testable import HeadEnd

/// A store with a bit of everything, copied for each damage that a test does to it.
struct StoreCopy {
  let directory: TemporaryDirectory
  var path: String { directory.file("store") }

  /// Four endpoints, three days: one closed with a late version, two open; a ledger of several
  /// batches and a quarantine.
  ///
  /// - Parameter isValidated: also the closed day, whose reads give something of everything.
  static func make(isValidated: Bool = false) async throws -> StoreCopy {
    let directory = try TemporaryDirectory()
    var store = try Fixture.makeStore(directory, endpoints: 4)
    try store.replaceCollectors(
      [1, 2, 7, 8, 9].map(CollectorID.init(rawValue:)), timestamp: Fixture.timestamp)
    var intake = try Intake(store)
    for upload in Fixture.randomUploads(seed: 5, endpoints: 4, collectors: 2, days: 3) {
      try intake.take(upload, source: "spool")
    }
    try await intake.close(through: Fixture.firstDay, timestamp: Fixture.timestamp, threads: 1)
    let start = Fixture.clock.startOfDay(Fixture.firstDay)
    let late = [
      Fixture.record(0, at: start + millisecondsPerDay - 1, register: 9),
      Fixture.record(99, at: start, register: 9),
    ]
    try intake.take(
      Fixture.upload(collector: 7, day: Fixture.firstDay, records: late), source: "late")
    try await intake.commit(timestamp: Fixture.timestamp, threads: 1)
    if isValidated {
      var store = intake.finish()
      let result = try await store.validate(timestamp: Fixture.timestamp, threads: 1)
      #expect(result.days == 1 && !result.findings.isEmpty)
    }
    return StoreCopy(directory: directory)
  }

  func copy() throws -> StoreCopy {
    let other = try TemporaryDirectory()
    try FileManager.default.copyItem(atPath: path, toPath: other.file("store"))
    return StoreCopy(directory: other)
  }

  /// The paths in the store that begin and end so, sorted.
  func files(_ prefix: String, _ suffix: String) -> [String] {
    directory.allFiles().map { String($0.dropFirst("store/".count)) }
      .filter { $0.hasPrefix(prefix) && $0.hasSuffix(suffix) }
  }

  func logs(_ table: StoreTable) -> [String] { files("\(table.rawValue)/_delta_log/", ".json") }
  func data(_ table: StoreTable) -> [String] { files(table.rawValue, ".parquet") }

  func bytes(_ name: String) throws -> [UInt8] {
    try FileSystem.system.readFile("\(path)/\(name)")
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
  }

  /// Changes one byte in its place: cutting a file to length for a new content makes some file
  /// systems wait for the disk.
  func write(_ byte: UInt8, at offset: Int, of name: String) throws {
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: "\(path)/\(name)"))
    try file.seek(toOffset: UInt64(offset))
    try file.write(contentsOf: [byte])
    try file.close()
  }

  func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: "\(path)/\(name)")
  }

  /// Replaces text that is there.
  func replace(_ text: String, with other: String, in name: String) throws {
    let old = String(decoding: try bytes(name), as: UTF8.self)
    guard old.contains(text) else { throw StoreCopyError.absent(text) }
    try write(Array(old.replacing(text, with: other).utf8), to: name)
  }

  /// Makes all hashes fit the log files again, as who forges a log would.
  func forgeHashes() throws {
    var newest: [StoreTable: String] = [:]
    for table in StoreTable.siblings + [.reads] {
      var previous: String?
      for name in logs(table) {
        var text = String(decoding: try bytes(name), as: UTF8.self)
        if let previous { text = text.replacingDigest(after: "previousSha256\":\"", previous) }
        for (sibling, digest) in newest where name == logs(.reads).last && table == .reads {
          text = text.replacingDigest(after: "amr/\(sibling.rawValue)\":\"", digest)
        }
        try write(Array(text.utf8), to: name)
        previous = digest(of: text)
      }
      newest[table] = previous
    }
    let last = Int64(logs(.reads).count - 1)
    try LastCommit(version: last, sha256: newest[.reads]!).write(to: path, .system)
  }

  private func digest(of text: String) -> String { SHA256.hexDigest(Array(text.utf8)) }

  func check() async throws -> [String] {
    try await ReadStore.check(at: path, engine: Fixture.engine, threads: 1).faults.map(\.message)
  }
}

enum StoreCopyError: Error {
  case absent(String)
}

extension String {
  fileprivate func replacingDigest(after mark: String, _ digest: String) -> String {
    guard let place = range(of: mark) else { return self }
    let end = index(place.upperBound, offsetBy: 64)
    return replacingCharacters(in: place.upperBound..<end, with: digest)
  }
}
