"""What a page of extractions is made from: results files, and the articles' texts where those were left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from conflict_extract.documents import Stored, parse_stored, read_articles, read_stored
from conflict_extract.documents.records import Known
from conflict_extract.errors import InputError
from conflict_extract.models import Article, Extraction
from conflict_extract.report.extractions_data import Entry


@dataclass(slots=True)
class Collected:
    """What was read, for one page.

    Attributes:
        entries: The extractions, in the order of the files.
        errors: What is broken: lines that are no extraction, articles that were there before, texts that have changed.
        notes: What only limits the page: a text that was not found.
    """

    entries: list[Entry] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def collect(results: Sequence[Path], articles: Path | None = None) -> Collected:
    """Read results, each article once; what is broken is named and never loses the rest.

    Of an article that is there several times the first is kept and the others are named.

    Args:
        results: Files as ``conflict-extract extract`` writes them, and run directories of ``batch``.
        articles: A folder with the articles, for results without their text. A text is taken only where its SHA-256
            is that of the text which the extraction was made from.

    Raises:
        ConfigError: ``articles`` is not there, or has no articles.
        InputError: A file or the folder cannot be read.
        LedgerError: A directory holds no run.
    """
    found = Collected()
    texts = dict(_texts(articles, found)) if articles is not None else {}
    ids: set[str] = set()
    for path in results:
        for stored in _run(path, found) if path.is_dir() else read_stored(path):
            if isinstance(stored, InputError):
                found.errors.append(str(stored))
                continue
            id = stored.extraction.article_id
            if id in ids:
                found.errors.append(f"{path}: the article {id} was there before; the first is kept")
                continue
            ids.add(id)
            if stored.text == "here":
                found.entries.append(Entry(stored.extraction, "here", stored.known))
            else:
                _without_text(stored, articles, texts, found)
    return found


def _run(directory: Path, found: Collected) -> Iterator[Stored | InputError]:
    """What is done in a run; what failed there is noted, so that the page does not pass for the whole of it."""
    from conflict_extract.batch.results import RunResults

    run = RunResults(directory)
    for number, line in enumerate(run.lines(), start=1):
        yield parse_stored(line, directory, number)
    if waiting := run.standing().counts.waiting:
        found.notes.append(f"{directory}: the run is not over; articles that still wait: {waiting}")
    for failed in run.failures():
        found.notes.append(f"{directory}: no extraction of {failed.article or failed.source}: {failed.error}")


def _texts(folder: Path, found: Collected) -> Iterator[tuple[str, Article]]:
    for article in read_articles([folder]):
        if isinstance(article, InputError):
            found.errors.append(str(article))
        else:
            yield article.id, article


def _without_text(stored: Stored, folder: Path | None, texts: Mapping[str, Article], found: Collected) -> None:
    extraction, id = stored.extraction, stored.extraction.article_id
    article = texts.get(id)
    if article is None:
        if stored.problem is not None:
            found.errors.append(str(stored.problem))
        elif folder is not None:
            found.notes.append(f"{folder} has no text for the article {id}")
        found.entries.append(Entry(extraction, "left_out" if stored.text == "left_out" else "changed", stored.known))
        return
    known = Known(article.title, article.published, article.url)
    if article.sha256 != extraction.provenance.article_sha256:
        found.errors.append(f"{folder}: the text of {id} is not the one that the extraction was made from (SHA-256)")
        found.entries.append(Entry(extraction, "changed", known))
        return
    try:
        fields = {name: getattr(extraction, name) for name in Extraction.model_fields}
        found.entries.append(Entry(Extraction.model_validate({**fields, "article": article}), "here", known))
    except ValidationError as error:
        problem = error.errors(include_url=False, include_context=False, include_input=False)[0]["msg"]
        found.errors.append(str(InputError(problem, path=stored.path, article=id, line=stored.line)))
