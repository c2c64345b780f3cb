/// The demodulators of a limited receiver: each is busy with one frame from its first tick to its
/// last.
struct Demodulators {
  /// When each is free again.
  private var freeAt: [Int64]

  init(count: Int) { freeAt = Array(repeating: .min, count: count) }

  /// Takes a free demodulator for the ticks [start, end), or returns false when there is none;
  /// to be called in the order of starts.
  mutating func seize(_ start: Int64, _ end: Int64) -> Bool {
    guard let free = freeAt.firstIndex(where: { $0 <= start }) else { return false }
    freeAt[free] = end
    return true
  }
}
