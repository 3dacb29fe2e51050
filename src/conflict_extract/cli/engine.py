"""Which model answers: an endpoint, recordings, or a model file on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conflict_extract.errors import ConfigError
from conflict_extract.llm.base import ChatModel, Parameters

KEY_VARIABLE = "OPENAI_API_KEY"

_LOCAL_DEADLINE = 86_400.0
"""Seconds. On a machine without a graphics card a long article may take hours; nobody is paid for the time."""


@dataclass(frozen=True, slots=True)
class Engine:
    """What the options say about the model.

    Attributes:
        model: Its name at the endpoint.
        base_url: The endpoint, OpenAI's by default.
        replay: Folder of recordings to answer from.
        local: GGUF file of a model to run on this machine.
        parameters: What is sent beside the messages.
        deadline: Seconds to wait for one answer of an endpoint.
        given: Names of the options that were given in the command and say something about an endpoint.
        extra_body: Further fields of the request's body, of a run that goes on.
    """

    model: str | None
    base_url: str | None
    replay: Path | None
    local: Path | None
    parameters: Parameters
    deadline: float = 300.0
    given: frozenset[str] = frozenset()
    extra_body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str | None:
        """What the endpoint is called where it is not a URL; None where it is one."""
        if self.replay is not None:
            return "recordings"
        return "a model file on this machine" if self.local is not None else None

    def check(self) -> None:
        """Find contradictions before anything is read or started.

        Raises:
            ConfigError: Two options contradict each other, or there is no model.
        """
        if self.replay is not None:
            self._refuse("--replay", "recordings say which model and parameters they are of", self.given)
        elif self.local is not None:
            self._refuse("--local", "it names the model", self.given & {"--model", "--base-url", "--deadline"})
        elif not self.model:
            raise ConfigError(
                "no model: name one with --model (or CONFLICT_EXTRACT_MODEL), "
                "or use --replay or --local, which need no key"
            )

    @staticmethod
    def _refuse(option: str, because: str, others: frozenset[str]) -> None:
        if others:
            raise ConfigError(f"{option} does not go with {', '.join(sorted(others))}: {because}")

    @contextmanager
    def started(self, *, ask: bool = True) -> Iterator[ChatModel]:
        """The model, ready to be asked; what was started for it is stopped at the end.

        Args:
            ask: Whether it will be asked anything; what is not asked needs no key.

        Raises:
            ConfigError: No key for an endpoint that wants one, no recordings, no model in the file.
        """
        if self.replay is not None:
            from conflict_extract.llm.replay import replaying

            yield replaying(self.replay)
            return
        from conflict_extract.llm.client import Endpoint, OpenAIModel

        if self.local is not None:
            from conflict_extract.llm.local import LocalServer

            with LocalServer(self.local) as server:
                yield OpenAIModel(Endpoint(server.model, server.base_url, deadline=_LOCAL_DEADLINE), self.parameters)
        else:
            key = os.environ.get(KEY_VARIABLE) or (None if ask else "never sent")
            endpoint = Endpoint(
                self.model or "", self.base_url, key, deadline=self.deadline, extra_body=self.extra_body
            )
            yield OpenAIModel(endpoint, self.parameters)
