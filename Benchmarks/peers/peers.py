"""The peers: each runs a query and keeps its result as a table in its own memory."""

import os

COLUMNS = ["register", "collector_id", "stamp_ms"]


class DuckDB:
    def __init__(self, threads):
        import duckdb
        self.connection = duckdb.connect()
        self.connection.execute(f"SET threads = {threads}")
        self.connection.execute("SET preserve_insertion_order = false")

    def materialise(self, query, parquet):
        sql = query.replace("{parquet}", parquet)
        self.connection.execute(f"CREATE TEMP TABLE reads AS {sql}")

    def write(self, path):
        self.connection.execute(f"COPY reads TO '{path}' (FORMAT parquet, COMPRESSION zstd)")

    def checks(self):
        sums = ", ".join(f"sum({name}::HUGEINT)::VARCHAR" for name in COLUMNS)
        row = self.connection.execute(f"SELECT count(*), {sums} FROM reads").fetchone()
        return [int(value) for value in row]


class Polars:
    def __init__(self, threads):
        # Looked at once, when the module is loaded.
        os.environ["POLARS_MAX_THREADS"] = str(threads)
        import polars
        self.polars = polars

    def materialise(self, query, parquet):
        rows = query(self.polars, self.polars.scan_parquet(parquet))
        self.reads = rows.collect(engine="streaming")

    def write(self, path):
        self.reads.write_parquet(path, compression="zstd")

    def checks(self):
        sums = [self.reads[name].cast(self.polars.Int128).sum() for name in COLUMNS]
        return [self.reads.height, *map(int, sums)]


class ClickHouse:
    def __init__(self, threads):
        from chdb.session import Session
        self.session = Session()
        self.session.query(f"SET max_threads = {threads}")

    def materialise(self, query, parquet):
        sql = query.replace("{parquet}", parquet)
        self.session.query(f"CREATE TABLE reads ENGINE = Memory AS {sql}")

    def write(self, path):
        self.session.query(f"SELECT * FROM reads INTO OUTFILE '{path}' FORMAT Parquet")

    def checks(self):
        sums = ", ".join(f"sum(toInt128({name}))" for name in COLUMNS)
        row = str(self.session.query(f"SELECT count(*), {sums} FROM reads", "TabSeparated"))
        return [int(value) for value in row.split()]


ENGINES = {"duckdb": DuckDB, "polars": Polars, "chdb": ClickHouse}
