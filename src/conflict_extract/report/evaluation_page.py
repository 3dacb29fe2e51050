"""An evaluation as one self-contained page: no network, no script, every word of articles and models escaped."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import Any

from conflict_extract.evaluation.columns import ERROR_CLASSES
from conflict_extract.report.evaluation_errors import errors_of
from conflict_extract.report.evaluation_tables import headline, settings_line, tables
from conflict_extract.report.scored_run import ScoredRun
from conflict_extract.text.printable import clean

SHOWN_CLASSES = (*(each for each in ERROR_CLASSES if each != "correct"), "wrong_link")
"""The classes of errors that the page can be narrowed down to."""


def as_page(run: ScoredRun) -> str:
    """The report as an HTML document.

    Each error opens to its passage, with gold and prediction side by side. The policy in its head allows nothing but
    its own style sheet, by hash.
    """
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["clean"] = clean
    style = _resource("evaluation_page.css") + "".join(_narrowing(error) for error in SHOWN_CLASSES)
    # The browser hashes what stands between the tags.
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return environment.from_string(_resource("evaluation_page.html")).render(
        headline=headline(run),
        run=run,
        settings=settings_line(run),
        tables=list(tables(run, in_full=True)),
        articles=[_article(run, each) for each in run.evaluation.articles],
        classes=SHOWN_CLASSES,
        style=style,
        style_digest=digest,
    )


def _article(run: ScoredRun, result: Any) -> dict[str, Any]:
    errors = errors_of(result, run.cases[result.article_id])
    return {"result": result, "errors": errors, "f1": result.f1["end_to_end"]}


def _narrowing(error: str) -> str:
    """Show only one class where its button is chosen; a page without script can do so much."""
    chosen = f"body:has(#only-{error}:checked)"
    return f"{chosen} .error:not(.{error}){{display:none}}\n"


def _resource(name: str) -> str:
    return files("conflict_extract.report").joinpath(name).read_text(encoding="utf-8")
