"""A batch over the workers of a Dask cluster, each with a shard of its own (the extra ``dask``).

What is sent to a worker is where the articles are, never the articles or a key. A worker reads the input itself, takes
the articles of its shard, and keeps what it makes in its shard's ledger in the run directory, which all workers share.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from conflict_extract.batch.opening import shards_in
from conflict_extract.batch.runner import BatchOptions, BatchRun, Progress
from conflict_extract.batch.sharding import Shard
from conflict_extract.batch.tally import Counts, Spent
from conflict_extract.documents import Columns, stream_articles
from conflict_extract.errors import ConfigError, ConflictExtractError
from conflict_extract.extractor import Extractor

if TYPE_CHECKING:
    from distributed import Client


@dataclass(frozen=True, slots=True)
class Job:
    """A batch, as its workers are told of it.

    Attributes:
        paths: Files and folders of articles, under the same paths on each worker.
        directory: The run directory, on a file system that the workers share.
        connect: Called on a worker, gives it its extractor. It is where a key is read, so that none is sent around:
            ``def connect(): return Extractor.connect("my-model", api_key=os.environ["OPENAI_API_KEY"])``.
        columns: Which columns or keys hold what.
        options: How to go about it. Rates and budget are those of all workers together, and divided among the shards;
            ``concurrency`` is each worker's own.
    """

    paths: tuple[Path, ...]
    directory: Path
    connect: Callable[[], Extractor]
    columns: Columns = Columns()  # noqa: RUF009 - frozen
    options: BatchOptions = BatchOptions()  # noqa: RUF009 - frozen


@dataclass(frozen=True, slots=True)
class ShardOutcome:
    """How a worker's turn at a shard ended.

    Attributes:
        shard: Which one.
        counts: Its articles by their standing, None where the worker could not begin, or died again and again.
        spent: Its tokens and money, in all turns together.
        error: What stopped it, None where all its articles are done or failed.
    """

    shard: Shard
    counts: Counts | None
    spent: Spent | None
    error: Exception | None


def run_on_dask(client: Client, job: Job, *, shards: int | None = None) -> Iterator[ShardOutcome]:
    """Run a batch on the workers of a cluster; the same call goes on with what was broken off.

    A worker that dies loses nothing: Dask gives its shard to another one, which goes on from the ledger; paid again
    are at most the calls that were in flight. What stops one shard (budget, key) leaves the others alone.
    ``progress_on_dask`` tells how far it is.

    Args:
        client: Of a cluster with one thread for each worker (``LocalCluster(threads_per_worker=1)``).
        job: What is to be done.
        shards: In how many parts. By default as the run directory is divided already, else as many as there are
            workers. A run that was begun in n parts goes on in n.

    Yields:
        How each shard ended, in that order. Whoever stops listening before the end (an interrupt too) lets the workers
        finish the calls that are in flight, and begin no more.

    Raises:
        ConfigError: The cluster has no workers, or a limit cannot be divided.
    """
    from distributed import as_completed, wait

    begun = next((shard.of for shard in shards_in(job.directory) if shard), None) if job.directory.is_dir() else None
    count = shards or begun or len(client.scheduler_info(n_workers=-1)["workers"])
    if count < 1:
        raise ConfigError("the cluster has no workers; start some, or say how many shards there are to be")
    parts = [Shard(number, count) for number in range(1, count + 1)]
    jobs = [replace(job, options=_options_of(job.options, part)) for part in parts]
    name = f"conflict-extract-{uuid.uuid4().hex[:12]}"
    futures = {
        client.submit(_work, each, part, key=f"{name}-{part.number}-of-{count}", pure=False): part
        for each, part in zip(jobs, parts, strict=True)
    }
    ended = False
    try:
        for future in as_completed(futures):
            error = future.exception()
            yield future.result() if error is None else ShardOutcome(futures[future], None, None, error)
        ended = True
    finally:
        if not ended:
            client.run(_drain, str(job.directory))
            wait(futures)


def _options_of(options: BatchOptions, part: Shard) -> BatchOptions:
    return replace(options, limits=part.share_of(options.limits), shard=part)


def progress_on_dask(client: Client, directory: Path) -> dict[Shard, Progress]:
    """How far the shards are that workers have in hand: asked of the workers, not of the ledgers they write to.

    Args:
        client: Of the cluster; another one than that of ``run_on_dask`` will do.
        directory: The run directory.
    """
    return {shard: made for told in client.run(_progress, str(directory)).values() for shard, made in told}


_under_way: dict[str, dict[Shard, BatchRun]] = {}
"""The runs that this worker works on, by directory: several shards, where it has several threads."""

_guard = threading.Lock()


def _work(job: Job, shard: Shard) -> ShardOutcome:
    """A shard, on a worker."""
    error: ConflictExtractError | None = None
    with job.connect() as extractor, BatchRun(extractor, job.directory, job.options) as run, _listed(run, job, shard):
        try:
            for _ in run.results(stream_articles(job.paths, job.columns)):
                pass
        except ConflictExtractError as stopped:
            error = stopped
        counts, spent = run.progress.counts, run.progress.spent
    return ShardOutcome(shard, counts, spent, error)


@contextmanager
def _listed(run: BatchRun, job: Job, shard: Shard) -> Iterator[None]:
    with _guard:
        _under_way.setdefault(str(job.directory), {})[shard] = run
    try:
        yield
    finally:
        with _guard:
            del _under_way[str(job.directory)][shard]


def _runs(directory: str) -> list[tuple[Shard, BatchRun]]:
    with _guard:
        return list(_under_way.get(directory, {}).items())


def _drain(directory: str) -> None:
    """Let what this worker has in flight come to its end, and begin no more."""
    for _, run in _runs(directory):
        run.drain("the job was stopped")


def _progress(directory: str) -> list[tuple[Shard, Progress]]:
    return [(shard, run.progress) for shard, run in _runs(directory)]
