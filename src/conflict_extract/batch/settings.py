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
from conflict_extract.batch.opening import ledger_name
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
        base_url: The endpoint.
        parameters: What is sent beside the messages.
        extra_body: Further fields of the request's body.
        options: How extractions are made.
    """

    model: str
    base_url: str
    parameters: Parameters
    options: Options
    extra_body: Mapping[str, Any] = field(default_factory=dict)


def settings_of(directory: Path) -> Settings:
    """The settings that a run directory belongs to.

    Raises:
        LedgerError: There is no run in it, it is divided into shards, or it does not ask an endpoint by its URL.
    """
    kept = _configuration(directory)
    url = kept.get(ENDPOINT)
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise LedgerError(f"this run asks {url or 'no endpoint'}: there are no batch files for that", path=directory)
    parameters, options = dict(kept["parameters"]), kept["options"]
    own = {name: parameters.pop(name) for name in ("temperature", "max_tokens", "seed")}
    return Settings(
        model=kept["model"],
        base_url=url,
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


def _configuration(directory: Path) -> dict[str, Any]:
    path = directory / ledger_name(None)
    if not path.is_file():
        raise LedgerError("there is no run here that could have batch files; begin one with `batch prepare`", path=path)
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
        raise LedgerError("this run died before it began; begin it again with `batch prepare`", path=path)
    kept: dict[str, Any] = json.loads(row[0])
    return kept
