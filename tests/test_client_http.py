"""HTTP under the client: certificates, proxies, compressed and large bodies, many connections."""

from __future__ import annotations

import asyncio
import gzip
import shutil
import ssl
import subprocess
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from conflict_extract.errors import FatalModelError, TransientModelError
from conflict_extract.llm.base import Message, Reply, Request
from conflict_extract.llm.client import Endpoint, OpenAIModel
from conflict_extract.llm.retries import Patience
from tests import checks
from tests.fault_server import Prepared, completion, free_port, serving


def ask(url: str, text: str = "x") -> Reply:
    """One call."""
    model = OpenAIModel(Endpoint("m", url), patience=Patience(1))
    request = Request((Message("user", text),), {}, "r")
    return asyncio.run(model.ask(request, checks.good, reasks=0)).replies[0]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_a_certificate_that_is_not_trusted_stops_the_run(tmp_path: Path) -> None:
    """The key is not sent to a host that cannot show who it is, and no other call would go better."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    making = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    subprocess.run([*making, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    class Quiet(HTTPServer):
        def handle_error(self, *_: object) -> None: ...

    server = Quiet(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        with pytest.raises(FatalModelError, match="certificate that is not trusted; set SSL_CERT_FILE"):
            ask(f"https://localhost:{server.server_address[1]}/v1")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_proxy_of_the_environment_is_used_on_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """An endpoint that is not on this machine is asked through it."""
    with serving(completion("{}")) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url.removesuffix("/v1"))
        monkeypatch.setenv("http_proxy", proxy.url.removesuffix("/v1"))
        assert ask("http://endpoint.invalid/v1").text == "{}"
    assert proxy.calls[0].headers["host"] == "endpoint.invalid"


def test_what_was_never_sent_is_told_apart() -> None:
    """Where no connection was made nothing can have been billed; where it broke, it can."""
    with pytest.raises(TransientModelError) as refused:
        ask(f"http://127.0.0.1:{free_port()}/v1")
    assert not refused.value.sent
    with serving(Prepared(b"", reset=True)) as server, pytest.raises(TransientModelError) as broken:
        ask(server.url)
    assert broken.value.sent


def test_a_compressed_answer_is_read() -> None:
    """As endpoints behind gateways give it."""
    answer = Prepared(gzip.compress(completion("{}").body), headers={"content-encoding": "gzip"})
    with serving(answer) as server:
        assert ask(server.url).text == "{}"


def test_a_large_request_goes_out_whole() -> None:
    """Long passages with much room: more than a megabyte."""
    text = "“quoted” " * 200_000
    with serving(completion("{}")) as server:
        ask(server.url, text)
    assert server.calls[0].body["messages"][0]["content"] == text


def test_more_than_a_hundred_calls_are_in_flight_at_once() -> None:
    """How many there are is for the gate to say, not for a pool of connections."""
    answer = Prepared(completion("{}").body, drip=0.003)
    with serving(answer) as server:

        async def run() -> None:
            model = OpenAIModel(Endpoint("m", server.url))
            request = Request((Message("user", "x"),), {}, "r")
            await asyncio.gather(*(model.ask(request, checks.good, reasks=0) for _ in range(120)))

        asyncio.run(run())
    assert len({call.port for call in server.calls}) == 120
