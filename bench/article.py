"""CPU time for one article, grounded and resolved, beside the bare client on the same server in the same run.

A server in a process of its own answers every request with the same reply of 5 attributions, 8 events and 15 claims.
Three clients ask it: AsyncOpenAI with `json.loads`, instructor as it comes, and ours with all that it checks.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import sys
import time
from collections.abc import Awaitable, Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from typing import Any

ROUNDS = 5
ARTICLES = 128
IN_FLIGHT = 64

PEOPLE = ("Adan", "Bekir", "Ciro", "Dima", "Elif")
TOWNS = ("Adun", "Bek", "Cray", "Dorn", "Essa", "Fell", "Garu", "Holt")


def article_and_reply() -> tuple[str, str]:
    """A made-up article of about 2,700 characters and a faultless reply to it."""
    paragraphs, sources, attributions, events, claims = [], [], [], [], []
    for number, town in enumerate(TOWNS):
        speaker = number % len(PEOPLE)
        name = f"Colonel {PEOPLE[speaker]} Voss"
        act = f"rebel rockets struck the grain depot of {town} on Tuesday night"
        toll = f"more than {30 + number} soldiers were killed near {town}"
        told = f"{name} of the northern command said that {act}"
        paragraphs.append(
            f"{told}, and that {toll}. The road to {town} was closed for the whole of the following day, "
            f"and several shops in the lower quarter of {town} burned down before help came."
        )
        if number < len(PEOPLE):
            sources.append({"id": f"s{number}", "name": name, "type": "military"})
            quote = f"{name} … depot of {town} on Tuesday night"
            attributions.append({"id": f"a{number}", "q": quote, "chain": [f"s{number}"], "cue": "said", "is": []})
        events.append(
            {
                "id": f"e{number}", "q": None, "act": "shelling_artillery_missile_attack",
                "summary": f"Rockets on the grain depot of {town}", "actors": ["p1"], "places": [town],
                "time": "on Tuesday night", "is": ["rocket"],
            }
        )  # fmt: skip
        for kind, quote in (("attack", act), ("casualties", toll)):
            figure = {"text": f"more than {30 + number} | soldiers", "as": "killed combatant"}
            claims.append(
                {
                    "id": f"c{len(claims)}", "q": quote, "kind": kind, "by": f"a{speaker}", "on": [f"e{number}"],
                    "say": f"Near {town}, more than {30 + number} soldiers were killed.", "is": [],
                    "fig": [figure] if kind == "casualties" else [],
                }
            )  # fmt: skip
    actors = [{"id": "p1", "name": "rebel", "type": "rebel_group"}]
    reply = {
        "sources": sources, "actors": actors, "attributions": attributions, "events": events, "claims": claims[:15]
    }  # fmt: skip
    return "\n\n".join(paragraphs), json.dumps(reply, ensure_ascii=False, separators=(",", ":"))


def serve(content: str, pipe: Connection) -> None:
    """Answer every chat completion with the same content."""
    message = {"role": "assistant", "content": content, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    usage = {"prompt_tokens": 4000, "completion_tokens": 4000, "total_tokens": 8000}
    body = json.dumps(
        {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}
    ).encode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            head = (
                f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            ).encode()
            self.wfile.write(head + body)

        def log_message(self, *_: object) -> None: ...

    class Server(ThreadingHTTPServer):
        request_queue_size = 2 * IN_FLIGHT

    server = Server(("127.0.0.1", 0), Handler)
    pipe.send(server.server_address[1])
    server.serve_forever()


async def cpu_per_article(one: Callable[[], Awaitable[object]]) -> float:
    """CPU seconds of this process for one article, over ``ARTICLES`` with ``IN_FLIGHT`` at once."""
    room = asyncio.Semaphore(IN_FLIGHT)

    async def in_turn() -> None:
        async with room:
            await one()

    before = time.process_time()
    await asyncio.gather(*(in_turn() for _ in range(ARTICLES)))
    return (time.process_time() - before) / ARTICLES


async def measure(url: str, text: str) -> dict[str, float]:
    import instructor
    from openai import AsyncOpenAI

    from conflict_extract import Article, Extractor
    from conflict_extract.reply.wire import reply_model

    bare = AsyncOpenAI(base_url=url, api_key="none", max_retries=0)
    patched = instructor.from_openai(AsyncOpenAI(base_url=url, api_key="none"), mode=instructor.Mode.JSON_SCHEMA)
    article = Article(id="bench", text=text)

    async with Extractor.connect("m", base_url=url) as extractor:
        # All three send the same messages; the bare client and ours the same schema, instructor makes its own.
        (request,) = extractor.requests(article)
        messages: list[Any] = [{"role": message.role, "content": message.content} for message in request.messages]
        answer_format: Any = {
            "type": "json_schema",
            "json_schema": {"name": request.schema_name, "strict": True, "schema": request.schema},
        }

        async def with_openai() -> object:
            completion = await bare.chat.completions.create(model="m", messages=messages, response_format=answer_format)
            return json.loads(completion.choices[0].message.content or "")

        async def with_instructor() -> object:
            return await patched.chat.completions.create(model="m", messages=messages, response_model=reply_model())

        async def with_ours() -> object:
            extraction = await extractor.aextract(article)
            assert len(extraction.claims) == 15
            assert not extraction.rejected, extraction.rejected[0]
            return extraction

        ways = {"AsyncOpenAI and json.loads": with_openai, "instructor as it comes": with_instructor, "ours": with_ours}
        best = dict.fromkeys(ways, float("inf"))
        for way in ways.values():
            await way()
        for _ in range(ROUNDS):
            for name, way in ways.items():
                best[name] = min(best[name], await cpu_per_article(way))
        await bare.close()
        return best


def main() -> None:
    text, reply = article_and_reply()
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(reply, theirs), daemon=True)
    server.start()
    try:
        best = asyncio.run(measure(f"http://127.0.0.1:{ours.recv()}/v1", text))
    finally:
        server.terminate()
    print(f"{len(text):,} characters, 5 attributions, 8 events, 15 claims, {IN_FLIGHT} in flight; CPU for one article:")
    bare = best["AsyncOpenAI and json.loads"]
    for name, seconds in best.items():
        print(f"  {name:28} {seconds * 1000:6.2f} ms  {seconds / bare:5.2f} times")
    share = best["ours"] / best["instructor as it comes"]
    print(f"  ours costs {share:.2f} of instructor; the aim beside the bare client is 2 times")
    if best["ours"] > 2 * bare:
        sys.exit("more than twice the bare client")


if __name__ == "__main__":
    main()
