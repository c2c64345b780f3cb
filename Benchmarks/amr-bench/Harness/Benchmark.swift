/// How much a benchmark does.
enum Size: String, CaseIterable, Sendable {
  /// What figures are quoted from.
  case full
  /// Enough to show that a benchmark still works, and to count its instructions.
  case tiny
}

/// Where benchmarks find their inputs and leave their files.
struct Context: Sendable {
  let size: Size
  /// Directory of the scenarios that ship.
  let scenarios: String
  /// A directory that is removed at the end.
  let scratch: String

  /// One of two values by size.
  func pick<Value>(full: Value, tiny: Value) -> Value { size == .full ? full : tiny }
}

/// One thing that is measured.
struct Benchmark: Sendable {
  /// `group` or `group/variant`.
  let name: String
  /// What is counted, in the singular.
  let item: String
  /// Makes the inputs; not measured.
  let make: @Sendable (Context) async throws -> any Workload

  /// The name up to the variant.
  var group: Substring { name.prefix { $0 != "/" } }
}

/// The inputs of a benchmark and what is done with them.
///
/// Every pass is prepared, run and checked in turn. Passes alternate between two variants of the
/// input, so that no result of the last pass can stand for the next one, and equal variants must
/// give equal digests.
protocol Workload: AnyObject {
  /// What a reader needs to know of the inputs, such as links per module.
  var facts: [Fact] { get }
  /// CPU nanoseconds per item that the full size is meant to stay below; nil where none is set.
  var goal: Double? { get }
  /// Brings everything into place that a pass of variant 0 or 1 uses up; not measured.
  func prepare(variant: Int) async throws
  /// The measured work; gives the number of items it handled.
  func run() async throws -> Int
  /// A digest of what `run` produced; not measured.
  func digest() async throws -> UInt128
}

extension Workload {
  var facts: [Fact] { [] }
  var goal: Double? { nil }
}

/// A figure about a benchmark's inputs or work.
struct Fact: Sendable, Equatable {
  let name: String
  let value: Double
}

/// Everything that can be measured, in the order of the table.
let allBenchmarks: [Benchmark] =
  CensusKernel.benchmarks + [MixedFrames.benchmark] + EventQueueBaseline.benchmarks + [
    OnDemand.benchmark, SetUp.benchmark,
  ]
  + UploadRead.benchmarks + HeadEndIntake.benchmarks + CSVRows.benchmarks
  + RegistryLoad.benchmarks + [MonthValidation.benchmark]
  + Determinants.benchmarks
  + ChecksumSpeed.benchmarks
  + Generators.benchmarks
  + [SmokeRun.benchmark]
