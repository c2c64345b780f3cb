import Metering
import Parallel

/// What rows of a registry must not do to one another, in the order in which a row is charged.
enum RegistryLaw: Int {
  /// A row must not end before or as it begins.
  case order
  /// Rows of one endpoint must not hold at the same time.
  case endpoint
  /// At one service point there is at most one meter of a commodity at a time.
  case servicePoint
  /// A meter of a commodity is in one place at a time.
  case meter
  /// A meter that goes on without a break, in another cycle or for another account, keeps its dials,
  /// multiplier and commodity.
  case continuity
}

/// A row that breaks a law, and one of the rows with which it does.
struct RegistryConflict: Equatable {
  let law: RegistryLaw
  let row: Int
  /// The row itself where it breaks a law alone.
  let other: Int
}

/// The laws of the registry, for files and stores alike.
///
/// Every row that is in conflict with any other is told, both rows of a pair: which of them is wrong
/// only the utility knows. The time is that of sorting what looks alike, not that of all pairs.
enum RegistryLaws {
  /// The rows that break a law, each once, with the first law that it breaks.
  ///
  /// - Parameter rows: by endpoint and installation.
  static func conflicts(in rows: [ServicePoint]) -> [RegistryConflict] {
    let hashes = rows.withUnsafeBufferPointer { [RowHashes($0, rows.indices)] }
    return first(of: (0..<checkCount).map { check($0, rows, hashes) })
  }

  /// The same on several threads.
  static func conflicts(in rows: [ServicePoint], threads: Int) async throws -> [RegistryConflict] {
    let hashes = try await parallelRanges(count: rows.count, threads: threads) { range in
      rows.withUnsafeBufferPointer { RowHashes($0, range) }
    }
    return first(
      of: try await parallelMap(count: checkCount, threads: threads) { check($0, rows, hashes) })
  }

  private static let checkCount = 3

  /// One of the checks, the longest first.
  ///
  /// - Parameter hashes: of ranges of the rows that follow one another.
  private static func check(
    _ number: Int, _ rows: [ServicePoint], _ hashes: [RowHashes]
  ) -> [RegistryConflict] {
    rows.withUnsafeBufferPointer { rows in
      switch number {
      case 0:
        checkIdentifiers(rows, .servicePoint, hashes.map(\.servicePoints)) { $0.servicePointID }
      case 1: checkIdentifiers(rows, .meter, hashes.map(\.meters)) { $0.meterID }
      default: checkEndpoints(rows)
      }
    }
  }

  /// Of each row the conflict of the first law, of several the one found first.
  private static func first(of found: [[RegistryConflict]]) -> [RegistryConflict] {
    var first: [Int: RegistryConflict] = [:]
    for conflict in found.joined() {
      if let known = first[conflict.row], known.law.rawValue <= conflict.law.rawValue { continue }
      first[conflict.row] = conflict
    }
    return first.values.sorted { $0.row < $1.row }
  }

  /// Goes through rows that must not hold at the same time, by installation.
  ///
  /// Of the rows so far it keeps the one that ends last. A row that overlaps any earlier one overlaps
  /// that; and a row that does not end last is itself overlapped by that, or it overlaps the next.
  private struct Sweep {
    private var last: Int?
    private var lastEnd = Int64.min

    /// - Returns: a row that was offered before and has not ended when this one begins.
    @inline(__always)
    mutating func offer(_ row: Int, _ point: borrowing ServicePoint) -> Int? {
      let end = point.removedAt ?? .max
      let overlapped = point.installedAt < lastEnd ? last : nil
      if end > lastEnd {
        last = row
        lastEnd = end
      }
      return overlapped
    }
  }

  private static func checkEndpoints(
    _ rows: UnsafeBufferPointer<ServicePoint>
  ) -> [RegistryConflict] {
    var found: [RegistryConflict] = []
    var sweep = Sweep()
    for row in rows.indices {
      if rows[row].isEmpty {
        found.append(RegistryConflict(law: .order, row: row, other: row))
        continue
      }
      if row > 0, rows[row].endpoint == rows[row - 1].endpoint {
        if rows[row].changes(rows[row - 1]) { found.add(.continuity, row, row - 1) }
      } else {
        sweep = Sweep()
      }
      if let other = sweep.offer(row, rows[row]) { found.add(.endpoint, row, other) }
    }
    return found
  }

  /// Checks that rows with one identifier and commodity do not overlap.
  @inline(__always)
  private static func checkIdentifiers(
    _ rows: UnsafeBufferPointer<ServicePoint>, _ law: RegistryLaw, _ hashes: [[UInt64]],
    _ identifier: (borrowing ServicePoint) -> String
  ) -> [RegistryConflict] {
    var found: [RegistryConflict] = []
    let alike = rowsThatLookAlike(rows, hashes, identifier)
    var sweep = Sweep()
    for place in alike.indices {
      let isFirst = place == 0 || alike[place - 1].hash != alike[place].hash
      // Most of those that the filter told by mistake, which need not be loaded then.
      let isLast = place + 1 == alike.count || alike[place + 1].hash != alike[place].hash
      if isFirst, isLast { continue }
      let row = alike[place].row
      if isFirst || !isSame(alike[place - 1], alike[place], rows, identifier) { sweep = Sweep() }
      if let other = sweep.offer(row, rows[row]) { found.add(law, row, other) }
    }
    return found
  }

  /// A hash of each row's identifiers, with its commodity.
  private struct RowHashes {
    let servicePoints: [UInt64]
    let meters: [UInt64]

    init(_ rows: UnsafeBufferPointer<ServicePoint>, _ range: Range<Int>) {
      var servicePoints: [UInt64] = []
      var meters: [UInt64] = []
      servicePoints.reserveCapacity(range.count)
      meters.reserveCapacity(range.count)
      for row in range {
        servicePoints.append(hash(rows[row].servicePointID, rows[row].commodity))
        meters.append(hash(rows[row].meterID, rows[row].commodity))
      }
      self.servicePoints = servicePoints
      self.meters = meters
    }
  }

  private struct HashedRow {
    let hash: UInt64
    let row: Int
  }

  /// The rows whose identifier and commodity others may have too, those of one together and by
  /// installation.
  @inline(__always)
  private static func rowsThatLookAlike(
    _ rows: UnsafeBufferPointer<ServicePoint>, _ hashes: [[UInt64]],
    _ identifier: (borrowing ServicePoint) -> String
  ) -> [HashedRow] {
    let filter = RepeatFilter(hashes)
    var alike: [HashedRow] = []
    var row = 0
    for hash in hashes.joined() {
      if filter.mayRepeat(hash), !rows[row].isEmpty {
        alike.append(HashedRow(hash: hash, row: row))
      }
      row += 1
    }
    alike.sort { left, right in
      if left.hash != right.hash { return left.hash < right.hash }
      if !isSame(left, right, rows, identifier) {
        let (one, other) = (identifier(rows[left.row]), identifier(rows[right.row]))
        return one.utf8.elementsEqual(other.utf8)
          ? rows[left.row].commodity.rawValue < rows[right.row].commodity.rawValue
          : one.utf8.lexicographicallyPrecedes(other.utf8)
      }
      return (rows[left.row].installedAt, left.row) < (rows[right.row].installedAt, right.row)
    }
    return alike
  }

  private static func isSame(
    _ left: HashedRow, _ right: HashedRow, _ rows: UnsafeBufferPointer<ServicePoint>,
    _ identifier: (borrowing ServicePoint) -> String
  ) -> Bool {
    left.hash == right.hash && rows[left.row].commodity == rows[right.row].commodity
      && identifier(rows[left.row]).utf8.elementsEqual(identifier(rows[right.row]).utf8)
  }

  /// Of the UTF-8 bytes, eight at a time; exact comparison follows where two are equal.
  @inline(__always)
  private static func hash(_ identifier: String, _ commodity: Commodity) -> UInt64 {
    var identifier = identifier
    let multiplier: UInt64 = 0x9e37_79b9_7f4a_7c15
    return identifier.withUTF8 { text in
      let code: UInt64 =
        switch commodity {
        case .electric: 0
        case .gas: 1
        case .water: 2
        }
      let bytes = UnsafeRawBufferPointer(text)
      var hash = UInt64(text.count) << 8 | code
      var place = 0
      while place < text.count {
        var word: UInt64 = 0
        if place + 8 <= text.count {
          word = UInt64(
            littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
        } else {
          for offset in place..<text.count { word = word << 8 | UInt64(text[offset]) }
        }
        hash = (hash ^ word) &* multiplier
        hash ^= hash >> 32
        place += 8
      }
      return hash &* multiplier
    }
  }
}

extension [RegistryConflict] {
  /// Charges both rows of a pair.
  fileprivate mutating func add(_ law: RegistryLaw, _ row: Int, _ other: Int) {
    append(RegistryConflict(law: law, row: row, other: other))
    append(RegistryConflict(law: law, row: other, other: row))
  }
}

extension ServicePoint {
  /// Whether there is no instant at which the row holds.
  fileprivate var isEmpty: Bool { removedAt.map { $0 <= installedAt } ?? false }

  /// Whether the row goes on with the meter of another one from its end on, but not as it was.
  fileprivate func changes(_ before: borrowing ServicePoint) -> Bool {
    before.removedAt == installedAt && !before.isEmpty
      && before.meterID.utf8.elementsEqual(meterID.utf8)
      && (before.register != register || before.commodity != commodity)
  }
}
