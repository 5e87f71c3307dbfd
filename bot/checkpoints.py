"""Named places in the road where the fault harness may kill the process (TRUST: crash points)."""

import os
import signal

_AT = os.environ.get("SUBJECTLINE_CRASH_AT", "")


def checkpoint(name: str) -> None:
    """Nothing, unless SUBJECTLINE_CRASH_AT names this place: then the process dies here as by kill -9."""
    if _AT and name == _AT:
        os.kill(os.getpid(), signal.SIGKILL)
