"""Articles as a stream: places, other people's JSON Lines, results among the inputs, memory that stays flat."""

from __future__ import annotations

import csv
import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from conflict_extract.documents import Columns, Place, read_articles, stream_articles
from conflict_extract.documents.decoding import MAX_BYTES
from conflict_extract.errors import ConfigError, InputError
from conflict_extract.models import Article
from tests.article_files import TEXT, fault, written
from tests.making import extraction

THEIRS = Columns(text="body", id="key", date="when")


def test_a_column_for_files_that_have_none_is_refused(tmp_path: Path) -> None:
    """A text file has no columns: what was meant is not there, and nothing is read instead."""
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    with pytest.raises(ConfigError, match="no table among the inputs"):
        read_articles([tmp_path], THEIRS)


def lines(*records: dict[str, object]) -> str:
    """Records as JSON Lines."""
    return "".join(json.dumps(record) + "\n" for record in records)


def test_each_article_comes_with_its_place(tmp_path: Path) -> None:
    """File, line or row: what a ledger keeps, so that people find the article again."""
    text = written(tmp_path / "a.txt", TEXT)
    rows = written(tmp_path / "b.csv", 'id,text\nx,"One\nand a half."\ny,\n')
    found = list(stream_articles([text, rows]))
    assert [each.place for each in found] == [Place(text), Place(rows, line=2), Place(rows, line=4)]
    assert [str(each.place) for each in found] == [str(text), f"{rows}, line 2", f"{rows}, line 4"]
    assert isinstance(found[2].found, InputError)
    assert str(found[2].found).startswith(f"{rows}, line 4: ")


def test_other_peoples_keys_are_read_by_name(tmp_path: Path) -> None:
    """Keys that nobody asked for are left alone, whole numbers are ids, timestamps give their day."""
    path = written(
        tmp_path / "a.jsonl",
        lines(
            {"key": 17, "body": "One.", "when": "2019-07-01T06:00:00Z", "tags": ["x"], "title": {"rendered": "T"}},
            {"key": "b", "body": "Two.", "when": "2019-07-02", "url": "https://example.org", "id": 5},
            {"key": "c", "body": "Three."},
        ),
    )
    assert list(read_articles([path], THEIRS)) == [
        Article(id="17", text="One.", published=date(2019, 7, 1)),
        Article(id="b", text="Two.", published=date(2019, 7, 2), url="https://example.org"),
        Article(id="c", text="Three."),
    ]


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        ({"body": "Two."}, "no id: 'key'"),
        ({"key": None, "body": "Two."}, "no id: 'key'"),
        ({"key": True, "body": "Two."}, "neither a string nor a whole number"),
        ({"key": 1.5, "body": "Two."}, "neither a string nor a whole number"),
        ({"key": "b"}, "no text: 'body'"),
        ({"key": "b", "body": ["Two."]}, "'body' is not a string"),
        ({"key": "b", "body": "Two.", "when": 1561939200}, "when: this is not a date"),
        ({"key": "b", "body": "Two.", "when": "1 July 2019"}, "when: '1 July 2019' is not a date"),
        ({"key": "b", "body": "<html>Two."}, "HTML"),
    ],
)
def test_a_bad_record_of_other_people_is_named(tmp_path: Path, record: dict[str, object], problem: str) -> None:
    """The message speaks of the keys as they are in the file; the lines around are read."""
    path = written(
        tmp_path / "a.jsonl", lines({"key": "a", "body": "One.", "when": None}, record, {"key": "c", "body": "Three."})
    )
    before, bad, after = read_articles([path], THEIRS)
    assert isinstance(before, Article)
    assert isinstance(after, Article)
    assert isinstance(bad, InputError)
    assert (bad.line, problem in bad.problem) == (2, True), bad


def test_a_key_that_no_line_has_stops_before_anything_is_read(tmp_path: Path) -> None:
    """A slip in --text-column would fail a million lines; the message lists the keys of the first lines."""
    path = written(tmp_path / "a.jsonl", lines({"key": 1, "content": "One."}, {"key": 2, "lead": "x"}))
    with pytest.raises(ConfigError, match=r"no column 'body' and no column 'when'.*'key', 'content', 'lead'"):
        stream_articles([path], THEIRS)


def test_line_4711_of_many_is_the_only_one_lost(tmp_path: Path) -> None:
    """Broken JSON far down is named with its line, in a compressed file too."""
    good = [json.dumps({"id": f"a{number}", "text": TEXT}) for number in range(1, 5001)]
    good[4710] = good[4710][:-9]
    path = written(tmp_path / "a.jsonl.gz", gzip.compress("\n".join(good).encode()))
    found = list(read_articles([path]))
    (bad,) = [each for each in found if isinstance(each, InputError)]
    assert (len(found), bad.line, "not JSON" in bad.problem) == (5000, 4711, True)


@pytest.mark.parametrize("columns", [Columns(), THEIRS])
def test_results_are_not_taken_for_articles(tmp_path: Path, columns: Columns) -> None:
    """A file of results that was left in the folder is named once; the articles beside it are read."""
    result = extraction().model_dump_json()
    path = written(tmp_path / "a.jsonl", f"{result}\n{result}\n")
    written(tmp_path / "b.txt", TEXT)
    bad, good = read_articles([tmp_path], columns)
    assert isinstance(bad, InputError)
    assert bad.path == path
    assert "results of conflict-extract, not articles" in bad.problem
    assert isinstance(good, Article)


def test_a_result_between_articles_fails_its_line(tmp_path: Path) -> None:
    """The lines after it are read."""
    path = written(
        tmp_path / "a.jsonl",
        lines({"id": "a", "text": "One."}) + extraction().model_dump_json() + "\n" + lines({"id": "b", "text": "Two."}),
    )
    one, bad, two = read_articles([path])
    assert [each.id for each in (one, two) if isinstance(each, Article)] == ["a", "b"]
    assert isinstance(bad, InputError)
    assert bad.line == 2


def test_a_folder_is_drawn_name_by_name(tmp_path: Path) -> None:
    """A stream opens a file when it comes to it, and stands a file that has gone meanwhile."""
    for number in range(20):
        written(tmp_path / f"{number:02}.txt", TEXT)
    stream = stream_articles([tmp_path])
    first = next(stream)
    for path in tmp_path.glob("*.txt"):
        if path != first.place.path and path.name != "19.txt":
            path.unlink()
    rest = list(stream)
    assert isinstance(first.found, Article)
    assert {each.place.path.name for each in rest if isinstance(each.found, Article)} == {"19.txt"} - {
        first.place.path.name
    }


def test_a_stream_does_not_compare_ids(tmp_path: Path) -> None:
    """A batch's ledger does that; whoever reads without one takes read_articles."""
    path = written(tmp_path / "a.jsonl", lines({"id": "a", "text": "One."}, {"id": "a", "text": "Two."}))
    assert all(isinstance(each.found, Article) for each in stream_articles([path]))
    _, second = read_articles([path])
    assert isinstance(second, InputError)
    assert f"taken already, by {path}, line 1" in second.problem


PEAK = """
import sys
from pathlib import Path
from conflict_extract.documents import stream_articles

def resident(name):
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(name))

count = warm = 0
for sourced in stream_articles([Path(sys.argv[1])]):
    sourced.found.text
    count += 1
    if count == 5_000:
        warm = resident("VmRSS")
print(count, resident("VmHWM") - warm)
"""


def write_rows(path: Path, count: int) -> None:
    """Write so many articles in the format that the name says."""
    rows: Iterator[tuple[str, str]] = ((f"article-{number}", f"{number}: {TEXT}") for number in range(count))
    if path.suffix == ".parquet":
        pa = pytest.importorskip("pyarrow")
        import pyarrow.parquet as pq

        ids, texts = zip(*rows, strict=True)
        pq.write_table(pa.table({"id": ids, "text": texts}), path, row_group_size=count)
    elif path.suffix == ".csv":
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([("id", "text"), *rows])
    else:
        with path.open("w") as file:
            file.writelines(json.dumps({"id": id, "text": text}) + "\n" for id, text in rows)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system does not tell of resident memory")
@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet"])
@pytest.mark.parametrize("count", [20_000, pytest.param(200_000, marks=pytest.mark.nightly)])
def test_memory_stays_flat(tmp_path: Path, name: str, count: int) -> None:
    """From the 5,000th article to the last, resident memory grows by less than 20 MB at its peak."""
    write_rows(tmp_path / name, count)
    run = subprocess.run(
        [sys.executable, "-c", PEAK, tmp_path / name], check=True, capture_output=True, text=True, env={**os.environ}
    )
    read, growth = map(int, run.stdout.split())
    assert read == count
    assert growth < 20_000, f"{growth} kB more"


def test_a_long_line_takes_no_more_memory_than_the_limit(tmp_path: Path) -> None:
    """Of a line of 200 MB only the first 20 MB are ever held; the next line is read."""
    path = tmp_path / "a.jsonl"
    with path.open("wb") as file:
        file.write(b'{"id": "x", "text": "')
        for _ in range(10):
            file.write(b"a" * MAX_BYTES)
        file.write(b'"}\n' + lines({"id": "y", "text": "Two."}).encode())
    code = PEAK.replace("sourced.found.text", "sourced.found").replace("warm = 0", 'warm = 0; warm = resident("VmRSS")')
    run = subprocess.run([sys.executable, "-c", code, path], check=True, capture_output=True, text=True)
    read, growth = map(int, run.stdout.split())
    assert read == 2
    assert growth < 80_000, f"{growth} kB more"


def test_a_long_line_is_named(tmp_path: Path) -> None:
    """The error says how much is read."""
    assert "20 MB" in str(fault(written(tmp_path / "a.jsonl", b"a" * (MAX_BYTES + 2))))
