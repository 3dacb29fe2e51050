"""A provider's batch files: cut at their limits, the same each time, and read back line by line."""

from __future__ import annotations

import hashlib
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conflict_extract.batch import provider_files
from conflict_extract.batch.provider_files import BrokenLine, Limits, RequestFiles, Result, read_results, remove_round
from conflict_extract.documents import byte_lines
from conflict_extract.errors import ConfigError

BODY = {"model": "m", "messages": [{"role": "user", "content": "Guns shelled “Marsa Dhul”: مرسى 🚢"}]}
LINE = {"id": "x", "custom_id": "k", "response": {"status_code": 200, "request_id": "r", "body": {"n": 1}}}


def written(folder: Path, count: int, limits: Limits, body: dict[str, Any] | None = None) -> list[Path]:
    """The files of a round with so many requests."""
    with RequestFiles(folder, 7, model="m", limits=limits) as files:
        names = [files.write(f"{number:064}", body or BODY) for number in range(count)]
    assert list(dict.fromkeys(names)) == [each.name for each in files.files]
    return [folder / each.name for each in files.files]


def results(tmp_path: Path, *lines: bytes) -> list[Result | BrokenLine]:
    """What is read from a file of these lines."""
    (tmp_path / "r.jsonl").write_bytes(b"\n".join(lines))
    return list(read_results(tmp_path / "r.jsonl"))


def test_a_line_is_what_the_batch_api_asks_for(tmp_path: Path) -> None:
    """The four fields of the reference, the body as it stands, UTF-8 that people can read."""
    (path,) = written(tmp_path, 1, Limits())
    line = path.read_bytes()
    assert json.loads(line) == {"custom_id": "0" * 64, "method": "POST", "url": "/v1/chat/completions", "body": BODY}
    assert "مرسى 🚢".encode() in line
    assert line.endswith(b"}\n")
    assert path.name == "round-007-file-001.jsonl"


def test_the_limits_are_openais() -> None:
    """50,000 requests and 200 MB, where nothing else is said."""
    assert Limits() == Limits(requests=50_000, size=200_000_000)


@settings(max_examples=40)
@given(count=st.integers(1, 40), requests=st.integers(1, 12), lines=st.integers(1, 9))
def test_files_are_cut_at_their_limits(
    tmp_path_factory: pytest.TempPathFactory, count: int, requests: int, lines: int
) -> None:
    """None is over a limit, none could have taken the next line too, and together they have all of them in order."""
    folder = tmp_path_factory.mktemp("cut")
    size = len(written(folder / "one", 1, Limits())[0].read_bytes())
    limits = Limits(requests=requests, size=lines * size + 5)
    paths = written(folder / "all", count, limits)
    contents = [path.read_bytes() for path in paths]
    most = min(requests, lines)
    assert [content.count(b"\n") for content in contents[:-1]] == [most] * (len(paths) - 1)
    assert all(len(content) <= limits.size for content in contents)
    keys = [json.loads(line)["custom_id"] for content in contents for line in content.splitlines()]
    assert keys == [f"{number:064}" for number in range(count)]


def test_the_same_requests_make_the_same_files(tmp_path: Path) -> None:
    """Byte for byte, the manifest included, which tells their digests."""
    first = written(tmp_path / "a", 9, Limits(requests=4))
    second = written(tmp_path / "b", 9, Limits(requests=4))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    manifests = [(tmp_path / name / "round-007.json").read_text(encoding="utf-8") for name in "ab"]
    assert manifests[0] == manifests[1]
    told = json.loads(manifests[0])
    assert (told["round"], told["model"], told["requests"]) == (7, "m", 9)
    assert [each["sha256"] for each in told["files"]] == [hashlib.sha256(p.read_bytes()).hexdigest() for p in first]
    assert [each["requests"] for each in told["files"]] == [4, 4, 1]


def test_many_requests_take_no_memory(tmp_path: Path) -> None:
    """60 MB of requests are written with less than 2 MB held."""
    body = {"text": "x" * 20_000}
    tracemalloc.start()
    try:
        written(tmp_path, 3_000, Limits(size=25_000_000), body)
        held = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sum(path.stat().st_size for path in tmp_path.glob("*.jsonl")) > 60_000_000
    assert held < 2_000_000


def test_after_an_error_nothing_is_left(tmp_path: Path) -> None:
    """No file, no part of one, no manifest."""

    def break_off() -> None:
        with RequestFiles(tmp_path / "out", 1, model="m", limits=Limits(requests=1)) as files:
            files.write("a", BODY)
            files.write("b", BODY)
            raise KeyError

    with pytest.raises(KeyError):
        break_off()
    assert list((tmp_path / "out").iterdir()) == []


def test_a_round_without_requests_writes_nothing(tmp_path: Path) -> None:
    """Not even a manifest."""
    assert written(tmp_path / "out", 0, Limits()) == []
    assert list((tmp_path / "out").iterdir()) == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """Files of the same round of another run stay; a file in place of the folder is told."""
    written(tmp_path, 1, Limits())
    with pytest.raises(ConfigError, match="is there already"):
        written(tmp_path, 1, Limits())
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="this is a file"):
        written(tmp_path / "file", 1, Limits())


def test_a_request_that_fits_no_file_is_told(tmp_path: Path) -> None:
    """It cannot be cut."""
    with pytest.raises(ConfigError, match="larger than a batch file may be"):
        written(tmp_path, 1, Limits(size=50))


def test_a_round_that_was_broken_off_can_be_removed(tmp_path: Path) -> None:
    """All of it, and nothing else."""
    written(tmp_path, 2, Limits(requests=1))
    (tmp_path / "round-007-file-003.jsonl.part").write_text("")
    (tmp_path / "round-008.json").write_text("")
    remove_round(tmp_path, 7)
    assert [path.name for path in tmp_path.iterdir()] == ["round-008.json"]


def test_what_openai_and_vllm_write_is_read(tmp_path: Path) -> None:
    """Answers; errors of the model's endpoint in the body or beside it; requests that were never made."""
    error = {"message": "no", "type": "invalid_request_error", "param": None, "code": "context_length_exceeded"}
    lines = [
        LINE,
        {**LINE, "response": {"status_code": 400, "request_id": "r", "body": {"error": error}}, "error": None},
        {**LINE, "response": None, "error": {"code": "batch_expired", "message": "too late"}},
        {**LINE, "response": {"status_code": 400, "request_id": "r", "body": None}, "error": "too long"},
        {**LINE, "response": {"status_code": 404, "request_id": "r", "body": None}, "error": {"error": error}},
        {**LINE, "response": {"status_code": 400, "request_id": "r", "body": None}, "error": error},
    ]
    found = results(tmp_path, *(json.dumps(line).encode() for line in lines))
    assert [(each.status, json.loads(each.content)) for each in found if isinstance(each, Result)] == [
        (200, {"n": 1}),
        (400, {"error": error}),
        (None, {"error": {"code": "batch_expired", "message": "too late"}}),
        (400, {"error": "too long"}),
        (404, {"error": error}),
        (400, {"error": error}),
    ]
    assert [each.line for each in found] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b'{"custom_id": "k", "resp', "no whole JSON"),
        (b"[1]", "no JSON object"),
        (b'{"response": {"status_code": 200, "body": {}}}', "no custom_id"),
        (b'{"custom_id": 7, "response": {"status_code": 200, "body": {}}}', "no custom_id"),
        (b'{"custom_id": "k"}', "neither a response nor an error"),
        (b'{"custom_id": "k", "response": {"body": {}}}', "no status_code"),
        (b'{"custom_id": "k", "custom_id": "l", "response": {"status_code": 200}}', "a key twice"),
        (b'{"custom_id": "\xff"}', "not UTF-8"),
        (b'{"custom_id": "k", "method": "POST", "url": "/v1", "body": {}}', "it is a request"),
        (b"[" * 200_000, "no whole JSON"),
    ],
)
def test_a_broken_line_is_named_and_the_rest_goes_on(tmp_path: Path, line: bytes, problem: str) -> None:
    """With file and line; those around it are read."""
    good = json.dumps(LINE).encode()
    first, broken, last = results(tmp_path, good, b"", line, good + b"\n\n")
    assert isinstance(first, Result)
    assert isinstance(last, Result)
    assert isinstance(broken, BrokenLine)
    assert problem in broken.problem
    assert str(broken).startswith(f"{tmp_path / 'r.jsonl'}, line 3: ")


def test_a_line_that_is_too_long_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without being held whole; a byte order mark at the start is none of the first line's business."""
    monkeypatch.setattr(byte_lines, "MAX_BYTES", 200)
    monkeypatch.setattr(provider_files, "MAX_BYTES", 200)
    good = json.dumps(LINE).encode()
    first, broken, last = results(tmp_path, b"\xef\xbb\xbf" + good, b"x" * 1_001, good)
    assert (type(first), type(broken), type(last)) == (Result, BrokenLine, Result)
    assert (broken.line, last.line) == (2, 3)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner), max_leaves=5))
def test_any_body_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, body: Any) -> None:
    """Whatever letters are in it, lone surrogates and odd line ends among them."""
    line = {**LINE, "response": {"status_code": 200, "request_id": "r", "body": {"x": body}}}
    (found,) = results(tmp_path_factory.mktemp("body"), json.dumps(line).encode())
    assert isinstance(found, Result)
    assert json.loads(found.content) == {"x": body}
