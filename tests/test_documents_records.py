"""Articles in JSON Lines, and metadata beside files: taken as given, or refused with their place."""

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest

from conflict_extract.documents import read_articles
from conflict_extract.documents.decoding import MAX_BYTES
from conflict_extract.errors import InputError
from conflict_extract.models import Article
from tests.article_files import TEXT, article, fault, written


def test_json_lines_give_an_article_each(tmp_path: Path) -> None:
    """All that a line gives is taken as it stands, escapes and line ends in the text included."""
    lines = [
        {
            "id": "a",
            "text": "Line\r\nend 👩 é",
            "title": "T",
            "published": "2019-07-01",
            "url": "https://example.org/a",
        },
        {"id": "b/2019#1", "text": TEXT, "title": None},
    ]
    path = written(tmp_path / "a.jsonl", "\ufeff" + "\r\n\n".join(json.dumps(each) for each in lines))
    assert list(read_articles([path])) == [
        Article(
            id="a",
            text="Line\r\nend 👩 é",
            title="T",
            published=date(2019, 7, 1),
            url="https://example.org/a",
        ),
        Article(id="b/2019#1", text=TEXT),
    ]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"id": "a", "text": "Twelve dead"', "not JSON"),
        ("Twelve dead", "not JSON"),
        ('["a", "Twelve dead"]', "not an object"),
        ('{"id": "a"}', "there is no text"),
        ('{"text": "Twelve dead"}', "there is no id"),
        ('{"id": null}', "no id and no text"),
        ('{"id": 7.0, "text": "Twelve dead"}', "id is neither a string nor a whole number"),
        ('{"id": true, "text": "Twelve dead"}', "id is neither a string nor a whole number"),
        ('{"id": " ", "text": "Twelve dead"}', "there is no id"),
        ('{"id": "", "text": ""}', "there is no id and no text"),
        ('{"id": "a\\u001b[2J", "text": "Twelve dead"}', "control characters"),
        ('{"id": "a", "text": ["Twelve dead"]}', "text is not a string"),
        ('{"id": "a", "text": " \\n"}', "there is no text"),
        ('{"id": "a", "text": ""}', "there is no text"),
        ('{"id": "a", "text": "Twelve\\u0000 dead"}', "NUL character at offset 6"),
        ('{"id": "a", "text": "Twelve\\ud83d dead"}', "half a surrogate pair at offset 6"),
        ('{"id": "a", "text": "<html><p>Twelve dead"}', "HTML"),
        ('{"id": "a", "text": "Twelve dead", "publised": "2019-07-01"}', "unknown key 'publised'"),
        ('{"id": "a", "text": "Twelve dead", "text": "Ten dead"}', "'text' is there twice"),
        ('{"id": "a", "text": "Twelve dead", "published": "1 July 2019"}', "not a date"),
        ('{"id": "a", "text": "Twelve dead", "published": "20190701"}', "not a date"),
        ('{"id": "a", "text": "Twelve dead", "published": "2019-02-30"}', "no day of the calendar"),
        ('{"id": "a", "text": "Twelve dead", "published": "2019-02-30T10:00:00Z"}', "no day of the calendar"),
        ('{"id": "a", "text": "Twelve dead", "published": "2019-07-01 soon"}', "is no ISO 8601 timestamp"),
        ('{"id": "a", "text": "Twelve dead", "published": 1561939200}', "published is not a string"),
        ('{"id": "a", "text": "Twelve dead", "title": ""}', "title is empty"),
        ('{"id": "a", "text": "Twelve dead", "title": NaN}', "NaN"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_a_bad_line_is_named_and_loses_no_other(tmp_path: Path, line: str, problem: str) -> None:
    """Whatever is wrong with a line, its number and the reason are said, and the lines around it are read."""
    path = written(tmp_path / "a.jsonl", f'{{"id": "x", "text": "One."}}\n{line}\n{{"id": "y", "text": "Two."}}\n')
    before, bad, after = read_articles([path])
    assert isinstance(before, Article)
    assert isinstance(after, Article)
    assert isinstance(bad, InputError)
    assert (bad.path, bad.line) == (path, 2)
    assert problem in bad.problem
    assert "null" not in bad.problem or "title" in line  # id and text are needed


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
@pytest.mark.parametrize(
    ("written_as", "day"),
    [
        ("2020-01-03T10:00:00Z", date(2020, 1, 3)),
        ("2020-01-03 10:00", date(2020, 1, 3)),
        ("2020-01-03T23:30:00-05:00", date(2020, 1, 3)),
        ("2020-01-03T00:30:00.250+05:30", date(2020, 1, 3)),
        ("2020-01-03", date(2020, 1, 3)),
        ("", None),
        (" ", None),
    ],
)
def test_the_day_of_publication_is_the_one_written(
    tmp_path: Path, suffix: str, written_as: str, day: date | None
) -> None:
    """Of a timestamp the day is taken as it stands, whatever its time zone; an empty one is unknown."""
    line = json.dumps({"id": "a", "text": TEXT, "published": written_as})
    content = line if suffix == ".jsonl" else f'id,published,text\na,{written_as},"{TEXT}"\n'
    assert article(written(tmp_path / f"a{suffix}", content)) == Article(id="a", text=TEXT, published=day)


def test_a_whole_number_is_an_id_by_its_digits(tmp_path: Path) -> None:
    """A number as id loses no article and no digit."""
    path = written(tmp_path / "a.jsonl", json.dumps({"id": 9007199254740993, "text": TEXT}))
    assert article(path) == Article(id="9007199254740993", text=TEXT)


def test_a_bad_byte_in_a_line_has_its_place_in_the_file(tmp_path: Path) -> None:
    """The offset of a byte that is not UTF-8 counts from the start of the file, not of the line."""
    path = written(tmp_path / "a.jsonl", b'{"id": "x", "text": "One."}\n{"id": "y", "text": "Caf\xe9"}\n')
    _, bad = read_articles([path])
    assert isinstance(bad, InputError)
    assert (bad.line, bad.byte) == (2, 28 + 24)
    assert path.read_bytes()[52] == 0xE9


def test_a_line_above_the_limit_is_refused_alone(tmp_path: Path) -> None:
    """A line of more than 20 MB is one bad article; the next line is read, with its right number and offset."""
    long = b'{"id": "x", "text": "' + b"a" * (2 * MAX_BYTES) + b'"}\n'
    path = written(tmp_path / "a.jsonl", long + b'{"id": "y", "text": "Two."}\n{"id": "z", "text": "\xe9"}\n')
    large, good, bad = read_articles([path])
    assert isinstance(large, InputError)
    assert (large.line, "20 MB" in large.problem) == (1, True)
    assert isinstance(good, Article)
    assert isinstance(bad, InputError)
    assert (bad.line, bad.byte) == (3, len(long) + 28 + 21)


@pytest.mark.parametrize("content", ["", "\n \n"])
def test_json_lines_without_a_line_are_an_error(tmp_path: Path, content: str) -> None:
    """A .jsonl with nothing in it says so; it does not vanish."""
    assert "empty" in str(fault(written(tmp_path / "a.jsonl", content)))


def test_metadata_beside_a_file_says_what_is_known(tmp_path: Path) -> None:
    """metadata.json gives title, date and address, to a file named by itself as well as to its folder."""
    path = written(tmp_path / "a.txt", TEXT)
    written(tmp_path / "b.txt", TEXT)
    entry = {"title": "T", "published": "2019-07-01", "url": "https://example.org", "note": "typed off paper"}
    written(tmp_path / "metadata.json", json.dumps({"a.txt": entry}))
    known = Article(id="a", text=TEXT, title="T", published=date(2019, 7, 1), url="https://example.org")
    assert list(read_articles([tmp_path])) == [known, Article(id="b", text=TEXT)]
    assert article(path) == known


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl"])
def test_a_file_that_has_changed_is_refused(tmp_path: Path, name: str) -> None:
    """Where the metadata has a hash, the file is held to it, byte for byte."""
    line = json.dumps({"id": "a", "text": TEXT})
    path = written(tmp_path / name, line)
    digest = hashlib.sha256(line.encode()).hexdigest()
    written(tmp_path / "metadata.json", json.dumps({name: {"sha256": digest.upper()}}))
    article(path)
    written(path, line + "\n")
    assert "SHA-256" in str(fault(path))


@pytest.mark.parametrize(
    ("metadata", "problem"),
    [
        ("{", "not JSON"),
        ("[]", "not an object"),
        ("", "empty"),
        (b'{"a.txt": {"note": "\xe9"}}', "0xE9"),
        ('{"c.txt": {}}', r"c\.txt: there is no such file"),
        ('{"../a.txt": {}}', "no such file"),
        ('{"a.txt": 7}', r"a\.txt: this is not an object"),
        ('{"a.txt": {"date": "2019-07-01"}}', "unknown key 'date'"),
        ('{"a.txt": {"published": "July"}}', "not a date"),
        ('{"a.txt": {"sha256": "abc"}}', "64 hex digits"),
        ('{"a.txt": {"note": 1}}', "note is not a string"),
        ('{"a.txt": {}, "a.txt": {}}', "twice"),
        ('{"b.jsonl": {"title": "T"}}', "lines of the file"),
    ],
)
def test_bad_metadata_stops_at_once(tmp_path: Path, metadata: str | bytes, problem: str) -> None:
    """Metadata that cannot be trusted is an error before any article is read."""
    written(tmp_path / "a.txt", TEXT)
    written(tmp_path / "b.jsonl", '{"id": "x", "text": "One."}')
    path = written(tmp_path / "metadata.json", metadata)
    with pytest.raises(InputError, match=problem) as caught:
        read_articles([tmp_path])
    assert caught.value.path == path


def test_the_seeds_are_what_their_metadata_says() -> None:
    """The five seed articles are there byte for byte, and nothing is said to be known that none of them states."""
    folder = Path(__file__).parent.parent / "seeds" / "articles"
    entries = json.loads((folder / "metadata.json").read_text("utf-8"))
    assert sorted(entries) == sorted(path.name for path in folder.glob("*.txt"))
    assert all(len(entry["sha256"]) == 64 for entry in entries.values())
    found = list(read_articles([folder]))
    assert len(found) == 5
    for each in found:
        assert isinstance(each, Article), each
        assert (each.title, each.published, each.url) == (None, None, None)
        assert each.text.encode("utf-8") == (folder / f"{each.id}.txt").read_bytes()
