"""The commands of ``batch`` about a provider's batch files: prepare, collect, submit, poll."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conflict_extract.cli.batch_results import RunDirectory
from conflict_extract.cli.batch_run import BudgetOption, Prices
from conflict_extract.cli.engine_options import (
    BaseUrl,
    MaxTokens,
    ModelName,
    Reasks,
    Strict,
    Temperature,
    Vague,
    options_of,
    parameters_of,
)
from conflict_extract.cli.inputs import PATHS_HELP, DateColumn, IdColumn, Inputs, Published, TextColumn

if TYPE_CHECKING:
    from conflict_extract.batch.provider_api import Polled
    from conflict_extract.batch.provider_results import Collected
    from conflict_extract.batch.provider_rounds import Round
    from conflict_extract.batch.provider_run import ProviderRun

_SETTINGS = ("model", "base_url", "temperature", "max_tokens", "reasks", "strict", "vague")

LOOK_EVERY = 60.0
"""Seconds between two looks at batches that run; providers ask for no more than that."""


def prepare(
    context: typer.Context,
    directory: Annotated[
        Path, typer.Option("--run", metavar="DIR", help="The run directory; made where it is not there.")
    ],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the batch files are written.")],
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATHS", help=f"{PATHS_HELP} Without any, those that the run has already."),
    ] = None,
    model: ModelName = None,
    base_url: BaseUrl = None,
    text_column: TextColumn = None,
    id_column: IdColumn = None,
    date_column: DateColumn = None,
    published: Published = None,
    budget: BudgetOption = None,
    prices: Prices = None,
    again: Annotated[
        bool,
        typer.Option("--again", help="Also what is out already and unanswered; it may be paid for twice."),
    ] = False,
    failed: Annotated[bool, typer.Option("--failed", help="Also for the articles that failed.")] = False,
    strict: Strict = False,
    reasks: Reasks = 1,
    temperature: Temperature = "0",
    max_tokens: MaxTokens = 16_000,
    vague: Vague = "acled",
) -> None:
    """Write what is still to be asked into the files of a new round, for a provider's Batch API or vLLM's run-batch.

    Articles whose answers are all there are done with it; nothing is sent. The first round asks about each passage;
    reasks and calls with more room go into the next, after `batch collect`. Later rounds need only --run and --out.
    The names of the files are printed. What is out already is not written again.
    """
    import asyncio

    from conflict_extract.batch.money import Budget, read_price
    from conflict_extract.batch.provider_rounds import Asking
    from conflict_extract.batch.provider_rounds import prepare as write_round
    from conflict_extract.batch.provider_run import ProviderRun
    from conflict_extract.cli.terminal import complain
    from conflict_extract.errors import ConfigError
    from conflict_extract.llm.client import Endpoint

    if any(out.resolve() == path.resolve() for path in paths or []):
        raise ConfigError(f"{out}: --out is one of the inputs; batch files are no articles, give them another folder")
    limit = Budget.parse(budget) if budget is not None else None
    source = Inputs(paths or [], text_column, id_column, date_column, published)
    items = source.stream() if paths else None
    if _has_run(directory) and not any(_is_given(context, name) for name in _SETTINGS):
        begun = _resumed(directory)
    else:
        if not model:
            raise ConfigError("no model: name one with --model (or CONFLICT_EXTRACT_MODEL)")
        options = options_of(reasks=reasks, strict=strict, vague=vague)
        begun = ProviderRun(
            directory, Endpoint(model, base_url or None), parameters_of(temperature, max_tokens), options
        )
    with begun as opened:
        price = read_price(prices, opened.endpoint.model) if prices is not None else None
        if prices is not None and price is None:
            raise ConfigError(f"{prices}: it has no price for {opened.endpoint.model!r}")

        async def work() -> tuple[Round, int]:
            unread = 0
            async with opened.turn():
                if price is not None:
                    await opened.set_price(price)
                if items is not None:
                    _, unread = await opened.take_in(items, lambda error: complain(str(error)))
                return await write_round(opened, out, Asking(again=again, failed=failed, budget=limit)), unread

        made, unread = asyncio.run(work())
        _tell_round(opened, made, out)
    if made.stopped is not None:
        complain(str(made.stopped))
    if unread or made.failed or made.stopped is not None:
        raise typer.Exit(1)


def collect(
    directory: RunDirectory,
    files: Annotated[list[Path], typer.Argument(metavar="FILES", help="Output and error files, .jsonl or .jsonl.gz.")],
) -> None:
    """Read output and error files of a provider's batches, or of vLLM's run-batch, back into the run.

    In any order, partial, repeated: results are joined by their custom_id, and articles that are complete are done.
    What passes (limits, expired) goes into the next round; what the provider refuses fails its article. Lines that
    cannot be read or are not of this run are named, and the rest is taken.

    Exit codes: 0 all well; 1 an article failed, or a line was of no use; 2 every request fails (key, quota, model).
    """
    import asyncio

    from conflict_extract.batch.provider_results import collect as read_results
    from conflict_extract.cli.terminal import warn
    from conflict_extract.errors import ConfigError

    for path in files:
        if not path.is_file():
            raise ConfigError(f"{path}: there is no such file")
    with _resumed(directory) as opened:

        async def work() -> Collected:
            async with opened.turn():
                return await read_results(opened, files, warn)

        found = asyncio.run(work())
        _tell_collected(found)
        _tell_waiting(opened, directory)
    if found.fatal is not None:
        raise found.fatal
    if found.failed or found.unknown or found.broken or found.other_model:
        raise typer.Exit(1)


def submit(
    directory: RunDirectory,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where `batch prepare` wrote the files.")],
    again: Annotated[
        bool,
        typer.Option("--again", help="Also where nobody can know whether a broken-off submit made the batch."),
    ] = False,
) -> None:
    """Upload batch files to the run's endpoint, and have a batch made of each. The key is read from OPENAI_API_KEY.

    A file is submitted once: after a submit that was broken off, the provider's lists are searched for what it made.
    """
    import asyncio

    from conflict_extract.batch.provider_api import submit as send
    from conflict_extract.llm.batches import BatchApi

    with _resumed(directory) as opened:

        async def work() -> int:
            async with opened.turn(), BatchApi(opened.endpoint) as api:
                return await send(opened, folder, api, _say, again=again)

        submitted = asyncio.run(work())
    _say(f"{submitted} submitted; see how far they are with `conflict-extract batch poll {directory}`")


def poll(
    directory: RunDirectory,
    wait: Annotated[bool, typer.Option("--wait", help="Look every minute until all batches have ended.")] = False,
) -> None:
    """Look at the batches that were submitted; download and collect those that have ended.

    What was downloaded stays in DIR/batches. The key is read from OPENAI_API_KEY.

    Exit codes: 0 all well, also while batches run; 1 an article failed, or a line was of no use; 2 every request fails.
    """
    import asyncio

    from conflict_extract.batch.provider_api import poll as look
    from conflict_extract.cli.terminal import warn
    from conflict_extract.errors import TransientModelError
    from conflict_extract.llm.batches import BatchApi

    with _resumed(directory) as opened:

        async def work() -> list[Polled]:
            looks: list[Polled] = []
            said = ""
            async with opened.turn(), BatchApi(opened.endpoint) as api:
                while True:
                    try:
                        looks.append(await look(opened, api, _say))
                    except TransientModelError as error:
                        if not wait:
                            raise
                        warn(f"{error}; looking again in a minute")  # a night is long, and endpoints come back
                    else:
                        if (state := _running(looks[-1])) != said:
                            _say(state)
                            said = state
                        if not wait or not looks[-1].running:
                            return looks
                    await asyncio.sleep(LOOK_EVERY)

        looks = asyncio.run(work())
        found = [each for look in looks for each in look.collected]
        for each in found:
            _tell_collected(each)
        _tell_waiting(opened, directory)
    fatal = next((look.fatal for look in looks if look.fatal is not None), None)
    if fatal is not None:
        raise fatal
    if any(each.failed or each.unknown or each.broken or each.other_model for each in found):
        raise typer.Exit(1)


def _is_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _has_run(directory: Path) -> bool:
    from conflict_extract.batch.opening import ledgers_in

    return directory.is_dir() and bool(ledgers_in(directory))


def _resumed(directory: Path) -> ProviderRun:
    from conflict_extract.batch.provider_run import ProviderRun
    from conflict_extract.cli.engine import KEY_VARIABLE

    return ProviderRun.resume(directory, api_key=os.environ.get(KEY_VARIABLE) or None)


def _tell_round(run: ProviderRun, made: Round, folder: Path) -> None:
    if made.number is not None:
        money = f", {made.cost:,.2f} {run.price.currency}" if made.cost is not None and run.price is not None else ""
        files = f"{len(made.files)} file{'s' if len(made.files) > 1 else ''}"
        _say(f"round {made.number}: {made.requests} requests in {files}; at most {made.tokens:,} tokens{money}")
    elif made.waiting and made.stopped is None:
        _say("nothing new to ask: what is waited for is out already; collect its results, or --again writes it again")
    elif made.stopped is None:
        _say("nothing to ask: no article waits")
    _say(f"{made.done} articles done, {made.failed} failed, {made.waiting} wait for answers")
    for file in made.files:
        typer.echo(str(folder / file.name))


def _tell_collected(found: Collected) -> None:
    _say(", ".join(_counted(found)) or "no result was in them")
    if found.models:
        _say(f"answers of {', '.join(sorted(found.models))} were not taken: one run must not mix models")


def _counted(found: Collected) -> Iterator[str]:
    for count, what in (
        (found.answered, "answered"),
        (found.repeated, "read before"),
        (found.again, "for the next round"),
        (found.refused, "refused by the provider"),
        (found.other_model, "of another model"),
        (found.unknown, "not of this run"),
        (found.broken, "broken lines"),
        (found.done, "articles done"),
        (found.failed, "articles failed (see batch failures)"),
    ):
        if count:
            yield f"{count} {what}"


def _tell_waiting(run: ProviderRun, directory: Path) -> None:
    waiting = run.ledger.counts.waiting
    if not waiting:
        _say("no article waits")
        return
    out = run.sent.counts().get("sent", 0)
    _say(
        f"{waiting} articles wait; {out} requests are out, and what else they need goes into the next round: "
        f"conflict-extract batch prepare --run {directory} --out FOLDER"
    )


def _running(look: Polled) -> str:
    if not look.running:
        return "no batch is running"
    each = ", ".join(f"{state.id} {state.status} ({state.completed}/{state.total})" for state in look.running[:10])
    more = f" and {len(look.running) - 10} more" if len(look.running) > 10 else ""
    return f"{len(look.running)} running: {each}{more}"


def _say(sentence: str) -> None:
    from conflict_extract.cli.terminal import clean

    typer.echo(clean(sentence), err=True)
