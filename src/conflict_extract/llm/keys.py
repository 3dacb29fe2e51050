"""The key under which an answer to a request is kept, in recordings and in the ledger of a run."""

from __future__ import annotations

import hashlib
import json


def request_key(method: str, path: str, body: object) -> str:
    """SHA-256 over method, path and canonical JSON of the body: equal keys, equal requests, whatever the host."""
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{method} {path}\n{canonical}".encode()).hexdigest()
