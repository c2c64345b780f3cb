"""Compares the size of a month of reads in the store, before and after 'amr store optimize', with what
PyArrow and pcodec make of the same reads, and how quickly DuckDB reads each.

    swift build -c release
    python -m pip install --only-binary :all: numpy pyarrow duckdb pcodec
    python Benchmarks/peers/storage.py [--modules N] [--days N] [--runs N] [--work DIR]

What is compared, and how, stands in Benchmarks/README.md.
"""

import argparse
import glob
import importlib.metadata
import json
import pathlib
import shutil
import statistics
import subprocess
import time

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pcodec import ChunkConfig, standalone

PACKAGE = pathlib.Path(__file__).resolve().parents[2]
AMR = PACKAGE / ".build/release/amr"
CORE = ["endpoint_id", "day", "register"]


def module_class(name, share, commodity, ert_type, dials, median, spread):
    return dict(name=name, share=share, commodity=commodity, ert_type=ert_type, dials=dials, multiplier=1,
                median_kwh_per_day=median, spread_log=spread, weekend_factor=1.1)


# Other counts a day on the same network; None is the scenario's own classes.
MODELS = {
    "electricity, kWh": None,
    "water, gallons": [module_class("homes", 1, "water", 11, 7, 170, 0.6)],
    "gas in summer, CCF": [module_class("homes", 1, "gas", 12, 4, 0.3, 0.7)],
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--work", default="/tmp/amr-storage", help="where stores and files lie")
    parser.add_argument("--modules", type=int, default=615_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--runs", type=int, default=5, help="of each query, after one to warm up")
    arguments = parser.parse_args()
    work = pathlib.Path(arguments.work).resolve()
    work.mkdir(parents=True, exist_ok=True)
    versions = {name: importlib.metadata.version(name) for name in ("pyarrow", "duckdb", "pcodec")}
    print(", ".join(f"{name} {version}" for name, version in versions.items()))
    for name, classes in MODELS.items():
        store = simulate(work, name, classes, arguments)
        compare(work, name, store, arguments.runs)


def simulate(work, name, classes, arguments):
    """A run's store, kept as it was before it is optimized."""
    place = work / (name.split(",")[0].replace(" ", "-") + f"-{arguments.modules}-{arguments.days}")
    if not place.exists():
        settings = [f"territory.modules={arguments.modules}"]
        if classes:
            settings.append("module_classes=" + json.dumps(classes))
        command = [AMR, "run", PACKAGE / "Scenarios/duquesne-1998.json5", "--days", str(arguments.days),
                   "--quiet", "--out", place, "--force"]
        for setting in settings:
            command += ["--set", setting]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return place / "store"


def compare(work, name, store, runs):
    copy = work / "optimized"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(store, copy)
    start = time.perf_counter()
    months = json.loads(subprocess.check_output([AMR, "store", "optimize", copy, "--json"]))
    seconds = time.perf_counter() - start
    rows = sum(month["rows"] for month in months)
    before, after = files(store), files(copy)
    reads = pa.concat_tables(pq.ParquetFile(file).read(columns=CORE) for file in before)
    reads = reads.sort_by([("endpoint_id", "ascending"), ("day", "ascending")])
    print(f"\n{name}: {rows:,} rows; optimized in {seconds:.1f} s, {1e6 * seconds / rows:.2f} s a million")
    print(f"{'':34}{'bytes a row':>12}{'register':>10}{'endpoint':>10}{'day':>8}{'scan ms':>10}{'look-up ms':>12}")
    endpoint = reads["endpoint_id"][len(reads) // 3].as_py()
    sums = set()
    written = [("store, by day", before), ("store, optimized", after)]
    for label, options in PYARROW.items():
        path = work / "pyarrow.parquet"
        pq.write_table(reads, path, **options)
        written.append((f"PyArrow {label}", [str(path)]))
        report(*written.pop(), rows, endpoint, runs, sums)
    for label, paths in written:
        report(label, paths, rows, endpoint, runs, sums)
    assert len(sums) == 1, sums
    registers = reads["register"].to_numpy()
    for level in (8, 12):
        size = sum(len(standalone.simple_compress(numbers(reads[column]),
                                                  ChunkConfig(compression_level=level)))
                   for column in CORE)
        alone = len(standalone.simple_compress(registers, ChunkConfig(compression_level=level)))
        print(f"{f'pcodec {level}, not Parquet':34}{size / rows:12.3f}{alone / rows:10.3f}")
    print(f"{'entropy of the increases':34}{entropy(reads) / 8:12.3f}")
    full = {label: sum(pathlib.Path(path).stat().st_size for path in paths) / rows
            for label, paths in (("by day", before), ("optimized", after))}
    others = ["read_at", "rssi_dbm", "collector_id", "quality"]
    print(f"full row: {full['by day']:.3f} by day, {full['optimized']:.3f} optimized, of it "
          + ", ".join(f"{column} {column_bytes(after, column) / rows:.3f}" for column in others)
          + f", read_at_ms {column_bytes(after, 'read_at_ms') / rows:.3f}")


def numbers(column):
    if pa.types.is_date(column.type):
        column = column.cast(pa.int32())
    return column.to_numpy()


PYARROW = {
    "snappy": dict(compression="snappy"),
    "gzip 9, delta": dict(compression="gzip", compression_level=9, use_dictionary=False,
                          column_encoding={name: "DELTA_BINARY_PACKED" for name in CORE}),
    "zstd 19, delta": dict(compression="zstd", compression_level=19, use_dictionary=False,
                           column_encoding={name: "DELTA_BINARY_PACKED" for name in CORE}),
}


def files(store):
    """The live files of the reads, by their log."""
    live = {}
    for log in sorted(glob.glob(f"{store}/reads/_delta_log/*.json")):
        for line in open(log):
            action = json.loads(line)
            if "add" in action:
                live[action["add"]["path"]] = True
            if "remove" in action:
                live.pop(action["remove"]["path"], None)
    return [f"{store}/reads/{path}" for path in live]


def column_bytes(paths, column):
    size = 0
    for path in paths:
        metadata = pq.ParquetFile(path).metadata
        for group in range(metadata.num_row_groups):
            for index in range(metadata.num_columns):
                chunk = metadata.row_group(group).column(index)
                if chunk.path_in_schema == column:
                    size += chunk.total_compressed_size
    return size


def report(label, paths, rows, endpoint, runs, sums):
    sizes = {column: column_bytes(paths, column) / rows for column in CORE}
    source = f"read_parquet({[str(path) for path in paths]!r}, hive_partitioning = false)"
    scan, result = timed(f"select count(*), sum(register), sum(endpoint_id) from {source}", runs)
    sums.add(str(result))
    look_up, found = timed(f"select count(*) from {source} where endpoint_id = {endpoint} and register >= 0",
                           runs)
    assert found[0][0] > 0
    print(f"{label:34}{sum(sizes.values()):12.3f}{sizes['register']:10.3f}{sizes['endpoint_id']:10.3f}"
          f"{sizes['day']:8.3f}{1000 * scan:10.1f}{1000 * look_up:12.1f}")


def timed(query, runs):
    connection = duckdb.connect()
    connection.execute("set threads = 1")
    result = connection.execute(query).fetchall()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        connection.execute(query).fetchall()
        times.append(time.perf_counter() - start)
    return statistics.median(times), result


def entropy(reads):
    """Bits for the increase from read to read when the endpoint's mean use is known to 1 in 256: nobody
    who takes them one by one can do with less. Rollovers and exchanges are left out."""
    ids, registers = reads["endpoint_id"].to_numpy(), reads["register"].to_numpy()
    increases = np.diff(registers)
    counts = (np.diff(ids) == 0) & (increases >= 0) & (increases < 5000)
    place = np.unique(ids[1:][counts], return_inverse=True)[1]
    values = increases[counts]
    means = np.bincount(place, values) / np.bincount(place)
    ranks = np.empty(len(means), dtype=np.int64)
    ranks[np.argsort(means)] = np.arange(len(means)) * 256 // len(means)
    _, frequencies = np.unique(ranks[place] * 5000 + values, return_counts=True)
    totals = np.bincount(ranks[place])
    joint = -np.sum(frequencies * np.log2(frequencies / len(values))) / len(values)
    groups = -np.sum(totals * np.log2(totals / len(values))) / len(values)
    return joint - groups


if __name__ == "__main__":
    main()
