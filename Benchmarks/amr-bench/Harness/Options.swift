/// The command line of `amr-bench`.
struct Options: Sendable {
  enum Task: Sendable {
    case measure
    case countInstructions
    /// Run this many passes of each benchmark and measure nothing.
    case passes(Int)
    case validate
    /// Deduplicate the uploads of a directory.
    case deduplicate(spool: String)
    /// Write draws to standard output without end.
    case stream(StreamOrder)
    case list
    case help
  }

  private(set) var task = Task.measure
  private(set) var size = Size.full
  private(set) var repeats = 5
  private(set) var filters: [String] = []
  private(set) var jsonPath: String?
  private(set) var comparedPath: String?
  private(set) var scenarios = "Scenarios"
  /// Frames on the air for each case of a validation.
  private(set) var frames = 2_000_000
  private(set) var isMarkdown = false

  static let help = """
    Measures the product's inner loops and its whole way, and compares its air with theory.

    usage: amr-bench [options]

      --filter NAME      only this benchmark or group; may be given again
      --size full|tiny   full (default) to measure, tiny to see that all of it works
      --repeats N        measured passes after one to warm up, 1 to 1000 (default 5)
      --json FILE        also write the results to a file
      --compare FILE     show ratios to the results in a file of --json; exit code 1 if a
                         benchmark's result is another one than there
      --instructions     count instructions per item instead, with perf or valgrind
      --passes 1|2       run so many passes of each benchmark and measure nothing
      --validate         compare the air with closed forms instead; exit code 1 if any case is
                         more than three standard errors off
      --frames N         frames for each case of --validate, 100000 or more (default 2000000)
      --markdown         print the table of --validate as Markdown
      --dedup SPOOL      deduplicate the uploads of a directory that 'amr simulate' wrote instead,
                         once, from their files to reads in memory
      --stream ORDER     write the simulator's draws as raw 32-bit words without end, for a
                         statistical battery, in one of the orders
                         \(StreamOrder.names)
      --scenarios DIR    where the scenarios that ship are (default Scenarios)
      --list             show the names of all benchmarks
      --help             show this text

    Figures are CPU time of all threads for one item, median (least … greatest) over the passes.

    """

  /// - Parameter arguments: without the program's name.
  init(_ arguments: [String]) throws(UsageError) {
    var rest = arguments[...]
    while let option = rest.popFirst() {
      func value() throws(UsageError) -> String {
        guard let value = rest.popFirst() else {
          throw UsageError(description: "\(option) has no value; expected one behind it")
        }
        return value
      }
      switch option {
      case "--filter": filters.append(try Self.knownName(try value()))
      case "--size":
        let name = try value()
        guard let size = Size(rawValue: name) else {
          throw UsageError(description: "--size is '\(name)'; expected full or tiny")
        }
        self.size = size
      case "--repeats": repeats = try Self.number(try value(), for: option, in: 1...1000)
      case "--json": jsonPath = try value()
      case "--compare": comparedPath = try value()
      case "--scenarios": scenarios = try value()
      case "--instructions": task = .countInstructions
      case "--passes": task = .passes(try Self.number(try value(), for: option, in: 1...2))
      case "--validate": task = .validate
      case "--frames":
        frames = try Self.number(try value(), for: option, in: 100_000...Int(Int32.max))
      case "--markdown": isMarkdown = true
      case "--dedup": task = .deduplicate(spool: try value())
      case "--stream": task = .stream(try Self.order(try value()))
      case "--list": task = .list
      case "--help": task = .help
      default:
        throw UsageError(description: "there is no option '\(option)'; see amr-bench --help")
      }
    }
  }

  /// The benchmarks that were asked for.
  var benchmarks: [Benchmark] {
    filters.isEmpty
      ? allBenchmarks
      : allBenchmarks.filter { filters.contains($0.name) || filters.contains(String($0.group)) }
  }

  private static func knownName(_ name: String) throws(UsageError) -> String {
    guard allBenchmarks.contains(where: { $0.name == name || $0.group == name }) else {
      throw UsageError(
        description: "there is no benchmark '\(name)'; expected a name that --list shows, or what "
          + "stands before its slash")
    }
    return name
  }

  private static func order(_ name: String) throws(UsageError) -> StreamOrder {
    guard let order = StreamOrder(rawValue: name) else {
      throw UsageError(description: "--stream is '\(name)'; expected \(StreamOrder.names)")
    }
    return order
  }

  private static func number(_ text: String, for option: String, in range: ClosedRange<Int>)
    throws(UsageError) -> Int
  {
    guard let number = Int(text), range.contains(number) else {
      throw UsageError(
        description: "\(option) is '\(text)'; expected a whole number from \(range.lowerBound) to "
          + "\(range.upperBound)")
    }
    return number
  }
}

/// What is wrong with the command line.
struct UsageError: Error, CustomStringConvertible {
  let description: String
}
