/// The unit of simulated time, one chip of the 32,768 Hz chip clock.
public enum Ticks {
  /// Ticks of one second.
  public static let perSecond: Int64 = 32_768
  /// Ticks of 24 hours.
  public static let perDay: Int64 = 86_400 * perSecond

  /// The length of a Manchester-coded frame: two chips for each bit.
  public static func frame(bits: Int) -> Int64 { 2 * Int64(bits) }
}
