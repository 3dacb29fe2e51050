"""CSV: tables that join, whose cells no spreadsheet runs, and whose texts read back as they were."""

from __future__ import annotations

import csv
import errno
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conflict_extract.errors import ConfigError
from conflict_extract.exports import write
from conflict_extract.exports.cells import from_cell, to_cell
from conflict_extract.exports.csv import read_table
from conflict_extract.exports.flat import TABLES
from conflict_extract.models import Extraction
from tests import making
from tests.extractions import extractions, kept, recorded

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def tables(found: list[Extraction], folder: Path) -> dict[str, list[dict[str, str | None]]]:
    """The tables of extractions, read back."""
    write(found, "csv", folder, force=True)
    return {name: list(read_table(folder / f"{name}.csv")) for name in TABLES}


@given(st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from([*DANGEROUS, "'", "''=1", ""]))
def test_cells_are_harmless_and_read_back(text: str) -> None:
    """No text cell begins with what a spreadsheet runs, and each reads back as the very text."""
    cell = to_cell(text)
    assert isinstance(cell, str)
    assert not cell.startswith(DANGEROUS)
    assert from_cell(cell) == text


@given(st.text(max_size=3), st.text(max_size=3))
def test_no_two_texts_share_a_cell(one: str, two: str) -> None:
    """The rule loses nothing: different texts are different cells."""
    assert (to_cell(one) == to_cell(two)) == (one == two)


def test_numbers_stay_numbers() -> None:
    """A number below zero keeps its bare minus; a text that looks like one is a text."""
    assert (to_cell(-5), to_cell(-0.5), to_cell("-5"), to_cell(None), to_cell(True)) == (-5, -0.5, "'-5", "", "true")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(extractions())
def test_random_tables_read_back(tmp_path: Path, found: Extraction) -> None:
    """Every cell of every table holds what its row holds, whatever stands in the texts."""
    read = tables([found], tmp_path)
    for name, (columns, rows) in TABLES.items():
        made = list(rows(found))
        assert [list(row) for row in read[name]] == [list(columns)] * len(made)
        for row, cells in zip(made, read[name], strict=True):
            assert set(row) == set(columns)
            for column, value in row.items():
                assert cells[column] == (value if isinstance(value, str) or value is None else str(to_cell(value)))


def test_files_are_as_rfc_4180_has_them(tmp_path: Path) -> None:
    """Lines end in CR LF, quotes are doubled, there is a header, and the encoding is UTF-8 without a mark."""
    text = 'He said “so”, "yes".'
    found = making.extraction(claims=[{**making.extraction().claims[0].model_dump(), "statement": text}])
    tables([found], tmp_path)
    data = (tmp_path / "claims.csv").read_bytes()
    assert data.startswith(b"article,id,statement,")
    assert data.count(b"\r\n") == data.count(b"\n") == 2
    assert '"He said “so”, ""yes""."'.encode() in data


def test_keys_join(tmp_path: Path) -> None:
    """Every link of every recorded extraction finds its row."""
    read = tables(list(recorded().values()), tmp_path)
    keys = {name: {(row["article"], row["id"]) for row in read[name]} for name in ("attributions", "claims", "events")}
    for name, found in keys.items():
        assert len(found) == len(read[name]) == sum(len(getattr(each, name)) for each in recorded().values()) > 100
    for claim in read["claims"]:
        article = claim["article"]
        assert claim["attribution"] is None or (article, claim["attribution"]) in keys["attributions"]
        assert all((article, event) in keys["events"] for event in json.loads(claim["events"] or "[]"))
        linked = [id for kind in ("denies", "part_of", "differs") for id in json.loads(claim[kind] or "[]")]
        assert all((article, id) in keys["claims"] for id in linked)
    assert all((figure["article"], figure["claim"]) in keys["claims"] for figure in read["figures"])
    assert {row["article"] for row in read["articles"]} == set(recorded())


def test_a_row_of_figures_says_whose_number_it_is(tmp_path: Path) -> None:
    """A rival toll stands with its source, its words, its bounds and the claim that it differs from."""
    rows = tables([kept()["market-day-in-kasheli"]], tmp_path)["figures"]
    killed = [row for row in rows if row["measure"] == "killed"]
    columns = ("claim", "text", "comparator", "low", "high", "verification", "differs")
    assert [tuple(row[column] for column in columns) for row in killed] == [
        ("c1", "At least 14", "ge", "14", None, "disputed", None),
        ("c6", "nine", "eq", "9", "9", "disputed", '["c1"]'),
    ]
    text = kept()["market-day-in-kasheli"].article.text  # type: ignore[union-attr]
    assert [text[int(row["start"] or 0) : int(row["end"] or 0)] for row in killed] == ["At least 14", "nine"]
    assert killed[1]["source"] is not None


def test_long_cells_and_tables_without_rows(tmp_path: Path) -> None:
    """A cell past Python's own limit reads back; without extractions there are headers."""
    long = "x" * 200_000
    claims = [{**making.extraction().claims[0].model_dump(), "statement": long}]
    assert tables([making.extraction(claims=claims)], tmp_path)["claims"][0]["statement"] == long
    assert tables([], tmp_path) == {name: [] for name in TABLES}


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A table that is there is kept unless force is set, and other files of the folder are never touched."""
    (tmp_path / "mine.csv").write_text("mine")
    write([making.extraction()], "csv", tmp_path)
    before = (tmp_path / "claims.csv").read_bytes()
    with pytest.raises(ConfigError, match=r"is there already; --force"):
        write([], "csv", tmp_path)
    assert (tmp_path / "claims.csv").read_bytes() == before
    write([], "csv", tmp_path, force=True)
    assert (tmp_path / "claims.csv").read_bytes() != before
    assert (tmp_path / "mine.csv").read_text() == "mine"


@pytest.mark.parametrize("to", ["csv", "parquet"])
def test_a_failed_export_leaves_what_was_there(tmp_path: Path, to: str) -> None:
    """When the stream dies half-way, no half table stands there, and the old one does."""
    out = tmp_path / "out"

    def stream() -> Iterator[Extraction]:
        yield making.extraction()
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        write(stream(), to, out)  # type: ignore[arg-type]
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_targets_that_cannot_be(tmp_path: Path) -> None:
    """A folder in a file's place and a file in a folder's are named before anything is read."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigError, match="this is a file; --out names a folder"):
        write([], "csv", tmp_path / "file")
    with pytest.raises(ConfigError, match=r"below\.csv: cannot be written"):
        write([], "acled", tmp_path / "file" / "below.csv")
    with pytest.raises(ConfigError, match="this is a folder"):
        write([], "parquet", tmp_path, force=True)
    assert (tmp_path / "file").read_text() == "x"


def test_python_s_own_reader_agrees(tmp_path: Path) -> None:
    """A plain CSV reader finds as many cells in each row as there are columns."""
    tables(list(recorded().values()), tmp_path)
    for name, (columns, _) in TABLES.items():
        with (tmp_path / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            assert {len(row) for row in csv.reader(file, strict=True)} == {len(columns)}
