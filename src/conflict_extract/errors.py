"""The errors that a caller can act on, all in one tree.

ConflictExtractError
    ConfigError                wrong settings or wrong use; the command line exits with 2
    InputError                 one bad article: which one, where, and what is wrong with it
    ModelError                 the model could not be asked, or gave nothing usable
        TransientModelError    worth trying again later: rate limit, timeout, 5xx, connection
        FatalModelError        every further call would fail too: key, quota, unknown model
        RequestError           the endpoint refuses this one request: too long, malformed
        InvalidReplyError      an answer came, but no extraction: refusal, filter, truncated, not the schema
    ReplayError                no recorded answer fits the request
    BudgetError                the next call could pass the budget of the run; a larger one lets it go on
    StoppedError               the run is coming to its end, so the call was not made
    InternalError              a fault of the library itself, met with one article
    LedgerError                a batch run cannot be kept or gone on with: other settings, held, disk full
    GoldError                  labels made by hand are not as they must be: which file and line, and what to mend
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

ReplyFault = Literal["refusal", "content_filter", "truncated", "not_schema", "faults"]
"""Why a reply is of no use: the model refused, a filter cut it, it ran out of room, it does not fit the
schema, or (only with ``strict=True``) it has items that would be rejected."""


class ConflictExtractError(Exception):
    """Base of all errors that this library raises on purpose. They come whole out of other processes (pickle)."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self.args, self.__dict__)


def _restored(kind: type[ConflictExtractError], arguments: tuple[Any, ...], fields: dict[str, Any]) -> Any:
    """An error as it was: its fields are there already, and its constructor may want other arguments."""
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(fields)
    return error


class ConfigError(ConflictExtractError):
    """The settings cannot work as they are (no key, unknown prompt version, option out of range)."""


class InputError(ConflictExtractError):
    """One article cannot be read.

    Attributes:
        path: The file, where the article came from one.
        article: The article's id, where it has one already.
        line: One-based line of the trouble, where it has a place.
        row: One-based row of the trouble, in a file that has rows and no lines (Parquet).
        byte: Zero-based byte offset of the trouble, where it has a place.
    """

    def __init__(
        self,
        problem: str,
        *,
        path: Path | str | None = None,
        article: str | None = None,
        line: int | None = None,
        row: int | None = None,
        byte: int | None = None,
    ) -> None:
        self.problem = problem
        self.path = Path(path) if path is not None else None
        self.article = article
        self.line = line
        self.row = row
        self.byte = byte
        place = str(path) if path is not None else (article or "")
        if line is not None:
            place += f", line {line}"
        if row is not None:
            place += f", row {row}"
        if byte is not None:
            place += f", byte {byte}"
        super().__init__(f"{place}: {problem}" if place else problem)


class ModelError(ConflictExtractError):
    """The model could not be asked, or gave nothing usable.

    Attributes:
        model: The model's name, as it was asked for.
        attempts: Calls made before giving up.
        status: The HTTP status of the last answer, where there was one.
    """

    def __init__(self, problem: str, *, model: str, attempts: int = 1, status: int | None = None) -> None:
        self.problem = problem
        self.model = model
        self.attempts = attempts
        self.status = status
        super().__init__(problem)


class TransientModelError(ModelError):
    """The endpoint could not answer for now; the same call may go through later.

    Attributes:
        retry_after: Seconds that the endpoint asked to wait, where it said so.
        sent: Whether the request may have reached the endpoint, which may then have billed it.
        timed_out: Whether no whole answer came before the deadline.
        page: Whether a web page came in place of an answer, which nobody bills.
    """

    def __init__(
        self,
        problem: str,
        *,
        model: str,
        attempts: int = 1,
        status: int | None = None,
        retry_after: float | None = None,
        sent: bool = True,
        timed_out: bool = False,
        page: bool = False,
    ) -> None:
        super().__init__(problem, model=model, attempts=attempts, status=status)
        self.page = page
        self.retry_after = retry_after
        self.sent = sent
        self.timed_out = timed_out


class FatalModelError(ModelError):
    """Every further call would fail in the same way: wrong key, no quota left, unknown model."""


class RequestError(ModelError):
    """The endpoint refuses this one request (context length, malformed); other articles may go through."""


class InvalidReplyError(ModelError):
    """An answer came, and no extraction can be made of it.

    Attributes:
        reason: Why, in one word.
        reply: The answer as it came. It holds words of the article: keep it out of logs.
    """

    def __init__(self, problem: str, *, model: str, reason: ReplyFault, reply: str = "", attempts: int = 1) -> None:
        super().__init__(problem, model=model, attempts=attempts)
        self.reason: ReplyFault = reason
        self.reply = reply


class ReplayError(ConflictExtractError):
    """No recorded answer fits the request: prompt, schema, parameters or article have changed since."""


class BudgetError(ConflictExtractError):
    """The next call of a run could pass its budget, so it was not made. With a larger budget the run goes on.

    Attributes:
        unit: "tokens", or a currency.
        limit: The budget, in units.
        spent: What is spent, or may be: calls whose bill is not known count with all that they could cost.
        needed: What the next call may cost at most.
    """

    def __init__(self, *, unit: str, limit: float, spent: float, needed: float) -> None:
        self.unit = unit
        self.limit = limit
        self.spent = spent
        self.needed = needed
        super().__init__(
            f"the budget of {limit:,.10g} {unit} is reached: {spent:,.10g} are spent, and the next call may cost up to "
            f"{needed:,.10g}; run again with a larger budget to go on"
        )


class StoppedError(ConflictExtractError):
    """The run is coming to its end, so the call was not made; what was asked for is as it was before."""


class InternalError(ConflictExtractError):
    """A fault of this library itself, met with one article of many; the others went on."""


class LedgerError(ConflictExtractError):
    """A run's ledger cannot be opened or written: other settings or version, held by another process, disk full.

    Attributes:
        problem: What is wrong, and what to do.
        path: The run directory, or the file in it.
    """

    def __init__(self, problem: str, *, path: Path | str) -> None:
        self.problem = problem
        self.path = Path(path)
        super().__init__(f"{path}: {problem}")


class GoldError(ConflictExtractError):
    """Labels made by hand are not as they must be, or do not fit their article.

    Attributes:
        problem: What is wrong, and where it helps what to do.
        path: The file.
        line: One-based line of the trouble, where it has a place.
    """

    def __init__(self, problem: str, *, path: Path | str | None = None, line: int | None = None) -> None:
        self.problem = problem
        self.path = Path(path) if path is not None else None
        self.line = line
        place = str(path) if path is not None else ""
        if line is not None:
            place += f", line {line}"
        super().__init__(f"{place}: {problem}" if place else problem)


def cause_of(error: OSError) -> str:
    """Why a path cannot be used, in words. Nobody here minds a folder that is there: EEXIST is a file in its place."""
    return "a file stands where a folder should be" if isinstance(error, FileExistsError) else str(error.strerror)
