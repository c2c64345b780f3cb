/// Numbers that mostly follow one another, kept as their runs.
struct SequenceSet: Sendable, Equatable {
  /// Ascending, with at least one number between two runs.
  private(set) var runs: [ClosedRange<UInt64>] = []

  func contains(_ number: UInt64) -> Bool {
    let place = place(of: number)
    return place < runs.count && runs[place].contains(number)
  }

  mutating func insert(_ number: UInt64) {
    let place = place(of: number)
    if place < runs.count, runs[place].contains(number) { return }
    let touchesLeft = place > 0 && runs[place - 1].upperBound + 1 == number
    let touchesRight = place < runs.count && number + 1 == runs[place].lowerBound
    switch (touchesLeft, touchesRight) {
    case (true, true):
      runs[place - 1] = runs[place - 1].lowerBound...runs[place].upperBound
      runs.remove(at: place)
    case (true, false): runs[place - 1] = runs[place - 1].lowerBound...number
    case (false, true): runs[place] = number...runs[place].upperBound
    case (false, false): runs.insert(number...number, at: place)
    }
  }

  /// The first run that does not lie wholly below a number.
  private func place(of number: UInt64) -> Int {
    // Uploads mostly come in order.
    guard let last = runs.last, number <= last.upperBound else { return runs.count }
    var (low, high) = (0, runs.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].upperBound < number { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
