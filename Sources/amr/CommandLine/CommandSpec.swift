/// What a command line can ask for; the entry point switches over it.
enum CommandID: CaseIterable, Sendable {
  case run
  case simulate
  case ingest
  case export
  case exportVerify
  case storeInfo
  case storeCheck
  case storeClose
  case storeValidate
  case storeHistory
  case storeReads
  case storeWorkList
  case storeEnter
  case storeOptimize
  case storeVacuum
  case scenarioList
  case scenarioShow
  case scenarioCheck
  case scenarioNew
}

/// Every option, by the name it is written with after two dashes.
enum OptionName: String, CaseIterable, Sendable {
  case asOf = "as-of"
  case census
  case collectors
  case cycle
  case days
  case dryRun = "dry-run"
  case force
  case format
  case from
  case gzip
  case help
  case json
  case keepUploads = "keep-uploads"
  case month
  case out
  case price
  case quiet
  case receiver
  case registry
  case resume
  case retentionDays = "retention-days"
  case seed
  case seeds
  case set
  case threads
  case through
  case utcOffset = "utc-offset"
  case version
}

/// One option: what the parser accepts and what the help says about it.
struct OptionSpec: Sendable {
  /// What follows the option's name.
  enum Value: Sendable {
    case flag
    case text(placeholder: String)
    case integer(placeholder: String, range: ClosedRange<Int>)
    case choice(placeholder: String, among: [String])
    /// `KEY=VALUE` with a key that is not empty.
    case assignment
  }

  /// What holds when the option is absent.
  enum Fallback: Sendable {
    /// The value that the accessors return.
    case value(String)
    /// Words for the help only, where the value is found at run time.
    case described(String)
  }

  /// The heading under which the help lists the option, in this order.
  enum Group: String, CaseIterable, Sendable {
    case simulation = "Simulation"
    case input = "Input"
    case output = "Output"
    case general = "General"
  }

  let name: OptionName
  var value: Value = .flag
  var isRequired = false
  var isRepeatable = false
  var fallback: Fallback?
  let group: Group
  let help: String

  var placeholder: String? {
    switch value {
    case .flag: nil
    case .text(let placeholder), .integer(let placeholder, _), .choice(let placeholder, _):
      placeholder
    case .assignment: "KEY=VALUE"
    }
  }

  /// The option as it is written: `--census` or `--days N`.
  var spelling: String {
    "--" + name.rawValue + (placeholder.map { " " + $0 } ?? "")
  }
}

/// One argument that is not an option.
struct PositionalSpec: Sendable {
  let name: String
  var isRequired = true
  var isRepeatable = false
  let help: String

  /// `NAME`, `NAME...`, `[NAME]` or `[NAME...]`.
  var spelling: String {
    let repeated = isRepeatable ? name + "..." : name
    return isRequired ? repeated : "[\(repeated)]"
  }
}

/// One command: the source of both its parsing and its help.
struct CommandSpec: Sendable {
  struct Example: Sendable {
    let command: String
    let meaning: String
  }

  let id: CommandID
  /// The words that select the command, such as `["store", "info"]`.
  let path: [String]
  /// Half a line for the list of commands.
  let summary: String
  /// A paragraph for the command's own help.
  let details: String
  /// At most the last one repeats; none that is required follows one that is not.
  var positionals: [PositionalSpec] = []
  var options: [OptionSpec] = []
  let examples: [Example]

  /// The words to type, such as `amr store info`.
  var invocation: String { (["amr"] + path).joined(separator: " ") }

  /// The command's own options and those that every command takes.
  var allOptions: [OptionSpec] { options + OptionSpec.common }

  func option(named name: String) -> OptionSpec? {
    allOptions.first { $0.name.rawValue == name }
  }
}

/// A word that only groups commands, such as `store`.
struct CommandGroup: Sendable {
  let name: String
  let summary: String
}
