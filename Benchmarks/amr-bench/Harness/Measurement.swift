import Checksums

/// What one benchmark came to.
struct Measurement: Sendable {
  let name: String
  let item: String
  /// Items of the last pass; the two variants may differ a little.
  let items: Int
  /// CPU nanoseconds per item over all threads.
  let cpu: Spread
  /// Nanoseconds on the wall per item.
  let wall: Spread
  /// Of the results of both variants, 32 hexadecimal digits.
  let digest: String
  let goal: Double?
  let facts: [Fact]
}

/// Two passes over the same input gave different results.
struct UnrepeatableResult: Error, CustomStringConvertible {
  let name: String

  var description: String {
    "\(name): two passes over the same input gave different results; "
      + "expected equal ones: look for state that outlives a pass"
  }
}

/// Runs a benchmark: one pass to warm up, then `repeats` measured ones.
func measure(_ benchmark: Benchmark, in context: Context, repeats: Int) async throws
  -> Measurement
{
  let workload = try await benchmark.make(context)
  var digests: [UInt128?] = [nil, nil]
  var cpu: [Double] = []
  var wall: [Double] = []
  var items = 0
  for pass in 0...repeats {
    let variant = pass % 2
    try await workload.prepare(variant: variant)
    let start = Instant.now()
    items = try await workload.run()
    let end = Instant.now()
    let digest = try await workload.digest()
    if let known = digests[variant], known != digest {
      throw UnrepeatableResult(name: benchmark.name)
    }
    digests[variant] = digest
    if pass > 0 {
      cpu.append(Double(end.cpu - start.cpu) / Double(items))
      wall.append(Double(end.wall - start.wall) / Double(items))
    }
  }
  // Mixed, so that its first digits tell results apart however few bits a result has.
  let digest = withUnsafeBytes(of: (digests[0] ?? 0, digests[1] ?? 0)) {
    MurmurHash3.hash128($0)
  }
  return Measurement(
    name: benchmark.name, item: benchmark.item, items: items, cpu: Spread(cpu), wall: Spread(wall),
    digest: hexadecimal(digest), goal: context.size == .full ? workload.goal : nil,
    facts: workload.facts)
}

/// Runs the first `passes` of two prepared passes and measures nothing; gives the items of the
/// last pass that ran.
///
/// Both passes are prepared whatever `passes` is, so that two processes with 1 and 2 differ by
/// the work of one pass alone.
func runUnmeasured(_ benchmark: Benchmark, in context: Context, passes: Int) async throws -> Int {
  let workload = try await benchmark.make(context)
  try await workload.prepare(variant: 0)
  var items = try await workload.run()
  try await workload.prepare(variant: 1)
  if passes > 1 { items = try await workload.run() }
  return items
}

/// 32 lowercase hexadecimal digits.
func hexadecimal(_ value: UInt128) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 32 - digits.utf8.count) + digits
}
