import ArrivalLanes
import RadioModel
import RandomStreams

/// The links of one collector as lanes of the vector census, with their memory.
///
/// Lanes stand in the order of links, except that those with frames longer than a slot come last.
final class CensusLanes {
  /// Cells are at most this many, 32 kB of bits: what the first-level cache holds.
  private static let cellsMax: UInt32 = 1 << 18
  private static let cellsMin: UInt32 = 1 << 12
  /// Cells for each lane: with more, fewer frames look crowded and more is to be cleared.
  private static let cellsPerLane: UInt32 = 32
  /// Bytes on either side of the cells.
  private static let margin = 64

  /// What the loops in C work on.
  let c: UnsafeMutablePointer<arrival_lanes>
  let level: vector_level
  /// Links; the lanes beyond are padding.
  let count: Int
  /// Groups of 16 lanes.
  let vectors: Int
  /// The link of each lane.
  let links: [Int32]
  /// Mean powers and lengths of frames, by lane.
  let means: UnsafeMutablePointer<Power>
  let frameTicks: UnsafeMutablePointer<Int32>
  /// Ticks of the longest frame: what starts further apart cannot overlap.
  let reach: Int32
  let window: Int32
  private let memory: LaneMemory

  /// - Parameter start: when the first window starts, at least 0; the first transmission of each
  ///   lane is the first one that nominally starts then or later.
  init(_ air: CollectorAir, start: Int64, level: VectorLevel) {
    count = air.links.count
    self.level = level.level
    reach = Int32(air.maxFrameTicks)
    window = Int32(air.periodMin)
    let slotTicks = air.frameTicks.min() ?? 1
    let all = 0..<Int32(count)
    let short = all.filter { air.frameTicks[Int($0)] == slotTicks }
    links = short + all.filter { air.frameTicks[Int($0)] > slotTicks }
    let padded = (count + 15) / 16 * 16
    vectors = padded / 16
    memory = LaneMemory(lanes: padded, cellBytes: Int(Self.cellsMax) / 8 + 2 * Self.margin)
    means = memory.powers()
    frameTicks = memory.signedWords()
    c = .allocate(capacity: 1)
    c.initialize(to: arrival_lanes())
    c.pointee.count = UInt32(padded)
    c.pointee.short_count = UInt32(short.count == count ? padded : short.count)
    c.pointee.seed = air.seed
    c.pointee.collector = air.collector
    c.pointee.timing_stream = StreamName.timing.rawValue
    c.pointee.fading_stream = StreamName.fading.rawValue
    c.pointee.block_stream = StreamName.fadingBlock.rawValue
    c.pointee.window = UInt32(air.periodMin)
    c.pointee.jitter_span = air.jitterSpan
    c.pointee.channels = air.channels
    c.pointee.heard_first = UInt32(air.heardChannels.lowerBound)
    c.pointee.heard_count = UInt32(air.heardChannels.count)
    takeMemory()
    fillLanes(air, start: start)
    layCells(slotTicks: UInt32(slotTicks), lateness: UInt32(Self.lateness(air)))
    arrival_lanes_begin(self.level, c)
  }

  deinit { c.deallocate() }

  /// A frame starts before so many ticks after the end of its window: a group may begin with a
  /// nominal start at a window's end, and periods are longer than windows.
  static func lateness(_ air: CollectorAir) -> Int64 {
    4 * (air.periodMax - air.periodMin) + Int64(air.jitterSpan)
      + (air.drift?.mostStep(period: air.periodMax) ?? 0)
  }

  private func takeMemory() {
    c.pointee.k = memory.words()
    c.pointee.offset = memory.signedWords()
    c.pointee.delay = memory.signedWords()
    c.pointee.timing = memory.words(rows: 8)
    c.pointee.fading = memory.words(rows: 8)
    c.pointee.surviving = memory.bits(rows: 8)
    c.pointee.block_word = memory.words()
    c.pointee.earlier_block_word = memory.words()
    c.pointee.smallest = memory.words()
    c.pointee.earlier_smallest = memory.words()
    c.pointee.own_threshold = memory.words()
    c.pointee.place = memory.words()
    c.pointee.starting = memory.words()
    c.pointee.cell = memory.words(rows: 4)
    c.pointee.sent = memory.bits(rows: 4)
    c.pointee.heard = memory.bits(rows: 4)
    c.pointee.passing = memory.bits(rows: 4)
    c.pointee.tail = memory.bits(rows: 4)
    c.pointee.crowded = memory.bits(rows: 1)
    c.pointee.frame_lane = memory.words(spare: 16)
    c.pointee.frame_start = memory.words()
    c.pointee.frame_cell = memory.words()
    c.pointee.frame_draw = memory.words()
    c.pointee.latest = memory.words()
    c.pointee.occupied = memory.cells()
    c.pointee.beside = memory.cells()
  }

  private func fillLanes(_ air: CollectorAir, start: Int64) {
    let endpoint = memory.words()
    let step = memory.signedWords()
    let threshold = memory.words()
    let births = memory.words()
    let lives = memory.words()
    for lane in 0..<count {
      let link = Int(links[lane])
      endpoint[lane] = air.endpointIDs[link]
      step[lane] = Int32(air.periods[link] - air.periodMin)
      threshold[lane] = air.links.thresholds[link].draws
      births[lane] = air.births[link]
      lives[lane] = air.lives[link]
      means[lane] = air.links.means[link]
      frameTicks[lane] = Int32(air.frameTicks[link])
      let since = start - air.phases[link] - air.drift(link: link, at: start)
      var k = since <= 0 ? 0 : (since + air.periods[link] - 1) / air.periods[link]
      // Drift has gathered for less than the whole time.
      if air.drift != nil { while air.nominalStart(link: link, k: k) < start { k += 1 } }
      c.pointee.k[lane] = UInt32(k)
      c.pointee.offset[lane] = Int32(air.nominalStart(link: link, k: k) - start)
    }
    c.pointee.endpoint = UnsafePointer(endpoint)
    c.pointee.step = UnsafePointer(step)
    c.pointee.threshold = UnsafePointer(threshold)
    if !air.areEndless {
      c.pointee.births = UnsafePointer(births)
      c.pointee.lives = UnsafePointer(lives)
    }
  }

  /// Divides the time of a window into slots of at least `slotTicks`.
  private func layCells(slotTicks: UInt32, lateness: UInt32) {
    let reach = UInt32(reach)
    c.pointee.tail_start = c.pointee.window - 2 * reach
    var units: UInt32
    var latest: UInt32
    var shift: UInt32 = 0
    while true {
      units = max(3, (slotTicks + (1 << shift) - 1) >> shift)
      // Carried frames start up to two frame lengths early; two slots more leave a cell before
      // theirs.
      c.pointee.bias = 2 * reach + 2 * (units << shift)
      latest = c.pointee.window + lateness + c.pointee.bias + reach
      if latest >> shift <= 0xFFFF { break }
      shift += 1
    }
    c.pointee.shift = shift
    c.pointee.reciprocal = 0x10000 / units
    c.pointee.stride = ((latest >> shift) * c.pointee.reciprocal) >> 16 + 2
    c.pointee.long_cells = (reach + slotTicks - 1) / slotTicks + 1
    var cells = Self.cellsMin
    while cells < Self.cellsMax && cells < Self.cellsPerLane * c.pointee.count { cells *= 2 }
    c.pointee.mask = cells - 1
  }

  // MARK: - Steps of a group

  func generate(_ air: CollectorAir) {
    if air.drift != nil { noteDelays(air) }
    arrival_lanes_generate(level, c)
    // What padding sends is nobody's.
    let spare = 16 * vectors - count
    guard spare > 0 else { return }
    let real = UInt16.max >> UInt16(spare)
    for row in 0..<4 {
      let last = row * vectors + vectors - 1
      c.pointee.sent[last] &= real
      c.pointee.heard[last] &= real
    }
  }

  /// Tells by how much more lanes are delayed that come to another block of the drift in the group.
  private func noteDelays(_ air: CollectorAir) {
    let mask = UInt32(1) << UInt32(ClockDrift.blockShift) - 1
    for lane in 0..<count where c.pointee.k[lane] & mask >= mask - 3 {
      let (link, k) = (Int(links[lane]), Int64(c.pointee.k[lane]))
      c.pointee.delay[lane] = Int32(
        truncatingIfNeeded: air.drift(link: link, k: k + 4) - air.drift(link: link, k: k))
    }
  }

  func clearCells() {
    c.pointee.occupied.update(
      repeating: 0, count: Int(c.pointee.mask + 1) / 8 + 2 * Self.margin)
  }

  func mark(row: Int) { arrival_lanes_mark(level, c, Int32(row)) }

  /// The number of frames of the group's windows that were decoded.
  func settle() -> Int { Int(arrival_lanes_settle(level, c)) }

  /// Lists the frames of a window whose lanes have their bit set; see `arrival_lanes.frame_lane`.
  func list(row: Int, _ bits: UnsafePointer<UInt16>) -> Int {
    Int(arrival_lanes_list(level, c, Int32(row), bits))
  }

  /// Marks all cells of a channel, so that each of its frames counts as crowded.
  func occupy(channel: UInt8) {
    for cell in UInt32(channel) * c.pointee.stride..<UInt32(channel + 1) * c.pointee.stride {
      occupy(cell, isLong: false)
    }
  }

  /// The channel of a cell.
  func channel(_ cell: UInt32) -> UInt8 { UInt8(cell / c.pointee.stride) }

  /// The cell of a frame in the numbering of the next window, and its start there.
  func cellOneWindowLater(_ cell: UInt32, start: Int32) -> UInt32 {
    cell / c.pointee.stride * c.pointee.stride + slot(start)
  }

  private func slot(_ start: Int32) -> UInt32 {
    let units = UInt32(start + Int32(c.pointee.bias)) >> c.pointee.shift
    return (units * c.pointee.reciprocal) >> 16
  }

  /// Marks the cells from a frame's first one on, as `mark` does for the lanes' frames.
  func occupy(_ first: UInt32, isLong: Bool) {
    let folded = first & c.pointee.mask
    let place = UnsafeMutableRawPointer(c.pointee.occupied + Self.margin + Int(folded >> 3))
    var word = place.loadUnaligned(as: UInt64.self)
    let bits: UInt64 = isLong ? (1 << UInt64(c.pointee.long_cells)) - 1 : 1
    let own = bits << UInt64(folded & 7)
    word |= own | (word & own) << 1
    place.storeBytes(of: word, as: UInt64.self)
  }

  // MARK: - One frame of the group just made

  /// Whether a lane's bit is set in a row of bits.
  @inline(__always)
  func isSet(_ bits: UnsafeMutablePointer<UInt16>, row: Int, lane: Int) -> Bool {
    bits[row * vectors + lane >> 4] & (1 << UInt16(lane & 15)) != 0
  }

  @inline(__always)
  func clear(_ bits: UnsafeMutablePointer<UInt16>, row: Int, lane: Int) {
    bits[row * vectors + lane >> 4] &= ~(1 << UInt16(lane & 15))
  }

  /// The number of the transmission that a lane sends in a window of the group.
  @inline(__always)
  func transmission(lane: Int, row: Int) -> UInt32 { c.pointee.k[lane] &- UInt32(4 - row) }
}

/// Zeroed memory from which arrays are taken, each aligned to a cache line.
private final class LaneMemory {
  private let start: UnsafeMutableRawPointer
  private let size: Int
  private let lanes: Int
  private let cellBytes: Int
  private var used = 0

  /// - Parameters:
  ///   - lanes: elements of a row, a multiple of 16.
  ///   - cellBytes: the size of an array of cells.
  init(lanes: Int, cellBytes: Int) {
    self.lanes = lanes
    self.cellBytes = cellBytes
    // An array of powers, 21 of words, 20 rows of words, 25 rows of bits.
    size = lanes * (8 + 4 * (21 + 20)) + lanes / 8 * 25 + 2 * cellBytes + 64 * 64
    start = .allocate(byteCount: size, alignment: 64)
    start.initializeMemory(as: UInt8.self, repeating: 0, count: size)
  }

  deinit { start.deallocate() }

  func powers() -> UnsafeMutablePointer<Power> { take(lanes) }
  func words(rows: Int = 1, spare: Int = 0) -> UnsafeMutablePointer<UInt32> {
    take(rows * lanes + spare)
  }
  func signedWords() -> UnsafeMutablePointer<Int32> { take(lanes) }
  /// A bit per lane in each row.
  func bits(rows: Int) -> UnsafeMutablePointer<UInt16> { take(rows * lanes / 16) }
  func cells() -> UnsafeMutablePointer<UInt8> { take(cellBytes) }

  private func take<Element>(_ count: Int) -> UnsafeMutablePointer<Element> {
    let place = start + used
    used += (count * MemoryLayout<Element>.stride + 63) / 64 * 64
    precondition(used <= size)
    return place.bindMemory(to: Element.self, capacity: count)
  }
}
