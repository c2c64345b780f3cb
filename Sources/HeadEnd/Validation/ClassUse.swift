import Metering
import VEE

/// Mean daily use of meters of one kind: what is expected of a meter of which nothing is known.
struct ClassUse: Sendable {
  /// What makes meters alike, as far as the registry tells.
  struct Kind: Hashable, Sendable {
    let commodity: Commodity
    let register: RegisterFormat

    init(_ point: ServicePoint) {
      commodity = point.commodity
      register = point.register
    }
  }

  /// Use and time of all meters of a kind, to be added up in any order.
  struct Sum: Sendable {
    var counts: Int64 = 0
    var time: Int64 = 0

    mutating func add(_ other: Sum) {
      counts += other.counts
      time += other.time
    }
  }

  private let uses: [Kind: AverageDailyUse]

  init(_ sums: [Kind: Sum]) {
    uses = sums.compactMapValues { AverageDailyUse(use: $0.counts, over: $0.time) }
  }

  /// In hundredths of a count; 0 where no meter of the kind was read twice.
  subscript(point: ServicePoint) -> AverageDailyUse {
    uses[Kind(point)] ?? AverageDailyUse(hundredths: 0)
  }
}

extension ClassUse {
  /// From the states in which meters were left by the month before.
  static func sums(
    _ states: ArraySlice<EndpointState?>, kind: (_ row: Int) -> Kind?
  ) -> [Kind: Sum] {
    var sums: [Kind: Sum] = [:]
    for (row, state) in zip(states.indices, states) {
      guard let state, state.dailyUse > 0, let kind = kind(row) else { continue }
      sums[kind, default: Sum()]
        .add(Sum(counts: state.dailyUse, time: 100 * millisecondsPerDay))
    }
    return sums
  }

  /// From the first and the last reception of each meter in a grid: where no month was before.
  static func sums(
    _ grid: ReadGrid, _ rows: Range<Int>, dayCount: Int, kind: (_ row: Int) -> Kind?
  ) -> [Kind: Sum] {
    var sums: [Kind: Sum] = [:]
    for row in rows {
      guard let kind = kind(row),
        let first = (0..<dayCount).lazy.compactMap({ grid.received($0, row) }).first,
        let last = (0..<dayCount).reversed().lazy.compactMap({ grid.received($0, row) }).first,
        last.at - first.at >= millisecondsPerDay, last.register >= first.register
      else { continue }
      let counts = Int64(last.register - first.register)
      // Not what jumped from one meter to another.
      if counts > kind.register.span / 2 { continue }
      sums[kind, default: Sum()].add(Sum(counts: counts, time: last.at - first.at))
    }
    return sums
  }
}
