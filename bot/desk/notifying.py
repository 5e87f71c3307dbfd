"""Whoever got the data hears of what was done (GDPR 19, FADP 32(4)): a row and a letter each, chased until they answer.

A letter to a recipient is addressed from the register, never from the person's mail; it is no answer of a request, and
what comes back is never the person's word.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.checkpoints import checkpoint
from bot.desk.moving import READ_S
from bot.desk.noticing import Noticing
from bot.engine import Job, Kind
from bot.phrases import say
from bot.recipients import LIFTING, PLACE, Recipient, Standing, register, slug, to_tell
from bot.reminders import RECIPIENT_DAYS
from bot.reminders import Kind as Why
from bot.store import Notice, Unit
from bot.store.rows import LetterRow
from bot.tickets import BOT, Correspondent, Request, Ticket
from bot.workflow import Act, Line, ends_restriction

NOTICE, AGAIN = "recipient_notice", "recipient_reminder"  # the letters
AGAIN_DAYS = 7  # until they are written to once more
UNCHANGED = frozenset({Act.EXPORT, Act.KEEP})  # lines of a plan nobody has to hear of
HAND = "hand"  # behind a notice's id: reminders that they are still to be told


class Notifying(Noticing):
    """The notices of a request, from its plan to the second letter."""

    # -- in the plan --------------------------------------------------------------------------------------------------

    def _register(self) -> list[Recipient]:
        return register(self.house.policy["policy"]["recipients"])

    def _to_tell(self, lines: Iterable[Line]) -> list[Line]:
        """A line for each recipient who hears of it once these lines are carried out."""
        found = to_tell(self._register(), categories(lines))
        return [
            Line(PLACE, each.name, Act.TASK, 1, words="" if each.email else say("reasons.by_hand")) for each in found
        ]

    # -- given --------------------------------------------------------------------------------------------------------

    def _notify(self, unit: Unit, request: Request) -> bool:
        """Each recipient the plan names has a notice, once; whether a letter to one of them is still on its way."""
        assert request.plan_id is not None
        plan = unit.plans.get(request.plan_id)
        known = {each.recipient for each in self._notices_given(unit, request)}
        found = {each.slug: each for each in self._register()}
        lifting = ends_restriction(plan.lines)
        for line in plan.lines:
            if line.system == PLACE and line.count and slug(line.place) not in known:
                to = found.get(slug(line.place), Recipient(line.place))
                self._give_notice(unit, request, to, LIFTING if lifting else str(request.right))
        return any(each.state == Standing.TO_TELL for each in self._notices_given(unit, request))

    def _notices_given(self, unit: Unit, request: Request) -> list[Notice]:
        """The notices of what this request's plan did."""
        found = unit.notices.of(request.ticket_id)
        return [each for each in found if (each.request_id, each.plan_id) == (request.id, request.plan_id)]

    def _give_notice(self, unit: Unit, request: Request, to: Recipient, act: str) -> None:
        assert request.plan_id is not None
        state = Standing.TO_TELL if to.email else Standing.BY_HAND
        notice = Notice(
            unit.id(), request.ticket_id, request.id, request.plan_id, to.slug, to.name, to.kind, to.language, act,
            state, unit.now,
        )  # fmt: skip
        unit.notices.add(notice)
        unit.audit(BOT.id, "notice", request.ticket_id, request.id, notice=notice.id, recipient=to.slug, state=state)
        if to.email:
            args = {"notice": notice.id}
            self.engine.put(unit, "notify", f"notify:{notice.id}", args, ticket_id=request.ticket_id)
        else:
            self._tell_by_hand(unit, notice)
        self._redraw(unit, request.ticket_id)
        checkpoint("notice.given")

    def _tell_by_hand(self, unit: Unit, notice: Notice) -> None:
        """A person has to tell them: said in the thread, and again until it is done."""
        notice = self._ask_about(unit, unit.notices.change(notice.id, state=Standing.BY_HAND))
        self._remind_of(unit, notice, f"{notice.id}/{HAND}")

    def _remind_of(self, unit: Unit, notice: Notice, of: str) -> None:
        today = self._today(unit.now)
        days = [today + timedelta(days=each) for each in RECIPIENT_DAYS]
        self._remind_on(unit, unit.tickets.get(notice.ticket_id), Why.RECIPIENT, days, of)

    # -- the letter ---------------------------------------------------------------------------------------------------

    def _notify_call(self, job: Job) -> Mapping[str, Any]:
        """The letter, composed. It stays in memory until its row is sealed. Empty where none can go."""
        with self.store.read() as unit:
            notice = unit.notices.get(job.args["notice"])
            ticket, now = unit.tickets.get(notice.ticket_id), unit.now
            values = self._notice_values(unit, notice)
        to = next((each.email for each in self._register() if each.slug == notice.recipient), "")
        if notice.state != Standing.TO_TELL or notice.letter_id or not to:
            return {}
        return self._composed(replace(ticket, language=notice.language), Correspondent(to), NOTICE, values, now)

    def _notice_values(self, unit: Unit, notice: Notice) -> dict[str, Any]:
        """Who it is about, as a recipient finds them, and of a correction what changed: no more than that."""
        wrote = unit.tickets.correspondent(notice.ticket_id)
        persons = self._persons(unit, notice.request_id).values()
        addresses = [wrote.address, *(address for person in persons for address in person.addresses)]
        known = dict.fromkeys(each.strip().lower() for each in addresses if each)
        changes = unit.requests.changes(notice.request_id) if notice.act == "correction" else []
        fields = {(each["word"], each["old"], each["new"]): None for each in changes}
        return {
            "act": notice.act,
            "name": wrote.name,
            "addresses": list(known),
            "changes": [{"word": word, "old": old, "new": new} for word, old, new in fields],
        }

    def _notify_after(self, unit: Unit, job: Job, letter: Mapping[str, Any]) -> None:
        notice = unit.notices.get(job.args["notice"])
        ticket = unit.tickets.lock(notice.ticket_id)
        notice = unit.notices.get(notice.id)
        if notice.state != Standing.TO_TELL or notice.letter_id:
            return
        if not letter:  # the register has no address for them any more
            self._tell_by_hand(unit, notice)
            self._redraw(unit, ticket.id)
            return
        self._out(unit, replace(ticket, language=notice.language), f"{notice.id}:{NOTICE}:1", letter, None)
        unit.notices.change(notice.id, letter_id=letter["id"], message_id=letter["message_id"])

    def _notify_failed(self, unit: Unit, job: Job, state: str, error: str) -> None:
        """No letter can be written to them: a person tells them."""
        del state, error
        notice = unit.notices.get(job.args["notice"])
        unit.tickets.lock(notice.ticket_id)
        if unit.notices.get(notice.id).state == Standing.TO_TELL:
            self._tell_by_hand(unit, notice)
            self._redraw(unit, notice.ticket_id)

    def _letter_after(self, unit: Unit, job: Job, result: Mapping[str, Any]) -> None:
        super()._letter_after(unit, job, result)
        notice = self._notice_of(unit, unit.letters.get(job.args["letter"]))
        if notice and notice.state == Standing.TO_TELL:
            self._now_told(unit, notice, BOT.id)
            args = {"notice": notice.id}
            again = unit.now + timedelta(days=AGAIN_DAYS)
            self.engine.put(unit, "chase", chase_key(notice), args, run_at=again, ticket_id=notice.ticket_id)

    def _letter_failed(self, unit: Unit, job: Job, state: str, error: str) -> None:
        super()._letter_failed(unit, job, state, error)
        notice = self._notice_of(unit, unit.letters.get(job.args["letter"]))
        if notice and notice.state == Standing.TO_TELL and state != "unknown":
            self._tell_by_hand(unit, notice)

    def _notice_returned(self, unit: Unit, letter: LetterRow) -> Notice | None:
        """The notice this letter is of, if any: it did not arrive, so a person tells them by other means.

        If it was the first letter they know nothing. Who has answered meanwhile is asked no more.
        """
        if letter.kind == AGAIN:
            notice = next(iter(unit.notices.by_message_ids([letter.message_id])), None)
        else:
            notice = self._notice_of(unit, letter)
        if notice and notice.state in {Standing.TO_TELL, Standing.TOLD}:
            self._asked_no_more(unit, notice)
            self._tell_by_hand(unit, notice if letter.kind == AGAIN else unit.notices.change(notice.id, told_at=None))
        return notice

    def _notice_of(self, unit: Unit, letter: LetterRow) -> Notice | None:
        return unit.notices.by_letter(letter.id) if letter.kind == NOTICE else None

    def _now_told(self, unit: Unit, notice: Notice, by: str, how: str | None = None) -> Notice:
        """They know: from now on their answer is awaited."""
        told = unit.notices.change(notice.id, state=Standing.TOLD, told_at=unit.now, why=how)
        told_by = {"how": how} if how else {"letter": notice.letter_id}
        unit.audit(
            by, "recipient_told", told.ticket_id, told.request_id, notice=told.id, recipient=told.recipient, **told_by
        )
        self._remind_of(unit, told, told.id)
        return told

    # -- once more ----------------------------------------------------------------------------------------------------

    def _chase_call(self, job: Job) -> Mapping[str, Any]:
        """A second letter, as an answer to the first; none once they have answered or nobody asks any more."""
        with self.store.read() as unit:
            notice = unit.notices.get(job.args["notice"])
            if notice.state != Standing.TOLD or notice.letter_id is None or notice.again_id:
                return {}
            assert notice.told_at is not None
            ticket, now = unit.tickets.get(notice.ticket_id), unit.now
            to = unit.letters.content(notice.letter_id)["to"]
        first = notice.message_id or ""
        values = {"act": notice.act, "told_on": self._today(notice.told_at)}
        thread = Correspondent(to, message_id=first, references=(first,))
        return self._composed(replace(ticket, language=notice.language), thread, AGAIN, values, now)

    def _chase_after(self, unit: Unit, job: Job, letter: Mapping[str, Any]) -> None:
        notice = unit.notices.get(job.args["notice"])
        ticket = unit.tickets.lock(notice.ticket_id)
        notice = unit.notices.get(notice.id)
        if not letter or notice.state != Standing.TOLD or notice.again_id:
            return
        self._out(unit, replace(ticket, language=notice.language), f"{notice.id}:{AGAIN}:1", letter, None)
        unit.notices.change(notice.id, again_id=letter["message_id"])

    def _asked_no_more(self, unit: Unit, notice: Notice) -> None:
        """Nobody is reminded of it, no second letter goes, and its message has no buttons."""
        ticket: Ticket = unit.tickets.get(notice.ticket_id)
        self._forget(unit, ticket, Why.RECIPIENT, notice.id)
        self._forget(unit, ticket, Why.RECIPIENT, f"{notice.id}/{HAND}")
        self.engine.cancel(unit, chase_key(notice))
        self._ask_no_more(unit, notice)
        self._redraw(unit, ticket.id)

    # -- what the person reads ----------------------------------------------------------------------------------------

    def _told_values(self, unit: Unit, request: Request) -> dict[str, Any]:
        """Who was told on which day, who will be, and whom nobody writes to because of what."""
        assert request.plan_id is not None
        given = self._notices_given(unit, request)
        about = categories(unit.plans.get(request.plan_id).lines)
        left_out = [each for each in self._register() if not each.tell and about and each.concerned(about)]
        return {
            "told": [{"name": each.name, "on": self._today(each.told_at)} for each in given if each.told_at],
            "telling": [{"name": each.name} for each in given if not each.told_at],
            "untold": [{"name": each.name, "because": each.because} for each in left_out],
        }

    def _notifying_kinds(self) -> list[Kind]:
        return [
            *self._noticing_kinds(),
            Kind(
                name="notify", call=self._notify_call, after=self._notify_after, timeout_s=READ_S, settle_s=0.0,
                harmless=True, failed=self._notify_failed,
            ),
            self._harmless("chase", self._chase_call, self._chase_after),
        ]  # fmt: skip


def categories(lines: Iterable[Line]) -> Sequence[str]:
    """Of what data something is changed by these lines; empty text where a line does not say."""
    changed = [each for each in lines if each.system != PLACE and each.count and each.act not in UNCHANGED]
    return list(dict.fromkeys(each.category for each in changed))


def chase_key(notice: Notice) -> str:
    """The work that writes to them once more."""
    return f"chase:{notice.id}"
