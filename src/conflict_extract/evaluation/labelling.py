"""The beginning of a labelling: an empty file or a model's draft, and the offsets of the quotes."""

from __future__ import annotations

from typing import Any

from conflict_extract.errors import ConfigError
from conflict_extract.evaluation.form import Fault, check_form, part_of
from conflict_extract.evaluation.gold import CODEBOOK
from conflict_extract.evaluation.labels import LabelFile
from conflict_extract.evaluation.standing import standing
from conflict_extract.models import Article, Extraction, Item
from conflict_extract.models.base import Model
from conflict_extract.reply.schema import LISTS, draft_of


def new_labels(article: Article, annotator: str, draft: Extraction | None = None) -> LabelFile:
    """Labels to begin with.

    Args:
        article: The article.
        annotator: Who is going to label.
        draft: A model's extraction to begin from; without it, the file is empty. Labels that began so are marked,
            and kept out of agreement and of the frozen set.

    Raises:
        ConfigError: The draft is of another article or text, or the annotator has no name.
    """
    if not annotator.strip():
        raise ConfigError("the annotator needs a name")
    if draft is not None and (draft.article_id != article.id or draft.provenance.article_sha256 != article.sha256):
        raise ConfigError(f"the extraction is of another text than the article {article.id}")
    raw: dict[str, Any] = {
        "article": article.id,
        "sha256": article.sha256,
        "codebook": CODEBOOK,
        "annotator": annotator,
        "drafted_by_model": draft is not None,
    }
    for name, model in LISTS.items():
        raw[name] = [_label(model, item) for item in getattr(draft, name)] if draft is not None else []
    labels, faults = check_form(raw)
    if labels is None:
        raise ConfigError(f"the extraction gives no labels: {faults[0].message}")
    return labels


def _label(model: type[Model], item: Item) -> dict[str, Any]:
    """An extracted item without what the library computed, but for the quote's place."""
    return _drafted(model, item.model_dump(mode="json")) | {"start": item.start, "end": item.end}


def _drafted(model: type[Model], value: dict[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name in draft_of(model).model_fields:
        part = part_of(model, name)
        fields[name] = [_drafted(part, each) for each in value[name]] if part is not None else value[name]
    return fields


def place(labels: LabelFile, article: Article) -> tuple[LabelFile, list[Fault]]:
    """Fill in the offsets of quotes that stand once in the article.

    Offsets that fit their quote are kept, also where it stands several times; others are written anew.

    Returns:
        The labels with what could be placed, and a fault for each quote that could not: it does not stand there
        letter for letter, or several times (it is then for the labeller to quote more).
    """
    lists: dict[str, Any] = {}
    faults: list[Fault] = []
    for name in LISTS:
        placed = []
        for position, item in enumerate(getattr(labels, name)):
            start, end = item.start, item.end
            if start is None or end is None or article.text[start:end] != item.quote:
                places = standing(article.text, item.quote)
                start = places[0] if len(places) == 1 else None
                end = start + len(item.quote) if start is not None else None
                if start is None:
                    problem = (
                        f"it stands {len(places)} times: quote a few words more"
                        if places
                        else "it does not stand in the article letter for letter"
                    )
                    faults.append(Fault((name, position, "quote"), f"{item.id}.quote: {problem}"))
            placed.append(item.model_copy(update={"start": start, "end": end}))
        lists[name] = tuple(placed)
    return labels.model_copy(update=lists), faults
