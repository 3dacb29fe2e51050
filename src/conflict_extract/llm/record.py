"""Recording of calls into cassettes, so that an extraction can be run again without key and network."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from conflict_extract.errors import ConfigError
from conflict_extract.llm.discretion import silence_carriers

_KEPT_HEADERS = frozenset({"content-type"})
"""All others stay out on both sides: keys, cookies, organisations, and what tells about the machine."""

_ESCAPED = frozenset("\r\x85\u2028\u2029\ufeff")
"""What YAML reads as the end of a line or drops, and PyYAML does not escape by itself."""

_open: Path | None = None


@contextmanager
def recording(cassette: Path | str) -> Iterator[None]:
    """Record every call made within this block into one cassette of vcrpy.

    The cassette is written at the end of the block, whole or not at all: after an error nothing is written, and a
    cassette of the same name stays as it was. Otherwise it is replaced. Only one can be open at a time in a process:
    vcrpy would put the calls of all tasks into the one opened last.

    Args:
        cassette: The file, by custom ``<article id>.yaml``; its folder is made where it is missing.

    Raises:
        ConfigError: A cassette is open already, or nothing was called.
    """
    global _open
    from vcr import VCR  # type: ignore[import-untyped]

    path = Path(cassette)
    if _open is not None:
        raise ConfigError(f"{_open} is being recorded: record one article after the other")
    _open = path
    try:
        silence_carriers()  # vcrpy's loggers exist since its import
        recorder = VCR(
            record_mode="all",
            match_on=("method", "path", "body"),
            before_record_request=_scrubbed_request,
            before_record_response=_scrubbed_response,
            decode_compressed_response=True,
            record_on_exception=False,
        )
        recorder.register_persister(_WholeFile)
        with recorder.use_cassette(str(path)) as calls:
            yield
            if not calls.data:
                raise ConfigError(f"{path}: nothing was called, so there is nothing to record")
    finally:
        _open = None


def _scrubbed_request(request: Any) -> Any:
    request.headers = {name: value for name, value in request.headers.items() if name.lower() in _KEPT_HEADERS}
    with suppress(ValueError, TypeError):
        # The body is matched as JSON: with its parts on lines of their own a change of it can be read as a diff.
        request.body = json.dumps(json.loads(request.body), ensure_ascii=False, indent=1).encode()
    return request


def _scrubbed_response(response: dict[str, Any]) -> dict[str, Any]:
    kept = {name: values for name, values in response["headers"].items() if name.lower() in _KEPT_HEADERS}
    return {**response, "headers": kept}


class _WholeFile:
    """vcrpy's persister: never reads what was there, and puts the new file in its place in one step."""

    @staticmethod
    def load_cassette(cassette_path: str, serializer: Any) -> Any:  # noqa: ARG004
        from vcr.persisters.filesystem import CassetteNotFoundError  # type: ignore[import-untyped]

        raise CassetteNotFoundError

    @staticmethod
    def save_cassette(cassette_path: str, cassette_dict: dict[str, Any], serializer: Any) -> None:  # noqa: ARG004
        from vcr.serialize import serialize  # type: ignore[import-untyped]

        path = Path(cassette_path)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(serialize(cassette_dict, _Readable))
            os.chmod(part, 0o644)  # mkstemp makes files that only the owner may read
            os.replace(part, path)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise


class _Readable:
    """vcrpy's YAML, with letters instead of escapes and bodies as blocks of text."""

    @staticmethod
    def serialize(cassette: dict[str, Any]) -> str:
        import yaml  # type: ignore[import-untyped]

        def string(dumper: Any, text: str) -> Any:
            style = '"' if _ESCAPED & set(text) else "|" if text.startswith("{") else None
            return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)

        dumper: Any = type("Dumper", (yaml.SafeDumper,), {})
        dumper.add_representer(str, string)
        return str(yaml.dump(cassette, Dumper=dumper, allow_unicode=True, width=2**31))

    @staticmethod
    def deserialize(text: str) -> Any:
        from vcr.serializers import yamlserializer  # type: ignore[import-untyped]

        return yamlserializer.deserialize(text)
