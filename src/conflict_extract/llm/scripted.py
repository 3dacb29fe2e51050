"""A model that answers from a script: for tests of code that uses this library, without network or key."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import httpx2

from conflict_extract.errors import ConfigError, ModelError
from conflict_extract.llm.base import Message, Parameters, Reply, Request
from conflict_extract.llm.client import Endpoint, OpenAIModel
from conflict_extract.llm.retries import Impatience


class ScriptedModel(OpenAIModel):
    """A ``ChatModel`` whose answers are given beforehand, in the order in which they are asked for.

    All but the network is real: request bodies, reading of answers, repair rounds. There are no retries: an error in
    the script is what the call comes to. A ``Reply`` with finish_reason "length" stands for one that ran out of room
    twice, as it does in an ``Answer``.

    Example:
        ```python
        async def check(reply):
            return None

        model = ScriptedModel(['{"claims": []}'])
        answer = asyncio.run(model.ask(request, check, reasks=0))
        assert answer.replies[0].text == '{"claims": []}'
        assert len(model.requests) == 1
        ```

    Attributes:
        requests: What was asked, in order: each with its messages (the faulty reply and its faults, in a repair
            round), its schema and the schema's name.

    Args:
        replies: A text, a whole ``Reply``, or an error to raise.
        model: The model's name; texts are answered under it.
        parameters: What to send beside the messages.
    """

    def __init__(
        self,
        replies: Sequence[str | Reply | ModelError],
        *,
        model: str = "scripted",
        parameters: Parameters | None = None,
    ) -> None:
        super().__init__(
            Endpoint(model, "http://scripted.invalid/v1", attempts=1),
            parameters,
            transport=httpx2.MockTransport(self._answer),
            patience=Impatience(1),
        )
        self.requests: list[Request] = []
        self._script = tuple(replies)
        self._position = 0
        self._second_time = False

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content)
        if self._position >= len(self._script):
            raise ConfigError(f"the script has {len(self._script)} replies, and this is one call more")
        item = self._script[self._position]
        cut = isinstance(item, Reply) and item.finish_reason == "length"
        if self._second_time:  # the same request with twice the room
            self._second_time = False
        else:
            self.requests.append(_request(body))
            self._second_time = cut
        self._position += not self._second_time
        if isinstance(item, ModelError):
            raise item
        reply = item if isinstance(item, Reply) else Reply(item, self.name)
        return httpx2.Response(200, json=_completion(reply, told=not self._second_time))


def _request(body: dict[str, Any]) -> Request:
    schema = body["response_format"]["json_schema"]
    messages = tuple(Message(message["role"], message["content"]) for message in body["messages"])
    return Request(messages, schema["schema"], schema["name"])


def _completion(reply: Reply, *, told: bool) -> dict[str, Any]:
    """The endpoint's answer. A cut reply's usage is told with the second call, so that the sum is the reply's own."""
    completion: dict[str, Any] = {
        "id": "scripted",
        "object": "chat.completion",
        "created": 0,
        "model": reply.model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": reply.text},
                "finish_reason": reply.finish_reason,
            }
        ],
    }
    if reply.usage is not None:
        usage = reply.usage.model_dump()
        completion["usage"] = usage if told else dict.fromkeys(usage, 0)
    return completion
