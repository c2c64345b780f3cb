import DurableFiles
import Glibc
import RandomStreams
import Testing

@testable import amr_bench

/// The program's air against closed forms, on fewer frames than the published table.
@Suite("The air against theory")
struct ValidationTests {
  @Test("Every case agrees with its closed form, and their errors are right")
  func everyCaseAgrees() {
    let results = ValidationTable(frames: 100_000).results
    for result in results {
      // At 3.5 standard errors new draws alone would fail one of 72 cases in 3 % of all changes.
      #expect(
        result.z.magnitude < 3.5,
        "\(result.name): \(result.measured) ± \(result.standardError), theory \(result.theory)")
      #expect(result.standardError < 0.03, "\(result.name): too few frames")
    }
    // Σz² over n cases has the mean n and the variance 2n; 4 standard deviations.
    let squares = results.reduce(0) { $0 + $1.z * $1.z }
    let n = Double(results.count)
    #expect((squares - n).magnitude < 4 * (2 * n).squareRoot(), "\(squares) over \(n)")
  }

  /// Closed form, published value, and how far discrete ticks may take one from the other: 1/384 of
  /// an exponent.
  @Test(
    "Closed forms give the published checkpoints",
    arguments: [
      (ValidatedAir(load: 0.05).success(), 0.904837),
      (ValidatedAir(load: 0.5).success(), 0.367879),
      (ValidatedAir(load: 0.5, channels: 25).success(), 0.960789),
      (ValidatedAir(load: 0.5, captureDb: 6).success(), 0.449671),
      (ValidatedAir(load: 1, channels: 5, captureDb: 6).success(), 0.726370),
      (ValidatedAir(load: 2, captureDb: 10).success(), 0.026348),
      (ValidatedAir.aloneSuccess(.init(count: 1, power: 100)), 0.914779),
      (ValidatedAir.aloneSuccess(.init(count: 1, power: 100, kind: .idm)), 0.878342),
    ])
  func checkpoints(computed: Double, published: Double) {
    #expect((log(computed) / log(published) - 1).magnitude < 1 / 380)
  }

  @Test("A wide field tends to the plane's closed form, a narrow one to its own")
  func fieldCheckpoints() {
    func field(_ perSquareMetre: Double, _ distance: Double, _ exponent: Double, _ decibels: Double)
      -> UniformField
    {
      UniformField(
        density: perSquareMetre, distance: distance, exponent: exponent, captureDb: decibels,
        reach: 1e4)
    }
    #expect((field(1e-5, 50, 4, 6).success - 0.781801).magnitude < 2e-5)
    #expect((field(1e-5, 100, 3.5, 6).success - 0.279729).magnitude < 2e-5)
    #expect((field(3e-6, 100, 4, 10).success - 0.626156).magnitude < 2e-5)
    // With α = 4 the integral over u < U of z / (z + u²) is √z arctan(U / √z).
    var narrow = field(1e-5, 50, 4, 6)
    narrow.reach = 3
    let root = pow(10, 0.3)
    #expect(
      (narrow.success - exp(-1e-5 * Double.pi * 2500 * root * atan(9 / root))).magnitude < 2e-5)
  }

  /// Seeds whose ten frames all share one fate, success with probability ½.
  private static func coins(theory: Double) -> ValidationCase {
    ValidationCase(name: "coins", theory: theory, framesPerBatch: 10) { seed in
      let isHeads = RandomStream(seed: seed, .placement, entity: 0).word(0) >> 31 == 0
      return Batch(counted: 10, successes: isHeads ? 10 : 0)
    }
  }

  @Test("What is four standard errors off does not agree; errors are those of whole seeds")
  func wrongTheoryIsSeen() {
    let error = 0.5 / Double(10_000).squareRoot()
    let right = ValidationResult(Self.coins(theory: 0.5), frames: 100_000)
    #expect(right.agrees)
    #expect((right.standardError / error - 1).magnitude < 0.01)
    let wrong = Self.coins(theory: right.measured + 4 * error)
    #expect(!ValidationResult(wrong, frames: 100_000).agrees)
  }

  @Test("--validate prints a row for each case and ends with 0 where all agree")
  func commandLine() throws {
    let run = try AMRBenchTests.run(["--validate", "--markdown", "--frames", "100000"])
    let rows = run.outputText.split(separator: "\n").filter { $0.hasPrefix("| ") }
    #expect(rows.count == ValidationTable.cases.count + 1)
    let isOutside = rows.dropFirst().contains { row in
      Double(row.split(separator: "|")[4].filter { $0 != " " }).map { $0.magnitude > 3 } ?? true
    }
    #expect(run.exitCode == (isOutside ? 1 : 0))
  }

  @Test("VALIDATION.md shows every case with its theory")
  func pageIsCurrent() throws {
    let bytes = try FileSystem.system.readFile(AMRBenchTests.package + "/VALIDATION.md")
    let page = String(decoding: bytes, as: UTF8.self)
    for validated in ValidationTable.cases {
      let start = "\n| \(validated.name) | \(fixed(validated.theory, digits: 6)) |"
      #expect(page.contains(start), "generate the table anew: amr-bench --validate --markdown")
    }
  }
}
