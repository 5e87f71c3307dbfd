"""The clock of a ticket: an event is recorded, the dates are counted anew, and whoever works on it sees old and new."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from bot import cards
from bot.cards import ClockMove
from bot.checkpoints import checkpoint
from bot.desk.recorded import (
    ANSWERED,
    CLARIFICATION,
    EXTENSION,
    IDENTITY,
    LARGE,
    REGIME,
    RULES,
    SENT,
    UNSENT,
    Recorded,
    moved,
    recorded,
)
from bot.desk.writing import Writing
from bot.engine import Job, Kind
from bot.law import Clock
from bot.store import ClockEvent, Unit
from bot.store.rows import LetterRow
from bot.tickets import BOT, PERSON, WRITTEN, Correspondent, Ticket

RECORD = {  # in the audit
    IDENTITY: "pause", CLARIFICATION: "pause", ANSWERED: "resume_clock", EXTENSION: "extend", LARGE: "large",
    REGIME: "regime", SENT: "clock_sent", UNSENT: "clock_unsent", RULES: "recount",
}  # fmt: skip
CODE = "identity_code"
LETTERS = frozenset({CODE, "identity_question", "clarification_question", "extension_notice"})  # that move a clock
BATCH = 100  # tickets looked up at once when the rules have changed
NOBODY = (BOT.id, PERSON.id)


@dataclass(frozen=True)
class Letter:
    """A letter that goes out with an event."""

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    automatic: bool = False
    draft: LetterRow | None = None  # that somebody releases: it is not written anew
    to: Correspondent | None = None  # another than the one who wrote


class Counting(Writing):
    """What every move of the clock is made of."""

    def _on_record(self, unit: Unit, ticket: Ticket) -> Recorded:
        return recorded(unit.tickets.clock_events(ticket.id))

    def _clock_of(self, ticket: Ticket, known: Recorded) -> Clock:
        """The dates as they follow from all that is on record. By post or telephone it is the day that was entered."""
        received = ticket.received_at if ticket.channel in WRITTEN else ticket.received_on
        return self.house.deadline(received, known.events, known.regimes or self.house.regimes)

    def _record(
        self, unit: Unit, ticket: Ticket, by: str, kind: str, on: date, detail: Mapping[str, Any],
        letter: Letter | None = None,
    ) -> ClockMove:  # fmt: skip
        """The event is a row and audited; the dates, the card, its thread and the letter say what follows from it.

        With a letter somebody has to release first, nothing moves before that.
        """
        row = ClockEvent(unit.id(), ticket.id, kind, on, detail, by, unit.now)
        known = recorded([*unit.tickets.clock_events(ticket.id), row])
        if letter and letter.draft is None and letter.name not in self.house.release_at_once:
            return self._as_draft(unit, ticket, row, letter)
        now = self._counted(unit, ticket, known)
        dates = {
            "due": [ticket.due.isoformat(), now.due.isoformat()],
            "unrolled": [ticket.unrolled.isoformat(), now.unrolled.isoformat()],
            "state": now.clock,
        }
        row = replace(row, detail={**detail, **dates})
        if letter:
            sent = self._tell_person(unit, now, letter, {**letter.values, **self._effect(now, known, on)}, by)
            row = replace(row, detail={**row.detail, "letter": sent})
        unit.tickets.add_clock_event(row.id, ticket.id, kind, on, row.detail, by)
        unit.audit(by, RECORD[kind], ticket.id, event=row.id, kind=kind, on=on, **dates)
        self._redraw(unit, ticket.id)
        if by not in NOBODY or kind == UNSENT or now.due != ticket.due:
            self._say_moved(unit, ticket.id, row.id)
        checkpoint("clock.recorded")
        return move(ticket.ref, row)

    def _tell_person(self, unit: Unit, ticket: Ticket, letter: Letter, values: Mapping[str, Any], by: str) -> str:
        """The letter is on its way with these values; its id."""
        if letter.draft is None:
            return self._send(unit, ticket, letter.name, values, automatic=letter.automatic, by=by, to=letter.to)
        self._go_out(unit, letter.draft, by, self._printed_anew(unit, letter.draft, ticket, values))
        return letter.draft.id

    def _as_draft(self, unit: Unit, ticket: Ticket, row: ClockEvent, letter: Letter) -> ClockMove:
        """The letter is a draft that says what would follow from the event; the clock is as it was."""
        then, effect = self._would(unit, ticket, row)
        self._send(
            unit, then, letter.name, {**letter.values, **effect}, automatic=letter.automatic, by=row.by, to=letter.to,
            move={"kind": row.kind, "detail": row.detail},
        )  # fmt: skip
        return replace(move(ticket.ref, row), before=ticket.due, after=then.due, state=then.clock, waits=True)

    def _would(self, unit: Unit, ticket: Ticket, row: ClockEvent) -> tuple[Ticket, dict[str, Any]]:
        """The ticket as it would be with this event on record, and what a letter says of it then."""
        known = recorded([*unit.tickets.clock_events(ticket.id), row])
        clock = self._clock_of(ticket, known)
        then = replace(ticket, due=clock.due, unrolled=clock.unrolled, clock=clock.state)
        return then, self._effect(then, known, row.on_date)

    def _counted(self, unit: Unit, ticket: Ticket, known: Recorded) -> Ticket:
        """The ticket with the dates that follow from what is on record, by the rules of today."""
        clock = self._clock_of(ticket, known)
        changed = unit.tickets.change(
            ticket.id, ticket.version,
            regimes=known.regimes or self.house.regimes, unrolled=clock.unrolled, due=clock.due, why=clock.why,
            extension_notice_by=clock.extension_notice_by, clock=clock.state, rules=self.house.rules,
            paused_since=min((each.on for each in known.waiting), default=None),
        )  # fmt: skip
        assert changed is not None  # the transaction holds the ticket's row
        return changed

    def _effect(self, ticket: Ticket, known: Recorded, on: date) -> dict[str, Any]:
        """What a letter may say of the clock, and the date if the answer to every open question came on this day."""
        answered = tuple(replace(each, answered=each.answered or max(on, each.on)) for each in known.questions)
        due = self._clock_of(ticket, replace(known, questions=answered)).due
        return {"clock": ticket.clock, "asked_on": on, "due_if_answered": due}

    # -- questions and answers ------------------------------------------------------------------------------------

    def _ask_by_code(
        self, unit: Unit, ticket: Ticket, values: Mapping[str, Any], to: Correspondent | None = None
    ) -> None:
        """The letter with the code is written, to whoever wrote or to another address on file.

        As a question of identity it stops the clock, if it was soon asked.

        EDPB 01/2022 para 159: only what is asked without undue delay may suspend.
        """
        on, known = self._today(unit.now), self._on_record(unit, ticket)
        prompt = (on - ticket.received_on).days <= self.house.code_pauses_days != 0
        if prompt and not any(each.kind == IDENTITY for each in known.waiting):
            letter = Letter(CODE, values, automatic=True, to=to)
            self._record(unit, ticket, BOT.id, IDENTITY, on, {"code": True, "large": known.large}, letter)
        else:
            self._send(unit, ticket, CODE, {**values, **self._effect(ticket, known, on)}, automatic=True, to=to)

    def _answers_came(self, unit: Unit, ticket: Ticket, by: str, on: date) -> ClockMove | None:
        """Every open question has its answer as of this day; None where nothing was asked."""
        waiting = self._on_record(unit, ticket).waiting
        if not waiting:
            return None
        return self._record(unit, ticket, by, ANSWERED, on, {"of": [each.id for each in waiting]})

    # -- what became of the letters -------------------------------------------------------------------------------

    def _letter_after(self, unit: Unit, job: Job, result: Mapping[str, Any]) -> None:
        super()._letter_after(unit, job, result)
        on = self._today(unit.now)
        row = self._carried_by(unit, job.args["letter"])
        if row and on > row.on_date:  # what counts is the day on which the person could know
            self._record(unit, unit.tickets.get(row.ticket_id), BOT.id, SENT, on, {"of": row.id})

    def _letter_failed(self, unit: Unit, job: Job, state: str, error: str) -> None:
        super()._letter_failed(unit, job, state, error)
        row = self._carried_by(unit, job.args["letter"])
        if row and state != "unknown":  # nobody was told, so nothing has moved
            on = self._today(unit.now)
            self._record(unit, unit.tickets.get(row.ticket_id), BOT.id, UNSENT, on, {"of": row.id})

    def _carried_by(self, unit: Unit, letter_id: str) -> ClockEvent | None:
        """The event this letter tells the person of."""
        letter = unit.letters.get(letter_id)
        rows = unit.tickets.clock_events(letter.ticket_id) if letter.kind in LETTERS else []
        return next((each for each in rows if each.detail.get("letter") == letter_id), None)

    # -- when the rules change ------------------------------------------------------------------------------------

    def recount(self) -> int:
        """Open tickets counted by other rules (law, holidays, configuration) are counted anew; how many they were.

        Each is one transaction. Where a date moved, it is recorded, audited and said.
        """
        done = 0
        while outdated := self._outdated():
            for ticket_id in outdated:
                with self.store.begin(patient=True) as unit:
                    self._recount(unit, unit.tickets.lock(ticket_id))
            done += len(outdated)
        return done

    def _outdated(self) -> list[str]:
        with self.store.read() as unit:
            return unit.clocks.of_other_rules(self.house.rules, BATCH)

    def _recount(self, unit: Unit, ticket: Ticket) -> None:
        known = self._on_record(unit, ticket)
        clock = self._clock_of(ticket, known)
        if (clock.due, clock.unrolled, clock.state) == (ticket.due, ticket.unrolled, ticket.clock):
            self._counted(unit, ticket, known)
            return
        news = [line for line in clock.why if line not in ticket.why]
        rules = {"rules": [ticket.rules, self.house.rules], "why": news}
        self._record(unit, ticket, BOT.id, RULES, self._today(unit.now), rules)

    # -- the word in the thread -----------------------------------------------------------------------------------

    def _say_moved(self, unit: Unit, ticket_id: str, event_id: str) -> None:
        """The card's thread will say what moved."""
        args = {"ticket": ticket_id, "event": event_id}
        self.engine.put(unit, "note", f"note:{event_id}", args, lane="slack-post", ticket_id=ticket_id)

    def _note_call(self, job: Job) -> Mapping[str, Any]:
        with self.store.read() as unit:
            ticket = unit.tickets.get(job.args["ticket"])
            told = move(ticket.ref, unit.clocks.event(job.args["event"]))
        return self._in_thread(job, cards.move_blocks(told), cards.move_text(told))

    def _counting_kinds(self) -> list[Kind]:
        return [*self._writing_kinds(), self._posts("note", self._note_call, self._thread_probe)]


def move(ref: str, row: ClockEvent) -> ClockMove:
    """The row as people read it."""
    before, after = moved(row) or (row.on_date, row.on_date)
    detail = row.detail
    return ClockMove(
        ref=ref, kind=row.kind, by=row.by, on=row.on_date, before=before, after=after,
        state=detail.get("state", "running"), code=bool(detail.get("code")),
        reason=str(detail.get("reason") or detail.get("how") or ""), regimes=tuple(detail.get("regimes") or ()),
        large=bool(detail.get("large")), why=tuple(detail.get("why", ())),
    )  # fmt: skip
