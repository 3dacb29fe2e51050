"""The range that a figure's words allow, in signs: "more than 110" is ≥111."""

from __future__ import annotations

from conflict_extract.models import Figure


def bounds(figure: Figure) -> str:
    """A figure's values as signs, with their unit.

    "More than 110" of people is at least 111 (``low``), and is shown so; of percentages, money and durations the
    value itself is excluded, and it is shown as ">".
    """
    low, high = figure.low, figure.high
    if low is None and high is None:
        return "no number"
    if figure.comparator == "approx" and low is not None:
        signs = f"≈{_number(low)}"
    elif low is not None and high is not None:
        signs = _number(low) if low == high else f"{_number(low)}–{_number(high)}"
    elif low is not None:
        signs = f"{'>' if figure.comparator == 'gt' and not _counted(figure, low) else '≥'}{_number(low)}"
    else:
        signs = f"{'<' if figure.comparator == 'lt' and not _counted(figure, high) else '≤'}{_number(high)}"
    unit = {None: "", "percent": "%"}.get(figure.unit, f" {figure.unit}")
    return f"{signs}{unit}{' (vague)' if figure.comparator == 'vague' else ''}"


def _counted(figure: Figure, value: float | None) -> bool:
    return figure.unit is None and figure.measure not in ("percent", "money", "duration") and isinstance(value, int)


def _number(value: float | None) -> str:
    return f"{value:,}" if value is not None else "open"
