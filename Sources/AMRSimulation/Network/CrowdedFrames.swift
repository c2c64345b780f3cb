import RadioModel

/// The frames of one window of the vector census that may overlap others, compared exactly.
///
/// Besides the crowded ones of the window itself these are the carried ones: what starts within
/// two frame lengths of a window's end, or after it because of jitter, is taken along to the next
/// window as somebody's neighbour. Those that start in the last frame length or later are decided
/// only there, where all of their neighbours are known.
struct CrowdedFrames {
  private struct Frame {
    /// Ticks from the window's start.
    var start: Int32
    var lane: Int32
    var k: UInt32
    /// The first cell, not folded.
    var cell: UInt32
    var channel: UInt32
    /// Of a carried frame; that of a lane's frame is found when it is needed.
    var draw: UInt32
    var isCarried: Bool
    /// Whether it is to be decided in this window, and survives fading.
    var isCandidate: Bool
    /// The next frame of the same chain, or −1.
    var next: Int32
  }

  /// What became of the frames that were compared.
  struct Outcome {
    var lookups = 0
    var lostToInterference = 0
    /// Decoded in the window after the one of their nominal start.
    var decodedLate = 0
  }

  private let lanes: CensusLanes
  private var carried: [Frame] = []
  private var carriedNext: [Frame] = []
  private var frames: [Frame] = []
  /// The latest frame of each chain, by the last bits of the cell.
  private var chains: [Int32] = []

  init(_ lanes: CensusLanes) { self.lanes = lanes }

  /// Marks the cells of carried frames, for the lanes' frames to see.
  func occupyCarried() {
    for frame in carried { lanes.occupy(frame.cell) }
  }

  /// Takes the frames at the end of a window along to the next one.
  mutating func carryTail(row: Int) {
    let c = lanes.c
    for vector in 0..<lanes.vectors {
      var bits = c.tail[row * lanes.vectors + vector]
      while bits != 0 {
        let lane = vector * 16 + bits.trailingZeroBitCount
        bits &= bits - 1
        carry(lane: lane, row: row)
      }
    }
  }

  private mutating func carry(lane: Int, row: Int) {
    let c = lanes.c
    guard lanes.isSet(c.heard, row: row, lane: lane) else { return }
    let k = lanes.transmission(lane: lane, row: row)
    let (start, channel) = lanes.place(lane: lane, row: row, k: k)
    let isLate = start >= Int32(bitPattern: c.window) - lanes.reach
    let later = start - Int32(bitPattern: c.window)
    carriedNext.append(
      Frame(
        start: later, lane: Int32(truncatingIfNeeded: lane), k: k,
        cell: lanes.cell(start: later, channel: channel), channel: channel,
        draw: lanes.draw(lane: lane, k: k), isCarried: true,
        isCandidate: isLate && lanes.isSet(c.passing, row: row, lane: lane), next: -1))
    if isLate {
      lanes.clear(c.passing, row: row, lane: lane)
    }
  }

  /// Lines up the carried frames and those of the crowded lanes.
  mutating func gather(row: Int, crowded: Int) {
    swap(&carried, &frames)
    swap(&carried, &carriedNext)
    carriedNext.removeAll(keepingCapacity: true)
    let c = lanes.c
    for index in 0..<crowded {
      let lane = Int(lanes.crowded[index])
      guard lanes.isSet(c.heard, row: row, lane: lane) else { continue }
      let k = lanes.transmission(lane: lane, row: row)
      let (start, channel) = lanes.place(lane: lane, row: row, k: k)
      frames.append(
        Frame(
          start: start, lane: Int32(truncatingIfNeeded: lane), k: k,
          cell: lanes.cell(start: start, channel: channel), channel: channel, draw: 0,
          isCarried: false, isCandidate: lanes.isSet(c.passing, row: row, lane: lane), next: -1))
    }
    chain()
  }

  /// Links the frames of each cell, by the last bits of its number.
  private mutating func chain() {
    var size = 64
    while size < frames.count { size *= 2 }
    if chains.count == size {
      chains.withUnsafeMutableBufferPointer { $0.update(repeating: -1) }
    } else {
      chains = [Int32](repeating: -1, count: size)
    }
    let mask = size - 1
    for index in frames.indices {
      let place = Int(frames[index].cell) & mask
      frames[index].next = chains[place]
      chains[place] = Int32(truncatingIfNeeded: index)
    }
  }

  /// Decides the candidates among the gathered frames.
  func decide(row: Int, air: CollectorAir, into outcome: inout Outcome) {
    let mask = chains.count - 1
    frames.withUnsafeBufferPointer { frames in
      chains.withUnsafeBufferPointer { chains in
        for index in frames.indices where frames[index].isCandidate {
          outcome.lookups += 1
          let frame = frames[index]
          var interference: Power = 0
          for cell in frame.cell &- 1...frame.cell &+ 1 {
            var other = Int(chains[Int(cell) & mask])
            while other >= 0 {
              let neighbour = frames[other]
              if neighbour.cell == cell, neighbour.channel == frame.channel, other != index,
                (neighbour.start - frame.start).magnitude < UInt32(lanes.reach)
              {
                interference += power(neighbour, air: air)
              }
              other = Int(neighbour.next)
            }
          }
          let decoded = air.links.test.passes(
            signal: power(frame, air: air), interference: interference)
          settle(frame, row: row, decoded: decoded, into: &outcome)
        }
      }
    }
  }

  private func settle(_ frame: Frame, row: Int, decoded: Bool, into outcome: inout Outcome) {
    let lane = Int(frame.lane)
    if !decoded {
      outcome.lostToInterference += 1
      if !frame.isCarried { lanes.clear(lanes.c.passing, row: row, lane: lane) }
    } else if frame.isCarried {
      outcome.decodedLate += 1
      lanes.c.latest[lane] = max(lanes.c.latest[lane], frame.k + 1)
    }
  }

  @inline(__always)
  private func power(_ frame: Frame, air: CollectorAir) -> Power {
    let lane = Int(frame.lane)
    let draw = frame.isCarried ? frame.draw : lanes.draw(lane: lane, k: frame.k)
    return Fading.faded(air.links.means[Int(lanes.links[lane])], draw)
  }
}
