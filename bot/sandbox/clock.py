"""The demo world's clock: the real one, moved forward by what a small file says.

Every process that is given the same file sees the same time.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path


class SandboxClock:
    """Callable: this moment in the demo world, aware, UTC. It never goes back."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.exists():
            self._write(0.0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.offset_s)

    @property
    def offset_s(self) -> float:
        """How far ahead of the real time, in seconds."""
        return float(self.path.read_text(encoding="ascii"))

    def forward(self, *, weeks: float = 0, days: float = 0, hours: float = 0, seconds: float = 0) -> datetime:
        """The new moment, later by so much. ValueError, if it would be earlier."""
        step = timedelta(weeks=weeks, days=days, hours=hours, seconds=seconds)
        if step < timedelta():
            raise ValueError("the sandbox's clock goes forward only")
        self._write(self.offset_s + step.total_seconds())
        return self()

    def _write(self, offset_s: float) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = self.path.with_suffix(".new")
        new.write_text(repr(offset_s), encoding="ascii")
        os.replace(new, self.path)  # noqa: PTH105 - atomic, a reader never sees half a number
