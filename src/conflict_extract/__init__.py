"""Turn reporting on armed conflict into claims, events and attributions that can be checked.

Importing the package costs next to nothing: each name is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conflict_extract.asking import Options
    from conflict_extract.batch.gate import Limits
    from conflict_extract.batch.results import RunResults
    from conflict_extract.batch.runner import BatchOptions, BatchRun
    from conflict_extract.errors import (
        BudgetError,
        ConfigError,
        ConflictExtractError,
        FatalModelError,
        GoldError,
        InputError,
        InternalError,
        InvalidReplyError,
        LedgerError,
        ModelError,
        ReplayError,
        RequestError,
        StoppedError,
        TransientModelError,
    )
    from conflict_extract.extractor import Extractor, Failure
    from conflict_extract.llm.base import Parameters
    from conflict_extract.models import (
        Actor,
        Article,
        Attribution,
        Claim,
        Event,
        Extraction,
        Figure,
        Place,
        Provenance,
        Rejected,
        Relation,
        Source,
        Span,
        Told,
        Usage,
    )
    from conflict_extract.text.figures import ACLED, OPEN, VaguePolicy

__version__ = "0.1.0"

__all__ = [
    "ACLED",
    "OPEN",
    "Actor",
    "Article",
    "Attribution",
    "BatchOptions",
    "BatchRun",
    "BudgetError",
    "Claim",
    "ConfigError",
    "ConflictExtractError",
    "Event",
    "Extraction",
    "Extractor",
    "Failure",
    "FatalModelError",
    "Figure",
    "GoldError",
    "InputError",
    "InternalError",
    "InvalidReplyError",
    "LedgerError",
    "Limits",
    "ModelError",
    "Options",
    "Parameters",
    "Place",
    "Provenance",
    "Rejected",
    "Relation",
    "ReplayError",
    "RequestError",
    "RunResults",
    "Source",
    "Span",
    "StoppedError",
    "Told",
    "TransientModelError",
    "Usage",
    "VaguePolicy",
    "__version__",
]

_HOMES = {
    "asking": ("Options",),
    "batch.gate": ("Limits",),
    "batch.results": ("RunResults",),
    "batch.runner": ("BatchOptions", "BatchRun"),
    "errors": (
        "BudgetError",
        "ConfigError",
        "ConflictExtractError",
        "FatalModelError",
        "GoldError",
        "InputError",
        "InternalError",
        "InvalidReplyError",
        "LedgerError",
        "ModelError",
        "ReplayError",
        "RequestError",
        "StoppedError",
        "TransientModelError",
    ),
    "extractor": ("Extractor", "Failure"),
    "llm.base": ("Parameters",),
    "models": (
        "Actor",
        "Article",
        "Attribution",
        "Claim",
        "Event",
        "Extraction",
        "Figure",
        "Place",
        "Provenance",
        "Rejected",
        "Relation",
        "Source",
        "Span",
        "Told",
        "Usage",
    ),
    "text.figures": ("ACLED", "OPEN", "VaguePolicy"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
