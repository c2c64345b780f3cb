import Columnar
import DeltaTable
import Metering
import Parallel

/// All rows of a month's closed days, to be written in the order that takes least.
struct MonthRows: Sendable {
  /// The rows of one day.
  struct Day: Sendable {
    let day: CivilDay
    /// By ascending endpoint and version.
    let rows: ReadRows
    /// What persons said, by endpoint and version.
    let notes: [Key: String]

    struct Key: Hashable, Sendable {
      let endpoint: UInt32
      let version: Int32
    }
  }

  let days: [Day]

  /// Endpoints of a row group: so many that chains through them are nearly as good as through all, and
  /// so few that a group is found by its least and greatest endpoint.
  private static let groupEndpoints = 32_768

  var rowCount: Int { days.reduce(0) { $0 + $1.rows.count } }

  /// Encodes the rows, some consecutive endpoints in each row group.
  ///
  /// - Parameter progress: called with the share that is done.
  func encoded(
    threads: Int, progress: (Double) throws -> Void
  ) async throws -> [EncodedGroup] {
    let ranges = groupRanges
    return try await parallelMap(
      count: ranges.count, threads: threads, progress: progress
    ) { number in
      let (rows, days, notes) = ordered(ranges[number])
      return try ParquetWriter.encodeGroup(rows.columns(days: days, notes: notes), .dense)
    }
  }

  /// Ranges of endpoints that together have all, each with as many rows as a group may hold.
  private var groupRanges: [ClosedRange<UInt32>] {
    guard let most = days.max(by: { $0.rows.count < $1.rows.count })?.rows.endpoints else {
      return []
    }
    var ranges: [ClosedRange<UInt32>] = []
    var first: UInt32 = 0
    for place in stride(from: Self.groupEndpoints, to: most.count, by: Self.groupEndpoints)
    where most[place] > first {
      ranges += split(first...most[place] - 1)
      first = most[place]
    }
    return (ranges + split(first ... .max)).filter { rowCount(in: $0) > 0 }
  }

  private func split(_ range: ClosedRange<UInt32>) -> [ClosedRange<UInt32>] {
    if rowCount(in: range) <= EncodedGroup.rowsMax || range.count == 1 { return [range] }
    let middle = range.lowerBound + (range.upperBound - range.lowerBound) / 2
    return split(range.lowerBound...middle) + split(middle + 1...range.upperBound)
  }

  private func rowCount(in range: ClosedRange<UInt32>) -> Int {
    days.reduce(0) { $0 + $1.rows.rows(of: range).count }
  }

  /// The rows of some endpoints in the order of the file: endpoint by endpoint along the chain the
  /// newest version of each day, and then, in ascending order, what these supersede.
  private func ordered(_ range: ClosedRange<UInt32>) -> (
    rows: ReadRows, days: [Int32], notes: [Int: String]
  ) {
    let grouped = RowsByEndpoint(days, range)
    let chain = RegisterChain.order(grouped.links(days))
    var rows = ReadRows()
    var dayNumbers: [Int32] = []
    var notes: [Int: String] = [:]
    rows.reserveCapacity(grouped.count)
    dayNumbers.reserveCapacity(grouped.count)
    func append(_ place: RowsByEndpoint.Place) {
      let day = days[Int(place.day)]
      let (endpoint, read) = (
        day.rows.endpoints[Int(place.row)], day.rows.reads[Int(place.row)]
      )
      if !day.notes.isEmpty,
        let note = day.notes[.init(endpoint: endpoint, version: read.version)]
      {
        notes[rows.count] = note
      }
      rows.append(endpoint: endpoint, read)
      dayNumbers.append(Int32(day.day.number))
    }
    for endpoint in chain { grouped.current(endpoint).forEach(append) }
    grouped.superseded.forEach(append)
    return (rows, dayNumbers, notes)
  }
}

/// Where the rows of some endpoints lie, endpoint by endpoint.
private struct RowsByEndpoint {
  struct Place {
    let day: Int32
    let row: Int32
  }

  /// Ascending by endpoint and day.
  private var places: [Place] = []
  /// Where the endpoints' places begin, and a last entry where they end.
  private var starts: [Int] = []
  /// By endpoint, day and version.
  private(set) var superseded: [Place] = []

  var count: Int { places.count + superseded.count }

  init(_ days: [MonthRows.Day], _ range: ClosedRange<UInt32>) {
    var next = days.map { $0.rows.rows(of: range) }
    // An endpoint at a time; its rows of a day stand together there.
    while let endpoint = next.indices.compactMap({ day in
      next[day].first.map { days[day].rows.endpoints[$0] }
    }).min() {
      starts.append(places.count)
      for day in next.indices {
        let endpoints = days[day].rows.endpoints
        while let row = next[day].first, endpoints[row] == endpoint {
          next[day] = row + 1..<next[day].upperBound
          let place = Place(day: Int32(day), row: Int32(row))
          if let following = next[day].first, endpoints[following] == endpoint {
            superseded.append(place)
          } else {
            places.append(place)
          }
        }
      }
    }
    starts.append(places.count)
  }

  /// The newest versions of an endpoint's reads, by day.
  func current(_ endpoint: Int) -> ArraySlice<Place> {
    places[starts[endpoint]..<starts[endpoint + 1]]
  }

  func links(_ days: [MonthRows.Day]) -> [RegisterChain.Link] {
    (0..<starts.count - 1).map { endpoint in
      let registers = current(endpoint).map {
        days[Int($0.day)].rows.reads[Int($0.row)].register
      }
      // A rollover or a new meter is no use.
      let increase = zip(registers, registers.dropFirst()).reduce(0) {
        $0 + ($1.1 > $1.0 ? Int($1.1 - $1.0) : 0)
      }
      return RegisterChain.Link(
        first: registers[0], last: registers[registers.count - 1],
        meanIncrease: Double(increase) / Double(max(1, registers.count - 1)))
    }
  }
}

extension ReadRows {
  /// The rows of some endpoints, where the rows are in order.
  func rows(of range: ClosedRange<UInt32>) -> Range<Int> {
    let first = endpoints.partitioningIndex(from: 0) { $0 >= range.lowerBound }
    return first..<endpoints.partitioningIndex(from: first) { $0 > range.upperBound }
  }
}
