import PortableMath
import RadioModel
import RandomStreams

/// How modules that wait for the tone of a van answer it.
///
/// A van sends its tone at the start of each segment of street. It wakes a module up when it arrives
/// there with the least power that does: a link loses the same in both directions, and its fading is
/// drawn anew for each tone. The module then sends frame j at tone + delay + j · interval + jitter, with
/// a delay that is drawn below the interval, so that those whom one tone reaches do not answer at
/// once. The next segment's tone begins an answer anew: of one only those frames are sent that are
/// sure to start before it.
///
/// A frame's number is that of its interval since the start of the run, so that no two frames of
/// a module that one van hears share their draws. Answers are heard by the van that called, and by
/// nobody else.
struct WakeUp: Sendable {
  /// One frame of an answer.
  struct Frame: Sendable, Equatable {
    let k: UInt32
    /// Ticks since the start of the run, without its jitter.
    let start: Int64
  }

  /// What is on the air about a van after its tone.
  struct Answers: Sendable {
    /// A link for each module that sends by itself, and one for each frame of the others: so each sends
    /// once in the segment, as both orders of evaluation need it.
    var links: LinkSet
    /// The frame of each link; nil where the module sends by itself, empty where all do.
    var frames: [Frame?] = []
    /// Waiting modules, of those with a link, that the tone did not reach; ascending.
    var notWoken: [UInt32] = []
  }

  private let frames: Int64
  /// Ticks between two frames.
  private let interval: Int64
  /// The power of its own frames at the van with which a module just hears the van's tone.
  private let least: Power

  /// - Parameter noiseDbm: of a van's receiver.
  /// - Returns: nil where no module waits for a tone.
  init?(_ scenario: Scenario, noiseDbm: Double) {
    guard scenario.vans.wakeUpShare > 0 else { return nil }
    frames = Int64(scenario.vans.wakeUpFrames)
    interval = Int64(scenario.vans.wakeUpIntervalMs) * Ticks.perSecond / 1000
    // Tone and frame differ by the powers that they are sent with; the van's antenna serves both.
    let leastDbm =
      scenario.vans.toneSensitivityDbm - scenario.vans.tonePowerDbm + scenario.endpoints.txPowerDbm
    let overNoise = ratio(decibels: leastDbm - noiseDbm) * Double(PowerScale.noise)
    // Nothing arrives with 2⁶².
    least = Power(min(0x1p62, overNoise.rounded(.up)))
  }

  /// Lets the modules of a segment answer the tone at its start.
  ///
  /// - Parameters:
  ///   - links: of the segment.
  ///   - segment: its number as a receiver.
  ///   - stretch: the ticks in which the van is there.
  func answers(
    _ links: LinkSet, segment: UInt32, stretch: Range<Int64>, transmitters: Transmitters,
    onAir: OnAir
  ) -> Answers {
    var answers = Answers(links: LinkSet(test: links.test))
    let tone = stretch.lowerBound
    let room = stretch.upperBound - tone - Int64(transmitters.jitterSpan)
    let count = min(frames, room / interval)
    let first = UInt32(tone / interval)
    for link in 0..<links.count {
      let module = Int(links.endpoints[link])
      guard transmitters.waitsForTone(module) else {
        answers.append(link, of: links, nil)
        continue
      }
      let onAir = onAir.ticks(module)
      func sends(at tick: Int64) -> Bool {
        onAir?.contains(tick) ?? true && !transmitters.hasEnded(module, before: tick)
      }
      guard sends(at: tone) else { continue }
      let draws = RandomStream(
        seed: transmitters.seed, .tone, entity: transmitters.endpointIDs[module]
      ).words(first, sub: segment)
      // Where there is no time for a frame a tone is of no use.
      guard count > 0, links.test.rule.fading.faded(links.means[link], draws.x) >= least else {
        answers.notWoken.append(links.endpoints[link])
        continue
      }
      let start = tone + Int64(below(UInt32(interval), draws.y))
      for number in 0..<count where sends(at: start + number * interval) {
        answers.append(
          link, of: links,
          Frame(k: first + UInt32(number), start: start + number * interval))
      }
    }
    return answers
  }
}

extension WakeUp.Answers {
  fileprivate mutating func append(_ link: Int, of others: LinkSet, _ frame: WakeUp.Frame?) {
    links.endpoints.append(others.endpoints[link])
    links.means.append(others.means[link])
    links.thresholds.append(others.thresholds[link])
    frames.append(frame)
  }
}

extension CollectorAir {
  /// Lets some links send one frame each and nothing else.
  mutating func send(_ frames: [WakeUp.Frame?]) {
    if frames.isEmpty { return }
    for (link, frame) in frames.enumerated() {
      guard let frame else { continue }
      phases[link] = frame.start - Int64(frame.k) * periods[link]
      births[link] = frame.k
      lives[link] = frame.k + 1
      // The time since the tone is too short for a clock to drift.
      exposures[link] = 0
    }
    areEndless = areEndless && frames.allSatisfy { $0 == nil }
  }
}
