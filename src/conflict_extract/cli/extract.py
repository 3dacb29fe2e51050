"""The command ``extract``: articles in, JSON Lines out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conflict_extract.cli.engine_options import (
    BaseUrl,
    Deadline,
    Local,
    MaxTokens,
    ModelName,
    Reasks,
    Replay,
    Strict,
    Temperature,
    Vague,
    given,
    options_of,
    parameters_of,
)
from conflict_extract.cli.inputs import PATHS_HELP, DateColumn, IdColumn, Inputs, Published, TextColumn

if TYPE_CHECKING:
    from conflict_extract.cli.output import Output
    from conflict_extract.models import Article


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
    model: ModelName = None,
    base_url: BaseUrl = None,
    replay: Replay = None,
    record: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Also record the answers, each article's as DIR/ID.yaml; one after another."),
    ] = None,
    local: Local = None,
    text_column: TextColumn = None,
    id_column: IdColumn = None,
    date_column: DateColumn = None,
    published: Published = None,
    no_text: Annotated[
        bool, typer.Option("--no-text", help="Leave the articles' text out of FILE; its hash stays.")
    ] = False,
    strict: Strict = False,
    concurrency: Annotated[int, typer.Option(min=1, metavar="N", help="Articles under way at once.")] = 4,
    reasks: Reasks = 1,
    temperature: Temperature = "0",
    max_tokens: MaxTokens = 16_000,
    deadline: Deadline = 300.0,
    vague: Vague = "acled",
    force: Annotated[bool, typer.Option("--force", help="Overwrite FILE, and what a broken-off run left.")] = False,
) -> None:
    """Extract claims, events and attributions from articles.

    Each article's line is written as soon as it is done, to FILE.part, which gets its name when the run is over.
    What leaves this machine is the articles and the prompt, to the endpoint given. An article that fails is named
    with the reason on standard error, and the others are written.

    Exit codes: 0 all well; 1 some article failed; 2 wrong use, also a key or model that the endpoint refuses.
    """
    from conflict_extract.cli.engine import Engine
    from conflict_extract.cli.output import Output
    from conflict_extract.cli.run import check_recordable, run

    engine = Engine(
        model=model,
        base_url=base_url or None,
        replay=replay,
        local=local,
        parameters=parameters_of(temperature, max_tokens),
        deadline=deadline,
        given=frozenset(given(context)),
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
            options_of(reasks=reasks, strict=strict, vague=vague),
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
