"""What calls cost: a price table that the user gives, a budget, and what a run will take."""

from __future__ import annotations

import json
import math
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from conflict_extract.errors import BudgetError, ConfigError
from conflict_extract.models.extraction import Usage

BYTES_PER_TOKEN = 3
"""UTF-8 bytes of a request for each of its tokens, at the least, until the answers show that there are fewer."""

_MILLION = 1_000_000
_BUDGET = re.compile(r"([\d_,]+(?:\.\d+)?)\s*([kKM]?)\s*([A-Za-z]+)")
_UNITS = {"": 1, "k": 1_000, "K": 1_000, "M": _MILLION}


@dataclass(frozen=True, slots=True)
class Price:
    """What a model's tokens cost.

    Attributes:
        prompt: For a million tokens of requests.
        completion: For a million tokens of replies.
        currency: In which money ("USD").
    """

    prompt: float
    completion: float
    currency: str

    def of(self, usage: Usage) -> float:
        """What so many tokens cost."""
        return (usage.prompt_tokens * self.prompt + usage.completion_tokens * self.completion) / _MILLION


def read_price(path: Path | str, model: str) -> Price | None:
    """The price of a model out of a price table.

    The table is a TOML or JSON file: the currency, and prices for a million tokens by the model's name as it is asked
    for. Half the price of a provider's batch files is a table of its own.

    Example:
        ```toml
        currency = "USD"
        [models."gpt-5-mini"]
        input = 0.25
        output = 2.00
        ```

    Returns:
        The price, None where the table does not have the model.

    Raises:
        ConfigError: There is no such file, or it is no price table.
    """
    table = _read_table(Path(path))
    currency, models = table.get("currency"), table.get("models")
    if not isinstance(currency, str) or not re.fullmatch(r"[A-Za-z]{1,8}", currency) or currency.lower() == "tokens":
        raise ConfigError(f'{path}: the price table needs a currency, like currency = "USD"')
    if not isinstance(models, dict):
        raise ConfigError(f'{path}: the price table needs prices by model, like [models."gpt-5-mini"]')
    if model not in models:
        return None
    prices = models[model]
    told = [prices.get(name) if isinstance(prices, dict) else None for name in ("input", "output")]
    if not all(isinstance(price, int | float) and type(price) is not bool and 0 <= price < math.inf for price in told):
        raise ConfigError(
            f"{path}: the prices of {model!r} must be two numbers, input and output, for a million tokens"
        )
    return Price(float(prices["input"]), float(prices["output"]), currency)


def _read_table(path: Path) -> dict[str, Any]:
    try:
        content = path.read_text(encoding="utf-8")
        table = json.loads(content) if path.suffix.lower() == ".json" else tomllib.loads(content)
    except OSError as error:
        raise ConfigError(f"{path}: the price table cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise ConfigError(f"{path}: this is no price table: {error}") from None
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: this is no price table: it must be an object with currency and models")
    return table


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that a run may take, over all its sessions.

    Attributes:
        limit: So much.
        unit: "tokens", or a currency.
    """

    limit: float
    unit: str = "tokens"

    def __post_init__(self) -> None:
        if not 0 < self.limit < math.inf:
            raise ConfigError("a budget must be above 0")

    @classmethod
    def parse(cls, said: str) -> Budget:
        """A budget as it is written: "5000000 tokens", "20M tokens", "25 USD", "12.50 EUR".

        Raises:
            ConfigError: It is not written so.
        """
        found = _BUDGET.fullmatch(said.strip())
        if found is None:
            raise ConfigError(f'the budget {said!r} must be a number and what it is of: "20M tokens" or "25 USD"')
        number, thousands, unit = found.groups()
        unit = "tokens" if unit.lower() in ("token", "tokens") else unit.upper()
        return cls(float(number.replace(",", "").replace("_", "")) * _UNITS[thousands], unit)


class Purse:
    """What a run has spent and what its calls under way may spend yet, beside its budget.

    What a call may take at the most is held before it goes out, and settled after it, so that the budget is not
    passed, however many calls are under way and whatever becomes of them.

    Attributes:
        tokens: Settled.
        cost: Settled, in money; 0 where the price is unknown.

    Args:
        budget: Of the whole run, or None.
        price: Of the model, or None where it is unknown.
        model: The model's name, for errors.
        tokens: What earlier sessions spent, or may have spent.
        cost: The same in money.

    Raises:
        ConfigError: The budget is in money, and the price is unknown or in other money.
    """

    def __init__(
        self, budget: Budget | None, price: Price | None, *, model: str, tokens: int = 0, cost: float = 0.0
    ) -> None:
        if budget is not None and budget.unit != "tokens":
            if price is None:
                raise ConfigError(
                    f"a budget in {budget.unit} needs the price of {model!r}: give a price table that has it "
                    "(--prices), or a budget in tokens"
                )
            if price.currency.upper() != budget.unit.upper():
                raise ConfigError(f"the budget is in {budget.unit} and the price table in {price.currency}")
        self.tokens = tokens
        self.cost = cost
        self._budget, self._price = budget, price
        self._open = self._prompt = self._completion = 0  # calls, and what is held for them

    def worth(self, usage: Usage | None) -> float | None:
        """What tokens cost, None where that, or how many they are, is unknown."""
        return None if self._price is None or usage is None else self._price.of(usage)

    @property
    def is_settled(self) -> bool:
        """Whether nothing is held."""
        return not self._open

    def has_room(self, most: Usage) -> bool:
        """Whether a call that takes so much at the most cannot pass the budget."""
        if self._budget is None:
            return True
        held = Usage(
            prompt_tokens=self._prompt + most.prompt_tokens, completion_tokens=self._completion + most.completion_tokens
        )
        return self._spent + self._units(held) <= self._budget.limit

    def hold(self, most: Usage) -> None:
        """A call goes out that takes so much at the most."""
        self._count(most, 1)

    def settle(self, most: Usage, usage: Usage | None) -> None:
        """A call has ended.

        Args:
            most: What was held for it.
            usage: What it took, or None where nobody knows: then it counts with all that was held.
        """
        self._count(most, -1)
        took = most if usage is None else usage
        self.tokens += took.prompt_tokens + took.completion_tokens
        self.cost += self.worth(took) or 0.0

    def _count(self, most: Usage, by: int) -> None:
        self._open += by
        self._prompt += by * most.prompt_tokens
        self._completion += by * most.completion_tokens

    def used_up(self, most: Usage) -> BudgetError:
        """The error for a call that the budget has no room for."""
        assert self._budget is not None
        return BudgetError(
            unit=self._budget.unit, limit=self._budget.limit, spent=self._spent, needed=self._units(most)
        )

    @property
    def _spent(self) -> float:
        return self.tokens if self._budget is None or self._budget.unit == "tokens" else self.cost

    def _units(self, usage: Usage) -> float:
        if self._budget is None or self._budget.unit == "tokens":
            return usage.prompt_tokens + usage.completion_tokens
        return self.worth(usage) or 0.0


class Forecast:
    """How many tokens a call will take: at the most, for reserves, and probably, from the answers so far.

    At the most means: a token of the request for every three of its bytes, and the whole room of the reply. Where an
    answer shows that its request had more tokens than that, all further reserves go by it.
    """

    def __init__(self) -> None:
        self._per_byte = 1 / BYTES_PER_TOKEN
        self._sizes = self._prompts = self._completions = self.answers = 0

    @classmethod
    def restored(cls, noted: str | None) -> Self:
        """What earlier sessions learnt, from their note in the ledger (``noted``)."""
        forecast = cls()
        if noted is not None:
            told = json.loads(noted)
            forecast._per_byte = told["per_byte"]
            forecast._sizes, forecast._prompts, forecast._completions, forecast.answers = told["sums"]
        return forecast

    def noted(self) -> str:
        """What was learnt, as a note."""
        sums = [self._sizes, self._prompts, self._completions, self.answers]
        return json.dumps({"per_byte": self._per_byte, "sums": sums})

    def reserve(self, size: int, room: int) -> Usage:
        """The most that a call can take.

        Args:
            size: Bytes of the request.
            room: Tokens that the reply may take.
        """
        return Usage(prompt_tokens=math.ceil(size * self._per_byte), completion_tokens=room)

    def learn(self, size: int, usage: Usage) -> None:
        """Take in what a call took."""
        self.answers += 1
        self._sizes += size
        self._prompts += usage.prompt_tokens
        self._completions += usage.completion_tokens
        if size:
            self._per_byte = max(self._per_byte, usage.prompt_tokens / size)

    def likely(self, size: int, calls: int) -> Usage | None:
        """What so many calls will probably take, None before the first answer.

        Args:
            size: Bytes of all the requests together.
            calls: How many they are.
        """
        if not self.answers:
            return None
        return Usage(
            prompt_tokens=round(size * self._prompts / self._sizes),
            completion_tokens=round(calls * self._completions / self.answers),
        )
