/// The first key in which two scenarios differ, in the order of the file.
public struct ScenarioDifference: Sendable, Equatable {
  /// Such as `radio.channels` or `module_classes[0].share`.
  public let path: String
  /// The values as JSON5; of a list that has another length, how many elements it has.
  public let one: String
  public let other: String

  /// Nil where both are equal.
  public init?(_ one: Scenario, _ other: Scenario) {
    let found =
      Self.first(ScenarioSchema.topKeys, one, other, in: "")
      ?? ScenarioSchema.sections.lazy.compactMap { section in
        Self.first(section.keys, one, other, in: "\(section.name).")
      }.first
      ?? Self.first(ScenarioSchema.moduleClasses, one, other)
      ?? Self.first(ScenarioSchema.entryClasses, one, other)
      ?? Self.first(ScenarioSchema.milestones, one, other)
    guard let found else { return nil }
    self = found
  }

  private init(path: String, one: String, other: String) {
    self.path = path
    self.one = one
    self.other = other
  }

  private static func first<Root>(
    _ keys: [ScenarioKey<Root>], _ one: Root, _ other: Root, in prefix: String
  ) -> Self? {
    for key in keys where key.get(one) != key.get(other) {
      return Self(path: prefix + key.name, one: key.get(one), other: key.get(other))
    }
    return nil
  }

  private static func first<Element>(
    _ list: ScenarioList<Element>, _ one: Scenario, _ other: Scenario
  ) -> Self? {
    let (ones, others) = (one[keyPath: list.path], other[keyPath: list.path])
    guard ones.count == others.count else {
      func text(_ count: Int) -> String { count == 1 ? "1 element" : "\(count) elements" }
      return Self(path: list.name, one: text(ones.count), other: text(others.count))
    }
    return ones.indices.lazy.compactMap { index in
      first(list.keys, ones[index], others[index], in: "\(list.name)[\(index)].")
    }.first
  }
}
