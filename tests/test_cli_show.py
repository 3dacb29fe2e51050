"""The command show: what a reader sees of an extraction, and what must not reach the terminal."""

from __future__ import annotations

import asyncio
import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from conflict_extract.batch.ledger import Ledger
from conflict_extract.cli.app import app
from conflict_extract.cli.terminal import clean
from conflict_extract.models import Article, Extraction, Figure, Span
from conflict_extract.models.vocabulary import TYPE_OF_SUB_TYPE
from conflict_extract.text.figure_bounds import bounds
from tests import making
from tests.seeds import ROOT

RANGES = {
    "at least 12": (12, None, "ge"),
    "Three": (3, 3, "eq"),
    "some 15": (15, 15, "approx"),
    "Dozens": (12, None, "vague"),
}


def placed(part: Any, text: str) -> Any:
    """A part of a reply with what the library would compute, each word at its first place."""
    if isinstance(part, list):
        return [placed(each, text) for each in part]
    if not isinstance(part, dict):
        return part
    full = {name: placed(value, text) for name, value in part.items()}
    for name in ("name", "alignment", "cue", "text", "of", "window", "within", "time"):
        if isinstance(part.get(name), str):
            start = text.index(part[name])
            full[f"{name}_span"] = (start, start + len(part[name]))
    if "quote" in part:
        full["start"] = text.index(part["quote"])
        full["end"] = full["start"] + len(part["quote"])
    if "measure" in part:
        full["low"], full["high"], full["comparator"] = RANGES[part["text"]]
    if "sub_type" in part:
        full["type"] = TYPE_OF_SUB_TYPE[part["sub_type"]]
    return full


def extraction(**changes: Any) -> Extraction:
    """The extraction of the tests' own article, with nothing left out."""
    fields = placed(making.reply(), making.TEXT)
    fields["events"][2] |= {"earliest": "2026-05-02", "latest": "2026-05-02", "precision": 1}
    base = {"article_id": "marsa-dhul", "article": making.article(), "provenance": making.provenance()}
    return Extraction.model_validate({**fields, **base, **changes})


def written(folder: Path, *lines: Extraction | str) -> Path:
    """A file as extract writes it."""
    path = folder / "out.jsonl"
    texts = [line if isinstance(line, str) else line.model_dump_json() for line in lines]
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return path


def show(*arguments: str | Path) -> Result:
    """Run the command on a wide terminal."""
    return CliRunner().invoke(app, ["show", *map(str, arguments)], env={"COLUMNS": "240", "NO_COLOR": "1"})


def block(output: str, start: str, end: str) -> str:
    """The part of the output from one line's words to another's."""
    return output[output.index(start) : output.index(end, output.index(start) + 1)]


def test_claims_stand_under_who_makes_them(tmp_path: Path) -> None:
    """Each chain of telling has its claims below its cues, the article's own voice comes last."""
    result = show(written(tmp_path, extraction()))
    assert result.exit_code == 0, result.output
    heads = [
        "the health ministry\n",
        "Idris Fenn\n",
        "Radio Kesh ← Omar Tesh\n",
        "\nOmar Tesh\n",
        "The article itself\n",
    ]
    places = [result.stdout.index(head) for head in [*heads, "\nEvents\n"]]
    assert places == sorted(places)
    ministry = block(result.stdout, "the health ministry\n", "\nIdris Fenn\n")
    assert "a1 “said” · neutral · indirect" in ministry
    assert "a2 “added”" in ministry
    assert ministry.index("a1 ") < ministry.index("c1 Army guns") < ministry.index("a2 ") < ministry.index("c2 Three")
    assert "partisan media, named, “pro-government” ← armed group, named" in result.stdout
    assert "c6 The army launched" in block(result.stdout, "The article itself", "Events\n")


def test_figures_are_shown_with_their_ranges(tmp_path: Path) -> None:
    """The article's words stand beside the range that they allow."""
    output = show(written(tmp_path, extraction())).stdout
    assert "“at least 12” people → ≥12 · killed" in output
    assert "“Three” children → 3 · killed, civilian" in output
    assert "“some 15” villages → ≈15 · places, over “since March”" in output
    assert "“Dozens” his fighters → ≥12 (vague) · killed, combatant" in output


@pytest.mark.parametrize(
    ("fields", "signs"),
    [
        ({"low": 111, "comparator": "gt"}, "≥111"),
        ({"low": 20, "comparator": "gt", "measure": "percent", "unit": "percent"}, ">20%"),
        ({"low": 2.5, "comparator": "gt"}, ">2.5"),
        ({"high": 19, "comparator": "lt"}, "≤19"),
        ({"high": 48, "comparator": "lt", "measure": "duration", "unit": "hours"}, "<48 hours"),
        ({"high": 40, "comparator": "le"}, "≤40"),
        ({"low": 6, "high": 8, "comparator": "range"}, "6–8"),
        ({"low": 62000, "high": 62000, "comparator": "eq"}, "62,000"),
        ({"low": 0, "high": 0, "comparator": "eq"}, "0"),
        ({"low": 1.2e6, "high": 1.2e6, "comparator": "eq", "measure": "money", "unit": "USD"}, "1,200,000.0 USD"),
        ({"comparator": "vague"}, "no number"),
    ],
)
def test_a_range_is_written_in_signs(fields: dict[str, Any], signs: str) -> None:
    """Counts show the least or greatest whole number; elsewhere an excluded value is shown as excluded."""
    base = {"text": "x", "text_span": Span(0, 1), "measure": "killed", "category": "unspecified"}
    assert bounds(Figure.model_validate({**base, **fields})) == signs


def test_denials_are_tied_to_what_they_deny(tmp_path: Path) -> None:
    """Who denies shows what, and what is denied shows by whom; so for parts and their wholes."""
    output = show(written(tmp_path, extraction())).stdout
    denial = block(output, "c3 The army's guns did not", "Radio Kesh ←")
    assert "NEGATED" in denial
    assert "denies c1 (the health ministry): Army guns shelled" in denial
    target = block(output, "c1 Army guns", "a2 “added”")
    assert "disputed" in target
    assert "denied by c3 (Idris Fenn): The army's guns did not fire" in target
    assert "has the part c2" in target
    assert "part of c1" in block(output, "c2 Three", "\nIdris Fenn\n")


def test_flags_are_shown_where_they_say_something(tmp_path: Path) -> None:
    """Standing, doubt and background are named; what is plain is not."""
    fields = placed(making.reply(), making.TEXT)["claims"]
    fields[3]["certainty"] = "hedged"
    output = show(written(tmp_path, extraction(claims=fields))).stdout
    assert "territory · hedged\n" in output
    assert "casualties · admitted\n" in output
    assert "combat · background\n" in output
    assert "certain " not in output


def test_events_show_actors_places_and_time(tmp_path: Path) -> None:
    """A resolved time has its range, an unresolved one says so, and each event names the claims about it."""
    events = placed(making.reply(), making.TEXT)["events"]
    events[0]["places"][0] |= {"within": "Marsa", "within_span": making.span("Marsa")}
    events[1] |= {"earliest": "2026-03-01", "latest": "2026-03-31", "precision": 4}
    del events[2]["time"], events[2]["time_span"]
    output = show(written(tmp_path, extraction(events=events))).stdout
    first = block(output, "e1 Shelling", "e2 Capture")
    for words in (
        "explosions remote violence: shelling artillery missile attack · incident · occurred",
        "initiator: Army (state forces)",
        "place: port of Marsa Dhul (in Marsa)",
        "time: “on Tuesday” → unresolved",
        "weapons: artillery",
        "told in c1, c2, c3",
    ):
        assert words in first
    assert "time: “since March” → 2026-03-01 to 2026-03-31 (the month)" in output
    assert "territory: captured" in output
    events[1]["earliest"] = None
    assert "→ until 2026-03-31 (the month)" in show(written(tmp_path, extraction(events=events))).stdout
    assert "time: not said" in output[output.index("e3 Army") :]
    assert "time: “on 2 May” → 2026-05-02 (the day)" in show(written(tmp_path, extraction())).stdout


def test_what_was_left_out_is_shown_on_demand(tmp_path: Path) -> None:
    """The number of rejected items is always said; their reasons and words come with --rejected."""
    fault = {
        "path": "claims[6]",
        "id": "c7",
        "reason": "not_in_article",
        "message": "no such words",
        "content": {"x": "é"},
    }
    path = written(tmp_path, extraction(rejected=[fault], complete=False))
    plain, full = show(path).stdout, show(path, "--rejected").stdout
    assert "Nothing was left out" in show(written(tmp_path, extraction()), "--rejected").stdout
    assert "1 item left out; --rejected" in plain
    assert "no such words" not in plain
    assert "INCOMPLETE" in plain
    assert "claims[6] (c7): not in article: no such words" in full
    assert '{"x": "é"}' in full


def test_one_article_of_several_can_be_chosen(tmp_path: Path) -> None:
    """--article picks one; without it all are shown; an id that is not there is wrong use and the ids are named."""
    other = extraction(article=making.article(id="other"), article_id="other").without_text()
    path = written(tmp_path, extraction(), other)
    assert show(path).stdout.count("Radio Kesh ← Omar Tesh") == 2
    chosen = show(path, "--article", "other")
    assert chosen.stdout.startswith("other\n")
    assert chosen.stdout.count("Radio Kesh ← Omar Tesh") == 1
    missing = show(path, "--article", "none")
    assert missing.exit_code == 2
    assert "marsa-dhul, other" in missing.stderr


def test_an_article_without_conflict_is_shown(tmp_path: Path) -> None:
    """An extraction with nothing in it is a fine answer."""
    result = show(written(tmp_path, extraction(attributions=[], claims=[], events=[])))
    assert result.exit_code == 0
    assert "0 claims, 0 attributions, 0 events" in result.stdout


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "no extraction"),
        ('{"article_id": "x"}', "provenance: Field required"),
        ("caf\udce9", "0xE9"),
        ("changed", "does not have these words"),
    ],
)
def test_a_broken_line_is_named_and_the_others_are_shown(tmp_path: Path, line: str, problem: str) -> None:
    """A line that is no extraction, or whose quotes do not stand in its text, is named; the exit code is 1."""
    if line == "changed":
        line = extraction().model_dump_json().replace('"start":0', '"start":1')
    path = tmp_path / "out.jsonl"
    good = extraction().model_dump_json()
    path.write_bytes(f"{good}\n{line}\n\n{good}\n".encode(errors="surrogateescape"))
    result = show(path)
    assert result.exit_code == 1
    assert f"{path}, line 2" in result.stderr.replace("\n", "")
    assert problem in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout.count("Radio Kesh ← Omar Tesh") == 2


def test_a_file_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    """A missing FILE, or a folder, exits with 2."""
    assert show(tmp_path / "none.jsonl").exit_code == 2
    assert show(tmp_path).exit_code == 2
    assert "this is a folder" in show(tmp_path).stderr


def test_a_run_directory_is_named_with_the_way_to_a_file(tmp_path: Path) -> None:
    """Whoever gives show or evaluate a run is told how its results become a file, and that way works."""
    run, file = tmp_path / "my run", tmp_path / "results.jsonl"

    async def work() -> None:
        with Ledger.open(run, {"model": "none"}) as ledger:
            done = extraction()
            assert done.article is not None
            ledger.seen(done.article, done.provenance.key)
            await ledger.finish(done.without_text())

    asyncio.run(work())
    for command in (["show", str(run)], ["evaluate", str(run), "--gold", str(ROOT / "seeds" / "gold")]):
        said = CliRunner().invoke(app, command)
        assert (said.exit_code, said.stdout) == (2, "")
        assert "this is a run directory" in said.stderr
        advised = said.stderr.split("conflict-extract ")[-1].replace("FILE", str(file))
        exported = CliRunner().invoke(app, [*shlex.split(advised), "--force"])
        assert exported.exit_code == 0, exported.stderr
        assert show(file).exit_code == 0


def test_words_of_an_article_do_not_steer_the_terminal(tmp_path: Path) -> None:
    """Escape sequences, overrides of the writing direction and markup are shown as what they are."""
    hostile = "\x1b[2J\x1b]0;title\x07 \x9b31m [bold red]x[/] \u202egnihtyna\u2066 :smile: \r\nNext"
    text = f"Rebels said {hostile} fell."
    body = {
        "attributions": [making.attribution("a1", f"Rebels said {hostile}", [making.source("Rebels")], cue=hostile)],
        "claims": [making.claim("c1", hostile, f"It fell {hostile}", attribution="a1")],
        "events": [],
    }
    article = Article(id=f"id {hostile}", text=text, title=hostile)
    made = {"article_id": article.id, "article": article, "provenance": making.provenance(article)}
    fault = {"path": hostile, "reason": "invalid", "message": hostile, "content": hostile}
    path = written(tmp_path, Extraction.model_validate({**placed(body, text), **made, "rejected": [fault]}), hostile)
    result = show(path, "--rejected")
    other = show(path, "--article", hostile)
    assert (result.exit_code, other.exit_code) == (1, 2)
    for output in (result.stdout, result.stderr, other.stderr):
        assert output
        assert not {"\x1b", "\x07", "\x9b", "\r", "\u202e", "\u2066"} & set(output)
    assert "\\u001b[2J" in result.stdout
    assert "[bold red]x[/]" in result.stdout
    assert "\\u202egnihtyna" in result.stdout
    assert ":smile:" in result.stdout


@given(st.text())
def test_cleaned_text_is_one_line_without_control_characters(text: str) -> None:
    """Whatever comes in, nothing that a terminal obeys comes out, and what is harmless stays."""
    shown = clean(text)
    assert not any(ord(sign) < 0x20 or 0x7F <= ord(sign) < 0xA0 for sign in shown)
    shown.encode("utf-8")
    harmless = "قال 👩\u200d👩\u200d👧 e\u0301 [/red] \\x \u00a0—"
    assert clean(harmless) == harmless


def test_lines_read_back_as_they_were_written(tmp_path: Path) -> None:
    """What extract writes, show reads: nothing of an extraction changes on the way."""
    from conflict_extract.documents import read_extractions

    made = extraction()
    assert list(read_extractions(written(tmp_path, made))) == [made]
    assert json.loads(made.model_dump_json())["article"]["text"] == making.TEXT
