"""Answers from recordings: finds the recorded answer to a request, or says what has changed since."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2

from conflict_extract.errors import ConfigError, ReplayError
from conflict_extract.llm.base import Parameters
from conflict_extract.llm.client import Endpoint, OpenAIModel
from conflict_extract.llm.keys import request_key
from conflict_extract.llm.retries import Impatience

RECORD_AGAIN = (
    "record again with `conflict-extract extract PATHS --out FILE --record DIR --base-url URL --model NAME` "
    "(in the repository: `make record`)"
)

_ENDING = "/chat/completions"
_ROOM = ("max_tokens", "max_completion_tokens")


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded call.

    Attributes:
        file: The cassette.
        url: Where the request went.
        body: The request's body.
        status: The answer's HTTP status.
        headers: The answer's headers, as recorded.
        content: The answer's body.
    """

    file: Path
    url: str
    body: dict[str, Any]
    status: int
    headers: list[tuple[str, str]]
    content: bytes

    @property
    def key(self) -> str:
        """What the request is found by."""
        return request_key("POST", urlsplit(self.url).path, self.body)


def read_recordings(folder: Path | str) -> tuple[Recorded, ...]:
    """All recorded calls of the cassettes (``*.yaml``, ``*.yml``) in a folder and below, by file, then in their order.

    Raises:
        ConfigError: There is no such folder, no recorded call in it, or a file that is no cassette.
    """
    root = Path(folder)
    if not root.is_dir():
        raise ConfigError(f"{root}: there is no such folder with recordings")
    files = sorted(path for path in root.rglob("*.y*ml") if path.suffix in (".yaml", ".yml"))
    calls = tuple(call for file in files for call in _read_cassette(file))
    if not calls:
        raise ConfigError(f"{root}: there are no recorded calls to {_ENDING} in it; {RECORD_AGAIN}")
    return calls


def _read_cassette(file: Path) -> Iterator[Recorded]:
    import yaml  # type: ignore[import-untyped]
    from vcr.serialize import deserialize  # type: ignore[import-untyped]
    from vcr.serializers import yamlserializer  # type: ignore[import-untyped]

    try:
        requests, responses = deserialize(file.read_text(encoding="utf-8"), yamlserializer)[:2]
        for request, response in zip(requests, responses, strict=True):
            if request.method != "POST" or not urlsplit(request.uri).path.endswith(_ENDING):
                continue
            yield Recorded(
                file=file,
                url=request.uri,
                body=json.loads(request.body),
                status=response["status"]["code"],
                headers=[(name, value) for name, values in response["headers"].items() for value in values],
                content=response["body"]["string"],
            )
    except (ValueError, KeyError, TypeError, AttributeError, yaml.YAMLError) as error:
        raise ConfigError(f"{file}: this is no cassette that can be read ({type(error).__name__})") from None


def recorded_settings(folder: Path | str) -> tuple[Endpoint, Parameters]:
    """With which model, base URL, parameters and extra fields the recordings of a folder were made.

    Raises:
        ConfigError: They cannot be read, or they were made with different settings.
    """
    return _settings(read_recordings(folder))


def _settings(calls: tuple[Recorded, ...]) -> tuple[Endpoint, Parameters]:
    # Only the first call of a cassette: later ones may have twice the room.
    firsts = list({call.file: call for call in reversed(calls)}.values())[::-1]
    found = {json.dumps(_settings_of(call.body), sort_keys=True): call for call in firsts}
    if len(found) > 1:
        one, other, *_ = found.values()
        changed = ", ".join(_changed_settings(one.body, other.body))
        raise ConfigError(f"{one.file} and {other.file} were recorded with different settings ({changed})")
    first = firsts[0]
    settings = dict(_settings_of(first.body))
    room = next((settings.pop(name) for name in _ROOM if name in settings), Parameters().max_tokens)
    endpoint = Endpoint(
        model=settings.pop("model"),
        base_url=first.url.removesuffix(_ENDING),
        extra_body={name: value for name, value in settings.items() if name not in ("temperature", "seed")},
    )
    return endpoint, Parameters(settings.get("temperature"), room, settings.get("seed"))


def _settings_of(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in ("messages", "response_format")}


def _changed_settings(recorded: dict[str, Any], asked: dict[str, Any]) -> list[str]:
    old, new = _settings_of(recorded), _settings_of(asked)
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return [f"{name}: recorded {_shown(old, name)}, asked {_shown(new, name)}" for name in names]


def _shown(settings: dict[str, Any], name: str) -> str:
    return json.dumps(settings[name])[:60] if name in settings else "none"


class ReplayTransport(httpx2.AsyncBaseTransport):
    """Answers with recordings instead of the network.

    A request is looked up by method, path and body; where it was recorded several times (a retry, another run), the
    answers come in their order, the last one again and again.

    Args:
        recordings: A folder of cassettes, or calls already read.

    Raises:
        ConfigError: There are no recordings that can be read.
    """

    def __init__(self, recordings: Path | str | tuple[Recorded, ...]) -> None:
        self._calls = recordings if isinstance(recordings, tuple) else read_recordings(recordings)
        self._by_key: dict[str, list[Recorded]] = defaultdict(list)
        for call in self._calls:
            self._by_key[call.key].append(call)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The recorded answer.

        Raises:
            ReplayError: There is none: what changed, and how to record again.
        """
        body = json.loads(await request.aread())
        answers = self._by_key.get(request_key(request.method, request.url.path, body))
        if not answers:
            raise ReplayError(_miss(body, request.url.path, self._calls))
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return httpx2.Response(answer.status, headers=answer.headers, content=answer.content)


def replaying(
    folder: Path | str, *, model: str | None = None, parameters: Parameters | None = None, base_url: str | None = None
) -> OpenAIModel:
    """A model that answers from the recordings in a folder, without key and network, and never waits.

    What is not given is taken from the recordings.

    Raises:
        ConfigError: There are no recordings, or something is not given, and they differ in it.
    """
    calls = read_recordings(folder)
    if model is None or parameters is None or base_url is None:
        recorded, recorded_parameters = _settings(calls)
        endpoint = Endpoint(
            model if model is not None else recorded.model,
            base_url if base_url is not None else recorded.base_url,
            extra_body=recorded.extra_body,
        )
        parameters = parameters if parameters is not None else recorded_parameters
    else:
        endpoint = Endpoint(model, base_url)
    return OpenAIModel(endpoint, parameters, transport=ReplayTransport(calls), patience=Impatience(endpoint.attempts))


def _miss(body: dict[str, Any], path: str, calls: tuple[Recorded, ...]) -> str:
    """What changed, against the recorded request that has the most in common with this one."""
    closest = min(calls, key=lambda call: _distance(call.body, body))
    changes = _changes(closest.body, body)
    if urlsplit(closest.url).path != path:
        changes.append(f"path: recorded {urlsplit(closest.url).path}, asked {path}")
    changed = "; ".join(changes) if changes else "nothing but its encoding"
    return (
        f"no recorded answer fits the request. Against {closest.file}, this has changed: {changed}. "
        f"To go on, {RECORD_AGAIN}"
    )


def _distance(recorded: dict[str, Any], asked: dict[str, Any]) -> tuple[int, int]:
    """Fewer changed parts first; among equals, the one whose messages have more paragraphs in common."""
    pairs = zip(_texts(recorded, "user"), _texts(asked, "user"), strict=False)
    return len(_changes(recorded, asked)), -sum(_in_common(old, new) for old, new in pairs)


def _changes(recorded: dict[str, Any], asked: dict[str, Any]) -> list[str]:
    """The parts that differ, in words that show settings but nothing of article and reply."""
    changes = _changed_settings(recorded, asked)
    if recorded.get("response_format") != asked.get("response_format"):
        changes.append("the schema of the reply")
    if _texts(recorded, "system") != _texts(asked, "system"):
        changes.append("the prompt (system message)")
    old, new = _texts(recorded, "user"), _texts(asked, "user")
    if old[:1] != new[:1]:
        changes.append("the article's text, or the part of the prompt around it (first user message)")
    if old[1:] != new[1:] or _texts(recorded, "assistant") != _texts(asked, "assistant"):
        changes.append("the repair round (the faulty reply, or the faults named)")
    return changes


def _texts(body: dict[str, Any], role: str) -> list[str]:
    return [str(message.get("content")) for message in body.get("messages", []) if message.get("role") == role]


def _in_common(old: str, new: str) -> int:
    """Code points of the lines that both have."""
    return sum(len(line) for line in {*old.splitlines()} & {*new.splitlines()})
