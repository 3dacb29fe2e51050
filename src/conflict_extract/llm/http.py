"""HTTP by aiohttp behind httpx2's interface: a fraction of the CPU of httpx2's own, and each answer read whole."""

from __future__ import annotations

import io
import ssl
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.request import getproxies

import aiohttp
import httpx2

_CONNECT = 20.0  # seconds; the whole call has a deadline of its own, but a dead host need not use it up
_IDLE = 15.0  # seconds for which a connection is kept; endpoints close theirs after 60 to 75, some after 20
_LARGE = 1 << 20  # bytes from which aiohttp wants a body as a file


def client(
    url: httpx2.URL, *, on_this_machine: bool, transport: httpx2.AsyncBaseTransport | None, streaming: bool = False
) -> httpx2.AsyncClient:
    """A client for one endpoint: no redirects, no cookies, connections without limit.

    Args:
        url: The endpoint's.
        on_this_machine: Whether it is on loopback: proxies are for the way out.
        transport: Stands in for the network.
        streaming: Bodies may be too large to be held whole: httpx2 carries them, which reads and writes them by blocks.
    """
    proxies = {} if on_this_machine else getproxies()
    if transport is None and not streaming and not (proxies.get(url.scheme) or proxies.get("all")):
        transport = AiohttpTransport(trust_env=not on_this_machine)
    # Where there may be a proxy on the way, httpx2 goes it itself: it knows all kinds of them, and NO_PROXY.
    return httpx2.AsyncClient(
        transport=transport,
        trust_env=not on_this_machine,
        follow_redirects=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=100),
        timeout=httpx2.Timeout(None, connect=_CONNECT),
    )


class AiohttpTransport(httpx2.AsyncBaseTransport):
    """A transport over one aiohttp session, which belongs to the event loop of the first request.

    Args:
        trust_env: Whether SSL_CERT_FILE and SSL_CERT_DIR of the environment hold.
    """

    def __init__(self, *, trust_env: bool) -> None:
        self._trust_env = trust_env
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request and read its whole answer.

        Raises:
            ConnectError: There is no way to the host, or no trust in it: nothing was sent.
            ReadError: The connection broke, or what came is no HTTP.
        """
        if self._session is None:
            self._session = _session(request.url.scheme, trust_env=self._trust_env)
        body = await request.aread()
        try:
            async with self._session.request(
                request.method,
                str(request.url),
                headers=request.headers,
                data=body if len(body) < _LARGE else io.BytesIO(body),
                allow_redirects=False,
            ) as answer:
                content = await answer.read()
                return httpx2.Response(answer.status, headers=list(answer.headers.items()), content=content)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise httpx2.ConnectError(type(error).__name__) from error
        except (aiohttp.ClientError, OSError) as error:
            raise httpx2.ReadError(type(error).__name__) from error

    async def aclose(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _session(scheme: str, *, trust_env: bool) -> aiohttp.ClientSession:
    trust: ssl.SSLContext | bool = httpx2.create_ssl_context(trust_env=trust_env) if scheme == "https" else True
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, ssl=trust, keepalive_timeout=_IDLE),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT),
        auto_decompress=False,  # httpx2 does it
        trust_env=False,
    )
