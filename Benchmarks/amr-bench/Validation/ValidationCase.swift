import Checksums

/// What one seed gave.
struct Batch: Sendable {
  var counted: Int
  var successes: Int
}

/// A closed form and the experiment that must agree with it.
struct ValidationCase: Sendable {
  let name: String
  let theory: Double
  /// Frames on the air of one seed, in the mean: what a batch costs.
  let framesPerBatch: Double
  let batch: @Sendable (_ seed: UInt64) -> Batch
}

/// A case, measured.
struct ValidationResult: Sendable {
  let name: String
  let theory: Double
  /// The share that succeeded.
  let measured: Double
  let standardError: Double
  /// Frames, or endpoints, that the share is of.
  let counted: Int

  /// Standard errors between measurement and theory.
  var z: Double { (measured - theory) / standardError }

  /// Whether the measurement lies within three standard errors of the theory.
  var agrees: Bool { z.magnitude <= 3 }

  /// Runs a case over independent seeds until about `frames` frames were on the air.
  ///
  /// Frames of one seed share their interferers. So the error is that of a ratio of sums over
  /// independent seeds (W. Cochran, "Sampling Techniques", 3rd ed., section 6.3), not that of
  /// independent frames.
  ///
  /// The seeds follow from the case's name, so that a new case changes no other.
  init(_ validated: ValidationCase, frames: Int) {
    let firstSeed = UInt64(CRC32.checksum(Array(validated.name.utf8))) << 32
    var counted = 0
    var successes = 0
    var (countedSquares, successSquares, products) = (0.0, 0.0, 0.0)
    for index in 0..<max(2, Int(Double(frames) / validated.framesPerBatch)) {
      let batch = validated.batch(firstSeed | UInt64(index))
      counted += batch.counted
      successes += batch.successes
      countedSquares += Double(batch.counted * batch.counted)
      successSquares += Double(batch.successes * batch.successes)
      products += Double(batch.counted * batch.successes)
    }
    name = validated.name
    theory = validated.theory
    measured = Double(successes) / Double(counted)
    let squares = successSquares - 2 * measured * products + measured * measured * countedSquares
    standardError = squares.squareRoot() / Double(counted)
    self.counted = counted
  }
}
