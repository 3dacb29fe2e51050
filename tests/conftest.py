"""Fixtures that several test modules share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def tiny_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GGUF file of random weights, for llama.cpp's server."""
    pytest.importorskip("xllamacpp", reason="there is no wheel of xllamacpp for this platform")
    pytest.importorskip("gguf", reason="there is no wheel of gguf for this platform")
    from tests.tiny_gguf import write_tiny_model

    return write_tiny_model(tmp_path_factory.mktemp("model") / "tiny.gguf")
