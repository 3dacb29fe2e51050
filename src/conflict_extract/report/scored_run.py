"""What a report on a scored run needs: the scores, and the articles, labels and extractions behind them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

from conflict_extract.evaluation.labels import LabelFile
from conflict_extract.evaluation.results import Comparison, Evaluation
from conflict_extract.models import Article, Extraction


class Case(NamedTuple):
    """One article with its labels and what was extracted from it.

    Attributes:
        article: The article.
        labels: Its gold.
        extraction: The prediction, None where there is none.
    """

    article: Article
    labels: LabelFile
    extraction: Extraction | None


@dataclass(frozen=True, slots=True)
class Size:
    """How much was sent and answered for one article, all calls together.

    Attributes:
        calls: Requests, reasks included.
        prompt: Code points of all messages sent.
        reply: Code points of all replies.
        prompt_tokens: Tokens of the prompt as the endpoint counted them; None where it does not say.
        reply_tokens: The same for the reply.
    """

    calls: int
    prompt: int
    reply: int
    prompt_tokens: int | None = None
    reply_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class ScoredRun:
    """A scored run.

    Attributes:
        evaluation: Its scores.
        cases: The articles, by id.
        predictions: What the predictions were read from, as it was named.
        gold: The same for the gold.
        warnings: What limits the scores, beside what the evaluation itself says.
        other: What it is compared with, as it was named.
        comparison: The differences from that run.
        sizes: By article id, as far as they are known.
        labellings: F1 between two labellings of these articles, by the name of the score.
        labelled_twice: How many articles that rests on.
    """

    evaluation: Evaluation
    cases: Mapping[str, Case]
    predictions: str
    gold: str
    warnings: tuple[str, ...] = ()
    other: str = ""
    comparison: Comparison | None = None
    sizes: Mapping[str, Size] = field(default_factory=dict)
    labellings: Mapping[str, float] = field(default_factory=dict)
    labelled_twice: int = 0

    @property
    def all_warnings(self) -> tuple[str, ...]:
        """The evaluation's and those of reading."""
        return (*self.evaluation.warnings, *self.warnings)

    def to_json(self) -> str:
        """The scores and all beside them, as an indented JSON object; articles, labels and extractions are left out."""
        value = self.evaluation.to_dict()
        value["warnings"] = list(self.all_warnings)
        if self.comparison is not None:
            value["comparison"] = {"other": self.other, **json.loads(self.comparison.to_json())}
        if self.sizes:
            value["sizes"] = {id: asdict(size) for id, size in self.sizes.items()}
        if self.labellings:
            value["labellings"] = {"documents": self.labelled_twice, "f1": dict(self.labellings)}
        return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
