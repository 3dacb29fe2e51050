"""The page of an evaluation: self-contained, escaped, and each error with its passage, gold and prediction."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from conflict_extract import Extraction
from conflict_extract.models import Article, Span
from conflict_extract.report.evaluation_errors import ErrorView, _passage, errors_of
from conflict_extract.report.evaluation_page import SHOWN_CLASSES, as_page
from conflict_extract.report.scored_run import Case, ScoredRun
from conflict_extract.text.printable import visible
from tests import making
from tests.evaluation_files import extraction, faultless, without_claims
from tests.test_report_evaluation import scored

TAGS = {
    *("html", "head", "meta", "title", "style", "body", "a", "header", "main", "footer", "section", "h1", "h2", "h3"),
    *("p", "strong", "div", "span", "table", "thead", "tbody", "tr", "th", "td", "fieldset", "legend", "label"),
    *("input", "details", "summary", "blockquote", "mark"),
}
EMPTY = {"meta", "input"}


class Page(HTMLParser):
    """Tags, attributes and words of a page; tags have to be closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note it."""
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in EMPTY:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """It closes the last one."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note it."""
        self.words.append(data)


def changed(**changes: Any) -> Extraction:
    """A prediction that has its first claim otherwise."""
    first, *others = faultless().claims
    return extraction(claims=(first.model_copy(update=changes), *others))


def errors(found: Extraction) -> tuple[ErrorView, ...]:
    """The errors of one prediction."""
    run = scored([found])
    return errors_of(run.evaluation.articles[0], run.cases[found.article_id])


def test_a_faultless_prediction_has_no_errors() -> None:
    """And the page says so."""
    assert errors(extraction()) == ()
    assert "<p>No errors.</p>" in as_page(scored([extraction()]))


def test_a_wrong_field_is_marked_on_both_sides() -> None:
    """One field differs: it alone is marked, gold on the left, the class and the field are named."""
    (error,) = errors(changed(polarity="negated"))
    assert error.error == "wrong_field"
    assert error.title == "claim c1, predicted as c1: polarity"
    (differing,) = [field for field in error.fields if field.differs]
    assert [differing.name, differing.gold[0].words, differing.predicted[0].words] == [
        "polarity", "affirmed", "negated"
    ]  # fmt: skip
    assert differing.gold[0].differs
    assert {field.name for field in error.fields} >= {"statement", "figures", "attribution", "quote"}


def test_only_the_part_that_differs_is_marked() -> None:
    """Of two sources in a chain one has another name: its line is marked, the other is not."""
    tellings = list(faultless().attributions)
    radio, tesh = tellings[3].chain
    words = making.span("Rebel commander")
    other = tesh.model_copy(update={"name": "Rebel commander", "name_span": Span(*words)})
    tellings[3] = tellings[3].model_copy(update={"chain": (radio, other)})
    (error,) = errors(extraction(attributions=tuple(tellings)))
    (chain,) = [field for field in error.fields if field.name == "chain"]
    assert [(line.words.split(" (")[0], line.differs) for line in chain.predicted] == [
        ("Radio Kesh", False), ("Rebel commander", True)
    ]  # fmt: skip


def test_missing_and_spurious_items_have_one_side() -> None:
    """What is only in gold has no prediction beside it, and the other way round."""
    missed = errors(without_claims("marsa-dhul"))
    assert [(error.error, error.title) for error in missed if error.title.startswith("claim")] == [
        ("missing", "claim c5, only in gold"), ("missing", "claim c6, only in gold")
    ]  # fmt: skip
    assert all(field.gold and not field.predicted for error in missed for field in error.fields)
    last = faultless().claims[-1].model_copy(update={"id": "c7"})
    (doubled,) = errors(extraction(claims=(*faultless().claims, last)))
    assert (doubled.error, doubled.remark) == ("duplicate", "See the gold item c6.")
    assert all(field.predicted and not field.gold for field in doubled.fields)


def test_a_link_alone_is_a_wrong_link() -> None:
    """Every field right, the event another: its own class, with the passage of what it points to."""
    (error,) = errors(changed(events=("e2",)))
    assert (error.error, error.title) == ("wrong_link", "claim c1, predicted as c1: events")
    (events,) = [field for field in error.fields if field.differs]
    assert events.predicted[0].words == "e2 “his men had captured some 15 villages since March”"


@given(st.data())
def test_a_passage_marks_the_very_words(data: st.DataObject) -> None:
    """What is marked as gold joins to gold's words, and the same for the prediction; nothing is lost inside."""
    text = data.draw(st.text("ab .\n", min_size=1, max_size=900))
    spans = {}
    for name in ("gold", "predicted"):
        start = data.draw(st.integers(0, len(text) - 1))
        spans[name] = Span(start, data.draw(st.integers(start + 1, len(text))))
    pieces = _passage(text, **spans)
    for name, span in spans.items():
        cuts = sorted({span.start, span.end, *(cut for each in spans.values() for cut in each)})
        inside = [cut for cut in cuts if span.start <= cut <= span.end]
        expected = "".join(visible(text[a:b]) for a, b in pairwise(inside))
        assert "".join(piece.words for piece in pieces if name in piece.marks.split()) == expected


def test_the_page_needs_nothing_and_allows_nothing() -> None:
    """No address, no script, no handler; the policy has the hash of its one style sheet."""
    text = as_page(scored([changed(polarity="negated"), without_claims("two")]))
    page = Page(text)
    assert page.tags <= TAGS
    assert not {name for name, _ in page.attributes} & {"src", "srcset", "action", "style", "data"}
    assert {value for name, value in page.attributes if name == "href"} == {"#errors"}
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert not re.search(r"https?:|url\(|@import", text)
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'" in text


def test_every_error_and_table_is_on_the_page() -> None:
    """As many openings as errors, each of its class, with marks in its passage; every class can be chosen."""
    run = scored([changed(polarity="negated"), without_claims("two")])
    text = as_page(run)
    found = [each for one in run.evaluation.articles for each in errors_of(one, run.cases[one.article_id])]
    assert text.count("<details class=") == len(found) == 4
    assert {error.error for error in found} <= set(SHOWN_CLASSES)
    for error in SHOWN_CLASSES:
        assert f'id="only-{error}"' in text
        assert f"body:has(#only-{error}:checked) .error:not(.{error})" in text
    assert '<mark class="gold predicted">Army guns shelled' in text
    assert '<mark class="gold">Dozens of his fighters had died</mark>' in text
    assert '<div class="differs">negated</div>' in text


TRICKS = (
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    '"><a href="javascript:x">',
    "{{ 7*7 }}{% raw %}",
    "&lt;b&gt;",
    "</blockquote></details>",
    "\x1b[2J\u202e",
    "<!--",
)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(TRICKS), min_size=1, max_size=5).map(" ".join))
def test_words_of_articles_and_models_are_words(trick: str) -> None:
    """In the text, a quote, a statement, a name, an id, a group or a file's name: shown, and nothing more."""
    text = f"Officials {trick} said so. " + making.TEXT
    run = scored([changed(polarity="negated")])
    (case,) = run.cases.values()
    assert case.extraction is not None
    article = Article(id="marsa-dhul", text=text + trick)
    claim = case.extraction.claims[0].model_copy(update={"statement": trick, "quote": trick})
    labels = case.labels.model_copy(
        update={"claims": tuple(each.model_copy(update={"statement": trick}) for each in case.labels.claims)}
    )
    found = case.extraction.model_copy(update={"claims": (claim, *case.extraction.claims[1:])})
    hostile = ScoredRun(
        run.evaluation,
        {"marsa-dhul": Case(article, labels, found)},
        predictions=trick,
        gold=trick,
        warnings=(trick,),
    )
    written = as_page(hostile)
    page = Page(written)
    assert page.tags <= TAGS
    assert {value for name, value in page.attributes if name == "href"} == {"#errors"}
    assert not set(written) & {"\x1b", "\u202e"}
    assert "".join(page.words).count(visible(trick).strip(" ")) >= 4
