/// Scales the estimates of a gap so that they add up to what the register says of it:
/// x_k = profile_k × total / sum(profile), truncated.
///
/// What truncation leaves goes to the largest value, of several to the first, so that the sum is
/// exact. A profile of zeros has no shape: the total is spread evenly.
///
/// - Parameters:
///   - profile: the estimates before.
///   - total: the register's use less the good intervals between its two reads, in the same
///     measure.
/// - Returns: as many values as the profile has, 0 or more, with the sum `total`. Nil when the
///   profile is empty or has a value below 0, or when the total is below 0: then the good intervals
///   already exceed the register's use, which is for the sum check.
public func profileScaled(_ profile: [Int64], to total: Int64) -> [Int64]? {
  guard total >= 0, let greatest = profile.max(), profile.allSatisfy({ $0 >= 0 }) else {
    return nil
  }
  let shape = greatest > 0 ? profile : profile.map { _ in 1 }
  let sum = shape.reduce(0 as Int128) { $0 + Int128($1) }
  var scaled = shape.map { Int64(Int128($0) * Int128(total) / sum) }
  // No partial sum exceeds the total.
  let residue = total - scaled.reduce(0, +)
  if let largest = profile.firstIndex(of: greatest) { scaled[largest] += residue }
  return scaled
}
