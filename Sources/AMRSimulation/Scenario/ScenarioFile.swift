import JSON5

/// Scenarios as JSON5 text. Reading and writing of files is the caller's.
public enum ScenarioFile {
  /// A scenario from the text of its file, with single values replaced.
  ///
  /// Only `name` and `territory` must be given; every other key has the default of `Scenario`'s
  /// property.
  ///
  /// - Parameters:
  ///   - text: JSON5 in UTF-8.
  ///   - source: the file's name in messages.
  ///   - overrides: key paths such as `radio.channels` or `module_classes[0].share`, each with a
  ///     value as JSON5; what is not JSON5 is taken as text. Later ones win.
  /// - Throws: all that is wrong, except that nothing follows the first error of JSON5 itself.
  public static func decode(
    text: [UInt8], source: String, overrides: [(path: String, value: String)] = []
  ) throws(ScenarioError) -> Scenario {
    var decoder = ScenarioDecoder()
    do {
      decoder.decode(try JSON5.parse(text, source: source), source: source)
    } catch {
      throw ScenarioError(diagnostics: [
        ScenarioDiagnostic(
          location: .file(
            source: source, line: error.position.line, column: error.position.column),
          path: "", message: error.message)
      ])
    }
    for (path, value) in overrides { decoder.override(path, with: value) }
    decoder.check()
    guard decoder.diagnostics.isEmpty else {
      throw ScenarioError(diagnostics: inFileOrder(decoder.diagnostics))
    }
    return decoder.scenario
  }

  /// A scenario with the value of every key; `decode` gives back an equal scenario if it is valid.
  public static func encode(_ scenario: Scenario) -> String {
    ScenarioWriter(isCommented: false).text(of: scenario)
  }

  /// A valid scenario to start from, with every key explained.
  public static var template: String {
    var scenario = Scenario()
    scenario.name = "my-scenario"
    scenario.description = "What this scenario shows"
    scenario.territory.tractsCSV = "data/duquesne-territory.csv"
    return """
      // A scenario for `amr run`. Only name and territory are required; every other key stands
      // here with its default and may be left out.

      """ + ScenarioWriter(isCommented: true).text(of: scenario)
  }

  /// By line and column, then overrides as they were given.
  private static func inFileOrder(_ diagnostics: [ScenarioDiagnostic]) -> [ScenarioDiagnostic] {
    let ranked = diagnostics.enumerated().map { index, diagnostic in
      switch diagnostic.location {
      case .file(_, let line, let column): (line, column, index)
      case .override: (Int.max, 0, index)
      }
    }
    return ranked.sorted { $0 < $1 }.map { diagnostics[$0.2] }
  }
}

/// Writes a scenario key by key in the order of the schema.
private struct ScenarioWriter {
  let isCommented: Bool
  private var output = ""

  init(isCommented: Bool) { self.isCommented = isCommented }

  func text(of scenario: Scenario) -> String {
    var writer = self
    writer.output = "{\n"
    writer.write(ScenarioSchema.topKeys, of: scenario, indent: "  ")
    for section in ScenarioSchema.sections {
      writer.comment(section.documentation, indent: "  ")
      writer.output += "  \(section.name): {\n"
      writer.write(section.keys, of: scenario, indent: "    ")
      writer.output += "  },\n"
      // The classes follow the territory: what stands there comes after where.
      if section.name == ScenarioSchema.sections.first?.name {
        writer.write(ScenarioSchema.moduleClasses, of: scenario)
        writer.write(ScenarioSchema.entryClasses, of: scenario)
      }
    }
    writer.write(ScenarioSchema.milestones, of: scenario)
    return writer.output + "}\n"
  }

  private mutating func write<Element>(_ list: ScenarioList<Element>, of scenario: Scenario) {
    comment(list.documentation, indent: "  ")
    output += "  \(list.name): [\n"
    for element in scenario[keyPath: list.path] {
      output += "    {\n"
      write(list.keys, of: element, indent: "      ")
      output += "    },\n"
    }
    output += "  ],\n"
  }

  private mutating func write<Root>(
    _ keys: [ScenarioKey<Root>], of root: Root, indent: String
  ) {
    for key in keys {
      comment("\(key.documentation) Expected: \(key.expected).", indent: indent)
      output += "\(indent)\(key.name): \(key.get(root)),\n"
    }
  }

  /// Words in comment lines of at most 100 columns.
  private mutating func comment(_ text: String, indent: String) {
    guard isCommented else { return }
    var line = indent + "//"
    for word in text.split(separator: " ") {
      if line.count + 1 + word.count > 100 {
        output += line + "\n"
        line = indent + "//"
      }
      line += " " + word
    }
    output += line + "\n"
  }
}
