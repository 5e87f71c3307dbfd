"""Reminders: what a ticket deserves to have said becomes rows, and a word in the thread of its card.

A row is unique by ticket, kind and date: two processes or a restart say nothing twice, and what was not said is still
to be said. Whatever changes a ticket (`Tickets.touch`) has it looked at anew; a date that has moved makes new rows.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from bot import cards, reminders
from bot.cards import Reminded
from bot.checkpoints import checkpoint
from bot.desk.carding import next_actor
from bot.desk.showing import Showing
from bot.engine import Job, Kind
from bot.errors import NotAllowed
from bot.phrases import say
from bot.reminders import BY_OTHERS, Occasion, Standing
from bot.reminders import Kind as Why
from bot.store import Unit
from bot.store.reminders import DUE, PLANNED
from bot.store.rows import ReminderRow, TaskRow
from bot.tickets import BOT, Role, Ticket, check_role

BATCH = 50  # tickets looked at in one transaction
ALOUD = 5  # words in threads that stand in the channel too, of one sweep; more come as one message


class Reminding(Showing):
    """What is said of one ticket."""

    # -- which tickets ----------------------------------------------------------------------------------------------

    def _look_at_all(self) -> int:
        """Every ticket whose moment has come has its rows and its word on the way; how many they were."""
        looked = aloud = 0
        while self._any_due():
            with self.store.begin(patient=True) as unit:
                tickets = unit.reminders.due(BATCH)
                aloud += self._look_at(unit, tickets, ALOUD - aloud)
                checkpoint("remind.swept")
            checkpoint("remind.put")
            if not tickets:
                break  # somebody else is at work on them
            looked += len(tickets)
        return looked

    def _any_due(self) -> bool:
        with self.store.read() as unit:
            return unit.reminders.any_due()

    def _look_at(self, unit: Unit, tickets: Sequence[Ticket], aloud: int) -> int:
        """What these tickets deserve now is on its way; of how many the channel hears, `aloud` at most."""
        ids = [each.id for each in tickets]
        rows, begun = unit.reminders.of_each(ids), unit.reminders.begun(ids)
        moments: dict[str, datetime | None] = dict.fromkeys(ids)
        heard = 0
        for ticket in tickets:
            if ticket.state != "open":
                continue
            known = rows[ticket.id]
            standing = standing_of(ticket, begun=ticket.id in begun)
            planned = {(each.kind, each.on_date) for each in known if each.state == PLANNED}
            said = {(each.kind, each.on_date) for each in known if each.kind not in BY_OTHERS}
            found = reminders.look(standing, self.hours, unit.now, said, planned)
            moments[ticket.id] = found.at
            if found.say:
                heard += self._say(unit, ticket, known, found.say, aloud=heard < aloud)
        unit.reminders.look_at(moments)
        return heard

    def _say(
        self, unit: Unit, ticket: Ticket, known: Sequence[ReminderRow], say: Sequence[Occasion], *, aloud: bool
    ) -> bool:
        """One word in the thread says all of it, as the last and most urgent; whether the channel hears it, too."""
        days = {(each.kind, each.on): None for each in say}
        waiting = [row.key for row in known if row.kind in BY_OTHERS and (row.kind, row.on_date) in days]
        keys = [key for key in waiting if unit.reminders.claim(key)]
        keys += unit.reminders.say(ticket.id, [day for day in days if day[0] not in BY_OTHERS])
        if not keys:
            return False
        alone = aloud and ticket.owner is None and say[-1].kind != Why.OVERDUE
        work = f"remind:{keys[-1]}"
        if alone:
            unit.reminders.tell(keys, work)
        args = {"ticket": ticket.id, "rows": keys, "aloud": alone}
        self.engine.put(unit, "remind", work, args, lane="slack-post", ticket_id=ticket.id)
        return alone

    # -- in the thread ----------------------------------------------------------------------------------------------

    def _remind_call(self, job: Job) -> Mapping[str, Any]:
        """Says it as things stand now; nothing, when it is over or a newer word is on its way."""
        with self.store.read() as unit:
            ticket = unit.tickets.get(job.args["ticket"])
            view = self._still(unit, ticket, job.args["rows"][-1])
            now = self._local(unit.now)
        if view is None:
            return {}
        view = self._linked(ticket, view)
        blocks, text = cards.reminder_card(view, now), cards.reminder_text(view, now.date())
        return self._in_thread(job, blocks, text, aloud=job.args["aloud"])

    def _still(self, unit: Unit, ticket: Ticket, key: str) -> Reminded | None:
        """What there is to say now; None: the ticket is closed, its dates have moved, or a newer word says it all."""
        if ticket.state != "open":
            return None
        rows = unit.reminders.of(ticket.id)
        row = next(each for each in rows if each.key == key)
        if any(each.state == DUE and each.made_at > row.made_at for each in rows):
            return None
        if row.kind == Why.TASK and not self._task_of(unit, row.key).waits:
            return None
        set_by_others = {(each.kind, each.on_date) for each in rows if each.kind in BY_OTHERS}
        standing = standing_of(ticket, begun=bool(unit.reminders.begun([ticket.id])))
        found = reminders.occasions(standing, self.hours, unit.now, set_by_others)
        if not any((each.kind, each.on) == (row.kind, row.on_date) for each in found):
            return None
        return self._reminded(unit, ticket, row)

    def _task_of(self, unit: Unit, key: str) -> TaskRow:
        """The task a reminder with this key belongs to; of its second look, too."""
        return unit.tasks.get(key.partition(":")[0].partition("/")[0])

    def _reminded(self, unit: Unit, ticket: Ticket, row: ReminderRow | None = None) -> Reminded:
        requests = unit.requests.of(ticket.id)
        return Reminded(
            ticket_id=ticket.id,
            ref=ticket.ref,
            rights=ticket.rights,
            unrolled=ticket.unrolled,
            due=ticket.due,
            next_actor=next_actor(
                ticket, requests, asks=bool(self.engine.unsettled(unit, ticket.id) or unit.letters.drafts(ticket.id)),
                hands=bool(self._hands_wait(unit, requests)),
            ),
            states=tuple(each.state for each in requests),
            kind=row.kind if row else None,
            notice_by=ticket.extension_notice_by,
            paused_since=ticket.paused_since,
            stands=ticket.clock != "running",
            owner=ticket.owner,
            can_close=self._can_close(unit, ticket, requests),
        )  # fmt: skip

    def _linked(self, ticket: Ticket, view: Reminded) -> Reminded:
        """With the address of its card, where it has one."""
        if ticket.card_ts is None or ticket.card_channel is None:
            return view
        return view.at(self.channel.link(ticket.card_channel, ticket.card_ts))

    def _remind_after(self, unit: Unit, job: Job, posted: Mapping[str, Any]) -> None:
        rows = job.args["rows"]
        unit.reminders.end(rows, said="ts" in posted)
        if "ts" in posted:
            unit.audit(BOT.id, "remind", job.args["ticket"], rows=rows)

    # -- later ------------------------------------------------------------------------------------------------------

    def snoozes(self, user: str, ticket_id: str) -> tuple[str, list[date], date]:
        """(reference, days until which the ticket may be left alone, today). NotAllowed: it cannot wait."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.read() as unit:
            ticket = unit.tickets.get(ticket_id)
            return ticket.ref, self._snoozes(unit, ticket), self._today(unit.now)

    def snooze(self, user: str, event: str, ticket_id: str, until: date) -> None:
        """Nobody is reminded of the ticket before this day, which is no later than the next one the law names."""
        actor = self.actor(user)
        check_role(actor, Role.HANDLER)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return
            ticket = self._open_ticket(unit, ticket_id)
            latest = self._snoozes(unit, ticket)[-1]
            if not self._today(unit.now) < until <= latest:
                raise NotAllowed(say("errors.wait_at_most", latest=cards.day(latest)))
            unit.tickets.change(ticket.id, ticket.version, snoozed_until=until)
            unit.audit(actor.id, "snooze", ticket.id, until=until)
            self._redraw(unit, ticket.id)

    def _snoozes(self, unit: Unit, ticket: Ticket) -> list[date]:
        if ticket.state != "open":
            raise NotAllowed(say("card.is_closed", ref=ticket.ref))
        days = reminders.snoozes(standing_of(ticket), self.hours, self._today(unit.now))
        if not days:
            raise NotAllowed(say("errors.cannot_wait", ref=ticket.ref))
        return days

    # -- kinds ------------------------------------------------------------------------------------------------------

    def kinds(self) -> list[Kind]:
        """Every kind of work the desk carries, for the engine."""
        return [*super().kinds(), self._posts("remind", self._remind_call, self._thread_probe, self._remind_after)]


def standing_of(ticket: Ticket, *, begun: bool = True) -> Standing:
    """The ticket as far as reminders ask. `begun`: a right of it was chosen."""
    return Standing(
        opened_at=ticket.opened_at or ticket.received_at,
        received_on=ticket.received_on,
        unrolled=ticket.unrolled,
        due=ticket.due,
        touched=begun or ticket.owner is not None,
        notice_by=ticket.extension_notice_by,
        paused_since=ticket.paused_since,
        stands=ticket.clock != "running",
        snoozed_until=ticket.snoozed_until,
    )
