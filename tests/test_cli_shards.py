"""A run in shards by the command line: two processes at once, each with its part, and one run directory."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from conflict_extract.cli.app import app
from tests.fault_run import bill_of
from tests.provider import serving
from tests.provider_server import Setting
from tests.test_cli_extract import BARE, CliRunner
from tests.written_reports import id_of, text_of

PROGRAM = Path(sys.executable).with_name("conflict-extract")
REPORTS = 24


@pytest.fixture
def articles(tmp_path: Path) -> list[str]:
    """Reports in CSV and Parquet under names of their own, with a row in each that cannot be read."""
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    half = REPORTS // 2
    with (tmp_path / "a.csv").open("w", newline="") as file:
        rows = [(id_of(number), text_of(number)) for number in range(half)]
        csv.writer(file, delimiter=";").writerows([("key", "body"), *rows, ("", "No id here.")])
    ids = [id_of(number) for number in range(half, REPORTS)]
    texts = [text_of(number) for number in range(half, REPORTS)]
    pq.write_table(pa.table({"key": [*ids, "empty"], "body": [*texts, " "]}), tmp_path / "b.parquet")
    return [str(tmp_path / "a.csv"), str(tmp_path / "b.parquet"), "--text-column", "body", "--id-column", "key"]


def test_two_processes_share_a_run(tmp_path: Path, articles: list[str]) -> None:
    """Each article is asked about by one of them, each bad row told once, and an export takes the shards together."""
    run = tmp_path / "run"
    with serving(Setting({"articles": REPORTS, "share": 0.0, "lasting": 0.0}, latency=0.02)) as server:
        command = [PROGRAM, "batch", "run", *articles, "--run", run, "--model", "reporter", "--base-url", server.url]
        both = [
            subprocess.Popen([*command, "--shard", part], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            for part in ("1/2", "2/2")
        ]
        said = [process.communicate(timeout=120)[0] for process in both]
        assert [process.returncode for process in both] == [1, 1], said  # each has one of the two bad rows
        whole = subprocess.run(command, capture_output=True, text=True)
        assert whole.returncode == 2
        assert "begun in 2 shards" in whole.stderr
        bill = bill_of(server.journal())
    assert bill.paid_again == 0
    assert sum(text.count("there is no id") for text in said) == 1
    assert sum(text.count("text is empty") for text in said) == 1
    out = tmp_path / "out.jsonl"
    result = CliRunner().invoke(app, ["batch", "export", str(run), "--to", "jsonl", "--out", str(out)], env=BARE)
    assert result.exit_code == 0, result.output
    ids = [json.loads(line)["article_id"] for line in out.read_text().splitlines()]
    assert Counter(ids) == Counter(id_of(number) for number in range(REPORTS))
