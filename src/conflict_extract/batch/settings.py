"""With which settings a run was begun, read back from its ledger, so that it can go on without them being given."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conflict_extract.asking import Options
from conflict_extract.batch.configuration import ENDPOINT
from conflict_extract.batch.opening import ledger_name, ledgers_in
from conflict_extract.batch.store import check_version, connect, problem
from conflict_extract.errors import LedgerError
from conflict_extract.llm.base import Parameters
from conflict_extract.text.figures import ACLED, OPEN

_POLICIES = {policy.name: policy for policy in (ACLED, OPEN)}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run was begun with.

    Attributes:
        model: The model's name at the endpoint.
        endpoint: Where it asks: a base URL, or the name of what is none (recordings, a model file).
        parameters: What is sent beside the messages.
        extra_body: Further fields of the request's body.
        options: How extractions are made.
    """

    model: str
    endpoint: str | None
    parameters: Parameters
    options: Options
    extra_body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def base_url(self) -> str | None:
        """The endpoint's base URL, None where it is asked in another way."""
        is_url = self.endpoint is not None and self.endpoint.startswith(("http://", "https://"))
        return self.endpoint if is_url else None


def settings_of(directory: Path) -> Settings:
    """The settings that a run directory belongs to, for batch files.

    Raises:
        LedgerError: There is no run in it, it is divided into shards, or it does not ask an endpoint by its URL.
    """
    path = directory / ledger_name(None)
    if not path.is_file():
        raise LedgerError("there is no run here that could have batch files; begin one with `batch prepare`", path=path)
    settings = _settings(path)
    if settings.base_url is None:
        raise LedgerError(f"this run asks {settings.endpoint}: there are no batch files for that", path=directory)
    return settings


def kept_settings(directory: Path) -> Settings:
    """The settings that a run directory belongs to.

    Raises:
        LedgerError: There is no run in it.
    """
    ledgers = ledgers_in(directory) if directory.is_dir() else []
    if not ledgers:
        raise LedgerError("there is no run here", path=directory)
    return _settings(ledgers[0])


def _settings(path: Path) -> Settings:
    kept = _configuration(path)
    parameters, options = dict(kept["parameters"]), kept["options"]
    own = {name: parameters.pop(name) for name in ("temperature", "max_tokens", "seed")}
    return Settings(
        model=kept["model"],
        endpoint=kept.get(ENDPOINT),
        parameters=Parameters(**own),
        extra_body=parameters,
        options=Options(
            reasks=options["reasks"],
            strict=options["strict"],
            policy=_POLICIES[options["vague"]],
            prompt_version=kept["prompt"]["version"],
            passage_size=options["passage_size"],
            passage_overlap=options["passage_overlap"],
        ),
    )


def _configuration(path: Path) -> dict[str, Any]:
    connection = connect(path, read_only=True)
    try:
        row = None
        if check_version(connection, path):
            row = connection.execute("SELECT value FROM meta WHERE name = 'configuration'").fetchone()
    except sqlite3.Error as error:
        raise problem(error, path) from None
    finally:
        connection.close()
    if row is None:
        raise LedgerError("this run died before it began; begin it again", path=path)
    kept: dict[str, Any] = json.loads(row[0])
    return kept
