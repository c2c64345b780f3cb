/// Links that are shorter or longer than the formula of the path loss holds for.
struct DistanceExcess: Sendable {
  private struct Link: Sendable {
    let decimetres: Double
    let endpoint: UInt32
    let collector: UInt32

    var description: String {
      "\(grouped(Int(decimetres / 10))) m (endpoint \(endpoint), collector \(collector))"
    }
  }

  private var shorter = 0
  private var longer = 0
  private var shortest: Link?
  private var longest: Link?

  var count: Int { shorter + longer }

  /// Takes a link whose length is not in a range.
  mutating func add(
    decimetres: Double, endpoint: UInt32, collector: UInt32, valid: ClosedRange<Double>
  ) {
    let link = Link(decimetres: decimetres, endpoint: endpoint, collector: collector)
    if decimetres < valid.lowerBound {
      shorter += 1
      if decimetres < shortest?.decimetres ?? .infinity { shortest = link }
    } else if decimetres > valid.upperBound {
      longer += 1
      if decimetres > longest?.decimetres ?? 0 { longest = link }
    }
  }

  /// Takes the links of another collector.
  mutating func add(_ other: DistanceExcess) {
    shorter += other.shorter
    longer += other.longer
    if let link = other.shortest, link.decimetres < shortest?.decimetres ?? .infinity {
      shortest = link
    }
    if let link = other.longest, link.decimetres > longest?.decimetres ?? 0 { longest = link }
  }

  /// How many links there are, and the farthest from what is valid.
  ///
  /// - Parameter links: all links, with these.
  func description(links: Int) -> String {
    var parts: [String] = []
    if let shortest {
      parts.append(
        "\(grouped(shorter)) of \(grouped(links)) links are shorter, the shortest "
          + shortest.description)
    }
    if let longest {
      parts.append(
        "\(grouped(longer)) of \(grouped(links)) links are longer, the longest "
          + longest.description)
    }
    return parts.joined(separator: "; ")
  }
}

/// A whole number with a comma between each three digits.
private func grouped(_ value: Int) -> String {
  value < 1000
    ? String(value)
    : grouped(value / 1000) + "," + String(String(1000 + value % 1000).dropFirst())
}
