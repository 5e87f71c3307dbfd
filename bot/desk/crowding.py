"""Many enquiries at once: their cards come one a second, so the channel hears of all of them first."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.cards.crowd import Crowd, Waiting, crowd_card, crowd_text
from bot.desk.identifying import Identifying
from bot.engine import Job, Kind
from bot.store import Unit

MANY = 20  # cards that wait for their turn
LOOKED_AT = 500  # of them, at most
AHEAD = timedelta(days=1)  # of every card in the queue
SPAN_MIN = 10  # in which the channel hears of it once


class Crowding(Identifying):
    """What the channel hears of a flood."""

    def _crowd(self, unit: Unit) -> None:
        """From 20 waiting cards on one message says so, before them; the next one ten minutes later at the earliest."""
        if len(self.engine.queued(unit, "card", MANY)) < MANY:
            return
        key = f"crowd:{unit.now:%Y%m%dT%H}{unit.now.minute // SPAN_MIN}"
        self.engine.put(unit, "crowd", key, {}, lane="slack-post", run_at=unit.now - AHEAD)

    def _crowd_call(self, job: Job) -> Mapping[str, Any]:
        """Says what waits now; nothing, if the cards were faster."""
        with self.store.read() as unit:
            ids = self.engine.queued(unit, "card", LOOKED_AT + 1)
            found = [unit.tickets.get(each) for each in ids[:LOOKED_AT]]
            now = self._local(unit.now)
        if len(found) < MANY:
            return {}
        waiting = sorted((Waiting(each.due, each.ref, each.rights) for each in found), key=lambda each: each.due)
        crowd = Crowd(waiting, self.house.post_every_s, more=len(ids) > LOOKED_AT)
        return self._in_channel(job, crowd_card(crowd, now), crowd_text(crowd))

    def _identifying_kinds(self) -> list[Kind]:
        return [*super()._identifying_kinds(), self._posts("crowd", self._crowd_call, self._channel_probe)]
