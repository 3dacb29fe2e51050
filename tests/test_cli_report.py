"""The command ``report``: which articles get onto the page, and where it can be written."""

from __future__ import annotations

from pathlib import Path

from tests.evaluation_files import extraction
from tests.test_documents import without_privileges
from tests.test_report_extractions import data_of, record, report, results


def test_an_article_that_is_there_twice_counts_once(tmp_path: Path) -> None:
    """The first is kept, in one file as well as over several; the others are named, and the exit code is 1."""
    emptied = {**record("a"), "claims": [], "events": []}
    one = results(tmp_path / "one.jsonl", extraction("a"), emptied)
    two = results(tmp_path / "two.jsonl", extraction("b"), emptied)
    out = report(one, two, "--out", tmp_path / "report.html")
    assert (out.exit_code, "articles 2, claims" in out.stderr) == (1, True)
    data = data_of(tmp_path / "report.html")
    assert [each["id"] for each in data["articles"]] == ["a", "b"]
    assert data["articles"][0]["claims"]
    said = [f"{path}: the article a was there before; the first is kept" for path in (one, two)]
    assert data["problems"] == said
    assert all(each in out.stderr for each in said)


def test_a_folder_that_cannot_be_written_is_wrong_use() -> None:
    """As with every other command, it is said before anything is read, and exits with 2."""
    with without_privileges() as folder:
        file = results(folder / "r.jsonl", extraction())
        closed = folder / "closed"
        closed.mkdir(mode=0o500)
        out = report(file, "--out", closed / "report.html")
        assert (out.exit_code, list(closed.iterdir())) == (2, [])
        assert "report.html: cannot be written: Permission denied" in out.stderr
        assert report(file, "--out", folder / "report.html").exit_code == 0
        assert sorted(each.name for each in folder.iterdir()) == ["closed", "r.jsonl", "report.html"]
