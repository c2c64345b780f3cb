/// How often a utility reads an endpoint.
public enum ReadService: String, CaseIterable, Sendable {
  /// Every day, over a fixed network.
  case daily
  /// Once a month, around the day on which its billing cycle is due to be read: from a vehicle.
  case monthly
}
