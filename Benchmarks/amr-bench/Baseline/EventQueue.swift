/// Events in order of their time: a binary heap, as in every introduction to discrete-event
/// simulation.
struct EventQueue {
  /// Ends come before starts of the same tick: a frame covers [start, start + length).
  enum Kind: Int { case end, start }

  struct Event {
    let tick: Int
    let kind: Kind
    let endpoint: Int

    func isBefore(_ other: Event) -> Bool {
      tick != other.tick ? tick < other.tick : kind.rawValue < other.kind.rawValue
    }
  }

  private var heap: [Event] = []

  mutating func push(_ event: Event) {
    heap.append(event)
    var place = heap.count - 1
    while place > 0, event.isBefore(heap[(place - 1) / 2]) {
      heap[place] = heap[(place - 1) / 2]
      place = (place - 1) / 2
    }
    heap[place] = event
  }

  mutating func pop() -> Event? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return first }
    var place = 0
    while 2 * place + 1 < heap.count {
      var child = 2 * place + 1
      if child + 1 < heap.count, heap[child + 1].isBefore(heap[child]) { child += 1 }
      guard heap[child].isBefore(last) else { break }
      heap[place] = heap[child]
      place = child
    }
    heap[place] = last
    return first
  }
}
