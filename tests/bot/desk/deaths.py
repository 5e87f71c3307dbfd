"""A process that dies at a point, within the test's own process."""

import pytest

from bot import checkpoints


class Killed(BaseException):
    """As by kill -9: nobody catches it, and what was not committed is gone."""


def die_at(monkeypatch: pytest.MonkeyPatch, point: str) -> None:
    """The process dies once, when it next comes to this point."""

    def die(_: str) -> None:
        monkeypatch.setattr(checkpoints, "_AT", frozenset())
        raise Killed

    monkeypatch.setattr(checkpoints, "_die", die)
    monkeypatch.setattr(checkpoints, "_AT", frozenset({point}))
