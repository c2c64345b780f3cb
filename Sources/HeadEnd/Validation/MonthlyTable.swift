import Columnar
import DeltaTable
import Metering

/// Rows of the table `monthly`: how each endpoint was read in a month, what it used, and where its
/// validation goes on from.
enum MonthlyTable {
  static let fields: [TableField] = [
    TableField("endpoint_id", .int64, comment: "the meter module's address on the air"),
    TableField("commodity", .string, comment: "electric, gas or water"),
    TableField("cycle", .int32, comment: "billing cycle at the month's end, 1 to 21"),
    TableField(
      "collector_id", .int64, isNullable: true,
      comment: "its collector area: who received its last read of the month"),
    TableField("consumption", .int64, comment: "sum of daily consumption, in the commodity's unit"),
    TableField(
      "service", .string, comment: "how often it is read at the month's end: daily or monthly"),
    TableField("days_in_service", .int32, comment: "days in service"),
    TableField(
      "days_expected", .int32,
      comment:
        "days on which a read was due: all in service, or of monthly service the scheduled one"
    ),
    TableField(
      "days_actual", .int32,
      comment: "those with a good reception, of monthly service in the read window"),
    TableField("days_entered", .int32, comment: "those with a read that a person entered"),
    TableField("days_estimated", .int32, comment: "those with an estimate"),
    TableField("reads_rejected", .int32, comment: "receptions that validation rejected"),
    TableField(
      "last_read_at", .timestampMicros, isNullable: true, comment: "of the last good read, UTC"),
    TableField("last_register", .int64, isNullable: true, comment: "its register, in counts"),
    TableField(
      "daily_use", .int64, isNullable: true,
      comment: "mean daily use as of that read, in hundredths of a count"),
    TableField(
      "unchanged_since", .date, isNullable: true,
      comment: "first day on which the register showed that count"),
    TableField(
      "moving_use", .int64, isNullable: true,
      comment: "mean daily use while the register still moved, in hundredths of a count"),
    TableField(
      "end_register", .int64, isNullable: true, comment: "value of the last day, in counts"),
    TableField("tamper", .int32, isNullable: true, comment: "tamper counters of the last frame"),
    TableField(
      "departed_register", .int64, isNullable: true,
      comment: "first of the rejected reads that agree with one another, in counts"),
    TableField("departed_at", .timestampMicros, isNullable: true, comment: "when it was, UTC"),
    TableField(
      "departed_last_register", .int64, isNullable: true, comment: "last of these reads, in counts"),
    TableField(
      "departed_last_at", .timestampMicros, isNullable: true, comment: "when it was, UTC"),
    TableField(
      "departed_reads", .int32, isNullable: true, comment: "how many of these reads there are"),
    TableField(
      "last_received_at", .timestampMicros, isNullable: true,
      comment: "of monthly service: of the last good reception, UTC"),
    TableField("month", .string, comment: "partition: YYYY-MM"),
  ]

  /// The rows of a month, without endpoints that were not in service and were never read.
  static func columns(
    _ month: ValidatedMonth, _ meters: MonthMeters, endpoints: [UInt32], areas: [UInt32],
    use: [Int64]
  ) -> [Column] {
    let rows = endpoints.indices.filter {
      month.counts[$0].inService > 0 || month.counts[$0].rejected > 0 || month.states[$0] != nil
    }
    let states = rows.map { month.states[$0] }
    let wasRead = states.map { $0?.wasRead ?? false }
    let departures = states.map { $0?.departure }
    let hasDeparture = departures.map { $0 != nil }
    func counts(_ count: (ReadCounts) -> Int32) -> (ColumnData, [Bool]?) {
      (.int32(rows.map { count(month.counts[$0]) }), nil)
    }
    func state(_ value: (EndpointState) -> Int64) -> (ColumnData, [Bool]?) {
      (.int64(zip(states, wasRead).map { $1 ? $0.map(value) ?? 0 : 0 }), wasRead)
    }
    func departure(_ value: (EndpointState.Departure) -> Int64) -> (ColumnData, [Bool]?) {
      (.int64(departures.map { $0.map(value) ?? 0 }), hasDeparture)
    }
    let commodities = Commodity.allCases
    let services = ReadService.allCases
    let data: [(ColumnData, [Bool]?)] = [
      (.int64(rows.map { Int64(endpoints[$0]) }), nil),
      (
        .dictionary(
          codes: rows.map { UInt8(commodities.firstIndex(of: meters.atEnd($0).commodity)!) },
          values: commodities.map(\.rawValue)), nil
      ),
      (.int32(rows.map { Int32(meters.atEnd($0).cycle) }), nil),
      (
        .int64(rows.map { Int64(areas[$0]) }),
        rows.map { areas[$0] != DayLoad.noCollector }
      ), (.int64(rows.map { use[$0] }), nil),
      (
        .dictionary(
          codes: rows.map { UInt8(services.firstIndex(of: meters.atEnd($0).service)!) },
          values: services.map(\.rawValue)), nil
      ), counts { $0.inService }, counts { $0.expected },
      counts { $0.actual }, counts { $0.entered }, counts { $0.estimated },
      counts { $0.rejected }, state { $0.readAt * 1000 },
      state { Int64($0.register) }, state { $0.dailyUse },
      (.int32(states.map { Int32($0?.unchangedSince?.number ?? 0) }), wasRead),
      state { $0.movingUse },
      (
        .int64(states.map { Int64($0?.endValue ?? 0) }), states.map { $0?.endValue != nil }
      ), (.int32(states.map { Int32($0?.tamper ?? 0) }), states.map { $0?.tamper != nil }),
      departure { Int64($0.firstRegister) }, departure { $0.firstAt * 1000 },
      departure { Int64($0.lastRegister) }, departure { $0.lastAt * 1000 },
      (.int32(departures.map { $0?.reads ?? 0 }), hasDeparture),
      (
        .int64(states.map { ($0?.receivedAt ?? 0) * 1000 }),
        states.map { $0?.receivedAt != nil }
      ),
    ]
    return zip(fields, data).map { Column($0.field, $1.0, validity: $1.1) }
  }

  /// The states of a month's end, by row of the endpoint.
  static func states(_ files: [LiveFile], _ index: EndpointIndex) throws(HeadEndError)
    -> [EndpointState?]
  {
    var states = [EndpointState?](repeating: nil, count: index.ids.count)
    for file in files {
      let opened = try file.open()
      let endpoints = try opened.integers("endpoint_id")
      let readAt = try opened.optionalIntegers("last_read_at")
      let registers = try opened.integers("last_register")
      let dailyUse = try opened.integers("daily_use")
      let unchanged = try opened.integers("unchanged_since")
      let movingUse = try opened.integers("moving_use")
      let ends = try opened.optionalIntegers("end_register")
      let tamper = try opened.optionalIntegers("tamper")
      let departedReads = try opened.optionalIntegers("departed_reads")
      let departed = try opened.integers("departed_register")
      let departedAt = try opened.integers("departed_at")
      let last = try opened.integers("departed_last_register")
      let lastAt = try opened.integers("departed_last_at")
      let receivedAt = try opened.optionalIntegers("last_received_at")
      for row in endpoints.indices {
        // What no writer of ours stores would overflow later.
        guard [dailyUse[row], movingUse[row]].allSatisfy({ $0 >= 0 && $0 < 1 << 40 }),
          [readAt[row] ?? 0, departedAt[row], lastAt[row], receivedAt[row] ?? 0].allSatisfy({
            $0.magnitude < 1 << 62
          })
        else {
          throw .damagedStore(
            "\(opened.path): row \(row) is not an endpoint's month; \(StoredFile.mending)")
        }
        guard readAt[row] != nil || ends[row] != nil || departedReads[row] != nil,
          let endpoint = UInt32(exactly: endpoints[row]), let place = index.row(of: endpoint)
        else { continue }
        states[place] = EndpointState(
          register: UInt32(truncatingIfNeeded: registers[row]), readAt: (readAt[row] ?? 0) / 1000,
          dailyUse: dailyUse[row],
          unchangedSince: readAt[row].map { _ in
            CivilDay(number: Int(Int32(truncatingIfNeeded: unchanged[row])))
          },
          movingUse: movingUse[row],
          endValue: ends[row].map { UInt32(truncatingIfNeeded: $0) },
          tamper: tamper[row].map { UInt8(truncatingIfNeeded: $0) },
          departure: departedReads[row].map {
            EndpointState.Departure(
              firstRegister: UInt32(truncatingIfNeeded: departed[row]),
              firstAt: departedAt[row] / 1000,
              lastRegister: UInt32(truncatingIfNeeded: last[row]), lastAt: lastAt[row] / 1000,
              reads: Int32(truncatingIfNeeded: $0))
          }, receivedAt: receivedAt[row].map { $0 / 1000 })
      }
    }
    return states
  }
}
