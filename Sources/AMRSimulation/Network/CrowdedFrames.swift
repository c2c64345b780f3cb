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
    /// The first cell, not folded. Cells of different channels are never neighbours.
    var cell: UInt32
    var lane: Int32
    var k: UInt32
    /// The next frame of the same chain, or −1.
    var next: Int32 = -1
    var isCarried: Bool
    /// Whether it is to be decided in this window, and survives fading.
    var isCandidate: Bool
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
  mutating func carryTail(row: Int, air: CollectorAir) {
    let window = Int32(lanes.window)
    for vector in 0..<lanes.vectors {
      var bits = lanes.c.pointee.tail[row * lanes.vectors + vector]
      while bits != 0 {
        let lane = vector * 16 + bits.trailingZeroBitCount
        bits &= bits - 1
        guard lanes.isSet(lanes.c.pointee.heard, row: row, lane: lane) else { continue }
        let (start, _) = lanes.place(lane: lane, row: row)
        var frame = frame(lane: lane, row: row, air: air, windowEarlier: true)
        if start < window - lanes.reach {
          frame.isCandidate = false
        } else {
          lanes.clear(lanes.c.pointee.passing, row: row, lane: lane)
        }
        carriedNext.append(frame)
      }
    }
  }

  /// Lines up the carried frames and those of the crowded lanes.
  mutating func gather(row: Int, crowded: Int, air: CollectorAir) {
    swap(&carried, &frames)
    swap(&carried, &carriedNext)
    carriedNext.removeAll(keepingCapacity: true)
    for index in 0..<crowded {
      let lane = Int(lanes.crowded[index])
      if lanes.isSet(lanes.c.pointee.heard, row: row, lane: lane) {
        frames.append(frame(lane: lane, row: row, air: air, windowEarlier: false))
      }
    }
    chain()
  }

  /// A lane's frame, seen from its own window or from the one after it.
  @inline(__always)
  private func frame(lane: Int, row: Int, air: CollectorAir, windowEarlier: Bool) -> Frame {
    let k = lanes.transmission(lane: lane, row: row)
    let (nominal, channel) = lanes.place(lane: lane, row: row)
    let start = windowEarlier ? nominal - Int32(lanes.window) : nominal
    return Frame(
      power: Fading.faded(
        air.links.means[Int(lanes.links[lane])], lanes.draw(lane: lane, row: row)),
      start: start, cell: lanes.cell(start: start, channel: channel),
      lane: Int32(truncatingIfNeeded: lane), k: k, isCarried: windowEarlier,
      isCandidate: lanes.isSet(lanes.c.pointee.passing, row: row, lane: lane))
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
    let mask = size - 1
    frames.withUnsafeMutableBufferPointer { frames in
      chains.withUnsafeMutableBufferPointer { chains in
        for index in frames.indices {
          let place = Int(frames[index].cell) & mask
          frames[index].next = chains[place]
          chains[place] = Int32(truncatingIfNeeded: index)
        }
      }
    }
  }

  /// Decides the candidates among the gathered frames.
  func decide(row: Int, test: DecodeTest, into outcome: inout Outcome) {
    let mask = chains.count - 1
    let reach = UInt32(lanes.reach)
    frames.withUnsafeBufferPointer { frames in
      chains.withUnsafeBufferPointer { chains in
        for frame in frames where frame.isCandidate {
          outcome.lookups += 1
          // Its own power, which the chain of its cell holds too, is taken off again.
          var interference = Power(0) &- frame.power
          for cell in frame.cell - 1...frame.cell + 1 {
            var next = Int(chains[Int(cell) & mask])
            while next >= 0 {
              let other = frames[next]
              if other.cell == cell, (other.start - frame.start).magnitude < reach {
                interference &+= other.power
              }
              next = Int(other.next)
            }
          }
          let decoded = test.passes(signal: frame.power, interference: interference)
          settle(frame, row: row, decoded: decoded, into: &outcome)
        }
      }
    }
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
