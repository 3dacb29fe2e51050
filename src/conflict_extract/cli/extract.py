"""The command ``extract``: articles in, JSON Lines out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from conflict_extract.cli.inputs import PATHS_HELP, DateColumn, IdColumn, Inputs, Published, TextColumn

if TYPE_CHECKING:
    from conflict_extract.cli.output import Output
    from conflict_extract.llm.base import Parameters
    from conflict_extract.models import Article

_ENDPOINT_OPTIONS = {
    "model": "--model",
    "base_url": "--base-url",
    "temperature": "--temperature",
    "max_tokens": "--max-tokens",
    "deadline": "--deadline",
    "record": "--record",
    "local": "--local",
}


def extract(
    context: typer.Context,
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATHS", help=PATHS_HELP),
    ],
    out: Annotated[
        str,
        typer.Option(
            metavar="FILE", help="JSON Lines, one extraction a line, in the order done; - is standard output."
        ),
    ],
    model: Annotated[
        str | None,
        typer.Option(metavar="NAME", envvar="CONFLICT_EXTRACT_MODEL", help="The model, as its endpoint names it."),
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            envvar="OPENAI_BASE_URL",
            help="An OpenAI-compatible endpoint; without it, OpenAI's. The key is read from OPENAI_API_KEY.",
        ),
    ] = None,
    replay: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Answer from the recordings in DIR: no key, no network.")
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Also record the answers, each article's as DIR/ID.yaml; one after another."),
    ] = None,
    local: Annotated[
        Path | None,
        typer.Option(
            metavar="MODEL.gguf",
            help="Run this model on this machine, one article after another (pip install 'conflict-extract[local]').",
        ),
    ] = None,
    text_column: TextColumn = None,
    id_column: IdColumn = None,
    date_column: DateColumn = None,
    published: Published = None,
    no_text: Annotated[
        bool, typer.Option("--no-text", help="Leave the articles' text out of FILE; its hash stays.")
    ] = False,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Fail an article where anything would be rejected, instead of keeping the rest."),
    ] = False,
    concurrency: Annotated[int, typer.Option(min=1, metavar="N", help="Articles under way at once.")] = 4,
    reasks: Annotated[
        int, typer.Option(min=0, metavar="N", help="How often a reply with faults is asked for again.")
    ] = 1,
    temperature: Annotated[
        str, typer.Option(metavar="X|none", help="0 to 2; none sends none, for models that take none.")
    ] = "0",
    max_tokens: Annotated[int, typer.Option(min=1, metavar="N", help="Room for a reply, in tokens.")] = 16_000,
    deadline: Annotated[
        float, typer.Option(metavar="SECONDS", help="Longest wait for one answer; after it, the call is made again.")
    ] = 300.0,
    vague: Annotated[
        Literal["acled", "open"],
        typer.Option(help="Lower bounds of vague words (dozens, scores): ACLED's (12, 20), or none."),
    ] = "acled",
    force: Annotated[bool, typer.Option("--force", help="Overwrite FILE, and what a broken-off run left.")] = False,
) -> None:
    """Extract claims, events and attributions from articles.

    Each article's line is written as soon as it is done, to FILE.part, which gets its name when the run is over.
    What leaves this machine is the articles and the prompt, to the endpoint given. An article that fails is named
    with the reason on standard error, and the others are written.

    Exit codes: 0 all well; 1 some article failed; 2 wrong use, also a key or model that the endpoint refuses.
    """
    from conflict_extract.asking import Options
    from conflict_extract.cli.engine import Engine
    from conflict_extract.cli.output import Output
    from conflict_extract.cli.run import check_recordable, run
    from conflict_extract.text.figures import ACLED, OPEN

    engine = Engine(
        model=model,
        base_url=base_url or None,
        replay=replay,
        local=local,
        parameters=_parameters(temperature, max_tokens),
        deadline=deadline,
        given=frozenset(_given(context)),
    )
    engine.check()
    output = Output(out, force=force)
    _keep_apart(output, paths)
    articles, unread = _read(Inputs(paths, text_column, id_column, date_column, published))
    if record is not None:
        check_recordable(articles)
    failed = unread
    if articles:
        failed += run(
            articles,
            output,
            engine,
            Options(reasks=reasks, strict=strict, policy={"acled": ACLED, "open": OPEN}[vague]),
            concurrency=concurrency if local is None else 1,
            record=record,
            keep_text=not no_text,
        )
    _conclude(failed, output)


def _keep_apart(output: Output, paths: Sequence[Path]) -> None:
    """Refuse to write over an article, --force or not.

    Raises:
        ConfigError: --out is one of the articles, or the sidecar of a folder of them.
    """
    from conflict_extract.documents.kinds import kind_of
    from conflict_extract.documents.metadata import METADATA
    from conflict_extract.errors import ConfigError

    if output.path is None or not output.path.exists():
        return
    target = output.path.resolve()
    for path in paths:
        read = path.resolve()
        inside = target.parent == read and (kind_of(target) is not None or target.name == METADATA)
        if target == read or inside:
            raise ConfigError(f"{output.path}: --out would overwrite an article; name another file")


def _given(context: typer.Context) -> Iterator[str]:
    """The options about an endpoint that stand in the command itself; the environment may say what it likes."""
    for name, option in _ENDPOINT_OPTIONS.items():
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            yield option


def _parameters(temperature: str, max_tokens: int) -> Parameters:
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


def _read(inputs: Inputs) -> tuple[list[Article], int]:
    """All articles, and how many could not be read.

    All are read before the first is sent: what is wrong with the input shows before anything is paid for.
    """
    from conflict_extract.cli.terminal import complain
    from conflict_extract.errors import InputError

    articles: list[Article] = []
    unread = 0
    for each in inputs.articles():
        if isinstance(each, InputError):
            complain(str(each))
            unread += 1
        else:
            articles.append(each)
    return articles, unread


def _conclude(failed: int, output: Output) -> None:
    from conflict_extract.cli.terminal import complain

    where = str(output.path) if output.path is not None else "standard output"
    if output.written:
        typer.echo(f"{output.written} written to {where}", err=True)
    if failed:
        complain(f"{failed} failed, named above{'' if output.written else '; nothing was written'}")
        raise typer.Exit(1)
