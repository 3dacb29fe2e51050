"""Resident memory of `conflict-extract batch run` as articles go by, against a server that answers at once.

The processes that it has replies read in count, too. Ends with an error where it grows by more than 20 MB from the
10,000th article to the last.

    python -m bench.memory [--articles 20000]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import pathname2url

from bench.article import article_and_reply, serve

FROM = 10_000
MOST = 20.0  # MB
IN_FLIGHT = 64


def short_article_and_reply() -> tuple[str, str]:
    """A paragraph with one attribution, one event and two claims: it is memory that is measured, not speed."""
    text, content = article_and_reply()
    reply = json.loads(content)
    for rows, count in (("sources", 1), ("attributions", 1), ("events", 1), ("claims", 2)):
        reply[rows] = reply[rows][:count]
    return text.split("\n\n")[0], json.dumps(reply)


def write_articles(path: Path, text: str, count: int) -> None:
    """Articles of different texts: equal ones would be asked about once."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            file.write(json.dumps({"id": f"article-{number:07d}", "text": f"{text}\n\nReport {number}."}) + "\n")


def resident(process: int) -> float:
    """Resident memory of a process and of those that it started, in MB."""
    status = Path(f"/proc/{process}/status").read_text()
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1000
    children = Path(f"/proc/{process}/task").glob("*/children")
    return own + sum(resident(int(child)) for each in children for child in each.read_text().split())


def done(ledger: Path) -> int:
    """Articles that are done, as another process sees it."""
    import sqlite3

    if not ledger.exists():
        return 0
    connection = sqlite3.connect(f"file:{pathname2url(str(ledger))}?mode=ro", uri=True, timeout=20)
    try:
        return int(connection.execute("SELECT max(rowid) FROM extractions").fetchone()[0] or 0)
    except sqlite3.OperationalError:  # not made yet
        return 0
    finally:
        connection.close()


def measure(url: str, folder: Path, count: int) -> list[tuple[int, float]]:
    """Run a batch, and give back resident memory by articles done."""
    command = ["conflict-extract", "batch", "run", folder / "articles.jsonl", "--run", folder / "run"]
    options = ["--model", "m", "--base-url", url, "--concurrency", IN_FLIGHT]
    program = Path(sys.executable).with_name(command[0])
    seen: list[tuple[int, float]] = []
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(list(map(str, [program, *command[1:], *options])), stdout=log, stderr=log) as process,
    ):
        while process.poll() is None:
            time.sleep(0.2)
            if process.poll() is None:
                try:
                    seen.append((done(folder / "run" / "ledger.sqlite3"), resident(process.pid)))
                except (OSError, StopIteration):  # it has just ended
                    break
        process.wait()
    if process.returncode or done(folder / "run" / "ledger.sqlite3") != count:
        sys.exit((folder / "log").read_text()[-2000:])
    return seen


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, default=20_000)
    count = parser.parse_args().articles
    text, reply = short_article_and_reply()
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(reply, there), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{here.recv()}/v1"
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        write_articles(folder / "articles.jsonl", text, count)
        started = time.monotonic()
        seen = measure(url, folder, count)
        seconds = time.monotonic() - started
    server.terminate()
    print(f"{count:,} articles in {seconds:.0f} s, {IN_FLIGHT} in flight; resident memory of the run:")
    for number in range(0, count + 1, FROM // 4):
        near = [megabytes for articles, megabytes in seen if articles >= number]
        if near:
            print(f"  {number:>9,} done  {near[0]:6.1f} MB")
    settled = [megabytes for articles, megabytes in seen if articles >= FROM]
    growth = max(settled) - settled[0]
    print(f"  grown by at most {growth:.1f} MB from {FROM:,} to {count:,}; the aim is {MOST:.0f} MB")
    sys.exit(growth > MOST)


if __name__ == "__main__":
    if not os.path.exists("/proc/self/status"):
        sys.exit("this system does not tell of resident memory")
    main()
