"""The child: reads frames of raw mail from its input, writes readings to its output, dies of what is too much."""

import json
import math
import os
import resource
import sys
import time
from typing import BinaryIO

from inscriptis import get_text
from inscriptis.model.config import ParserConfig

from bot.intake import Limits, Reading, Rules, from_headers, read, without_tags
from bot.opener import LENGTH, OUT_OF_MEMORY

_HTML = ParserConfig()


def main() -> None:
    """Answers until the input ends."""
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    setup = json.loads(_frame(incoming) or b"{}")
    rules, limits = Rules.from_plain(setup["rules"]), Limits(**setup["limits"])
    _bound(limits)
    _write(outgoing, b"{}")
    while (raw := _frame(incoming)) is not None:
        _allow(limits.cpu_s)
        try:
            answer = _read(raw, rules, limits, scanned=setup["scanned"]).to_json().encode()
        except MemoryError:
            os._exit(OUT_OF_MEMORY)  # what else is broken by now, nobody knows
        _write(outgoing, answer)


def _read(raw: bytes, rules: Rules, limits: Limits, *, scanned: bool) -> Reading:
    try:
        return read(raw, rules, limits, _to_text, scanned=scanned)
    except MemoryError:
        raise
    except Exception as fault:  # noqa: BLE001 - the door: a fault of ours must not lose a mail
        return from_headers(raw, rules, f"Reading it failed ({type(fault).__name__}).", limits)


def _to_text(html: str) -> str:
    try:
        return get_text(html, _HTML)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - lxml and inscriptis name no family of errors
        return without_tags(html)


def _bound(limits: Limits) -> None:
    """No more memory than this, no file written, few opened, no core left behind."""
    for kind, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 32),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def _allow(cpu_s: int) -> None:
    """So many seconds of computing from now, then SIGXCPU."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time()) + cpu_s, hard))


def _frame(incoming: BinaryIO) -> bytes | None:
    """The next frame; None at the end of the input, also in the middle of one."""
    head = incoming.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    length = LENGTH.unpack(head)[0]
    content = incoming.read(length)
    return content if len(content) == length else None


def _write(outgoing: BinaryIO, content: bytes) -> None:
    outgoing.write(LENGTH.pack(len(content)) + content)
    outgoing.flush()


if __name__ == "__main__":
    main()
