"""The options that say which model answers and what it is asked, the same for each command that asks one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from conflict_extract.asking import Options
    from conflict_extract.llm.base import Parameters

_OF_ENDPOINTS = {
    "model": "--model",
    "base_url": "--base-url",
    "temperature": "--temperature",
    "max_tokens": "--max-tokens",
    "deadline": "--deadline",
    "record": "--record",
    "local": "--local",
}

ModelName = Annotated[
    str | None,
    typer.Option(metavar="NAME", envvar="CONFLICT_EXTRACT_MODEL", help="The model, as its endpoint names it."),
]
BaseUrl = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        envvar="OPENAI_BASE_URL",
        help="An OpenAI-compatible endpoint; without it, OpenAI's. The key is read from OPENAI_API_KEY.",
    ),
]
Replay = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Answer from the recordings in DIR: no key, no network.")
]
Local = Annotated[
    Path | None,
    typer.Option(
        metavar="MODEL.gguf",
        help="Run this model on this machine, one article after another (pip install 'conflict-extract[local]').",
    ),
]
Strict = Annotated[
    bool,
    typer.Option("--strict", help="Fail an article where anything would be rejected, instead of keeping the rest."),
]
Reasks = Annotated[int, typer.Option(min=0, metavar="N", help="How often a reply with faults is asked for again.")]
Temperature = Annotated[str, typer.Option(metavar="X|none", help="0 to 2; none sends none, for models that take none.")]
MaxTokens = Annotated[int, typer.Option(min=1, metavar="N", help="Room for a reply, in tokens.")]
Deadline = Annotated[
    float, typer.Option(metavar="SECONDS", help="Longest wait for one answer; after it, the call is made again.")
]
Vague = Annotated[
    Literal["acled", "open"],
    typer.Option(help="Lower bounds of vague words (dozens, scores): ACLED's (12, 20), or none."),
]


def given(context: typer.Context) -> Iterator[str]:
    """The options about an endpoint that stand in the command itself; the environment may say what it likes."""
    for name, option in _OF_ENDPOINTS.items():
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            yield option


def parameters_of(temperature: str, max_tokens: int) -> Parameters:
    """What is sent beside the messages.

    Raises:
        ConfigError: The temperature is none.
    """
    from conflict_extract.errors import ConfigError
    from conflict_extract.llm.base import Parameters

    if temperature == "none":
        return Parameters(temperature=None, max_tokens=max_tokens)
    try:
        value = float(temperature)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 2:
        raise ConfigError(f"--temperature {temperature}: this is neither a number from 0 to 2 nor none")
    return Parameters(temperature=value, max_tokens=max_tokens)


def options_of(*, reasks: int, strict: bool, vague: Literal["acled", "open"]) -> Options:
    """How extractions are made."""
    from conflict_extract.asking import Options
    from conflict_extract.text.figures import ACLED, OPEN

    return Options(reasks=reasks, strict=strict, policy={"acled": ACLED, "open": OPEN}[vague])
