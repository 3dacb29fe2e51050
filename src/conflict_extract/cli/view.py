"""One extraction as lines for people: who says what, with which figures, about which events."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from rich.padding import Padding
from rich.text import Text

from conflict_extract.cli.terminal import clean
from conflict_extract.models import Attribution, Claim, Event, Extraction, Figure, Item, Rejected, Source
from conflict_extract.text.figure_bounds import bounds

Line = Padding | Text

_PASSIVE = {
    "denies": "denied by",
    "confirms": "confirmed by",
    "part_of": "has the part",
    "updates": "updated by",
    "differs": "told differently in",
}
_ACTIVE = {"part_of": "part of", "differs": "differs from"}
_PRECISION = {1: "the day", 2: "2 to 6 days", 3: "the week", 4: "the month", 5: "more than a month"}


def view(extraction: Extraction, *, rejected: bool = False) -> Iterator[Line]:
    """The extraction, claims grouped by who makes them and the article's own voice last.

    Args:
        extraction: What to show.
        rejected: Also list what was left out, with reasons and the model's words.

    Yields:
        Lines and indented blocks for rich; no text in them is markup or steers the terminal.
    """
    yield from _head(extraction)
    for chain, tellings in _by_chain(extraction.attributions).items():
        yield Text()
        yield Text(clean(chain), "bold cyan")
        yield _line(" ← ".join(_source(source) for source in tellings[0].chain), 2, "dim")
        for telling in tellings:
            yield from _telling(extraction, telling)
    own = extraction.claims_by(None)
    if own:
        yield Text()
        yield Text("The article itself", "bold cyan")
        for claim in own:
            yield from _claim(extraction, claim)
    if extraction.events:
        yield Text()
        yield Text("Events", "bold")
        for event in extraction.events:
            yield from _event(extraction, event)
    yield from _left_out(extraction.rejected, in_full=rejected)
    yield Text()


def _head(extraction: Extraction) -> Iterator[Line]:
    made = extraction.provenance
    article = extraction.article
    yield Text(clean(extraction.article_id), "bold")
    if article is not None and article.title:
        yield _line(article.title, 2)
    day = article.published.isoformat() if article is not None and article.published else "not known"
    yield _line(f"published: {day} · model: {made.answered_by} · prompt: {made.prompt_version}", 2, "dim")
    counts = [
        _count(len(extraction.claims), "claim"),
        _count(len(extraction.attributions), "attribution"),
        _count(len(extraction.events), "event"),
    ]
    yield _line(", ".join(counts), 2, "dim")
    if not extraction.complete:
        yield _line("INCOMPLETE: the model's reply was cut off, items may be missing", 2, "bold red")


def _by_chain(attributions: Iterable[Attribution]) -> dict[str, list[Attribution]]:
    groups: dict[str, list[Attribution]] = {}
    for each in attributions:
        groups.setdefault(_chain(each), []).append(each)
    return groups


def _chain(attribution: Attribution) -> str:
    return " ← ".join(source.name for source in attribution.chain)


def _source(source: Source) -> str:
    side = f", “{source.alignment}”" if source.alignment else ""
    return f"{_plain(source.type)}, {source.identification}{side}"


def _telling(extraction: Extraction, telling: Attribution) -> Iterator[Line]:
    cue = f"“{telling.cue}”" if telling.cue else "(no cue)"
    yield _line(f"{telling.id} {cue} · {telling.cue_class} · {telling.mode}", 2, "cyan")
    claims = extraction.claims_by(telling)
    for claim in claims:
        yield from _claim(extraction, claim)
    if not claims:
        yield _quote(telling, 4)


def _claim(extraction: Extraction, claim: Claim) -> Iterator[Line]:
    denied = claim.polarity == "negated"
    yield _line(f"{claim.id} {claim.statement}", 4, "red" if denied else "")
    flags = [
        "NEGATED: said not to be so" if denied else "",
        claim.certainty if claim.certainty != "certain" else "",
        claim.verification if claim.verification != "none" else "",
        "background" if claim.background else "",
    ]
    yield _line(" · ".join([_plain(claim.kind), *filter(None, flags)]), 7, "dim")
    for figure in claim.figures:
        yield _line(_figure(figure), 7, "green")
    for relation in claim.relations:
        (target,) = (each for each in extraction.claims if each.id == relation.claim)
        yield _line(f"{_ACTIVE.get(relation.kind, relation.kind)} {_reference(extraction, target)}", 7, "yellow")
    for kind, words in _PASSIVE.items():
        for other in extraction.relating(claim, kind):
            yield _line(f"{words} {_reference(extraction, other)}", 7, "yellow")
    if claim.events:
        yield _line(
            "about " + ", ".join(f"{each.id} ({each.summary})" for each in extraction.events_of(claim)), 7, "dim"
        )
    yield _quote(claim, 7)


def _reference(extraction: Extraction, claim: Claim) -> str:
    telling = extraction.attribution_of(claim)
    return f"{claim.id} ({_chain(telling) if telling else 'the article itself'}): {claim.statement}"


def _figure(figure: Figure) -> str:
    of = f" {figure.of}" if figure.of else ""
    about = [_plain(figure.measure)]
    if figure.category not in ("not_people", "unspecified"):
        about.append(figure.category)
    if figure.window:
        about.append(f"over “{figure.window}”")
    return f"“{figure.text}”{of} → {bounds(figure)} · {', '.join(about)}"


def _event(extraction: Extraction, event: Event) -> Iterator[Line]:
    yield _line(f"{event.id} {event.summary}", 2, "bold")
    kinds = [f"{_plain(event.type)}: {_plain(event.sub_type)}", event.granularity, event.reality]
    yield _line(" · ".join(kinds), 5, "dim")
    for actor in event.actors:
        yield _line(f"{actor.role}: {actor.name} ({_plain(actor.type)})", 5)
    for place in event.places:
        yield _line(f"place: {place.name}{f' (in {place.within})' if place.within else ''}", 5)
    yield _line(f"time: {_time(event)}", 5)
    if event.territory:
        yield _line(f"territory: {event.territory}", 5)
    if event.weapons:
        yield _line(f"weapons: {', '.join(_plain(each) for each in event.weapons)}", 5)
    yield _line("told in " + ", ".join(claim.id for claim in extraction.claims_of(event)), 5, "dim")
    yield _quote(event, 5)


def _time(event: Event) -> str:
    if event.time is None:
        return "not said"
    if event.earliest and event.latest:
        days = " to ".join(dict.fromkeys(map(str, (event.earliest, event.latest))))
    elif event.earliest or event.latest:
        days = f"from {event.earliest}" if event.earliest else f"until {event.latest}"
    else:
        return f"“{event.time}” → unresolved"
    return f"“{event.time}” → {days}{f' ({_PRECISION[event.precision]})' if event.precision else ''}"


def _left_out(rejected: tuple[Rejected, ...], *, in_full: bool) -> Iterator[Line]:
    if not rejected and not in_full:
        return
    yield Text()
    if not rejected:
        yield Text("Nothing was left out", "magenta")
        return
    if not in_full:
        yield Text(f"{_count(len(rejected), 'item')} left out; --rejected shows which, and why", "magenta")
        return
    yield Text("Left out", "bold magenta")
    for each in rejected:
        yield _line(f"{each.path}{f' ({each.id})' if each.id else ''}: {_plain(each.reason)}: {each.message}", 2)
        if each.content is not None:
            yield _line(json.dumps(each.content, ensure_ascii=False), 5, "dim")


def _quote(item: Item, indent: int) -> Padding:
    found = "" if item.grounding == "exact" else f", {item.grounding}"
    return _line(f"“{item.quote}” [{item.start}–{item.end}{found}]", indent, "italic dim")


def _line(text: str, indent: int, style: str = "") -> Padding:
    return Padding(Text(clean(text), style), (0, 0, 0, indent), expand=False)


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
