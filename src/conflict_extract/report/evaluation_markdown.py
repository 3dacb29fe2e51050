"""An evaluation as Markdown, to be kept beside the code or put under a change."""

from __future__ import annotations

import re

from conflict_extract.report.evaluation_tables import Table, headline, settings_line, tables
from conflict_extract.report.scored_run import ScoredRun
from conflict_extract.text.printable import clean

_SIGNS = re.compile(r"([\\`*{}\[\]<>&|~#$]|(?<!\w)_|_(?!\w))")


def as_markdown(run: ScoredRun) -> str:
    """The report; no word in it is markup, be it of Markdown or of HTML."""
    parts = [f"# {headline(run)}", f"{_words(run.predictions)} against {_words(run.gold)}"]
    parts += [f"> **Warning:** {_words(warning)}" for warning in run.all_warnings]
    for table in tables(run, in_full=True):
        parts += [f"## {table.title}", _grid(table), *([_words(table.note)] if table.note else [])]
    parts.append(_words(settings_line(run)))
    return "\n\n".join(parts) + "\n"


def _grid(table: Table) -> str:
    rules = ("---", *("---:" for _ in table.columns[1:]))
    rows = [table.columns, *table.rows]
    head, *body = ["| " + " | ".join(_words(cell) for cell in row) + " |" for row in rows]
    return "\n".join([head, "|" + "|".join(rules) + "|", *body])


def _words(text: str) -> str:
    return _SIGNS.sub(r"\\\1", clean(text))
