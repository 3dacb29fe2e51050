"""Turn reporting on armed conflict into claims, events and attributions that can be checked."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conflict_extract.models import Article as Article

__version__ = "0.1.0"
