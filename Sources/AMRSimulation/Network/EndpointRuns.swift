import PortableMath

/// Endpoints that follow one another, and the rectangle in which they stand; modules that never
/// transmit do not count.
///
/// Neighbours by number are mostly neighbours in space, as a territory numbers its modules street
/// block by street block; where an inventory numbers them otherwise, rectangles are large and more
/// pairs are looked at.
struct EndpointRun: Sendable {
  /// Indices of the endpoints, or of the runs that this one is made of.
  let members: Range<Int>
  /// How many transmit.
  let loud: Int
  /// Their middle, east and north in decimetres.
  let middle: (x: Float, y: Float)
  /// Least of their offsets, in steps of `LinkScreen`.
  let leastOffset: Int32
  /// The one offset that leaves as much power as all of theirs, in steps.
  let meanOffset: Int32
  private let sum: Sum

  init(members: Range<Int>, _ sum: Sum) {
    self.members = members
    self.sum = sum
    loud = sum.loud
    leastOffset = sum.leastOffset
    let count = Double(max(1, sum.loud))
    middle = (Float(sum.x / count), Float(sum.y / count))
    meanOffset =
      sum.loud == 0 ? 0 : LinkScreen.steps(offsetDb: -decibels(ratio: sum.gain / count))
  }

  /// Makes one of some runs.
  init(members: Range<Int>, of runs: ArraySlice<EndpointRun>) {
    var sum = Sum()
    for run in runs { sum.add(run.sum) }
    self.init(members: members, sum)
  }

  /// Square of the rectangle's diagonal in dm².
  @inline(__always)
  var squaredDiagonal: Float {
    let (width, height) = (Float(sum.east) - Float(sum.west), Float(sum.north) - Float(sum.south))
    return width * width + height * height
  }

  /// Square of the distance from a place to the rectangle in dm², 0 inside.
  @inline(__always)
  func squaredDistance(to site: CollectorSite) -> Float {
    let dx = Float(max(0, sum.west &- site.x, site.x &- sum.east))
    let dy = Float(max(0, sum.south &- site.y, site.y &- sum.north))
    return dx * dx + dy * dy
  }

  /// What the endpoints of a run add up to.
  struct Sum: Sendable {
    fileprivate var loud = 0
    fileprivate var leastOffset = Int32.max
    fileprivate var west = Int32.max
    fileprivate var east = Int32.min
    fileprivate var south = Int32.max
    fileprivate var north = Int32.min
    fileprivate var x = 0.0
    fileprivate var y = 0.0
    /// Of what their offsets leave of a power.
    fileprivate var gain = 0.0

    init() {}

    /// Takes an endpoint that transmits.
    mutating func add(x: Int32, y: Int32, offset: Int32) {
      loud += 1
      leastOffset = min(leastOffset, offset)
      (west, east) = (min(west, x), max(east, x))
      (south, north) = (min(south, y), max(north, y))
      self.x += Double(x)
      self.y += Double(y)
      gain += ratio(decibels: -LinkScreen.offsetDb(steps: offset))
    }

    fileprivate mutating func add(_ other: Sum) {
      loud += other.loud
      leastOffset = min(leastOffset, other.leastOffset)
      (west, east) = (min(west, other.west), max(east, other.east))
      (south, north) = (min(south, other.south), max(north, other.north))
      x += other.x
      y += other.y
      gain += other.gain
    }
  }
}
