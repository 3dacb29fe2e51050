"""Asking again for a reply that has its faults named: the rounds that go through instructor."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import instructor
from openai.types.chat import ChatCompletion
from pydantic import BaseModel, ValidationInfo, model_validator

from conflict_extract.errors import FatalModelError, ModelError
from conflict_extract.llm.base import Answer, Check, Reply

AskAgain = Callable[[Reply, str], Awaitable[Reply]]
"""Asks for a better reply than this one, which has these faults."""

# What instructor gets to see of a reply. The text itself goes past it: instructor logs and puts into exceptions what
# it is given, and reads JSON in its own way; whether a reply is good is for the check alone to say.
_STAND_IN = ChatCompletion.model_validate(
    {
        "id": "reply",
        "object": "chat.completion",
        "created": 0,
        "model": "reply",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "{}"}}],
    }
)


class _Rounds(dict[str, Any]):
    """What the rounds share, as instructor's validation context.

    A dict without keys, hence false: with a context that is true, instructor runs Jinja over all messages.
    """

    def __init__(self, first: Reply, faults: str, check: Check, ask_again: AskAgain, rounds: int) -> None:
        super().__init__()
        self.replies = [first]
        self.faults: str | None = faults
        self.error: Exception | None = None
        self._check, self._ask_again, self._left = check, ask_again, rounds
        self._asked = False

    async def create(self, **_: Any) -> ChatCompletion:
        """Stands for the endpoint: gives the reply that is there already, then asks for better ones."""
        if not self._asked:
            self._asked = True
            return _STAND_IN
        assert self.faults is not None
        self._left -= 1
        try:
            self.replies.append(await self._ask_again(self.replies[-1], self.faults))
            self.faults = await self._check(self.replies[-1])
        except Exception as error:  # kept for the caller: instructor would log it and wrap it
            self.error = error
        return _STAND_IN

    def done(self) -> bool:
        """Whether the last reply is good, or no better one is to be had."""
        return self.faults is None or self.error is not None or self._left == 0


class _Checked(BaseModel):
    """The response model: valid when the rounds are over."""

    @model_validator(mode="after")
    def _is_good(self, info: ValidationInfo) -> _Checked:
        rounds = info.context
        assert isinstance(rounds, _Rounds)
        if not rounds.done():
            raise ValueError("the reply has faults")
        return self


async def repaired(first: Reply, faults: str, *, check: Check, ask_again: AskAgain, rounds: int) -> Answer:
    """All replies up to the first without faults, or up to the last round.

    Args:
        first: The reply that is there already; it is not asked for again.
        faults: What the check found in it.
        check: Looks at each further reply.
        ask_again: Makes one call, retries included.
        rounds: How often to ask again at most, one or more.

    Raises:
        FatalModelError: Every further call would fail too.
        Exception: What the check itself raised, and what is no ModelError.
    """
    state = _Rounds(first, faults, check, ask_again, rounds)
    create: Any = instructor.patch(create=state.create, mode=instructor.Mode.JSON_SCHEMA)
    await create(response_model=_Checked, context=state, max_retries=rounds, messages=[])
    if isinstance(state.error, ModelError) and not isinstance(state.error, FatalModelError):
        return Answer(tuple(state.replies), state.error)
    if state.error is not None:
        raise state.error
    return Answer(tuple(state.replies))
