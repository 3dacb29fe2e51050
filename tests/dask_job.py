"""A batch over two local Dask workers, as a program of its own that a test can kill: URL INPUT RUN [WORKERS]."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path

from conflict_extract import Extractor
from conflict_extract.batch.dask import Job, run_on_dask
from conflict_extract.batch.gate import Limits
from conflict_extract.batch.runner import BatchOptions

IN_FLIGHT = 8
"""Of each worker."""


def main(url: str, articles: str, directory: str, workers: str = "2") -> None:
    """Run the job to its end, with the workers' process ids first and the outcome of each shard after."""
    from distributed import Client, LocalCluster

    job = Job(
        (Path(articles),),
        Path(directory),
        partial(Extractor.connect, "reporter", base_url=url),
        options=BatchOptions(limits=Limits(concurrency=IN_FLIGHT)),
    )
    cluster = LocalCluster(
        n_workers=int(workers), threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
    )
    with cluster, Client(cluster) as client:
        print(json.dumps([worker["pid"] for worker in client.run(_identity).values()]), flush=True)
        for outcome in run_on_dask(client, job):
            error = None if outcome.error is None else f"{type(outcome.error).__name__}: {outcome.error}"
            counts = None if outcome.counts is None else asdict(outcome.counts)
            print(json.dumps({"shard": list(outcome.shard), "counts": counts, "error": error}), flush=True)


def _identity() -> dict[str, int]:
    import os

    return {"pid": os.getpid()}


if __name__ == "__main__":
    main(*sys.argv[1:])
