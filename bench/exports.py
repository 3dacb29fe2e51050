"""Speed and memory of each export over recorded extractions, repeated under other ids: memory must stay flat."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from conflict_extract.documents import read_extractions
from conflict_extract.exports import FORMATS, Format, write
from conflict_extract.models import Extraction

RESULTS = Path(__file__).parents[1] / "tests" / "data" / "tolls.jsonl"
COUNTS = (1_000, 4_000)


def repeated(count: int) -> Iterator[Extraction]:
    """So many extractions, all with their text."""
    found = [each for each in read_extractions(RESULTS) if isinstance(each, Extraction)]
    for number, each in enumerate(islice(cycle(found), count)):
        yield each.model_copy(update={"article_id": f"{each.article_id}-{number}"})


def measure(to: Format, count: int) -> None:
    """Print seconds of CPU for an extraction, and the most memory that the process has had."""
    with tempfile.TemporaryDirectory() as folder:
        before = time.process_time()
        write(repeated(count), to, Path(folder) / "out")
        used = time.process_time() - before
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{to:14} {count:6} extractions {used / count * 1000:6.2f} ms each {memory:6.0f} MB at most", flush=True)


def main() -> None:
    """Measure each format in a process of its own."""
    if len(sys.argv) == 3:
        measure(sys.argv[1], int(sys.argv[2]))  # type: ignore[arg-type]
        return
    for to in FORMATS:
        for count in COUNTS:
            subprocess.run([sys.executable, __file__, to, str(count)], check=True)


if __name__ == "__main__":
    main()
