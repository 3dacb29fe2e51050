"""The page of extractions under hostile articles, in a real browser: they stay words, and the policy holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from conflict_extract.documents.records import Known
from conflict_extract.models import Article, Extraction, Rejected
from conflict_extract.report.extractions_data import Entry
from tests import making
from tests.browsing import click, go, open_page, settle, texts
from tests.evaluation_files import extraction, faultless

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

HOSTILE = (
    "</script><script>window.canary=1</script><img src=x onerror='window.canary=1'><svg onload=window.canary=1>",
    "<!--<script>",
    "javascript:window.canary=1//{{7*7}}${7*7}",
    "\u202etxet desrever\u202c\u2066\u2028\u2029",
    "\"><a href='javascript:window.canary=1' autofocus onfocus='window.canary=1'>x</a>"
    "<iframe srcdoc='<script>parent.canary=1</script>'></iframe><style>*{display:none}</style>"
    "<base href='https://example.org/'><meta http-equiv=refresh content='0;url=/'>",
)


def poisoned(bad: str) -> Entry:
    """The tests' extraction with hostile words wherever words can be, the article's text and ids included."""
    text = f"{bad} {making.TEXT} {bad}"
    whole = Extraction.model_validate(poison(json.loads(faultless().model_dump_json()), bad) | {"article": None})
    spans: Any = {"article_id": bad, "provenance": making.provenance(making.article(text=text))}
    rejected = Rejected(path=f"claims[0]{bad}", id=bad, reason="invalid", message=bad, content={bad: [bad, "\x00"]})
    article = Article(id=bad, text=text, title=bad, url=bad)
    # The quotes do not stand in the text: the page must not be harmed by what the reader would refuse, either.
    made = whole.model_copy(update={**spans, "article": article, "rejected": (rejected,)})
    return Entry(made, "here", Known(bad, None, bad))


def poison(value: Any, bad: str, name: str = "") -> Any:
    """The same with hostile words put into each free field."""
    free = {"quote", "statement", "summary", "name", "alignment", "cue", "text", "of", "window", "within", "time"}
    if isinstance(value, dict):
        return {key: poison(each, bad, key) for key, each in value.items()}
    if isinstance(value, list):
        return [poison(each, bad, name) for each in value]
    if name in ("id", "claim", "attribution", "events") and isinstance(value, str):
        return f"{value} {bad}"
    return f"{bad} {value}" if name in free and isinstance(value, str) else value


@pytest.mark.parametrize("bad", HOSTILE, ids=["scripts", "comment", "address", "directions", "elements"])
def test_hostile_articles_stay_words(browser: Chrome, tmp_path: Path, bad: str) -> None:
    """In every field, view and card: no script runs, no element comes of it, nothing is loaded, and it can be read."""
    entry = poisoned(bad)
    open_page(browser, tmp_path, [entry, faultless()], problems=(bad,))
    found = entry.extraction
    key = quote(bad, safe="")
    seen: list[str] = []
    hashes = [
        "#",
        f"#{key}",
        *(f"#{key}/{quote(each.id, safe='')}" for each in (*found.claims, *found.events, *found.attributions)),
    ]
    for hash in hashes:
        go(browser, hash)
        seen += texts(browser, "main")
    for view in ("figures", "time", "rejected", "about"):
        click(browser, f"#tab-{view}")
        browser.execute_script("for (const each of document.querySelectorAll('details')) each.open = true")
        seen += texts(browser, "main")
    assert browser.execute_script("return window.canary") is None
    elements = browser.execute_script(
        """const all = [...document.querySelectorAll('*')];
        const count = (selector) => document.querySelectorAll(selector).length;
        const handlers = all.flatMap((each) => each.getAttributeNames()).filter((name) => /^on/.test(name));
        return [document.scripts.length, count('img, iframe, base, object, embed, link'), count('style'), count('meta'),
          count('a:not([href^="#"])'), handlers.length]"""
    )
    assert elements == [2, 0, 1, 5, 0, 0]
    readable = "".join(f"\\u{ord(each):04x}" if each in "\u202e\u202c\u2066\u2028\u2029" else each for each in bad)
    assert sum(readable in each for each in seen) > len(hashes) / 2
    assert not any(set("\u202e\u202c\u2066\u2028\u2029") & set(each) for each in seen)


def test_the_canary_would_sing(chromium: Chrome, tmp_path: Path) -> None:
    """The same hostile words in a page that does not escape them do run: the test above can fail."""
    path = tmp_path / "naive.html"
    path.write_text(f"<script>const data = '{HOSTILE[0]}';</script>", "utf-8")
    chromium.get(path.as_uri())
    assert chromium.execute_script("return window.canary") == 1
    chromium.get_log("browser")


def test_the_policy_stops_what_escaping_might_miss(chromium: Chrome, tmp_path: Path) -> None:
    """Scripts, handlers, styles, images, requests and forms put into the page by force are refused and reported."""
    open_page(chromium, tmp_path, [faultless()])
    chromium.execute_script(
        """
        const add = (tag, fields) => document.body.append(Object.assign(document.createElement(tag), fields));
        add('script', { textContent: 'window.canary = 1' });
        add('script', { src: 'data:text/javascript,window.canary=1' });
        add('img', { src: 'http://127.0.0.1:9/x.png' });
        add('iframe', { src: 'http://127.0.0.1:9/' });
        add('style', { textContent: 'body { display: none }' });
        document.body.setAttribute('style', 'display: none');
        document.body.setAttribute('onclick', 'window.canary = 1');
        document.body.click();
        add('form', { action: 'http://127.0.0.1:9/' });
        document.body.lastChild.submit();
        fetch('http://127.0.0.1:9/').catch(() => {});
        """
    )
    settle(chromium, "new Set(violations).size >= 8")
    assert set(chromium.execute_script("return violations")) == {
        *("script-src-elem", "script-src-attr", "style-src-elem", "style-src-attr", "img-src", "frame-src"),
        *("connect-src", "form-action"),
    }
    assert chromium.execute_script("return [window.canary ?? null, document.body.offsetHeight > 0]") == [None, True]
    chromium.get_log("browser")


def test_a_web_address_is_a_link_and_no_other(browser: Chrome, tmp_path: Path) -> None:
    """Only http and https lead somewhere, without saying where the reader comes from."""
    for url, safe in (
        ("https://example.org/a?b=c", True),
        ("HTTP://example.org", True),
        ("javascript:alert(1)", False),
        (" java\tscript:alert(1)", False),
        ("data:text/html,<script>alert(1)</script>", False),
        ("file:///etc/passwd", False),
        ("//example.org", False),
    ):
        open_page(browser, tmp_path, [extraction(article=making.article(url=url))])
        links = browser.execute_script(
            "return [...document.querySelectorAll('a[target]')].map((each) => [each.protocol, each.rel])"
        )
        assert links == ([[f"{url.split(':')[0].lower()}:", "noreferrer noopener"]] if safe else []), url


def test_texts_that_are_missing_or_changed_are_said(browser: Chrome, tmp_path: Path) -> None:
    """The quotes stand without marks, the page says why, and what could not be read is named at its top."""
    entries = [
        Entry(extraction(id).without_text(), state) for id, state in (("gone", "left_out"), ("other", "changed"))
    ]
    open_page(browser, tmp_path, entries, problems=("results.jsonl, line 3: this is no extraction",))
    assert "line 3: this is no extraction" in texts(browser, "#problems")[0]
    for id, said in (("gone", "not in the results"), ("other", "has changed")):
        go(browser, f"#{id}/c3")
        assert said in texts(browser, ".left .notice")[0]
        assert len(texts(browser, ".quotes li")) == 6
        assert browser.execute_script("return document.querySelectorAll('.left mark, .left .text').length") == 0
        assert "Claim c3" in texts(browser, "#card")[0]
