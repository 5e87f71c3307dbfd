"""A system in a process of its own: it erases slowly, can be asked what it erased, and does not care who died meanwhile.

`python -m tests.faults.far_side FILE` prints its port, then a line for each erasure that begins. One request a
connection: `erase KEY MILLISECONDS` or `seen KEY`. What it did stands in FILE, in `begun` and `erased`.
"""

import sqlite3
import sys
import threading
import time
from contextlib import closing, suppress
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

_TABLES = "CREATE TABLE IF NOT EXISTS begun (key, at); CREATE TABLE IF NOT EXISTS erased (key, at);"


class Erasures:
    """The file, and whoever reads it afterwards."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        with closing(sqlite3.connect(file)) as made:
            made.executescript(_TABLES)

    def note(self, table: str, key: str) -> None:
        with self._lock, closing(sqlite3.connect(self._file)) as book, book:
            book.execute(f"INSERT INTO {table} VALUES (?, ?)", [key, time.time()])

    def counts(self, table: str = "erased") -> dict[str, int]:
        """Key → how often."""
        with closing(sqlite3.connect(self._file)) as book:
            return dict(book.execute(f"SELECT key, count(*) FROM {table} GROUP BY key"))

    def moments(self, table: str = "begun") -> list[float]:
        with closing(sqlite3.connect(self._file)) as book:
            return [at for (at,) in book.execute(f"SELECT at FROM {table} ORDER BY at")]


class _Server(ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 50

    def __init__(self, erasures: Erasures) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.erasures = erasures


class _Request(StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        verb, key, *more = self.rfile.readline().decode().split()
        with suppress(OSError):  # who asked may be dead; what was begun is done all the same
            self.wfile.write(self._answer(verb, key, *more).encode())

    def _answer(self, verb: str, key: str, delay_ms: str = "0") -> str:
        if verb == "seen":
            return str(self.server.erasures.counts().get(key, 0))
        self.server.erasures.note("begun", key)
        print(key, flush=True)
        time.sleep(int(delay_ms) / 1000)
        self.server.erasures.note("erased", key)
        return "1"


if __name__ == "__main__":
    with _Server(Erasures(Path(sys.argv[1]))) as _serving:
        print(_serving.server_address[1], flush=True)
        _serving.serve_forever()
