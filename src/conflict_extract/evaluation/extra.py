"""The packages of the extra ``evaluation``, imported in one place, with a clear word where they are missing."""

from __future__ import annotations

from conflict_extract.errors import ConfigError

try:
    import numpy as np
    from rapidfuzz.fuzz import ratio
    from rapidfuzz.process import cdist
    from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]
except ImportError as error:
    raise ConfigError(
        f"scoring needs the package {error.name}, which is not installed: pip install 'conflict-extract[evaluation]'"
    ) from error

__all__ = ["cdist", "linear_sum_assignment", "np", "ratio"]
