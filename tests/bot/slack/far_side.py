"""A Web API of a few lines: answers what a test wrote down, keeps what came in. For answers no real stand-in gives."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs


@dataclass(frozen=True)
class Answer:
    """What to answer: a status with a body, or `cut`: the connection breaks after the request was read."""

    status: int = 200
    body: str = '{"ok": true}'
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


def ok(**fields: Any) -> Answer:
    return Answer(body=json.dumps({"ok": True, **fields}))


def no(code: str, status: int = 200) -> Answer:
    return Answer(status, json.dumps({"ok": False, "error": code, "secret": "ann@example.org"}))


class FarSide:
    """`answers` are given in turn, the last one for ever."""

    def __init__(self) -> None:
        self.answers: list[Answer] = [ok()]
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.url = ""

    def methods(self) -> list[str]:
        return [method for method, _ in self.calls]

    def next(self) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def far_side() -> Iterator[FarSide]:
    """Running until the end of the block."""
    side = FarSide()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            kind = self.headers.get("Content-Type", "")
            given = json.loads(body) if "json" in kind else {k: v[0] for k, v in parse_qs(body).items()}
            side.calls.append((self.path.removeprefix("/api/"), given))
            answer = side.next()
            if answer.cut:
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(answer.body.encode())))
            self.end_headers()
            self.wfile.write(answer.body.encode())

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    side.url = f"http://127.0.0.1:{server.server_port}/api"
    try:
        yield side
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
