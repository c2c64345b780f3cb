"""The deduplication in the words of DuckDB, Polars and ClickHouse, each in several ways.

The right winner of an (endpoint, day) is the reception with the greatest (stamp, RSSI, −collector,
frame bytes). "Any winner" takes the receptions' greatest stamp and whatever row it meets with it, or
simply any row; it is the least that could be called deduplication.

A packed key holds all that a read consists of in the order in which it competes, 100 bits:

    | bits | field |
    |---|---|
    | 73–99 | stamp, in ms after the start of the day |
    | 65–72 | RSSI + 128 |
    | 33–64 | 2³² − 1 − collector |
    | 0–32 | bits 23…55 of the frame, the register last |

All valid frames of one endpoint differ in bits 23…55 only (and in the checksum, which follows from
them), so the greatest key is the right winner itself, and its columns are cut out of it.
"""

import typing


class Query(typing.NamedTuple):
    peer: str
    # The right winner, or any.
    is_exact: bool
    how: str
    # SQL with {parquet} for the file's path; for Polars a function of its rows.
    text: object

    @property
    def name(self):
        return f"{self.peer}: {'right' if self.is_exact else 'any'}, {self.how}"


# ms from 00:00 UTC to 00:00 at the offset of −300 minutes; the SQL has the same number.
DAY_START = 18_000_000

# DuckDB

DUCKDB_KEY = """
  (((stamp_ms - epoch_ms(day) - 18000000)::HUGEINT << 73)
   + ((rssi_dbm::HUGEINT + 128) << 65) + ((4294967295 - collector_id)::HUGEINT << 33)
   + ((frame_head >> 8) & 8589934591)::HUGEINT)"""

DUCKDB = {
    ("right", "max of packed HUGEINT"): """
      SELECT endpoint_id, day, (k & 16777215)::UINTEGER AS register,
        (4294967295 - ((k >> 33) & 4294967295))::UINTEGER AS collector_id,
        epoch_ms(day) + 18000000 + (k >> 73)::BIGINT AS stamp_ms
      FROM (SELECT endpoint_id, day, max(""" + DUCKDB_KEY + """) AS k
            FROM read_parquet('{parquet}') GROUP BY ALL)""",
    ("right", "max of packed HUGEINT by packed UBIGINT"): """
      SELECT (g >> 16)::UINTEGER AS endpoint_id, DATE '1970-01-01' + (g & 65535)::INTEGER AS day,
        (k & 16777215)::UINTEGER AS register,
        (4294967295 - ((k >> 33) & 4294967295))::UINTEGER AS collector_id,
        (g & 65535)::BIGINT * 86400000 + 18000000 + (k >> 73)::BIGINT AS stamp_ms
      FROM (SELECT (endpoint_id::UBIGINT << 16) | (day - DATE '1970-01-01')::UBIGINT AS g,
              max(""" + DUCKDB_KEY + """) AS k
            FROM read_parquet('{parquet}') GROUP BY g)""",
    ("right", "arg_max by packed HUGEINT"): """
      SELECT endpoint_id, day, arg_max(register, k) AS register,
        arg_max(collector_id, k) AS collector_id, arg_max(stamp_ms, k) AS stamp_ms
      FROM (SELECT *, """ + DUCKDB_KEY + """ AS k FROM read_parquet('{parquet}')) GROUP BY ALL""",
    ("right", "max of a struct"): """
      SELECT endpoint_id, day, ((w.h >> 8) & 16777215)::UINTEGER AS register,
        (4294967295 - w.c)::UINTEGER AS collector_id, w.s AS stamp_ms
      FROM (SELECT endpoint_id, day, max({'s': stamp_ms, 'r': rssi_dbm,
              'c': 4294967295 - collector_id, 'h': frame_head, 't': frame_tail}) AS w
            FROM read_parquet('{parquet}') GROUP BY ALL)""",
    ("right", "row_number"): """
      SELECT endpoint_id, day, register, collector_id, stamp_ms FROM read_parquet('{parquet}')
      QUALIFY row_number() OVER (PARTITION BY endpoint_id, day
        ORDER BY stamp_ms DESC, rssi_dbm DESC, collector_id, frame_head DESC, frame_tail DESC) = 1""",
    ("any", "arg_max by stamp"): """
      SELECT endpoint_id, day, arg_max(register, stamp_ms) AS register,
        arg_max(collector_id, stamp_ms) AS collector_id, max(stamp_ms) AS stamp_ms
      FROM read_parquet('{parquet}') GROUP BY ALL""",
    ("any", "any_value"): """
      SELECT endpoint_id, day, any_value(register) AS register,
        any_value(collector_id) AS collector_id, any_value(stamp_ms) AS stamp_ms
      FROM read_parquet('{parquet}') GROUP BY ALL""",
}

# ClickHouse

CLICKHOUSE_KEY = """
  (bitShiftLeft(toUInt128(stamp_ms - toInt64(day) * 86400000 - 18000000), 73)
   + bitShiftLeft(toUInt128(toInt16(rssi_dbm) + 128), 65)
   + bitShiftLeft(toUInt128(4294967295 - collector_id), 33)
   + bitAnd(bitShiftRight(frame_head, 8), 8589934591))"""

CLICKHOUSE_ROWS = "file('{parquet}', Parquet)"

CLICKHOUSE = {
    ("right", "max of packed UInt128"): """
      SELECT endpoint_id, day, toUInt32(bitAnd(k, 16777215)) AS register,
        toUInt32(4294967295 - bitAnd(bitShiftRight(k, 33), 4294967295)) AS collector_id,
        toInt64(day) * 86400000 + 18000000 + toInt64(bitShiftRight(k, 73)) AS stamp_ms
      FROM (SELECT endpoint_id, day, max(""" + CLICKHOUSE_KEY + """) AS k
            FROM """ + CLICKHOUSE_ROWS + """ GROUP BY endpoint_id, day)""",
    ("right", "max of a tuple"): """
      SELECT endpoint_id, day, toUInt32(bitAnd(bitShiftRight(w.4, 8), 16777215)) AS register,
        toUInt32(-w.3) AS collector_id, w.1 AS stamp_ms
      FROM (SELECT endpoint_id, day,
              max((stamp_ms, rssi_dbm, -toInt64(collector_id), frame_head, frame_tail)) AS w
            FROM """ + CLICKHOUSE_ROWS + """ GROUP BY endpoint_id, day)""",
    ("right", "argMax by packed UInt128"): """
      SELECT endpoint_id, day, w.1 AS register, w.2 AS collector_id, w.3 AS stamp_ms
      FROM (SELECT endpoint_id, day, argMax((register, collector_id, stamp_ms),
              """ + CLICKHOUSE_KEY + """) AS w
            FROM """ + CLICKHOUSE_ROWS + """ GROUP BY endpoint_id, day)""",
    ("right", "ORDER BY … LIMIT 1 BY"): """
      SELECT endpoint_id, day, register, collector_id, stamp_ms FROM """ + CLICKHOUSE_ROWS + """
      ORDER BY stamp_ms DESC, rssi_dbm DESC, collector_id, frame_head DESC, frame_tail DESC
      LIMIT 1 BY endpoint_id, day""",
    ("any", "argMax by stamp"): """
      SELECT endpoint_id, day, argMax(register, r.stamp_ms) AS register,
        argMax(collector_id, r.stamp_ms) AS collector_id, max(r.stamp_ms) AS stamp_ms
      FROM """ + CLICKHOUSE_ROWS + """ AS r GROUP BY endpoint_id, day""",
    ("any", "any"): """
      SELECT endpoint_id, day, any(register) AS register, any(collector_id) AS collector_id,
        any(stamp_ms) AS stamp_ms
      FROM """ + CLICKHOUSE_ROWS + """ GROUP BY endpoint_id, day""",
}

# Polars


def polars_key(pl):
    """The packed key as an Int128."""
    wide = pl.Int128
    midnight = pl.col("day").cast(pl.Int32).cast(pl.Int64) * 86_400_000 + DAY_START
    return ((pl.col("stamp_ms") - midnight).cast(wide) * 2**73
            + (pl.col("rssi_dbm").cast(wide) + 128) * 2**65
            + (2**32 - 1 - pl.col("collector_id").cast(wide)) * 2**33
            + (pl.col("frame_head") // 2**8 % 2**33).cast(wide))


def polars_unpacked(pl, keys, day):
    """The columns of the winners' packed keys; `day` counts from 1970."""
    return keys.select(
        "endpoint_id", "day", register=(pl.col("k") % 2**24).cast(pl.UInt32),
        collector_id=(2**32 - 1 - pl.col("k") // 2**33 % 2**32).cast(pl.UInt32),
        stamp_ms=day * 86_400_000 + DAY_START + (pl.col("k") // 2**73).cast(pl.Int64))


def polars_packed_max(pl, receptions):
    keys = receptions.with_columns(k=polars_key(pl)).group_by("endpoint_id", "day").agg(pl.max("k"))
    return polars_unpacked(pl, keys, pl.col("day").cast(pl.Int32).cast(pl.Int64))


def polars_packed_group(pl, receptions):
    slot = pl.col("endpoint_id").cast(pl.UInt64) * 2**16 + pl.col("day").cast(pl.Int32).cast(pl.UInt64)
    keys = receptions.select(g=slot, k=polars_key(pl)).group_by("g").agg(pl.max("k")).with_columns(
        endpoint_id=(pl.col("g") // 2**16).cast(pl.UInt32),
        day=(pl.col("g") % 2**16).cast(pl.Int32).cast(pl.Date))
    return polars_unpacked(pl, keys, (pl.col("g") % 2**16).cast(pl.Int64))


def polars_struct(pl, receptions):
    order = pl.struct("stamp_ms", "rssi_dbm", c=-pl.col("collector_id").cast(pl.Int64),
                      h="frame_head", t="frame_tail")
    return receptions.group_by("endpoint_id", "day").agg(
        pl.col("register", "collector_id", "stamp_ms").max_by(order))


def polars_sort(pl, receptions):
    names = ["stamp_ms", "rssi_dbm", "collector_id", "frame_head", "frame_tail"]
    return receptions.sort(names, descending=[False, False, True, False, False]).unique(
        ["endpoint_id", "day"], keep="last").select(
        "endpoint_id", "day", "register", "collector_id", "stamp_ms")


def polars_max_by_stamp(pl, receptions):
    return receptions.group_by("endpoint_id", "day").agg(
        pl.col("register", "collector_id").max_by("stamp_ms"), pl.max("stamp_ms"))


def polars_first(pl, receptions):
    return receptions.group_by("endpoint_id", "day").agg(
        pl.col("register", "collector_id", "stamp_ms").first())


def polars_packed_first(pl, receptions):
    slot = pl.col("endpoint_id").cast(pl.UInt64) * 2**16 + pl.col("day").cast(pl.Int32).cast(pl.UInt64)
    return receptions.select("register", "collector_id", "stamp_ms", g=slot).group_by("g").agg(
        pl.col("register", "collector_id", "stamp_ms").first()).select(
        "register", "collector_id", "stamp_ms", endpoint_id=(pl.col("g") // 2**16).cast(pl.UInt32),
        day=(pl.col("g") % 2**16).cast(pl.Int32).cast(pl.Date))


def polars_unique(pl, receptions):
    return receptions.select(
        "endpoint_id", "day", "register", "collector_id", "stamp_ms").unique(
        ["endpoint_id", "day"], keep="any")


POLARS = {
    ("right", "max of packed Int128"): polars_packed_max,
    ("right", "max of packed Int128 by packed UInt64"): polars_packed_group,
    ("right", "max_by a struct"): polars_struct,
    ("right", "sort, unique"): polars_sort,
    ("any", "max_by stamp"): polars_max_by_stamp,
    ("any", "first"): polars_first,
    ("any", "first by packed UInt64"): polars_packed_first,
    ("any", "unique"): polars_unique,
}

QUERIES = [
    Query(peer, winner == "right", how, text)
    for peer, texts in [("duckdb", DUCKDB), ("polars", POLARS), ("chdb", CLICKHOUSE)]
    for (winner, how), text in texts.items()]
