import CSV
import DurableFiles
import HeadEnd
import Metering
import TestSupport
import Testing

/// From reads to bills and their corrections, by the commands that an operator gives.
@Suite("Export")
struct ExportFlowTests {
  private static let scenario = packageRoot.appendingPathComponent("Scenarios/smoke-1k.json5").path

  /// The lines of a billing file, by column.
  private func lines(_ path: String) throws -> [[String: String]] {
    var reader = try CSVReader(try FileSystem.system.readFile(path), source: path)
    let columns = try reader.columnNames.map { (name: $0, column: try reader.column($0)) }
    var lines: [[String: String]] = []
    while try reader.nextRow() {
      var line: [String: String] = [:]
      for (name, column) in columns { line[name] = try reader.string(column) }
      lines.append(line)
    }
    return lines
  }

  @Test("a run bills every service point with an account exactly once a cycle")
  func billedOnce() throws {
    let scratch = try TemporaryDirectory()
    let run = try Program.run("run \(Self.scenario) --out r --quiet", in: scratch)
    #expect(run.exitCode == 0, "\(run.errorText)")
    let store = try ReadStore.open(at: scratch.file("r/store"), engine: "test", for: .reading)
    let clock = store.settings.clock
    var qualities: [String: Int] = [:]
    var reasons: [String: Int] = [:]
    var cycles = 0
    for cycle in BillingCycle.allCases {
      let due = cycle.scheduledRead(year: 1998, month: 6)
      guard let last = store.days.last, due <= last else { continue }
      cycles += 1
      let end = clock.startOfDay(due + 1) - 1
      let expected = store.registry.filter {
        $0.cycle == cycle && !$0.accountID.isEmpty && $0.isInService(at: end)
      }.map(\.servicePointID)
      let number = cycle.rawValue < 10 ? "0\(cycle.rawValue)" : "\(cycle.rawValue)"
      let name = "r/billing/\(store.settings.utility)-1998-06-c\(number)-r1.csv"
      let lines = try lines(scratch.file(name))
      #expect(lines.map { $0["service_point_id"] ?? "" }.sorted() == expected.sorted())
      for line in lines {
        qualities[line["quality"] ?? "", default: 0] += 1
        reasons[line["reason"] ?? "", default: 0] += 1
        if line["reason"] == "meter_exchange" {
          #expect(Int64(line["consumption"] ?? "") ?? -1 >= 0 && line["meter_id"] != "")
        }
      }
    }
    #expect(cycles == 8)
    #expect(qualities["actual", default: 0] > 300 && qualities["estimated", default: 0] > 0)
    #expect(qualities["missing", default: 0] == 0, "\(qualities)")
    #expect(reasons["meter_exchange", default: 0] > 0, "\(reasons)")
  }

  @Test("days that are not validated are refused; a correction follows as an adjustment")
  func corrections() throws {
    let scratch = try TemporaryDirectory()
    func run(_ line: String, _ exitCode: Int32 = 0) throws -> String {
      let result = try Program.run(line, in: scratch)
      #expect(result.exitCode == exitCode, "\(line): \(result.errorText)")
      return result.errorText
    }
    let export = "export s --out b --cycle 3 --quiet"
    _ = try run("simulate \(Self.scenario) --out u --quiet")
    _ = try run("ingest s u/uploads --registry u/registry.csv --utc-offset -300 --quiet")
    #expect(
      try run(export, 65)
        == "amr: s: 1998-06-01, in the read window of cycle 3, is not closed; run "
        + "'amr store close s --through 1998-06-01' and then 'amr store validate s' first\n")
    _ = try run("store close s --through 1998-06-10 --quiet")
    #expect(
      try run(export, 65)
        == "amr: s: 1998-06-01, in the read window of cycle 3, is not validated; run "
        + "'amr store validate s' first\n")
    #expect(scratch.allFiles().allSatisfy { !$0.hasPrefix("b/") })
    _ = try run("store validate s --quiet")
    _ = try run(export)
    let bills = scratch.allFiles().filter { $0.contains(/^b\/.*-r\d\.csv$/) }
    let path = try #require(bills.first)
    #expect(bills.count == 1 && path.hasSuffix("-r1.csv"))
    let published = try FileSystem.system.readFile(scratch.file(path))

    let line = try #require(
      try lines(scratch.file(path)).first { $0["quality"] == "actual" && $0["reason"] == "" })
    let (endpoint, count) = (line["endpoint_id"] ?? "", Int(line["read"] ?? "") ?? 0)
    try FileSystem.system.writeAtomically(
      Array(
        "endpoint_id,day,quality,register,note\n\(endpoint),1998-06-03,verified,\(count + 1),seen\n"
          .utf8), to: scratch.file("entries.csv"))
    _ = try run("store enter s entries.csv --quiet")
    #expect(try run(export, 65).contains("1998-06-03, in the read window of cycle 3, is not valid"))
    _ = try run("store validate s --quiet")
    _ = try run(export)
    _ = try run(export)
    #expect(try FileSystem.system.readFile(scratch.file(path)) == published)
    let after = scratch.allFiles().filter { $0.contains(/^b\/.*-r\d\.csv$/) }
    #expect(after.count == 2)
    let changed = try lines(scratch.file(path.replacing("-r1.csv", with: "-r2.csv")))
    #expect(changed.count == 1)
    #expect(changed.first?["endpoint_id"] == endpoint)
    #expect(changed.first?["quality"] == "verified" && changed.first?["read_method"] == "person")
    #expect(changed.first?["version"] == "2")
    #expect(changed.first?["previous_consumption"] == line["consumption"])
  }

  @Test(
    "endpoints that the registry lacks are exceptions; reads and bills are as the store has them")
  func exceptionsAndReads() throws {
    let scratch = try TemporaryDirectory()
    func run(_ line: String, _ exitCode: Int32 = 0) throws -> String {
      let result = try Program.run(line, in: scratch)
      #expect(result.exitCode == exitCode, "\(line): \(result.errorText)")
      return result.outputText
    }
    _ = try run("simulate \(Self.scenario) --out u --quiet")
    let registry = String(
      decoding: try FileSystem.system.readFile(scratch.file("u/registry.csv")), as: UTF8.self)
    let rows = registry.split(separator: "\r\n").filter { !$0.hasPrefix("20000001,") }
    try FileSystem.system.writeAtomically(
      Array((rows.joined(separator: "\r\n") + "\r\n").utf8), to: scratch.file("registry.csv"))
    _ = try run("ingest s u/uploads --registry registry.csv --utc-offset -300 --quiet")
    _ = try run("store close s --through 1998-06-10 --quiet")
    _ = try run("store validate s --quiet")
    _ = try run("export s --out b --format cmep --quiet")
    let store = try ReadStore.open(at: scratch.file("s"), engine: "test", for: .reading)
    let name = "b/\(store.settings.utility)-1998-06-c01-r1"
    let strangers = try lines(scratch.file("\(name).exceptions.csv")).filter {
      $0["reason"] == "unknown_endpoint"
    }
    #expect(strangers.map { $0["endpoint_id"] } == ["20000001"])
    #expect(strangers.first?["status"] == "notice" && strangers.first?["account_id"] == "")
    // Each day's are listed with one batch.
    #expect(
      try lines(scratch.file(name.replacing("c01", with: "c02") + ".exceptions.csv")).filter {
        $0["reason"] == "unknown_endpoint"
      }.count == 1)

    var expected = "endpoint_id,day,register,quality\r\n"
    for day in store.storedDays() where day.day.description == "1998-06-03" {
      let reads = try day.reads()
      for row in reads.endpointIDs.indices {
        expected += "\(reads.endpointIDs[row]),\(day.day),\(reads.registers[row]),"
        expected += "\(reads.qualities[row].rawValue)\r\n"
      }
    }
    #expect(try run("store reads s --from 1998-06-03 --through 1998-06-03") == expected)
    #expect(expected.utf8.count > 10_000)

    #expect(try run("export verify b s --quiet") == "")
    let line = try #require(
      try lines(scratch.file("\(name).csv")).first { $0["quality"] == "actual" })
    try FileSystem.system.writeAtomically(
      Array(
        ("endpoint_id,day,quality,register,note\n\(line["endpoint_id"] ?? ""),1998-06-01,verified,"
          + "\((Int(line["read"] ?? "") ?? 0) + 1),seen\n").utf8), to: scratch.file("entries.csv"))
    _ = try run("store enter s entries.csv --quiet")
    _ = try run("store validate s --quiet")
    #expect(try run("export verify b --quiet") == "")
    #expect(
      try run("export verify b s --quiet", 1).hasPrefix(
        "\(store.settings.utility)-1998-06-c01-r1: the store would bill 1 line differently now"))
    #expect(try run("export verify nowhere", 66) == "")
  }
}
