"""What is packed is told by its bytes, unpacked whole and within a bound, or refused by name."""

import bz2
import gzip
import io
import lzma
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from catalogue import CLEAN, DAYS, PRICES, ROWS, parquet

from rnn_forecast.errors import DataError
from rnn_forecast.prices import ReadOptions, read_prices
from rnn_forecast.prices.sources.archives import unpack

TABLE = CLEAN.encode()


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def zstd(data: bytes) -> bytes:
    packed: bytes = pa.compress(data, codec="zstd", asbytes=True)
    return packed


PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstd,
    "zip": lambda data: zipped({"any name": data}),
}


@pytest.mark.parametrize("packing", PACK)
@pytest.mark.parametrize("table", [TABLE, parquet({"date": DAYS, "price": PRICES})], ids=["text", "parquet"])
def test_a_packed_table_is_read_as_the_table(packing: str, table: bytes, tmp_path: Path) -> None:
    path = tmp_path / "AAPL.dat"  # the name says nothing
    path.write_bytes(PACK[packing](table))
    reading = read_prices([str(path)])
    assert reading.series[0].prices.tolist() == [price for _, price in ROWS]
    assert reading.decisions.notices == (f"{path}: unpacked from {packing}.",)
    source = reading.decisions.sources[0]
    assert (source.packed, source.gzip) == (packing, packing == "gzip")


@pytest.mark.parametrize("inner", PACK)
@pytest.mark.parametrize("outer", PACK)
def test_one_packing_may_hold_another_and_no_third(outer: str, inner: str) -> None:
    twice = PACK[outer](PACK[inner](TABLE))
    assert unpack(twice, "x", 10**6) == (TABLE, f"{outer}, {inner}")
    with pytest.raises(DataError, match="more than twice: gzip"):
        unpack(gzip.compress(twice), "x", 10**6)


@pytest.mark.parametrize("packing", PACK)
def test_a_bomb_is_refused_at_the_bound(packing: str) -> None:
    bomb = PACK[packing](b"0" * 30_000_000)
    assert len(bomb) < 100_000
    with pytest.raises(DataError, match=r"x, unpacked, is larger than 1,000,000 bytes\."):
        unpack(bomb, "x", 1_000_000)


@pytest.mark.parametrize("packing", PACK)
def test_what_is_cut_or_followed_by_rubbish_is_refused(packing: str) -> None:
    rows = b"".join(b"%d,%d\n" % (i, random.Random(i).randrange(10**6)) for i in range(900))
    packed = PACK[packing](rows)
    odd = [packed[:-n] for n in (1, 3, 20, len(packed) // 2, len(packed) - 6)]
    for data in [*odd, *([] if packing == "zip" else [packed + b"rubbish"])]:
        with pytest.raises(DataError, match=f"x is .*{packing}.* and cut short or damaged"):
            unpack(data, "x", 10**6)


@pytest.mark.parametrize("packing", sorted(PACK.keys() - {"zstd"}))  # whose frames need not hold a checksum
def test_a_changed_byte_gives_the_same_bytes_or_a_refusal(packing: str) -> None:
    packed, chance = PACK[packing](TABLE), random.Random(1)
    for _ in range(100):
        data = bytearray(packed)
        data[chance.randrange(8, len(data))] ^= 1 << chance.randrange(8)
        try:
            found, _ = unpack(bytes(data), "x", 10**6)
        except DataError:
            continue
        assert found == TABLE


@pytest.mark.parametrize("packing", ["gzip", "bzip2", "xz", "zstd"])
def test_members_one_after_another_are_one_table(packing: str) -> None:
    pack = PACK[packing]
    assert unpack(pack(TABLE[:99]) + pack(TABLE[99:]), "x", 10**6) == (TABLE, packing)


def test_xz_may_end_in_padding() -> None:
    assert unpack(lzma.compress(TABLE) + bytes(8), "x", 10**6) == (TABLE, "xz")


BESIDE = {
    "data/": b"",
    "__MACOSX/data/._AAPL.csv": b"\0\5\x16\7",
    ".DS_Store": b"x",
    "README.txt": b"words",
    "LICENSE": b"words",
    "docs/fields.pdf": b"%PDF",
}


def test_what_lies_beside_a_table_is_passed_over() -> None:
    assert unpack(zipped({**BESIDE, "data/AAPL.csv": TABLE}), "x", 10**6) == (TABLE, "zip")
    assert unpack(zipped({"checks": b"x", "AAPL.csv": TABLE}), "x", 10**6)[0] == TABLE
    assert unpack(zipped({"AAPL.csv.gz": gzip.compress(TABLE)}), "x", 10**6) == (TABLE, "zip, gzip")


def test_two_tables_are_named_with_a_remedy() -> None:
    with pytest.raises(DataError) as caught:
        unpack(zipped({**BESIDE, "AAPL.csv": TABLE, "MSFT.csv": TABLE}), "x.zip", 10**6)
    assert caught.value.message == (
        "x.zip is a zip archive of 2 files where one table was expected: AAPL.csv, MSFT.csv."
    )
    assert caught.value.remedy == "Unpack it, and name the folder or those that you want."


def test_no_table_is_named_too() -> None:
    with pytest.raises(DataError, match=r"without a table: README\.txt\."):
        unpack(zipped({"README.txt": b"words"}), "x.zip", 10**6)


def test_an_encrypted_zip_is_refused() -> None:
    data = bytearray(zipped({"AAPL.csv": TABLE}))
    for at in (6, data.index(b"PK\x01\x02") + 8):  # the flag, in both headers
        data[at] |= 1
    with pytest.raises(DataError, match="is an encrypted zip archive"):
        unpack(bytes(data), "x", 10**6)


@pytest.mark.parametrize(
    ("name", "ticker"),
    [("AAPL.csv.zip", "AAPL"), ("AAPL.zip", "AAPL"), ("BRK.B.zip", "BRK.B"), ("BRK.B.csv.ZIP", "BRK.B")],
)
def test_the_outer_name_is_the_ticker(name: str, ticker: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(zipped({"whatever.csv": TABLE}))
    assert read_prices([str(tmp_path / name)]).series[0].ticker == ticker


@pytest.mark.parametrize("name", ["AAPL.csv.bz2", "AAPL.csv.xz", "AAPL.csv.zst", "AAPL.tsv.gz.zip"])
def test_no_packing_is_part_of_the_ticker(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(TABLE)
    assert read_prices([str(tmp_path / name)]).series[0].ticker == "AAPL"


def test_a_bound_holds_for_the_packed_bytes_too(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(zipped({"x.csv": TABLE}, zipfile.ZIP_STORED))
    with pytest.raises(DataError, match="larger than 500 bytes"):
        read_prices([str(tmp_path / "x.zip")], ReadOptions(max_bytes=500))


def test_unpacking_imports_no_pandas(tmp_path: Path) -> None:
    (tmp_path / "AAPL.csv.zst").write_bytes(zstd(TABLE))
    code = (
        "import sys; from rnn_forecast.prices import read_prices; read_prices([sys.argv[1]]);"
        "assert 'pandas' not in sys.modules and 'zipfile' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "AAPL.csv.zst")], check=True, timeout=60)
