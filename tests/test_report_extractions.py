"""The page of extractions without a browser: how claims stand, what is read, and what the page is made of."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from conflict_extract.batch.ledger import Ledger
from conflict_extract.cli.app import app
from conflict_extract.documents import Stored, read_extractions, read_stored
from conflict_extract.errors import InputError, TransientModelError
from conflict_extract.models import Claim, Extraction, Relation
from conflict_extract.models.extraction import RejectionReason
from conflict_extract.models.vocabulary import ClaimKind, CueClass, DatePrecision, Measure, RelationKind, Verification
from conflict_extract.report import extractions_words as words
from conflict_extract.report.extractions_data import entry_of, page_data, script_safe
from conflict_extract.report.extractions_page import as_page
from conflict_extract.report.extractions_standing import Standing, standing_of
from tests import making
from tests.evaluation_files import extraction, faultless

REPORT = Path(words.__file__).parent


def options(vocabulary: Any) -> set[Any]:
    """The values of a closed vocabulary."""
    return set(vocabulary.__args__)


def changed(claims: dict[str, dict[str, Any]]) -> Extraction:
    """The tests' extraction with some claims changed."""
    whole = faultless()
    return whole.model_copy(
        update={"claims": tuple(each.model_copy(update=claims.get(each.id, {})) for each in whole.claims)}
    )


def standing(id: str, claims: dict[str, dict[str, Any]]) -> str:
    """How a claim stands after the changes."""
    made = changed(claims)
    claim = made[id]
    assert isinstance(claim, Claim)
    return standing_of(claim, made)


def link(kind: str, claim: str) -> dict[str, Any]:
    """The relations of a claim that has one."""
    return {"relations": (Relation.model_validate({"kind": kind, "claim": claim}),)}


@pytest.mark.parametrize("verification", ["confirmed", "admitted", "disputed", "unconfirmed"])
def test_what_the_article_says_of_a_claims_standing_goes_before_links(verification: str) -> None:
    """A claim stands as its verification says, whatever confirms or denies it."""
    assert standing("c1", {"c1": {"verification": verification}, "c5": link("confirms", "c1")}) == verification


def test_a_link_with_another_source_tells_how_a_claim_stands() -> None:
    """Confirming and differing count at both ends, denying at the end that is denied."""
    open_ = {"verification": "none"}
    for kind, ends in (
        ("confirms", ("confirmed", "confirmed")),
        ("differs", ("disputed", "disputed")),
        ("denies", ("disputed", "single")),
        ("part_of", ("single", "single")),
        ("updates", ("single", "single")),
    ):
        claims = {"c1": open_, "c3": {"relations": ()}, "c5": {**open_, **link(kind, "c1")}}
        assert (standing("c1", claims), standing("c5", claims)) == ends, kind


def test_a_link_within_one_source_or_with_the_articles_own_voice_is_no_second_source() -> None:
    """The same source twice is one source; the article's own voice is none."""
    open_: dict[str, Any] = {"verification": "none", "relations": ()}
    for kind in ("confirms", "denies", "differs"):
        same = {"c1": open_, "c3": open_, "c2": {**open_, **link(kind, "c1")}}
        assert standing("c1", same) == "single"
        own = {"c1": open_, "c3": open_, "c6": {**open_, **link(kind, "c1")}}
        assert standing("c1", own) == "single"


def test_the_articles_own_words_are_no_ones_claim() -> None:
    """A claim without a telling has no source; another source can still deny it."""
    assert standing("c6", {}) == "own"
    assert standing("c6", {"c5": link("denies", "c6")}) == "disputed"


def test_an_admitting_cue_alone_admits_nothing() -> None:
    """Cue classes go by the words: "conceded" with verification none is one source's claim."""
    assert standing("c5", {"c5": {"verification": "none"}}) == "single"


def test_every_value_of_the_vocabulary_has_its_words() -> None:
    """Nothing that an extraction can hold is without a name on the page."""
    assert {kind for family in words.FAMILIES.values() for kind in family["kinds"]} == options(ClaimKind)
    assert set(words.CUE_CLASSES) == options(CueClass)
    assert set(words.RELATIONS) == options(RelationKind)
    assert set(words.PRECISIONS) == options(DatePrecision)
    assert set(words.REASONS) == options(RejectionReason)
    assert set(words.MEASURES) == options(Measure)
    assert {*words.STANDINGS, "none"} == options(Verification) | options(Standing)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(JSON_VALUES)
@settings(max_examples=200)
def test_data_stays_data_and_reads_back_equal(value: Any) -> None:
    """Whatever a value holds, its JSON ends no element, is UTF-8, and is the same when read."""
    text = script_safe([value, "</script><!--<script>&\u2028\u2029\ufeff\ud800\x00"])
    assert not set(text) & set("<>&\u2028\u2029\ufeff\x00")
    text.encode("utf-8")
    assert json.loads(text)[0] == value


class Page(HTMLParser):
    """Elements of a page, and what stands in its scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[tuple[str, str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note it."""
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Note what browsers run, apply or keep as data."""
        if self.cdata_elem in ("script", "style"):
            self.raw.append((self.elements[-1][1].get("type") or self.cdata_elem, data))


def test_the_page_runs_its_own_script_and_style_by_hash_and_nothing_else() -> None:
    """The policy names exactly what stands in the page; no element loads anything."""
    page = Page(as_page([entry_of(faultless())], source="results.jsonl"))
    raw = {kind: "".join(text for each, text in page.raw if each == kind) for kind, _ in page.raw}
    digest = {
        kind: base64.b64encode(hashlib.sha256(raw[kind].encode()).digest()).decode() for kind in ("script", "style")
    }
    (policy,) = (each["content"] for tag, each in page.elements if tag == "meta" and "http-equiv" in each)
    assert policy == (
        f"default-src 'none'; script-src 'sha256-{digest['script']}'; style-src 'sha256-{digest['style']}'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert not [tag for tag, each in page.elements if {"src", "style", "onload", "onclick"} & set(each)]
    assert [each["href"] for _, each in page.elements if "href" in each] == ["#panel"]
    assert json.loads(raw["application/json"])["articles"][0]["id"] == "marsa-dhul"


@pytest.mark.parametrize("path", sorted(REPORT.glob("extractions_*.js")), ids=lambda path: path.stem)
def test_the_script_makes_no_markup_of_strings(path: Path) -> None:
    """Data reaches the page through text nodes: nothing that parses markup or code is so much as named."""
    source = re.sub(r"^\s*//.*$", "", path.read_text("utf-8"), flags=re.M)
    for name in (
        "innerHTML",
        "outerHTML",
        "insertAdjacent",
        "document.write",
        "eval",
        "Function(",
        "srcdoc",
        "setHTML",
    ):
        assert not re.search(rf"\b{re.escape(name)}", source), name
    assert len(source.splitlines()) < 300


def test_the_page_holds_each_item_as_the_extraction_has_it() -> None:
    """Claims, figures and links come through whole, with their standing and their range in signs."""
    (article,) = json.loads(page_data([entry_of(faultless())], source="r", problems=["p"]))["articles"]
    claims = {each["id"]: each for each in article["claims"]}
    assert [claims[id]["standing"] for id in sorted(claims)] == [
        *("disputed", "single", "single", "single", "admitted", "own")
    ]
    assert [figure["signs"] for id in sorted(claims) for figure in claims[id].get("figures", ())] == [
        *("≥12", "3", "≈15", "≥12 (vague)")
    ]
    assert claims["c3"]["relations"] == [{"kind": "denies", "claim": "c1"}]
    assert [article["text"][each["start"] : each["end"]] for each in article["claims"]] == [
        each["quote"] for each in article["claims"]
    ]


def luminance(colour: str) -> float:
    """Relative luminance of #rgb or #rrggbb (WCAG 2.2)."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * each for each in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


PAIRS = (
    *((ink, paper) for ink in ("ink", "quiet") for paper in ("paper", "shade", "chosen")),
    *(("ink", f"{family}-paper") for family in words.FAMILIES),
    *((family, "paper") for family in words.FAMILIES),
    *((name, "paper") for name in ("link", "against", "bar")),
    *(("against", "shade"), ("against", "chosen"), ("against", "linked"), ("ground", "chosen"), ("ink", "linked")),
    ("on-ink", "on"),
)


@pytest.mark.parametrize("scheme", [0, 1, 2], ids=["light", "dark", "print"])
def test_words_stand_out_from_their_ground(scheme: int) -> None:
    """Text has a contrast of at least 4.5 to 1 (WCAG AA) on each ground that it stands on."""
    style = (REPORT / "extractions_page.css").read_text("utf-8")
    roots = re.findall(r":root \{(.*?)\n *\}", style, re.S)
    assert len(roots) == 3
    colours = dict(re.findall(r"--([\w-]+): (#\w+)", roots[0] + roots[scheme]))
    for ink, paper in PAIRS:
        light, dark = sorted((luminance(colours[ink]), luminance(colours[paper])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, paper)


def results(path: Path, *lines: Any) -> Path:
    """A results file of extractions, objects and text."""
    written = [
        each.model_dump_json() if isinstance(each, Extraction) else each if isinstance(each, str) else json.dumps(each)
        for each in lines
    ]
    path.write_text("\n".join(written) + "\n", "utf-8")
    return path


def record(id: str = "marsa-dhul", **changes: Any) -> dict[str, Any]:
    """A line of a results file as an object to change."""
    return {**json.loads(extraction(id).model_dump_json()), **changes}


def report(*arguments: str | Path) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, ["report", *map(str, arguments)])


def data_of(path: Path) -> dict[str, Any]:
    """What a page holds."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', path.read_text("utf-8"), re.S)
    assert found is not None
    return json.loads(found[1])


def test_what_cannot_be_read_is_named_and_the_rest_is_shown(tmp_path: Path) -> None:
    """Broken lines and lines of other schema versions are named by line, on standard error and on the page; exit 1."""
    versions = []
    for version in ("2.0", "0.9", "next", 7):
        line = record(f"v{version}")
        line["provenance"]["schema_version"] = version
        versions.append(line)
    newer = {**record("later"), "new_field": 1}
    newer["provenance"]["schema_version"] = "1.1"
    file = results(tmp_path / "r.jsonl", extraction("first"), "{broken", *versions, newer, {"a": 1}, extraction("last"))
    out = report(file, "--out", tmp_path / "report.html")
    assert out.exit_code == 1
    said = out.stderr.splitlines()
    for number, part in (
        (2, "this is no extraction: Invalid JSON"),
        (3, "schema version 2.0, which is newer; this conflict-extract reads 1.0: update it"),
        (4, "schema version 0.9, which is older; this conflict-extract reads 1.0: extract the article again"),
        (5, "schema version 'next', which is unknown"),
        (6, "schema version 7, which is newer"),
        (7, "schema version 1.1, which is newer"),
        (8, "this is no extraction: article_id"),
    ):
        assert any(f"r.jsonl, line {number}: " in line and part in line for line in said), part
    data = data_of(tmp_path / "report.html")
    assert [each["id"] for each in data["articles"]] == ["first", "last"]
    assert len(data["problems"]) == 7


def test_a_text_that_has_changed_is_said_and_not_shown(tmp_path: Path) -> None:
    """Where the text's hash differs the quotes stay, without the text that they do not fit; exit 1."""
    line = record(url=None)
    line["article"] |= {"text": making.TEXT.replace("12", "21"), "title": "Shelling", "published": "2026-05-05"}
    del line["url"]
    file = results(tmp_path / "r.jsonl", line)
    (stored,) = read_stored(file)
    assert isinstance(stored, Stored)
    assert (stored.text, stored.known.title) == ("changed", "Shelling")
    (strictly,) = read_extractions(file)
    assert isinstance(strictly, InputError)
    out = report(file, "--out", tmp_path / "report.html")
    assert (out.exit_code, "marsa-dhul is not the one" in out.stderr) == (1, True)
    (article,) = data_of(tmp_path / "report.html")["articles"]
    assert (article["textState"], article["text"], article["title"]) == ("changed", None, "Shelling")
    assert [each["quote"] for each in article["claims"]] == [each.quote for each in faultless().claims]


def test_quotes_that_do_not_stand_in_an_unchanged_text_are_a_broken_line(tmp_path: Path) -> None:
    """A result in which somebody has moved a quote is named, not shown."""
    line = record()
    line["claims"][0]["start"] += 1
    line["claims"][0]["end"] += 1
    out = report(results(tmp_path / "r.jsonl", line, extraction("b")), "--out", tmp_path / "report.html")
    assert (out.exit_code, "line 1" in out.stderr, "does not have these words" in out.stderr) == (1, True, True)
    assert [each["id"] for each in data_of(tmp_path / "report.html")["articles"]] == ["b"]


def test_texts_that_were_left_out_come_from_the_folder_of_articles(tmp_path: Path) -> None:
    """With --articles a text is taken where its hash is right; one that differs or is not there is said."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "here.txt").write_bytes(making.TEXT.encode())
    (folder / "other.txt").write_bytes(making.TEXT.replace("12", "21").encode())
    file = results(tmp_path / "r.jsonl", *(extraction(id).without_text() for id in ("here", "other", "gone")))
    out = report(file, "--out", tmp_path / "report.html", "--articles", folder)
    assert out.exit_code == 1
    assert "the text of other is not the one" in out.stderr
    assert "has no text for the article gone" in out.stderr
    articles = data_of(tmp_path / "report.html")["articles"]
    assert [(each["id"], each["textState"], each["text"] is None) for each in articles] == [
        *(("here", "here", False), ("other", "changed", True), ("gone", "left_out", True))
    ]


def test_results_without_texts_are_no_error(tmp_path: Path) -> None:
    """--no-text is a choice: the page says that the texts are not there, and the exit code is 0."""
    file = results(tmp_path / "r.jsonl", extraction().without_text())
    out = report(file, "--out", tmp_path / "new" / "report.html")
    assert (out.exit_code, out.stderr) == (
        0,
        f"{tmp_path / 'new' / 'report.html'} written: articles 1, claims 6\n",
    )


def test_a_run_directory_is_read_with_what_failed_in_it(tmp_path: Path) -> None:
    """What is done is shown; what failed and what still waits is said, and is no broken input."""

    async def work() -> None:
        with Ledger.open(tmp_path / "run", {"model": "m", "endpoint": "http://a/v1"}) as ledger:
            for id in ("done", "failed", "waiting"):
                ledger.seen(making.article(id=id), f"key of {id}", f"{id}.txt")
            await ledger.finish(extraction("done"), key="key of done")
            await ledger.fail("failed", TransientModelError("no answer came", model="m"))

    asyncio.run(work())
    out = report(tmp_path / "run", "--out", tmp_path / "report.html")
    assert out.exit_code == 0, out.stderr
    data = data_of(tmp_path / "report.html")
    assert [(each["id"], each["textState"]) for each in data["articles"]] == [("done", "here")]
    assert [each.split(": ", 1)[1] for each in data["problems"]] == [
        "the run is not over; articles that still wait: 1",
        "no extraction of failed: no answer came",
    ]
    (tmp_path / "empty").mkdir()
    assert report(tmp_path / "empty", "--out", tmp_path / "other.html").exit_code == 2


def test_wrong_use_ends_with_2_and_overwrites_nothing(tmp_path: Path) -> None:
    """A file that is there, the results themselves, a folder and a file that is not there are refused."""
    file = results(tmp_path / "r.jsonl", extraction())
    page = tmp_path / "report.html"
    page.write_text("kept", "utf-8")
    for arguments in ((file, "--out", page), (file, "--out", file, "--force"), (file, "--out", tmp_path)):
        assert report(*arguments).exit_code == 2
    assert report(tmp_path / "none.jsonl", "--out", tmp_path / "new.html").exit_code == 2
    assert (page.read_text("utf-8"), Extraction.model_validate_json(file.read_text("utf-8"))) == ("kept", extraction())
    assert report(file, "--out", page, "--force").exit_code == 0
    assert data_of(page)["source"] == "r.jsonl"


def test_nothing_to_report_writes_nothing(tmp_path: Path) -> None:
    """A file without a single extraction ends with 1 and leaves no page."""
    out = report(results(tmp_path / "r.jsonl", "{}"), "--out", tmp_path / "report.html")
    assert (out.exit_code, (tmp_path / "report.html").exists()) == (1, False)
