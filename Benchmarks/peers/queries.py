"""The deduplication in the words of DuckDB, Polars and ClickHouse: one function for each way to say it.

The right winner of an (endpoint, day) is the reception with the greatest (stamp, RSSI, −collector,
frame bytes). "Any winner" takes the receptions' greatest stamp and whatever row it meets with it, or
simply any row; it is the least that could be called deduplication.

A packed key holds all that a read consists of in the order in which it competes, 100 bits:

    stamp within 36.4 h 27 | RSSI + 128 8 | 2³² − 1 − collector 32 | frame bits 23…55 33

All valid frames of one endpoint differ in bits 23…55 only (and in the checksum, which follows from
them), so the greatest key is the right winner itself, and its columns are cut out of it.
"""

RESULT = "endpoint_id, day, register, collector_id, stamp_ms"


# DuckDB

DUCKDB_KEY = """
  (((stamp_ms - epoch_ms(day) - {offset})::HUGEINT << 73)
   + ((rssi_dbm::HUGEINT + 128) << 65) + ((4294967295 - collector_id)::HUGEINT << 33)
   + ((frame_head >> 8) & 8589934591)::HUGEINT)"""

DUCKDB = {
    ("right", "max of packed HUGEINT"): """
      SELECT endpoint_id, day, (k & 16777215)::UINTEGER AS register,
        (4294967295 - ((k >> 33) & 4294967295))::UINTEGER AS collector_id,
        epoch_ms(day) + {offset} + (k >> 73)::BIGINT AS stamp_ms
      FROM (SELECT endpoint_id, day, max(""" + DUCKDB_KEY + """) AS k
            FROM read_parquet('{parquet}') GROUP BY ALL)""",
    ("right", "arg_max by packed HUGEINT"): """
      SELECT endpoint_id, day, arg_max(register, k) AS register,
        arg_max(collector_id, k) AS collector_id, arg_max(stamp_ms, k) AS stamp_ms
      FROM (SELECT *, """ + DUCKDB_KEY + """ AS k FROM read_parquet('{parquet}')) GROUP BY ALL""",
    ("right", "max of a struct"): """
      SELECT endpoint_id, day, ((w.h >> 8) & 16777215)::UINTEGER AS register,
        (4294967295 - w.c)::UINTEGER AS collector_id, w.s AS stamp_ms
      FROM (SELECT endpoint_id, day, max({{'s': stamp_ms, 'r': rssi_dbm,
              'c': 4294967295 - collector_id, 'h': frame_head, 't': frame_tail}}) AS w
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
  (bitShiftLeft(toUInt128(stamp_ms - toInt64(day) * 86400000 - {offset}), 73)
   + bitShiftLeft(toUInt128(toInt16(rssi_dbm) + 128), 65)
   + bitShiftLeft(toUInt128(4294967295 - collector_id), 33)
   + bitAnd(bitShiftRight(frame_head, 8), 8589934591))"""

CLICKHOUSE_ROWS = "file('{parquet}', Parquet)"

CLICKHOUSE = {
    ("right", "max of packed UInt128"): """
      SELECT endpoint_id, day, toUInt32(bitAnd(k, 16777215)) AS register,
        toUInt32(4294967295 - bitAnd(bitShiftRight(k, 33), 4294967295)) AS collector_id,
        toInt64(day) * 86400000 + {offset} + toInt64(bitShiftRight(k, 73)) AS stamp_ms
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


def polars_packed(pl, parquet, offset, aggregate):
    """Group by the greatest packed key, Int128."""
    wide = pl.Int128
    start = pl.col("day").cast(pl.Datetime("ms")).cast(pl.Int64) + offset
    key = ((pl.col("stamp_ms") - start).cast(wide) * 2**73
           + (pl.col("rssi_dbm").cast(wide) + 128) * 2**65
           + (2**32 - 1 - pl.col("collector_id").cast(wide)) * 2**33
           + (pl.col("frame_head") // 2**8 % 2**33).cast(wide))
    return aggregate(pl.scan_parquet(parquet).with_columns(k=key).group_by("endpoint_id", "day"))


def polars_packed_max(pl, parquet, offset):
    start = pl.col("day").cast(pl.Datetime("ms")).cast(pl.Int64) + offset
    return polars_packed(pl, parquet, offset, lambda groups: groups.agg(pl.max("k"))).select(
        "endpoint_id", "day", register=(pl.col("k") % 2**24).cast(pl.UInt32),
        collector_id=(2**32 - 1 - pl.col("k") // 2**33 % 2**32).cast(pl.UInt32),
        stamp_ms=start + (pl.col("k") // 2**73).cast(pl.Int64)).collect(engine="streaming")


def polars_struct(pl, parquet, offset):
    order = pl.struct("stamp_ms", "rssi_dbm", c=-pl.col("collector_id").cast(pl.Int64),
                      h="frame_head", t="frame_tail")
    return pl.scan_parquet(parquet).group_by("endpoint_id", "day").agg(
        pl.col("register", "collector_id", "stamp_ms").max_by(order)).collect(engine="streaming")


def polars_sort(pl, parquet, offset):
    names = ["stamp_ms", "rssi_dbm", "collector_id", "frame_head", "frame_tail"]
    return pl.scan_parquet(parquet).sort(
        names, descending=[False, False, True, False, False]).unique(
        ["endpoint_id", "day"], keep="last").select(
        "endpoint_id", "day", "register", "collector_id", "stamp_ms").collect(engine="streaming")


def polars_max_by_stamp(pl, parquet, offset):
    return pl.scan_parquet(parquet).group_by("endpoint_id", "day").agg(
        pl.col("register", "collector_id").max_by("stamp_ms"), pl.max("stamp_ms")).collect(
        engine="streaming")


def polars_any(pl, parquet, offset):
    return pl.scan_parquet(parquet).group_by("endpoint_id", "day").agg(
        pl.col("register", "collector_id", "stamp_ms").first()).collect(engine="streaming")


def polars_unique(pl, parquet, offset):
    return pl.scan_parquet(parquet).select(
        "endpoint_id", "day", "register", "collector_id", "stamp_ms").unique(
        ["endpoint_id", "day"], keep="any").collect(engine="streaming")


POLARS = {
    ("right", "max of packed Int128"): polars_packed_max,
    ("right", "max_by a struct"): polars_struct,
    ("right", "sort, unique"): polars_sort,
    ("any", "max_by stamp"): polars_max_by_stamp,
    ("any", "first"): polars_any,
    ("any", "unique"): polars_unique,
}
