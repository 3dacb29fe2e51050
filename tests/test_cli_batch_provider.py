"""The commands about a provider's batch files, as they are typed: rounds, a kill, an endpoint, wrong use."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from conflict_extract import Extraction, Extractor
from conflict_extract.batch.store import unpack
from conflict_extract.cli.app import app
from tests.batch_provider import answered, failed, good, recorded_answers, requests_in, write_results
from tests.batch_server import batch_serving
from tests.fault_server import completion, serving
from tests.seeds import CHALLENGE, CHALLENGE_FOLDER, FOLDER, ROOT, SEEDS
from tests.test_cli import run, start

CASSETTES = ROOT / "tests" / "cassettes"
EMPTY = '{"attributions": [], "claims": [], "events": []}'
NOTHING = good(json.loads(completion(EMPTY).body))


def rows(directory: Path, sql: str) -> list[Any]:
    """What a query finds in a run's ledger."""
    connection = sqlite3.connect(directory / "ledger.sqlite3")
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def invoke(*arguments: str | Path, **environment: str) -> tuple[int, str, str]:
    """Run the command in this process, which is quicker: exit code, standard output, standard error."""
    given = {name: environment.get(name) for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "CONFLICT_EXTRACT_MODEL")}
    result = CliRunner(env=given).invoke(app, [*map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


def articles(folder: Path, count: int) -> Path:
    """A file of articles."""
    path = folder / "articles.jsonl"
    lines = ({"id": f"a{n}", "text": f"The bridge at Marsa Dhul was closed for {n} hours."} for n in range(count))
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_articles_over_batch_files_are_the_articles_replayed(tmp_path: Path) -> None:
    """Prepare, collect, and again until nothing is left: what the ledger has then is what the replay gives."""
    recordings = recorded_answers(CASSETTES)
    url = next(iter(recordings.values())).url.removesuffix("/chat/completions")
    model = next(iter(recordings.values())).body["model"]
    first = ["batch", "prepare", FOLDER, CHALLENGE_FOLDER, "--model", model, "--base-url", url]
    names: list[str] = []
    for number in range(1, 9):
        code, out, err = invoke(
            *(first if number == 1 else first[:2]), "--run", tmp_path / "run", "--out", tmp_path / "o"
        )
        assert code == 0, err
        if not out:
            break
        names += out.split()
        results = {
            line["custom_id"]: answered(recordings[line["custom_id"]]) for line in requests_in(map(Path, out.split()))
        }
        code, _, err = invoke("batch", "collect", tmp_path / "run", write_results(tmp_path / "r.jsonl", results))
        assert code == 0, err
    # A round for each call of the article that took most of them: its reasks go into the rounds after the first.
    assert len(names) == max(Counter(call.file for call in recordings.values()).values())
    with Extractor.replaying(CASSETTES) as extractor:
        replayed = {each.id: extractor.extract(each) for each in (*SEEDS, *CHALLENGE)}
    bodies = rows(tmp_path / "run", "SELECT id, body FROM extractions")
    collected = {id: Extraction.model_validate_json(unpack(body)) for id, body in bodies}
    assert {id: each.claims for id, each in collected.items()} == {id: each.claims for id, each in replayed.items()}
    assert {each.provenance.calls for each in collected.values()} == {1, 2}
    assert "no article waits" in err or "nothing to ask" in err


def test_a_killed_prepare_is_begun_again(tmp_path: Path) -> None:
    """kill -9 in the middle: no file that looks whole is left, nothing counts as sent, and the next one writes all."""
    path = articles(tmp_path, 600)
    command = ["batch", "prepare", path, "--run", tmp_path / "run", "--out", tmp_path / "out", "--model", "m"]
    process = start(*command)
    part = tmp_path / "out" / "round-001-file-001.jsonl.part"
    until = time.monotonic() + 30
    while not (part.exists() and part.stat().st_size > 200_000) and time.monotonic() < until:
        time.sleep(0.005)
    process.kill()
    process.communicate()
    assert [each.name for each in (tmp_path / "out").iterdir()] == [part.name]
    code, out, err = run(*command)
    assert code == 0, err
    assert out.split() == [str(tmp_path / "out" / "round-001-file-001.jsonl")]
    assert len({line["custom_id"] for line in requests_in([Path(out.strip())])}) == 600
    assert rows(tmp_path / "run", "SELECT state, count(*) FROM calls GROUP BY state") == [("sent", 600)]
    assert not part.exists()


def test_a_killed_collect_is_typed_again(tmp_path: Path) -> None:
    """kill -9 in the middle: each answer is counted once, and each article is done once."""
    path = articles(tmp_path, 600)
    _, out, _ = invoke("batch", "prepare", path, "--run", tmp_path / "run", "--out", tmp_path / "o", "--model", "m")
    keys = [line["custom_id"] for line in requests_in([Path(out.strip())])]
    results = write_results(tmp_path / "r.jsonl", dict.fromkeys(keys, NOTHING))
    process = start("batch", "collect", tmp_path / "run", results)
    done = "SELECT count(*) FROM articles WHERE state = 'done'"
    until = time.monotonic() + 30
    while rows(tmp_path / "run", done)[0][0] < 50 and time.monotonic() < until:
        time.sleep(0.005)
    process.kill()
    process.communicate()
    assert 50 <= rows(tmp_path / "run", done)[0][0] < 600
    code, _, err = invoke("batch", "collect", tmp_path / "run", results)
    assert (code, "no article waits" in err) == (0, True), err
    states = "SELECT state, attempts, calls, count(*) FROM articles GROUP BY state, attempts, calls"
    assert rows(tmp_path / "run", states) == [("done", 1, 1, 600)]
    assert rows(tmp_path / "run", "SELECT state, count(*) FROM calls GROUP BY state") == [("paid", 600)]


@pytest.mark.parametrize("path", ["/files", "/batches"])
def test_a_killed_submit_is_typed_again(tmp_path: Path, path: str) -> None:
    """kill -9 after the provider did what was asked, and before it said so: nothing is made twice."""
    directory, folder = tmp_path / "run", tmp_path / "out"
    with batch_serving(lambda _: NOTHING, faults={("POST", path): ["hang"]}) as server:
        settings = ["--model", "m", "--base-url", server.url, "--run", directory, "--out", folder]
        assert invoke("batch", "prepare", articles(tmp_path, 2), *settings)[0] == 0
        process = start("batch", "submit", directory, folder, OPENAI_API_KEY="sk-test")
        made = server.files if path == "/files" else server.batches
        until = time.monotonic() + 30
        while not made and time.monotonic() < until:
            time.sleep(0.005)
        process.kill()
        process.communicate()
        code, _, err = invoke("batch", "submit", directory, folder, OPENAI_API_KEY="sk-test")
        assert (code, "batch_1" in err) == (0, True), err
        assert (len(server.files), len(server.batches)) == (1, 1)


def test_a_full_disk_ends_a_round_as_if_it_never_was(tmp_path: Path) -> None:
    """Here by a limit on the size of files: the file is named, nothing counts as sent, and the next one writes all."""
    path = articles(tmp_path, 100)
    command = ["batch", "prepare", path, "--run", tmp_path / "run", "--out", tmp_path / "out", "--model", "m"]
    limit = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (900_000, 900_000)); "
    code = limit + f"sys.argv[1:] = {list(map(str, command))!r}; from conflict_extract.cli import main; main()"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "File too large" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert list((tmp_path / "out").iterdir()) == []
    code, out, err = invoke(*command)
    assert (code, len(requests_in([Path(out.strip())]))) == (0, 100), err
    assert rows(tmp_path / "run", "SELECT state, count(*) FROM calls GROUP BY state") == [("sent", 100)]


def test_an_endpoint_does_the_sending(tmp_path: Path) -> None:
    """submit, poll until the end, and a second round of what expired; the key comes from the environment."""
    path = articles(tmp_path, 3)
    late = iter([True])

    def solve(line: dict[str, Any]) -> dict[str, Any]:
        return failed("batch_expired") if "for 1 hours" in str(line["body"]) and next(late, False) else NOTHING

    directory, folder = tmp_path / "run", tmp_path / "out"
    with batch_serving(solve, steps=("in_progress",)) as server:
        settings = ["--model", "m", "--base-url", server.url]
        for command in (run, invoke):  # the second round in this process, which is quicker
            begun = [path, *settings] if command is run else []
            code, out, err = invoke("batch", "prepare", *begun, "--run", directory, "--out", folder)
            assert (code, len(out.split())) == (0, 1), err
            code, _, err = command("batch", "submit", directory, folder, OPENAI_API_KEY="sk-test")
            assert (code, "1 submitted" in err) == (0, True), err
            code, _, err = invoke("batch", "poll", directory, OPENAI_API_KEY="sk-test")
            assert (code, "1 running" in err) == (0, True), err
            code, _, err = command("batch", "poll", "--wait", directory, OPENAI_API_KEY="sk-test")
            assert (code, "no batch is running" in err) == (0, True), err
    assert "no article waits" in err
    assert rows(directory, "SELECT state, count(*) FROM articles GROUP BY state") == [("done", 3)]
    assert rows(directory, "SELECT state, count(*) FROM calls GROUP BY state ORDER BY 1") == [
        ("paid", 3),
        ("unpaid", 1),
    ]


def test_what_stops_a_run_ends_with_its_cause(tmp_path: Path) -> None:
    """No quota: what was paid for is kept, the exit code is 2, and the cause is named."""
    path = articles(tmp_path, 2)
    _, out, _ = invoke("batch", "prepare", path, "--run", tmp_path / "run", "--out", tmp_path / "out", "--model", "m")
    keys = [line["custom_id"] for line in requests_in([Path(out.strip())])]
    results = write_results(tmp_path / "r.jsonl", {keys[0]: failed("insufficient_quota"), keys[1]: NOTHING})
    code, _, err = invoke("batch", "collect", tmp_path / "run", results)
    assert code == 2
    assert "no quota is left" in err
    assert "1 answered" in err
    assert rows(tmp_path / "run", "SELECT state FROM articles ORDER BY n") == [("waiting",), ("done",)]
    assert rows(tmp_path / "run", "SELECT outcome FROM sessions") == [("finished",), ("finished",)]


def test_openai_wants_a_key(tmp_path: Path) -> None:
    """Preparing needs none; submitting says where it is read from."""
    path = articles(tmp_path, 1)
    assert invoke("batch", "prepare", path, "--run", tmp_path / "r", "--out", tmp_path / "o", "--model", "m")[0] == 0
    code, _, err = invoke("batch", "submit", tmp_path / "r", tmp_path / "o")
    assert (code, "set OPENAI_API_KEY" in err) == (2, True)


def test_a_budget_ends_a_round_early(tmp_path: Path) -> None:
    """What was written is whole; the exit code and the message say that there is more."""
    path = articles(tmp_path, 5)
    prices = tmp_path / "prices.toml"
    prices.write_text('currency = "USD"\n[models.m]\ninput = 1.0\noutput = 10.0\n')
    command = ["batch", "prepare", path, "--run", tmp_path / "run", "--out", tmp_path / "out", "--model", "m"]
    code, out, err = invoke(*command, "--prices", prices, "--budget", "0.40 USD")
    assert (code, len(requests_in([Path(out.strip())]))) == (1, 2)
    assert "the budget of 0.4 USD is reached" in err
    assert "round 1: 2 requests in 1 file; at most" in err
    code, _, err = invoke(
        "batch", "prepare", "--run", tmp_path / "run", "--out", tmp_path / "out", "--budget", "99 USD"
    )
    assert (code, "round 2: 3 requests" in err) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["prepare", "FILE", "--run", "RUN", "--out", "OUT"], "no model"),
        (["prepare", "none", "--run", "RUN", "--out", "OUT", "--model", "m"], "none"),
        (["prepare", "FILE", "--run", "RUN", "--out", "OTHER", "--model", "m"], "this is a file"),
        (["prepare", "FILE", "--run", "RUN", "--out", "OUT", "--model", "m", "--budget", "much"], "the budget"),
        (["prepare", "OUT", "--run", "RUN", "--out", "OUT", "--model", "m"], "one of the inputs"),
        (["collect", "RUN", "FILE"], "there is no run here"),
        (["collect", "RUN", "none"], "there is no such file"),
        (["submit", "RUN", "OUT"], "there is no run here"),
        (["poll", "FILE"], "there is no run here"),
    ],
)
def test_wrong_use_is_told(tmp_path: Path, arguments: list[str], said: str) -> None:
    """In a sentence, without a traceback, and nothing is sent."""
    path = articles(tmp_path, 1)
    (tmp_path / "other").write_text("")
    places = {
        "FILE": str(path),
        "OTHER": str(tmp_path / "other"),
        "RUN": str(tmp_path / "run"),
        "OUT": str(tmp_path / "out"),
    }
    code, _, err = invoke("batch", *(places.get(each, each) for each in arguments))
    assert code in (1, 2)
    assert err.startswith("Error: ")
    assert said in err
    assert "Traceback" not in err


def test_other_settings_are_refused_with_what_differs(tmp_path: Path) -> None:
    """A run belongs to one configuration."""
    path = articles(tmp_path, 1)
    command = ["batch", "prepare", path, "--run", tmp_path / "run", "--out", tmp_path / "out"]
    assert invoke(*command, "--model", "m")[0] == 0
    code, _, err = invoke(*command, "--model", "n")
    assert code == 2
    assert "The model was m and is n now" in err
    assert invoke(*command, CONFLICT_EXTRACT_MODEL="n")[0] == 0


def test_the_docs_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    """As it stands there: a file of requests comes of it; and each option that the docs name is there."""
    docs = (ROOT / "docs" / "batch-files.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    (example,) = re.findall(r"```python\n(.*?)```", docs, re.DOTALL)
    exec(compile(example, "batch-files.md", "exec"), {})
    assert "round-001-file-001.jsonl" in capsys.readouterr().out
    assert len(requests_in([tmp_path / "files" / "round-001-file-001.jsonl"])) == 1
    for command, options in re.findall(r"(?:batch |`)(prepare|collect|submit|poll)\b([^`\n]*)", docs):
        _, helped, _ = invoke("batch", command, "--help")
        assert set(re.findall(r"--[a-z-]+", options)) <= set(re.findall(r"--[a-z-]+", helped))


def test_status_and_a_live_run_know_what_is_out(tmp_path: Path) -> None:
    """What is reserved is shown, in money too; who asks live for what is out is warned; answers of files are used."""
    path = articles(tmp_path, 2)
    prices = tmp_path / "prices.toml"
    prices.write_text('currency = "USD"\n[models.m]\ninput = 1.0\noutput = 10.0\n')
    with serving(completion(EMPTY)) as server:
        settings = ["--run", tmp_path / "run", "--model", "m", "--base-url", server.url]
        _, out, _ = invoke("batch", "prepare", path, *settings, "--out", tmp_path / "o", "--prices", prices)
        _, status, _ = invoke("batch", "status", tmp_path / "run")
        assert "calls: 2 sent" in status
        assert "tokens, for calls under way or in batch files" in status
        keys = [line["custom_id"] for line in requests_in([Path(out.strip())])]
        results = write_results(tmp_path / "r.jsonl", {keys[0]: NOTHING})
        assert invoke("batch", "collect", tmp_path / "run", results)[0] == 0
        _, status, _ = invoke("batch", "status", tmp_path / "run")
        assert "USD 0.00" in status
        code, _, err = invoke("batch", "run", path, *settings)
        assert (code, "1 requests of this run are out" in err) == (0, True), err
        assert len(server.calls) == 1
    assert rows(tmp_path / "run", "SELECT state, count(*) FROM articles GROUP BY state") == [("done", 2)]
