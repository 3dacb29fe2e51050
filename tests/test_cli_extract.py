"""The command extract: what is written, what is said, and which exit code it ends with."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from conflict_extract.cli.app import app
from conflict_extract.cli.engine import Engine
from conflict_extract.cli.progress import Progress
from conflict_extract.documents import read_extractions
from conflict_extract.errors import TransientModelError
from conflict_extract.extractor import Failure
from conflict_extract.llm.base import Message, Parameters, Request
from conflict_extract.llm.client import OpenAIModel
from conflict_extract.models import Extraction
from tests import checks, making
from tests.fault_server import ChatServer, completion, error, serving

GOOD = completion(making.reply_text())
BARE = {
    "OPENAI_API_KEY": None,
    "OPENAI_BASE_URL": None,
    "CONFLICT_EXTRACT_MODEL": None,
    "COLUMNS": "200",
    "NO_COLOR": "1",
}


def extract(*arguments: str | Path, env: dict[str, str | None] | None = None) -> Result:
    """Run the command without the settings of this machine."""
    return CliRunner().invoke(app, ["extract", *map(str, arguments)], env={**BARE, **(env or {})})


def asking(server: ChatServer, *arguments: str | Path) -> Result:
    """Run the command against an endpoint."""
    return extract(*arguments, "--model", "m", "--base-url", server.url)


def extractions(path: Path) -> list[Extraction]:
    """What stands in a file; a line that cannot be read fails the test."""
    found = list(read_extractions(path))
    assert all(isinstance(each, Extraction) for each in found), found
    return [each for each in found if isinstance(each, Extraction)]


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """A folder with two articles."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.txt").write_bytes(making.TEXT.encode())
    return folder


@pytest.fixture
def server() -> Iterator[ChatServer]:
    """An endpoint that gives the tests' own reply to everything."""
    with serving(GOOD) as chat:
        yield chat


def test_each_article_becomes_a_line(server: ChatServer, articles: Path, tmp_path: Path) -> None:
    """Extractions go to the file, words for people to standard error, and nothing to standard output."""
    out = tmp_path / "made" / "out.jsonl"
    result = asking(server, articles, "--out", out)
    assert result.exit_code == 0, result.output
    assert sorted(each.article_id for each in extractions(out)) == ["a", "b"]
    made = extractions(out)[0]
    assert len(made.claims) == 6
    assert made.article is not None
    assert made.article.text == making.TEXT
    assert out.read_bytes().count(b"\n") == 2
    assert list(out.parent.iterdir()) == [out]
    assert result.stdout == ""
    assert "[2/2]" in result.stderr
    assert f"2 written to {out}" in result.stderr.replace("\n", "")


def test_the_summary_counts_what_was_found(server: ChatServer, articles: Path, tmp_path: Path) -> None:
    """The table has a row for each article and their sum, tokens included."""
    result = asking(server, articles, "--out", tmp_path / "out.jsonl")
    rows = [line.split() for line in result.stderr.splitlines()]
    assert ["article", "claims", "events", "attributions", "rejected", "calls", "tokens"] in rows
    assert ["a", "6", "3", "5", "0", "1", "110"] in rows
    assert ["2", "articles", "12", "6", "10", "0", "2", "220"] in rows


def test_one_bad_article_loses_no_other(articles: Path, tmp_path: Path) -> None:
    """A file that cannot be read and an article that the model refuses are named; the rest is written; exit code 1."""
    (articles / "bad.txt").write_bytes(b"caf\xe9")
    (articles / "c.txt").write_bytes(making.TEXT.encode())
    out = tmp_path / "out.jsonl"
    with serving(GOOD, completion(None, refusal="No."), GOOD) as server:
        result = asking(server, articles, "--out", out, "--concurrency", "1")
    assert result.exit_code == 1
    assert [each.article_id for each in extractions(out)] == ["a", "c"]
    said = result.stderr.replace("\n", "")
    assert f"Error: {articles / 'bad.txt'}, byte 3: not UTF-8" in said
    assert "Error: b: " in said
    assert "refuse" in said
    assert "2 failed, named above" in said
    assert "Traceback" not in said


def test_where_nothing_was_done_nothing_is_written(articles: Path, tmp_path: Path) -> None:
    """A run in which every article failed leaves no file that would stand in the way of the next."""
    with serving(completion(None, refusal="No.")) as server:
        result = asking(server, articles, "--out", tmp_path / "out.jsonl")
    assert result.exit_code == 1
    assert "nothing was written" in result.stderr
    assert list(tmp_path.iterdir()) == [articles]


def test_bad_files_alone_ask_nobody(server: ChatServer, tmp_path: Path) -> None:
    """Where no article can be read, no call is made."""
    (tmp_path / "a.txt").write_bytes(b"")
    result = asking(server, tmp_path / "a.txt", "--out", tmp_path / "out.jsonl")
    assert (result.exit_code, server.calls) == (1, [])
    assert "the file is empty" in result.stderr


def test_a_refused_key_stops_the_run_and_keeps_what_was_done(articles: Path, tmp_path: Path) -> None:
    """After a fatal answer no further call is made; FILE.part holds the lines before, and the exit code is 2."""
    (articles / "c.txt").write_bytes(making.TEXT.encode())
    out = tmp_path / "out.jsonl"
    with serving(GOOD, error(401, "invalid_api_key"), GOOD) as server:
        result = asking(server, articles, "--out", out, "--concurrency", "1")
        assert len(server.calls) == 2
    assert result.exit_code == 2
    assert not out.exists()
    part = tmp_path / "out.jsonl.part"
    assert [each.article_id for each in extractions(part)] == ["a"]
    said = result.stderr.replace("\n", "")
    assert f"stopped with 1 of 3 articles done; it stands in {part}" in said
    assert "key is not accepted" in said
    assert "Traceback" not in said


def test_nothing_is_overwritten_unless_told(server: ChatServer, articles: Path, tmp_path: Path) -> None:
    """A file that is there, or what a broken-off run left, is wrong use without --force, before anything is asked."""
    out, part = tmp_path / "out.jsonl", tmp_path / "out.jsonl.part"
    for there in (out, part):
        there.write_text("paid for\n")
        refused = asking(server, articles, "--out", out)
        assert refused.exit_code == 2
        assert "--force" in refused.stderr
        assert there.read_text() == "paid for\n"
        assert server.calls == []
        there.unlink()
    out.write_text("paid for\n")
    assert asking(server, articles, "--out", out, "--force").exit_code == 0
    assert len(extractions(out)) == 2


def test_out_can_be_standard_output(server: ChatServer, articles: Path, tmp_path: Path) -> None:
    """With --out - the lines, and nothing else, go to standard output."""
    result = asking(server, articles, "--out", "-")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert sorted(json.loads(line)["article_id"] for line in lines) == ["a", "b"]
    assert list(tmp_path.iterdir()) == [articles]


def test_the_text_can_be_left_out(server: ChatServer, articles: Path, tmp_path: Path) -> None:
    """--no-text leaves the article out of the line, and its hash stays."""
    out = tmp_path / "out.jsonl"
    asking(server, articles / "a.txt", "--out", out, "--no-text")
    (made,) = extractions(out)
    assert made.article is None
    assert made.provenance.article_sha256 == making.article().sha256


def test_a_day_of_publication_is_for_articles_without_one(server: ChatServer, tmp_path: Path) -> None:
    """--published resolves times against the day given, except where an article brings its own."""
    lines = [{"id": "own", "text": making.TEXT, "published": "2026-06-10"}, {"id": "none", "text": making.TEXT}]
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    out = tmp_path / "out.jsonl"
    assert asking(server, path, "--out", out, "--published", "2026-05-08").exit_code == 0
    days = {each.article_id: str(each.article.published) for each in extractions(out) if each.article}
    assert days == {"own": "2026-06-10", "none": "2026-05-08"}


def test_options_reach_the_endpoint(server: ChatServer, articles: Path, tmp_path: Path) -> None:
    """Temperature and room are sent as given, none sends no temperature, and the defaults are the library's."""
    for number, (options, sent) in enumerate(
        [
            ([], (0, 16_000)),
            (["--temperature", "0.7", "--max-tokens", "900"], (0.7, 900)),
            (["--temperature", "none"], (None, 16_000)),
        ]
    ):
        assert asking(server, articles / "a.txt", "--out", tmp_path / f"{number}.jsonl", *options).exit_code == 0
        body = server.calls[-1].body
        assert (body.get("temperature"), body["max_tokens"], body["model"]) == (*sent, "m")


def test_vague_words_can_be_left_open(server: ChatServer, articles: Path, tmp_path: Path) -> None:
    """--vague open gives "Dozens" no number; ACLED's reading is the default."""
    lows = []
    for policy in ("acled", "open"):
        out = tmp_path / f"{policy}.jsonl"
        assert asking(server, articles / "a.txt", "--out", out, "--vague", policy).exit_code == 0
        (made,) = extractions(out)
        assert made.provenance.vague_policy == policy
        lows += [figure.low for claim in made.claims for figure in claim.figures if figure.text == "Dozens"]
    assert lows == [12, None]


def test_faults_are_asked_about_and_strict_fails_them(articles: Path, tmp_path: Path) -> None:
    """A reply with a fault is asked for again as often as --reasks says; --strict fails what still has one."""
    reply = making.reply()
    reply["claims"][0]["quote"] = "Nothing of this kind stands in the article at all"
    faulty = completion(json.dumps(reply))
    for number, (options, calls, code) in enumerate(
        [([], 2, 0), (["--reasks", "0"], 1, 0), (["--reasks", "0", "--strict"], 1, 1)]
    ):
        out = tmp_path / f"{number}.jsonl"
        with serving(faulty) as server:
            result = asking(server, articles / "a.txt", "--out", out, *options)
            assert (len(server.calls), result.exit_code) == (calls, code), options
        assert out.exists() == (code == 0)
        if code == 0:
            assert extractions(out)[0].rejected


def test_what_was_recorded_can_be_replayed(articles: Path, tmp_path: Path) -> None:
    """--record keeps each article's answers in a file of its own; --replay gives the same without key or network."""
    recordings = tmp_path / "recordings"
    with serving(GOOD) as server:
        result = asking(server, articles, "--out", tmp_path / "first.jsonl", "--record", recordings)
        assert result.exit_code == 0, result.stderr
    assert sorted(path.name for path in recordings.iterdir()) == ["a.yaml", "b.yaml"]
    result = extract(articles, "--out", tmp_path / "second.jsonl", "--replay", recordings)
    assert result.exit_code == 0, result.stderr
    first, second = (
        {each.article_id: (each.claims, each.attributions, each.events) for each in extractions(tmp_path / name)}
        for name in ("first.jsonl", "second.jsonl")
    )
    assert first == second
    (articles / "c.txt").write_text("Another article, of which there is no recording.")
    result = extract(articles, "--out", tmp_path / "third.jsonl", "--replay", recordings)
    assert result.exit_code == 1
    assert "Error: c: no recorded answer fits" in result.stderr.replace("\n", "")
    assert len(extractions(tmp_path / "third.jsonl")) == 2


@pytest.mark.parametrize("id", ["../outside", "a/b", ".hidden", "x" * 201, "what?"])
def test_an_id_that_is_no_file_name_is_not_recorded(server: ChatServer, tmp_path: Path, id: str) -> None:
    """An id cannot make a recording land outside its folder."""
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps({"id": id, "text": making.TEXT}))
    result = asking(server, path, "--out", tmp_path / "out.jsonl", "--record", tmp_path / "recordings")
    assert (result.exit_code, server.calls) == (2, [])
    assert "plain one" in result.stderr
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["{a}"], "Missing option '--out'"),
        (["--out", "{o}"], "Missing argument"),
        (["{a}", "--out", "{o}"], "no model: name one with --model"),
        (["{a}", "--out", "{o}", "--model", "m"], "no API key: set OPENAI_API_KEY"),
        (["{a}", "--out", "{o}", "--model", "m", "--base-url", "localhost"], "base URL must be like"),
        (["{a}/none", "--out", "{o}", "--model", "m"], "no such file or folder"),
        (["{o}/..", "--out", "{o}", "--model", "m"], "no such file or folder"),
        (["{a}/..", "--out", "{o}", "--model", "m"], "no articles in this folder"),
        (["{a}", "--out", "{a}", "--model", "m"], "this is a folder"),
        (
            ["{a}", "--out", "{a}/a.txt/x", "--model", "m", "--base-url", "http://127.0.0.1:9/v1"],
            "a file stands where a folder should be",
        ),
        (["{a}", "--out", "{o}", "--replay", "{a}"], "no recorded calls"),
        (["{a}", "--out", "{o}", "--replay", "{a}", "--model", "m"], "--replay does not go with --model"),
        (["{a}", "--out", "{o}", "--replay", "{a}", "--record", "{o}", "--local", "x"], "with --local, --record"),
        (["{a}", "--out", "{o}", "--local", "{a}/none.gguf"], "no such model file"),
        (["{a}", "--out", "{o}", "--local", "{a}/a.txt"], "no GGUF"),
        (["{a}", "--out", "{o}", "--local", "{a}/a.txt", "--model", "m"], "--local does not go with --model"),
        (["{a}", "--out", "{o}", "--model", "m", "--published", "8 May"], "--published '8 May' is not a date"),
        (["{a}", "--out", "{o}", "--model", "m", "--temperature", "hot"], "--temperature hot"),
        (["{a}", "--out", "{o}", "--model", "m", "--temperature", "3"], "--temperature 3"),
        (["{a}", "--out", "{o}", "--model", "m", "--temperature", "nan"], "--temperature nan"),
        (["{a}", "--out", "{o}", "--model", "m", "--concurrency", "0"], "--concurrency"),
        (["{a}", "--out", "{o}", "--model", "m", "--reasks", "-1"], "--reasks"),
        (["{a}", "--out", "{o}", "--model", "m", "--vague", "ucdp"], "--vague"),
        (["{a}", "--out", "{o}", "--model", "m", "--base-url", "http://127.0.0.1:9/v1", "--deadline", "0"], "deadline"),
    ],
)
def test_wrong_use_says_what_is_wrong(articles: Path, tmp_path: Path, arguments: list[str], problem: str) -> None:
    """Each wrong use ends with 2 and one sentence, asks nobody and leaves nothing behind."""
    result = extract(*(each.format(a=articles, o=tmp_path / "out.jsonl") for each in arguments))
    assert result.exit_code == 2, result.output
    assert problem in " ".join(result.stderr.split())
    assert "Traceback" not in result.output
    assert list(tmp_path.iterdir()) == [articles]


def test_bad_metadata_is_wrong_use(server: ChatServer, articles: Path, tmp_path: Path) -> None:
    """Metadata that cannot be trusted stops the run before anything is asked."""
    (articles / "metadata.json").write_text('{"a.txt": {"date": "2019"}}')
    result = asking(server, articles, "--out", tmp_path / "out.jsonl")
    assert (result.exit_code, server.calls) == (2, [])
    assert "unknown key 'date'" in result.stderr


def test_settings_come_from_the_environment_and_the_key_stays_secret(
    server: ChatServer, articles: Path, tmp_path: Path
) -> None:
    """Model, endpoint and key are read from the environment; the key goes to the endpoint and nowhere else."""
    env: dict[str, str | None] = {
        "OPENAI_API_KEY": "sk-secret-1234",
        "OPENAI_BASE_URL": server.url,
        "CONFLICT_EXTRACT_MODEL": "from-environment",
    }
    out = tmp_path / "out.jsonl"
    result = extract(articles / "a.txt", "--out", out, env=env)
    assert result.exit_code == 0, result.stderr
    assert server.calls[0].headers["authorization"] == "Bearer sk-secret-1234"
    assert server.calls[0].body["model"] == "from-environment"
    with serving(error(401, "invalid_api_key", "Incorrect API key provided: sk-secret-1234")) as refusing:
        refused = extract(articles / "a.txt", "--out", tmp_path / "b", env={**env, "OPENAI_BASE_URL": refusing.url})
    assert refused.exit_code == 2
    assert "sk-secret" not in result.output + refused.output + out.read_text("utf-8")


def test_the_environment_does_not_get_in_the_way_of_a_replay(articles: Path, tmp_path: Path) -> None:
    """Variables that are set for other runs are no contradiction to --replay."""
    env: dict[str, str | None] = {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1", "CONFLICT_EXTRACT_MODEL": "m"}
    result = extract(articles, "--out", tmp_path / "out.jsonl", "--replay", articles, env=env)
    assert "no recorded calls" in " ".join(result.stderr.split())


def test_ids_and_paths_do_not_steer_the_terminal(server: ChatServer, tmp_path: Path) -> None:
    """A file name with escape sequences is refused, and shown without them."""
    (tmp_path / "x\x1b[2J[red].txt").write_text(making.TEXT)
    (tmp_path / "[red]y.txt").write_text(making.TEXT)
    result = asking(server, tmp_path, "--out", tmp_path / "out.jsonl")
    assert result.exit_code == 1
    assert "\x1b" not in result.output
    assert "x\\u001b[2J[red].txt" in result.stderr.replace("\n", "")
    assert "[red]y" in result.stderr


def test_a_terminal_gets_a_bar(capsys: pytest.CaptureFixture[str]) -> None:
    """On a terminal progress is a bar, a failure is still named, and what was drawn is wiped away."""
    screen = Console(file=io.StringIO(), force_terminal=True, width=80)
    failure = Failure("b", TransientModelError("no answer", model="m"))
    results: list[Any] = [making.extraction(), failure]
    with Progress(screen, len(results)) as progress:
        for result in results:
            progress.show(result)
    drawn = screen.file.getvalue()  # type: ignore[attr-defined]
    assert "2/2" in drawn
    assert "Error: b: no answer" in drawn + capsys.readouterr().err
    assert "[1/2]" not in drawn


def test_a_model_file_is_run_on_this_machine(tiny_gguf: Path) -> None:
    """--local starts a server for the file, asks it under the file's name, and stops it at the end."""
    engine = Engine(model=None, base_url=None, replay=None, local=tiny_gguf, parameters=Parameters(max_tokens=20))
    choice = {"type": "object", "properties": {"dead": {"enum": ["yes", "no"]}}, "required": ["dead"]}
    request = Request((Message("user", "Twelve dead"),), {**choice, "additionalProperties": False}, "reply")
    with engine.started() as model:
        answer = asyncio.run(model.ask(request, checks.good, reasks=0))
        assert isinstance(model, OpenAIModel)
        url = model.endpoint.url
    assert (model.name, answer.replies[0].model) == ("tiny", "tiny")
    assert url.startswith("http://127.0.0.1:")
    with pytest.raises(URLError):
        urlopen(f"{url}/models", timeout=5)


def test_results_are_never_written_over_an_article(articles: Path) -> None:
    """Not even with --force, whether the article was named or its folder."""
    one = sorted(articles.glob("*.txt"))[0]
    before = one.read_bytes()
    for path in (one, articles):
        result = extract(path, "--model", "m", "--base-url", "http://127.0.0.1:9/v1", "--out", one, "--force")
        assert result.exit_code == 2
        assert "would overwrite an article" in result.stderr
    assert one.read_bytes() == before
