"""How a node is served: its socket, TLS, workers, patience with slow callers, and a clean stop."""

import asyncio
import signal
import socket
import ssl
from collections.abc import Callable
from http import HTTPStatus
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.supervisors import Multiprocess

from easement.base.errors import UsageError
from easement.node.model import ServerSettings

__all__ = ["Listening", "address_of", "check_reach", "run"]

HEAD_SECONDS = 15.0
"""How long a request's headers may take, from the first byte of the connection on."""

HEAD_BYTES = 32_768
"""Most that is read before the headers must have ended."""

IDLE_SECONDS = 15
"""How long a connection may stay open between two requests."""

STOP_SECONDS = 30
"""How long requests in hand may take when the node is told to stop."""

BACKLOG = 1_024

UNREADABLE = (
    b'{"type": "/docs/reference/errors.md#bad-request", "title": "the request was put wrongly", "status": 400, '
    b'"detail": "this is not HTTP as RFC 9112 has it", "remedy": "mend what is named and send it again", '
    b'"instance": ""}'
)
"""What is said to whoever sends something that cannot be read as a request."""


class Patient(H11Protocol):
    """HTTP/1.1 that hangs up on whoever does not finish the headers of a request in time."""

    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came; while the headers are not whole, the time goes on running."""
        super().data_received(data)
        if self.conn.their_state.__name__ != "IDLE":
            self._stop_waiting()
        elif self._patience is None and self.conn.trailing_data[0]:
            self._await_head()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request as every problem is answered."""
        head = (
            f"HTTP/1.1 400 {HTTPStatus.BAD_REQUEST.phrase}\r\ncontent-type: application/problem+json\r\n"
            f"content-length: {len(UNREADABLE)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + UNREADABLE)
        self.transport.close()

    def _await_head(self) -> None:
        self._patience = self.loop.call_later(HEAD_SECONDS, self._hang_up)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _hang_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.abort()


class Listening:
    """A socket that listens, and the settings as they are then: with port 0, the port that the system gave."""

    def __init__(self, server: ServerSettings) -> None:
        self.socket = _bound(server.host, server.port)
        self.server = server.model_copy(update={"port": self.socket.getsockname()[1]})


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(BACKLOG)
    except OSError as error:
        bound.close()
        remedy = "name another: --port N, or see what listens there"
        raise UsageError(f"cannot listen on {host}:{port}: {(error.strerror or '').lower()}", remedy=remedy) from error
    bound.set_inheritable(True)
    return bound


def check_reach(server: ServerSettings, *, behind_proxy: bool) -> None:
    """Nothing leaves the machine unencrypted; raises `UsageError` for an address that others reach without TLS."""
    if not (is_loopback(server.host) or server.tls_certificate or behind_proxy):
        raise UsageError(
            f"`{server.host}` is reached from other machines, and there is no TLS",
            remedy="set `tls_certificate` and `tls_key` under [server], or put a proxy before it: --behind-proxy",
        )
    for name in ("tls_certificate", "tls_key"):
        path = getattr(server, name)
        if bool(server.tls_certificate) != bool(server.tls_key) or (path and not Path(path).is_file()):
            raise UsageError(f"`{name}` does not name a file", remedy="name both `tls_certificate` and `tls_key`")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def address_of(server: ServerSettings) -> str:
    """The address at which the node answers, for a person to open."""
    name = f"[{server.host}]" if ":" in server.host else server.host
    scheme = "https" if server.tls_certificate else "http"
    return server.url or f"{scheme}://{name}:{server.port}"


def run(app: Any, listening: Listening, *, behind_proxy: bool = False, factory: bool = False) -> None:
    """Answer until told to stop (SIGTERM, SIGINT); requests in hand are finished first.

    With several workers `app` is a factory that each process calls for itself.
    """
    config = _config(app, listening.server, behind_proxy=behind_proxy, factory=factory)
    if factory:
        Multiprocess(config, [listening.socket]).run()
        return
    server = Server(config)
    for each in (signal.SIGTERM, signal.SIGINT):  # also once all is done, when the server tells the signal again
        signal.signal(each, server.handle_exit)
    server.run([listening.socket])


def _config(app: Any, server: ServerSettings, *, behind_proxy: bool, factory: bool) -> Config:
    tls: dict[str, Any] = {}
    if server.tls_certificate:
        tls = {"ssl_certfile": server.tls_certificate, "ssl_keyfile": server.tls_key, "ssl_context_factory": modern}
    return Config(
        app,
        host=server.host,
        port=server.port,
        loop="asyncio",
        http=Patient,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=behind_proxy,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
        timeout_worker_healthcheck=60,
        h11_max_incomplete_event_size=HEAD_BYTES,
        workers=server.workers if factory else 1,
        factory=factory,
        **tls,
    )


def modern(_: Config, usual: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """TLS 1.2 at least (RFC 9325), whatever the system's library would still do."""
    context = usual()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
