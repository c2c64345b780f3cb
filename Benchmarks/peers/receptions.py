"""The receptions of a directory of uploads as Parquet, for programs that cannot read uploads.

    python receptions.py SPOOL UTC_OFFSET_MINUTES COMPRESSION:FILE...

Written from the tables in Sources/CollectorUpload and Sources/ERTProtocol alone, so that it is also
an independent reader of both formats: every checksum is computed here again.
"""

import os
import pathlib
import sys
import zlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

HEADER = np.dtype([
    ("magic", "S4"), ("version", "<u2"), ("zero", "<u2"), ("collector", "<u4"), ("records", "<u4"),
    ("sequence", "<u8"), ("created_at", "<i8"), ("period_start", "<i8"), ("period_end", "<i8"),
    ("body_bytes", "<u4"), ("crc", "<u4")])
RECORD = np.dtype([
    ("stamp", "<u4"), ("rssi", "i1"), ("channel", "u1"), ("type", "u1"),
    ("head", ">u8"), ("tail", ">u4")])
# Without nulls: ClickHouse is several times slower on columns that could have any.
SCHEMA = pa.schema([
    pa.field(name, kind, nullable=False) for name, kind in [
        ("endpoint_id", pa.uint32()), ("day", pa.date32()), ("stamp_ms", pa.int64()),
        ("rssi_dbm", pa.int8()), ("collector_id", pa.uint32()), ("register", pa.uint32()),
        ("frame_head", pa.uint64()), ("frame_tail", pa.uint32())]])
PREAMBLE = 0x1F2A60
POLYNOMIAL = 0x6F63
ROWS_PER_GROUP = 1 << 20
DAY_MS = 86_400_000


def bch_tables():
    """Table p gives the checksum of a byte that p zero bytes follow."""
    tables = np.zeros((8, 256), np.uint16)
    for byte in range(256):
        register = byte << 8
        for position in range(8):
            for _ in range(8):
                register = (register << 1 ^ (POLYNOMIAL if register & 0x8000 else 0)) & 0xFFFF
            tables[position, byte] = register
    return tables


def require(condition, path, problem):
    if not condition:
        raise SystemExit(f"{path}: {problem}; simulate the uploads again")


def read_upload(path):
    """Header and records of a file of one upload, both checked."""
    data = path.read_bytes()
    require(len(data) >= HEADER.itemsize + 4, path, "too short for an upload")
    header = np.frombuffer(data, HEADER, 1)[0]
    body = data[HEADER.itemsize:-4]
    require(header["magic"] == b"AMRU" and header["version"] == 1, path, "not an upload")
    require(zlib.crc32(data[:52]) == header["crc"], path, "the header's checksum is wrong")
    require(len(body) == header["body_bytes"] == header["records"] * RECORD.itemsize, path,
            "the length is wrong")
    require(zlib.crc32(body) == int.from_bytes(data[-4:], "little"), path,
            "the records' checksum is wrong")
    records = np.frombuffer(body, RECORD)
    require((records["type"] == 1).all(), path, "a record is not an SCM frame")
    return header, records


def rows(path, tables, utc_offset_minutes):
    """The receptions of an upload, column by column."""
    header, records = read_upload(path)
    head, tail = records["head"].astype(np.uint64), records["tail"].astype(np.uint32)
    checked = head << np.uint64(16) | tail >> np.uint32(16)
    checksum = np.zeros(len(records), np.uint16)
    for position in range(8):
        checksum ^= tables[position][checked >> np.uint64(8 * position) & np.uint64(0xFF)]
    require((head >> np.uint64(43) == PREAMBLE).all() and (checksum == tail & 0xFFFF).all(), path,
            "a frame is damaged")
    stamp = header["period_start"] + records["stamp"].astype(np.int64)
    return {
        "endpoint_id": ((head >> np.uint64(41) & np.uint64(3)) << np.uint64(24)
                        | (head & np.uint64(0xFF)) << np.uint64(16)).astype(np.uint32)
        | tail >> np.uint32(16),
        "day": ((stamp + utc_offset_minutes * 60_000) // DAY_MS).astype(np.int32),
        "stamp_ms": stamp,
        "rssi_dbm": records["rssi"],
        "collector_id": np.full(len(records), header["collector"], np.uint32),
        "register": (head >> np.uint64(8) & np.uint64(0xFFFFFF)).astype(np.uint32),
        "frame_head": head,
        "frame_tail": tail,
    }


def convert(spool, utc_offset_minutes, targets):
    """Writes the receptions of `spool`/uploads, in the order of the files' names.

    `targets` are pairs of a compression and a path.
    """
    tables = bch_tables()
    writers = [pq.ParquetWriter(path + ".part", SCHEMA, compression=codec)
               for codec, path in targets]
    pending = []

    def flush():
        columns = [np.concatenate([part[field.name] for part in pending]) for field in SCHEMA]
        table = pa.table([pa.array(column).cast(field.type)
                          for column, field in zip(columns, SCHEMA)], schema=SCHEMA)
        for writer in writers:
            writer.write_table(table, row_group_size=2 * ROWS_PER_GROUP)
        pending.clear()

    for path in sorted(pathlib.Path(spool, "uploads").iterdir()):
        pending.append(rows(path, tables, utc_offset_minutes))
        if sum(len(part["stamp_ms"]) for part in pending) >= ROWS_PER_GROUP:
            flush()
    if pending:
        flush()
    for writer, (_, path) in zip(writers, targets):
        writer.close()
        os.rename(path + ".part", path)


if __name__ == "__main__":
    convert(sys.argv[1], int(sys.argv[2]), [target.split(":", 1) for target in sys.argv[3:]])
