import Metering

/// What a file calls the columns that conflicts are about.
struct RegistryColumnNames: Sendable {
  var endpoint = "endpoint_id"
  var meter = "meter_id"
  var installed = "installed_on"
  var removed = "removed_on"
}

extension RegistryConflict {
  var fault: RegistryFault {
    switch law {
    case .order: .removed
    case .endpoint: .overlap
    case .servicePoint: .twoMeters
    case .meter: .twoPlaces
    case .continuity: .changedMeter
    }
  }

  /// `column: what is wrong; what was expected: how to mend it`
  ///
  /// - Parameters:
  ///   - place: where the other row is, such as "on line 7".
  ///   - clock: the days in which instants are told; nil tells them in UTC.
  func message(
    in rows: [ServicePoint], place: String, clock: LocalClock?,
    names: RegistryColumnNames = RegistryColumnNames()
  ) -> String {
    let (point, twin) = (rows[row], rows[other])
    let since = registryInstant(max(point.installedAt, twin.installedAt), clock)
    let end = "end one with \(names.removed) before the other's \(names.installed)"
    switch law {
    case .order:
      return "\(names.removed): endpoint \(point.endpoint.rawValue) is removed no later than it is "
        + "installed, at \(registryInstant(point.installedAt, clock)); expected a later instant, or "
        + "nothing"
    case .endpoint:
      return "\(names.endpoint): \(point.endpoint.rawValue) is in service from \(since) here and "
        + "\(place); expected rows of one endpoint that follow one another: \(end)"
    case .servicePoint:
      return
        "service_point_id: \(shown(point.servicePointID)) has \(article(point.commodity)) meter "
        + "from \(since) here, \(shown(point.meterID)), and \(place), \(shown(twin.meterID)); "
        + "expected one at a time: \(end), or give each place its own service_point_id"
    case .meter:
      return
        "\(names.meter): \(point.commodity.rawValue) meter \(shown(point.meterID)) is in service "
        + "from \(since) here and \(place); expected it in one place at a time: \(end), or mend the "
        + "number"
    case .continuity:
      let (column, found, expected) = difference(point, twin)
      return "\(column): \(found) here, but \(expected) \(place) for the same meter "
        + "\(shown(point.meterID)), which goes on at \(since); expected no change: mend it, or give "
        + "a new meter its own \(names.meter)"
    }
  }

  /// The conflict in words of its own, for rows that are in no file.
  func description(in rows: [ServicePoint]) -> String {
    message(in: rows, place: "in another row", clock: nil)
  }

  private func difference(_ point: ServicePoint, _ twin: ServicePoint) -> (String, String, String) {
    if point.commodity != twin.commodity {
      return ("commodity", point.commodity.rawValue, twin.commodity.rawValue)
    }
    let (register, other) = (point.register, twin.register)
    return register.dials != other.dials
      ? ("dials", "\(register.dials)", "\(other.dials)")
      : ("multiplier", "\(register.multiplier)", "\(other.multiplier)")
  }

  private func article(_ commodity: Commodity) -> String {
    commodity == .electric ? "an electric" : "a \(commodity.rawValue)"
  }

  /// An identifier on one line and of bounded length.
  private func shown(_ identifier: String) -> String {
    let text = identifier.prefix(40).map { $0.isNewline ? " " : $0 }
    return "'\(String(text))'"
  }
}

/// An instant as a registry file has it: the day where it is a local midnight, else the instant.
func registryInstant(_ instant: UTCMilliseconds, _ clock: LocalClock?) -> String {
  if let clock {
    let day = clock.day(of: instant)
    if clock.startOfDay(day) == instant { return day.description }
  }
  return instant % 1000 == 0 ? iso8601(instant) : iso8601WithMilliseconds(instant)
}
