"""Figures of a claim: the number tied to its place, read, and joined with what it counts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from conflict_extract.models.base import Span
from conflict_extract.models.claim import Figure
from conflict_extract.models.vocabulary import Measure
from conflict_extract.reply.placing import Passage, shortened
from conflict_extract.reply.workbench import Workbench, gap_between
from conflict_extract.text.figures import Quantity
from conflict_extract.text.grounding import Placement
from conflict_extract.text.whole_figures import whole_figure

_WITH_UNITS: frozenset[Measure] = frozenset({"money", "duration", "other"})
"""Measures whose unit belongs to the figure: "300,000 rupees" counts no rupees (rule 2.24)."""

_HALF = re.compile(r"(?:about |almost |nearly |some |over |more than )?half", re.IGNORECASE)
"""What is a share, and no count, whatever it is a share of (rule 2.25)."""
_FIRST = re.compile(r"[^,]+?(?=,\s|\s(?:out\s)?of\s)")


def read_counted(bench: Workbench, where: str, draft: Any, *, before: Sequence[Figure]) -> Figure | None:
    """A figure of a claim with its number read, or None (noted) where it falls.

    Args:
        bench: The claim.
        where: The figure's path inside it.
        draft: As the model gave it.
        before: The claim's figures before this one: a number, and what it counts, stand for one of them.
    """
    taken = {each.text_span for each in before}
    numbers = [place for place in bench.places(draft.text) if bench.at(place)[1] not in taken]
    if not numbers:
        message = f"the figure does not stand in the article near the quote: {shortened(draft.text)}"
        bench.reject(where, "not_in_article", message, draft)
        return None
    nouns = bench.places(draft.of) if draft.of is not None else []
    if draft.of is not None and not nouns:
        bench.words(f"{where}.of", draft.of, "what is counted", close=True)
    number, noun = _closest(numbers, nouns)
    passage = bench.passage
    if noun is not None and noun.end <= number.start and bench.at(noun)[1] in {each.of_span for each in before}:
        noun = None  # "420 soldiers killed and more than 700 wounded": no noun stands with the second number
    measure: Measure = "percent" if _HALF.fullmatch(draft.text) else draft.measure
    whole = _with_unit(passage, number, noun, measure)
    if whole is not None:
        noun = None
    else:
        whole = _read_alone(passage, number, measure)
    if whole is None:
        bench.reject(where, "unreadable_figure", f"no number can be read from {shortened(draft.text)}", draft)
        return None
    start, end, quantity = whole
    text, text_span = passage.text[start:end], Span(start + passage.offset, end + passage.offset)
    window = bench.words(where, draft.window, "the figure's window", falls=where, content=draft)
    if draft.window is not None and window is None:
        return None
    of = bench.at(noun) if noun else None
    return Figure(
        text=text,
        text_span=text_span,
        measure=measure,
        of=of[0] if of else None,
        of_span=of[1] if of else None,
        category=draft.category,
        window=window[0] if window else None,
        window_span=window[1] if window else None,
        low=quantity.low,
        high=quantity.high,
        comparator=quantity.comparator,
        unit=quantity.unit,
    )


def _read_alone(passage: Passage, number: Placement, measure: Measure) -> tuple[int, int, Quantity] | None:
    """The number at a place; of "2 of 5" and "three, perhaps four" the first one, where the whole cannot be read."""
    first = _FIRST.match(passage.text, number.start, number.end)
    for end in (number.end, first.end() if first else number.end):
        whole = whole_figure(passage.text, number.start, end, measure=measure, policy=passage.policy)
        if whole is not None:
            return whole
    return None


def _closest(numbers: Sequence[Placement], nouns: Sequence[Placement]) -> tuple[Placement, Placement | None]:
    """The number and the noun that belong together: nearest to each other, the noun rather behind its number.

    Both lists come nearest to the quote first, which decides between equals.
    """
    if not nouns:
        return numbers[0], None
    pairs = [
        (
            gap_between((number.start, number.end), (noun.start, noun.end)) + (3 if noun.start < number.start else 0),
            i + j,
            i,
            j,
        )
        for i, number in enumerate(numbers[:20])
        for j, noun in enumerate(nouns[:20])
    ]
    _, _, i, j = min(pairs)
    return numbers[i], nouns[j]


def _with_unit(
    passage: Passage, number: Placement, noun: Placement | None, measure: Measure
) -> tuple[int, int, Quantity] | None:
    """The figure with what the model gave as counted, where that is its unit and stands right behind the number."""
    if noun is None or measure not in _WITH_UNITS or passage.text[number.end : noun.start].strip(" \u00a0"):
        return None
    whole = whole_figure(passage.text, number.start, noun.end, measure=measure, policy=passage.policy)
    return whole if whole is not None and (whole[2].unit is not None or measure == "money") else None
