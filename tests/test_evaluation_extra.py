"""The extra that scoring needs."""

from __future__ import annotations

import subprocess
import sys


def test_a_missing_package_is_named_with_the_extra() -> None:
    """Without the extra, the error says which package is missing and how to get it."""
    code = (
        "import sys; sys.modules['scipy'] = None\n"
        "from conflict_extract.errors import ConfigError\n"
        "try:\n    import conflict_extract.evaluation.evaluate\n"
        "except ConfigError as error:\n    print(error)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "conflict-extract[evaluation]" in run.stdout
    assert "scipy" in run.stdout
