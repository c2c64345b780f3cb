import AMRSimulation
import Glibc
import RadioModel
import RandomStreams

/// An air for which closed forms exist, and the same air under the program's own evaluation: one
/// receiver and endpoints with random phases that all send once an interval, without jitter unless
/// it is asked for.
///
/// A Poisson number of endpoints, drawn afresh for each seed, makes the exponentials of an infinite
/// population exact at any load.
struct ValidatedAir: Sendable {
  /// Endpoints that are alike.
  struct Group: Sendable {
    /// How many; the mean where the number is drawn.
    var count: Double
    /// Mean power over noise, at most 2²⁹.
    var power = ValidatedAir.loud
    var kind = FrameKind.scm
  }

  /// A mean power that noise hardly ever defeats.
  static let loud = 0x1p18
  /// A capture ratio in dB at which every overlap destroys a frame.
  static let noCapture = 50.0
  /// A capture ratio in dB at which no overlap does.
  static let noInterference = -60.0

  var groups: [Group]
  /// Whether numbers of endpoints are drawn; else they are whole.
  var isPoisson = true
  var intervalS = 1
  var channels = 1
  var captureDb = noCapture
  var jitterMs = 0
  var clockErrorPpm = 0.0

  /// Endpoints that offer G Erlang of SCM frames in all.
  ///
  /// The interval is so long that a seed has at least twenty endpoints in the mean.
  init(
    load: Double, channels: Int = 1, captureDb: Double = noCapture, power: Double = loud
  ) {
    let perSecond = load * Double(Ticks.perSecond) / Double(FrameKind.scm.ticks)
    intervalS = max(1, Int((20 / perSecond).rounded(.up)))
    groups = [Group(count: perSecond * Double(intervalS), power: power)]
    self.channels = channels
    self.captureDb = captureDb
  }

  /// Groups that all send once in `intervalS` seconds on one channel.
  init(groups: [Group], intervalS: Int = 1) {
    self.groups = groups
    self.intervalS = intervalS
  }

  /// Endpoints on the air of a seed, in the mean.
  var endpoints: Double { groups.reduce(0) { $0 + $1.count } }

  /// The experiment of one seed.
  func experiment(seed: UInt64) -> ReceiverExperiment {
    let numbers = RandomStream(seed: seed, .placement, entity: 0)
    var used: UInt32 = 0
    var experiment = ReceiverExperiment(
      groups: groups.map { group in
        ReceiverExperiment.Group(
          count: isPoisson ? poisson(group.count, numbers, &used) : Int(group.count),
          meanPower: PowerScale.mean(ratioToNoise: group.power), kind: group.kind)
      })
    experiment.intervalS = intervalS
    experiment.channels = channels
    experiment.captureDb = captureDb
    experiment.jitterMs = jitterMs
    experiment.clockErrorPpm = clockErrorPpm
    return experiment
  }

  /// The fate of all frames of one interval, by the census.
  func packets(seed: UInt64) -> PacketCounts {
    experiment(seed: seed).packets(seed: seed, intervals: 1)
  }

  /// How many endpoints of a group, each of which sent one frame, the census read.
  func decoded(ofGroup group: Int, seed: UInt64) -> Batch {
    let experiment = experiment(seed: seed)
    let members = experiment.endpoints(ofGroup: group)
    let read = experiment.read(seed: seed, intervals: 1, order: .census)
    return Batch(counted: members.count, successes: read.count { members.contains($0) })
  }

  /// How many endpoints on-demand evaluation found a frame of within k intervals.
  func read(after k: Int, seed: UInt64) -> Batch {
    let experiment = experiment(seed: seed)
    let read = experiment.read(seed: seed, intervals: k, order: .onDemand)
    return Batch(counted: experiment.endpointCount, successes: read.count)
  }
}

/// A Poisson number: how many exponential steps fit below its mean.
func poisson(_ mean: Double, _ draws: RandomStream, _ used: inout UInt32) -> Int {
  var count = -1
  var reached = 0.0
  while reached <= mean {
    reached -= log(unit(draws.word(used)))
    used += 1
    count += 1
  }
  return count
}
