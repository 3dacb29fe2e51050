"""A model file on one's own machine: llama.cpp's HTTP server in a process of its own, on a loopback port."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType

from conflict_extract.errors import ConfigError

_MAGIC = b"GGUF"


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

    def __enter__(self) -> LocalServer:
        """Start the server and wait until it is healthy.

        Raises:
            ConfigError: xllamacpp is not installed, or the file is missing or no model that it can load.
        """
        _check_file(self.path)
        if find_spec("xllamacpp") is None:
            raise ConfigError("a local model needs xllamacpp: install it with `pip install 'conflict-extract[local]'`")
        # A process of its own, since what llama.cpp gives up on, it gives up on by abort, which would end this one too.
        # A group of its own, since Ctrl-C is for the run, which still waits for the answers that are under way.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "conflict_extract.llm.llama", self.path, self.model, str(self._context)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            address = self._process.stdout.readline().decode().strip()  # type: ignore[union-attr]
        except BaseException:
            self._stop()
            raise
        if not address.startswith("http"):
            self._stop()
            if address:
                raise ConfigError(f"xllamacpp is installed but cannot be imported: {address}")
            raise ConfigError(
                f"{self.path}: llama.cpp cannot load this model (damaged, of a kind unknown to it, or too large)"
            )
        self.base_url = f"{address}/v1"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server."""
        self._stop()

    def _stop(self) -> None:
        self._process.kill()
        self._process.communicate()  # closes its pipes and waits for its end
        self.base_url = ""


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise ConfigError(f"{path}: there is no such model file")
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise ConfigError(f"{path}: this is no GGUF model file")
