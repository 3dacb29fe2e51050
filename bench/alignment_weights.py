"""Do the weights and the threshold of likeness that the scorer starts from align the right items?

python -m bench.alignment_weights: aligns what is known (alignment_studies.py) under a grid of weights and thresholds,
counts the pairs that are wrong or missed, tunes by leaving one article of the challenge set out at a time, checks the
result on the seeds, and says how far the headline scores move. With --unread it prints instead the pairs that depend on
the weights and that nobody has judged, as lines for alignment_readings.jsonl; they do not say which weights align them.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from bench.alignment_studies import Case, Key, item_of, logged, studies

from conflict_extract.evaluation.alignment import align
from conflict_extract.evaluation.columns import HEADLINES
from conflict_extract.evaluation.counting import count_document
from conflict_extract.evaluation.extra import np
from conflict_extract.evaluation.items import LISTS, ListName
from conflict_extract.evaluation.settings import Settings, Weights
from conflict_extract.evaluation.statistics import ratios

START = Settings()
THRESHOLDS = tuple(each / 100 for each in range(20, 75, 5))
SWAPS = 10_000
REAL = ("labellings", "answers")
SCORES = ("end_to_end", "attributions.detection", "events.detection", "claims.detection", "figures.strict")
EXTREMES = {
    "place alone": Weights(1, 0, 0, 0),
    "words alone": Weights(0, 1, 0, 0),
    "place and words": Weights(0.5, 0.5, 0, 0),
    "all four alike": Weights(0.25, 0.25, 0.25, 0.25),
}
"""Shown beside; nobody can be tuned to them."""

Aligned = frozenset[Key]
Counts = tuple[int, int, int]
"""Pairs of a document that are right, wrong and missed."""


def grid(thresholds: Sequence[float] = THRESHOLDS) -> list[Settings]:
    """The start values first, then their wider surroundings in steps of 0.1, each with every threshold."""
    around = [
        Weights(span / 10, text / 10, type / 10, (10 - span - text - type) / 10)
        for span, text, type in product(range(2, 8), range(1, 6), range(4))
        if 0 <= 10 - span - text - type <= 3
    ]
    wanted = [Settings(weights, each) for weights in (START.weights, *around) for each in thresholds]
    return [START, *(each for each in wanted if each != START)]


def aligned_pairs(case: Case, settings: Settings) -> Aligned:
    """The pairs of a case, those with an optional item included."""
    found = align(case.one, case.other, settings)
    return frozenset((name, one, other) for name in LISTS for other, one in found[name].gold_of.items())


class Study:
    """Cases of one kind, aligned under every setting of the grid."""

    def __init__(self, cases: Sequence[Case], settings: Sequence[Settings]) -> None:
        self.cases = cases
        self.aligned = [[aligned_pairs(case, each) for case in cases] for each in settings]
        self.truth = [self._truth(at, case) for at, case in enumerate(cases)]
        self._rows: dict[tuple[int, Aligned], Any] = {}

    def _truth(self, at: int, case: Case) -> dict[Key, bool | None]:
        """Of each pair that any setting makes, and of each that is known besides, whether it is the same item."""
        ever = {pair for row in self.aligned for pair in row[at]}
        always = frozenset.intersection(*(row[at] for row in self.aligned))
        if case.is_made:
            both = {(name, item.id, item.id) for name in LISTS for item in case.one.items(name)}
            there = {(name, item.id, item.id) for name in LISTS for item in case.other.items(name)}
            return {pair: case.is_same(pair) for pair in ever | (both & there)}
        judged = {pair: case.is_same(pair) for pair in ever | case.known.keys()}
        return {pair: True if pair not in case.known and pair in always else same for pair, same in judged.items()}

    def is_same(self, at: int, pair: Key) -> bool | None:
        """Whether a pair of a case is one item, also of pairs that only settings outside the grid make."""
        return self.truth[at].get(pair, self.cases[at].is_same(pair))

    def counts(self, at: int, pairs: Aligned) -> Counts:
        """What an alignment of one case gets right, wrong, and misses; what nobody has judged counts as neither."""
        judged = [self.is_same(at, pair) for pair in pairs]
        right = judged.count(True)
        return right, judged.count(False), list(self.truth[at].values()).count(True) - right

    def mistakes(self, lists: Sequence[ListName] = LISTS) -> Any:
        """Pairs of some lists that are wrong or missed: settings by cases."""
        same = [{pair for pair, each in truth.items() if each and pair[0] in lists} for truth in self.truth]
        other = [{pair for pair, each in truth.items() if each is False and pair[0] in lists} for truth in self.truth]
        return np.array(
            [[len(same[at] - each) + len(other[at] & each) for at, each in enumerate(row)] for row in self.aligned]
        )

    def totals(self, row: Sequence[Aligned]) -> tuple[int, int, int]:
        """Right, wrong and missed of a whole row."""
        found = [self.counts(at, each) for at, each in enumerate(row)]
        return sum(each[0] for each in found), sum(each[1] for each in found), sum(each[2] for each in found)

    def changed(self, row: Sequence[Aligned]) -> Mapping[str, int]:
        """The pairs that are other than under the start values, by whether the change is right."""
        found = {"right": 0, "wrong": 0, "open": 0}
        for at, (own, start) in enumerate(zip(row, self.aligned[0], strict=True)):
            for pair in own ^ start:
                same = self.is_same(at, pair)
                found["open" if same is None else "right" if same is (pair in own) else "wrong"] += 1
        return found

    def unread(self) -> Iterator[tuple[Case, Key]]:
        """Pairs that depend on the weights, and of which nobody knows whether they are the same."""
        for case, truth in zip(self.cases, self.truth, strict=True):
            yield from ((case, pair) for pair in sorted(truth) if truth[pair] is None and pair not in case.known)

    def headlines(self, row: Sequence[Aligned], settings: Settings) -> list[float]:
        """F1 of the headline scores; alignments that are equal are counted once."""
        for at, each in enumerate(row):
            if (at, each) not in self._rows:
                case = self.cases[at]
                counted = count_document(case.one, case.other.first_values(), settings)
                self._rows[at, each] = np.array(counted.counts)
        total = sum(self._rows[at, each] for at, each in enumerate(row))
        f1: list[float] = ratios(total[None], tuple(HEADLINES[each] for each in SCORES))[0, :, 2].tolist()
        return f1


def distance(settings: Settings) -> float:
    """How far settings are from the start values: of equally good ones, the nearest is taken."""
    own, start = settings.weights, START.weights
    shares = (own.span - start.span, own.text - start.text, own.type - start.type, own.value - start.value)
    return sum(map(abs, shares)) + abs(settings.threshold - START.threshold)


def best(mistakes: Any, settings: Sequence[Settings]) -> int:
    """The setting with the fewest mistakes; of several, the one nearest to the start values."""
    lowest = mistakes.min()
    return min((at for at in range(len(settings)) if mistakes[at] == lowest), key=lambda at: distance(settings[at]))


def cross_validated(mistakes: Any, articles: Sequence[str], settings: Sequence[Settings]) -> tuple[int, int, float]:
    """Tune on all articles but one, and count on that one.

    Args:
        mistakes: Settings by cases.
        articles: The article of each case; the cases of one stand or fall together.
        settings: Those of the rows.

    Returns:
        Mistakes of the start values, of the tuned ones on the articles left out, and the p-value of the difference
        (paired randomisation over articles).
    """
    names = sorted(set(articles))
    by_article = np.array([mistakes[:, [each == name for each in articles]].sum(axis=1) for name in names]).T
    whole = by_article.sum(axis=1)
    tuned = [best(whole - by_article[:, at], settings) for at in range(len(names))]
    start, out = by_article[0], np.array([by_article[each, at] for at, each in enumerate(tuned)])
    signs = np.random.default_rng(0).choice((-1, 1), size=(SWAPS, len(names)))
    swapped = np.abs((signs * (start - out)).sum(axis=1))
    p_value = (1 + (swapped >= abs(int((start - out).sum()))).sum()) / (1 + SWAPS)
    return int(start.sum()), int(out.sum()), float(p_value)


def shown(settings: Settings) -> str:
    own = settings.weights
    return f"{own.span:.2f} {own.text:.2f} {own.type:.2f} {own.value:.2f} at {settings.threshold:.2f}"


def print_unread(found: Mapping[str, Study]) -> None:
    for kind, study in found.items():
        for case, (name, one, other) in study.unread():
            quotes = case.quotes((name, one, other))
            place = item_of(case.other, name, other).span
            line = {"study": kind, "article": case.article, "list": name, "one": one, "at": [*place], "quotes": quotes}
            print(json.dumps({**line, "same": None, "why": ""}, ensure_ascii=False))


def print_pairs(name: str, kind: str, study: Study, rows: Mapping[str, Sequence[Aligned]]) -> None:
    known = [same for truth in study.truth for same in truth.values()]
    prompts = "".join(f" (prompt {each})" for each in sorted({case.prompt for case in study.cases} - {""}))
    print(f"\n{name}, {kind}{prompts}: {len(study.cases)} alignments; pairs the same {known.count(True)}, "
          f"not the same {known.count(False)}, not judged {known.count(None)}")  # fmt: skip
    print(f"  {'':28} right wrong missed    F1   changed: right wrong open")
    for label, row in rows.items():
        right, wrong, missed = study.totals(row)
        f1, moved = 2 * right / (2 * right + wrong + missed or 1), study.changed(row)
        changes = f"{moved['right']:16} {moved['wrong']:5} {moved['open']:4}"
        print(f"  {label:28} {right:5} {wrong:5} {missed:6} {f1:.3f} {changes}")
    mistakes = study.mistakes().sum(axis=1)
    fewer, more = int((mistakes < mistakes[0]).sum()), int((mistakes > mistakes[0]).sum())
    print(f"  of {len(mistakes)} settings {fewer} make fewer mistakes than the start values, {more} more; "
          f"fewest {mistakes.min()}, median {np.median(mistakes):.0f}, most {mistakes.max()}")  # fmt: skip


def print_scores(
    name: str, kind: str, study: Study, rows: Mapping[str, Sequence[int]], settings: Sequence[Settings]
) -> None:
    print(f"\n{name}, {kind}: F1".ljust(33) + " ".join(f"{each:>22}" for each in SCORES))
    for label, wanted in rows.items():
        found = np.array([study.headlines(study.aligned[at], settings[at]) for at in wanted])
        low, high = found.min(axis=0), found.max(axis=0)
        cells = (f"{a:.3f}" if a == b else f"{a:.3f} to {b:.3f}" for a, b in zip(low, high, strict=True))
        print(f"  {label:30}" + " ".join(f"{each:>22}" for each in cells))


def tune(challenge: Mapping[str, Study], settings: Sequence[Settings]) -> dict[str, int]:
    """Tune on the challenge set, and say what tuning is worth on an article that it has not seen."""
    chosen = {}
    for label, kinds in (("tuned on the real pairs", REAL), ("tuned on the made ones", ("made",))):
        names = [case.article for kind in kinds for case in challenge[kind].cases]
        whole = np.concatenate([challenge[kind].mistakes() for kind in kinds], axis=1)
        chosen[label] = best(whole.sum(axis=1), settings)
        print(f"{label}: {shown(settings[chosen[label]])}")
        for lists in (LISTS, *((name,) for name in LISTS)):
            found = np.concatenate([challenge[kind].mistakes(lists) for kind in kinds], axis=1)
            start, out, p_value = cross_validated(found, names, settings)
            of = lists[0] if len(lists) == 1 else "all lists"
            print(f"  {of:12} mistakes: start values {start:3}, tuned without the article {out:3}, p {p_value:.2f}")
    return chosen


def studied(settings: Sequence[Settings], articles: int | None = None) -> dict[str, dict[str, Study]]:
    """Both sets, aligned under every setting; of some articles only, if so many are given."""
    return {
        name: {kind: Study(cases, settings) for kind, cases in studies(name, articles).items()}
        for name in ("challenge", "seeds")
    }


def report(found: Mapping[str, Mapping[str, Study]], settings: Sequence[Settings]) -> None:
    """Print the whole study."""
    print(f"place, words, type, value at threshold; start values {shown(START)}; {len(settings)} settings")
    for name in found:
        said = logged(name)
        pairs = said["agreed"] + said["decided"] + said["parted"]
        print(
            f"{name}, logs of decisions: {pairs} pairs, of which {said['parted']} parted; {said['single']} single items"
        )
    chosen = tune(found["challenge"], settings)
    for name, kinds in found.items():
        for kind, study in kinds.items():
            rows = {"start values": study.aligned[0]} | {label: study.aligned[at] for label, at in chosen.items()}
            rows |= {
                label: [aligned_pairs(case, Settings(weights, START.threshold)) for case in study.cases]
                for label, weights in EXTREMES.items()
            }
            print_pairs(name, kind, study, rows)
    real = sum(found["challenge"][kind].mistakes().sum(axis=1) for kind in REAL)
    alone = [at for at, each in enumerate(settings) if each.weights == START.weights and 0.39 < each.threshold < 0.61]
    good = [at for at in range(len(settings)) if real[at] <= real[0]]
    rows_of_scores = {"start values": [0], **{label: [at] for label, at in chosen.items()}}
    rows_of_scores |= {"threshold alone, 0.40 to 0.60": alone, f"the {len(good)} no worse": good}
    for name, kinds in found.items():
        for kind in REAL:
            print_scores(name, kind, kinds[kind], rows_of_scores, settings)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, help="only so many articles of each set")
    parser.add_argument("--unread", action="store_true", help="print the pairs that are still to be judged")
    given = parser.parse_args()
    settings = grid()
    found = studied(settings, given.articles)
    if given.unread:
        for each in found.values():
            print_unread(each)
        return
    report(found, settings)
    print(f"\n{time.process_time():.0f} s of CPU")


if __name__ == "__main__":
    main()
