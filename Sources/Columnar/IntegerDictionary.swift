/// The distinct values of an integer column, when they are few. Clock times in whole seconds, signal
/// strengths and the like take fewer bits as places in such a list than as differences.
struct IntegerDictionary {
  /// In ascending order.
  let values: [Int64]
  /// For each row its place in `values`; ``ColumnData/wideNullCode`` for none.
  private(set) var codes: [Int32]

  /// With more distinct values than this the list is given up: seconds of a day just fit.
  private static let limit = 1 << 17
  /// So many rows show whether a list is worth while: of `limit` values that are equally frequent
  /// about 1,000 of them come twice.
  private static let trialRows = 1 << 14
  private static let trialLimit = trialRows - 800

  /// Nil when the column is not of integers, or has too many distinct ones in `rows`.
  init?(_ column: Column, _ rows: Range<Int>) {
    let valid = column.validity.map { $0[rows] }
    switch column.data {
    case .int32(let values): self.init(values[rows], valid)
    case .int64(let values): self.init(values[rows], valid)
    case .dictionary, .wideDictionary, .text: return nil
    }
  }

  private init?<Value: FixedWidthInteger & SignedInteger>(
    _ all: ArraySlice<Value>, _ validity: ArraySlice<Bool>?
  ) {
    guard let validity else {
      self.init(all)
      return
    }
    var present: [Value] = []
    for (value, isValid) in zip(all, validity) where isValid { present.append(value) }
    self.init(present[...])
    var next = 0
    codes = validity.map { isValid in
      guard isValid else { return ColumnData.wideNullCode }
      next += 1
      return codes[next - 1]
    }
  }

  private init?<Value: FixedWidthInteger & SignedInteger>(_ all: ArraySlice<Value>) {
    let (least, greatest) = all.withUnsafeBufferPointer { all in
      var (least, greatest) = (Value.max, Value.min)
      for value in all {
        least = min(least, value)
        greatest = max(greatest, value)
      }
      return (least, greatest)
    }
    let (range, overflows) = greatest.subtractingReportingOverflow(least)
    if least <= greatest, !overflows, range < min(Self.limit, 1024 + 8 * all.count) {
      self.init(all, from: least, range: Int(range))
    } else {
      self.init(bySearch: all)
    }
  }

  /// Of values that lie close together, a table over their range tells which there are.
  private init<Value: FixedWidthInteger>(_ all: ArraySlice<Value>, from least: Value, range: Int) {
    var places = [Int32](repeating: -1, count: range + 1)
    var values: [Int64] = []
    codes = all.withUnsafeBufferPointer { all in
      places.withUnsafeMutableBufferPointer { places in
        for value in all { places[Int(truncatingIfNeeded: value &- least)] = 0 }
        for place in places.indices where places[place] == 0 {
          places[place] = Int32(values.count)
          values.append(Int64(least) + Int64(place))
        }
        return all.map { places[Int(truncatingIfNeeded: $0 &- least)] }
      }
    }
    self.values = values
  }

  private init?<Value: FixedWidthInteger>(bySearch all: ArraySlice<Value>) {
    var found = DistinctValues(rowCount: all.count)
    let trial = all.prefix(Self.trialRows)
    found.append(trial)
    if trial.count < all.count, found.values.count > Self.trialLimit { return nil }
    for start in stride(from: trial.endIndex, to: all.endIndex, by: Self.trialRows) {
      found.append(all[start..<min(start + Self.trialRows, all.endIndex)])
      if found.values.count > Self.limit { return nil }
    }
    values = found.values.sorted()
    let places = found.places(inOrder: values)
    codes = places.withUnsafeBufferPointer { places in found.codes.map { places[Int($0)] } }
  }
}

/// Distinct values and each row's place among them, both in order of appearance.
private struct DistinctValues {
  private(set) var values: [Int64] = []
  private(set) var codes: [Int32] = []
  /// An open hash table of places in `values`, −1 where there is none; at least four slots for each
  /// value keep the searches short.
  private var slots: [Int32]
  /// 64 − the number of bits that number the slots.
  private var shift: UInt64 = 64 - 12

  init(rowCount: Int) {
    codes.reserveCapacity(rowCount)
    slots = [Int32](repeating: -1, count: 1 << 12)
  }

  mutating func append<Value: FixedWidthInteger>(_ part: ArraySlice<Value>) {
    for value in part { codes.append(code(of: Int64(value))) }
  }

  @inline(__always)
  private mutating func code(of value: Int64) -> Int32 {
    let slot = slot(of: value)
    if slots[slot] >= 0 { return slots[slot] }
    let code = Int32(truncatingIfNeeded: values.count)
    values.append(value)
    slots[slot] = code
    if values.count * 4 > slots.count { growSlots() }
    return code
  }

  /// The slot in which a value is, or else would be.
  @inline(__always)
  private func slot(of value: Int64) -> Int {
    // Fibonacci hashing: the top bits of a product with 2⁶⁴ divided by the golden ratio.
    var slot = Int(
      truncatingIfNeeded: (UInt64(bitPattern: value) &* 0x9e37_79b9_7f4a_7c15) &>> shift)
    while slots[slot] >= 0, values[Int(slots[slot])] != value {
      slot = (slot &+ 1) & (slots.count &- 1)
    }
    return slot
  }

  /// The place of each value among the same values in order.
  func places(inOrder ordered: [Int64]) -> [Int32] {
    var places = [Int32](repeating: 0, count: values.count)
    for (place, value) in ordered.enumerated() {
      places[Int(slots[slot(of: value)])] = Int32(truncatingIfNeeded: place)
    }
    return places
  }

  private mutating func growSlots() {
    shift -= 2
    slots = [Int32](repeating: -1, count: slots.count * 4)
    for (code, value) in values.enumerated() { slots[slot(of: value)] = Int32(code) }
  }
}
