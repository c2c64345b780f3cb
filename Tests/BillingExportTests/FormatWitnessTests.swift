import DurableFiles
import Metering
import TestSupport
import Testing

@testable import BillingExport

/// Other people's software reads every format and must come to the manifests' figures.
@Suite struct FormatWitnessTests {
  /// A territory whose names every format can carry.
  private func territory(seed: UInt64, electricOnly: Bool) throws -> RandomTerritory {
    var territory = try RandomTerritory(seed: seed, meters: 700, days: readDays)
    for row in territory.registry.indices {
      if !territory.registry[row].accountID.isEmpty {
        territory.registry[row].accountID = "A\(row), x"
      }
      if electricOnly { territory.registry[row].commodity = .electric }
    }
    return territory
  }

  /// The batches of a month and then an adjustment of some of them, in all formats asked for.
  private func export(
    seed: UInt64, electricOnly: Bool, _ formats: [ExportFormat], to directory: TemporaryDirectory
  ) async throws -> [PublishedBatch] {
    var territory = try territory(seed: seed, electricOnly: electricOnly)
    func write() async throws -> [PublishedBatch] {
      try await juneRun().write(
        registry: territory.registry, reads: MemoryReads(territory.reads), to: directory.path,
        as: ExportSettings(formats: formats))
    }
    let first = try await write()
    for day in territory.reads.keys where day.number % 2 == 0 {
      territory.reads[day] = territory.reads[day]?.map { read in
        var read = read
        read.count = max(0, read.count - 1)
        return read
      }
    }
    let second = try await write()
    let adjusted = second.filter { $0.batch.revision == 2 }
    #expect(adjusted.count > 5)
    return first + adjusted
  }

  private func check(
    _ format: ExportFormat, seed: UInt64, electricOnly: Bool = false, _ program: String
  ) async throws {
    let directory = try TemporaryDirectory()
    let batches = try await export(seed: seed, electricOnly: electricOnly, [format], to: directory)
    let expected = batches.map { batch in
      let totals = batch.totals
      let unbilled = totals.missing + totals.rejected
      let file = batch.files.first { $0.format == format.rawValue }
      #expect(file?.unbilledLeftOut == (format.carriesUnbilledLines ? 0 : unbilled))
      return "\(batch.batch) \(file?.records ?? -1) \(totals.electric) \(totals.gas) "
        + "\(totals.water)\n"
    }.sorted().joined()
    let result = try Witness.run(program, [directory.path])
    #expect(result.exitCode == 0, "\(result.errorText)")
    #expect(result.outputText == expected, "seed \(seed)")
  }

  @Test("Python's csv reads CMEP to the same sums", .enabled(if: Witness.shouldRun("csv")))
  func cmep() async throws {
    try await check(
      .cmep, seed: 31,
      #"""
      import csv, glob, os, sys
      from datetime import datetime, timedelta
      for path in sorted(glob.glob(sys.argv[1] + "/*.cmep")):
          data = open(path, "rb").read()
          assert data.isascii() and data.count(b"\n") == data.count(b"\r\n")
          assert all(len(line) <= 2046 for line in data.split(b"\r\n"))
          sums, registers, expected = {"KWH": 0, "CCF": 0, "GAL": 0}, 0, None
          for r in csv.reader(data.decode("ascii").splitlines(keepends=True)):
              assert r[0] == "MEPMD01" and len(r) == 14 + 3 * int(r[13]) and len(r[6]) == 12
              assert r[8] == ("OK" if path.endswith("-r1.cmep") else "RESEND")
              triplets = [r[14 + 3 * i : 17 + 3 * i] for i in range(int(r[13]))]
              assert all(len(t[0]) == 12 and t[1][0] in "REN" for t in triplets)
              assert all((t[2] == "") == (t[1] == "N32") for t in triplets)
              if r[10].endswith("REG"):
                  assert expected is None
                  registers += 1
                  if triplets[-1][1] != "N32":
                      expected = [r[7], r[10][:-3], triplets, int(r[11])]
              else:
                  meter, unit, reads, multiplier = expected
                  expected = None
                  assert (meter, unit) == (r[7], r[10]) and r[11] == "1"
                  ((at, flag, value),) = triplets
                  assert (at, flag) == (reads[-1][0], reads[-1][1])
                  sums[unit] += int(value)
                  use = int(reads[1][2]) - int(reads[0][2])
                  if int(flag[1:]) & 8192:
                      assert (int(value) / multiplier - use) in (10**4, 10**5, 10**6)
                  else:
                      assert use * multiplier == int(value)
                  start, end = (datetime.strptime(t[0], "%Y%m%d%H%M") for t in reads)
                  length = timedelta(days=int(r[12][2:4]), hours=int(r[12][4:6]), minutes=int(r[12][6:]))
                  assert end - start == length and r[12][:2] == "00"
          assert expected is None
          print(os.path.basename(path)[:-5], registers, *sums.values())
      """#)
  }

  @Test("nemreader reads NEM13 to the very numbers", .enabled(if: Witness.shouldRun("nemreader")))
  func nem13() async throws {
    try await check(
      .nem13, seed: 32, electricOnly: true,
      #"""
      import csv, glob, os, sys
      from datetime import datetime, timedelta
      from nemreader import read_nem_file
      for path in sorted(glob.glob(sys.argv[1] + "/*.nem13.csv")):
          name = os.path.basename(path)[: -len(".nem13.csv")]
          lines = [
              r for r in csv.DictReader(open(f"{sys.argv[1]}/{name}.csv", newline=""))
              if r["consumption"] != ""]
          data = read_nem_file(path)
          assert data.header.version_header == "NEM13"
          def local(text):
              return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ") - timedelta(hours=5)
          found = 0
          for r in lines:
              (suffix,) = data.readings[r["service_point_id"]]
              (reading,) = data.readings[r["service_point_id"]][suffix]
              assert reading.read_value == float(r["consumption"])
              assert reading.uom.upper() == "KWH"
              assert reading.meter_serial_number == r["meter_id"]
              assert (reading.t_start, reading.t_end) == (local(r["prev_read_at"]), local(r["read_at"]))
              assert (reading.val_start, reading.val_end) == (float(r["prev_read"]), float(r["read"]))
              assert (reading.quality_method == "A") == (r["quality"] in ("actual", "verified"))
              found += 1
          assert found == sum(len(v) for s in data.readings.values() for v in s.values())
          total = sum(v.read_value for s in data.readings.values() for l in s.values() for v in l)
          print(name, found, int(total), 0, 0)
      """#)
  }

  @Test(
    "Python's XML parser reads Green Button by its links",
    .enabled(if: Witness.shouldRun("xml.etree.ElementTree")))
  func greenButton() async throws {
    try await check(
      .greenButton, seed: 33,
      #"""
      import csv, glob, os, sys, uuid
      import xml.etree.ElementTree as ET
      from datetime import datetime, timezone
      A, E = "{http://www.w3.org/2005/Atom}", "{http://naesb.org/espi}"
      UNITS = {("1", "72", "3"): "KWH", ("7", "119", "2"): "CCF", ("9", "128", "0"): "GAL"}
      ORDER = {
          "UsagePoint": ["ServiceCategory"],
          "LocalTimeParameters": ["dstEndRule", "dstOffset", "dstStartRule", "tzOffset"],
          "MeterReading": [],
          "ReadingType": ["accumulationBehaviour", "commodity", "dataQualifier", "flowDirection",
              "kind", "powerOfTenMultiplier", "timeAttribute", "uom"],
          "IntervalBlock": ["interval", "IntervalReading"],
      }
      for path in sorted(glob.glob(sys.argv[1] + "/*.greenbutton.xml")):
          name = os.path.basename(path)[: -len(".greenbutton.xml")]
          lines = [
              r for r in csv.DictReader(open(f"{sys.argv[1]}/{name}.csv", newline=""))
              if r["consumption"] != ""]
          feed = ET.parse(path).getroot()
          ids, by_self, blocks = set(), {}, []
          for entry in feed.findall(A + "entry"):
              identifier = entry.find(A + "id").text
              assert uuid.UUID(identifier).version == 8 and identifier not in ids
              ids.add(identifier)
              links = {}
              for link in entry.findall(A + "link"):
                  links.setdefault(link.get("rel"), []).append(link.get("href"))
              (content,) = entry.find(A + "content")
              kind = content.tag[len(E):]
              assert [c.tag[len(E):] for c in content] == ORDER[kind], kind
              (own,) = links["self"]
              by_self.setdefault(own, []).append((entry, content, links))
              if kind == "IntervalBlock":
                  blocks.append((content, links))
          sums = {"KWH": 0, "CCF": 0, "GAL": 0}
          assert len(blocks) == len(lines)
          for (block, links), line in zip(blocks, lines):
              meter_href = links["up"][0].removesuffix("/IntervalBlock")
              meter, _, meter_links = by_self[meter_href][0]
              assert meter.find(A + "title").text == line["meter_id"]
              assert meter_href + "/IntervalBlock" in meter_links["related"]
              type_href = [h for h in meter_links["related"] if h.startswith("ReadingType/")][0]
              kind = by_self[type_href][0][1]
              unit = UNITS[tuple(kind.find(E + t).text for t in ("commodity", "uom", "powerOfTenMultiplier"))]
              point_href = meter_links["up"][0].removesuffix("/MeterReading")
              point, service, point_links = by_self[point_href][0]
              assert point.find(A + "title").text == line["service_point_id"]
              assert point_href + "/MeterReading" in point_links["related"]
              assert unit == line["unit"]
              assert service.find(f".//{E}kind").text == {"KWH": "0", "CCF": "1", "GAL": "2"}[unit]
              reading = block.find(E + "IntervalReading")
              value = int(reading.find(E + "value").text)
              sums[unit] += value
              assert value == int(line["consumption"])
              start = int(block.find(f"{E}interval/{E}start").text)
              end = start + int(block.find(f"{E}interval/{E}duration").text)
              def epoch(text):
                  parsed = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
                  return int(parsed.replace(tzinfo=timezone.utc).timestamp())
              assert (start, end) == (epoch(line["prev_read_at"]), epoch(line["read_at"]))
              quality = reading.find(f"{E}ReadingQuality/{E}quality").text
              assert (quality in ("8", "9")) == (line["quality"] == "estimated")
          print(name, len(blocks), *sums.values())
      """#)
  }

  @Test(
    "DuckDB, Polars and pyarrow read Parquet row by row as the CSV",
    .enabled(if: Witness.shouldRun("duckdb", "polars", "pyarrow")))
  func parquet() async throws {
    try await check(
      .parquet, seed: 34,
      #"""
      import duckdb, glob, os, polars as pl, pyarrow.parquet as pq, sys
      for path in sorted(glob.glob(sys.argv[1] + "/*.parquet")):
          name = os.path.basename(path)[: -len(".parquet")]
          csv = f"{sys.argv[1]}/{name}.csv"
          columns = duckdb.execute("describe from read_parquet(?)", [path]).fetchall()
          types = {n: t for n, t, *_ in columns}
          options = "header = true, nullstr = ''"
          same = duckdb.execute(f"""
              select count(*) from (
                (from read_csv('{csv}', {options}, types = {types}) except from read_parquet('{path}'))
                union all
                (from read_parquet('{path}') except from read_csv('{csv}', {options}, types = {types})))
              """).fetchone()
          assert same[0] == 0, (path, same)
          table, arrow = pl.read_parquet(path), pq.read_table(path)
          assert types["read_at"] == "TIMESTAMP" or "TIMESTAMP" in types["read_at"], types
          sums = []
          for unit in ("KWH", "CCF", "GAL"):
              use = duckdb.execute(
                  f"select coalesce(sum(consumption), 0)::bigint from read_parquet('{path}') where unit = '{unit}'"
              ).fetchone()[0]
              assert table.filter(pl.col("unit") == unit)["consumption"].sum() == use
              rows = arrow.to_pylist()
              assert sum(r["consumption"] or 0 for r in rows if r["unit"] == unit) == use
              sums.append(use)
          print(name, len(arrow), *sums)
      """#)
  }
}
