import Testing

@testable import amr

@Suite struct HelpTests {
  private func help(_ arguments: String...) throws -> String {
    guard case .help(let text) = try CommandParser.parse(arguments) else { return "no help" }
    return text
  }

  @Test func everyCommandIsDefinedOnce() {
    #expect(Commands.all.map(\.id) == CommandID.allCases)
    #expect(Set(Commands.all.map(\.path)).count == Commands.all.count)
    for command in Commands.all {
      let names = command.allOptions.map(\.name)
      #expect(Set(names).count == names.count, "\(command.invocation)")
      #expect(
        command.path.count == 1
          || Commands.groups.contains { $0.name == command.path.first }
          || Commands.all.contains { $0.path == [command.path[0]] }, "\(command.invocation)")
      #expect(
        command.positionals.dropLast().allSatisfy { !$0.isRepeatable }, "\(command.invocation)")
    }
  }

  @Test func pagesFitTheWidth() {
    let pages =
      [HelpText.overview] + Commands.groups.map { HelpText.text(for: $0) }
      + Commands.all.map { HelpText.text(for: $0) }
    for line in pages.joined().split(separator: "\n") {
      #expect(line.count <= 80, "\(line)")
      #expect(line.last != " ", "\(line)")
      #expect(!line.contains { !$0.isASCII }, "\(line)")
    }
  }

  @Test func everyOptionAndArgumentIsListed() {
    for command in Commands.all {
      let lines = HelpText.text(for: command).split(separator: "\n")
      for option in command.options {
        #expect(
          lines.count { $0.hasPrefix("  \(option.spelling) ") } == 1,
          "\(option.spelling) of \(command.invocation)")
      }
      for label in command.positionals.map(\.name) + ["--json", "--quiet", "-h, --help"] {
        #expect(lines.contains { $0.hasPrefix("  \(label) ") }, "\(label) of \(command.invocation)")
      }
    }
  }

  @Test func overviewListsCommandsAndExitCodes() {
    let lines = HelpText.overview.split(separator: "\n")
    for command in Commands.all {
      let name = command.path.joined(separator: " ")
      #expect(lines.contains { $0.hasPrefix("  \(name) ") && $0.hasSuffix(command.summary) })
    }
    #expect(ExitCode.allCases.map(\.rawValue) == [0, 1, 64, 65, 66, 70, 73, 74, 130])
    for code in ExitCode.allCases {
      #expect(lines.contains { $0.hasPrefix("  \(code.rawValue) ") && $0.hasSuffix(code.meaning) })
    }
  }

  /// What the help tells people to type has to be accepted.
  @Test func everyExampleParses() throws {
    var stages = 0
    for command in Commands.all {
      #expect(!command.examples.isEmpty, "\(command.invocation)")
      for example in command.examples {
        for stage in example.command.split(separator: "|").map({ words(String($0)) })
        where stage.first == "amr" {
          let invocation = try CommandParser.parse(Array(stage.dropFirst()))
          guard case .command = invocation else {
            Issue.record("\(example.command) is no command")
            continue
          }
          stages += 1
        }
      }
    }
    #expect(stages >= Commands.all.count)
  }

  @Test func everyWayToAskForHelp() throws {
    #expect(try help("--help") == HelpText.overview)
    #expect(try help("-h") == HelpText.overview)
    #expect(try help("help") == HelpText.overview)
    #expect(try help("help", "--help") == HelpText.overview)
    for group in Commands.groups {
      #expect(try help(group.name, "--help") == HelpText.text(for: group))
      #expect(try help("help", group.name) == HelpText.text(for: group))
    }
    for command in Commands.all {
      let text = HelpText.text(for: command)
      #expect(try CommandParser.parse(command.path + ["-h"]).helpText == text)
      #expect(try CommandParser.parse(["help"] + command.path).helpText == text)
      #expect(try CommandParser.parse(["--help"] + command.path).helpText == text)
      #expect(try CommandParser.parse(command.path + ["x", "--wrong", "--help"]).helpText == text)
    }
  }

  @Test func snapshot() throws {
    #expect(
      try help("export", "--help") == """
        Computes billing determinants from the validated reads of a store and writes
        billing files with a manifest of counts, control totals and SHA-256 sums, and a
        list of exceptions for a clerk. The days of the read windows must be closed and
        validated, see 'amr store validate'. A published batch is never rewritten: where
        bills have changed since, they follow as a batch of the next revision. A value
        that a format cannot carry is an error that names the record, and the batch is
        not published.

        Usage:
          amr export STORE --out DIR [OPTIONS]

        Arguments:
          STORE            the directory of a read store

        Input options:
          --month YYYY-MM  export reads of this month only (default: all months)
          --cycle N        export accounts of this billing cycle only (1 to 21; default:
                           all cycles)

        Output options:
          --out DIR        the directory for the files (required)
          --format FORMAT  what to write beside the CSV, which every batch has (one of:
                           csv, cmep, nem13, greenbutton, parquet; may be repeated;
                           default: csv alone)
          --receiver ID    who receives the files, as CMEP and NEM13 name it (default:
                           the utility's name)
          --gzip           compress the files of text but the list of exceptions, each
                           into one FILE.gz

        General options:
          --threads N      how many threads to use; the result does not depend on it (1
                           to 1024; default: all processors)
          --json           print the result as JSON on standard output
          --quiet          show no progress, and print nothing but errors and what was
                           asked for
          -h, --help       show this help

        Examples:
          amr export runs/smoke-1k/store --out billing --cycle 3 --month 1998-06
              one billing cycle of one month
          amr export store --out billing --format cmep --format parquet
              all cycles, in two formats beside the CSV
          amr export store --out billing --format greenbutton --gzip
              compressed, for a receiver that unpacks what it gets

        """)
    #expect(try help("help", "ingest").contains("\n  amr ingest STORE [FILE...] [OPTIONS]\n"))
    #expect(try help("help", "run").contains("the value is JSON5 (may be repeated)\n"))
  }

  @Test func alternatives() {
    #expect(HelpText.alternatives([]) == "")
    #expect(HelpText.alternatives(["a"]) == "a")
    #expect(HelpText.alternatives(["a", "b"]) == "a or b")
    #expect(HelpText.alternatives(["a", "b", "c"]) == "a, b or c")
  }
}

extension Invocation {
  fileprivate var helpText: String? {
    if case .help(let text) = self { text } else { nil }
  }
}
