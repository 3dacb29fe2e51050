"""Extractions as one self-contained page: no network, no script but its own, every word of articles kept as text."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files

from conflict_extract.report.extractions_data import Entry, page_data
from conflict_extract.text.printable import visible

SCRIPTS = ("dom", "store", "article", "claims", "figures", "timeline", "card", "main")
"""Parts of the page's script, in the order in which they stand in it."""


def as_page(entries: Sequence[Entry], *, source: str, problems: Sequence[str] = ()) -> str:
    """The report as an HTML document.

    The policy in its head allows its own script and its own style sheet, each by hash, and nothing else. What articles
    and models say is data in a JSON block, and reaches the page as text nodes only.

    Args:
        entries: The extractions.
        source: What they were read from, for people: "results.jsonl".
        problems: What could not be read, or does not fit, said at the top of the page.
    """
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    script = "(() => {\n'use strict';\n" + "".join(_resource(f"extractions_{each}.js") for each in SCRIPTS) + "})();\n"
    style = _resource("extractions_page.css")
    data = page_data(entries, source=source, problems=problems)
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_resource("extractions_page.html")).render(
        source=visible(source),
        style=Markup(style),
        style_digest=_digest(style),
        script=Markup(script),
        script_digest=_digest(script),
        data=Markup(data),
    )


def _digest(text: str) -> str:
    """What the browser computes over what stands between the tags."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _resource(name: str) -> str:
    return files("conflict_extract.report").joinpath(name).read_text(encoding="utf-8")
