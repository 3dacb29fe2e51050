"""Less work for Python's garbage collector while many articles are under way."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_THRESHOLD = 20_000
"""Objects that come and do not go before young ones are looked through, instead of 700.

Dozens of articles under way hold more than that at any time, so the collector would look through them again and again
and find nothing: it took a fifth of the CPU of an article (``bench/article.py``). Objects without cycles, nearly all
of them, go without it.
"""


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Within this block garbage is collected seldom, and what was there before is not looked through at all."""
    before = gc.get_threshold()
    if not gc.isenabled() or not 0 < before[0] < _THRESHOLD:  # whoever set it otherwise knows why
        yield
        return
    gc.freeze()  # no collection before it: that takes long where much was loaded
    gc.set_threshold(_THRESHOLD, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
