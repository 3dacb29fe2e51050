"""One passage: ask the model, read its reply, ask again where it has faults, keep the best reading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from conflict_extract import prompts
from conflict_extract.errors import InvalidReplyError, RequestError
from conflict_extract.llm.base import ChatModel, Reply, Request
from conflict_extract.llm.writing import Fixed
from conflict_extract.models.article import Article
from conflict_extract.models.base import Span, overlapping
from conflict_extract.models.extraction import Rejected
from conflict_extract.reply.reading import Passage, Reading, Reads, UnreadableReplyError, read_here
from conflict_extract.reply.wire import SCHEMA_NAME, reply_schema
from conflict_extract.text.figures import ACLED, VaguePolicy


@dataclass(frozen=True, slots=True)
class Options:
    """How extractions are made.

    Attributes:
        reasks: How often a reply with faults is asked for again, with the faults named.
        strict: Raise where anything would be rejected, instead of keeping the rest.
        policy: Which bounds vague number words get.
        prompt_version: Which prompt template to use.
        passage_size: Longest passage that is asked about in one request, in code points.
        passage_overlap: Code points that neighbouring passages share at the least.
    """

    reasks: int = 1
    strict: bool = False
    policy: VaguePolicy = ACLED
    prompt_version: str = prompts.LATEST
    passage_size: int = 6_000
    passage_overlap: int = 600


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one passage.

    Attributes:
        reading: The best reading of the model's replies, or None.
        replies: All replies, to be counted.
        error: Why there is no reading.
    """

    reading: Reading | None
    replies: tuple[Reply, ...] = ()
    error: InvalidReplyError | RequestError | None = None


def request_for(article: Article, span: Span, options: Options) -> Request:
    """The request for one passage of an article."""
    messages = prompts.load(options.prompt_version).messages(
        article.text[span.start : span.end], published=article.published
    )
    return Request(messages, _schema(), SCHEMA_NAME)


@cache
def _schema() -> Fixed:
    return Fixed(reply_schema())


async def ask(model: ChatModel, article: Article, span: Span, options: Options, reads: Reads = read_here) -> Outcome:
    """Ask about one passage until the reply is good or the reasks are used up.

    Of several readings the one with most items is kept, a whole one before one that was cut off, of equals the later: a
    model that is asked to mend an item may lose others on the way. What only the others have is noted as rejected.

    Raises:
        ConflictExtractError: What is not about this passage alone: key, quota, an endpoint that cannot be reached.
    """
    passage = Passage(article, span, options.policy)
    prompt = prompts.load(options.prompt_version)
    readings: list[Reading] = []

    async def check(reply: Reply) -> str | None:
        try:
            reading = await reads(reply.text, passage, truncated=reply.finish_reason == "length")
        except UnreadableReplyError as error:
            return prompt.reask([str(error)])
        readings.append(reading)
        faults = reading.faults()
        return prompt.reask(faults) if faults else None

    try:
        answer = await model.ask(request_for(article, span, options), check, reasks=options.reasks)
    except (InvalidReplyError, RequestError) as refused:
        return Outcome(None, error=refused)
    best = max(reversed(readings), key=lambda reading: (reading.complete, len(reading.items)), default=None)
    if best is not None:
        best = replace(best, rejected=(*best.rejected, *_not_repeated(best, readings)))
    error = _error(model.name, best, answer.replies, strict=options.strict)
    return Outcome(best if error is None else None, answer.replies, error)


def _not_repeated(best: Reading, readings: list[Reading]) -> Iterator[Rejected]:
    """What stood in the other readings and has no counterpart in the best: left out, and not silently."""
    for number, reading in enumerate(readings):
        for item in reading.items if reading is not best else ():
            if not any(type(item) is type(kept) and overlapping(item.span, kept.span) for kept in best.items):
                message = "it stood in another reply to the same question, and not in the one that was kept"
                content = item.model_dump(mode="json")
                path = f"replies[{number}].{item.id}"
                yield Rejected(path=path, id=item.id, reason="not_repeated", message=message, content=content)


def _error(model: str, best: Reading | None, replies: tuple[Reply, ...], *, strict: bool) -> InvalidReplyError | None:
    """Why the best reading is not good enough, if it is not."""
    last = replies[-1]
    calls = sum(reply.calls for reply in replies)
    if best is None:
        truncated = last.finish_reason == "length"
        return InvalidReplyError(
            (
                "the reply ran out of room before its first item; give it more with max_tokens"
                if truncated
                else "the reply is not JSON of the schema; does the endpoint take JSON schemas (structured output)?"
            ),
            model=model,
            reason="truncated" if truncated else "not_schema",
            reply=last.text,
            attempts=calls,
        )
    if strict and best.rejected:
        first = best.rejected[0]
        problem = f"strict: the reply has {len(best.rejected)} faults; the first: {first.path} ({first.reason})"
        return InvalidReplyError(problem, model=model, reason="faults", reply=last.text, attempts=calls)
    if strict and not best.complete:
        return InvalidReplyError(
            "strict: the reply is cut off", model=model, reason="truncated", reply=last.text, attempts=calls
        )
    return None
