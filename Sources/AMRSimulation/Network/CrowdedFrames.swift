import RadioModel

/// The frames of one window of the vector census that may overlap others, compared exactly.
///
/// Besides the crowded ones of the window itself these are the carried ones: what starts within
/// two frame lengths of a window's end, or after it because of jitter, is taken along to the next
/// window as somebody's neighbour. Those that start in the last frame length or later are decided
/// only there, where all of their neighbours are known.
struct CrowdedFrames {
  private struct Frame {
    var power: Power
    /// Ticks from the window's start.
    var start: Int32
    /// Ticks of the frame.
    var length: Int32
    /// The first cell, not folded. Cells of different channels are never neighbours.
    var cell: UInt32
    var lane: Int32
    var k: UInt32
    var isCarried: Bool
    /// Whether it is to be decided in this window, and survives fading.
    var isCandidate: Bool
    /// Whether it covers several cells.
    var isLong: Bool
  }

  /// A frame in a chain of frames whose cells have the same last bits.
  private struct Node {
    let frame: Int32
    /// The next one of the chain, or −1.
    let next: Int32
    /// One of the frame's cells.
    let cell: UInt32
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
  private var carried: [Frame] = []
  private var carriedNext: [Frame] = []
  private var frames: [Frame] = []
  private var nodes: [Node] = []
  /// The latest node of each chain.
  private var chains: [Int32] = []

  init(_ lanes: CensusLanes, air: CollectorAir) {
    self.lanes = lanes
    self.air = air
  }

  /// Marks the cells of carried frames, for the lanes' frames to see.
  func occupyCarried() {
    for frame in carried { lanes.occupy(frame.cell, isLong: frame.isLong) }
  }

  /// Takes the frames at the end of a window along to the next one.
  mutating func carryTail(row: Int) {
    for vector in 0..<lanes.vectors {
      let place = row * lanes.vectors + vector
      var bits = lanes.c.pointee.tail[place] & lanes.c.pointee.heard[place]
      while bits != 0 {
        let lane = vector * 16 + bits.trailingZeroBitCount
        bits &= bits - 1
        var frame = frame(lane: lane, row: row, windowEarlier: true)
        if frame.start < -lanes.reach {
          frame.isCandidate = false
        } else {
          lanes.clear(lanes.c.pointee.passing, row: row, lane: lane)
        }
        carriedNext.append(frame)
      }
    }
  }

  /// Lines up the carried frames and those of the crowded lanes.
  mutating func gather(row: Int) {
    swap(&carried, &frames)
    swap(&carried, &carriedNext)
    carriedNext.removeAll(keepingCapacity: true)
    for vector in 0..<lanes.vectors {
      var bits =
        lanes.c.pointee.crowded[vector] & lanes.c.pointee.heard[row * lanes.vectors + vector]
      while bits != 0 {
        frames.append(
          frame(
            lane: vector * 16 + bits.trailingZeroBitCount, row: row, windowEarlier: false))
        bits &= bits - 1
      }
    }
    chain()
  }

  /// A lane's frame, seen from its own window or from the one after it.
  @inline(__always)
  private func frame(lane: Int, row: Int, windowEarlier: Bool) -> Frame {
    let (nominal, channel) = lanes.place(lane: lane, row: row)
    let start = windowEarlier ? nominal - lanes.window : nominal
    return Frame(
      power: lanes.power(lane: lane, row: row), start: start, length: lanes.frameTicks[lane],
      cell: lanes.cell(start: start, channel: channel), lane: Int32(truncatingIfNeeded: lane),
      k: lanes.transmission(lane: lane, row: row), isCarried: windowEarlier,
      isCandidate: lanes.isSet(lanes.c.pointee.passing, row: row, lane: lane),
      isLong: lane >= lanes.c.pointee.short_count)
  }

  /// Links the frames of each cell, by the last bits of its number.
  private mutating func chain() {
    var size = 64
    while size < 2 * frames.count { size *= 2 }
    if chains.count == size {
      chains.withUnsafeMutableBufferPointer { $0.update(repeating: -1) }
    } else {
      chains = [Int32](repeating: -1, count: size)
    }
    nodes.removeAll(keepingCapacity: true)
    for index in frames.indices {
      let first = frames[index].cell
      for cell in first..<first + (frames[index].isLong ? lanes.c.pointee.long_cells : 1) {
        let place = Int(cell) & (size - 1)
        nodes.append(
          Node(frame: Int32(truncatingIfNeeded: index), next: chains[place], cell: cell))
        chains[place] = Int32(truncatingIfNeeded: nodes.count - 1)
      }
    }
  }

  /// Decides the candidates among the gathered frames.
  func decide(row: Int, into outcome: inout Outcome) {
    for frame in frames where frame.isCandidate {
      outcome.lookups += 1
      let link = Int(lanes.links[Int(frame.lane)])
      let decoded = air.links.test.passes(
        signal: frame.power, interference: interference(with: frame),
        noiseThreshold: air.noiseThresholds[link])
      settle(frame, row: row, decoded: decoded, into: &outcome)
    }
  }

  /// The sum of the powers of all other frames that overlap one.
  @inline(__always)
  private func interference(with frame: Frame) -> Power {
    // It meets itself in its own cell.
    var sum = Power(0) &- frame.power
    let first = frame.cell - 1
    for cell in first...frame.cell + (frame.isLong ? lanes.c.pointee.long_cells : 1) {
      var place = Int(chains[Int(cell) & (chains.count - 1)])
      while place >= 0 {
        let node = nodes[place]
        let other = frames[Int(node.frame)]
        // A frame in several cells counts in the first one of them that is looked at.
        if node.cell == cell, cell == max(first, other.cell),
          other.start < frame.start + frame.length, frame.start < other.start + other.length
        {
          sum &+= other.power
        }
        place = Int(node.next)
      }
    }
    return sum
  }

  private func settle(_ frame: Frame, row: Int, decoded: Bool, into outcome: inout Outcome) {
    let lane = Int(frame.lane)
    if !decoded {
      outcome.lostToInterference += 1
      if !frame.isCarried { lanes.clear(lanes.c.pointee.passing, row: row, lane: lane) }
    } else if frame.isCarried {
      outcome.decodedLate += 1
      lanes.c.pointee.latest[lane] = max(lanes.c.pointee.latest[lane], frame.k + 1)
    }
  }
}
