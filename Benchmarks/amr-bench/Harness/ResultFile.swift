import DurableFiles
import JSON5

/// The file of `--json`: all results of one call, and what they were taken on.
struct ResultFile: Sendable {
  let machine: String
  let size: Size
  let repeats: Int
  let measurements: [Measurement]

  private static let format = "amr-bench/1"

  init(machine: String, size: Size, repeats: Int, measurements: [Measurement]) {
    self.machine = machine
    self.size = size
    self.repeats = repeats
    self.measurements = measurements
  }

  /// Pretty JSON; times are nanoseconds per item.
  var text: String {
    JSONNode.object([
      ("format", .string(Self.format)), ("machine", .string(machine)),
      ("size", .string(size.rawValue)), ("repeats", .int(Int64(repeats))),
      ("benchmarks", .array(measurements.map(Self.node))),
    ]).pretty + "\n"
  }

  private static func node(_ result: Measurement) -> JSONNode {
    .object([
      ("name", .string(result.name)), ("item", .string(result.item)),
      ("items", .int(Int64(result.items))), ("cpu_ns_per_item", node(result.cpu)),
      ("wall_ns_per_item", node(result.wall)), ("digest", .string(result.digest)),
      ("goal_ns_per_item", result.goal.map(JSONNode.double) ?? .null),
      ("facts", .object(result.facts.map { ($0.name, .double($0.value)) })),
    ])
  }

  private static func node(_ spread: Spread) -> JSONNode {
    .object([
      ("median", .double(spread.median)), ("min", .double(spread.min)),
      ("max", .double(spread.max)),
    ])
  }

  /// Reads what `text` wrote.
  static func read(_ path: String) throws -> ResultFile {
    let value = try JSON5.parse(try FileSystem.system.readFile(path), source: path)
    guard value["format"]?.string == format, let size = value["size"]?.string.flatMap(Size.init),
      let repeats = value["repeats"]?.integer, let machine = value["machine"]?.string,
      let benchmarks = value["benchmarks"]?.array
    else {
      throw BadResultFile(description: "\(path): expected a file that amr-bench --json wrote")
    }
    return ResultFile(
      machine: machine, size: size, repeats: Int(repeats),
      measurements: try benchmarks.map { try measurement($0, path: path) })
  }

  private static func measurement(_ value: JSON5Value, path: String) throws -> Measurement {
    guard let name = value["name"]?.string, let item = value["item"]?.string,
      let items = value["items"]?.integer, let cpu = spread(value["cpu_ns_per_item"]),
      let wall = spread(value["wall_ns_per_item"]), let digest = value["digest"]?.string
    else {
      throw BadResultFile(
        description: "\(path):\(value.position.line): expected a benchmark with name, item, "
          + "items, cpu_ns_per_item, wall_ns_per_item and digest; measure again")
    }
    let facts = (value["facts"]?.object ?? []).compactMap { member in
      member.value.double.map { Fact(name: member.key, value: $0) }
    }
    return Measurement(
      name: name, item: item, items: Int(items), cpu: cpu, wall: wall, digest: digest,
      goal: value["goal_ns_per_item"]?.double, facts: facts)
  }

  private static func spread(_ value: JSON5Value?) -> Spread? {
    guard let median = value?["median"]?.double, let min = value?["min"]?.double,
      let max = value?["max"]?.double
    else { return nil }
    return Spread(median: median, min: min, max: max)
  }
}

/// A file given with `--compare` that does not hold results.
struct BadResultFile: Error, CustomStringConvertible {
  let description: String
}
