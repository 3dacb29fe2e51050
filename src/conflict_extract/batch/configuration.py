"""What the results of a run depend on beside its articles, and what differs between two such configurations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from conflict_extract.extractor import Extractor

ENDPOINT = "endpoint"

_NAMES = {
    "model": "The model",
    ENDPOINT: "The endpoint",
    "prompt": "The prompt",
    "schema": "The schema of the reply",
    "parameters": "Parameters",
    "options": "Options",
}


def configuration_of(extractor: Extractor, *, endpoint: str | None = None) -> dict[str, Any]:
    """What a run with this extractor belongs to, as plain JSON.

    Args:
        extractor: It says all but where it asks.
        endpoint: Where it asks, in words, where that is not the model's own URL (a model file, recordings).
    """
    settings = extractor.configuration
    asked = getattr(getattr(extractor.model, "endpoint", None), "url", None)
    return {**settings, ENDPOINT: endpoint if endpoint is not None else asked}


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, str]:
    """What differs between two configurations: by its name, a sentence that says what it was and what it is."""
    changed = {}
    for name in {**before, **now}:
        old, new = before.get(name), now.get(name)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            inner = [each for each in {**old, **new} if old.get(each) != new.get(each)]
            what = ", ".join(f"{each}: {_shown(old.get(each))} before, {_shown(new.get(each))} now" for each in inner)
            changed[name] = f"{_NAMES.get(name, name)} changed ({what})"
        else:
            changed[name] = f"{_NAMES.get(name, name)} was {_shown(old)} and is {_shown(new)} now"
    return changed


def _shown(value: object) -> str:
    if value is None:
        return "none"
    return value[:80] if isinstance(value, str) else json.dumps(value, ensure_ascii=False)[:80]
