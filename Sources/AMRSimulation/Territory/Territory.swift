import Metering

/// All modules of a scenario, in order of their endpoint ID: who they are, where they stand and
/// what they measure. Structure of arrays; an endpoint's index is its place in all of them.
public struct Territory: Sendable {
  public internal(set) var endpointIDs: [UInt32] = []
  /// East and north of the territory's origin, in decimetres.
  var x: [Int32] = []
  var y: [Int32] = []
  /// Index into the scenario's module classes.
  var classIndices: [UInt8] = []
  /// Index into the scenario's entry classes.
  var entryClasses: [UInt8] = []
  /// Area of all tracts served, in km²; nil when the meters come from an inventory.
  var areaKm2: Double?
  let projection: Projection

  public var count: Int { endpointIDs.count }

  /// The mean of all modules' places, in decimetres.
  var middle: (x: Int32, y: Int32) {
    let n = Int64(max(1, count))
    return (
      Int32(x.reduce(Int64(0)) { $0 + Int64($1) } / n),
      Int32(y.reduce(Int64(0)) { $0 + Int64($1) } / n)
    )
  }

  /// Makes room for so many modules in all.
  mutating func reserveCapacity(_ count: Int) {
    endpointIDs.reserveCapacity(count)
    x.reserveCapacity(count)
    y.reserveCapacity(count)
    classIndices.reserveCapacity(count)
    entryClasses.reserveCapacity(count)
  }

  /// Adds the modules of other territories on the same map, in this order.
  mutating func append(_ parts: [Territory]) {
    reserveCapacity(parts.reduce(count) { $0 + $1.count })
    for part in parts {
      endpointIDs += part.endpointIDs
      x += part.x
      y += part.y
      classIndices += part.classIndices
      entryClasses += part.entryClasses
    }
  }
}

/// A fixed receiver.
public struct CollectorSite: Sendable, Equatable {
  public let id: CollectorID
  /// East and north of the territory's origin, in decimetres.
  let x: Int32
  let y: Int32
}
