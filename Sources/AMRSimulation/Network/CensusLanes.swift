import ArrivalLanes
import RadioModel
import RandomStreams

/// Zeroed memory from which arrays are taken, each aligned to a cache line.
private final class LaneMemory {
  private let start: UnsafeMutableRawPointer
  private let size: Int
  private let lanes: Int
  private var used = 0

  /// - Parameters:
  ///   - lanes: elements of a row, a multiple of 16.
  ///   - extra: bytes beside the lanes' own.
  init(lanes: Int, extra: Int) {
    self.lanes = lanes
    // 14 arrays of words, 20 rows of words, 24 rows of bits.
    size = lanes * 4 * (14 + 20) + lanes / 8 * 24 + 64 * 64 + extra
    start = .allocate(byteCount: size, alignment: 64)
    start.initializeMemory(as: UInt8.self, repeating: 0, count: size)
  }

  deinit { start.deallocate() }

  func words(rows: Int = 1) -> UnsafeMutablePointer<UInt32> { take(rows * lanes) }
  func signedWords() -> UnsafeMutablePointer<Int32> { take(lanes) }
  /// A bit per lane in each row.
  func bits(rows: Int) -> UnsafeMutablePointer<UInt16> { take(rows * lanes / 16) }
  func bytes(_ count: Int) -> UnsafeMutablePointer<UInt8> { take(count) }

  private func take<Element>(_ count: Int) -> UnsafeMutablePointer<Element> {
    let place = start + used
    used += (count * MemoryLayout<Element>.stride + 63) / 64 * 64
    precondition(used <= size)
    return place.bindMemory(to: Element.self, capacity: count)
  }
}

/// The links of one collector as lanes of the vector census, with their memory.
///
/// Lanes stand in the order of links, except that those with frames longer than a slot come last.
final class CensusLanes {
  /// Cells are at most this many, 32 kB of bits: what the first-level cache holds.
  private static let cellsMax: UInt32 = 1 << 18
  private static let cellsMin: UInt32 = 1 << 12
  /// Cells for each lane: with more, fewer frames look crowded and more is to be cleared.
  private static let cellsPerLane: UInt32 = 32

  /// What the loops in C work on; a pointer, since these are reached from every step.
  let c: UnsafeMutablePointer<arrival_lanes>
  /// Links; the lanes beyond are padding.
  let count: Int
  /// The link of each lane.
  let links: [Int32]
  let level: vector_level
  /// Ticks of the longest frame: what starts further apart cannot overlap.
  let reach: Int32
  /// A frame starts before so many ticks after the end of its window.
  let lateness: Int32
  private let memory: LaneMemory
  /// Lanes that `mark` found.
  let crowded: UnsafeMutablePointer<UInt32>

  var window: Int64 { Int64(c.pointee.window) }
  /// Groups of 16 lanes.
  var vectors: Int { Int(c.pointee.count) / 16 }

  /// - Parameter start: when the first window starts, at least 0; the first transmission of each
  ///   lane is the first one that nominally starts then or later.
  init(_ air: CollectorAir, start: Int64, level: VectorLevel) {
    count = air.links.count
    let shortest = air.frameTicks
    links = air.links.endpoints.indices.map { Int32($0) }
    self.level = level.level
    var c = arrival_lanes()
    reach = Int32(air.frameTicks)
    lateness = Int32(4 * (air.periodMax - air.periodMin)) + Int32(air.jitterSpan)
    let padded = (count + 15) / 16 * 16
    c.count = UInt32(padded)
    c.short_count = c.count
    c.seed = air.seed
    c.collector = air.collector
    c.timing_stream = StreamName.timing.rawValue
    c.fading_stream = StreamName.fading.rawValue
    c.block_stream = StreamName.fadingBlock.rawValue
    c.window = UInt32(air.periodMin)
    c.jitter_span = air.jitterSpan
    c.channels = air.channels
    c.heard_first = 0
    c.heard_count = air.channels
    let memory = LaneMemory(lanes: padded, extra: Int(Self.cellsMax) / 8 + 64)
    let endpoint = memory.words()
    let step = memory.signedWords()
    let threshold = memory.words()
    c.k = memory.words()
    c.offset = memory.signedWords()
    for lane in 0..<count {
      let link = Int(links[lane])
      endpoint[lane] = air.endpointIDs[link]
      step[lane] = Int32(air.periods[link] - air.periodMin)
      threshold[lane] = air.links.thresholds[link].draws
      let since = start - air.phases[link]
      let k = since <= 0 ? 0 : (since + air.periods[link] - 1) / air.periods[link]
      c.k[lane] = UInt32(k)
      c.offset[lane] = Int32(air.phases[link] + k * air.periods[link] - start)
    }
    c.endpoint = UnsafePointer(endpoint)
    c.step = UnsafePointer(step)
    c.threshold = UnsafePointer(threshold)
    c.timing = memory.words(rows: 8)
    c.fading = memory.words(rows: 8)
    c.surviving = memory.bits(rows: 8)
    c.block_word = memory.words()
    c.earlier_block_word = memory.words()
    c.smallest = memory.words()
    c.earlier_smallest = memory.words()
    c.own_threshold = memory.words()
    c.place = memory.words()
    c.starting = memory.words()
    c.cell = memory.words(rows: 4)
    c.sent = memory.bits(rows: 4)
    c.heard = memory.bits(rows: 4)
    c.passing = memory.bits(rows: 4)
    c.tail = memory.bits(rows: 4)
    c.latest = memory.words()
    crowded = memory.words()
    c.occupied = memory.bytes(Int(Self.cellsMax) / 8 + 64)
    self.memory = memory
    Self.layCells(&c, slotTicks: UInt32(shortest), reach: UInt32(reach), lateness: UInt32(lateness))
    self.c = .allocate(capacity: 1)
    self.c.initialize(to: c)
    arrival_lanes_begin(self.level, self.c)
  }

  deinit { c.deallocate() }

  /// Divides the time of a window into slots of at least `slotTicks`.
  private static func layCells(
    _ c: inout arrival_lanes, slotTicks: UInt32, reach: UInt32, lateness: UInt32
  ) {
    // Carried frames start up to two frame lengths early; one more leaves a cell before theirs.
    c.bias = 3 * reach
    c.tail_start = c.window - 2 * reach
    let latest = c.window + lateness + c.bias + reach
    while latest >> c.shift > 0xFFFF { c.shift += 1 }
    let units = max(3, (slotTicks + 1 << c.shift - 1) >> c.shift)
    c.reciprocal = 0x10000 / units
    c.stride = ((latest >> c.shift) * c.reciprocal) >> 16 + 2
    var cells = Self.cellsMin
    while cells < Self.cellsMax && cells < Self.cellsPerLane * c.count { cells *= 2 }
    c.mask = cells - 1
  }

  // MARK: - Steps of a group

  func generate() {
    arrival_lanes_generate(level, c)
    // What padding sends is nobody's.
    let spare = Int(c.pointee.count) - count
    guard spare > 0 else { return }
    let real = UInt16.max >> UInt16(spare)
    for row in 0..<4 {
      let last = row * vectors + vectors - 1
      c.pointee.sent[last] &= real
      c.pointee.heard[last] &= real
      c.pointee.tail[last] &= real
    }
  }

  func clearCells() {
    c.pointee.occupied.update(repeating: 0, count: Int(c.pointee.mask + 1) / 8 + 32)
  }

  /// The number of crowded lanes, which then stand in `crowded`.
  func mark(row: Int) -> Int { Int(arrival_lanes_mark(level, c, Int32(row), crowded)) }

  func settle() -> Int { Int(arrival_lanes_settle(level, c)) }

  /// The cell of a frame that starts so many ticks after its window does, before it is folded.
  @inline(__always)
  func cell(start: Int32, channel: UInt32) -> UInt32 {
    let units = UInt32(bitPattern: start &+ Int32(bitPattern: c.pointee.bias)) >> c.pointee.shift
    return (channel &* c.pointee.stride) &+ ((units &* c.pointee.reciprocal) >> 16)
  }

  /// Marks a cell, as `mark` does for the lanes' frames.
  @inline(__always)
  func occupy(_ cell: UInt32) {
    let folded = cell & c.pointee.mask
    let byte = c.pointee.occupied + 8 + Int(folded >> 3)
    let place = UnsafeMutableRawPointer(byte)
    var word = place.loadUnaligned(as: UInt16.self)
    let bit = UInt16(1) << UInt16(folded & 7)
    word |= bit | (word & bit) << 1
    place.storeBytes(of: word, as: UInt16.self)
  }

  /// Whether a lane's bit is set in a row of bits.
  @inline(__always)
  func isSet(_ bits: UnsafeMutablePointer<UInt16>, row: Int, lane: Int) -> Bool {
    bits[row * vectors + lane >> 4] & (1 << UInt16(lane & 15)) != 0
  }

  @inline(__always)
  func clear(_ bits: UnsafeMutablePointer<UInt16>, row: Int, lane: Int) {
    bits[row * vectors + lane >> 4] &= ~(1 << UInt16(lane & 15))
  }

  // MARK: - One frame of the group just made

  /// The number of the transmission that a lane sends in a window of the group.
  @inline(__always)
  func transmission(lane: Int, row: Int) -> UInt32 { c.pointee.k[lane] &- UInt32(4 - row) }

  /// The place of a transmission's words in the rows of words.
  @inline(__always)
  private func wordIndex(lane: Int, k: UInt32) -> Int {
    let half = k >> 2 == c.pointee.k[lane] >> 2 ? c.pointee.half : c.pointee.half ^ 1
    return Int(4 * half + k & 3) * Int(c.pointee.count) + lane
  }

  /// Ticks from its window's start to a frame's first bit, and its channel.
  @inline(__always)
  func place(lane: Int, row: Int) -> (start: Int32, channel: UInt32) {
    let hop = Hop(
      c.pointee.timing[wordIndex(lane: lane, k: transmission(lane: lane, row: row))], jitterSpan: c.pointee.jitter_span, channels: c.pointee.channels)
    let nominal = c.pointee.offset[lane] &- Int32(4 - row) &* c.pointee.step[lane]
    return (nominal &+ Int32(bitPattern: hop.jitter), UInt32(hop.channel))
  }

  /// The fading draw of a frame.
  @inline(__always)
  func draw(lane: Int, row: Int) -> UInt32 {
    let k = transmission(lane: lane, row: row)
    let own = c.pointee.fading[wordIndex(lane: lane, k: k)]
    return k >> 6 == c.pointee.k[lane] >> 6
      ? FadingBlock.draw(own: own, k: k, word: c.pointee.block_word[lane], smallest: c.pointee.smallest[lane])
      : FadingBlock.draw(
        own: own, k: k, word: c.pointee.earlier_block_word[lane], smallest: c.pointee.earlier_smallest[lane])
  }
}
