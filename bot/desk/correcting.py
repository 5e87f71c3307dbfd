"""A correction: what the person wants changed becomes, system by system, fields with an old and a new value."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from bot.desk.answering import Answering
from bot.desk.office import System
from bot.errors import Unsupported
from bot.phrases import say
from bot.store import Unit
from bot.tickets import Request
from bot.workflow import Act, Change, Line

ERASED = "reasons.erased_once"


class Correcting(Answering):
    """The verbs of a correction, up to its plan."""

    def _proposed(self, wishes: Mapping[str, str], persons: Mapping[str, Any]) -> tuple[list[Line], list[Change]]:
        """The plan's lines, which hold no value but a mark of them, and the changes themselves. Changes nothing."""
        answers = self._everywhere(list(persons), lambda system: self._wanted(system, persons[system.name], wishes))
        lines = [line for lines, _ in answers.values() for line in lines]
        return lines, [change for _, changes in answers.values() for change in changes]

    def _wanted(self, system: System, person: Any, wishes: Mapping[str, str]) -> tuple[list[Line], list[Change]]:
        try:
            found = self._allowed(system.propose(person, wishes))
        except Unsupported as error:
            return [Line(system.name, "", Act.TASK, len(wishes), words=str(error))], []
        doable = [each for each in found if not each.refused]
        places = dict.fromkeys(each.place for each in doable)
        lines = [self._marked(system.name, place, [one for one in doable if one.place == place]) for place in places]
        lines += [
            Line(system.name, each.place, Act.TASK, 1, words=f"{each.label}: {each.refused}")
            for each in found
            if each.refused
        ]
        return lines, doable

    def _allowed(self, changes: Sequence[Change]) -> list[Change]:
        """What was erased is written nowhere again: asked here, of whatever any system proposes."""
        with self.store.read() as unit:
            return [
                replace(each, refused=say(ERASED)) if _addressed(each) and unit.ledger.erased(each.new) else each
                for each in changes
            ]

    def _marked(self, system: str, place: str, changes: Sequence[Change]) -> Line:
        """An approval of these values is none of others: the mark is a keyed hash over them."""
        told = sorted([each.record, each.name, each.old or "", each.new] for each in changes)
        mark = self.store.keys.digest("changes", json.dumps(told)).hex()[:32]
        return Line(system, place, Act.CORRECT, len(changes), mark=mark)

    def _keep_changes(self, unit: Unit, request: Request, changes: Sequence[Change]) -> None:
        unit.requests.set_changes(request.id, [asdict(each) for each in changes])


def _addressed(change: Change) -> bool:
    """Whether an address would be written."""
    return "@" in change.new and not change.refused
