/// The fate of every arrival at one or more collectors in a stretch of time: of each frame of each
/// link that starts in it.
public struct PacketCounts: Sendable, Equatable {
  /// All of them; the sum of the other four.
  public var arrivals = 0
  public var decoded = 0
  /// Too weak: they would not be decoded even alone.
  public var lostToNoise = 0
  /// They would have been decoded alone.
  public var lostToInterference = 0
  /// The receiver was down for some of the ticks, does not hear the channel, or had no free
  /// demodulator.
  public var notHeard = 0

  public init() {}

  public static func += (sum: inout PacketCounts, other: PacketCounts) {
    sum.arrivals += other.arrivals
    sum.decoded += other.decoded
    sum.lostToNoise += other.lostToNoise
    sum.lostToInterference += other.lostToInterference
    sum.notHeard += other.notHeard
  }

  /// The sum of all, or nil when any of them is not known.
  static func sum(_ counts: [PacketCounts?]) -> PacketCounts? {
    var total = PacketCounts()
    for count in counts {
      guard let count else { return nil }
      total += count
    }
    return total
  }
}
