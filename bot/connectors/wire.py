"""The transport under `http.py`: every read, write and handshake of a call ends at the call's own deadline.

A client's time-outs start anew with each byte, so a server that trickles could hold a call for hours. Here the time
left is what each step is given. Looking up a name is the system's own affair; the engine does not wait for it longer
than for the call (`bot/engine/calls.py`).
"""

import logging
import ssl
import time
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from typing import Any

import httpcore
import httpx

# Both log addresses, headers and parameters as soon as somebody switches debug on.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)

CONNECT_S = 5.0
deadline: ContextVar[float] = ContextVar("deadline", default=float("inf"))  # of the call under way, monotonic


class Wire(httpx.BaseTransport):
    """Connections that are kept for the next call, at most so many. TLS is verified, 1.2 or newer."""

    def __init__(self, connections: int, tls: ssl.SSLContext | None = None) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls or httpx.create_ssl_context(), max_connections=connections, keepalive_expiry=10.0,
            network_backend=_Line(),
        )  # fmt: skip

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        sent = httpcore.Request(
            request.method, str(request.url), headers=request.headers.raw, content=request.read(),
            extensions=dict(request.extensions),
        )  # fmt: skip
        fault: httpx.TransportError
        try:
            got = self._pool.handle_request(sent)
        except (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.PoolTimeout) as error:
            fault = httpx.ConnectError(type(error).__name__)
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
            fault = _lost(error)
        else:
            return httpx.Response(got.status, headers=got.headers, stream=_Stream(got))
        raise fault

    def close(self) -> None:
        self._pool.close()


class _Stream(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._response.iter_stream()
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
            fault = _lost(error)
        else:
            return
        raise fault

    def close(self) -> None:
        self._response.close()


def _lost(error: Exception) -> httpx.TransportError:
    """The same error in the client's family, without what it says."""
    known: type[httpx.TransportError] = getattr(httpx, type(error).__name__, httpx.ReadError)
    return known("the call was lost")


def _left(asked: float | None) -> float:
    """Seconds this step may take: what was asked for, but never beyond the deadline."""
    left = deadline.get() - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the deadline has passed")
    return left if asked is None else min(asked, left)


class _Line(httpcore.SyncBackend):
    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:  # fmt: skip
        limit = min(_left(timeout), CONNECT_S)
        return _Timed(super().connect_tcp(host, port, limit, local_address, socket_options))


class _Timed(httpcore.NetworkStream):
    """A stream whose every step ends at the deadline of the call that uses it."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, min(_left(timeout), 2 * CONNECT_S)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def close(self) -> None:
        self._stream.close()
