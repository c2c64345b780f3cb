import CSV
import Checksums
import HeadEnd
import Metering

/// A day's reads as CSV: endpoint, day, register, quality.
final class CSVRows: Workload {
  static let benchmarks = [
    Benchmark(name: "csv-rows/write", item: "row") { CSVRows($0, reads: false) },
    Benchmark(name: "csv-rows/read", item: "row") { CSVRows($0, reads: true) },
  ]

  let goal: Double? = 1e9 / 10e6
  private let reads: Bool
  private let utility: Utility
  private let registers: [[Int64]]
  private let texts: [[UInt8]]
  private let room: Int
  private var variant = 0
  private var text: [UInt8] = []
  private var sum: UInt128 = 0

  private init(_ context: Context, reads: Bool) {
    self.reads = reads
    utility = Utility(modules: context.pick(full: 615_000, tiny: 6_000), seed: 1)
    let utility = utility
    let registers = [0, 1].map { (day: Int) -> [Int64] in
      utility.registry.indices.map { utility.register($0, on: Utility.firstDay + day) }
    }
    self.registers = registers
    room = 64 * utility.registry.count
    let room = room
    texts = [0, 1].map { Self.write(utility, registers[$0], day: $0, room: room) }
  }

  func prepare(variant: Int) {
    self.variant = variant
    text = []
    sum = 0
  }

  func run() throws -> Int {
    if reads {
      sum = try Self.read(texts[variant])
    } else {
      text = Self.write(utility, registers[variant], day: variant, room: room)
    }
    return utility.registry.count
  }

  func digest() -> UInt128 { reads ? sum : MurmurHash3.hash128(text) }

  private static func write(_ utility: Utility, _ registers: [Int64], day: Int, room: Int)
    -> [UInt8]
  {
    var text: [UInt8] = []
    text.reserveCapacity(room)
    var writer = CSVWriter()
    for title in ReadsFile.header { writer.append(title) }
    writer.endRow()
    ReadsFile.append(
      utility.registry.map(\.endpoint.rawValue), Utility.firstDay + day, registers,
      [Quality](repeating: .actual, count: registers.count), to: &writer
    ) { text += $0 }
    text += writer.take()
    return text
  }

  private static func read(_ text: [UInt8]) throws -> UInt128 {
    var reader = try CSVReader(text, source: "memory")
    let endpoint = try reader.column("endpoint_id")
    let register = try reader.column("register")
    let quality = try reader.column("quality")
    var sum: UInt128 = 0
    while try reader.nextRow() {
      let id = try reader.int(endpoint, in: 1...0x3FF_FFFF)
      let count = try reader.int(register, in: 0...99_999_999)
      let hasQuality = !reader.isEmpty(quality)
      sum &+= UInt128(id) << 64 &+ UInt128(id &* count &+ (hasQuality ? 1 : 0))
    }
    return sum
  }
}
