"""Batch files at an endpoint that has the Batch API: submitted once, looked at until they end, their results collected.

What is about to be done at the endpoint is noted in the run before it is done, and the id that comes of it before
anything else. A submit that is killed is found out so: the next one looks among the provider's files and batches for
what the first one made. What cannot be known is whether a provider that lists no batches made one in a call whose
answer never came; then it is for the user to look there, and to decide.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from conflict_extract.batch.ledger import Ledger
from conflict_extract.batch.provider_files import URL
from conflict_extract.batch.provider_requests import Bill
from conflict_extract.batch.provider_results import Collected, collect
from conflict_extract.batch.provider_run import ProviderRun
from conflict_extract.errors import ConfigError, FatalModelError
from conflict_extract.llm.batches import ENDED, BatchApi, BatchState
from conflict_extract.llm.faults import fault

Tell = Callable[[str], None]
"""Gets a sentence for people."""

RESULTS = "batches"
"""Folder in the run directory for what was downloaded."""


@dataclass(frozen=True, slots=True)
class BatchFile:
    """One file of a round, and how far it is at the endpoint.

    Attributes:
        round: The round.
        name: The file's name.
        requests: Its lines.
        size: Its bytes.
        sha256: Of its bytes.
        state: written, uploading, uploaded, creating, running, ended or collected.
        upload: The provider's id of the uploaded file.
        batch: The provider's id of the batch.
        status: What the provider said last of the batch.
    """

    round: int
    name: str
    requests: int
    size: int
    sha256: str
    state: str
    upload: str | None
    batch: str | None
    status: str | None

    @property
    def upload_name(self) -> str:
        """Under which name it is uploaded: no other file has it."""
        return f"{Path(self.name).stem}-{self.sha256[:16]}.jsonl"


@dataclass(frozen=True, slots=True)
class Polled:
    """What a look at the batches of a run found.

    Attributes:
        running: Batches that have not ended yet, with their state.
        ended: Batches that have ended with this look, with their state.
        collected: What their results came to.
        fatal: Why the provider refuses the batches of this run altogether, where it says so.
    """

    running: tuple[BatchState, ...]
    ended: tuple[BatchState, ...]
    collected: tuple[Collected, ...]
    fatal: FatalModelError | None = None


def batch_files(ledger: Ledger) -> list[BatchFile]:
    """The files of all rounds of a run, in their order."""
    columns = "round, name, requests, size, sha256, state, upload, batch, status"
    return [BatchFile(*row) for row in ledger.rows(f"SELECT {columns} FROM batch_files ORDER BY round, name")]


async def submit(run: ProviderRun, folder: Path, api: BatchApi, tell: Tell, *, again: bool = False) -> int:
    """Upload the files of a folder that were not submitted yet, and have a batch made of each.

    Args:
        run: The run that they are of.
        folder: Where ``prepare`` wrote them.
        api: The endpoint.
        tell: Gets a sentence for each file.
        again: Have a batch made also where nobody can know whether an earlier, broken-off submit made one.

    Returns:
        How many batches were submitted, those found that an earlier submit had made among them.

    Raises:
        ConfigError: There is nothing to submit in the folder, a file has changed since it was written, the endpoint
            has no Batch API, or it cannot be known whether a batch was made.
        ModelError: The endpoint does not take a file.
        LedgerError: The ledger cannot be written.
    """
    waiting = list(_waiting(run, folder, tell))
    for file in waiting:
        _check_unchanged(folder / file.name, file)
    for file in waiting:
        upload = file.upload or await _uploaded(run, folder, file, api)
        state = await _made(run, file, upload, api, again=again)
        tell(f"{file.name}: {file.requests} requests, batch {state.id} ({state.status})")
    return len(waiting)


async def poll(run: ProviderRun, api: BatchApi, tell: Tell) -> Polled:
    """Look at the batches that have not been collected; download and collect what has ended.

    Args:
        run: The run.
        api: The endpoint.
        tell: Gets a sentence for each batch that ended, and for what is of no use in its files.

    Raises:
        ModelError: The endpoint cannot be asked.
        LedgerError: The ledger cannot be written.
        OSError: A download cannot be written.
    """
    running: list[BatchState] = []
    ended: list[BatchState] = []
    collected: list[Collected] = []
    fatal: FatalModelError | None = None
    for file in batch_files(run.ledger):
        if file.batch is None or file.state == "collected":
            continue
        state = await api.look(file.batch)
        await _note(run, file, "ended" if state.status in ENDED else "running", status=state.status)
        if state.status not in ENDED:
            running.append(state)
            continue
        ended.append(state)
        found = await collect(run, await _downloaded(run, file, state, api), tell)
        collected.append(found)
        fatal = fatal or _refusal(run, state) or found.fatal
        left = await _release(run, file, state, found)
        tell(_sentence(file, state, found, left))
        await _note(run, file, "collected")
    return Polled(tuple(running), tuple(ended), tuple(collected), fatal)


def _waiting(run: ProviderRun, folder: Path, tell: Tell) -> Iterator[BatchFile]:
    """The files that no batch was made of, and that were not sent by hand either."""
    if not folder.is_dir():
        raise ConfigError(f"{folder}: there is no such folder; name the one that `batch prepare` wrote to")
    files = [file for file in batch_files(run.ledger) if (folder / file.name).is_file()]
    if not files:
        raise ConfigError(f"{folder}: there are no batch files of this run in it")
    found = False
    for file in files:
        if file.batch is not None:
            continue
        if run.sent.count_sent(file.round, file.name) == file.requests:
            found = True
            yield file
        else:
            tell(f"{file.name}: not submitted, since results for it were collected, or a later round asks the same")
    if not found:
        raise ConfigError(f"{folder}: nothing in it waits to be submitted; `batch poll` looks at what was")


def _check_unchanged(path: Path, file: BatchFile) -> None:
    digest = hashlib.sha256()
    with path.open("rb") as content:
        while block := content.read(1 << 20):
            digest.update(block)
    if digest.hexdigest() != file.sha256:
        raise ConfigError(f"{path}: it is not as `batch prepare` wrote it (or is of another run); nothing was sent")


async def _uploaded(run: ProviderRun, folder: Path, file: BatchFile, api: BatchApi) -> str:
    upload = None
    if file.state == "uploading":  # an earlier submit was broken off, and may have uploaded it
        try:
            upload = await api.find_upload(file.upload_name, file.size)
        except ConfigError:
            upload = None  # it lists no files; one that is uploaded twice costs nothing
    await _note(run, file, "uploading")
    if upload is None:
        upload = await api.upload(folder / file.name, file.upload_name)
    await _note(run, file, "uploaded", upload=upload)
    return upload


async def _made(run: ProviderRun, file: BatchFile, upload: str, api: BatchApi, *, again: bool) -> BatchState:
    state = None
    if file.state == "creating":  # an earlier submit was broken off, and may have made it
        try:
            state = await api.find_batch(upload)
        except ConfigError:
            if not again:
                raise ConfigError(
                    f"{file.name}: a submit was broken off as it made the batch of this file, and the endpoint does "
                    f"not list its batches. See with the provider whether there is one of file {upload}; where there "
                    "is none, submit with --again"
                ) from None
    await _note(run, file, "creating")
    if state is None:
        metadata = {"file": file.name, "sha256": file.sha256, "tool": "conflict-extract"}
        state = await api.create(upload, url=URL, metadata=metadata)
    await _note(run, file, "running", batch=state.id, status=state.status)
    return state


async def _note(
    run: ProviderRun,
    file: BatchFile,
    state: str,
    *,
    upload: str | None = None,
    batch: str | None = None,
    status: str | None = None,
) -> None:
    """Note how far a file is; what is not given stays as it was."""
    sql = (
        "UPDATE batch_files SET state = ?, upload = ifnull(?, upload), batch = ifnull(?, batch),"
        " status = ifnull(?, status), updated = ? WHERE round = ? AND name = ?"
    )
    await run.ledger.execute((sql, (state, upload, batch, status, time.time(), file.round, file.name)))


async def _downloaded(run: ProviderRun, file: BatchFile, state: BatchState, api: BatchApi) -> list[Path]:
    """The files of a batch that has ended, in the run directory; what is there already is not fetched again."""
    folder = run.ledger.directory / RESULTS
    folder.mkdir(exist_ok=True)
    paths = []
    for kind, id in (("output", state.output_file), ("error", state.error_file)):
        if id is not None:
            path = folder / f"{Path(file.name).stem}-{kind}.jsonl"
            if not path.exists():
                await api.download(id, path)
            paths.append(path)
    return paths


async def _release(run: ProviderRun, file: BatchFile, state: BatchState, found: Collected) -> int:
    # A line that could not be read may have been an answer, which was billed.
    bill = Bill("presumed" if found.broken else "unpaid")
    why = f"the batch ended ({state.status}) without a result for this request"
    return await run.sent.release(file.round, file.name, bill, why)


def _refusal(run: ProviderRun, state: BatchState) -> FatalModelError | None:
    """Why a batch was refused, where every further one would be too."""
    for code, _, _ in state.errors:
        body = json.dumps({"error": {"code": code}}).encode()
        error = fault(400, {}, body, model=run.endpoint.model, host="the provider's batch")
        if isinstance(error, FatalModelError):
            return error
    return None


def _sentence(file: BatchFile, state: BatchState, found: Collected, left: int) -> str:
    said = f"{file.name}: batch {state.id} {state.status}, {found.answered} answered"
    if state.errors:
        # The provider's own sentences stay out: they may repeat what stands in a line.
        places = [code + (f" in line {line}" if line is not None else "") for code, _, line in state.errors[:5]]
        said += f"; refused: {', '.join(places)}"
    if again := found.again + left:
        said += f"; {again} for the next round"
    return said
