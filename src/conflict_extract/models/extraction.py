"""The extraction: all that was found in one article, linked, guarded, and with its provenance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache, cached_property
from typing import Annotated, Any, Literal, NamedTuple, get_origin

from pydantic import Field, JsonValue, model_validator

from conflict_extract.models.article import Article
from conflict_extract.models.attribution import Attribution, Source
from conflict_extract.models.base import Model
from conflict_extract.models.claim import Claim, Figure
from conflict_extract.models.event import Event
from conflict_extract.models.item import Item

SCHEMA_VERSION = "1.0"
"""Version of the models and so of the files under ``schemas/``. A new major version changes what old files mean."""

RejectionReason = Literal[
    "invalid",
    "not_in_article",
    "ambiguous",
    "unreadable_figure",
    "unsupported_statement",
    "duplicate_id",
    "dangling_link",
    "self_link",
    "unlinked_event",
    "unresolved_part",
    "repeated",
    "no_reply",
    "not_repeated",
]
"""Why something was left out:

- invalid: it does not fit the schema (unknown value, missing field);
- not_in_article: its words do not stand in the article, or not where they would have to;
- ambiguous: its words stand in several places and nothing tells which is meant;
- unreadable_figure: no number can be read from the figure's words;
- unsupported_statement: the model's own sentence has a number or a name that the article does not have;
- duplicate_id: another item has the same id, so that no link can tell them apart;
- dangling_link: it links to something that is not there (any more);
- self_link: it links to itself;
- unlinked_event: no claim that was kept names the event;
- unresolved_part: the figure is a part of a whole that is not there, and would be counted twice;
- repeated: the same item stands there already;
- no_reply: for this passage of a long article the model gave nothing usable;
- not_repeated: it stood in another reply to the same question, and not in the one that was kept.
"""


class Rejected(Model):
    """Something that the model gave and the library left out. Its content is not grounded: do not use it as data.

    Attributes:
        path: Where it stood in the reply: "claims[3].figures[0]".
        id: The id that the model gave to the item, where it gave one.
        reason: Why it was left out.
        message: The same in a sentence.
        content: What was left out, as the model gave it.
    """

    path: str
    id: str | None = None
    reason: RejectionReason
    message: str
    content: Annotated[Any, Field(repr=False)] = None


class Usage(Model):
    """Tokens, as the endpoint counted them, added up over all calls for the article."""

    prompt_tokens: Annotated[int, Field(ge=0)]
    completion_tokens: Annotated[int, Field(ge=0)]


class Provenance(Model):
    """Where an extraction comes from (after W3C PROV: what was used, by which agent, when).

    Attributes:
        key: SHA-256 over article, prompt, reply schema, model and parameters: equal keys, equal requests.
        article_sha256: SHA-256 of the article's text in UTF-8.
        model: The model's name, as it was asked for.
        answered_by: The name under which the endpoint answered.
        prompt_version: Version of the prompt template.
        prompt_sha256: SHA-256 of the template.
        reply_schema_sha256: SHA-256 of the schema that the model had to answer in.
        schema_version: Version of these models.
        parameters: What else was sent: temperature, max_tokens, seed, an endpoint's own fields.
        vague_policy: Name of the policy that gave vague words their bounds.
        library_version: Version of conflict-extract.
        created: When the extraction was made, in UTC.
        calls: Replies that were read, reasks included.
        passages: Passages that the article was cut into.
        usage: Tokens over all calls, None where the endpoint does not say.
    """

    key: str
    article_sha256: str
    model: str
    answered_by: str
    prompt_version: str
    prompt_sha256: str
    reply_schema_sha256: str
    schema_version: str = SCHEMA_VERSION
    parameters: dict[str, JsonValue]
    vague_policy: str
    library_version: str
    created: datetime
    calls: Annotated[int, Field(ge=1)]
    passages: Annotated[int, Field(ge=1)]
    usage: Usage | None = None


class Told(NamedTuple):
    """A figure with the claim that makes it and the telling that the claim hangs on."""

    figure: Figure
    claim: Claim
    attribution: Attribution | None

    @property
    def origin(self) -> Source | None:
        """Who is said to know, or None for the article's own voice."""
        return self.attribution.origin if self.attribution else None


class Extraction(Model):
    """All that was found in one article.

    It guards itself: ids are unique, every link resolves, every event is named by a claim, and every quote
    stands where it says (as long as the article's text is there to check against).

    Attributes:
        article_id: Id of the article.
        article: The article, or None where the text was left out (``provenance.article_sha256`` stays).
        attributions: Who tells, in the order of the article.
        claims: What is told.
        events: What happened, or is said to.
        complete: False where the model's reply was cut off, so that items may be missing.
        rejected: What the model gave and was left out, with reasons.
        provenance: Where all this comes from.
    """

    article_id: str
    article: Article | None = None
    attributions: tuple[Attribution, ...] = ()
    claims: tuple[Claim, ...] = ()
    events: tuple[Event, ...] = ()
    complete: bool = True
    rejected: tuple[Rejected, ...] = ()
    provenance: Provenance

    @model_validator(mode="after")
    def _guard(self) -> Extraction:
        faults = list(_link_faults(self))
        if self.article is not None:
            faults += _text_faults(self, self.article)
        if faults:
            raise ValueError("; ".join(faults))
        return self

    @cached_property
    def _items(self) -> dict[str, Item]:
        return {item.id: item for item in (*self.attributions, *self.claims, *self.events)}

    def __getitem__(self, id: str) -> Item:
        """The item with this id.

        Raises:
            KeyError: There is none.
        """
        return self._items[id]

    def attribution_of(self, claim: Claim) -> Attribution | None:
        """The telling that a claim hangs on; None for the article's own voice."""
        found = self._items[claim.attribution] if claim.attribution is not None else None
        return found if isinstance(found, Attribution) else None

    def claims_by(self, attribution: Attribution | None) -> tuple[Claim, ...]:
        """The claims of one telling, or with None those of the article's own voice."""
        id = attribution.id if attribution else None
        return tuple(claim for claim in self.claims if claim.attribution == id)

    def events_of(self, claim: Claim) -> tuple[Event, ...]:
        """The events that a claim is about."""
        return tuple(event for event in self.events if event.id in claim.events)

    def claims_of(self, event: Event) -> tuple[Claim, ...]:
        """The claims about an event."""
        return tuple(claim for claim in self.claims if event.id in claim.events)

    def figures_of(self, event: Event) -> tuple[Told, ...]:
        """The figures told of an event, each with its claim and who says so."""
        return tuple(
            Told(figure, claim, self.attribution_of(claim))
            for claim in self.claims_of(event)
            for figure in claim.figures
        )

    def related(self, claim: Claim, kind: str) -> tuple[Claim, ...]:
        """The earlier claims that a claim denies, confirms, updates, differs from or is part of."""
        targets = [relation.claim for relation in claim.relations if relation.kind == kind]
        return tuple(each for each in self.claims if each.id in targets)

    def relating(self, claim: Claim, kind: str) -> tuple[Claim, ...]:
        """The later claims that deny, confirm, update, differ from or are part of a claim."""
        return tuple(
            each for each in self.claims if any(link.kind == kind and link.claim == claim.id for link in each.relations)
        )

    def without_text(self) -> Extraction:
        """The same without the article's text; the hash stays in the provenance."""
        return self.model_copy(update={"article": None})


def _link_faults(extraction: Extraction) -> Iterator[str]:
    ids: set[str] = set()
    for item in (*extraction.attributions, *extraction.claims, *extraction.events):
        if item.id in ids:
            yield f"the id {item.id} is there twice"
        ids.add(item.id)
    attributions = {item.id for item in extraction.attributions}
    events = {item.id for item in extraction.events}
    claims = {item.id for item in extraction.claims}
    named: set[str] = set()
    for claim in extraction.claims:
        if claim.attribution is not None and claim.attribution not in attributions:
            yield f"{claim.id} hangs on the attribution {claim.attribution}, which is not there"
        for event in claim.events:
            if event not in events:
                yield f"{claim.id} names the event {event}, which is not there"
        for relation in claim.relations:
            if relation.claim == claim.id:
                yield f"{claim.id} {relation.kind} itself"
            elif relation.claim not in claims:
                yield f"{claim.id} {relation.kind} the claim {relation.claim}, which is not there"
        named.update(claim.events)
    for event in sorted(events - named):
        yield f"no claim names the event {event}"


def _text_faults(extraction: Extraction, article: Article) -> Iterator[str]:
    if extraction.article_id != article.id:
        yield f"the article is {article.id}, not {extraction.article_id}"
    if extraction.provenance.article_sha256 != article.sha256:
        yield "the article's text is not the one that the extraction was made from (SHA-256)"
        return
    for place, words, (start, end) in verbatims((*extraction.attributions, *extraction.claims, *extraction.events)):
        if article.text[start:end] != words:
            yield f"{place}: the article does not have these words at [{start}, {end})"


def verbatims(items: Iterable[Item]) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """All the words that items take from the article, nested ones included.

    Yields:
        Where ("c1.figures[0].text"), the words, and their span.
    """
    for item in items:
        found = [(f"{item.id}.quote", item.quote, (item.start, item.end))]
        _add_verbatims(found, item, item.id)
        yield from found


def _add_verbatims(found: list[tuple[str, str, tuple[int, int]]], model: Model, path: str) -> None:
    words, lists = _verbatim_fields(type(model))
    for name, span in words:
        value = getattr(model, name)
        if value is not None:
            found.append((f"{path}.{name}", value, getattr(model, span) or (0, 0)))
    for name in lists:
        for position, part in enumerate(getattr(model, name)):
            if isinstance(part, Model):
                _add_verbatims(found, part, f"{path}.{name}[{position}]")


@cache
def _verbatim_fields(model: type[Model]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """The fields that hold words with a span of their own, with the span's field; and those that hold lists."""
    fields = model.model_fields
    lists = tuple(name for name, info in fields.items() if get_origin(info.annotation) is tuple)
    return tuple((name, f"{name}_span") for name in fields if f"{name}_span" in fields), lists
