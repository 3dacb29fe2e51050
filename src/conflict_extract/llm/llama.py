"""The process that holds llama.cpp's server for ``LocalServer``, which starts it and reads its address from it."""

from __future__ import annotations

import os
import sys
import time
from importlib import import_module
from typing import Any
from urllib.request import ProxyHandler, build_opener

_PATIENCE = 600.0  # seconds to wait for health; the model is loaded by then, this is for its warm-up


def main() -> None:
    """Serve ``sys.argv[1:]`` (model file, alias, context in tokens) until standard input ends.

    The address is written to standard output once the server is healthy, or why xllamacpp cannot be imported; a model
    that cannot be loaded ends the process before anything is written. The parent holds the other end of standard
    input, so that it need not live on to stop this process: its death, by whatever signal, ends the input as well.
    """
    file, alias, context = sys.argv[1:]
    out = os.dup(sys.stdout.fileno())
    silence = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(silence, stream.fileno())  # what llama.cpp logs shows prompts
    try:
        server = _serve(file, alias, int(context))
    except ImportError as error:
        os.write(out, f"{error}\n".encode())
        raise
    _wait_until_healthy(server.listening_address)
    os.write(out, f"{server.listening_address}\n".encode())
    os.close(out)
    while os.read(sys.stdin.fileno(), 1024):
        pass
    # Its own way to stop hangs when it comes while the server's loop is about to start; there is nothing to save.
    os._exit(0)


def _serve(file: str, alias: str, context: int) -> Any:
    xllamacpp = import_module("xllamacpp")  # it has no types
    parameters = xllamacpp.CommonParams()
    parameters.model.path = file
    parameters.model_alias = {alias}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0  # a free one
    parameters.n_parallel = 1
    parameters.n_ctx = context
    # The grammar holds for the whole reply: nothing of it is to be taken out as reasoning.
    parameters.reasoning_format = xllamacpp.common_reasoning_format.COMMON_REASONING_FORMAT_NONE
    parameters.ui = False
    parameters.verbosity = 0
    return xllamacpp.Server(parameters)


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
                raise
        time.sleep(0.02)


if __name__ == "__main__":
    main()
