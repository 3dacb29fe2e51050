"""A reply read against its passage: the items that stand, what falls and why, and what to ask the model again."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from conflict_extract.models.extraction import Rejected
from conflict_extract.models.item import Item
from conflict_extract.reply.anchoring import anchor
from conflict_extract.reply.linking import settle
from conflict_extract.reply.parsing import Rejections, UnreadableReplyError, candidates, load
from conflict_extract.reply.placing import Passage

__all__ = ["Passage", "Reading", "Reads", "UnreadableReplyError", "read", "read_here"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reply comes to.

    Attributes:
        items: The items that stand, ids and links as the model gave them, spans into the whole article.
        rejected: What fell, with reasons.
        complete: False where the reply was cut off.
    """

    items: tuple[Item, ...]
    rejected: tuple[Rejected, ...]
    complete: bool

    def faults(self) -> Sequence[str]:
        """A line for each fault that is worth asking the model again for.

        What stands there already is not, nor words that give no number ("one in five"): they are no figure, and their
        claim stands without one.
        """
        return [
            f"{fault.path}{f' (id {fault.id})' if fault.id else ''}: {fault.message}"
            for fault in self.rejected
            if fault.reason not in ("repeated", "unreadable_figure")
        ]


def read(text: str, passage: Passage, *, truncated: bool = False) -> Reading:
    """Read a reply against the passage that it is about.

    Args:
        text: The reply, as the model gave it.
        passage: What it was asked about.
        truncated: The reply ran out of room; what is whole is read.

    Raises:
        UnreadableReplyError: Nothing can be read at all: not one JSON object, or a key twice.
    """
    with _collecting_later():
        return _read(text, passage, truncated=truncated)


def _read(text: str, passage: Passage, *, truncated: bool) -> Reading:
    rejections = Rejections()
    reply = load(text, truncated=truncated)
    drafts = candidates(reply, rejections, truncated=truncated)
    given = [(each.draft.id, each.raw) for each in drafts] + [
        (fault.id, fault.content) for fault in rejections.items if fault.id is not None and "." not in fault.path
    ]
    standing = settle(anchor(drafts, passage, rejections), given, rejections)
    return Reading(tuple(each.item for each in standing), tuple(rejections.items), not truncated)


@contextmanager
def _collecting_later() -> Iterator[None]:
    """Within this block no garbage is collected: in the few milliseconds of it hardly any of it is in cycles.

    Thousands of objects are made at a stroke, and each seven hundred would be looked through for nothing.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class Reads(Protocol):
    """Reads a reply as ``read`` does, wherever it does so."""

    async def __call__(self, text: str, passage: Passage, *, truncated: bool) -> Reading: ...  # noqa: D102


async def read_here(text: str, passage: Passage, *, truncated: bool) -> Reading:
    """``read``, at once and in this process."""
    return read(text, passage, truncated=truncated)
