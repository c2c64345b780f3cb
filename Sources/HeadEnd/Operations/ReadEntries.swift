import CSV
import DeltaTable
import Metering

/// What a person says of an endpoint's read of a day.
public struct ReadEntry: Sendable, Equatable {
  public var endpoint: EndpointID
  public var day: CivilDay
  /// `customer`, `verified` or `rejected`.
  public var quality: Quality
  /// Dial counts; nil for a rejected read, which keeps what was received.
  public var register: Int64?
  /// Who says so, and why.
  public var note: String

  public init(
    endpoint: EndpointID, day: CivilDay, quality: Quality, register: Int64?, note: String
  ) {
    self.endpoint = endpoint
    self.day = day
    self.quality = quality
    self.register = register
    self.note = note
  }
}

/// Entries as a CSV file.
///
/// | column | value |
/// |---|---|
/// | `endpoint_id` | the module's address |
/// | `day` | `YYYY-MM-DD` |
/// | `quality` | `customer` (the customer read the meter), `verified` (somebody of the utility has looked) or `rejected` (what was received is wrong) |
/// | `register` | dial counts; empty where rejected |
/// | `note` | who says so, and why |
public enum ReadEntryFile {
  /// - Parameter source: the file's name in messages.
  /// - Throws: for the first row that is malformed.
  public static func decode(_ bytes: [UInt8], source: String) throws(CSVError) -> [ReadEntry] {
    var reader = try CSVReader(bytes, source: source)
    let endpoint = try reader.column("endpoint_id")
    let day = try reader.column("day")
    let quality = try reader.column("quality")
    let register = try reader.column("register")
    let note = try reader.column("note")
    var entries: [ReadEntry] = []
    while try reader.nextRow() {
      guard let date = CivilDay(iso: try reader.string(day)) else {
        throw reader.refused(day, expected: "a day such as 1998-06-01")
      }
      let kind = Quality(rawValue: try reader.string(quality))
      guard let kind, [.customer, .verified, .rejected].contains(kind) else {
        throw reader.refused(quality, expected: "customer, verified or rejected")
      }
      if kind == .rejected, !reader.isEmpty(register) {
        throw reader.refused(register, expected: "nothing, where a read is rejected")
      }
      if reader.isEmpty(note) { throw reader.refused(note, expected: "who says so, and why") }
      entries.append(
        ReadEntry(
          endpoint: EndpointID(rawValue: UInt32(try reader.int(endpoint, in: 1...Int(UInt32.max)))),
          day: date, quality: kind,
          register: kind == .rejected
            ? nil : Int64(try reader.int(register, in: 0...99_999_999)),
          note: try reader.string(note)))
    }
    guard !entries.isEmpty else {
      throw reader.error("expected at least one row below the header")
    }
    return entries
  }
}

extension ReadStore {
  /// Adds what persons say as new versions of closed days' reads; the next validation goes by it.
  ///
  /// An entry that says what the day's newest entry says already is passed over, so that the same
  /// file again changes nothing.
  ///
  /// - Returns: how many versions were added.
  /// - Throws: ``HeadEndError/badInput(_:)``, before anything is written, for endpoints that the
  ///   registry lacks, days that are not closed, counts that the dials cannot show, rejections of
  ///   what nobody received, and two entries for one endpoint and day.
  public mutating func enter(_ entries: [ReadEntry], timestamp: Int64) throws(HeadEndError) -> Int {
    var commit = Commit(operation: "ENTER", timestamp: timestamp)
    var days: [(day: CivilDay, rows: ReadRows, notes: [Int: String])] = []
    let byDay = Dictionary(grouping: entries, by: \.day)
    for day in byDay.keys.sorted() {
      guard let closed = closedThrough, day <= closed else {
        throw .badInput("\(day) is not closed; entries are for days that are: close it first")
      }
      let content = try slot(day).content()
      let entries = byDay[day]!.sorted { $0.endpoint < $1.endpoint }
      for (entry, next) in zip(entries, entries.dropFirst()) where entry.endpoint == next.endpoint {
        throw .badInput(
          "endpoint \(entry.endpoint.rawValue) on \(day): two entries; keep the one that holds")
      }
      var rows = ReadRows()
      var notes: [Int: String] = [:]
      for entry in entries {
        let known = content.versions(of: entry.endpoint.rawValue)
        guard let read = try version(of: entry, after: known) else { continue }
        notes[rows.count] = entry.note
        rows.append(endpoint: entry.endpoint.rawValue, read)
      }
      if rows.count > 0 { days.append((day, rows, notes)) }
    }
    for (day, rows, notes) in days {
      commit.adds.append(
        try writeFile(
          rows.columns(day: day, notes: notes), to: .reads, partition: ["month": day.monthName],
          name: "\(day)-entered-b\(nextBatch)", timestamp: timestamp))
      setBackValidation(to: day, in: &commit)
    }
    let added = days.reduce(0) { $0 + $1.rows.count }
    if added > 0 { try commitReads(commit) }
    return added
  }

  /// The row of an entry; nil when the day's newest entry says the same.
  private func version(of entry: ReadEntry, after known: [StoredRead]) throws(HeadEndError)
    -> StoredRead?
  {
    let place = "endpoint \(entry.endpoint.rawValue) on \(entry.day)"
    let noon = settings.clock.startOfDay(entry.day) + millisecondsPerDay / 2
    let service = registry.filter { $0.endpoint == entry.endpoint }
    guard let point = service.last(where: { $0.installedAt <= noon }) ?? service.first else {
      throw .badInput("\(place): the registry has no such endpoint")
    }
    let received = known.last { $0.reception != nil }
    if entry.quality == .rejected && received == nil {
      throw .badInput("\(place): nothing was received that could be rejected")
    }
    if let register = entry.register, !(0..<point.register.span).contains(register) {
      throw .badInput(
        "\(place): register \(register) does not fit \(point.register.dials) dials; expected 0 to "
          + "\(point.register.span - 1)")
    }
    let register = entry.register.map { UInt32(truncatingIfNeeded: $0) } ?? received?.register ?? 0
    let newest = known.last { $0.source == .person }
    if newest?.quality == entry.quality, newest?.register == register { return nil }
    return StoredRead(
      stamp: entry.quality == .rejected ? received?.stamp ?? noon : noon, register: register,
      version: (known.last?.version ?? 0) + 1, quality: entry.quality, source: .person,
      reason: entry.quality == .rejected ? .rejectedByPerson : .edit)
  }
}
