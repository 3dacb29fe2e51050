"""The page of extractions in a real browser: what a reader sees and does, hostile articles, a thousand extractions."""

from __future__ import annotations

import base64
import itertools
import json
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from conflict_extract import Extractor
from conflict_extract.documents.records import Known
from conflict_extract.models import Article, Extraction, Rejected
from conflict_extract.report.extractions_data import Entry, entry_of
from conflict_extract.report.extractions_page import as_page
from conflict_extract.report.extractions_standing import standing_of
from tests import making, seeds
from tests.browsing import MISSING, browsing, resize
from tests.evaluation_files import extraction, faultless

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

pytestmark = pytest.mark.skipif(MISSING is not None, reason=str(MISSING))


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """One browser for all tests."""
    with browsing(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.fixture
def browser(chromium: Chrome) -> Iterator[Chrome]:
    """The browser in a light window of 1440 by 900; afterwards nothing was complained of and nothing was loaded."""
    resize(chromium, 1440, 900)
    chromium.get_log("browser")
    yield chromium
    assert chromium.execute_script("return [violations, faults]") == [[], []]
    assert chromium.execute_script("return performance.getEntriesByType('resource').map((each) => each.name)") == []
    assert chromium.get_log("browser") == []


@pytest.fixture(scope="module")
def seed_extractions() -> tuple[Extraction, ...]:
    """The recorded extractions of the seeds."""
    return replayed(seeds.SEEDS, "")


def replayed(articles: tuple[Article, ...], folder: str) -> tuple[Extraction, ...]:
    """What the recorded answers come to."""
    with Extractor.replaying(seeds.ROOT / "tests" / "cassettes" / folder) as extractor:
        found = tuple(extractor.extract_many(articles))
    assert all(isinstance(each, Extraction) for each in found)
    return found


def open_page(browser: Chrome, folder: Path, entries: Any, hash: str = "", problems: tuple[str, ...] = ()) -> Path:
    """Write the page and open it."""
    path = folder / "report.html"
    page = as_page(
        [each if isinstance(each, Entry) else entry_of(each) for each in entries],
        source="results.jsonl",
        problems=problems,
    )
    path.write_text(page, "utf-8")
    browser.get(f"{path.as_uri()}{hash}")
    return path


def texts(browser: Chrome, selector: str) -> list[str]:
    """The visible words of elements."""
    return browser.execute_script(
        "return [...document.querySelectorAll(arguments[0])].map((node) => node.innerText)", selector
    )


def click(browser: Chrome, selector: str) -> None:
    """Click the first such element, where the mouse would."""
    browser.find_element("css selector", selector).click()


def go(browser: Chrome, hash: str) -> None:
    """Follow an address within the page."""
    browser.execute_async_script(
        "const done = arguments[1]; if ((location.hash || '#') === arguments[0]) return done();"
        "addEventListener('hashchange', () => setTimeout(done), { once: true }); location.hash = arguments[0];",
        hash,
    )


def test_every_item_is_marked_at_its_own_words(
    browser: Chrome, tmp_path: Path, seed_extractions: tuple[Extraction, ...]
) -> None:
    """Nested and crossing passages included, an item's marks are its quote, letter for letter; the text is whole."""
    with Extractor(scripted()) as extractor:
        astral = extractor.extract(making.article(text="🕊️𝕏 " + making.TEXT))
    found = [*seed_extractions, astral]
    open_page(browser, tmp_path, found)
    for each in found:
        go(browser, f"#{quote(each.article_id)}")
        assert each.article is not None
        text = browser.execute_script("return document.querySelector('.text').textContent")
        assert text == each.article.text.replace("\r\n", "\n")
        for view, items in (("claims", each.claims), ("time", each.events)):
            click(browser, f"#tab-{view}")
            marks = browser.execute_script(
                """return [...document.querySelectorAll('.panel [data-item]')].map((row) => {
                  row.dispatchEvent(new PointerEvent('pointerenter'));
                  return [...document.querySelectorAll('.text .hint')].map((node) => node.textContent).join('');
                })"""
            )
            assert sorted(marks) == sorted(item.quote for item in items)


def scripted() -> Any:
    """A model that gives the tests' reply."""
    from conflict_extract.llm.scripted import ScriptedModel

    return ScriptedModel([making.reply_text()])


def test_a_passage_opens_its_claim_with_chain_figures_event_and_denial(browser: Chrome, tmp_path: Path) -> None:
    """Clicking words in the text shows who says so, in which words, how many, about what, and who denies it."""
    open_page(browser, tmp_path, [faultless()])
    click(browser, ".text .m-figure")
    (card,) = texts(browser, "#card")
    for part in (
        "Claim c1",
        "Army guns shelled the port of Marsa Dhul on Tuesday and killed at least 12 people.",
        "Disputed",
        "the health ministry government, named",
        "“said” neutral",
        "“at least 12”\tpeople\t≥12\tkilled",
        "denied by Idris Fenn: The army's guns did not fire on the town.",
        "event Shelling of the port of Marsa Dhul",
        "These words also carry",
    ):
        assert part in card, part
    browser.find_element("link text", "Idris Fenn: The army's guns did not fire on the town.").click()
    assert "says it is not so" in texts(browser, "#card")[0]
    assert texts(browser, ".text .on") == ["its guns had fired on the town"]
    assert "".join(texts(browser, ".text .against")).startswith("Army guns shelled the port of Marsa Dhul")
    browser.back()
    settle(browser, "document.querySelector('#card').innerText.includes('Claim c1')")
    go(browser, "#marsa-dhul/c4")
    chain = texts(browser, "#card .chain li")
    assert chain == [
        "Radio Kesh partisan media, named, heard first, called “pro-government”",
        "Omar Tesh armed group, named, said to know",
    ]


def test_pointing_at_an_item_scrolls_the_text_to_its_words(
    browser: Chrome, tmp_path: Path, seed_extractions: tuple[Extraction, ...]
) -> None:
    """Hover and focus bring the words into view and mark them; the list stays where it is."""
    from selenium.webdriver import ActionChains

    whole = max(seed_extractions, key=lambda each: len(each.claims))
    open_page(browser, tmp_path, [whole])
    last = max(whole.claims, key=lambda each: each.start)
    row = next(each for each in browser.find_elements("css selector", ".panel .claim") if last.statement in each.text)
    browser.execute_script("arguments[0].scrollIntoView({ block: 'center' })", row)
    before = browser.execute_script("return [left.scrollTop, panel.scrollTop]")
    for point in (
        lambda: ActionChains(browser).move_to_element(row.find_element("css selector", "a")).perform(),
        lambda: browser.execute_script("arguments[0].querySelector('a').focus({ preventScroll: true })", row),
    ):
        browser.execute_script("left.scrollTop = 0; document.activeElement.blur()")
        point()
        settle(browser, "left.scrollTop > 0 && inView()")
        assert (
            "".join(
                browser.execute_script(
                    "return [...document.querySelectorAll('.text .hint')].map((each) => each.textContent)"
                )
            )
            == last.quote
        )
        assert browser.execute_script("return panel.scrollTop") == before[1]
        ActionChains(browser).move_to_element(browser.find_element("css selector", "h1")).perform()


def settle(browser: Chrome, condition: str) -> None:
    """Wait until a condition holds, at most ten seconds: other tests may have the machine."""
    look = """
    const inView = () => {
      const node = document.querySelector('.text .hint');
      const pane = document.getElementById('left').getBoundingClientRect();
      if (!node) return false;
      const box = node.getBoundingClientRect();
      return box.top >= pane.top && box.bottom <= pane.bottom;
    };
    const [left, panel] = [document.getElementById('left'), document.getElementById('panel')];
    """
    end = time.monotonic() + 10
    while not browser.execute_script(f"{look} return {condition}"):
        assert time.monotonic() < end, condition
        time.sleep(0.02)


def test_the_text_is_read_with_the_keyboard_alone(browser: Chrome, tmp_path: Path) -> None:
    """One tab stop for the text, arrows from passage to passage, Enter opens, Escape closes; so with the tabs."""
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.keys import Keys

    def press(*keys: str) -> None:
        ActionChains(browser).send_keys(*keys).perform()

    open_page(browser, tmp_path, [faultless()])
    press("/")
    assert browser.switch_to.active_element.get_attribute("id") == "search"
    while "stop" not in (browser.switch_to.active_element.get_attribute("class") or ""):
        press(Keys.TAB)
    press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    words = browser.switch_to.active_element.text
    outline = browser.execute_script("return getComputedStyle(document.activeElement).outlineStyle")
    assert (words.removeprefix("≠ "), outline) == ("its guns had fired on the town", "solid")
    press(Keys.ENTER)
    assert "Claim c3" in texts(browser, "#card")[0]
    press(Keys.ESCAPE)
    assert not browser.find_element("id", "card").is_displayed()
    press(Keys.TAB)
    assert browser.switch_to.active_element.text == "Who says what"
    press(Keys.ARROW_RIGHT)
    assert browser.switch_to.active_element.text == "Figures"
    assert texts(browser, ".panel h3")[0] == "Killed"


def test_claims_are_told_by_source_and_by_the_side_that_the_article_states(browser: Chrome, tmp_path: Path) -> None:
    """Claims hang on their origin, with the cue and its class; the side is the article's word or is not stated."""
    fields = making.reply()
    fields["attributions"][4]["chain"][0]["alignment"] = "Rebel"
    from conflict_extract.llm.scripted import ScriptedModel

    with Extractor(ScriptedModel([making.as_text(fields)])) as extractor:
        whole = extractor.extract(making.article())
    open_page(browser, tmp_path, [whole])
    assert [each.split("\n")[0].split(",")[0] for each in texts(browser, ".groups > details > summary")] == [
        "the health ministry government",
        "Idris Fenn military",
        "Omar Tesh armed group",
        "The article itself in its own voice",
    ]
    rows = texts(browser, ".groups .claim")
    assert "“denied” denying" in rows[2]
    assert "“told” neutral, via Radio Kesh" in rows[3]
    assert "“conceded” admitting" in rows[4]
    click(browser, ".grouping button:nth-of-type(2)")
    sides = [each.split("\n")[0] for each in texts(browser, ".groups > details > summary strong")]
    assert sides == ["“Rebel”", "No side stated", "The article itself"]


def test_what_one_source_says_looks_different_from_what_the_harmed_side_admits(
    browser: Chrome, tmp_path: Path, seed_extractions: tuple[Extraction, ...]
) -> None:
    """Each standing has a line, a shape and a word of its own, and each claim shows the one that it has."""
    found = [*seed_extractions, faultless()]
    open_page(browser, tmp_path, found)
    looks: dict[str, set[str]] = {}
    for each in found:
        go(browser, f"#{each.article_id}")
        shown = dict(
            browser.execute_script(
                """return [...document.querySelectorAll('.groups .claim')].map((row) => {
                  const [style, icon] = [getComputedStyle(row), row.querySelector('.icon').innerHTML];
                  return [row.querySelector('.statement').innerText, [
                    row.querySelector('.standing').innerText.trim(),
                    `${style.borderInlineStartStyle} ${style.borderInlineStartWidth} ${icon}`]];
                });"""
            )
        )
        for claim in each.claims:
            label, look = shown[claim.statement]
            looks.setdefault(standing_of(claim, each), set()).add(f"{label}: {look}")
    assert set(looks) == {"confirmed", "admitted", "disputed", "unconfirmed", "single", "own"}
    assert all(len(each) == 1 for each in looks.values())
    assert len(set().union(*looks.values())) == 6


def test_figures_are_drawn_as_far_as_their_words_go(
    browser: Chrome, tmp_path: Path, seed_extractions: tuple[Extraction, ...]
) -> None:
    """Open ends for "at least", hollow for vague words, a point for a number; the scale is said, words on hover."""
    whole = next(each for each in seed_extractions if each.article_id == "at-least-180-troops")
    open_page(browser, tmp_path, [whole])
    click(browser, "#tab-figures")
    assert "logarithmic scale" in texts(browser, ".quantity caption")[0]
    assert "linear scale" in texts(browser, ".quantity caption")[1]
    drawn = {
        words: (shapes, title, signs)
        for words, shapes, title, signs in browser.execute_script(
            """return [...document.querySelectorAll('.chart tbody tr:not(.group)')].map((row) => [
              row.querySelector('a').innerText,
              [...row.querySelectorAll('.bar [class]:not(.grid)')].map((part) => part.getAttribute('class')),
              row.querySelector('.bar title').textContent, row.querySelector('.signs').innerText]);"""
        )
    }
    assert drawn["“At least 180”"][0] == ["open", "edge", "arrow"]
    assert drawn["“At least 180”"][1].startswith("“At least 180 Syria troops and militiamen were killed")
    assert drawn["“62,000”"][0] == ["exact"]
    assert drawn["“some 15”"][0] == ["about"]
    assert drawn["“tens of thousands”"] == (["hollow", "arrow"], drawn["“More than 119,000”"][1], "≥10,000 (vague)")
    assert sum(len(claim.figures) for claim in whole.claims) == browser.execute_script(
        "return document.querySelectorAll('.chart tbody tr:not(.group)').length"
    )
    starts = browser.execute_script(
        """return [...document.querySelectorAll('.chart')][0].querySelectorAll('.open, .hollow').values()
           .map((bar) => parseFloat(bar.getAttribute('x'))).toArray();"""
    )
    assert starts[1] < starts[0] < starts[3] < starts[2], "75 < 180 < tens of thousands < 119,000 on one axis"


def test_events_stand_in_time_as_precisely_as_they_resolve(browser: Chrome, tmp_path: Path) -> None:
    """A day is a point, a stretch a bar, an open end open; what does not resolve is listed apart."""
    may, march = date(2026, 5, 5), date(2026, 3, 1)
    events = [
        each.model_copy(update=dict(zip(("earliest", "latest", "precision"), days, strict=True)))
        for each, days in zip(
            faultless().events,
            ((may, may, 1), (march, may, 5), (None, None, None)),
            strict=True,
        )
    ]
    open_page(browser, tmp_path, [extraction(events=tuple(events))])
    click(browser, "#tab-time")
    rows = texts(browser, ".time tbody tr")
    assert ["1 March 2026 to 5 May 2026" in rows[0], "more than a month" in rows[0]] == [True, True]
    assert ["5 May 2026" in rows[1], "“on Tuesday” the day" in rows[1]] == [True, True]
    shapes = browser.execute_script(
        "return [...document.querySelectorAll('.time :is(circle, rect)')].map((each) => each.getAttribute('class'))"
    )
    assert shapes == ["solid", "exact"]
    assert "“on 2 May” does not resolve to a day" in texts(browser, ".events li")[0]


def test_filters_and_search_narrow_everything_down(
    browser: Chrome, tmp_path: Path, seed_extractions: tuple[Extraction, ...]
) -> None:
    """Kind, source, standing, article and words: the list, the marks and the counts follow, and can be cleared."""
    open_page(browser, tmp_path, seed_extractions)
    claims = [(each, claim) for each in seed_extractions for claim in each.claims]

    def counted() -> int:
        return int(texts(browser, "#counts")[0].split()[0])

    def choose(id: str, value: str) -> None:
        browser.execute_script(
            "const it = document.getElementById(arguments[0]); it.value = arguments[1];"
            "it.dispatchEvent(new Event('change'))",
            id,
            value,
        )

    assert counted() == len(claims)
    choose("kind", "territory")
    assert counted() == sum(claim.kind == "territory" for _, claim in claims)
    choose("kind", "")
    choose("source", "reuters")
    by_reuters = [
        claim
        for each, claim in claims
        if (told := each.attribution_of(claim)) and any(source.name == "Reuters" for source in told.chain)
    ]
    assert counted() == len(by_reuters) > 0
    go(browser, "#at-least-180-troops")
    assert browser.execute_script("return document.querySelectorAll('.text .stop').length") <= 2 * len(by_reuters)
    click(browser, "#clear")
    browser.find_element("id", "search").send_keys("SÁRMADA")
    expected = sum("sarmada" in claim.model_dump_json().lower() for _, claim in claims)
    settle(browser, "document.getElementById('counts').innerText.includes('of 126 in all')")
    go(browser, "#")
    assert (counted() if expected else 0) == expected
    click(browser, "#clear")
    assert counted() == len(claims)


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


def test_a_thousand_extractions_open_in_two_seconds(
    browser: Chrome, tmp_path: Path, seed_extractions: tuple[Extraction, ...]
) -> None:
    """From the click to a page that can be used (the best of five), and a search over it all in no more."""
    known = (*seed_extractions, *replayed(seeds.CHALLENGE, "challenge"))
    many = [
        each.model_copy(update={"article_id": f"{each.article_id} {number}"})
        for number, each in zip(range(1000), itertools.cycle(known), strict=False)
    ]
    path = open_page(browser, tmp_path, many)
    took = []
    for _ in range(5):
        browser.get("about:blank")
        start = time.monotonic()
        browser.get(path.as_uri())
        assert texts(browser, ".left h2") == ["1,000 articles"]
        took.append(time.monotonic() - start)
        if took[-1] < 2:
            break
    assert min(took) < 2, took
    claims = sum(len(each.claims) for each in many)
    assert texts(browser, "#counts")[0].startswith(f"{claims:,} claims by ")
    assert browser.execute_script("return document.querySelectorAll('*').length") < 5000
    for view in ("figures", "time", "rejected"):
        click(browser, f"#tab-{view}")
        widths = "return [...document.querySelectorAll('.bar:not(.mini)')].map((bar) => bar.clientWidth)"
        assert min(browser.execute_script(widths), default=200) >= 150
    assert browser.execute_script("return document.querySelectorAll('*').length") < 10_000
    start = time.monotonic()
    browser.find_element("id", "search").send_keys("Marsa Dhul")
    settle(browser, "document.getElementById('counts').innerText.includes('in all')")
    assert time.monotonic() - start < 2
    click(browser, "#clear")
    go(browser, f"#{quote(many[999].article_id)}/{many[999].claims[0].id}")
    assert texts(browser, "#card h3") == [many[999].claims[0].statement]


def test_it_prints_all_of_an_article(browser: Chrome, tmp_path: Path) -> None:
    """A print-out has the text, the claims, the figures as a table, the events and what was left out, unfolded."""
    left_out = Rejected(
        path="claims[6]", id="c7", reason="not_in_article", message="Its quote is not there.", content=1
    )
    open_page(browser, tmp_path, [extraction(rejected=(left_out,))])
    assert base64.b64decode(browser.print_page()).startswith(b"%PDF-")
    browser.execute_script("dispatchEvent(new Event('beforeprint'))")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    (printed,) = texts(browser, "main")
    for part in (
        "Who says what",
        "≥12 (vague)",
        "Timeline",
        "Its quote is not there.",
        "How a claim stands",
        "Army guns",
    ):
        assert part in printed, part
    assert not browser.find_element("id", "filters").is_displayed()
    browser.execute_script("dispatchEvent(new Event('afterprint'))")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert len(texts(browser, ".panel h2")) == 0


def test_it_follows_the_readers_colours_and_window(browser: Chrome, tmp_path: Path) -> None:
    """Dark where the reader's system is dark; in a narrow window one column, and nothing to scroll sideways to."""
    open_page(browser, tmp_path, [faultless()], "#marsa-dhul/c1")
    paper = "return getComputedStyle(document.body).backgroundColor"
    light = browser.execute_script(paper)
    resize(browser, 400, 800, prefers_color_scheme="dark")
    assert browser.execute_script(paper) != light
    for view in ("claims", "figures", "time", "rejected", "about"):
        browser.execute_script("document.getElementById(arguments[0]).click()", f"tab-{view}")
        assert browser.execute_script("return document.documentElement.scrollWidth") <= 400, view
    box = browser.execute_script("return document.getElementById('card').getBoundingClientRect().toJSON()")
    assert (box["left"], box["right"] > 380, box["bottom"]) == (0, True, 800)
