"""The options that say where articles are read from."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from conflict_extract.documents import read_extractions
from conflict_extract.models import Extraction
from tests.article_files import written
from tests.seeds import ROOT, SEEDS
from tests.test_cli_extract import extract


def write_table(path: Path) -> Path:
    """The seeds as a table under names of its own."""
    rows = [(number, each.text, "2013-09-01T05:00:00Z") for number, each in enumerate(SEEDS)]
    if path.suffix == ".parquet":
        pa = pytest.importorskip("pyarrow")
        import pyarrow.parquet as pq

        pq.write_table(pa.table(dict(zip(("key", "body", "when"), zip(*rows, strict=True), strict=True))), path)
    else:
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, delimiter=";").writerows([("key", "body", "when"), *rows])
    return path


@pytest.mark.parametrize("name", ["seeds.csv", "seeds.parquet"])
def test_extract_reads_tables_by_named_columns(tmp_path: Path, name: str) -> None:
    """The seeds out of a table give what they give out of text files; the date column is used where it is named."""
    path = write_table(tmp_path / name)
    out = tmp_path / "out.jsonl"
    columns = ("--text-column", "body", "--id-column", "key")
    result = extract(path, "--replay", ROOT / "tests/cassettes", "--out", out, *columns)
    assert result.exit_code == 0, result.stderr
    made = {each.article_id: each for each in read_extractions(out) if isinstance(each, Extraction)}
    assert set(made) == {"0", "1", "2", "3", "4"}
    assert all(made[str(number)].article.text == each.text for number, each in enumerate(SEEDS))  # type: ignore[union-attr]
    # With another day of publication the request is another one, and no recording fits it.
    dated = extract(path, "--replay", ROOT / "tests/cassettes", "--out", "-", *columns, "--date-column", "when")
    assert dated.exit_code == 1
    assert "no recorded answer fits" in dated.stderr.lower()


def test_a_wrong_column_ends_with_2(tmp_path: Path) -> None:
    """Before anything is asked, with the columns that there are."""
    path = write_table(tmp_path / "seeds.csv")
    result = extract(path, "--replay", ROOT / "tests/cassettes", "--out", "-", "--text-column", "boddy")
    assert result.exit_code == 2
    assert "no column 'boddy'; the columns are 'key', 'body', 'when'" in result.stderr


def test_a_table_is_not_written_over(tmp_path: Path) -> None:
    """--out may not be one of the inputs, whatever its kind."""
    path = written(tmp_path / "a.csv", "id,text\na,One.\n")
    result = extract(tmp_path, "--replay", ROOT / "tests/cassettes", "--out", path, "--force")
    assert result.exit_code == 2
    assert "overwrite an article" in result.stderr
