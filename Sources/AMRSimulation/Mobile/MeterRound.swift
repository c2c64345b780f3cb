import Metering

/// The modules of one billing cycle that vans are to read, from the cycle's scheduled day until they
/// are no longer driven for.
struct MeterRound: Sendable {
  let cycle: BillingCycle
  /// The scheduled day.
  let opened: CivilDay
  /// The last working day on which what was missed is driven for again.
  let lastDay: CivilDay
  /// Indices of the territory, ascending.
  let modules: [UInt32]
  /// What came nearest to a reception of each so far; nil where nothing did.
  private(set) var nearest: [MissReason?]
  private(set) var isRead: [Bool]
  /// Whether a van has passed each module's street.
  private(set) var isPassed: [Bool]
  private(set) var readCount = 0
  /// Days on which a van has driven for it.
  private(set) var drivenDays = 0

  init(cycle: BillingCycle, opened: CivilDay, redriveDays: Int, modules: [UInt32]) {
    self.cycle = cycle
    self.opened = opened
    var last = opened
    for _ in 0..<redriveDays { last = workday(from: last + 1) }
    lastDay = last
    self.modules = modules
    nearest = Array(repeating: nil, count: modules.count)
    isRead = Array(repeating: false, count: modules.count)
    isPassed = isRead
  }

  /// What the round has gathered, as text: a letter for each module.
  ///
  /// `r` stands for one that is read; of the others A and B are those that nothing came near of, C and
  /// D those of the first reason and so on, the second of each pair where a van has passed.
  var letters: String {
    var text: [UInt8] = []
    for place in modules.indices {
      let reason = nearest[place].map { $0.rawValue + 1 } ?? 0
      text.append(
        isRead[place]
          ? UInt8(ascii: "r") : UInt8(ascii: "A") + 2 * reason + (isPassed[place] ? 1 : 0))
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Takes over what an equal round has gathered.
  ///
  /// - Returns: false where the letters are not those of so many modules.
  mutating func restore(letters: String, drivenDays: Int) -> Bool {
    guard letters.utf8.count == modules.count else { return false }
    for (place, letter) in letters.utf8.enumerated() {
      if letter == UInt8(ascii: "r") {
        isRead[place] = true
        readCount += 1
        continue
      }
      let code = letter &- UInt8(ascii: "A")
      guard code >> 1 == 0 || MissReason(rawValue: code >> 1 - 1) != nil else { return false }
      nearest[place] = code >> 1 == 0 ? nil : MissReason(rawValue: code >> 1 - 1)
      isPassed[place] = code & 1 == 1
    }
    self.drivenDays = drivenDays
    return true
  }

  /// Modules that are not read yet.
  var unread: [UInt32] { modules.indices.lazy.filter { !isRead[$0] }.map { modules[$0] } }

  /// Notes that modules were received.
  ///
  /// - Parameter received: ascending indices of the territory, those of other rounds among them.
  mutating func take(received: [UInt32]) {
    for (place, _) in places(of: received) {
      if !isRead[place] { readCount += 1 }
      isRead[place] = true
    }
  }

  /// Notes what came near to receptions.
  ///
  /// - Parameter misses: by ascending index of the territory.
  mutating func take(misses: [(module: UInt32, reason: MissReason)]) {
    for (place, number) in places(of: misses.map(\.module)) {
      let reason = misses[number].reason
      if reason.rawValue > nearest[place]?.rawValue ?? 0 { nearest[place] = reason }
    }
  }

  /// Notes that modules' streets were driven.
  ///
  /// - Parameter passed: whether the street of a module was.
  mutating func take(passed: (UInt32) -> Bool) {
    for place in modules.indices where !isPassed[place] { isPassed[place] = passed(modules[place]) }
    drivenDays += 1
  }

  /// The places of those modules of an ascending list that belong to the round, and theirs in the
  /// list.
  private func places(of others: [UInt32]) -> [(place: Int, number: Int)] {
    var place = 0
    return others.indices.compactMap { number in
      while place < modules.count, modules[place] < others[number] { place += 1 }
      return place < modules.count && modules[place] == others[number] ? (place, number) : nil
    }
  }
}

/// How a round of meter reading by van went.
public struct RoundResult: Sendable, Equatable {
  public let cycle: BillingCycle
  /// The scheduled day.
  public let scheduled: CivilDay
  /// Those that were to be read, as ascending indices of the territory.
  public let modules: [UInt32]
  /// How many of them a van has read.
  public let read: Int
  /// Days on which vans drove for it.
  public let drivenDays: Int
  /// The others, as ascending indices of the territory, and why.
  public let missed: [(module: Int, reason: MissReason)]

  /// How many modules were missed for each reason.
  public var counts: [MissReason: Int] {
    missed.reduce(into: [:]) { $0[$1.reason, default: 0] += 1 }
  }

  public static func == (left: RoundResult, right: RoundResult) -> Bool {
    (left.cycle, left.scheduled, left.modules, left.read, left.drivenDays)
      == (right.cycle, right.scheduled, right.modules, right.read, right.drivenDays)
      && left.missed.elementsEqual(right.missed) { $0 == $1 }
  }

  /// - Parameter reasonByItself: why a module is not heard wherever one drives; nil where it sends.
  init(_ round: MeterRound, reasonByItself: (Int) -> MissReason?) {
    cycle = round.cycle
    scheduled = round.opened
    modules = round.modules
    read = round.readCount
    drivenDays = round.drivenDays
    missed = round.modules.indices.filter { !round.isRead[$0] }.map { place in
      let module = Int(round.modules[place])
      let reason =
        round.nearest[place] ?? reasonByItself(module)
        ?? (round.isPassed[place] ? .noCoverage : .notDriven)
      return (module, reason)
    }
  }
}

/// What an open round of vans has gathered.
public struct RoundState: Sendable, Equatable {
  public let cycle: BillingCycle
  /// The scheduled day.
  public let opened: CivilDay
  /// Days on which vans drove for it.
  public let drivenDays: Int
  /// A letter for each of its modules.
  public let letters: String

  public init(cycle: BillingCycle, opened: CivilDay, drivenDays: Int, letters: String) {
    self.cycle = cycle
    self.opened = opened
    self.drivenDays = drivenDays
    self.letters = letters
  }
}
