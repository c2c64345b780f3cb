import JSON5

/// Fills a scenario from parsed values and gathers all that is wrong with them.
struct ScenarioDecoder {
  private(set) var scenario = Scenario()
  private(set) var diagnostics: [ScenarioDiagnostic] = []
  /// Where each key and section was given, by path; the empty path is the whole file.
  private var locations: [String: ScenarioDiagnostic.Location] = [:]
  private var faultyPaths: Set<String> = []

  /// Takes the values of a scenario file.
  mutating func decode(_ file: JSON5Value, source: String) {
    decodeRoot(
      file,
      input: Input { position in
        .file(source: source, line: position.line, column: position.column)
      })
  }

  /// Replaces one value, given as text on the command line.
  mutating func override(_ path: String, with text: String) {
    let input = Input { _ in .override(path) }
    let start = JSON5Position(line: 1, column: 1)
    // What is not JSON5, such as a date or a file name, needs no quotes on a command line.
    var value =
      (try? JSON5.parse(Array(text.utf8), source: path))
      ?? JSON5Value(kind: .string(text), position: start)
    var names = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let element = names.first.flatMap(Self.elementOfList)
    if element != nil { names.removeFirst() }
    // No key lies this deep, so that what is cut off of an endless path changes nothing.
    for name in names.prefix(4).reversed() {
      let member = JSON5Member(key: name, keyPosition: start, value: value)
      value = JSON5Value(kind: .object([member]), position: start)
    }
    switch element {
    case (ScenarioSchema.moduleClasses.name, let index)?:
      override(index, of: ScenarioSchema.moduleClasses, with: value, path: path, input: input)
    case (ScenarioSchema.entryClasses.name, let index)?:
      override(index, of: ScenarioSchema.entryClasses, with: value, path: path, input: input)
    case (ScenarioSchema.milestones.name, let index)?:
      override(index, of: ScenarioSchema.milestones, with: value, path: path, input: input)
    default:
      decodeRoot(value, input: input)
    }
  }

  /// Whether there is an object of keys at all.
  var hasKeys: Bool { !faultyPaths.contains("") }

  /// Notes that a required key is missing unless it was given.
  mutating func require(_ path: String, expected: String) {
    if locations[path] == nil {
      report("missing; expected \(expected)", at: path, location: locate([""]))
    }
  }

  /// Notes a contradiction between keys, unless one of them is wrong by itself.
  ///
  /// It is reported where the first of them was given, or at an override of any of them, which
  /// then is what brought the contradiction.
  mutating func reportContradiction(_ message: String, between paths: [String]) {
    if faultyPaths.isDisjoint(with: paths), let first = paths.first {
      report(message, at: first, location: locate(paths))
    }
  }

  private mutating func report(
    _ message: String, at path: String, location: ScenarioDiagnostic.Location
  ) {
    faultyPaths.insert(path)
    diagnostics.append(ScenarioDiagnostic(location: location, path: path, message: message))
  }

  private func locate(_ paths: [String]) -> ScenarioDiagnostic.Location {
    for path in paths {
      if case .override(let key) = locations[path] { return .override(key) }
    }
    var path = paths.first ?? ""
    while true {
      if let location = locations[path] { return location }
      // A key that was not given is reported at the section that lacks it.
      guard let end = path.lastIndex(where: { $0 == "." || $0 == "[" }) else { break }
      path = String(path[..<end])
    }
    return locations[""] ?? .override(paths.first ?? "")
  }
}

// MARK: - Values

extension ScenarioDecoder {
  /// Where values come from.
  private struct Input {
    let location: (JSON5Position) -> ScenarioDiagnostic.Location
  }

  private mutating func decodeRoot(_ value: JSON5Value, input: Input) {
    guard let members = members(of: value, path: "", input: input) else { return }
    for member in members {
      if let key = ScenarioSchema.topKeys.first(where: { $0.name == member.key }) {
        var root = scenario
        decode(member, as: key, into: &root, path: key.name, input: input)
        scenario = root
      } else if let section = ScenarioSchema.sections.first(where: { $0.name == member.key }) {
        locations[section.name] = input.location(member.keyPosition)
        var root = scenario
        decode(member.value, keys: section.keys, into: &root, path: section.name, input: input)
        scenario = root
      } else if member.key == ScenarioSchema.moduleClasses.name {
        decode(member, as: ScenarioSchema.moduleClasses, input: input)
      } else if member.key == ScenarioSchema.entryClasses.name {
        decode(member, as: ScenarioSchema.entryClasses, input: input)
      } else if member.key == ScenarioSchema.milestones.name {
        decode(member, as: ScenarioSchema.milestones, input: input)
      } else {
        reportUnknown(member, path: member.key, among: Self.topNames, input: input)
      }
    }
  }

  private mutating func decode<Element>(
    _ member: JSON5Member, as list: ScenarioList<Element>, input: Input
  ) {
    let value = member.value
    locations[list.name] = input.location(member.keyPosition)
    guard let elements = value.array, list.sizes.contains(elements.count) else {
      let found = value.array.map { "\($0.count) elements" } ?? value.kindName
      report(
        "found \(found); expected an array of \(list.sizes.lowerBound) to "
          + "\(list.sizes.upperBound) elements", at: list.name,
        location: input.location(value.position))
      return
    }
    scenario[keyPath: list.path] = elements.map { _ in list.empty }
    for (index, element) in elements.enumerated() {
      decode(index, of: list, from: element, input: input)
    }
  }

  private mutating func decode<Element>(
    _ index: Int, of list: ScenarioList<Element>, from value: JSON5Value, input: Input
  ) {
    let path = "\(list.name)[\(index)]"
    locations[path] = input.location(value.position)
    var element = scenario[keyPath: list.path][index]
    decode(value, keys: list.keys, into: &element, path: path, input: input)
    scenario[keyPath: list.path][index] = element
  }

  private mutating func override<Element>(
    _ index: Int, of list: ScenarioList<Element>, with value: JSON5Value, path: String,
    input: Input
  ) {
    let indices = scenario[keyPath: list.path].indices
    guard indices.contains(index) else {
      report(
        "there is no element \(index); expected "
          + (indices.isEmpty
            ? "an index of a list that is not empty" : "an index from 0 to \(indices.count - 1)"),
        at: path,
        location: .override(path))
      return
    }
    decode(index, of: list, from: value, input: input)
  }

  /// Decodes the members of an object into `root`.
  private mutating func decode<Root>(
    _ value: JSON5Value, keys: [ScenarioKey<Root>], into root: inout Root, path: String,
    input: Input
  ) {
    guard let members = members(of: value, path: path, input: input) else { return }
    for member in members {
      let memberPath = "\(path).\(member.key)"
      if let key = keys.first(where: { $0.name == member.key }) {
        decode(member, as: key, into: &root, path: memberPath, input: input)
      } else {
        reportUnknown(member, path: memberPath, among: keys.map(\.name), input: input)
      }
    }
  }

  private mutating func decode<Root>(
    _ member: JSON5Member, as key: ScenarioKey<Root>, into root: inout Root, path: String,
    input: Input
  ) {
    locations[path] = input.location(member.keyPosition)
    if let fault = key.set(&root, member.value) {
      report(
        "\(fault); expected \(key.expected)", at: path,
        location: input.location(member.value.position))
    } else {
      faultyPaths.remove(path)
    }
  }

  private mutating func members(
    of value: JSON5Value, path: String, input: Input
  ) -> [JSON5Member]? {
    if path.isEmpty && locations[path] == nil { locations[path] = input.location(value.position) }
    if let members = value.object { return members }
    report(
      "found \(value.kindName); expected an object { … } of keys and values", at: path,
      location: input.location(value.position))
    return nil
  }

  private mutating func reportUnknown(
    _ member: JSON5Member, path: String, among names: [String], input: Input
  ) {
    let hint: String
    if let name = nearest(to: member.key, in: names) ?? Self.pathInOtherSection(member.key) {
      hint = "did you mean '\(name)'?"
    } else {
      hint = "expected one of \(names.joined(separator: ", "))"
    }
    report("unknown key; \(hint)", at: path, location: input.location(member.keyPosition))
  }

  private static let topNames =
    ScenarioSchema.topKeys.map(\.name)
    + [
      ScenarioSchema.moduleClasses.name, ScenarioSchema.entryClasses.name,
      ScenarioSchema.milestones.name,
    ]
    + ScenarioSchema.sections.map(\.name)

  /// The path of a key that is right but in the wrong place.
  private static func pathInOtherSection(_ name: String) -> String? {
    if ScenarioSchema.topKeys.contains(where: { $0.name == name }) { return name }
    let section = ScenarioSchema.sections.first { $0.keys.contains { $0.name == name } }
    if let section { return "\(section.name).\(name)" }
    func path<Element>(_ list: ScenarioList<Element>) -> String? {
      list.keys.contains { $0.name == name } ? "\(list.name)[0].\(name)" : nil
    }
    return path(ScenarioSchema.moduleClasses) ?? path(ScenarioSchema.entryClasses)
      ?? path(ScenarioSchema.milestones)
  }

  /// The list and the n of `list[n]`.
  private static func elementOfList(_ text: String) -> (list: String, index: Int)? {
    guard text.hasSuffix("]"), let bracket = text.firstIndex(of: "[") else { return nil }
    let index = Int(text[text.index(after: bracket)...].dropLast())
    return index.map { (String(text[..<bracket]), $0) }
  }
}
