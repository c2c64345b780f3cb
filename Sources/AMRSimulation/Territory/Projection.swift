import PortableMath

/// A flat map around an origin: equirectangular, with the scale of the origin's latitude.
///
/// Across 100 km at middle latitudes distances are right within 1 %, far below what a path-loss
/// model can tell.
struct Projection: Sendable, Equatable {
  /// Of the origin, in degrees.
  let latitude: Double
  let longitude: Double

  /// Decimetres per degree on a sphere with the Earth's mean radius, 6,371,008.8 m (IUGG).
  private static let decimetresPerDegree = 6_371_008.8 * 10 * Double.pi / 180

  init(latitude: Double, longitude: Double) {
    self.latitude = latitude
    self.longitude = longitude
  }

  /// The map around the middle of some points, at a round hundredth of a degree.
  init(around points: some Collection<(latitude: Double, longitude: Double)>) {
    let count = Double(points.count)
    let latitude = points.reduce(0) { $0 + $1.latitude } / count
    let longitude = points.reduce(0) { $0 + $1.longitude } / count
    self.init(
      latitude: (latitude * 100).rounded() / 100, longitude: (longitude * 100).rounded() / 100)
  }

  /// East and north of the origin in decimetres.
  func map(latitude: Double, longitude: Double) -> (x: Double, y: Double) {
    let scale = cosine(self.latitude * Double.pi / 180)
    return (
      (longitude - self.longitude) * scale * Self.decimetresPerDegree,
      (latitude - self.latitude) * Self.decimetresPerDegree
    )
  }
}
