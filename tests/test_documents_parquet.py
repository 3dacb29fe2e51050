"""Articles from Parquet: rows by named columns, damage and other schemas named."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from conflict_extract.documents import Columns, read_articles, stream_articles
from conflict_extract.errors import ConfigError, InputError
from conflict_extract.models import Article
from tests.article_files import TEXT, written

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


def table(path: Path, **columns: object) -> Path:
    """Write a Parquet file of these columns."""
    pq.write_table(pa.table(columns), path)
    return path


def test_a_row_is_an_article(tmp_path: Path) -> None:
    """Title, day and address are taken from the columns of these names; others are left alone."""
    path = table(
        tmp_path / "a.parquet",
        id=["a", "b"],
        text=["Line\r\nend 👩 é", TEXT],
        title=["T", None],
        published=["2019-07-01", None],
        url=["https://example.org/a", ""],
        score=[0.5, 1.5],
    )
    assert list(read_articles([path])) == [
        Article(
            id="a",
            text="Line\r\nend 👩 é",
            title="T",
            published=date(2019, 7, 1),
            url="https://example.org/a",
        ),
        Article(id="b", text=TEXT),
    ]


EAST = timezone(timedelta(hours=3))


@pytest.mark.parametrize(
    "days",
    [
        pa.array([date(2019, 7, 1)], pa.date32()),
        pa.array([datetime(2019, 7, 1, 23, 59)], pa.timestamp("ms")),
        pa.array([1_561_939_200_000_000_001], pa.timestamp("ns")),
        pa.array([datetime(2019, 7, 1, 1, tzinfo=EAST)], pa.timestamp("us", tz="Asia/Baghdad")),
        pa.array([datetime(2019, 7, 1, 1, tzinfo=UTC)], pa.timestamp("us", tz="UTC")),
        pa.array(["2019-07-01T01:00:00+03:00"]),
        pa.array(["2019-07-01"]).dictionary_encode(),
    ],
)
def test_dates_and_timestamps_give_their_day(tmp_path: Path, days: object) -> None:
    """The day is the one in the time zone that the column has; ids that are numbers become their digits."""
    path = table(
        tmp_path / "a.parquet", key=[9_007_199_254_740_993], day=days, body=pa.array([TEXT], pa.large_string())
    )
    assert list(read_articles([path], Columns(text="body", id="key", date="day"))) == [
        Article(id="9007199254740993", text=TEXT, published=date(2019, 7, 1))
    ]


def test_bad_rows_are_named_and_lose_no_other(tmp_path: Path) -> None:
    """Null ids, empty texts and pages are errors with their row; so is a string that is not UTF-8."""
    raw = pa.array([b"One.", b" ", b"<p>Two</p>", b"Caf\xe9", b"Three."])
    texts = pa.Array.from_buffers(pa.string(), len(raw), raw.buffers())
    path = table(tmp_path / "a.parquet", id=["a", "b", "c", "d", None], text=texts)
    found = list(stream_articles([path]))
    assert found[0].found == Article(id="a", text="One.")
    for sourced, row, problem in zip(found[1:], (2, 3, 4, 5), ("empty", "HTML", "not UTF-8", "no id"), strict=True):
        assert isinstance(sourced.found, InputError)
        assert (sourced.place.row, sourced.found.row) == (row, row)
        assert problem in sourced.found.problem
        assert str(sourced.found).startswith(f"{path}, row {row}: ")


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ({"id": ["a"], "body": [TEXT]}, "no column 'text'; the columns are 'id', 'body'"),
        ({"id": ["a"], "text": [7]}, "'text' holds int64, not strings"),
        ({"id": [1.0], "text": [TEXT]}, "'id' holds double, not strings or whole numbers"),
        ({"id": ["a"], "text": [TEXT], "published": [True]}, "'published' holds bool, not dates"),
    ],
)
def test_another_schema_stops_before_anything_is_read(
    tmp_path: Path, columns: dict[str, list[object]], problem: str
) -> None:
    """The file is named, with the columns that it has, also where it is one of a folder."""
    written(tmp_path / "a.txt", TEXT)
    path = table(tmp_path / "b.parquet", **columns)
    with pytest.raises(ConfigError, match=problem) as caught:
        read_articles([tmp_path])
    assert str(path) in str(caught.value)


def test_damage_is_named_and_other_files_go_on(tmp_path: Path) -> None:
    """A file that is none or cut off fails as one; where a part of it is damaged, the other parts are read."""
    texts = [f"{number} {TEXT}" for number in range(1500)]
    path = tmp_path / "a.parquet"
    pq.write_table(
        pa.table({"id": list(map(str, range(1500))), "text": texts}), path, row_group_size=500, compression="gzip"
    )
    whole = path.read_bytes()
    good = table(tmp_path / "b.parquet", id=["x"], text=[TEXT])
    for broken in (b"", b"PAR1 and nothing", whole[: len(whole) // 2]):
        written(path, broken)
        first, second = read_articles([path, good])
        assert isinstance(first, InputError)
        assert first.path == path
        assert isinstance(second, Article)
    start = pq.ParquetFile(path := written(path, whole)).metadata.row_group(1).column(1).data_page_offset
    written(path, whole[: start + 100] + bytes(200) + whole[start + 300 :])
    found = list(read_articles([path, good]))
    assert [each.id for each in found if isinstance(each, Article)] == [
        *map(str, [*range(500), *range(1000, 1500)]),
        "x",
    ]
    bad = found[500]
    assert isinstance(bad, InputError)
    assert (bad.row, "rows 501 to 1000 cannot be read" in str(bad)) == (501, True)


def test_without_the_extra_nothing_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to install."""
    path = table(tmp_path / "a.parquet", id=["x"], text=[TEXT])
    for name in [name for name in sys.modules if name.split(".")[0] == "pyarrow"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigError, match=r"pip install 'conflict-extract\[parquet\]'"):
        read_articles([path])
