/// All commands in the order in which the help lists them.
enum Commands {
  static let groups = [
    CommandGroup(
      name: "store", summary: "Look into a read store, verify it, close its slots, clean it up."),
    CommandGroup(name: "scenario", summary: "List, show, check and write scenarios."),
  ]

  static let all = [
    run, simulate, ingest, export, exportVerify, storeInfo, storeCheck, storeClose, storeValidate,
    storeHistory, storeReads, storeWorkList, storeEnter, storeOptimize, storeVacuum,
    scenarioList, scenarioShow, scenarioCheck, scenarioNew,
  ]

  private static let scenario = PositionalSpec(
    name: "SCENARIO", help: "a name from 'amr scenario list', a JSON5 file, or - for standard input"
  )
  private static let store = PositionalSpec(name: "STORE", help: "the directory of a read store")

  private static let run = CommandSpec(
    id: .run, path: ["run"],
    summary: "simulate a network, store its reads, export billing files",
    details: "Simulates the scenario's network, takes the uploads into a read store exactly once, "
      + "closes the days, exports billing files, and writes summary.json. An existing run is "
      + "refused without --force. A run that is interrupted after a calendar month of it is over "
      + "stays beside its place, in DIR.partial: the same command with --resume goes on from the "
      + "end of its last month and gives the same results; --force alone begins anew.",
    positionals: [scenario],
    options: [
      .seed, .seeds, .days, .threads, .set, .census,
      .out(
        "DIR", fallback: .described("runs/ and the scenario's name"),
        help: "the directory of the run"),
      .force, .resume, .keepUploads,
    ],
    examples: [
      .init(command: "amr run smoke-1k", meaning: "everything once, in seconds"),
      .init(
        command: "amr run duquesne-1998 --days 7 --seed 2 --out /tmp/week",
        meaning: "a week of the large network with other random draws"),
      .init(
        command: "amr run duquesne-15-years --resume",
        meaning: "fifteen years; again after an interruption"),
      .init(
        command: "amr run smoke-1k --force --json | jq .read_rate",
        meaning: "run again and look at one figure"),
      .init(
        command: "amr run duquesne-15-years --seeds 100",
        meaning: "how probable each milestone of the contract is"),
    ])

  private static let simulate = CommandSpec(
    id: .simulate, path: ["simulate"], summary: "write the collectors' uploads only",
    details: "Simulates the scenario's network and writes what its collectors send to the "
      + "head-end, for 'amr ingest' or for any other head-end. A directory holds uploads/, the "
      + "order of their arrival in deliveries.csv, registry.csv, collectors.csv, what truly happened "
      + "to meters in meter_events.csv, scenario.json5 and the figures in simulation.json; it "
      + "appears only when it is complete. The stream has the uploads in order of arrival, repeats "
      + "included.",
    positionals: [scenario],
    options: [
      .seed, .days, .threads, .set, .census,
      .out("DIR|-", isRequired: true, help: "a directory for upload files, or - for one stream"),
      OptionSpec(
        name: .registry, value: .text(placeholder: "FILE"), group: .output,
        help: "also write the registry of the simulated endpoints, as CSV"),
      .force,
    ],
    examples: [
      .init(
        command: "amr simulate smoke-1k --out uploads",
        meaning: "files, and the registry that belongs to them"),
      .init(
        command: "amr simulate smoke-1k --out - --registry r | amr ingest store - --registry r",
        meaning: "stream the uploads into a store"),
    ])

  private static let ingest = CommandSpec(
    id: .ingest, path: ["ingest"], summary: "take uploads into a read store, exactly once",
    details: "Checks and deduplicates uploads and commits their reads. Uploads may repeat, arrive "
      + "late and out of order; the same command again changes nothing. With --registry a store "
      + "is created if there is none, and the registry of one that exists is replaced: receptions "
      + "of endpoints that it lacked leave quarantine. Damaged bytes, and uploads that are refused "
      + "whole, go to the table quarantine, are reported, and make the exit code 65; all else is "
      + "taken in. So do rows of the registry that are wrong: their endpoints keep the rows they had.",
    positionals: [
      store,
      PositionalSpec(
        name: "FILE", isRequired: false, isRepeatable: true,
        help: "upload files, or directories of files *.amru; - or none is standard input"),
    ],
    options: [.registry, .collectors, .utcOffset, .asOf, .threads],
    examples: [
      .init(
        command: "amr ingest store uploads/uploads --registry uploads/registry.csv",
        meaning: "take in what 'amr simulate --out uploads' wrote"),
      .init(
        command: "cat spool/*.amru | amr ingest store --json | jq .receptions",
        meaning: "a stream of uploads, and one figure of the result"),
    ])

  private static let export = CommandSpec(
    id: .export, path: ["export"], summary: "write billing files and their manifest",
    details: "Computes billing determinants from the validated reads of a store and writes billing "
      + "files with a manifest of counts, control totals and SHA-256 sums, and a list of exceptions "
      + "for a clerk. The days of the read windows must be closed and validated, see 'amr store "
      + "validate'. A published batch is never rewritten: where bills have changed since, they follow "
      + "as a batch of the next revision. A value that a format cannot carry is an error that names "
      + "the record, and the batch is not published.",
    positionals: [store],
    options: [
      .month, .cycle,
      .out("DIR", isRequired: true, help: "the directory for the files"),
      .format, .receiver, .gzip, .threads,
    ],
    examples: [
      .init(
        command: "amr export runs/smoke-1k/store --out billing --cycle 3 --month 1998-06",
        meaning: "one billing cycle of one month"),
      .init(
        command: "amr export store --out billing --format cmep --format parquet",
        meaning: "all cycles, in two formats beside the CSV"),
      .init(
        command: "amr export store --out billing --format greenbutton --gzip",
        meaning: "compressed, for a receiver that unpacks what it gets"),
    ])

  private static let exportVerify = CommandSpec(
    id: .exportVerify, path: ["export", "verify"],
    summary: "check billing files against their manifests",
    details:
      "Reads every batch of a directory again: each file against its size and SHA-256 sum, the "
      + "lines against the counts and control totals of the manifest, and the manifests against one "
      + "another. With a store also whether it would bill the same today. Says what is wrong, and then "
      + "ends with exit code 1.",
    positionals: [
      PositionalSpec(name: "DIR", help: "the directory of the files"),
      PositionalSpec(
        name: "STORE", isRequired: false, help: "the read store that they were made from"),
    ],
    options: [.threads],
    examples: [
      .init(
        command: "amr export verify runs/smoke-1k/billing",
        meaning: "whether the files are whole"),
      .init(
        command: "amr export verify billing store",
        meaning: "also whether an adjustment is due"),
    ])

  private static let storeReads = CommandSpec(
    id: .storeReads, path: ["store", "reads"], summary: "write the current reads as CSV",
    details:
      "Writes the current read of every endpoint and day, with the columns endpoint_id, day, "
      + "register (dial counts) and quality, day by day and by ascending endpoint.",
    positionals: [store],
    options: [
      .readsFrom, .readsThrough, .threads,
      .out("FILE", fallback: .value("-"), help: "the file to write; - is standard output"),
    ],
    examples: [
      .init(
        command: "amr store reads store --from 1998-06-01 --through 1998-06-30 --out june.csv",
        meaning: "the reads of one month")
    ])

  private static let storeInfo = CommandSpec(
    id: .storeInfo, path: ["store", "info"], summary: "show what a read store holds",
    details: "Shows the reads, late reads, rows and register sum of each day and whether it is "
      + "closed, the endpoints without a read, and the size of the reads. Of validated days also how "
      + "many endpoints were read, how old the last reads are, what was estimated, and what was found "
      + "and is at stake.",
    positionals: [store],
    examples: [
      .init(command: "amr store info runs/smoke-1k/store", meaning: "look into a run's store")
    ])

  private static let storeCheck = CommandSpec(
    id: .storeCheck, path: ["store", "check"], summary: "verify a read store",
    details: "Verifies every byte: the logs, which are chains of SHA-256 sums, every file against "
      + "its sum and statistics in the log, and the laws of the rows: versions, order, endpoints, "
      + "batches, each upload once. Says what is wrong, where, and how to mend it, and then ends "
      + "with exit code 1; with 66 if there is no store. Needs no permission to write and disturbs "
      + "no other program.",
    positionals: [store],
    examples: [
      .init(command: "amr store check runs/smoke-1k/store", meaning: "verify a run's store")
    ])

  private static let storeClose = CommandSpec(
    id: .storeClose, path: ["store", "close"], summary: "close the days up to a given day",
    details: "Closes all slots up to and including a day. A read that changes later becomes a new "
      + "version with its reason; what was billed stays as it was. Refuses a day that is not over yet, "
      + "or more than 31 days after the last one with reads, since no day is opened again.",
    positionals: [store], options: [.through],
    examples: [
      .init(
        command: "amr store close store --through 1998-05-31",
        meaning: "May 1998 is complete and may be billed")
    ])

  private static let storeValidate = CommandSpec(
    id: .storeValidate, path: ["store", "validate"],
    summary: "validate, estimate and add up the closed days",
    details:
      "Judges what was received on closed days against the registry and the reads around it, "
      + "rejects what cannot be right, estimates what is missing, and adds new versions with their "
      + "reason; no row is changed. Makes the tables daily, monthly and groups (consumption and read "
      + "performance) and findings. The result does not depend on the order in which uploads came, "
      + "and the same command again changes nothing.",
    positionals: [store], options: [.validateThrough, .threads],
    examples: [
      .init(
        command: "amr store validate store", meaning: "make all closed days fit to bill"),
      .init(
        command: "amr store validate store --through 1998-05-31 --json | jq .findings",
        meaning: "up to the end of May, and what was found"),
    ])

  private static let storeHistory = CommandSpec(
    id: .storeHistory, path: ["store", "history"], summary: "trace one endpoint",
    details: "Shows the endpoint's rows of the registry, every version of every read with its "
      + "quality, reason and source, and what validation found.",
    positionals: [
      store, PositionalSpec(name: "ENDPOINT", help: "the endpoint's ID"),
    ], options: [.historyFrom, .historyThrough],
    examples: [
      .init(
        command: "amr store history runs/smoke-1k/store 10000001",
        meaning: "how each value of an endpoint came about")
    ])

  private static let storeWorkList = CommandSpec(
    id: .storeWorkList, path: ["store", "worklist"],
    summary: "list what a person should look at, by money",
    details:
      "Writes a CSV of the endpoints at which validation found something that a person has to "
      + "act on, one row each, with what may be billed wrongly, its worth and what to do; the most "
      + "expensive first.",
    positionals: [store],
    options: [
      .workListMonth, .price,
      .out("FILE", fallback: .value("-"), help: "the file to write; - is standard output"),
    ],
    examples: [
      .init(
        command: "amr store worklist store --price electric=0.095 --out work.csv",
        meaning: "the last validated month, at 9.5 cents a kWh")
    ])

  private static let storeEnter = CommandSpec(
    id: .storeEnter, path: ["store", "enter"], summary: "enter reads that persons took or judged",
    details: "Adds versions to reads of closed days from a CSV with the columns endpoint_id, day, "
      + "quality (customer, verified or rejected), register and note (who says so, and why). The next "
      + "'amr store validate' goes by them. The same file again changes nothing.",
    positionals: [
      store, PositionalSpec(name: "CSV", help: "the file of entries"),
    ],
    examples: [
      .init(
        command: "amr store enter store entries.csv",
        meaning: "take over what the field staff reported")
    ])

  private static let storeOptimize = CommandSpec(
    id: .storeOptimize, path: ["store", "optimize"], summary: "make closed months small",
    details:
      "Puts the closed days of each month into one file whose rows stand in the order that takes "
      + "least. It is plain Parquet as before, and what is read from the store stays the same. Each "
      + "month is a commit of its own: interrupted, the same command goes on, and again it changes "
      + "nothing. The files that it replaces stay until 'amr store vacuum'.",
    positionals: [store], options: [.threads],
    examples: [
      .init(command: "amr store optimize store", meaning: "once a month, after validation")
    ])

  private static let storeVacuum = CommandSpec(
    id: .storeVacuum, path: ["store", "vacuum"], summary: "remove files that are no longer needed",
    details:
      "Removes data files that were replaced, or were left behind by an interrupted command, "
      + "longer ago than the retention, and temporary files. Older versions of the tables can then "
      + "no longer be read with their replaced rows; what the store holds now stays as it is.",
    positionals: [store], options: [.retentionDays, .dryRun],
    examples: [
      .init(command: "amr store vacuum store --dry-run", meaning: "see what would be removed"),
      .init(
        command: "amr store vacuum store --retention-days 30",
        meaning: "keep what was needed in the last 30 days"),
    ])

  private static let scenarioList = CommandSpec(
    id: .scenarioList, path: ["scenario", "list"], summary: "list the scenarios that have a name",
    details: "Lists the scenarios that can be given by name: the files NAME.json5 in Scenarios "
      + "in the working directory and in the nearest Scenarios above the program. Elsewhere "
      + "a scenario is given as a file, with a slash or .json5 in its name, or as - for standard "
      + "input.",
    examples: [.init(command: "amr scenario list", meaning: "names and what each one shows")])

  private static let scenarioShow = CommandSpec(
    id: .scenarioShow, path: ["scenario", "show"], summary: "print a scenario with all its values",
    details: "Prints the scenario as it would be run, with every default and the full path of "
      + "every file written out.",
    positionals: [scenario], options: [.set],
    examples: [
      .init(
        command: "amr scenario show smoke-1k --set days=3 --set seed=9",
        meaning: "what these settings would run")
    ])

  private static let scenarioCheck = CommandSpec(
    id: .scenarioCheck, path: ["scenario", "check"], summary: "explain every error in scenarios",
    details: "Checks scenarios and the files that they name, and explains every error with its "
      + "line and column. Ends with exit code 1 if there is any.",
    positionals: [
      PositionalSpec(
        name: "SCENARIO", isRepeatable: true, help: "names or JSON5 files")
    ],
    examples: [
      .init(command: "amr scenario check mine.json5", meaning: "check before a long run")
    ])

  private static let scenarioNew = CommandSpec(
    id: .scenarioNew, path: ["scenario", "new"],
    summary: "write a commented scenario to start from",
    details: "Writes a small scenario in which a comment explains every key. File names in it "
      + "are relative to where it lies.",
    options: [
      .out("FILE", fallback: .value("-"), help: "the file to create; - is standard output")
    ],
    examples: [
      .init(command: "amr scenario new --out mine.json5", meaning: "begin a scenario of your own")
    ])
}
