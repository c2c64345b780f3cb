import VEE

/// Finds endpoints whose meters were interchanged: each register goes on where the other's stopped.
enum SwapSearch {
  /// How far apart the two changes may have become visible, in milliseconds: a module may go unread
  /// for some days.
  private static let timeMax: Int64 = 7 * 86_400_000

  /// The partner of each change of level, by its place; nil where none, or more than one, fits.
  static func partners(_ changes: [LevelChange]) -> [Int?] {
    // By the level that each one left, so that those a new level may continue lie together.
    let order = changes.indices.sorted { changes[$0].before.count < changes[$1].before.count }
    let levels = order.map { changes[$0].before.count }
    let largestUse = changes.map(\.plausibleCounts).max() ?? 0
    let partners = changes.indices.map { number -> Int? in
      let change = changes[number]
      let lowest = change.after.count - largestUse
      var found: Int?
      var place = levels.firstPlace { $0 >= lowest }
      while place < order.count, levels[place] <= change.after.count {
        let other = order[place]
        place += 1
        guard other != number, fit(change, changes[other]), fit(changes[other], change) else {
          continue
        }
        if found != nil { return nil }
        found = other
      }
      return found
    }
    // Both must mean each other.
    return partners.enumerated().map { number, partner in
      partner.flatMap { partners[$0] == number ? $0 : nil }
    }
  }

  /// Whether the new level of one may be the old one of the other, some use later.
  private static func fit(_ change: LevelChange, _ other: LevelChange) -> Bool {
    guard change.span == other.span, change.row != other.row,
      (change.after.at - other.after.at).magnitude <= UInt64(timeMax)
    else { return false }
    let counts = change.after.count - other.before.count
    return counts >= 0 && counts <= other.plausibleCounts
  }
}

extension [Int64] {
  /// The first place whose value fulfils a condition that then holds for all behind it.
  fileprivate func firstPlace(where holds: (Int64) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
