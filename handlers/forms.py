"""What a form holds, and the answer to whoever sent it: each a few lines, so that the door stays a door."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.cards import told_modal
from bot.errors import NotAllowed
from bot.phrases import say

TAKEN_S = 1.0  # until Slack has taken our “one moment”: an update before it would be overwritten by it


@dataclass(frozen=True)
class Fields:
    """The fields of a form by name, as they were filled in. What comes in is a stranger's."""

    values: Mapping[str, Mapping[str, Any]] = field(repr=False)

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "Fields":
        """Block and element of our fields carry the same name."""
        view = body.get("view")
        state = view.get("state") if isinstance(view, Mapping) else None
        blocks = state.get("values") if isinstance(state, Mapping) else None
        given = blocks if isinstance(blocks, Mapping) else {}
        return cls({
            name: block[name]
            for name, block in given.items()
            if isinstance(block, Mapping) and isinstance(block.get(name), Mapping)
        })  # fmt: skip

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.values)

    def text(self, name: str) -> str:
        """What was written, or the one thing that was chosen; empty where nothing was."""
        given = self.values.get(name, {})
        chosen = given.get("selected_option")
        found = given.get("value") or (chosen.get("value") if isinstance(chosen, Mapping) else None)
        return found if isinstance(found, str) else ""

    def paragraphs(self, name: str) -> list[str]:
        """What was written, by paragraphs."""
        return [each.strip() for each in self.text(name).splitlines() if each.strip()]

    def marked(self, name: str) -> list[str]:
        """Every box that was marked."""
        options = self.values.get(name, {}).get("selected_options")
        found = [each.get("value") for each in options or () if isinstance(each, Mapping)]
        return [each for each in found if isinstance(each, str)]

    def user(self, name: str) -> str:
        """The member of the team who was picked; empty where nobody was."""
        found = self.values.get(name, {}).get("selected_user")
        return found if isinstance(found, str) else ""

    def time(self, name: str) -> str:
        """The time that was picked, `18:00`; empty where none was."""
        found = self.values.get(name, {}).get("selected_time")
        return found if isinstance(found, str) else ""

    def day(self, name: str) -> date:
        """The day that was picked; NotAllowed where none was."""
        try:
            return date.fromisoformat(str(self.values.get(name, {}).get("selected_date")))
        except ValueError:
            raise NotAllowed(say("errors.pick_day"), field=name) from None


class Answer:
    """The answer to a form: with the acknowledgement if it comes in time, else shown in the modal afterwards."""

    def __init__(self, show: Callable[[dict[str, Any]], object], taken_s: float = TAKEN_S) -> None:
        self._show, self._taken_s = show, taken_s
        self._given: dict[str, Any] | None = None
        self._late = False
        self._turn = threading.Condition()

    def give(self, **answer: Any) -> None:
        """As Slack takes it: `response_action` with `view` or `errors`. Too late, a field's error is told by itself."""
        with self._turn:
            self._given = answer
            self._turn.notify_all()
            late = self._late
        if late and answer["response_action"] != "clear":
            threading.Event().wait(self._taken_s)
            self._show(answer["view"] if "view" in answer else _told(answer["errors"]))

    def end(self) -> None:
        """Nobody is told anything: the form was none of ours."""
        if self._given is None:
            self.give(response_action="clear")

    def within(self, seconds: float, else_: dict[str, Any]) -> dict[str, Any]:
        """The answer, if it is there in time; until it is, the modal shows `else_`."""
        with self._turn:
            self._turn.wait_for(lambda: self._given is not None, seconds)
            self._late = self._given is None
            return self._given or {"response_action": "update", "view": else_}


def _told(errors: Mapping[str, str]) -> dict[str, Any]:
    return told_modal(say("windows.not_yet"), " ".join(errors.values()))
