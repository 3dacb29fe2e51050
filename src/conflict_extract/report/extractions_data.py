"""What the page of extractions holds of each article: the extraction's own fields, with what code can say of them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from conflict_extract.documents.records import Known
from conflict_extract.models import Extraction, Provenance, Rejected
from conflict_extract.report.extractions_standing import standing_of
from conflict_extract.report.extractions_words import WORDS
from conflict_extract.text.figure_bounds import bounds
from conflict_extract.text.printable import shortened

LONGEST_CONTENT = 5_000
"""Characters shown of one rejected item; some replies are rejected as a whole."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One extraction as the page shows it.

    Attributes:
        extraction: What was found; its quotes are marked where it has its article.
        text: Whether the text is here, was left out, or is not the one that the extraction was made from.
        known: What else is known of an article that the extraction itself does not have.
    """

    extraction: Extraction
    text: Literal["here", "left_out", "changed"]
    known: Known = field(default_factory=Known)


def entry_of(extraction: Extraction) -> Entry:
    """An extraction as it stands, with or without its text."""
    return Entry(extraction, "here" if extraction.article is not None else "left_out")


def page_data(entries: Iterable[Entry], *, source: str, problems: Iterable[str]) -> str:
    """All that the page shows as JSON that can stand in a ``<script>`` element.

    Args:
        entries: The extractions, in the order in which they are shown.
        source: What they were read from, for the page's head.
        problems: What could not be read, and texts that have changed: said on the page.
    """
    runs: dict[str, int] = {}
    articles = [script_safe(_article(each, runs)) for each in entries]
    head = {"source": source, "problems": list(problems), "words": WORDS, "runs": [json.loads(run) for run in runs]}
    return f'{script_safe(head)[:-1]},"articles":[{",".join(articles)}]}}'


def script_safe(value: Any) -> str:
    """JSON in which nothing can end the element that it stands in, or be taken for anything but data."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.translate(_ESCAPES)


_ESCAPES = {
    **{code: f"\\u{code:04x}" for code in (*map(ord, "<>&"), 0x7F, 0x2028, 0x2029, 0xFEFF)},
    **{code: f"\\u{code:04x}" for code in range(0xD800, 0xE000)},  # halves of surrogate pairs are not UTF-8
}


def _article(entry: Entry, runs: dict[str, int]) -> dict[str, Any]:
    extraction = entry.extraction
    article, known = extraction.article, entry.known
    published = article.published if article else known.published
    found: dict[str, Any] = {
        "id": extraction.article_id,
        "title": article.title if article else known.title,
        "published": published.isoformat() if published else None,
        "url": article.url if article else known.url,
        "text": article.text if article else None,
        "textState": entry.text,
        "sha256": extraction.provenance.article_sha256,
        "created": extraction.provenance.created.isoformat(timespec="minutes"),
        "run": runs.setdefault(_run(extraction.provenance), len(runs)),
        "complete": extraction.complete,
        **extraction.model_dump(
            mode="json", include={"attributions", "claims", "events"}, exclude_defaults=True, exclude_none=True
        ),
        "rejected": [_rejected(each) for each in extraction.rejected],
    }
    for packed, claim in zip(found.get("claims", ()), extraction.claims, strict=True):
        packed["standing"] = standing_of(claim, extraction)
        for figure, told in zip(packed.get("figures", ()), claim.figures, strict=True):
            figure["signs"] = bounds(told)
            for end in ("low", "high"):
                if not math.isfinite(figure.get(end, 0)):
                    del figure[end]
    return found


def _run(made: Provenance) -> str:
    """What articles of one run have in common."""
    fields = made.model_dump(
        mode="json",
        include={
            *("model", "answered_by", "prompt_version", "prompt_sha256", "reply_schema_sha256", "schema_version"),
            *("parameters", "vague_policy", "library_version"),
        },
    )
    return json.dumps({**fields, "parameters": json.dumps(fields["parameters"])})


def _rejected(item: Rejected) -> dict[str, Any]:
    # The content is whatever a model wrote: it goes onto the page as a string.
    content = None if item.content is None else json.dumps(item.content, ensure_ascii=False, indent=1, default=repr)
    return {
        "path": item.path,
        "id": item.id,
        "reason": item.reason,
        "message": item.message,
        "content": content and shortened(content, LONGEST_CONTENT),
    }
