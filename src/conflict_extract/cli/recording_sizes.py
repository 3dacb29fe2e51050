"""How much was sent and answered for each article, read from recorded answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conflict_extract.llm.replay import Recorded, read_recordings
from conflict_extract.report.scored_run import Size


def recording_sizes(folder: Path) -> Mapping[str, Size]:
    """Sizes by article id; a cassette is named after its article.

    Raises:
        ConfigError: There are no recordings that can be read.
    """
    found: dict[str, Size] = {}
    for call in read_recordings(folder):
        one, other = found.get(call.file.stem, Size(0, 0, 0, 0, 0)), _size(call)
        found[call.file.stem] = Size(
            one.calls + other.calls,
            one.prompt + other.prompt,
            one.reply + other.reply,
            _sum(one.prompt_tokens, other.prompt_tokens),
            _sum(one.reply_tokens, other.reply_tokens),
        )
    return found


def _size(call: Recorded) -> Size:
    prompt = sum(_length(message) for message in call.body.get("messages", []))
    answer = _object(call.content)
    choices = answer.get("choices") or [{}]
    usage = answer.get("usage") or {}
    reply = sum(_length(choice.get("message")) for choice in choices)
    return Size(1, prompt, reply, usage.get("prompt_tokens"), usage.get("completion_tokens"))


def _object(content: bytes | str) -> dict[str, Any]:
    """The answer, empty where it is none (an error page, a broken connection)."""
    try:
        value = json.loads(content)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _length(message: Any) -> int:
    content = message.get("content") if isinstance(message, dict) else None
    return len(content) if isinstance(content, str) else 0


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other
