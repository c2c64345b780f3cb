import CSV
import Metering

/// Why a row of a registry file is refused; most are named after the column that is wrong.
public enum RegistryFault: String, CaseIterable, Sendable {
  case endpoint = "endpoint_id"
  case meter = "meter_id"
  case servicePoint = "service_point_id"
  case account = "account_id"
  case commodity
  case dials
  case multiplier
  case cycle
  case service
  case installed = "installed_on"
  case removed = "removed_on"
  case installedRead = "installed_read"
  case removedRead = "removed_read"
  case lastBilledRead = "last_billed_read"
  case lastBilledAt = "last_billed_at"
  /// Two rows of one endpoint hold at the same time.
  case overlap
  /// Two meters of one commodity are at one service point at the same time.
  case twoMeters = "two_meters"
  /// One meter is in two places at the same time.
  case twoPlaces = "two_places"
  /// A meter that goes on without a break has other dials, another multiplier or commodity.
  case changedMeter = "changed_meter"
  /// Another row of the same endpoint is refused.
  case anotherRow = "another_row"
}

/// A row of a registry file that was not taken in.
public struct RefusedRow: Sendable, Equatable, CustomStringConvertible {
  /// Nil when it cannot be read.
  public let endpoint: EndpointID?
  public let fault: RegistryFault
  /// The file's name, the line and what is wrong.
  public let error: CSVError

  /// The row's first line in the file, from 1.
  public var line: Int { error.line }

  /// `FILE:LINE: column: what is wrong; what was expected`
  public var description: String { error.description }

  /// A row that is refused because another one of its endpoint is.
  static func another(_ line: Int, of endpoint: EndpointID, for cause: RefusedRow) -> RefusedRow {
    RefusedRow(
      endpoint: endpoint, fault: .anotherRow,
      error: CSVError(
        source: cause.error.source, line: line,
        message: "another row of this endpoint, on line \(cause.line), is refused; mend that one"))
  }
}
