"""The commands ``batch run`` and ``batch retry``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from conflict_extract.cli.batch_results import RunDirectory
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

Concurrency = Annotated[
    int,
    typer.Option(min=1, metavar="N", help="Calls in flight at the most; it starts low and finds what is best."),
]
RequestsPerMinute = Annotated[
    int | None, typer.Option("--rpm", min=1, metavar="N", help="Calls in any minute, at the most.")
]
TokensPerMinute = Annotated[
    int | None, typer.Option("--tpm", min=1, metavar="N", help="Tokens in any minute, at the most.")
]
BudgetOption = Annotated[
    str | None,
    typer.Option(metavar="AMOUNT", help='"20M tokens" or "25 USD", of the whole run: no call that could pass it.'),
]
Prices = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Price table (TOML or JSON): currency, and by model input and output a million."),
]
Moved = Annotated[
    bool, typer.Option("--moved", help="The endpoint has a new address; it is the same server with the same model.")
]


def run(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATHS", help=PATHS_HELP)],
    directory: Annotated[
        Path, typer.Option("--run", metavar="DIR", help="The run directory; made where it is not there.")
    ],
    model: ModelName = None,
    base_url: BaseUrl = None,
    replay: Replay = None,
    local: Local = None,
    text_column: TextColumn = None,
    id_column: IdColumn = None,
    date_column: DateColumn = None,
    published: Published = None,
    concurrency: Concurrency = 64,
    rpm: RequestsPerMinute = None,
    tpm: TokensPerMinute = None,
    budget: BudgetOption = None,
    prices: Prices = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how many calls and tokens it takes, and what it costs; ask nothing.")
    ] = False,
    shard: Annotated[
        str | None, typer.Option(metavar="I/N", help="Only the I-th of N parts, on any machine that sees DIR.")
    ] = None,
    strict: Strict = False,
    reasks: Reasks = 1,
    temperature: Temperature = "0",
    max_tokens: MaxTokens = 16_000,
    deadline: Deadline = 300.0,
    vague: Vague = "acled",
    moved: Moved = False,
) -> None:
    """Extract from many articles, and go on where it was broken off: the same command again.

    DIR keeps each result, each answer that was paid for, and what is spent, durable before it is reported. What is done
    or failed is passed over, articles that are new or changed are added. DIR belongs to one configuration: prompt,
    model, parameters, endpoint, options. SIGTERM and Ctrl-C let calls in flight finish, so that nothing is paid twice;
    a second one does not wait. Where an endpoint stops answering, the run waits for it, up to an hour.

    Exit codes: 0 all well; 1 some article failed; 2 stopped, and the cause named (wrong use, key, quota, model,
    budget, disk, no answer for long); 130 and 143 ended by a signal.
    """
    from conflict_extract.batch.sharding import Shard
    from conflict_extract.cli.batch_turn import GivenLimits, GivenTurn, print_estimate, take
    from conflict_extract.cli.engine import Engine

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
    turn = GivenTurn(
        engine,
        options_of(reasks=reasks, strict=strict, vague=vague),
        directory,
        GivenLimits(concurrency if local is None else 1, rpm, tpm, budget, prices),
        Shard.parse(shard) if shard is not None else None,
        moved,
    )
    inputs = Inputs(paths, text_column, id_column, date_column, published)
    if dry_run:
        print_estimate(turn, inputs)
    else:
        _finish([take(turn, inputs)])


def retry(
    directory: RunDirectory,
    base_url: Annotated[
        str | None, typer.Option(metavar="URL", help="The endpoint's new address, with --moved; else that of the run.")
    ] = None,
    replay: Replay = None,
    local: Local = None,
    concurrency: Concurrency = 64,
    rpm: RequestsPerMinute = None,
    tpm: TokensPerMinute = None,
    budget: BudgetOption = None,
    prices: Prices = None,
    deadline: Deadline = 300.0,
    moved: Moved = False,
) -> None:
    """Try again what has failed in a run, and make what was left waiting; no input is needed.

    Model, parameters and options are those of the run. Answers that were paid for are used again: an article that
    failed because of the model's reply fails again, at no cost; one that got no answer is asked about.

    Exit codes as of `batch run`.
    """
    from conflict_extract.batch.opening import shards_in
    from conflict_extract.batch.results import RunResults
    from conflict_extract.batch.settings import kept_settings
    from conflict_extract.cli.batch_turn import GivenLimits, GivenTurn, take
    from conflict_extract.cli.engine import Engine
    from conflict_extract.errors import ConfigError

    kept = kept_settings(directory)
    engine = Engine(
        model=kept.model if replay is None and local is None else None,
        base_url=base_url or kept.base_url,
        replay=replay,
        local=local,
        parameters=kept.parameters,
        deadline=deadline,
        extra_body=kept.extra_body,
    )
    if replay is None and local is None and engine.base_url is None:
        counts = RunResults(directory).standing().counts
        if not (counts.failed or counts.waiting or counts.unread):
            typer.echo("nothing has failed, and nothing waits", err=True)
            return
        raise ConfigError(f"this run asks {kept.endpoint}: say with --replay or --local where that is now")
    engine.check()
    limits = GivenLimits(concurrency if local is None else 1, rpm, tpm, budget, prices)
    turns = (GivenTurn(engine, kept.options, directory, limits, shard, moved) for shard in shards_in(directory))
    _finish([take(turn, None) for turn in turns])


def _finish(failed: list[bool]) -> None:
    if any(failed):
        raise typer.Exit(1)
