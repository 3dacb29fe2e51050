"""The standing of a run, its failures and an estimate, in words for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conflict_extract.batch.estimate import Estimate
    from conflict_extract.batch.results import Standing
    from conflict_extract.batch.tally import Spent
    from conflict_extract.models import Usage


def standing_lines(standing: Standing) -> Iterator[str]:
    """How a run stands, a line for each thing."""
    from conflict_extract.batch.results import FINISHED

    counts = standing.counts
    since = _clock(standing.started)
    if standing.holder is not None:
        yield f"running: {standing.holder}, since {since}"
    elif standing.outcome is not None and standing.ended is not None:
        end = f"{_clock(standing.ended)} (began {since})"
        is_finished = standing.outcome == FINISHED
        yield f"not running: {FINISHED} {end}" if is_finished else f"not running: ended {end}: {standing.outcome}"
    else:
        yield f"not running: the process that began {since} died; the same command goes on"
    yield f"model: {standing.model} at {standing.endpoint or 'no endpoint'}"
    of = f" of {standing.expected:,}" if standing.expected is not None else ""
    unread = f", {counts.unread:,} places could not be read" if counts.unread else ""
    left = f", {standing.not_read:,} not read yet" if standing.not_read else ""
    yield f"articles: {counts.done:,}{of} done, {counts.failed:,} failed, {counts.waiting:,} waiting{left}{unread}"
    if standing.reasons:
        yield f"failed: {', '.join(f'{count:,} {reason}' for reason, count in standing.reasons.items())}"
    if standing.calls:
        yield f"calls: {', '.join(f'{count:,} {state}' for state, count in sorted(standing.calls.items()))}"
    yield f"spent: {amount(standing.spent, standing.currency)}{_untold(standing)}"
    yield f"told: {standing.prompt_tokens:,} tokens of requests, {standing.completion_tokens:,} of replies"
    if standing.spent.open_tokens:
        out = " or in batch files" if standing.calls.get("sent") else ""
        yield f"reserved: {standing.spent.open_tokens:,} tokens, for calls under way{out}"
    if standing.holder is not None:
        seconds = standing.seconds_left
        yield f"rate: {standing.rate:.3g}/s" + (f", about {duration(seconds)} left" if seconds is not None else "")


def estimate_lines(estimate: Estimate) -> Iterator[str]:
    """What a run would take, a line for each thing."""
    yield f"articles: {estimate.articles:,}"
    yield f"calls: {estimate.calls:,}, and more where a reply has faults or is cut off"
    yield f"at most, for these calls: {_tokens(estimate.at_most)}{_money(estimate.cost_at_most, estimate.currency)}"
    if estimate.likely is None:
        yield "likely: not known before the first answers in this run directory"
    else:
        yield f"likely: {_tokens(estimate.likely)}{_money(estimate.cost_likely, estimate.currency)}"
    if estimate.currency is None:
        yield "cost: not known without the model's price (--prices)"


def amount(spent: Spent, currency: str | None) -> str:
    """What was spent: tokens, and money where its price is known."""
    tokens = f"{_short(spent.tokens)} tokens"
    return tokens if currency is None else f"{tokens}, {currency} {spent.cost:,.2f}"


def duration(seconds: float) -> str:
    """A time, as exactly as people want it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    if minutes < 90:
        return f"{minutes:.0f} min"
    hours = minutes / 60
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.1f} days"


def _clock(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M:%S")


def _untold(standing: Standing) -> str:
    if not standing.untold:
        return ""
    part = "all" if standing.untold == standing.spent.tokens else f"{standing.untold:,}"
    return f" ({part} of it as reserved, since no answer told what those calls took)"


def _tokens(usage: Usage) -> str:
    return f"{usage.prompt_tokens:,} tokens of requests, {usage.completion_tokens:,} of replies"


def _money(cost: float | None, currency: str | None) -> str:
    return f", {currency} {cost:,.2f}" if cost is not None and currency is not None else ""


def _short(count: int) -> str:
    return f"{count:,}" if count < 1_000_000 else f"{count / 1_000_000:,.2f} M"
