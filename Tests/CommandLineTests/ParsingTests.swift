import TestSupport
import Testing

@testable import amr

func parsed(_ arguments: String...) throws -> ParsedArguments {
  guard case .command(let parsed) = try CommandParser.parse(arguments) else {
    throw UsageError(message: "help or version instead of a command", helpTopic: "amr")
  }
  return parsed
}

/// Cuts a line at its spaces.
func words(_ line: String) -> [String] {
  line.split(separator: " ").map(String.init)
}

@Suite struct ParsingTests {
  @Test(
    arguments: [
      ("run smoke-1k", .run, ["smoke-1k"]),
      ("simulate a.json5 --out -", .simulate, ["a.json5"]),
      ("simulate --out - a.json5", .simulate, ["a.json5"]),
      ("ingest store", .ingest, ["store"]),
      ("ingest store -", .ingest, ["store", "-"]),
      ("ingest store a b --registry r.csv c", .ingest, ["store", "a", "b", "c"]),
      ("ingest -- --store -- -h", .ingest, ["--store", "--", "-h"]),
      ("export store --out=b", .export, ["store"]),
      ("store info s", .storeInfo, ["s"]),
      ("store check s", .storeCheck, ["s"]),
      ("store close s --through 1998-05-31", .storeClose, ["s"]),
      ("store vacuum s --dry-run --retention-days 0", .storeVacuum, ["s"]),
      ("scenario list", .scenarioList, []),
      ("scenario show s", .scenarioShow, ["s"]),
      ("scenario check a b", .scenarioCheck, ["a", "b"]),
      ("scenario new", .scenarioNew, []),
    ] as [(String, CommandID, [String])])
  func command(line: String, id: CommandID, positionals: [String]) throws {
    guard case .command(let parsed) = try CommandParser.parse(words(line)) else {
      Issue.record("not a command")
      return
    }
    #expect(parsed.command.id == id)
    #expect(parsed.positionals == positionals)
  }

  @Test func everyOptionOfRun() throws {
    let run = try parsed(
      "run", "--seed=7", "s", "--days", "30", "--threads", "2", "--out", "-odd", "--set", "a.b=1",
      "--census", "--force", "--keep-uploads", "--set=c==d", "--json", "--quiet", "--set", "e=")
    #expect(run.integer(.seed) == 7)
    #expect(run.integer(.days) == 30)
    #expect(run.integer(.threads) == 2)
    #expect(run.string(.out) == "-odd")
    #expect(run.list(.set) == ["a.b=1", "c==d", "e="])
    #expect(run.assignments(.set).map(\.key) == ["a.b", "c", "e"])
    #expect(run.assignments(.set).map(\.value) == ["1", "=d", ""])
    for flag: OptionName in [.census, .force, .keepUploads, .json, .quiet] {
      #expect(run.flag(flag), "\(flag)")
    }
  }

  @Test func absentOptionsHaveTheirDefaults() throws {
    let run = try parsed("run", "s")
    #expect(run.integer(.seed) == nil)
    #expect(run.string(.out) == nil, "a default in words is for the help only")
    #expect(run.list(.set).isEmpty && run.assignments(.set).isEmpty)
    #expect(!run.flag(.census) && !run.flag(.json))
    #expect(try parsed("export", "s", "--out", "b").list(.format) == [])
    #expect(try parsed("export", "verify", "b").command.id == .exportVerify)
    #expect(try parsed("export", "./verify", "--out", "b").command.id == .export)
    #expect(try parsed("scenario", "new").string(.out) == "-")
  }

  @Test func integersAtTheEndsOfTheirRange() throws {
    #expect(try parsed("run", "s", "--seed", "9223372036854775807").integer(.seed) == .max)
    #expect(try parsed("run", "s", "--seed", "0").integer(.seed) == 0)
    #expect(try parsed("export", "s", "--out", "b", "--cycle", "21").integer(.cycle) == 21)
  }

  @Test func valuesOfOtherTypes() throws {
    let export = try parsed("export", "s", "--out", "b", "--month", "1998-05")
    let expected = "a month such as 1998-05"
    let length = try export.value(.month, expected: expected) { $0.count }
    #expect(length == 7)
    let cycle = try export.value(.cycle, expected: "a number") { Int($0) }
    #expect(cycle == nil)
    let error = #expect(throws: UsageError.self) {
      try export.value(.month, expected: expected) { Int($0) }
    }
    #expect(
      error?.description == "option '--month' for 'amr export' expects a month such as 1998-05, "
        + "not '1998-05'. See 'amr export --help'.")
    #expect(
      export.usageError("nothing to do").description
        == "nothing to do. See 'amr export --help'.")
  }

  @Test(arguments: ["--version", "run s --version", "--version run"])
  func version(line: String) throws {
    guard case .version = try CommandParser.parse(words(line)) else {
      Issue.record("not the version")
      return
    }
  }

  @Test func afterTwoDashesNothingIsAnOption() throws {
    #expect(try parsed("scenario", "check", "--", "--help").positionals == ["--help"])
    #expect(try parsed("scenario", "check", "--", "--version").positionals == ["--version"])
  }
}

/// Every message, to the letter.
@Suite struct UsageErrorTests {
  @Test(
    arguments: [
      // Commands.
      ("", "missing command. See 'amr --help'."),
      ("rnu", "unknown command 'rnu'; did you mean 'run'? See 'amr --help'."),
      ("Simulate", "unknown command 'Simulate'; did you mean 'simulate'? See 'amr --help'."),
      ("hepl", "unknown command 'hepl'; did you mean 'help'? See 'amr --help'."),
      ("frobnicate", "unknown command 'frobnicate'. See 'amr --help'."),
      ("help frobnicate", "unknown command 'frobnicate'. See 'amr --help'."),
      ("frobnicate --help", "unknown command 'frobnicate'. See 'amr --help'."),
      (
        "store",
        "missing command after 'amr store'; expected info, check, close, validate, history, reads, "
          + "worklist, enter, optimize or vacuum. See 'amr store --help'."
      ),
      (
        "scenario --json",
        "missing command after 'amr scenario'; expected list, show, check or new. "
          + "See 'amr scenario --help'."
      ),
      (
        "store inof s",
        "unknown command 'store inof'; did you mean 'store info'? See 'amr store --help'."
      ),
      ("store compact", "unknown command 'store compact'. See 'amr store --help'."),
      (
        "--quiet run s",
        "option '--quiet' stands before the command; write it after the command. See 'amr --help'."
      ),
      ("--hlep", "unknown option '--hlep' for 'amr'; did you mean '--help'? See 'amr --help'."),
      ("-v", "unknown option '-v' for 'amr'. See 'amr --help'."),
      // Options.
      (
        "run s --thread 3",
        "unknown option '--thread' for 'amr run'; did you mean '--threads'? See 'amr run --help'."
      ),
      (
        "run s --thread=3",
        "unknown option '--thread' for 'amr run'; did you mean '--threads'? See 'amr run --help'."
      ),
      (
        "run s -seed 3",
        "unknown option '-seed' for 'amr run'; did you mean '--seed'? See 'amr run --help'."
      ),
      ("run s -o x", "unknown option '-o' for 'amr run'. See 'amr run --help'."),
      ("run s --month 1998-05", "unknown option '--month' for 'amr run'. See 'amr run --help'."),
      ("run s --", nil),
      (
        "run s --seed 1 --seed=2",
        "option '--seed' for 'amr run' is given twice; keep one. See 'amr run --help'."
      ),
      (
        "run s --census --census",
        "option '--census' for 'amr run' is given twice; keep one. See 'amr run --help'."
      ),
      (
        "run s --census=yes",
        "option '--census' for 'amr run' takes no value, but got 'yes'. See 'amr run --help'."
      ),
      (
        "run s --seed",
        "option '--seed' for 'amr run' needs a value: '--seed N'. See 'amr run --help'."
      ),
      (
        "run s --out --force",
        "option '--out' for 'amr run' needs a value: '--out DIR'. See 'amr run --help'."
      ),
      (
        "run s --out=",
        "option '--out' for 'amr run' needs a value: '--out DIR'. See 'amr run --help'."
      ),
      (
        "run s --days 0",
        "option '--days' for 'amr run' expects a whole number from 1 to 5500, not '0'. "
          + "See 'amr run --help'."
      ),
      (
        "run s --seed 9223372036854775808",
        "option '--seed' for 'amr run' expects a whole number from 0 to 9223372036854775807, "
          + "not '9223372036854775808'. See 'amr run --help'."
      ),
      (
        "run s --threads -1",
        "option '--threads' for 'amr run' expects a whole number from 1 to 1024, not '-1'. "
          + "See 'amr run --help'."
      ),
      (
        "export s --out b --cycle 22",
        "option '--cycle' for 'amr export' expects a whole number from 1 to 21, not '22'. "
          + "See 'amr export --help'."
      ),
      (
        "export s --out b --format xml",
        "option '--format' for 'amr export' expects csv, cmep, "
          + "nem13, greenbutton or parquet, not 'xml'. See 'amr export --help'."
      ),
      (
        "run s --set days",
        "option '--set' for 'amr run' expects KEY=VALUE, not 'days'. See 'amr run --help'."
      ),
      (
        "scenario show s --set =3",
        "option '--set' for 'amr scenario show' expects KEY=VALUE, not '=3'. "
          + "See 'amr scenario show --help'."
      ),
      (
        "simulate s",
        "missing option '--out DIR|-' for 'amr simulate'. See 'amr simulate --help'."
      ),
      ("export s", "missing option '--out DIR' for 'amr export'. See 'amr export --help'."),
      (
        "store close s",
        "missing option '--through DAY' for 'amr store close'. See 'amr store close --help'."
      ),
      // Other arguments.
      ("run", "missing SCENARIO for 'amr run'. See 'amr run --help'."),
      ("ingest", "missing STORE for 'amr ingest'. See 'amr ingest --help'."),
      (
        "scenario check",
        "missing SCENARIO for 'amr scenario check'. See 'amr scenario check --help'."
      ),
      ("run a b c", "unexpected argument 'b' for 'amr run'. See 'amr run --help'."),
      (
        "scenario list all",
        "unexpected argument 'all' for 'amr scenario list'. See 'amr scenario list --help'."
      ),
    ] as [(String, String?)])
  func message(line: String, expected: String?) {
    var message: String?
    do {
      _ = try CommandParser.parse(words(line))
    } catch {
      message = error.description
    }
    #expect(message == expected)
  }

  @Test func messagesStayOneShortLine() {
    let hostile = "a\n\u{1B}[31m\u{2028}" + String(repeating: "b", count: 10_000)
    let error = #expect(throws: UsageError.self) { try CommandParser.parse(["run", "s", hostile]) }
    #expect(
      error?.message == "unexpected argument 'a??[31m?\(String(repeating: "b", count: 52))...' "
        + "for 'amr run'")
  }

  /// Random words never trap, and whatever is refused is refused in one line.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func randomCommandLines(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let vocabulary =
      ["", "-", "--", "---", "-h", "=", "--=", "--set", "--set=", "a=b", "\n", "help", "7", "é"]
      + Commands.all.flatMap(\.path) + OptionName.allCases.map { "--" + $0.rawValue }
    for _ in 0..<5_000 {
      let line = (0..<Int.random(in: 0...6, using: &random)).map { _ in
        vocabulary.randomElement(using: &random) ?? ""
      }
      do {
        _ = try CommandParser.parse(line)
      } catch {
        #expect(!error.description.contains("\n"), "seed \(seed): \(line)")
        #expect(error.description.hasSuffix(" --help'."), "seed \(seed): \(line)")
      }
    }
  }
}
