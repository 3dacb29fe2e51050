"""What an evaluation says: scores with intervals, fields, links, errors, groups and articles."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from conflict_extract.evaluation.diagnosis import ErrorShare, Matched, Unmatched
from conflict_extract.evaluation.items import ListName
from conflict_extract.evaluation.settings import Settings
from conflict_extract.evaluation.statistics import Interval

if TYPE_CHECKING:
    from conflict_extract.evaluation.statistics import Matrix


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1 over all documents, each item of the same weight (micro).

    Attributes:
        right: What is right; for a soft score the sum of likeness.
        predicted: What was predicted.
        gold: What there is.
        precision: Right over predicted.
        recall: Right over gold.
        f1: Their harmonic mean; 1 where there is nothing on either side.
        precision_interval: Bootstrap interval over documents; None for fewer than two.
        recall_interval: The same for recall.
        f1_interval: The same for F1.
        macro_f1: Mean F1 of the documents, an empty one that was left empty counting 1; None for the scores of single
            fields and types, which most documents do not have.
    """

    right: float
    predicted: float
    gold: float
    precision: float
    recall: float
    f1: float
    precision_interval: Interval | None = None
    recall_interval: Interval | None = None
    f1_interval: Interval | None = None
    macro_f1: float | None = None


@dataclass(frozen=True, slots=True)
class FieldScore:
    """One field: MUC counts of the aligned items, and a score over all of them.

    Attributes:
        correct: Fills that are right.
        incorrect: Fills that have another value.
        missing: Fills that gold has and the prediction has not.
        spurious: Fills that only the prediction has.
        accuracy: Correct over the four together, None where there are none.
        score: Over all items, unaligned ones counting as missing or spurious.
    """

    correct: int
    incorrect: int
    missing: int
    spurious: int
    accuracy: float | None
    score: Score


@dataclass(frozen=True, slots=True)
class LinkScore:
    """Links of one kind.

    Attributes:
        correct: To the same item.
        wrong: To another item of gold, or of another kind.
        missing: Only gold has it, and both its ends were found.
        spurious: Only the prediction has it, though both its ends are in gold.
        propagated: An end has no partner, so that the link could not be right.
        score: Over all links.
    """

    correct: int
    wrong: int
    missing: int
    spurious: int
    propagated: int
    score: Score


@dataclass(frozen=True, slots=True)
class GroupResult:
    """The scores of the articles of one group.

    Attributes:
        documents: How many there are.
        scores: As ``Evaluation.scores``, over this group alone.
    """

    documents: int
    scores: Mapping[str, Score]


@dataclass(frozen=True, slots=True)
class ArticleResult:
    """One article.

    Attributes:
        article_id: Its id.
        group: Its group, None where it has none.
        failed: There is no prediction: all of it is missed.
        f1: F1 of each of ``Evaluation.scores`` in this article.
        matched: The aligned pairs.
        unmatched: The items without a partner.
    """

    article_id: str
    group: str | None
    failed: bool
    f1: Mapping[str, float]
    matched: tuple[Matched, ...]
    unmatched: tuple[Unmatched, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Predictions scored against gold.

    Attributes:
        settings: Weights and threshold of the alignment, and how it was resampled.
        documents: How many articles.
        failed: How many of them have no prediction.
        scores: The scores by name: "end_to_end", "claims.detection", "figures.strict", "links.events" …
        fields: By list and field: "claims.polarity", "claims.figures.value", "attributions.chain.name" …
        types: By list, type and kind of score: "claims.casualties.detection" …; only types that occur.
        links: By the field of the claim: "attribution", "events", "relations".
        macro_types: By list, the mean over its types of F1 in detecting items of the type.
        errors: By list, the classes of errors with what mending each would gain.
        groups: By name.
        articles: One by one, by id.
        warnings: What limits the figures.
        counts: Documents by columns (``columns``), for comparisons; not part of the JSON.
    """

    settings: Settings
    documents: int
    failed: int
    scores: Mapping[str, Score]
    fields: Mapping[str, FieldScore]
    types: Mapping[str, Score]
    links: Mapping[str, LinkScore]
    macro_types: Mapping[ListName, float]
    errors: Mapping[ListName, tuple[ErrorShare, ...]]
    groups: Mapping[str, GroupResult]
    articles: tuple[ArticleResult, ...]
    warnings: tuple[str, ...]
    counts: Matrix = field(repr=False, compare=False)

    def to_json(self, *, indent: int | None = None) -> str:
        """All of it but the raw counts, as a JSON object."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)

    def to_dict(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        return {
            "settings": asdict(self.settings),
            "documents": self.documents,
            "failed": self.failed,
            "warnings": list(self.warnings),
            "scores": _plain(self.scores),
            "fields": _plain(self.fields),
            "links": _plain(self.links),
            "types": _plain(self.types),
            "macro_types": dict(self.macro_types),
            "errors": {name: [share._asdict() for share in shares] for name, shares in self.errors.items()},
            "groups": _plain(self.groups),
            "articles": [_article(each) for each in self.articles],
        }


@dataclass(frozen=True, slots=True)
class Difference:
    """How much better the one of two runs is than the other.

    Attributes:
        one: F1 of the one.
        other: F1 of the other.
        difference: The one less the other.
        interval: Bootstrap interval of the difference, both resampled alike; None for fewer than two documents.
        p_value: Two-sided, by paired approximate randomisation.
    """

    one: float
    other: float
    difference: float
    interval: Interval | None
    p_value: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs on the same gold.

    Attributes:
        documents: How many articles.
        swaps: Rounds of the randomisation.
        scores: The difference in F1 of each of ``Evaluation.scores``.
    """

    documents: int
    swaps: int
    scores: Mapping[str, Difference]

    def to_json(self, *, indent: int | None = None) -> str:
        """All of it as a JSON object."""
        plain = {"documents": self.documents, "swaps": self.swaps, "scores": _plain(self.scores)}
        return json.dumps(plain, ensure_ascii=False, indent=indent)


def _plain(results: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain_one(asdict(each)) for name, each in results.items()}


def _plain_one(value: Any) -> Any:
    """Plain values, intervals as objects with their two bounds."""
    if isinstance(value, Interval):
        return value._asdict()
    return {name: _plain_one(each) for name, each in value.items()} if isinstance(value, dict) else value


def _article(result: ArticleResult) -> dict[str, Any]:
    return {
        "article_id": result.article_id,
        "group": result.group,
        "failed": result.failed,
        "f1": dict(result.f1),
        "matched": [each._asdict() for each in result.matched],
        "unmatched": [each._asdict() for each in result.unmatched],
    }
