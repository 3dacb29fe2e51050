"""One run over many articles: every result written, shown and counted as it comes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from conflict_extract.asking import Options
from conflict_extract.cli.engine import Engine
from conflict_extract.cli.output import Output
from conflict_extract.cli.progress import Progress
from conflict_extract.cli.summary import Summary
from conflict_extract.cli.terminal import complain, console
from conflict_extract.errors import ConfigError, ConflictExtractError, FatalModelError
from conflict_extract.extractor import Extractor, Failure
from conflict_extract.models import Article, Extraction

_NAME_BYTES = 200
"""A file name may have 255 bytes on most systems; a recording's ending and its temporary name take some."""


def run(
    articles: Sequence[Article],
    output: Output,
    engine: Engine,
    options: Options,
    *,
    concurrency: int,
    record: Path | None,
    keep_text: bool,
) -> int:
    """Extract from all articles, write what comes, and say at the end what was done.

    Returns:
        How many articles failed.

    Raises:
        ConfigError: The model cannot be had with these settings.
        FatalModelError: Every further call would fail too; what was done before stands in ``output.part``.
        OSError: A line cannot be written; the same holds.
    """
    screen = console()
    summary = Summary()
    try:
        with (
            engine.started() as model,
            Extractor(model, options) as extractor,
            output,
            Progress(screen, len(articles)) as progress,
        ):
            for result in _results(extractor, articles, concurrency, record):
                if isinstance(result, Extraction):
                    output.write(result if keep_text else result.without_text())
                summary.add(result)
                progress.show(result)
    except BaseException:
        if output.written:
            summary.print(screen)
            where = f"; it stands in {output.part}" if output.path is not None else ""
            complain(f"stopped with {output.written} of {len(articles)} articles done{where}")
        raise
    summary.print(screen)
    return len(summary.failed)


def _results(
    extractor: Extractor, articles: Sequence[Article], concurrency: int, record: Path | None
) -> Iterator[Extraction | Failure]:
    if record is None:
        yield from extractor.extract_many(articles, concurrency=concurrency)
        return
    from conflict_extract.llm.record import recording

    for article in articles:
        try:
            with recording(record / f"{article.id}.yaml"):
                extraction = extractor.extract(article)
        except (ConfigError, FatalModelError):
            raise
        except ConflictExtractError as error:
            yield Failure(article.id, error)
        else:
            yield extraction


def check_recordable(articles: Sequence[Article]) -> None:
    """Refuse ids that cannot be file names: the recording of ``../x`` would land outside its folder.

    Raises:
        ConfigError: There is one.
    """
    for article in articles:
        name = article.id
        if name.startswith(".") or any(sign in name for sign in '/\\:*?"<>|') or len(name.encode()) > _NAME_BYTES:
            raise ConfigError(f"the article's id {name!r} cannot be the name of a recording; give it a plain one")
