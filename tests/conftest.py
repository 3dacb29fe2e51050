"""Fixtures that several test modules share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from selenium.webdriver import Chrome


@pytest.fixture(scope="session")
def tiny_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GGUF file of random weights, for llama.cpp's server."""
    pytest.importorskip("xllamacpp", reason="there is no wheel of xllamacpp for this platform")
    pytest.importorskip("gguf", reason="there is no wheel of gguf for this platform")
    from tests.tiny_gguf import write_tiny_model

    return write_tiny_model(tmp_path_factory.mktemp("model") / "tiny.gguf")


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """One browser for all tests."""
    from tests.browsing import MISSING, browsing

    if MISSING is not None:
        pytest.skip(MISSING)
    with browsing(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.fixture
def browser(chromium: Chrome) -> Iterator[Chrome]:
    """The browser in a light window of 1440 by 900; afterwards nothing was complained of and nothing was loaded."""
    from tests.browsing import resize

    resize(chromium, 1440, 900)
    chromium.get_log("browser")
    yield chromium
    assert chromium.execute_script("return [violations, faults]") == [[], []]
    assert chromium.execute_script("return performance.getEntriesByType('resource').map((each) => each.name)") == []
    assert chromium.get_log("browser") == []
