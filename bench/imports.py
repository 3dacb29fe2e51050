"""CPU time of `import conflict_extract` beside `from pydantic import BaseModel`, and of `--help`."""

from __future__ import annotations

import os
import subprocess
import sys

ROUNDS = 15


def cpu_seconds(*command: str) -> float:
    """Least CPU time, user and system, of a fresh interpreter over several rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        before = os.times()
        subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
        after = os.times()
        used = (after.children_user + after.children_system) - (before.children_user + before.children_system)
        best = min(best, used)
    return best


def main() -> None:
    nothing = cpu_seconds("-c", "pass")
    pydantic = cpu_seconds("-c", "from pydantic import BaseModel")
    ours = cpu_seconds("-c", "import conflict_extract")
    models = cpu_seconds("-c", "from conflict_extract import Article, Extractor")
    print(f"bare interpreter                              {nothing * 1000:6.0f} ms")
    print(f"from pydantic import BaseModel                {pydantic * 1000:6.0f} ms")
    print(f"import conflict_extract                       {ours * 1000:6.0f} ms")
    print(f"from conflict_extract import Article, Extractor {models * 1000:4.0f} ms")
    for command in (
        [],
        ["extract"],
        ["show"],
        ["report"],
        ["export"],
        ["batch"],
        ["batch", "run"],
        ["batch", "prepare"],
        ["schema"],
    ):
        used = cpu_seconds(
            "-c", f"import sys; sys.argv[1:] = {[*command, '--help']}; from conflict_extract.cli import main; main()"
        )
        print(f"conflict-extract {' '.join([*command, '--help']):28} {used * 1000:6.0f} ms")


if __name__ == "__main__":
    main()
