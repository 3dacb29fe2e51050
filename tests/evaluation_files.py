"""Folders of gold and files of predictions for tests of the evaluation: one faultless extraction under many names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from conflict_extract import Extraction, Extractor
from conflict_extract.evaluation.gold import write_labels
from conflict_extract.llm.scripted import ScriptedModel
from tests import making
from tests.gold_files import labels_of, raw_labels
from tests.labelled import labels

Change = Callable[[dict[str, Any]], object]


@cache
def faultless() -> Extraction:
    """What a faultless reply comes to."""
    with Extractor(ScriptedModel([making.reply_text()])) as extractor:
        return extractor.extract(making.article())


def extraction(id: str = "marsa-dhul", **changes: Any) -> Extraction:
    """The same for an article of another name, changed at will."""
    article = making.article(id=id)
    return faultless().model_copy(update={"article_id": id, "article": article, **changes})


def without_claims(id: str) -> Extraction:
    """An extraction that misses two of the six claims, and the event that only they name."""
    return extraction(id, claims=faultless().claims[:4], events=faultless().events[:2])


def gold(folder: Path, ids: Sequence[str] = ("marsa-dhul",), change: Change | None = None) -> Path:
    """A folder of gold with the articles beside it; each article has the tests' text.

    Args:
        folder: Gets ``articles`` and ``gold``.
        ids: The articles.
        change: What to do to the labels' JSON before it is written.
    """
    (folder / "articles").mkdir(parents=True, exist_ok=True)
    (folder / "gold").mkdir(exist_ok=True)
    for id in ids:
        (folder / "articles" / f"{id}.txt").write_text(making.TEXT, "utf-8", newline="")
        raw = raw_labels("adjudicated", article=id, **labels())
        for name in ("attributions", "events", "claims"):
            for item in raw[name]:
                item["optional"] = False
        if change is not None:
            change(raw)
        write_labels(labels_of(raw), folder / "gold" / f"{id}.json")
    return folder / "gold"


def predictions(path: Path, *found: Extraction) -> Path:
    """A file of extractions."""
    path.write_text("".join(f"{each.model_dump_json()}\n" for each in found), "utf-8")
    return path
