"""What a run over articles would take, before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from conflict_extract.batch.money import Forecast, Price
from conflict_extract.errors import ConfigError
from conflict_extract.extractor import Extractor
from conflict_extract.llm.client import OpenAIModel
from conflict_extract.models.article import Article
from conflict_extract.models.extraction import Usage


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the first calls of a run would take: one for each passage of each article.

    What is asked again (a reply with faults, one that ran out of room) comes on top.

    Attributes:
        articles: How many there are.
        calls: First calls.
        at_most: Tokens, if each took a token for three bytes of its request, and all the room for its reply.
        likely: Tokens, by what the answers in the run have shown so far; None where there is none yet.
        cost_at_most: ``at_most`` in money, None where the price is unknown.
        cost_likely: ``likely`` in money, None where that or the price is unknown.
        currency: Of the costs.
    """

    articles: int
    calls: int
    at_most: Usage
    likely: Usage | None
    cost_at_most: float | None
    cost_likely: float | None
    currency: str | None


def estimate(
    articles: Iterable[Article], extractor: Extractor, *, price: Price | None = None, noted: str | None = None
) -> Estimate:
    """What the first calls for these articles would take; nothing is sent, and nothing is kept in memory.

    Args:
        articles: Those that are to be asked about.
        extractor: Says what would be asked.
        price: Of the model, None where it is unknown.
        noted: The ledger's note of what answers have shown (``conflict_extract.batch.gate.FORECAST``).

    Raises:
        ConfigError: The extractor's model is none that makes HTTP calls.
    """
    model = extractor.model
    if not isinstance(model, OpenAIModel):
        raise ConfigError("only calls to an endpoint can be estimated")
    known, bound = Forecast.restored(noted), Forecast()
    count = calls = sizes = prompt = completion = 0
    for article in articles:
        count += 1
        for request in extractor.requests(article):
            call = model.first_call(request)
            most = bound.reserve(call.size, call.room)
            calls, sizes = calls + 1, sizes + call.size
            prompt, completion = prompt + most.prompt_tokens, completion + most.completion_tokens
    at_most, likely = Usage(prompt_tokens=prompt, completion_tokens=completion), known.likely(sizes, calls)
    return Estimate(
        articles=count,
        calls=calls,
        at_most=at_most,
        likely=likely,
        cost_at_most=price.of(at_most) if price is not None else None,
        cost_likely=price.of(likely) if price is not None and likely is not None else None,
        currency=price.currency if price is not None else None,
    )
