import RadioModel

/// The links of one collector: the endpoints that it hears loud enough to matter, by ascending
/// index. Both orders of evaluation use exactly this set, for signals and for interference.
struct LinkSet: Sendable {
  /// Index of the endpoint in the territory.
  var endpoints: [UInt32] = []
  /// Mean received power, shadowing included.
  var means: [Power] = []
  /// Below which fading draws a frame can be decoded where nothing disturbs it. Under the rule of the
  /// threshold it then is, unless external noise or an overlap prevents it.
  var thresholds: [DrawThreshold] = []
  /// What decides a frame at this collector.
  var test: DecodeTest

  var count: Int { endpoints.count }
}
