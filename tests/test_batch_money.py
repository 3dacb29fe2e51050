"""Prices, budgets, reserves and forecasts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

import pytest

from conflict_extract.batch.estimate import estimate
from conflict_extract.batch.money import Budget, Forecast, Price, Purse, read_price
from conflict_extract.errors import ConfigError
from conflict_extract.extractor import Extractor
from conflict_extract.llm.base import Parameters
from conflict_extract.llm.client import Endpoint, OpenAIModel
from conflict_extract.models.article import Article
from conflict_extract.models.extraction import Usage

PRICE = Price(prompt=0.5, completion=2.0, currency="USD")


def usage(prompt: int, completion: int) -> Usage:
    """So many tokens."""
    return Usage(prompt_tokens=prompt, completion_tokens=completion)


@pytest.mark.parametrize(
    ("said", "budget"),
    [
        ("5000000 tokens", Budget(5_000_000)),
        ("20M tokens", Budget(20_000_000)),
        ("1.5k token", Budget(1_500)),
        ("25 USD", Budget(25, "USD")),
        ("1,250.50eur", Budget(1250.5, "EUR")),
    ],
)
def test_a_budget_is_read_as_it_is_written(said: str, budget: Budget) -> None:
    """Tokens, with thousands and millions, or money."""
    assert Budget.parse(said) == budget


@pytest.mark.parametrize("said", ["", "25", "USD", "-3 USD", "0 tokens", "ten USD", "5 5 USD", "1e9 tokens"])
def test_what_is_no_budget_is_refused(said: str) -> None:
    """A number without what it is of could be tokens or money."""
    with pytest.raises(ConfigError, match="budget"):
        Budget.parse(said)


@pytest.mark.parametrize("name", ["prices.toml", "prices.json"])
def test_a_price_table_is_read(tmp_path: Path, name: str) -> None:
    """TOML or JSON; a model that is not in it has no price."""
    path = tmp_path / name
    if name.endswith("json"):
        path.write_text(json.dumps({"currency": "USD", "models": {"a-2": {"input": 0.5, "output": 2}}}))
    else:
        path.write_text('currency = "USD"\n[models."a-2"]\ninput = 0.5\noutput = 2\n')
    assert read_price(path, "a-2") == PRICE
    assert read_price(path, "b") is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("currency = ", "no price table"),
        ("[models.m]\ninput = 1\noutput = 1", "needs a currency"),
        ('currency = "tokens"\n[models.m]\ninput = 1\noutput = 1', "needs a currency"),
        ('currency = "USD"', "prices by model"),
        ('currency = "USD"\n[models.m]\ninput = 1', "two numbers"),
        ('currency = "USD"\n[models.m]\ninput = "1"\noutput = 1', "two numbers"),
        ('currency = "USD"\n[models.m]\ninput = -1\noutput = 1', "two numbers"),
        ('currency = "USD"\n[models.m]\ninput = nan\noutput = 1', "two numbers"),
        ('currency = "USD"\n[models]\nm = 3', "two numbers"),
    ],
)
def test_a_table_that_cannot_be_used_says_why(tmp_path: Path, content: str, said: str) -> None:
    """The file is named, and what is missing in it."""
    path = tmp_path / "prices.toml"
    path.write_text(content)
    with pytest.raises(ConfigError, match=said) as caught:
        read_price(path, "m")
    assert "prices.toml" in str(caught.value)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    """With the system's own word for it."""
    with pytest.raises(ConfigError, match=r"none\.toml.*No such file"):
        read_price(tmp_path / "none.toml", "m")


def test_a_budget_in_money_needs_a_price() -> None:
    """Without one it could not be kept; in another currency neither."""
    with pytest.raises(ConfigError, match="needs the price of 'm'"):
        Purse(Budget(5, "USD"), None, model="m")
    with pytest.raises(ConfigError, match="budget is in EUR and the price table in USD"):
        Purse(Budget(5, "EUR"), PRICE, model="m")


def test_an_unknown_price_leaves_tokens_alone() -> None:
    """There are no costs then, not costs of zero."""
    purse = Purse(Budget(1000), None, model="m")
    purse.hold(usage(10, 10))
    purse.settle(usage(10, 10), usage(3, 4))
    assert (purse.tokens, purse.worth(usage(3, 4))) == (7, None)


def test_a_purse_holds_what_calls_may_take() -> None:
    """What is held counts; what is settled counts with what it took, or with all where nobody knows."""
    purse = Purse(Budget(100), None, model="m", tokens=20)
    purse.hold(usage(20, 20))
    assert purse.has_room(usage(20, 20))
    assert not purse.has_room(usage(20, 21))
    purse.hold(usage(20, 20))
    purse.settle(usage(20, 20), usage(1, 1))
    assert purse.has_room(usage(20, 18))
    assert not purse.has_room(usage(20, 19))
    purse.settle(usage(20, 20), None)
    assert (purse.tokens, purse.is_settled) == (62, True)


def test_a_budget_in_money_counts_both_prices() -> None:
    """Input and output at their own price."""
    purse = Purse(Budget(1, "USD"), PRICE, model="m", cost=0.5)
    assert purse.has_room(usage(0, 250_000))
    assert not purse.has_room(usage(1, 250_000))
    purse.hold(usage(0, 250_000))
    purse.settle(usage(0, 250_000), usage(100_000, 100_000))
    assert purse.cost == pytest.approx(0.75)


def test_a_reserve_follows_what_answers_show() -> None:
    """A third of the bytes, until a request had more tokens than that."""
    forecast = Forecast()
    assert forecast.reserve(301, 50) == usage(101, 50)
    forecast.learn(1000, usage(200, 10))
    assert forecast.reserve(300, 50) == usage(100, 50)
    forecast.learn(1000, usage(500, 30))
    assert forecast.reserve(300, 50) == usage(150, 50)
    assert forecast.likely(2000, 10) == usage(700, 200)
    assert Forecast.restored(forecast.noted()).noted() == forecast.noted()
    assert Forecast.restored(None).likely(2000, 10) is None


def test_an_estimate_counts_calls_bytes_and_room() -> None:
    """One call for each passage; at most a token for three bytes and all the room; likely by earlier answers."""
    model = OpenAIModel(Endpoint("m", "http://h/v1"), Parameters(max_tokens=1000))
    extractor = Extractor(model)
    articles = [Article(id="a", text="Two men died. " * 10), Article(id="b", text="Two men died. " * 1000)]
    calls = [model.first_call(request) for article in articles for request in extractor.requests(article)]
    size = sum(call.size for call in calls)
    forecast = Forecast()
    forecast.learn(4000, usage(1000, 300))
    found = estimate(articles, extractor, price=PRICE, noted=forecast.noted())
    assert (found.articles, found.calls) == (2, len(calls))
    assert len(calls) > 2
    assert found.at_most.completion_tokens == 1000 * len(calls)
    assert size / 3 <= found.at_most.prompt_tokens <= size / 3 + len(calls)
    assert found.likely == usage(round(size / 4), 300 * len(calls))
    assert found.cost_at_most == pytest.approx(PRICE.of(found.at_most))
    assert found.currency == "USD"
    unknown = estimate(articles, extractor)
    assert (unknown.likely, unknown.cost_at_most, unknown.cost_likely, unknown.currency) == (None, None, None, None)


def test_only_calls_to_an_endpoint_can_be_estimated() -> None:
    """Another kind of model has no calls with a size."""

    class Other:
        name = "other"
        settings: ClassVar[dict[str, Any]] = {}

        async def ask(self, *_: object, **__: object) -> Any: ...

    with pytest.raises(ConfigError, match="estimated"):
        estimate([], Extractor(Other()))
