import RadioModel

/// The frames of one window of the vector census that may overlap others, compared exactly.
///
/// Besides the crowded ones of the window itself these are the carried ones: what starts within
/// two frame lengths of a window's end, or after it because of jitter, is taken along to the next
/// window as somebody's neighbour. Those that start in the last frame length or later are decided
/// only there, where all of their neighbours are known.
final class CrowdedFrames {
  private struct Frame {
    var power: Power
    /// Ticks from the window's start.
    var start: Int32
    /// Ticks of the frame.
    var length: Int32
    /// The first cell, not folded. Channels need not be compared: where two of them meet in a bucket
    /// one frame starts early and the other late in the window, and they cannot overlap.
    var cell: UInt32
    var lane: Int32
    var k: UInt32
    var isCarried: Bool
    /// Whether it is to be decided in this window, and survives fading.
    var isCandidate: Bool
    /// Whether it covers several cells.
    var isLong: Bool
  }

  /// A frame in the chain of a bucket of eight cells.
  private struct Node {
    let frame: Int32
    /// The next one of the chain, or −1.
    let next: Int32
    let bucket: UInt32
  }

  /// Frames in memory that has room for all there can be.
  private struct FrameList {
    let start: UnsafeMutablePointer<Frame>
    var count = 0

    init(capacity: Int) { start = .allocate(capacity: capacity) }

    var all: UnsafeMutableBufferPointer<Frame> { .init(start: start, count: count) }

    @inline(__always)
    mutating func append(_ frame: Frame) {
      start[count] = frame
      count &+= 1
    }
  }

  /// What became of the frames that were compared.
  struct Outcome {
    var lookups = 0
    var lostToInterference = 0
    /// Decoded in the window after the one of their nominal start.
    var decodedLate = 0
  }

  private let lanes: CensusLanes
  private let air: CollectorAir
  private let test: DecodeTest
  private let fading: FadingGain
  /// Of each lane's kind of frame.
  private let noiseThresholds: UnsafeMutableBufferPointer<Power>
  private var carried: FrameList
  private var carriedNext: FrameList
  private var frames: FrameList
  /// Room for the bits of lanes.
  private let bits: UnsafeMutablePointer<UInt16>
  private let nodes: UnsafeMutablePointer<Node>
  /// The latest node of each chain, or −1; a power of two of them.
  private let chains: UnsafeMutablePointer<Int32>
  private let chainCapacity: Int
  /// The places of the frames that are to be decided.
  private let candidates: UnsafeMutablePointer<Int32>
  private var candidateCount = 0
  private let hasExternalNoise: Bool
  private var chainMask: UInt32 = 0
  /// By channel, of an hour that was asked for last.
  private var rises: [NoiseRise] = []
  private var riseHour = -1

  init(_ lanes: CensusLanes, air: CollectorAir) {
    self.lanes = lanes
    self.air = air
    test = air.links.test
    fading = air.links.test.rule.fading
    noiseThresholds = .allocate(capacity: lanes.count)
    _ = noiseThresholds.initialize(from: lanes.links.map { air.noiseThresholds[Int($0)] })
    bits = .allocate(capacity: lanes.vectors)
    // Each lane has at most one frame in a window and one that was carried.
    let most = 2 * lanes.count
    carried = FrameList(capacity: most)
    carriedNext = FrameList(capacity: most)
    frames = FrameList(capacity: most)
    nodes = .allocate(capacity: most * Int(lanes.c.pointee.long_cells / 8 + 2))
    var capacity = 64
    while capacity < most { capacity *= 2 }
    chainCapacity = capacity
    chains = .allocate(capacity: capacity)
    candidates = .allocate(capacity: most)
    hasExternalNoise = air.externalNoise != nil
  }

  deinit {
    noiseThresholds.deallocate()
    bits.deallocate()
    for list in [carried, carriedNext, frames] { list.start.deallocate() }
    nodes.deallocate()
    chains.deallocate()
    candidates.deallocate()
  }

  /// Marks the cells of carried frames, for the lanes' frames to see.
  func occupyCarried() {
    for frame in carried.all { lanes.occupy(frame.cell, isLong: frame.isLong) }
  }

  /// Takes the frames at the end of a window along to the next one.
  func carryTail(row: Int) {
    for vector in 0..<lanes.vectors {
      let place = row * lanes.vectors + vector
      bits[vector] = lanes.c.pointee.tail[place] & lanes.c.pointee.heard[place]
    }
    for index in 0..<lanes.list(row: row, bits) {
      var frame = frame(index, row: row)
      frame.start -= lanes.window
      frame.cell = lanes.cellOneWindowLater(frame.cell, start: frame.start)
      frame.isCarried = true
      if frame.start < -lanes.reach {
        frame.isCandidate = false
      } else {
        lanes.clear(lanes.c.pointee.passing, row: row, lane: Int(frame.lane))
      }
      carriedNext.append(frame)
    }
  }

  /// Lines up the carried frames and those of the crowded lanes.
  func gather(row: Int) {
    swap(&carried, &frames)
    swap(&carried, &carriedNext)
    carriedNext.count = 0
    for vector in 0..<lanes.vectors {
      bits[vector] =
        lanes.c.pointee.crowded[vector] & lanes.c.pointee.heard[row * lanes.vectors + vector]
    }
    for index in 0..<lanes.list(row: row, bits) { frames.append(frame(index, row: row)) }
    chain()
  }

  /// A frame of the list just made.
  @inline(__always)
  private func frame(_ index: Int, row: Int) -> Frame {
    let lane = Int(lanes.c.pointee.frame_lane[index])
    return Frame(
      power: fading.faded(lanes.means[lane], lanes.c.pointee.frame_draw[index]),
      start: Int32(bitPattern: lanes.c.pointee.frame_start[index]), length: lanes.frameTicks[lane],
      cell: lanes.c.pointee.frame_cell[index], lane: Int32(truncatingIfNeeded: lane),
      k: lanes.transmission(lane: lane, row: row), isCarried: false,
      isCandidate: lanes.isSet(lanes.c.pointee.passing, row: row, lane: lane),
      isLong: lane >= lanes.c.pointee.short_count)
  }

  /// Links the frames of each bucket.
  private func chain() {
    var size = 64
    while size < 2 * frames.count && size < chainCapacity { size *= 2 }
    chainMask = UInt32(size - 1)
    chains.update(repeating: -1, count: size)
    var count: Int32 = 0
    candidateCount = 0
    for index in 0..<frames.count {
      let frame = frames.start + index
      // Half of them are, as chance has it: written in any case, and counted when it is one.
      candidates[candidateCount] = Int32(truncatingIfNeeded: index)
      candidateCount &+= frame.pointee.isCandidate ? 1 : 0
      for bucket in frame.pointee.cell >> 3...lastCell(frame.pointee) >> 3 {
        let place = Int(bucket & chainMask)
        nodes[Int(count)] = Node(
          frame: Int32(truncatingIfNeeded: index), next: chains[place], bucket: bucket)
        chains[place] = count
        count &+= 1
      }
    }
  }

  /// The last cell that a frame is known by: a short one only by its first.
  @inline(__always)
  private func lastCell(_ frame: Frame) -> UInt32 {
    frame.isLong ? frame.cell &+ lanes.c.pointee.long_cells &- 1 : frame.cell
  }

  /// Decides the candidates among the gathered frames of a window.
  func decide(row: Int, windowStart: Int64, into outcome: inout Outcome) {
    outcome.lookups += candidateCount
    for index in 0..<candidateCount {
      let frame = frames.start[Int(candidates[index])]
      var threshold = noiseThresholds[Int(frame.lane)]
      if hasExternalNoise {
        threshold = rise(frame, windowStart: windowStart).applied(to: threshold)
      }
      let isDecoded = test.passes(
        signal: frame.power, interference: interference(with: frame), noiseThreshold: threshold)
      if isDecoded {
        if frame.isCarried {
          outcome.decodedLate += 1
          let lane = Int(frame.lane)
          lanes.c.pointee.latest[lane] = max(lanes.c.pointee.latest[lane], frame.k + 1)
        }
      } else {
        if test.passes(signal: frame.power, interference: 0, noiseThreshold: threshold) {
          outcome.lostToInterference += 1
        }
        if !frame.isCarried {
          lanes.clear(lanes.c.pointee.passing, row: row, lane: Int(frame.lane))
        }
      }
    }
  }

  /// How much others raise the noise of a frame's channel in its hour.
  private func rise(_ frame: Frame, windowStart: Int64) -> NoiseRise {
    let hour = ExternalNoise.hour(of: windowStart + Int64(frame.start))
    if hour != riseHour {
      riseHour = hour
      rises = (0..<UInt8(air.channels)).map { air.noiseRise(channel: $0, hour: hour) }
    }
    return rises[Int(lanes.channel(frame.cell))]
  }

  /// The sum of the powers of all other frames that overlap one.
  @inline(__always)
  private func interference(with frame: Frame) -> Power {
    // It meets itself in its own bucket.
    var sum = Power(0) &- frame.power
    let first = (frame.cell &- 1) >> 3
    for bucket in first...(lastCell(frame) &+ 1) >> 3 {
      var place = Int(chains[Int(bucket & chainMask)])
      while place >= 0 {
        let node = nodes[place]
        let other = frames.start + Int(node.frame)
        // A frame in several buckets counts in the first one of them that is looked at.
        if node.bucket == bucket, bucket == max(first, other.pointee.cell >> 3),
          other.pointee.start < frame.start + frame.length,
          frame.start < other.pointee.start + other.pointee.length
        {
          sum &+= other.pointee.power
        }
        place = Int(node.next)
      }
    }
    return sum
  }
}
