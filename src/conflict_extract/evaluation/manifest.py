"""The freeze: a manifest with the hashes of each article's text and gold file, so that no change goes unseen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from conflict_extract.errors import ConfigError, GoldError
from conflict_extract.evaluation.gold import ANNOTATIONS, MANIFEST, label_files, read_labels, read_text, replace_text
from conflict_extract.evaluation.positions import Lines, read_object


def freeze(folder: Path) -> Path:
    """Write the manifest of a folder of gold: ``{ARTICLE: {"text": SHA-256, "gold": SHA-256}}``.

    Run ``checking.check_files`` first; the freeze looks at the hashes alone.

    Args:
        folder: The folder with ``NAME.json``.

    Returns:
        The manifest's path.

    Raises:
        ConfigError: The folder is not there, or has no gold.
        GoldError: A file is no label file, or was drafted by a model: such labels are never frozen.
    """
    if not folder.is_dir():
        raise ConfigError(f"{folder}: this is no folder")
    gold = _gold_files(folder)
    if not gold:
        raise ConfigError(f"{folder}: there is no gold (NAME.json) in this folder")
    entries: dict[str, dict[str, str]] = {}
    for path in gold:
        labels = read_labels(path)
        if labels.drafted_by_model:
            raise GoldError("a model drafted these labels: they are kept out of the frozen set", path=path)
        if labels.article in entries:
            raise GoldError(f"the article {labels.article} is labelled already in this folder", path=path)
        entries[labels.article] = {"text": labels.sha256, "gold": _sha256(path)}
    manifest = folder / MANIFEST
    replace_text(manifest, json.dumps(dict(sorted(entries.items())), indent=2, ensure_ascii=False) + "\n")
    return manifest


def manifest_faults(paths: Sequence[Path]) -> list[GoldError]:
    """What differs from the manifests of the folders that label files lie in."""
    problems: list[GoldError] = []
    files = label_files(paths)
    for folder in dict.fromkeys(path.parent for path in files if path.parent.name != ANNOTATIONS):
        if (folder / MANIFEST).is_file():
            only = None if folder in paths else [path for path in files if path.parent == folder]
            problems += _faults_of(folder, only)
    return problems


def _faults_of(folder: Path, only: Sequence[Path] | None) -> Iterator[GoldError]:
    manifest = folder / MANIFEST
    try:
        entries, lines = read_object(read_text(manifest), manifest)
    except GoldError as error:
        yield error
        return
    left = dict(entries)
    for path in only or _gold_files(folder):
        try:
            labels = read_labels(path)
        except GoldError:
            labels = None  # its own problems are told by the check of the file
        id = labels.article if labels is not None else path.stem
        left.pop(id, None)
        if id not in entries:
            yield GoldError(f"{path.name} is not in the manifest: freeze the folder again", path=manifest)
        elif not _is_entry(entries[id]):
            yield GoldError(
                f'{id}: an entry is {{"text": SHA-256, "gold": SHA-256}}', path=manifest, line=lines.of((id,))
            )
        else:
            yield from _entry_faults(path, labels, entries[id], manifest, lines)
    if only is None:
        for id in left:
            yield GoldError(f"{id} is frozen, and its gold is not there", path=manifest, line=lines.of((id,)))


def _entry_faults(path: Path, labels: Any, entry: dict[str, str], manifest: Path, lines: Lines) -> Iterator[GoldError]:
    id = labels.article if labels is not None else path.stem
    if entry["gold"] != _sha256(path):
        problem = f"{path.name} has changed since it was frozen; log the decision and freeze the folder again"
        yield GoldError(problem, path=manifest, line=lines.of((id, "gold")))
    if labels is not None and entry["text"] != labels.sha256:
        problem = f"the text of {id} is another than the frozen one (SHA-256)"
        yield GoldError(problem, path=manifest, line=lines.of((id, "text")))


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, dict) and entry.keys() == {"text", "gold"}


def _gold_files(folder: Path) -> list[Path]:
    return [path for path in label_files([folder]) if path.parent == folder]


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
