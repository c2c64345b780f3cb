import Glibc

/// One receiver and its endpoints, simulated as a sensible programmer writes it first: a queue of
/// frame starts and ends, a list of the frames on the air for each channel, and every overlap added
/// to both frames.
///
/// It is the honest baseline of the census: the same model of an arrival, none of its means, no
/// part of the product. Its cost per arrival grows with the depth of the queue and with the frames
/// on the air at a time.
struct EventSimulator {
  /// Mean power of each endpoint over the receiver's noise.
  var means: [Double]
  var channels: Int
  /// Ticks between two nominal starts of an endpoint; longer than jitter and frame together.
  var period: Int
  /// A start is delayed by less than this many ticks, at least 1.
  var jitter: Int
  /// Ticks of a frame.
  var frame: Int
  /// γ₀: the least power over noise that is decoded.
  var threshold: Double
  /// z: the least ratio of power to the sum of all others.
  var capture: Double

  struct Outcome {
    var arrivals = 0
    var decoded = 0
  }

  private struct Frame {
    let start: Int
    let power: Double
    var interference = 0.0
  }

  /// What becomes of the frames that start in [from, to) ticks.
  func run(seed: UInt64, from: Int, to: Int) -> Outcome {
    var draws = SplitMix64(state: seed)
    var queue = EventQueue()
    var onAir = [[Frame]](repeating: [], count: channels)
    // The channel of the frame that an endpoint has on the air.
    var channel = [Int](repeating: 0, count: means.count)
    var nominal = means.map { _ in draws.below(period) }
    var outcome = Outcome()
    for endpoint in means.indices {
      queue.push(
        .init(tick: nominal[endpoint] + draws.below(jitter), kind: .start, endpoint: endpoint))
    }
    while let event = queue.pop(), event.tick < to + frame {
      let endpoint = event.endpoint
      switch event.kind {
      case .start:
        channel[endpoint] = draws.below(channels)
        var new = Frame(start: event.tick, power: means[endpoint] * -log(draws.unit()))
        for index in onAir[channel[endpoint]].indices {
          new.interference += onAir[channel[endpoint]][index].power
          onAir[channel[endpoint]][index].interference += new.power
        }
        onAir[channel[endpoint]].append(new)
        queue.push(.init(tick: event.tick + frame, kind: .end, endpoint: endpoint))
        nominal[endpoint] += period
        queue.push(
          .init(tick: nominal[endpoint] + draws.below(jitter), kind: .start, endpoint: endpoint))
      case .end:
        // All frames are of one length: the first to start is the first to end.
        let done = onAir[channel[endpoint]].removeFirst()
        guard done.start >= from, done.start < to else { continue }
        outcome.arrivals += 1
        if done.power >= threshold + capture * done.interference { outcome.decoded += 1 }
      }
    }
    return outcome
  }
}

/// S. Vigna's SplitMix64: plain sequential draws.
private struct SplitMix64 {
  var state: UInt64

  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }

  /// A whole number below `bound`.
  mutating func below(_ bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A number in (0, 1).
  mutating func unit() -> Double { (Double(next() >> 11) + 0.5) * 0x1p-53 }
}
