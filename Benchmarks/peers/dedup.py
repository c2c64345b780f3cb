"""Compares the head-end's deduplication with DuckDB, Polars and chDB (ClickHouse) on the same uploads.

    swift build -c release
    python -m pip install --only-binary :all: numpy pyarrow duckdb polars chdb
    python Benchmarks/peers/dedup.py [--modules N] [--days N] [--runs N] [--work DIR]

What is compared, and how, stands in Benchmarks/README.md.
"""

import argparse
import importlib.metadata
import importlib.util
import json
import os
import pathlib
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import time

from peers import ENGINES
from queries import QUERIES

PACKAGE = pathlib.Path(__file__).resolve().parents[2]
RELEASE = PACKAGE / ".build/release"
CHECKS = ["reads", "register_sum", "collector_sum", "stamp_sum"]
# Threads and compression of the Parquet file.
SETTINGS = [(1, "snappy"), (2, "snappy"), (1, "zstd")]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--work", default="/tmp/amr-peers", help="where uploads and Parquet lie")
    parser.add_argument("--modules", type=int, help="instead of the scenario's 615,000")
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--runs", type=int, default=3, help="runs of each peer; ours has two more")
    parser.add_argument("--only", action="append", metavar="TEXT",
                        help="only the queries with this text in their name; may be given again")
    parser.add_argument("--json", help="also write every run to this file")
    for hidden in ("--query", "--parquet", "--write"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    parser.add_argument("--threads", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    perform(arguments) if arguments.query else compare(arguments)


def compare(arguments):
    work = pathlib.Path(arguments.work).resolve()
    work.mkdir(parents=True, exist_ok=True)
    spool = simulate(work, arguments.modules, arguments.days)
    files = parquet_files(spool)
    print(machine())
    queries = installed([query for query in QUERIES
                         if any(text in query.name for text in arguments.only or [""])])
    ours = run_ours(spool, work)[0]
    best = best_queries(queries, files["snappy"], ours)
    exact = [query for query in best if query.is_exact]
    runs = {}
    print("\nThe cheapest of them:")
    for _ in range(arguments.runs):
        # Ours between theirs, so that all meet the same load of the machine.
        for threads, codec in SETTINGS:
            whole, deduplication = run_ours(spool, work)
            add(runs, "amr: right", 1, "uploads", deduplication)
            add(runs, "amr: right, registry and start included", 1, "uploads", whole)
            for query in best:
                result = run_peer(query, files[codec], threads)
                check(query, result, ours)
                add(runs, query.name, threads, codec, result)
        for threads in (1, 2):
            add(runs, "amr ingest: durable store", threads, "uploads",
                run_ingest(spool, work, threads))
            for query in exact:
                result = run_peer(query, files["snappy"], threads, write=work / "result.parquet")
                add(runs, query.name + ", and Parquet", threads, "snappy", result)
    print("\n" + table(runs, ours["receptions"]))
    if arguments.json:
        text = json.dumps({"machine": machine(), "runs": [[*key, r] for key, r in runs.items()]})
        pathlib.Path(arguments.json).write_text(text)


# What is compared


def simulate(work, modules, days):
    """A directory of uploads, made unless it is there."""
    spool = work / f"spool-{modules or 'all'}-{days}"
    if not spool.exists():
        command = [RELEASE / "amr", "simulate", "duquesne-1998", "--days", str(days), "--quiet",
                   "--out", spool]
        if modules:
            # As densely as the whole territory: 615,000 modules on 2,072 km².
            command += ["--set", f"territory.modules={modules}", "--set",
                        f"territory.served_area_km2={max(1, round(modules * 2072 / 615_000))}"]
        subprocess.run(command, check=True, cwd=PACKAGE)
    return spool


def parquet_files(spool):
    """The receptions of a spool as Parquet, by compression, made unless they are there."""
    targets = {codec: f"{spool}-{codec}.parquet" for codec in ("snappy", "zstd")}
    if not all(map(os.path.exists, targets.values())):
        # In a process of its own: a child's peak memory is never below what its parent has.
        arguments = [f"{codec}:{path}" for codec, path in targets.items()]
        subprocess.run([sys.executable, pathlib.Path(__file__).with_name("receptions.py"), spool,
                        "-300", *arguments], check=True)
    return targets


def installed(queries):
    """Leaves out the peers that are not installed, and says which."""
    missing = {query.peer for query in queries if importlib.util.find_spec(query.peer) is None}
    for peer in sorted(missing):
        print(f"NOT COMPARED, since it is not installed: {peer}; get it by "
              f"'{sys.executable} -m pip install --only-binary :all: {peer}'")
    present = sorted({query.peer for query in queries} - missing)
    print(", ".join(f"{name} {importlib.metadata.version(name)}" for name in present))
    return [query for query in queries if query.peer not in missing]


def best_queries(queries, parquet, ours):
    """The cheapest query of each peer for the right winner and, if it is cheaper still, for any; by
    one run of each."""
    best = {}
    print("\nOne run of each query, two threads:")
    for query in queries:
        result = run_peer(query, parquet, threads=2)
        check(query, result, ours)
        print(f"  {query.name}: {result['cpu_s']:.2f} CPU seconds", flush=True)
        key = query.peer, query.is_exact
        if key not in best or result["cpu_s"] < best[key][0]:
            best[key] = result["cpu_s"], query
    return [query for (peer, _), (cost, query) in best.items()
            if query.is_exact or cost < best.get((peer, True), [cost + 1])[0]]


def check(query, result, ours):
    """The right winners must be our reads; any winners must be as many."""
    for name in CHECKS if query.is_exact else CHECKS[:1]:
        if result[name] != ours[name]:
            raise SystemExit(f"{query.name}: {name} is {result[name]}, and ours {ours[name]}")


# Runs, each in a process of its own


def measured(command, environment=None):
    """What a child printed, and its CPU seconds, seconds and peak bytes, start and end included."""
    start = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=PACKAGE, env=environment)
    output = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}: ended with {child.returncode}")
    return output, {"cpu_s": usage.ru_utime + usage.ru_stime, "wall_s": time.monotonic() - start,
                    "peak_bytes": usage.ru_maxrss * 1024}


def run_ours(spool, work):
    """The cost of a whole process of `amr-bench --dedup`, and of the deduplication in it."""
    path = work / "ours.json"
    _, cost = measured([RELEASE / "amr-bench", "--dedup", spool, "--json", path])
    figures = json.loads(path.read_text())
    whole = {name: int(figures[name]) for name in CHECKS + ["receptions"]} | cost
    return whole, whole | {"cpu_s": figures["cpu_seconds"], "wall_s": figures["wall_seconds"]}


def run_ingest(spool, work, threads):
    """The head-end's own command, with everything it writes."""
    store = work / "store"
    shutil.rmtree(store, ignore_errors=True)
    _, cost = measured([RELEASE / "amr", "ingest", store, spool / "uploads", "--registry",
                        spool / "registry.csv", "--utc-offset", "-300", "--threads", str(threads),
                        "--quiet"])
    shutil.rmtree(store)
    return cost


def run_peer(query, parquet, threads, write=None):
    """A query alone: neither the start of Python nor the check of the result counts."""
    command = [sys.executable, __file__, "--query", query.name, "--parquet", parquet,
               "--threads", str(threads)]
    output, cost = measured(command + (["--write", write] if write else []))
    if write:
        os.remove(write)
    return cost | json.loads(output)


def perform(arguments):
    """The child of `run_peer`."""
    query = next(query for query in QUERIES if query.name == arguments.query)
    engine = ENGINES[query.peer](arguments.threads)
    start, start_cpu = time.monotonic(), cpu_seconds()
    engine.materialise(query.text, arguments.parquet)
    if arguments.write:
        engine.write(arguments.write)
    cost = {"cpu_s": cpu_seconds() - start_cpu, "wall_s": time.monotonic() - start}
    print(json.dumps(cost | dict(zip(CHECKS, engine.checks()))), flush=True)
    # Thread pools of the peers' libraries now and then abort the interpreter at its end.
    os._exit(0)


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


# The report


def machine():
    with open("/proc/cpuinfo") as file:
        model = next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
    return (f"{model}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {platform.platform()}; "
            f"Python {platform.python_version()}")


def add(runs, name, threads, source, result):
    print(f"  {name}, {threads} threads, from {source}: {result['cpu_s']:.2f} CPU seconds", flush=True)
    runs.setdefault((name, threads, source), []).append(result)


def table(runs, receptions):
    """Medians, with least and greatest CPU time, as Markdown."""
    lines = ["| what | threads | from | runs | CPU s | least … greatest | wall s | "
             "M receptions/core-s | peak MB |", "|---|---:|---|---:|---:|---:|---:|---:|---:|"]
    for (name, threads, source), results in sorted(runs.items()):
        def median(figure):
            return statistics.median(result[figure] for result in results)
        cpu = [result["cpu_s"] for result in results]
        lines.append(
            f"| {name} | {threads} | {source} | {len(results)} | {median('cpu_s'):.2f} | "
            f"{min(cpu):.2f} … {max(cpu):.2f} | {median('wall_s'):.2f} | "
            f"{receptions / median('cpu_s') / 1e6:.1f} | {median('peak_bytes') / 1e6:.0f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
