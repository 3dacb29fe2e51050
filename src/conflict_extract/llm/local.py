"""A model file on one's own machine: llama.cpp's HTTP server inside this process, on a loopback port."""

from __future__ import annotations

import time
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.request import ProxyHandler, build_opener

from conflict_extract.errors import ConfigError

_MAGIC = b"GGUF"
_PATIENCE = 600.0  # seconds to wait for health; the model is loaded by then, this is for its warm-up


class LocalServer:
    """llama.cpp's own server for one GGUF file, as a context manager; it stops at the end of the block.

    The replies it gives to a request with a JSON schema are held to that schema by a grammar. It answers under the
    file's name, whatever model is asked for, so ask for that.

    Example:
        ```python
        with LocalServer("model.gguf") as server:
            model = OpenAIModel(Endpoint(server.model, server.base_url, deadline=3600))
        ```

    Attributes:
        base_url: Like ``http://127.0.0.1:PORT/v1``; only while it runs.
        model: The name under which it answers: the file's, without its ending.

    Args:
        path: The model file.
        context: Tokens for prompt and reply together, for each call; one call is answered at a time.
    """

    def __init__(self, path: Path | str, *, context: int = 32_768) -> None:
        self.path = Path(path)
        self.model = self.path.stem
        self.base_url = ""
        self._context = context
        self._server: Any = None

    def __enter__(self) -> LocalServer:
        """Start the server and wait until it is healthy.

        Raises:
            ConfigError: xllamacpp is not installed, or the file is missing or no model that it can load.
        """
        _check_file(self.path)
        try:
            xllamacpp = import_module("xllamacpp")
        except ImportError:
            raise ConfigError(
                "a local model needs xllamacpp: install it with `pip install 'conflict-extract[local]'`"
            ) from None
        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(self.path)
        parameters.model_alias = {self.model}
        parameters.hostnames = ["127.0.0.1"]
        parameters.port = 0  # a free one
        parameters.n_parallel = 1
        parameters.n_ctx = self._context
        # The grammar holds for the whole reply: nothing of it is to be taken out as reasoning.
        parameters.reasoning_format = xllamacpp.common_reasoning_format.COMMON_REASONING_FORMAT_NONE
        parameters.ui = False
        parameters.verbosity = 0  # its log shows prompts
        try:
            self._server = xllamacpp.Server(parameters)
            address = self._server.listening_address
            _wait_until_healthy(address)
        except BaseException as error:
            self._server = None
            if isinstance(error, Exception) and not isinstance(error, ConfigError):
                raise ConfigError(
                    f"{self.path}: llama.cpp cannot load this model (damaged, of a kind unknown to it, or too large)"
                ) from None
            raise
        self.base_url = f"{address}/v1"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server."""
        self._server = None  # it stops with its last reference
        self.base_url = ""


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise ConfigError(f"{path}: there is no such model file")
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise ConfigError(f"{path}: this is no GGUF model file")


def _wait_until_healthy(address: str) -> None:
    """Until its /health says so; it answers 503 as long as the model is being loaded."""
    opener = build_opener(ProxyHandler({}))
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            with opener.open(f"{address}/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            if time.monotonic() > until:
                raise ConfigError(f"llama.cpp's server did not get healthy within {_PATIENCE:g} s") from None
        time.sleep(0.02)
