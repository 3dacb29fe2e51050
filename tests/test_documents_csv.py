"""Articles from CSV: any common dialect, every bad row named, nothing taken that may be no row."""

from __future__ import annotations

import csv
import gzip
import io
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conflict_extract.documents import Columns, read_articles, stream_articles
from conflict_extract.documents.decoding import MAX_BYTES
from conflict_extract.errors import ConfigError, InputError
from conflict_extract.models import Article
from tests.article_files import TEXT, fault, only, written

OURS = Columns(text="body", id="key", date="day")


def found_in(content: str | bytes, columns: Columns = Columns(), name: str = "a.csv") -> list[Article | InputError]:  # noqa: B008
    """What stands in a file of this content."""
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder) / name, content)
        return [each.found for each in stream_articles([path], columns)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_row_is_an_article_whatever_stands_between_the_cells(delimiter: str, bom: str, end: str) -> None:
    """Comma, semicolon, tab and bar are told from the header; a byte order mark and Windows line ends are no matter."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    writer.writerow(["id", "title", "text", "published", "url", "notes"])
    writer.writerow(["7", "T; or, not", 'He said: "12, not 15;\t20|30"\nand left.', "2019-07-01", "", "x"])
    assert found_in(bom + out.getvalue()) == [
        Article(
            id="7",
            title="T; or, not",
            text='He said: "12, not 15;\t20|30"\nand left.',
            published=date(2019, 7, 1),
        )
    ]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.text(st.characters(codec="utf-8", exclude_characters="\0")), st.text()).map(
            lambda pair: (pair[0], pair[1].encode("utf-8", "ignore").decode().replace("\0", ""))
        ),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_what_a_csv_writer_wrote_is_read_letter_for_letter(
    rows: list[tuple[str, str]], delimiter: str, quoting: int
) -> None:
    """Whatever text, with quotes, delimiters and line ends of all kinds in it: the article's text is the same."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting)
    writer.writerow(["id", "note", "text"])
    for number, (note, text) in enumerate(rows):
        writer.writerow([number, note, text])
    read = found_in(out.getvalue())
    assert len(read) == len(rows)
    for each, (_, text) in zip(read, rows, strict=True):
        if isinstance(each, Article):
            assert each.text == text
        else:
            assert not text.strip() or "HTML" in each.problem


def test_tabs_without_quoting_are_told_from_the_marks() -> None:
    """In plain tab-separated values a quotation mark is a letter; in those of a spreadsheet it encloses a cell."""
    texts = ['"Go," he said.', 'He said "go".', '"Nine dead"', '"', "None."]
    plain = "id\ttext\n" + "".join(f"{number}\t{text}\n" for number, text in enumerate(texts))
    assert found_in(plain, name="a.tsv") == [Article(id=str(n), text=text) for n, text in enumerate(texts)]
    out = io.StringIO()
    csv.writer(out, delimiter="\t").writerows([("id", "text"), *enumerate([*texts, "Two\nlines.", "A\ttab."])])
    read = found_in(out.getvalue(), name="a.tsv")
    assert [each.text for each in read if isinstance(each, Article)] == [*texts, "Two\nlines.", "A\ttab."]


def test_columns_are_taken_by_the_names_given() -> None:
    """Text, id and date may have any name; timestamps give the day they are written with; the rest is left alone."""
    content = (
        "key,day,body,id\n"
        "a,2019-07-01T23:30:00-05:00,Twelve dead.,x\n"
        "b,2019-07-02 04:00:00,Ten dead.,x\n"
        "c,,Nine dead.,x\n"
    )
    assert found_in(content, OURS) == [
        Article(id="a", text="Twelve dead.", published=date(2019, 7, 1)),
        Article(id="b", text="Ten dead.", published=date(2019, 7, 2)),
        Article(id="c", text="Nine dead."),
    ]


@pytest.mark.parametrize(
    ("header", "columns", "problem"),
    [
        ("id,body", Columns(), r"no column 'text'; the columns are 'id', 'body'"),
        ("key;body", Columns(text="body"), r"no column 'id'; the columns are 'key', 'body'"),
        ("id,text", Columns(date="when"), r"no column 'when'"),
        ("id,text,text", Columns(), r"several columns 'text'"),
        ("Ten people,were killed", Columns(), r"no column 'id' and no column 'text'.*--text-column"),
    ],
)
def test_a_column_that_is_not_there_stops_before_anything_is_read(
    tmp_path: Path, header: str, columns: Columns, problem: str
) -> None:
    """The message names the file and the columns that are there, also where the file is one of a folder."""
    path = written(tmp_path / "a.csv", f"{header}\n1,2,3\n")
    for given_path in (path, tmp_path):
        with pytest.raises(ConfigError, match=problem) as caught:
            stream_articles([given_path], columns)
        assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (",Twelve dead.,", "no id"),
        ("  ,Twelve dead.,", "no id"),
        ("a,,", "no text"),
        ('a," ",', "text is empty"),
        ("a,Twelve dead.", "2 cells, the header 3"),
        ("a,Twelve dead, and more,,", "5 cells, the header 3"),
        ("a,Twelve dead.,1/7/2019", "not a date as YYYY-MM-DD"),
        ("a,Twelve dead.,2019-02-30", "no day of the calendar"),
        ("a,Twelve dead.,2019-07-01 about noon", "no ISO 8601 timestamp"),
        ("a,<p>Twelve dead.</p>,", "HTML"),
        ("a\x1b[2J,Twelve dead.,", "control characters"),
        ('a,"He said "twelve" and left",', "quotation marks of this row are wrong"),
        ('a,"He said twelve and left,', "quotation marks of this row are wrong"),
    ],
)
def test_a_bad_row_is_named_and_loses_no_other(row: str, problem: str) -> None:
    """Line and reason are said, and the rows around it are read."""
    content = "id,text,published\n" + "x,One.,\n" * 10 + f'{row}\ny,"Two, and a half.",\nz,Three.,\n'
    *before, bad, y, z = found_in(content)
    assert before == [Article(id="x", text="One.")] * 10
    after = [y, z]
    assert isinstance(bad, InputError)
    assert bad.line == 12
    assert problem in bad.problem
    assert after == [Article(id="y", text="Two, and a half."), Article(id="z", text="Three.")]


@pytest.mark.parametrize("row", ['a,"He said "twelve\nSmith, he said later"', "a,He, too,\nSmith, he said later"])
def test_where_cells_have_several_lines_a_broken_row_ends_the_file(row: str) -> None:
    """Nobody can tell there where the next row begins: words of a text that look like a row are not taken for one."""
    good, bad = found_in(f'id,text\nx,"One.\nTwo."\n{row}\ny,Three.\n')
    assert good == Article(id="x", text="One.\nTwo.")
    assert isinstance(bad, InputError)
    assert bad.line == 4
    assert "not read from here on" in bad.problem


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["\n", " "]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.integers(0, 10_000),
    st.booleans(),
)
def test_a_stray_quotation_mark_makes_no_false_article(between: str, quoting: int, place: int, more: bool) -> None:
    """One mark too many or too few anywhere: but for the damaged row, what is read is a row as it was written."""
    rows = [
        (str(number), f'Smith said, at {number},{between}that "it, too,"{between}3, was hit.') for number in range(16)
    ]
    out = io.StringIO()
    writer = csv.writer(out, quoting=quoting, lineterminator="\n")
    writer.writerows([("id", "text"), *rows])
    whole = out.getvalue()
    first = whole.index("\n") + 1
    marks = [at for at, sign in enumerate(whole) if sign == '"' and at > first]
    at = first + place % (len(whole) - first) if more else marks[place % len(marks)]
    damaged = whole[:at] + '"' + whole[at:] if more else whole[:at] + whole[at + 1 :]
    read = found_in(damaged)
    strange = [each for each in read if isinstance(each, Article) and (each.id, each.text) not in rows]
    assert len(strange) <= 1, strange
    for each in strange:
        # The damaged row alone, its mark and all; never the middle of a text as a row of its own.
        assert each.id.replace('"', "") in dict(rows)
    lost = dict(rows).keys() - {each.id.replace('"', "") for each in read if isinstance(each, Article)}
    assert not lost or any(isinstance(each, InputError) for each in read)
    if between == " " and at > whole.index("Smith said, at 11,"):
        assert len(lost) <= 1


def test_bytes_that_are_no_utf8_fail_their_row_alone() -> None:
    """The byte's offset counts from the start of the file; a bad byte in a column that is not read is no matter."""
    content = b'id,note,text\na,\xe9,One.\nb,,"Caf\xe9\nat noon"\nc,,Two.\n'
    one, bad, two = found_in(content)
    assert (one, two) == (Article(id="a", text="One."), Article(id="c", text="Two."))
    assert isinstance(bad, InputError)
    assert "0xE9" in bad.problem
    assert (bad.line, content[bad.byte or 0]) == (3, 0xE9)
    assert bad.byte == content.index(b"Caf\xe9") + 3


@pytest.mark.parametrize("quoted", [False, True])
def test_a_row_above_the_limit_fails_alone(quoted: bool) -> None:
    """A row of more than 20 MB, on one line or on many, is one bad article; the next row is read."""
    line = 'He said ""twelve"", and\n'
    long = f'"{line * (2 * MAX_BYTES // len(line))}"' if quoted else "a" * (2 * MAX_BYTES)
    first = '"One,\nand a half."' if quoted else "One."
    _, bad, good = found_in(f"id,text\nx,{first}\na,{long}\ny,Two.\n")
    assert isinstance(bad, InputError)
    assert "20 MB" in bad.problem
    assert bad.line == (4 if quoted else 3)
    assert good == Article(id="y", text="Two.")


def test_blank_lines_and_blank_rows_are_no_articles() -> None:
    """Spreadsheets leave such rows behind; line numbers count them."""
    *_, bad = found_in("\n\nid;text\n\n;\nx;One.\n\n;Two.\n")
    assert isinstance(bad, InputError)
    assert bad.line == 8


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty"),
        (b"\n \n", "white space"),
        ("id,text\na,One.\n".encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04\x14\x00", "ZIP"),
        (b"id,text\rx,One.\r", "carriage return"),
        (b"caf\xe9,text\nx,One.\n", "0xE9"),
    ],
)
def test_what_is_no_csv_is_said_to_be_none(tmp_path: Path, content: bytes, problem: str) -> None:
    """A spreadsheet, another encoding and an empty file are told apart; other files are read nevertheless."""
    bad = written(tmp_path / "a.csv", content)
    written(tmp_path / "b.txt", TEXT)
    first, second = read_articles([tmp_path])
    assert isinstance(first, InputError)
    assert (first.path, problem in str(first)) == (bad, True), first
    assert isinstance(second, Article)


def test_gzip_is_read_and_its_damage_is_named(tmp_path: Path) -> None:
    """What stands before the damage is read; then the file is said to be damaged, and other files go on."""
    rows = "".join(f"{number},{'Twelve dead. ' * 40}{number * 7919 % 10007}\n" for number in range(2000))
    whole = gzip.compress(f"id,text\n{rows}".encode())
    path = written(tmp_path / "a.csv.gz", whole)
    assert sum(isinstance(each, Article) for each in read_articles([path])) == 2000
    for broken in (whole[: len(whole) // 2], whole[:-8] + b"\0" * 8, b"no gzip at all"):
        written(path, broken)
        written(tmp_path / "b.txt", TEXT)
        *_, bad, good = read_articles([tmp_path])
        assert isinstance(bad, InputError)
        assert "damaged" in str(bad)
        assert isinstance(good, Article)


def test_metadata_holds_a_table_to_its_hash(tmp_path: Path) -> None:
    """Titles and dates of rows stand in the rows; the file's hash may stand in the metadata."""
    path = written(tmp_path / "a.tsv", "id\ttext\nx\tOne.\n")
    written(tmp_path / "metadata.json", '{"a.tsv": {"sha256": "' + "0" * 64 + '"}}')
    assert "SHA-256" in str(fault(path))
    written(tmp_path / "metadata.json", '{"a.tsv": {"title": "T"}}')
    with pytest.raises(InputError, match="lines of the file"):
        read_articles([path])
    written(tmp_path / "metadata.json", '{"a.tsv": {"note": "typed off paper"}}')
    assert only(read_articles([path])) == Article(id="x", text="One.")
