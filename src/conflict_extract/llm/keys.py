"""The key under which an answer to a request is kept, in recordings and in the ledger of a run."""

from __future__ import annotations

import hashlib

from conflict_extract.llm.writing import canonical


def request_key(method: str, path: str, body: object) -> str:
    """SHA-256 over method, path and canonical JSON of the body: equal keys, equal requests, whatever the host."""
    return hashlib.sha256(f"{method} {path}\n{canonical(body)}".encode()).hexdigest()
