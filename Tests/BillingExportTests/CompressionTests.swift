import DurableFiles
import Gzip
import TestSupport
import Testing

@testable import BillingExport

@Suite struct CompressionTests {
  private var territory: RandomTerritory

  init() throws {
    territory = try RandomTerritory(seed: 51, meters: 500, days: readDays)
    for row in territory.registry.indices {
      territory.registry[row].accountID = "A\(row)"
      territory.registry[row].commodity = .electric
    }
  }

  private func export(
    to directory: TemporaryDirectory, compresses: Bool = true, threads: Int = 1,
    formats: [ExportFormat] = ExportFormat.allCases
  ) async throws -> [PublishedBatch] {
    try await juneRun().write(
      cycles: [try cycle(2), try cycle(3)], registry: territory.registry,
      reads: MemoryReads(territory.reads), to: directory.path,
      as: ExportSettings(formats: formats, compresses: compresses, threads: threads))
  }

  private func content(_ directory: TemporaryDirectory) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for name in directory.allFiles() {
      files[name] = try FileSystem.system.readFile(directory.file(name))
    }
    return files
  }

  @Test("compressed files unpack to what is written without compression")
  func sameContent() async throws {
    let (plain, packed) = (try TemporaryDirectory(), try TemporaryDirectory())
    let first = try await export(to: plain, compresses: false)
    let second = try await export(to: packed)
    #expect(first.map(\.totals) == second.map(\.totals))
    #expect(
      second.map(\.csvPath)
        == first.map { $0.csvPath.replacing(plain.path, with: packed.path) + ".gz" })
    var found = try content(packed)
    for (name, bytes) in try content(plain) where !name.hasSuffix(".manifest.json") {
      let isCompressed = !name.hasSuffix(".parquet") && !name.hasSuffix(".exceptions.csv")
      let written = found.removeValue(forKey: name + (isCompressed ? ".gz" : ""))
      let file = try #require(written, "\(name)")
      let unpacked = isCompressed ? try file.expandingGzipFile() : file
      #expect(unpacked == bytes, "\(name)")
    }
    // Nothing is left over but the manifests.
    #expect(found.keys.allSatisfy { $0.hasSuffix(".manifest.json") } && found.count == 2)
    let manifest = String(decoding: try #require(found.values.first), as: UTF8.self)
    #expect(manifest.occurrences(of: "\"compression\": \"gzip\"") == 4)
  }

  @Test("the number of threads makes no difference", arguments: [2, 3, 7])
  func threads(count: Int) async throws {
    let (one, many) = (try TemporaryDirectory(), try TemporaryDirectory())
    _ = try await export(to: one)
    _ = try await export(to: many, threads: count)
    #expect(try content(one) == content(many))
  }

  @Test("compressed batches are repeated, adjusted and verified as others are")
  mutating func revisions() async throws {
    let directory = try TemporaryDirectory()
    let first = try await export(to: directory)
    #expect(try await export(to: directory).allSatisfy(\.isRepeat))
    territory.registry[try #require(first[0].billedReads.first).registryRow].lastBilledRead = 1
    let second = try await export(to: directory)
    #expect(second.map(\.batch.revision) == [2, 1] && second[0].csvPath.hasSuffix("-r2.csv.gz"))
    let fresh = try TemporaryDirectory()
    _ = try await export(to: fresh, compresses: false, formats: [])
    let verified = try BatchVerification(directory: directory.path).verify(against: fresh.path)
    #expect(verified.flatMap(\.problems) == [] && verified.map(\.changedInStore) == [0, 0])
    #expect(verified.map(\.bills) == first.map(\.totals.expected))
    // A cut-off export: files without their manifest.
    try FileSystem.system.remove(second[0].manifestPath)
    let problems = try BatchVerification(directory: directory.path).verify().flatMap(\.problems)
    #expect(problems.count == 1 && problems[0].contains("no manifest beside it"))
  }

  @Test("a batch is not repeated with other compression, and nothing changes")
  func otherCompression() async throws {
    let directory = try TemporaryDirectory()
    let batch = try #require(try await export(to: directory, formats: [.parquet, .cmep]).first)
    let before = try content(directory)
    await #expect(
      throws: BillingError.otherFormats(
        path: batch.manifestPath, published: ["csv with --gzip", "parquet", "cmep with --gzip"],
        asked: ["csv", "parquet", "cmep"])
    ) {
      _ = try await export(to: directory, compresses: false, formats: [.parquet, .cmep])
    }
    #expect(try content(directory) == before)
  }

  @Test("a format that cannot carry a line leaves nothing behind")
  mutating func refused() async throws {
    let directory = try TemporaryDirectory()
    for row in territory.registry.indices { territory.registry[row].commodity = .gas }
    var error: BillingError?
    do {
      _ = try await export(to: directory, threads: 3)
    } catch let failure as BillingError {
      error = failure
    }
    #expect(error?.description.contains("NEM13 cannot carry commodity") == true)
    #expect(directory.allFiles() == [])
  }

  @Test(
    "DuckDB and Polars read compressed CSV to the manifests' sums",
    .enabled(if: Witness.shouldRun("duckdb", "polars")))
  func witnesses() async throws {
    let directory = try TemporaryDirectory()
    let batches = try await export(to: directory, threads: 2, formats: [])
    let result = try Witness.run(
      """
      import duckdb, glob, polars, sys
      for path in sorted(glob.glob(sys.argv[1] + "/*-r1.csv.gz")):
          print(*duckdb.sql(f"select count(*), sum(consumption)::bigint from read_csv('{path}')").fetchall()[0])
          table = polars.read_csv(path)
          print(len(table), table["consumption"].sum())
      """, [directory.path])
    #expect(result.exitCode == 0, "\(result.errorText)")
    let expected = batches.map { "\($0.totals.expected) \($0.totals.electric)\n" }
    #expect(result.outputText == expected.flatMap { [$0, $0] }.joined())
  }
}

extension String {
  /// How often a text occurs in this one.
  fileprivate func occurrences(of text: String) -> Int { ranges(of: text).count }
}
