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
  var indoor: [Bool] = []
  /// Area of all tracts served, in km²; nil when the meters come from an inventory.
  var areaKm2: Double?
  let projection: Projection

  public var count: Int { endpointIDs.count }
}

/// A fixed receiver.
public struct CollectorSite: Sendable, Equatable {
  public let id: CollectorID
  /// East and north of the territory's origin, in decimetres.
  let x: Int32
  let y: Int32
}
