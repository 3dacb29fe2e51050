"""Reading article files: what is kept letter for letter, and what is refused, with its place."""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conflict_extract.documents import read_articles
from conflict_extract.documents.decoding import MAX_BYTES
from conflict_extract.errors import ConfigError, InputError
from conflict_extract.models import Article
from tests.article_files import TEXT, article, fault, only, written

PAGE = """<!DOCTYPE html><html><head><meta charset="{charset}"><title>The Daily | Shells hit market</title>
<meta property="article:published_time" content="2019-07-01"></head><body><nav><a href="/">Home</a></nav>
<article><h1>Shells hit market</h1><p>Medics said that at least 12 people were killed when shells hit the market of the
town on Thursday, and that “scores” of others were brought to the hospital.</p><p>The ministry denied that its forces
had fired on the town, and said that they only answered fire from the hills.</p></article>
<footer>All rights reserved</footer><script>var x = 1;</script></body></html>"""


@contextmanager
def without_privileges() -> Iterator[Path]:
    """A folder of one's own, as a user for whom permissions count (root may read everything)."""
    if not hasattr(os, "seteuid"):
        pytest.skip("this system has no permissions of this kind")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        user = os.geteuid()
        try:
            if user == 0:
                os.chown(folder, 65534, 65534)
                os.seteuid(65534)
            yield folder
        finally:
            os.seteuid(user)


def test_a_text_file_is_an_article_under_its_name(tmp_path: Path) -> None:
    """The id is the file's name without .txt, and nothing is known that nobody gave."""
    found = article(written(tmp_path / "market.2019.txt", TEXT))
    assert found == Article(id="market.2019", text=TEXT)


@pytest.mark.parametrize(
    "text",
    [
        "Line one\r\nLine two\r\n\r\n  indented\tand tabbed  ",
        "قال ناشطون إن 12 شخصاً قتلوا يوم الخميس في المدينة",
        "Cafe\u0301 and Café, na\u0308ive: combining marks stay as they are",
        "👩\u200d👩\u200d👧 flags 🇸🇾 and \u200eleft-to-right marks\u200f",
        "old Mac line ends\rand form feeds\f, a separator\u2028and a no-break\u00a0space",
        "rebels \x1b[31mred\x1b[0m and a bell\x07",
    ],
)
def test_text_is_kept_letter_for_letter(tmp_path: Path, text: str) -> None:
    """Line ends, right-to-left text, combining marks, emoji and control characters come through unchanged."""
    assert article(written(tmp_path / "a.txt", text)).text == text


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff<"), min_size=1))
def test_any_text_comes_through_or_is_white_space(text: str) -> None:
    """Whatever valid UTF-8 a file holds, the article's text has the same bytes, or it is refused as empty."""
    with tempfile.TemporaryDirectory() as folder:
        found = only(read_articles([written(Path(folder) / "a.txt", text)]))
    if isinstance(found, Article):
        assert found.text == text
    else:
        assert not text.strip() or text.encode().startswith((b"{\\rtf", b"%PDF-", b"PK\x03\x04"))


def test_a_byte_order_mark_is_left_out(tmp_path: Path) -> None:
    """Offsets count from the first letter, also where an editor has put a byte order mark before it."""
    assert article(written(tmp_path / "a.txt", b"\xef\xbb\xbf" + TEXT.encode())).text == TEXT


def test_five_megabytes_are_read(tmp_path: Path) -> None:
    """A long file is no error."""
    text = TEXT * (5_000_000 // len(TEXT) + 1)
    assert article(written(tmp_path / "a.txt", text)).text == text


@pytest.mark.parametrize(
    ("content", "problem", "byte"),
    [
        (b"", "empty", None),
        (b"\xef\xbb\xbf", "empty", None),
        (b" \r\n\t\n", "only white space", None),
        ("\u00a0\u2003\n".encode(), "empty", None),
        (b"Twelve dead\x00\x01\x02 in the town", "NUL byte", 11),
        (b"Twelve dead in Caf\xe9 Damas", "0xE9", 18),
        (b"\xef\xbb\xbfTwelve dead in Caf\xe9 Damas", "0xE9", 21),
        (b"cut in the middle: \xe2\x80", "0xE2", 19),
        ("Twelve dead".encode("utf-16"), "UTF-16", 0),
        ("Twelve dead".encode("utf-16-le"), "UTF-16", 0),
        ("Twelve dead".encode("utf-16-be"), "UTF-16", 0),
        ("Twelve dead".encode("utf-32"), "UTF-32", 0),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF", 0),
        (b"PK\x03\x04\x14\x00", "ZIP", 0),
        (b"\x89PNG\r\n\x1a\n", "PNG", 0),
    ],
)
def test_what_is_no_text_is_refused_with_its_place(
    tmp_path: Path, content: bytes, problem: str, byte: int | None
) -> None:
    """Empty, binary and wrongly encoded files are named, with the first byte that is wrong."""
    found = fault(written(tmp_path / "a.txt", content))
    assert problem in str(found)
    assert found.byte == byte


def test_a_file_above_the_limit_is_refused(tmp_path: Path) -> None:
    """20 MB is the most that is read as one article, and one byte more is said to be too much."""
    assert len(article(written(tmp_path / "most.txt", b"a" * MAX_BYTES)).text) == MAX_BYTES
    assert "20 MB" in str(fault(written(tmp_path / "more.txt", b"a" * (MAX_BYTES + 1))))


@pytest.mark.parametrize(
    "content",
    [PAGE, "\n\n<html>", "<p>Twelve dead</p>", "<!-- x --><div class='a'>", "Twelve dead\n</body>\n</HTML>"],
)
def test_a_page_under_the_name_of_a_text_is_refused(tmp_path: Path, content: str) -> None:
    """HTML in a .txt is not taken for the article; the way out is named."""
    found = fault(written(tmp_path / "a.txt", content))
    assert "HTML" in found.problem
    assert ".html" in found.problem
    assert "conflict-extract[html]" in found.problem


def test_angle_brackets_alone_make_no_page(tmp_path: Path) -> None:
    """A text that only mentions a tag or begins with a bracket is a text."""
    text = "<<Breaking>> Officials wrote <b>no</b> comment; losses < 12."
    assert article(written(tmp_path / "a.txt", text)).text == text


@pytest.mark.parametrize(
    ("charset", "encoding"), [("utf-8", "utf-8"), ("windows-1252", "cp1252"), ("latin1", "cp1252")]
)
def test_a_page_gives_its_main_text(tmp_path: Path, charset: str, encoding: str) -> None:
    """Headline and body are read, in the encoding that the page declares; menus, dates and titles are not taken."""
    found = article(written(tmp_path / "market.html", PAGE.format(charset=charset).encode(encoding)))
    assert found.id == "market"
    assert found.text.startswith("Shells hit market\n")
    assert "that “scores” of others were brought" in found.text
    for stray in ("Home", "All rights", "var x", "The Daily", "<"):
        assert stray not in found.text
    assert (found.title, found.published, found.url) == (None, None, None)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty"),
        (b"<html><body></body></html>", "no main text"),
        (PAGE.format(charset="utf-8").encode("cp1252"), "0x93"),
        (PAGE.format(charset="no-such").encode(), "no-such"),
        (PAGE.format(charset="rot13").encode(), "rot13"),
        (PAGE.format(charset="idna").encode(), "idna"),
        (b"%PDF-1.7", "PDF"),
    ],
)
def test_a_page_without_a_text_is_refused(tmp_path: Path, content: bytes, problem: str) -> None:
    """A page that is empty, or not in the encoding that it declares, is one bad article."""
    assert problem in str(fault(written(tmp_path / "a.htm", content)))


def test_a_page_without_the_extra_fails_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without trafilatura the error names the page and what to install; the other articles are read."""
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    written(tmp_path / "a.txt", TEXT)
    written(tmp_path / "b.html", PAGE)
    article, error = read_articles([tmp_path])
    assert isinstance(article, Article)
    assert isinstance(error, InputError)
    assert str(tmp_path / "b.html") in str(error)
    assert "pip install 'conflict-extract[html]'" in str(error)


def test_a_folder_gives_its_files_in_order(tmp_path: Path) -> None:
    """Files of all kinds come by name; other files, hidden ones and those of subfolders stay out."""
    written(tmp_path / "b.txt", TEXT)
    written(tmp_path / "a.html", PAGE)
    written(tmp_path / "C.TXT", TEXT)
    written(tmp_path / "d.jsonl", json.dumps({"id": "d1", "text": TEXT}))
    for stray in ("notes.md", ".hidden.txt", "._b.txt"):
        written(tmp_path / stray, TEXT)
    (tmp_path / "sub").mkdir()
    written(tmp_path / "sub" / "e.txt", TEXT)
    found = list(read_articles([tmp_path]))
    assert [each.id for each in found if isinstance(each, Article)] == ["C", "a", "b", "d1"]
    assert len(found) == 4


def test_a_bad_file_does_not_lose_the_others(tmp_path: Path) -> None:
    """Each bad article comes as an error in its own place."""
    written(tmp_path / "a.txt", TEXT)
    written(tmp_path / "b.txt", b"\xff\xfe")
    (tmp_path / "c.txt").mkdir()
    (tmp_path / "d.txt").symlink_to("d.txt")
    (tmp_path / "e.txt").symlink_to("nowhere.txt")
    written(tmp_path / "f.txt", TEXT)
    found = list(read_articles([tmp_path]))
    assert [type(each) for each in found] == [Article, InputError, InputError, InputError, InputError, Article]
    assert "UTF-16" in str(found[1])
    assert "not a file" in str(found[2])
    assert "symbolic links" in str(found[3])
    assert "No such file" in str(found[4])


def test_a_loop_of_folders_is_not_followed(tmp_path: Path) -> None:
    """A link to the folder itself, inside it, is a subfolder like any other: not looked into."""
    written(tmp_path / "a.txt", TEXT)
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    assert isinstance(only(read_articles([tmp_path])), Article)


def test_wrong_paths_are_refused_before_anything_is_read(tmp_path: Path) -> None:
    """A path that is not there, of no known kind or in a loop, and a folder without articles, are wrong use."""
    written(tmp_path / "a.md", TEXT)
    written(tmp_path / "metadata.json", "{}")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "sub").mkdir()
    good = written(tmp_path / "sub" / "a.txt", TEXT)
    for name, problem in (
        ("nowhere.txt", "no such file"),
        ("a.md", r"\.txt, \.html"),
        ("metadata.json", "give its folder"),
        ("loop", "symbolic links"),
        ("sub/a.txt/b.txt", "Not a directory"),
        ("", "no articles in this folder"),
    ):
        with pytest.raises(ConfigError, match=problem) as caught:
            read_articles([good, tmp_path / name])
        assert str(tmp_path / name) in str(caught.value)


def test_what_may_not_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without permission stops at once; a file without permission is one bad article."""
    with without_privileges() as folder:
        monkeypatch.chdir(folder)
        closed = folder / "closed"
        closed.mkdir()
        written(closed / "a.txt", TEXT)
        written(folder / "b.txt", TEXT).chmod(0)
        assert "Permission denied" in str(fault(folder / "b.txt"))
        for mode in (0, 0o400):
            closed.chmod(mode)
            with pytest.raises(InputError, match="Permission denied") as caught:
                read_articles([closed])
            assert str(closed) in str(caught.value)
        closed.chmod(0o700)


def test_the_second_article_of_an_id_is_left_out(tmp_path: Path) -> None:
    """Where two articles have the same id, both places are named, and the second fails."""
    first = written(tmp_path / "a.txt", TEXT)
    second = written(tmp_path / "b.jsonl", '\n{"id": "a", "text": "Other words."}\n{"id": "b", "text": "More."}\n')
    found = list(read_articles([first, second, first]))
    assert [type(each) for each in found] == [Article, InputError, Article, InputError]
    assert isinstance(found[1], InputError)
    assert (found[1].path, found[1].line, found[1].article) == (second, 2, "a")
    assert str(first) in str(found[1])


def test_a_bad_article_does_not_take_its_id(tmp_path: Path) -> None:
    """An empty a.txt does not keep a.html out."""
    written(tmp_path / "a.html", b"")
    written(tmp_path / "a.txt", TEXT)
    assert [type(each) for each in read_articles([tmp_path])] == [InputError, Article]


def test_a_name_that_is_not_utf8_is_one_bad_article(tmp_path: Path) -> None:
    """A file name of undecodable bytes cannot be an id; the error says so, and can itself be printed."""
    name = os.fsdecode(b"caf\xe9.txt")
    try:
        written(tmp_path / name, TEXT)
    except OSError:
        pytest.skip("this file system takes no such name")
    found = only(read_articles([tmp_path]))
    assert isinstance(found, InputError)
    assert "not UTF-8" in found.problem
    found.problem.encode("utf-8")
