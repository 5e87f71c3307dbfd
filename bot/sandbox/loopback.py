"""A Starlette application served on loopback from a thread, that can go away and come back on the same port."""

import asyncio
import socket
import struct
import threading
from typing import Any

import uvicorn
from uvicorn.protocols.websockets.wsproto_impl import WSProtocol
from wsproto.events import Ping

HOST = "127.0.0.1"


class Loopback:
    """One server. `port` is fixed from the start; `start`, `stop`, and `away`/`back` in between, in any order."""

    def __init__(self, app: Any, port: int = 0) -> None:
        self._app = _Wire(app)
        self._socket = _bound(port)
        self.port: int = self._socket.getsockname()[1]
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self.mute = False  # answers no websocket ping

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        """Returns when connections are taken."""
        config = uvicorn.Config(
            self._app,
            http="h11",
            ws=self._websockets(),
            lifespan="off",
            loop="asyncio",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            timeout_keep_alive=5,
        )
        self._server = uvicorn.Server(config)
        started = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(self._server, started), daemon=True)
        self._thread.start()
        if not started.wait(10):
            raise TimeoutError("the sandbox's server did not start")

    def _serve(self, server: uvicorn.Server, started: threading.Event) -> None:
        async def serve() -> None:
            watch = asyncio.create_task(_tell_started(server, started))
            await server.serve(sockets=[self._socket])
            await watch

        asyncio.run(serve())

    def stop(self) -> None:
        """Every connection is closed; the port is free."""
        self.away()
        self._socket.close()

    def away(self) -> None:
        """Connections are cut and refused from now on."""
        if self._server is None or self._thread is None:
            return
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(10)
        self._server = self._thread = None
        self._socket = _bound(self.port)  # held, not listening: whoever connects is refused

    def back(self) -> None:
        self.start()

    def _websockets(self) -> type[WSProtocol]:
        loopback = self

        class Protocol(WSProtocol):
            def handle_ping(self, event: Ping) -> None:
                if not loopback.mute:
                    super().handle_ping(event)

        return Protocol


async def _tell_started(server: uvicorn.Server, started: threading.Event) -> None:
    while not server.started and not server.should_exit:  # noqa: ASYNC110 - uvicorn has a flag only
        await asyncio.sleep(0.005)
    started.set()


class _Wire:
    """Leaves the server's own `send` in the scope, under the layers a framework puts around it."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._app({**scope, "sandbox.send": send}, receive, send)


def _bound(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((HOST, port))
    return made


async def cut(scope: Any) -> None:
    """The connection behind this ASGI scope is reset in the middle, as by a lost network."""
    transport = scope["sandbox.send"].__self__.transport
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    await asyncio.sleep(0.02)  # until the server knows, else it complains of a missing answer
