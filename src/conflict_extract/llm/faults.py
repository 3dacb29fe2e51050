"""What an answer with an error says, as one of the errors that a caller can act on."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from conflict_extract.errors import FatalModelError, ModelError, RequestError, TransientModelError

_RETRIED = frozenset({408, 409, 425, 429})
_NO_CREDIT = frozenset(
    {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "insufficient_balance"}
)
_NO_ACCESS = frozenset({"invalid_api_key", "authentication_error", "permission_denied", "account_deactivated"})
_NO_MODEL = frozenset({"model_not_found", "model_not_available", "deployment_not_found"})
_TOO_LONG = re.compile(
    r"context[ _-]*(?:length|size|window)|too many tokens|prompt is too long|maximum.{0,20}tokens", re.I
)
_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9_.\- ]{0,39}\Z")
_RESET = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?\Z")


def fault(
    status: int, headers: Mapping[str, str], content: bytes, *, model: str, host: str, outer: int | None = None
) -> ModelError:
    """The error for an answer with an error status, or with status 200 and an error in place of a completion.

    The endpoint's own sentence is read but not passed on: it may repeat the article or parts of the key. Its short
    codes are.

    Args:
        status: HTTP status.
        headers: Headers of the answer, by lower-case name or without regard to case.
        content: The answer's body.
        model: The model's name as asked for.
        host: Where the answer came from.
        outer: The status of the answer itself, where ``status`` is one that its body passes on.
    """
    error = error_object(content) or {}
    codes = {str(error[name]).lower() for name in ("code", "type") if isinstance(error.get(name), str)}
    shown = f"{outer} and an error in its body" if outer is not None else f"{status}"
    said = f"{host} answered with status {shown}{_labels(error)}"
    if codes & _NO_CREDIT or status == 402:
        return FatalModelError(f"{said}: no quota is left; check plan and billing", model=model, status=status)
    if codes & _NO_ACCESS or status in (401, 403):
        return FatalModelError(f"{said}: the key is not accepted; check it and its rights", model=model, status=status)
    if codes & _NO_MODEL or status in (404, 405):
        problem = f"{said}: it does not know the model {model!r}, or the base URL is not that of its API"
        return FatalModelError(problem, model=model, status=status)
    if 300 <= status < 400:
        problem = f"{said}: redirects are not followed, they could carry the key elsewhere; give the final base URL"
        return FatalModelError(problem, model=model, status=status)
    if status in _RETRIED or status >= 500:
        wait = retry_after(headers, limited=status == 429)
        return TransientModelError(said, model=model, status=status, retry_after=wait)
    if _TOO_LONG.search(f"{error.get('message', '')} {' '.join(codes)}") or status == 413:
        problem = f"{said}: the request is too long for the model; ask for less room (max_tokens) or shorter passages"
        return RequestError(problem, model=model, status=status)
    return RequestError(f"{said}: it refuses this request", model=model, status=status)


def fault_with_200(content: bytes, *, model: str, host: str) -> ModelError | None:
    """The error that stands in an answer with status 200 in place of a completion, None where there is none.

    Gateways pass the status of the model behind them on in ``error.code``.
    """
    if b'"error"' not in content:
        return None
    error = error_object(content)
    if error is None:
        return None
    code = error.get("code")
    inner = code if type(code) is int and 400 <= code < 600 else 500
    return fault(inner, {}, content, model=model, host=host, outer=200)


def error_object(content: bytes) -> dict[str, Any] | None:
    """The ``error`` object of a body, None where the body has none."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return None
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, dict) and error:
        return error
    return {"message": error} if isinstance(error, str) and error else None


def retry_after(headers: Mapping[str, str], *, limited: bool) -> float | None:
    """Seconds that the endpoint asks to wait, None where it does not say.

    Read in this order: ``retry-after-ms``, ``retry-after`` (seconds or an HTTP date, RFC 9110, 10.2.3), then
    ``x-ratelimit-reset-requests`` and ``-tokens`` ("1m30s", "120ms"; of the limit that is used up, where that is told).

    Args:
        headers: The answer's headers.
        limited: Whether a rate limit was met: the last two come with every answer, and mean nothing otherwise.
    """
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        told = headers.get(name, "").strip()
        if re.fullmatch(r"\d{1,9}(?:\.\d+)?", told):
            return float(told) * unit
        if told and name == "retry-after":
            try:
                return max(0.0, parsedate_to_datetime(told).timestamp() - time.time())
            except ValueError:
                break
    if not limited:
        return None
    resets = {
        kind: seconds
        for kind in ("requests", "tokens")
        if (seconds := _seconds(headers.get(f"x-ratelimit-reset-{kind}", ""))) is not None
    }
    used_up = [seconds for kind, seconds in resets.items() if headers.get(f"x-ratelimit-remaining-{kind}") == "0"]
    return max(used_up or resets.values(), default=None)


def _seconds(told: str) -> float | None:
    if re.fullmatch(r"\d{1,6}(?:\.\d+)?", told):
        return float(told)
    parts = _RESET.match(told) if told else None
    if parts is None or not any(parts.groups()):
        return None
    units = (86_400.0, 3_600.0, 60.0, 1.0, 0.001)
    return sum(float(part) * unit for part, unit in zip(parts.groups(), units, strict=True) if part)


def _labels(error: dict[str, Any]) -> str:
    """The short codes of an error, fit to be shown: only what looks like a code, never a sentence."""
    labels = [str(error[name]) for name in ("code", "type") if isinstance(error.get(name), str)]
    shown = [label for label in dict.fromkeys(labels) if _LABEL.match(label) and not label.startswith("sk-")]
    return f" ({', '.join(shown)})" if shown else ""
