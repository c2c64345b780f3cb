import Metering

/// The laws of the tables that validation derives: endpoints are known, each has one row for a day
/// or a month, partitions hold what they say, and all of them add up to the same consumption.
struct DerivedLaws {
  private let endpoints: EndpointIndex?
  /// Units by day or, of months, by name.
  private var daily: [CivilDay: Int64] = [:]
  private var monthly: [String: Int64] = [:]
  private var dayGroups: [String: [CivilDay: Int64]] = [:]
  private var monthGroups: [String: [String: Int64]] = [:]
  /// Endpoints of the rows of each day or month of a table.
  private var rows: [String: [Int64]] = [:]

  /// - Parameter endpoints: of the registry; nil when that cannot be read.
  init(endpoints: EndpointIndex?) { self.endpoints = endpoints }

  /// Takes in a data file of one of the tables.
  mutating func add(
    _ file: StoredFile, of name: StoreTable, month: String, to part: inout PartialCheck
  ) {
    do throws(HeadEndError) {
      switch name {
      case .daily, .monthly, .findings: try addEndpoints(file, name, month, &part)
      case .groups: try addGroups(file, month, &part)
      case .reads, .uploads, .quarantine, .registry, .collectors: break
      }
    } catch {
      part.add(fault: "\(error)")
    }
  }

  private mutating func addEndpoints(
    _ file: StoredFile, _ name: StoreTable, _ month: String, _ part: inout PartialCheck
  ) throws(HeadEndError) {
    let ids = try file.integers("endpoint_id")
    if let endpoints {
      let unknown = ids.count { UInt32(exactly: $0).flatMap(endpoints.row) == nil }
      if unknown > 0 {
        part.add(
          fault: "\(file.path): \(unknown) rows are of endpoints that the registry does not know; "
            + StoredFile.mending)
      }
    }
    if name == .findings { return }
    let units = try file.integers("consumption")
    if name == .monthly {
      rows["monthly of \(month)", default: []] += ids
      for value in units { monthly[month, default: 0] &+= value }
      return
    }
    let days = try file.integers("day").map(Self.day)
    checkDays(days, month, file, &part)
    for (day, rowNumbers) in Dictionary(grouping: ids.indices, by: { days[$0] }) {
      rows["daily of \(day)", default: []] += rowNumbers.map { ids[$0] }
      daily[day, default: 0] &+= rowNumbers.reduce(0) { $0 &+ units[$1] }
    }
  }

  private mutating func addGroups(
    _ file: StoredFile, _ month: String, _ part: inout PartialCheck
  ) throws(HeadEndError) {
    let periods = try file.texts("period")
    let groupings = try file.texts("grouping")
    let days = try file.integers("starts_on").map(Self.day)
    let units = try file.integers("consumption")
    checkDays(days, month, file, &part)
    for row in days.indices {
      let grouping = groupings[row] ?? ""
      if periods[row] == "month" {
        monthGroups[grouping, default: [:]][days[row].monthName, default: 0] &+= units[row]
      } else {
        dayGroups[grouping, default: [:]][days[row], default: 0] &+= units[row]
      }
    }
  }

  private static func day(_ number: Int64) -> CivilDay {
    CivilDay(number: Int(Int32(truncatingIfNeeded: number)))
  }

  private func checkDays(
    _ days: [CivilDay], _ month: String, _ file: StoredFile, _ part: inout PartialCheck
  ) {
    let foreign = Set(days.lazy.filter { $0.monthName != month }).count
    if foreign > 0 {
      part.add(
        fault: "\(file.path): rows of \(foreign) days are not of partition month=\(month); "
          + StoredFile.mending)
    }
  }

  /// Says what does not fit once all files have been taken in.
  ///
  /// - Parameter directory: of the store.
  func conclude(_ directory: String, _ part: inout PartialCheck) {
    for (place, ids) in rows.sorted(by: { $0.key < $1.key }) {
      let ids = ids.sorted()
      for (one, other) in zip(ids, ids.dropFirst()) where one == other {
        part.add(
          fault: "\(directory): \(place): endpoint \(one) is there twice; expected it once: "
            + "restore its files from a copy")
      }
    }
    var months: [String: Int64] = [:]
    for (day, units) in daily { months[day.monthName, default: 0] &+= units }
    compare(monthly, months, "monthly", directory, &part)
    for grouping in GroupsTable.Grouping.allCases.map(\.name) {
      let name = "groups by \(grouping)"
      compare(dayGroups[grouping] ?? [:], daily, "\(name), day", directory, &part)
      compare(monthGroups[grouping] ?? [:], months, "\(name), month", directory, &part)
    }
  }

  private func compare<Period: Hashable & Comparable>(
    _ found: [Period: Int64], _ expected: [Period: Int64], _ name: String, _ directory: String,
    _ part: inout PartialCheck
  ) {
    for period in Set(found.keys).union(expected.keys).sorted()
    where found[period] ?? 0 != expected[period] ?? 0 {
      part.add(
        fault: "\(directory): \(name) \(period): consumption adds up to \(found[period] ?? 0), but "
          + "that of daily to \(expected[period] ?? 0); restore the tables from a copy")
    }
  }
}
