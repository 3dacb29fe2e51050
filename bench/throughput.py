"""Articles a second of a whole batch run at 64 in flight, beside bare clients, as shares of what latency allows.

A server in a process of its own answers each call after the same time with a faultless reply. With C calls in flight
and a latency of L nobody can have more than C/L answers a second. The run checks, grounds and books all it gets; the
others only read JSON. Where another core is free, it has another process read replies; the CPU shown is that of the
process which calls. Start and end are left out: calls are counted between two moments in the middle.

    python -m bench.throughput [--short]
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bench.article import article_and_reply

IN_FLIGHT = 64
AIMS = {1.0: 0.97, 0.2: 0.85}
"""By latency: at 1 s the share of C/L, at 0.2 s the ratio to the bare low-level post."""


@dataclass(frozen=True)
class Rate:
    """Articles a second, and CPU seconds of this process for one."""

    per_second: float
    cpu: float


class Answering(asyncio.Protocol):
    """Answers each request on a connection after a while with the same body."""

    def __init__(self, latency: float, body: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._answer, self._latency = head.encode() + body, latency
        self._loop = asyncio.get_running_loop()
        self._came = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, found, rest = self._came.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        if len(rest) >= length:
            self._came = rest[length:]
            self._loop.call_later(self._latency, self._transport.write, self._answer)


def serve(latency: float, content: str, pipe: Connection) -> None:
    """Run the server until it is terminated."""
    message = {"role": "assistant", "content": content, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    usage = {"prompt_tokens": 4000, "completion_tokens": 4000, "total_tokens": 8000}
    completion = {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    body = json.dumps({**completion, "usage": usage}).encode()

    async def run() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Answering(latency, body), "127.0.0.1", 0, backlog=1024)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


async def rate_of(ends: AsyncIterator[object], warm: float, measured: float) -> Rate:
    """How many come in a span of time, after a warm-up."""
    began = time.monotonic()
    count, since, cpu = 0, began, 0.0
    async for _ in ends:
        now = time.monotonic()
        if now - began < warm:
            since, cpu = now, time.process_time()
            continue
        count += 1
        if now - since >= measured:
            return Rate(count / (now - since), (time.process_time() - cpu) / count)
    raise AssertionError("it came to an end")


async def at_once(one: Callable[[], Awaitable[object]]) -> AsyncIterator[object]:
    """The ends of calls, as many at once as there may be, without end."""
    ended: asyncio.Queue[object] = asyncio.Queue()

    async def on_and_on() -> None:
        while True:
            ended.put_nowait(await one())

    workers = [asyncio.create_task(on_and_on()) for _ in range(IN_FLIGHT)]
    try:
        while True:
            yield await ended.get()
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


async def bare(url: str, text: str, warm: float, measured: float, *, ways: tuple[str, ...]) -> dict[str, Rate]:
    """The bare clients: they send what the run sends."""
    import httpx2
    import instructor
    import openai

    from conflict_extract import Article, Extractor
    from conflict_extract.reply.wire import reply_model

    (request,) = Extractor.connect("m", base_url=url).requests(Article(id="x", text=text))
    messages: list[Any] = [{"role": message.role, "content": message.content} for message in request.messages]
    schema = {"name": request.schema_name, "strict": True, "schema": request.schema}
    answer_format: Any = {"type": "json_schema", "json_schema": schema}
    limits = httpx2.Limits(max_connections=IN_FLIGHT, max_keepalive_connections=IN_FLIGHT)
    plain = openai.AsyncOpenAI(base_url=url, api_key="x", max_retries=0)
    low = openai.AsyncOpenAI(
        base_url=url, api_key="x", max_retries=0, http_client=openai.DefaultAioHttpClient(limits=limits)
    )
    patched = instructor.from_openai(openai.AsyncOpenAI(base_url=url, api_key="x"), mode=instructor.Mode.JSON_SCHEMA)

    async def with_post() -> object:
        body = json.dumps({"model": "m", "messages": messages, "response_format": answer_format}).encode()
        answer = await low.post("/chat/completions", content=body, cast_to=httpx2.Response)
        return json.loads(answer.json()["choices"][0]["message"]["content"])

    async def with_openai() -> object:
        answer = await plain.chat.completions.create(model="m", messages=messages, response_format=answer_format)
        return json.loads(answer.choices[0].message.content or "")

    async def with_instructor() -> object:
        return await patched.chat.completions.create(model="m", messages=messages, response_model=reply_model())

    calls = {"low-level post": with_post, "AsyncOpenAI": with_openai, "instructor": with_instructor}
    found = {}
    for way in ways:
        ends = at_once(calls[way])
        found[way] = await rate_of(ends, warm, measured)
        await ends.aclose()  # type: ignore[attr-defined]
    for client in (plain, low):
        await client.close()
    return found


async def ours(url: str, text: str, warm: float, measured: float) -> Rate:
    """A batch run with its ledger, over articles without end."""
    from conflict_extract import Article, Extraction, Extractor
    from conflict_extract.batch.gate import Limits
    from conflict_extract.batch.runner import BatchOptions, BatchRun

    def articles() -> Iterator[Article]:
        number = 0
        while True:  # each another text: equal requests would be one call
            number += 1
            yield Article(id=f"a{number}", text=f"{text}\n\nReport {number}.")

    async def checked(run: BatchRun) -> AsyncIterator[object]:
        async for result in run.aresults(articles()):
            assert isinstance(result, Extraction), result
            assert len(result.claims) == 15
            assert not result.rejected
            yield result

    with tempfile.TemporaryDirectory() as folder:
        async with Extractor.connect("m", base_url=url) as extractor:
            with BatchRun(extractor, Path(folder) / "run", BatchOptions(Limits(concurrency=IN_FLIGHT))) as run:
                ends = checked(run)
                found = await rate_of(ends, warm, measured)
                run.drain()
                with suppress(Exception):
                    async for _ in ends:
                        pass
    return found


def measure(latency: float, *, short: bool) -> dict[str, Rate]:
    """All ways against one server."""
    text, content = article_and_reply()
    mine, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(latency, content, theirs), daemon=True)
    server.start()
    try:
        url = f"http://127.0.0.1:{mine.recv()}/v1"
        measured = 3.0 if short else max(8.0, 10 * latency)
        ways = ("low-level post",) if short else ("low-level post", "AsyncOpenAI", "instructor")
        found = asyncio.run(bare(url, text, 2 * latency + 1, measured, ways=ways))
        gc.collect()
        # It doubles what it has in flight with each round of answers, from four on, and starts a process that reads.
        found["ours"] = asyncio.run(ours(url, text, 16 * latency + 1, measured))
    finally:
        server.terminate()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="only the latency of 0.2 s, for a few seconds")
    short = parser.parse_args().short
    missed = False
    for latency, aim in AIMS.items():
        if short and latency == 1.0:
            continue
        found = measure(latency, short=short)
        most = IN_FLIGHT / latency
        print(f"{IN_FLIGHT} in flight, {latency:g} s latency: at most {most:g} articles a second")
        for way, rate in found.items():
            print(
                f"  {way:16} {rate.per_second:6.1f} a second  {rate.per_second / most:6.1%}  {rate.cpu * 1000:5.2f} ms"
            )
        best = found["low-level post"].per_second
        share = found["ours"].per_second / (most if latency == 1.0 else best)
        of = "C/L" if latency == 1.0 else "the low-level post"
        print(f"  ours: {share:.1%} of {of}; the aim is {aim:.0%}")
        missed |= share < aim
    if missed:
        sys.exit("an aim is missed")


if __name__ == "__main__":
    main()
