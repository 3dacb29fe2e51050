"""Labels held against their article: words, places, links, figures, and the freeze."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from conflict_extract.errors import GoldError
from conflict_extract.evaluation.form import Fault, field_at, named, part_of
from conflict_extract.evaluation.gold import ANNOTATIONS, Articles, label_files, open_labels
from conflict_extract.evaluation.items import LINKS
from conflict_extract.evaluation.labels import Label, LabelFile
from conflict_extract.evaluation.manifest import manifest_faults
from conflict_extract.evaluation.positions import Where
from conflict_extract.evaluation.standing import standing
from conflict_extract.models import Article
from conflict_extract.models.base import Model
from conflict_extract.reply.schema import LISTS
from conflict_extract.reply.workbench import NEXT_TO
from conflict_extract.text.figures import read_figure
from conflict_extract.text.grounding import Grounder
from conflict_extract.text.support import Support

_SENTENCES = ("statement", "summary")
_NEAR = ("cue", "text")
"""Words that must stand in or next to their item's quote: cues, and the figures' numbers."""


def check_files(paths: Sequence[Path], articles: Articles | None = None) -> list[GoldError]:
    """All that is wrong with label files.

    Args:
        paths: Label files, and folders of them with their ``annotations`` and manifest.
        articles: The texts; by default those in the folder ``articles`` beside or above each file.

    Returns:
        The problems, file by file in the order of their lines; none where all is well.

    Raises:
        ConfigError: A path is not there, or a folder has no label file.
    """
    problems: list[GoldError] = []
    seen: dict[tuple[Path, ...] | tuple[Path, str, str], Path] = {}
    known: dict[Path, Articles] = {}
    for path in label_files(paths):
        labels, lines, found = open_labels(path)
        if labels is not None and lines is not None:
            found += _labelled_twice(path, labels, lines.of(("article",)), seen)
            try:
                texts = articles or known.setdefault(path.parent, Articles.beside(path))
                faults = list(check_labels(labels, texts.get(labels.article)))
            except GoldError as error:
                line = lines.of(("article",)) if error.path is None else error.line
                found.append(GoldError(error.problem, path=error.path or path, line=line))
            else:
                found += [GoldError(fault.message, path=path, line=lines.of(fault.where)) for fault in faults]
        problems += sorted(found, key=lambda each: each.line or 0)
    return problems + manifest_faults(paths)


def _labelled_twice(path: Path, labels: LabelFile, line: int, seen: dict[Any, Path]) -> Iterator[GoldError]:
    """Gold has one file an article, annotations have one of each annotator."""
    who = labels.annotator if path.parent.name == ANNOTATIONS else ""
    key = (path.parent, labels.article, who)
    if key in seen:
        problem = f"the article {labels.article} is labelled already" + (f" by {who}" if who else "")
        yield GoldError(f"{problem}, in {seen[key].name}", path=path, line=line)
    seen.setdefault(key, path)


def check_labels(labels: LabelFile, article: Article) -> Iterator[Fault]:
    """All that is wrong with the labels of one article.

    Args:
        labels: The labels.
        article: The article that they name.

    Yields:
        The faults; of labels for another text only that.
    """
    if labels.article != article.id:
        yield Fault(("article",), f"article: these are labels of {labels.article}, not of {article.id}")
        return
    if labels.sha256 != article.sha256:
        yield Fault(
            ("sha256",),
            f"sha256: these are labels of another text: the article {article.id} has {article.sha256}",
        )
        return
    yield from _id_faults(labels)
    yield from _link_faults(labels)
    yield from _optional_faults(labels)
    check = _TextCheck(article.text)
    for name, model in LISTS.items():
        for position, item in enumerate(getattr(labels, name)):
            yield from check.item((name, position), model, item)


# -- ids and links ----------------------------------------------------------------------------------------------


def _id_faults(labels: LabelFile) -> Iterator[Fault]:
    ids: set[str] = set()
    for name in LISTS:
        for position, item in enumerate(getattr(labels, name)):
            where = (name, position, "id")
            if item.id in ids:
                yield Fault(where, f"{item.id}: the id is there twice")
            elif not (item.id[:1] == name[0] and item.id[1:].isascii() and item.id[1:].isdecimal()):
                yield Fault(where, f"{item.id}: the ids of {name} are {name[0]}1, {name[0]}2 …")
            ids.add(item.id)


def _link_faults(labels: LabelFile) -> Iterator[Fault]:
    ids = {name: {item.id for item in getattr(labels, name)} for name in LISTS}
    for position, claim in enumerate(labels.claims):
        where: Where = ("claims", position)
        for field, targets in _TARGETS.items():
            values = [(getattr(claim, field), (*where, field))]
            values += [(each, (*where, "alternatives", field)) for each in claim.alternatives.get(field, ())]
            for value, place in values:
                for target in targets(value):
                    if field == "relations" and target == claim.id:
                        yield Fault(place, f"{claim.id}.relations: the claim links to itself")
                    elif target not in ids[LINKS[field]]:
                        yield Fault(place, f"{claim.id}.{field}: there is no {LINKS[field][:-1]} {target}")
        for field in ("events", "relations"):
            for value, times in Counter(getattr(claim, field)).items():
                if times > 1:
                    shown = value if isinstance(value, str) else f"{value.kind} {value.claim}"
                    yield Fault((*where, field), f"{claim.id}.{field}: {shown} is there twice")
    named_events = {event for claim in labels.claims for event in claim.events}
    for position, event in enumerate(labels.events):
        if event.id not in named_events:
            yield Fault(("events", position), f"{event.id}: no claim names this event")


_TARGETS: dict[str, Callable[[Any], list[str]]] = {
    "attribution": lambda id: [id] if id is not None else [],
    "events": list,
    "relations": lambda relations: [each["claim"] if isinstance(each, dict) else each.claim for each in relations],
}


def _optional_faults(labels: LabelFile) -> Iterator[Fault]:
    """A required claim hangs on a required attribution; an event that only optional claims name is optional."""
    optional = {item.id for item in labels.attributions if item.optional}
    required = {event for claim in labels.claims if not claim.optional for event in claim.events}
    by_claims = {event for claim in labels.claims for event in claim.events}
    for position, claim in enumerate(labels.claims):
        if not claim.optional and claim.attribution in optional:
            message = f"{claim.id}.attribution: the claim is required and {claim.attribution} is optional"
            yield Fault(("claims", position, "attribution"), message)
    for position, event in enumerate(labels.events):
        if not event.optional and event.id in by_claims - required:
            message = f"{event.id}.optional: only optional claims name this event, so it is optional"
            yield Fault(("events", position, "optional"), message)


# -- words of the article ---------------------------------------------------------------------------------------


class _TextCheck:
    """One article's text, made ready once for all its labels."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.support = Support(text)
        self.grounder = Grounder(text)

    def item(self, where: tuple[str, int], model: type[Model], item: Label) -> Iterator[Fault]:
        message = self.quote_fault(item)
        if message:
            yield Fault((*where, "quote"), f"{named_id(item)}.quote: {message}")
        for path, words in verbatim(model, item):
            message = self.words_fault(words, item if path[-1] in _NEAR else None)
            if message:
                yield Fault((*where, *path), f"{_shown(item, path)}: {message}")
        for path, message in self._figure_faults(item):
            yield Fault((*where, *path), f"{_shown(item, path)}: {message}")
        for name in _SENTENCES:
            new = self.support.unsupported(getattr(item, name)) if hasattr(item, name) else ()
            if new:
                message = f"the article does not have {', '.join(json.dumps(each, ensure_ascii=False) for each in new)}"
                yield Fault((*where, name), f"{named_id(item)}.{name}: {message}")
        yield from self._alternative_faults(where, model, item)

    def quote_fault(self, item: Any) -> str | None:
        """What is wrong with a quote and its offsets."""
        quote, start, end = item.quote, item.start, item.end
        places = standing(self.text, quote)
        if start is None and end is None:
            if len(places) > 1:
                return f"it stands {len(places)} times and has no offsets; quote a few words more"
            return None if places else self._not_there(quote)
        if start is None or end is None:
            return "start and end belong together"
        if self.text[start:end] == quote:
            return None
        if not places:
            return self._not_there(quote)
        at = " and ".join(f"[{place}, {place + len(quote)})" for place in places)
        return f"the offsets [{start}, {end}) do not fit it; it stands at {at}"

    def words_fault(self, words: str, item: Any = None) -> str | None:
        """What is wrong with words of the article; with an item, they must stand in or next to its quote."""
        places = standing(self.text, words)
        if not places:
            return self._not_there(words)
        quotes = self._places_of(item) if item is not None else []
        near = any(
            start - NEXT_TO <= place and place + len(words) <= end + NEXT_TO
            for place in places
            for start, end in quotes
        )
        return None if near or not quotes else f"{_short(words)} does not stand in or next to the quote"

    def _places_of(self, item: Any) -> list[tuple[int, int]]:
        if item.start is not None and item.end is not None:
            return [(item.start, item.end)]
        return [(place, place + len(item.quote)) for place in standing(self.text, item.quote)]

    def _not_there(self, words: str) -> str:
        near = self.grounder.find(words)
        hint = "" if not near else f"; the nearest is {_short(self.text[near[0].start : near[0].end], 200)}"
        return f"{_short(words)} does not stand in the article letter for letter{hint}"

    def _figure_faults(self, item: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
        for number, figure in enumerate(getattr(item, "figures", ())):
            if read_figure(figure.text, measure=figure.measure) is None:
                message = f"no number of the measure {figure.measure} can be read from {_short(figure.text)}"
                yield ("figures", number, "text"), message

    def _alternative_faults(self, where: tuple[str, int], model: type[Model], item: Label) -> Iterator[Fault]:
        for field, values in item.alternatives.items():
            target = field_at(model, item, field)
            if target is None:
                continue
            owner, name = target
            words = values if name == "quote" or f"{name}_span" in owner.model_fields else ()
            for value in filter(None, words):
                message = self.words_fault(value)
                if message:
                    at = (*where, "alternatives", field)
                    yield Fault(at, f"{named_id(item)}.alternatives[{field!r}]: {message}")


def verbatim(model: type[Model], item: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """All words that an item takes from the article beside its quote, with the path to each."""
    for name in model.model_fields:
        part = part_of(model, name)
        if part is not None:
            for position, each in enumerate(getattr(item, name)):
                yield from (((name, position, *path), words) for path, words in verbatim(part, each))
        elif f"{name}_span" in model.model_fields and getattr(item, name) is not None:
            yield (name,), getattr(item, name)


def named_id(item: Any) -> str:
    """The item's id, or a word where it is empty."""
    return item.id or "an item without id"


def _shown(item: Any, path: tuple[str | int, ...]) -> str:
    return f"{named_id(item)}.{named(path, None)}"


def _short(words: str, longest: int = 80) -> str:
    return json.dumps(words if len(words) <= longest else words[:longest] + "…", ensure_ascii=False)
