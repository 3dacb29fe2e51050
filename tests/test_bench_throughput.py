"""The bench of a whole run's throughput, in its short form."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.seeds import ROOT


@pytest.mark.nightly
def test_a_whole_run_keeps_up_with_the_bare_post() -> None:
    """Checking, grounding and booking leave most of what the low-level post reaches; on a machine of its own."""
    done = subprocess.run([sys.executable, "-m", "bench.throughput", "--short"], cwd=ROOT, text=True, check=False)
    assert done.returncode == 0
