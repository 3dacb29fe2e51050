"""The flat tables: which columns they have, and an extraction's rows in them.

Keys: an item is found by ``article`` and ``id``; ``claims.attribution`` names a row of attributions, ``claims.events``
rows of events, ``figures.claim`` a row of claims. Sources are given as the article prints them; no source is the
article's own voice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import MappingProxyType

from conflict_extract.exports.cells import Cell, listed
from conflict_extract.models import Actor, Attribution, Claim, Event, Extraction, Figure, Item
from conflict_extract.models.vocabulary import ActorRole, RelationKind

Row = dict[str, Cell]
RELATIONS: tuple[RelationKind, ...] = RelationKind.__args__  # type: ignore[attr-defined]
_ROLES: dict[str, ActorRole] = {
    "initiators": "initiator",
    "targets": "target",
    "supporters": "supporter",
    "other_actors": "other",
}
_PLACE = ("quote", "start", "end", "grounding", "similarity")


def article_rows(extraction: Extraction) -> Iterator[Row]:
    """The one row of an article: what it is, what was found in it, and by what."""
    article, provenance = extraction.article, extraction.provenance
    yield {
        "article": extraction.article_id,
        "title": article.title if article else None,
        "url": article.url if article else None,
        "published": article.published if article else None,
        "sha256": provenance.article_sha256,
        "complete": extraction.complete,
        "attributions": len(extraction.attributions),
        "claims": len(extraction.claims),
        "events": len(extraction.events),
        "rejected": len(extraction.rejected),
        "model": provenance.answered_by,
        "prompt_version": provenance.prompt_version,
        "schema_version": provenance.schema_version,
        "vague_policy": provenance.vague_policy,
        "library_version": provenance.library_version,
        "created": provenance.created.isoformat(),
        "key": provenance.key,
    }


def attribution_rows(extraction: Extraction) -> Iterator[Row]:
    """A row for each act of telling: its first and its last source, and the whole chain."""
    for item in extraction.attributions:
        yield {
            "article": extraction.article_id,
            "id": item.id,
            "speaker": item.speaker.name,
            "speaker_type": item.speaker.type,
            "speaker_identification": item.speaker.identification,
            "speaker_alignment": item.speaker.alignment,
            "origin": item.origin.name,
            "origin_type": item.origin.type,
            "origin_identification": item.origin.identification,
            "origin_alignment": item.origin.alignment,
            "chain": listed(source.name for source in item.chain),
            "chain_types": listed(source.type for source in item.chain),
            "chain_identifications": listed(source.identification for source in item.chain),
            "chain_alignments": listed(source.alignment for source in item.chain),
            "cue": item.cue,
            "cue_class": item.cue_class,
            "mode": item.mode,
            **_place(item),
        }


def claim_rows(extraction: Extraction) -> Iterator[Row]:
    """A row for each claim, with who makes it and what it is linked to."""
    for claim in extraction.claims:
        yield {
            "article": extraction.article_id,
            "id": claim.id,
            "statement": claim.statement,
            "kind": claim.kind,
            "polarity": claim.polarity,
            "certainty": claim.certainty,
            "verification": claim.verification,
            "background": claim.background,
            **_told_by(extraction.attribution_of(claim)),
            "events": listed(claim.events),
            "figures": len(claim.figures),
            **_links(claim),
            **_place(claim),
        }


def event_rows(extraction: Extraction) -> Iterator[Row]:
    """A row for each event, with its actors by role and the claims about it."""
    for event in extraction.events:
        yield {
            "article": extraction.article_id,
            "id": event.id,
            "type": event.type,
            "sub_type": event.sub_type,
            "summary": event.summary,
            "granularity": event.granularity,
            "reality": event.reality,
            **_actors(event),
            "places": listed(place.name for place in event.places),
            "places_within": listed(place.within for place in event.places),
            "time": event.time,
            "earliest": event.earliest,
            "latest": event.latest,
            "precision": event.precision,
            "territory": event.territory,
            "weapons": listed(event.weapons),
            "claims": listed(claim.id for claim in extraction.claims_of(event)),
            **_place(event),
        }


def figure_rows(extraction: Extraction) -> Iterator[Row]:
    """A row for each number of each claim, with all that tells how far it goes."""
    for claim in extraction.claims:
        for number, figure in enumerate(claim.figures, start=1):
            yield {
                "article": extraction.article_id,
                "claim": claim.id,
                "number": number,
                **_told_by(extraction.attribution_of(claim)),
                "kind": claim.kind,
                "polarity": claim.polarity,
                "certainty": claim.certainty,
                "verification": claim.verification,
                "background": claim.background,
                **_figure(figure),
                **_links(claim),
                "denied_by": listed(each.id for each in extraction.relating(claim, "denies")),
                "events": listed(claim.events),
                "start": figure.text_span.start,
                "end": figure.text_span.end,
                "of_start": figure.of_span.start if figure.of_span else None,
                "of_end": figure.of_span.end if figure.of_span else None,
                "window_start": figure.window_span.start if figure.window_span else None,
                "window_end": figure.window_span.end if figure.window_span else None,
            }


def _figure(figure: Figure) -> Row:
    return {
        "measure": figure.measure,
        "text": figure.text,
        "of": figure.of,
        "category": figure.category,
        "comparator": figure.comparator,
        "low": figure.low,
        "high": figure.high,
        "unit": figure.unit,
        "window": figure.window,
    }


def _told_by(attribution: Attribution | None) -> Row:
    """Who makes a claim; all empty for the article's own voice."""
    return {
        "attribution": attribution.id if attribution else None,
        "source": attribution.origin.name if attribution else None,
        "source_type": attribution.origin.type if attribution else None,
        "speaker": attribution.speaker.name if attribution else None,
        "cue_class": attribution.cue_class if attribution else None,
    }


def _links(claim: Claim) -> Row:
    return {kind: listed(relation.claim for relation in claim.relations if relation.kind == kind) for kind in RELATIONS}


def _actors(event: Event) -> Row:
    row: Row = {}
    for column, role in _ROLES.items():
        actors: list[Actor] = [actor for actor in event.actors if actor.role == role]
        row[column] = listed(actor.name for actor in actors)
        row[f"{column.removesuffix('s')}_types"] = listed(actor.type for actor in actors)
    return row


def _place(item: Item) -> Row:
    return {name: getattr(item, name) for name in _PLACE}


_TOLD_BY = ("attribution", "source", "source_type", "speaker", "cue_class")
_WORTH = ("kind", "polarity", "certainty", "verification", "background")
TABLES: MappingProxyType[str, tuple[tuple[str, ...], Callable[[Extraction], Iterator[Row]]]] = MappingProxyType(
    {
        "articles": (
            (
                *("article", "title", "url", "published", "sha256", "complete"),
                *("attributions", "claims", "events", "rejected"),
                *("model", "prompt_version", "schema_version", "vague_policy", "library_version", "created", "key"),
            ),
            article_rows,
        ),
        "attributions": (
            (
                *("article", "id"),
                *("speaker", "speaker_type", "speaker_identification", "speaker_alignment"),
                *("origin", "origin_type", "origin_identification", "origin_alignment"),
                *("chain", "chain_types", "chain_identifications", "chain_alignments", "cue", "cue_class", "mode"),
                *_PLACE,
            ),
            attribution_rows,
        ),
        "claims": (
            ("article", "id", "statement", *_WORTH, *_TOLD_BY, "events", "figures", *RELATIONS, *_PLACE),
            claim_rows,
        ),
        "events": (
            (
                *("article", "id", "type", "sub_type", "summary", "granularity", "reality"),
                *("initiators", "initiator_types", "targets", "target_types"),
                *("supporters", "supporter_types", "other_actors", "other_actor_types"),
                *("places", "places_within", "time", "earliest", "latest", "precision", "territory", "weapons"),
                *("claims", *_PLACE),
            ),
            event_rows,
        ),
        "figures": (
            (
                *("article", "claim", "number", *_TOLD_BY, "measure", "text", "of", "category"),
                *("comparator", "low", "high", "unit", "window", *_WORTH, *RELATIONS, "denied_by", "events"),
                *("start", "end", "of_start", "of_end", "window_start", "window_end"),
            ),
            figure_rows,
        ),
    }
)
"""Each table's columns, and what makes its rows."""
