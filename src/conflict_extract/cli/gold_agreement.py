"""The agreement of two labellings as a table: F1 of the one against the other, and alpha on the fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

    from conflict_extract.evaluation.agreement import Agreement
    from conflict_extract.evaluation.results import Comparison


def scores_table(found: Agreement) -> Table:
    """F1 of the second labelling against the first, with its interval."""
    table = _table("score", "F1", "95 %")
    for name, score in found.evaluation.scores.items():
        interval = score.f1_interval
        shown = f"{interval.low:.3f}–{interval.high:.3f}" if interval is not None else "–"
        table.add_row(name, f"{score.f1:.3f}", shown)
    return table


def alphas_table(found: Agreement) -> Table:
    """Krippendorff's alpha of each field with a closed vocabulary, over the items that both have."""
    table = _table("field", "alpha", "pairs")
    for name, alpha in found.alphas.items():
        table.add_row(name, "one value only" if alpha.alpha is None else f"{alpha.alpha:.3f}", f"{alpha.units:,}")
    return table


def beside_table(found: Comparison) -> Table:
    """F1 of extractions and of the other labelling against one labelling, and the paired difference."""
    table = _table("score", "F1", "labeller", "difference", "95 %", "p")
    for name, each in found.scores.items():
        bounds = each.interval
        shown = f"{bounds.low:+.3f} to {bounds.high:+.3f}" if bounds is not None else "–"
        table.add_row(
            name, f"{each.one:.3f}", f"{each.other:.3f}", f"{each.difference:+.3f}", shown, f"{each.p_value:.3f}"
        )
    return table


def _table(*heads: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for position, head in enumerate(heads):
        table.add_column(head, justify="right" if position else "left")
    return table
