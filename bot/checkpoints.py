"""Named places in the road where the fault harness may kill the process (TRUST: crash points)."""

import os
import signal

_AT = frozenset(os.environ.get("SUBJECTLINE_CRASH_AT", "").split(",")) - {""}


def checkpoint(name: str) -> None:
    """Nothing, unless SUBJECTLINE_CRASH_AT names this place: then the process dies here as by kill -9."""
    if name in _AT:
        _die(name)


def _die(_name: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
