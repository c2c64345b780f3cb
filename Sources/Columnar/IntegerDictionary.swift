/// The distinct values of an integer column, when they are few. Clock times in whole seconds, signal
/// strengths and the like take fewer bits as places in such a list than as differences.
struct IntegerDictionary {
  /// In ascending order.
  let values: [Int64]
  /// For each row its place in `values`; ``ColumnData/wideNullCode`` for none.
  let codes: [Int32]

  /// With more distinct values than this the list is given up.
  private static let limit = 4096
  /// Four places for each value keep the searches short.
  private static let slotBits: UInt64 = 14

  /// Nil when the column is not of integers, or has too many distinct ones in `rows`.
  init?(_ column: Column, _ rows: Range<Int>) {
    let found: (values: [Int64], codes: [Int32])? =
      switch column.data {
      case .int32(let values): Self.collect(values, column.validity, rows)
      case .int64(let values): Self.collect(values, column.validity, rows)
      case .dictionary, .wideDictionary, .text: nil
      }
    guard let found else { return nil }
    let order = found.values.indices.sorted { found.values[$0] < found.values[$1] }
    var places = [Int32](repeating: 0, count: order.count)
    for (place, index) in order.enumerated() { places[index] = Int32(place) }
    values = order.map { found.values[$0] }
    codes = found.codes.map { $0 < 0 ? $0 : places[Int($0)] }
  }

  /// The distinct values and each row's place among them, both in order of appearance.
  private static func collect<Value: FixedWidthInteger>(
    _ all: [Value], _ validity: [Bool]?, _ rows: Range<Int>
  ) -> (values: [Int64], codes: [Int32])? {
    var slots = [Int32](repeating: -1, count: 1 << Int(slotBits))
    var values: [Int64] = []
    var codes: [Int32] = []
    codes.reserveCapacity(rows.count)
    // One value in all rows, as a day or a version, needs no search.
    if validity == nil, let first = rows.first.map({ all[$0] }),
      all[rows].allSatisfy({ $0 == first })
    {
      return ([Int64(first)], [Int32](repeating: 0, count: rows.count))
    }
    for row in rows {
      if let validity, !validity[row] {
        codes.append(ColumnData.wideNullCode)
        continue
      }
      let value = Int64(all[row])
      // Fibonacci hashing: the top bits of a product with 2⁶⁴ divided by the golden ratio.
      var slot = Int((UInt64(bitPattern: value) &* 0x9e37_79b9_7f4a_7c15) >> (64 - slotBits))
      while slots[slot] >= 0, values[Int(slots[slot])] != value {
        slot = (slot + 1) & (slots.count - 1)
      }
      if slots[slot] < 0 {
        if values.count == limit { return nil }
        slots[slot] = Int32(values.count)
        values.append(value)
      }
      codes.append(slots[slot])
    }
    return (values, codes)
  }
}
