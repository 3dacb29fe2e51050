"""Curator's side of the fault bench: runs in an environment of its own, and can be killed and started again.

    python curator_worker.py ROWS.jsonl BASE_URL MODEL FOLDER OUT.jsonl DEADLINE CONCURRENCY

Its defaults, but for what makes it equal to the other side: the same messages, as many in flight, the same deadline, no
limits of requests or tokens, and no stop where some rows have failed.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from bespokelabs import curator
from pydantic import BaseModel


class Reply(BaseModel):
    """A reply, as strict as the schema that the other side sends."""

    sources: list[dict[str, Any]]
    actors: list[dict[str, Any]]
    attributions: list[dict[str, Any]]
    events: list[dict[str, Any]]
    claims: list[dict[str, Any]]


class Coder(curator.LLM):
    """Asks about one report."""

    response_format = Reply

    def prompt(self, row: dict[str, Any]) -> list[dict[str, str]]:
        return [{"role": "system", "content": row["system"]}, {"role": "user", "content": row["user"]}]

    def parse(self, row: dict[str, Any], reply: Reply) -> dict[str, Any]:
        return {"id": row["id"], "reply": reply.model_dump_json()}


def main() -> None:
    rows, base_url, model, folder, out, deadline, concurrency = sys.argv[1:]
    coder = Coder(
        model_name=model,
        backend="openai",
        backend_params={
            "base_url": base_url,
            "api_key": "none",
            "max_concurrent_requests": int(concurrency),
            "max_requests_per_minute": 1_000_000,
            "max_tokens_per_minute": 1_000_000_000_000,
            "request_timeout": int(deadline),
            "require_all_responses": False,
        },
    )
    with open(rows, encoding="utf-8") as file:
        data = [json.loads(line) for line in file]
    answered = coder(data, working_dir=folder)
    with open(out, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in answered.dataset)


if __name__ == "__main__":
    main()
