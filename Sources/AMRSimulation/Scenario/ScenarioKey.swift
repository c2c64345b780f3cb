import JSON5
import Metering

/// One key of a section: how it is spelled, explained, read from a file and written to one.
///
/// `Root` is the value that holds the property, a whole scenario or one class of a list.
struct ScenarioKey<Root>: Sendable {
  /// `snake_case`, ending in the unit.
  let name: String
  /// One sentence for the template and the error messages' reader.
  let documentation: String
  /// The allowed values in words, such as "a whole number from 1 to 255".
  let expected: String
  /// Stores a file's value, or says what is wrong with it.
  let set: @Sendable (inout Root, JSON5Value) -> String?
  /// The current value as JSON5.
  let get: @Sendable (Root) -> String
}

/// Which texts a key takes.
struct TextForm: Sendable {
  let expected: String
  let accepts: @Sendable (String) -> Bool

  static let anything = TextForm(expected: "a text") { _ in true }

  static let file = TextForm(expected: "a file name, or an empty text for none") { text in
    text.unicodeScalars.allSatisfy { $0.value >= 0x20 }
  }

  static let lowercaseName = TextForm(
    expected: "1 to 64 lowercase letters, digits and hyphens"
  ) { text in
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        byte == UInt8(ascii: "-") || isDigit(byte) || isLowercase(byte)
      }
  }

  static let name = TextForm(expected: "1 to 64 letters, digits and hyphens") { text in
    // ASCII letters differ from their lowercase ones in bit 5 alone.
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        byte == UInt8(ascii: "-") || isDigit(byte) || isLowercase(byte | 0x20)
      }
  }
}

/// A list of objects: its key, and the keys of one element.
struct ScenarioList<Element: Sendable>: Sendable {
  let name: String
  let path: WritableKeyPath<Scenario, [Element]> & Sendable
  /// How many elements there may be.
  let sizes: ClosedRange<Int>
  /// An element of which nothing is given.
  let empty: Element
  let documentation: String
  let keys: [ScenarioKey<Element>]
}

// MARK: - Kinds of keys

extension ScenarioKey {
  /// A whole number within a range.
  static func whole(
    _ name: String, _ path: WritableKeyPath<Root, Int> & Sendable, _ range: ClosedRange<Int>,
    _ documentation: String
  ) -> Self {
    let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    return Self(
      name: name, documentation: documentation, expected: expected,
      set: { root, value in
        guard let number = wholeNumber(value) else { return notWhole(value) }
        guard range.contains(number) else { return "\(number) is out of range" }
        root[keyPath: path] = number
        return nil
      },
      get: { String($0[keyPath: path]) })
  }

  /// One of a few whole numbers.
  static func whole(
    _ name: String, _ path: WritableKeyPath<Root, Int> & Sendable, oneOf choices: [Int],
    _ documentation: String
  ) -> Self {
    Self(
      name: name, documentation: documentation, expected: alternatives(choices.map(String.init)),
      set: { root, value in
        guard let number = wholeNumber(value) else { return notWhole(value) }
        guard choices.contains(number) else { return "\(number) is not possible" }
        root[keyPath: path] = number
        return nil
      },
      get: { String($0[keyPath: path]) })
  }

  /// A seed: any whole number that JSON5 can hold and that is not negative.
  static func seed(
    _ name: String, _ path: WritableKeyPath<Root, UInt64> & Sendable, _ documentation: String
  ) -> Self {
    Self(
      name: name, documentation: documentation,
      expected: "a whole number from 0 to \(Int64.max)",
      set: { root, value in
        guard let number = wholeNumber(value) else { return notWhole(value) }
        guard let seed = UInt64(exactly: number) else { return "\(number) is out of range" }
        root[keyPath: path] = seed
        return nil
      },
      get: { String($0[keyPath: path]) })
  }

  /// A finite number within a range.
  static func number(
    _ name: String, _ path: WritableKeyPath<Root, Double> & Sendable,
    _ range: ClosedRange<Double>, _ documentation: String
  ) -> Self {
    let bounds = "\(shortDecimal(range.lowerBound)) to \(shortDecimal(range.upperBound))"
    return Self(
      name: name, documentation: documentation, expected: "a number from \(bounds)",
      set: { root, value in
        guard let number = value.double else { return "found \(shown(value))" }
        guard number.isFinite else { return "\(shown(value)) is not a finite number" }
        guard range.contains(number) else { return "\(shown(value)) is out of range" }
        root[keyPath: path] = number
        return nil
      },
      get: { String($0[keyPath: path]) })
  }

  /// A text of a certain form.
  static func text(
    _ name: String, _ path: WritableKeyPath<Root, String> & Sendable, _ form: TextForm,
    _ documentation: String
  ) -> Self {
    Self(
      name: name, documentation: documentation, expected: form.expected,
      set: { root, value in
        guard let text = value.string, form.accepts(text) else { return "found \(shown(value))" }
        root[keyPath: path] = text
        return nil
      },
      get: { JSONText.quoted($0[keyPath: path]) })
  }

  /// One of a few words.
  static func choice<Choice: RawRepresentable<String> & CaseIterable & SendableMetatype>(
    _ name: String, _ path: WritableKeyPath<Root, Choice> & Sendable, _ documentation: String
  ) -> Self {
    Self(
      name: name, documentation: documentation,
      expected: alternatives(Choice.allCases.map { "'\($0.rawValue)'" }),
      set: { root, value in
        guard let choice = value.string.flatMap(Choice.init(rawValue:)) else {
          return "found \(shown(value))"
        }
        root[keyPath: path] = choice
        return nil
      },
      get: { JSONText.quoted($0[keyPath: path].rawValue) })
  }

  /// A day of the calendar within a range.
  static func date(
    _ name: String, _ path: WritableKeyPath<Root, CivilDay> & Sendable,
    _ range: ClosedRange<CivilDay>, _ documentation: String
  ) -> Self {
    Self(
      name: name, documentation: documentation,
      expected: "a date 'YYYY-MM-DD' from \(range.lowerBound) to \(range.upperBound)",
      set: { root, value in
        guard let text = value.string else { return "found \(shown(value))" }
        guard let day = CivilDay(iso: text) else {
          return hasFormOfDate(text)
            ? "\(text) is not in the calendar" : "found \(shown(value))"
        }
        guard range.contains(day) else { return "\(text) is out of range" }
        root[keyPath: path] = day
        return nil
      },
      get: { JSONText.quoted($0[keyPath: path].description) })
  }
}

// MARK: - Values in words

/// `a, b or c`.
func alternatives(_ choices: [String]) -> String {
  guard choices.count > 1, let last = choices.last else { return choices.joined() }
  return choices.dropLast().joined(separator: ", ") + " or " + last
}

/// A number as short as it can be exact: whole ones without a fraction.
func shortDecimal(_ value: Double) -> String {
  let text = value.description
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

/// A value as a message shows it, with its kind where the spelling does not tell.
private func shown(_ value: JSON5Value) -> String {
  switch value.kind {
  case .null: return "null"
  case .bool(let flag): return flag ? "true" : "false"
  case .integer(let number): return String(number)
  case .number(let number):
    if number.isNaN { return "NaN" }
    return number.isFinite ? shortDecimal(number) : number < 0 ? "-Infinity" : "Infinity"
  case .string(let text):
    let limit = 60
    let start = String(text.unicodeScalars.prefix(limit))
    return "the text \(JSONText.quoted(text.unicodeScalars.count > limit ? start + "…" : start))"
  case .array, .object: return value.kindName
  }
}

private func notWhole(_ value: JSON5Value) -> String {
  value.double == nil ? "found \(shown(value))" : "\(shown(value)) is not a whole number"
}

/// The value of a number without a fraction, however it is spelled: `5`, `5.0` and `0.5e1`.
private func wholeNumber(_ value: JSON5Value) -> Int? {
  if let integer = value.integer { return Int(integer) }
  // Beyond 2⁵³ a double no longer tells which whole number was meant.
  guard let number = value.double, number.magnitude <= 0x1p53 else { return nil }
  let whole = Int(number)
  return Double(whole) == number ? whole : nil
}

private func hasFormOfDate(_ text: String) -> Bool {
  let form = Array("0000-00-00".utf8)
  return text.utf8.count == form.count
    && zip(text.utf8, form).allSatisfy { byte, place in
      place == UInt8(ascii: "-") ? byte == place : isDigit(byte)
    }
}

private func isDigit(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}

private func isLowercase(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
}
