/// The candidate that a mistyped `name` most likely stands for, or nil if none is close.
///
/// Close means that at most a third of the longer name has to change, and at most three letters.
/// Case is ignored; among equally close candidates the first is taken.
public func nearest(to name: String, in candidates: [String]) -> String? {
  // No candidate is anywhere near this long; the bound keeps hostile input cheap.
  let longest = 128
  guard name.utf8.count <= longest else { return nil }
  let written = Array(name.lowercased().unicodeScalars)
  var best: (name: String, distance: Int)?
  for candidate in candidates where candidate.utf8.count <= longest {
    let other = Array(candidate.lowercased().unicodeScalars)
    let allowed = min(3, max(written.count, other.count) / 3)
    let distance = editDistance(written, other)
    if distance <= allowed && distance < best?.distance ?? .max { best = (candidate, distance) }
  }
  return best?.name
}

/// The least number of insertions, deletions, substitutions and swaps of neighbours that turn
/// one text into the other, no place being edited twice (optimal string alignment, the restricted
/// Damerau–Levenshtein distance).
func editDistance(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Int {
  var beforePrevious: [Int] = []
  var previous = Array(0...second.count)
  for row in 0..<first.count {
    var current = [row + 1]
    current.reserveCapacity(second.count + 1)
    for column in 0..<second.count {
      let substitution = previous[column] + (first[row] == second[column] ? 0 : 1)
      var least = min(substitution, previous[column + 1] + 1, current[column] + 1)
      if row > 0, column > 0, first[row] == second[column - 1], first[row - 1] == second[column] {
        least = min(least, beforePrevious[column - 1] + 1)
      }
      current.append(least)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[second.count]
}
