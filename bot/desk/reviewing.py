"""The review of old accounts: who has not been active for years is put before the team, batch by batch.

What they decide goes the road of every deletion: a ticket nobody wrote, one request for each account, each with a plan
of its own, approved by a second person together, run and proved one by one. A kept account is not asked about again
before its day. Each look, each batch and each decision is one transaction: a killed process loses and repeats none.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from bot import cards
from bot.cards import ReviewView
from bot.checkpoints import checkpoint
from bot.desk.identifying import ON_RECORD
from bot.desk.moving import Known
from bot.desk.opening import Enquiry
from bot.desk.watching import Watching
from bot.engine import Job, Kind
from bot.errors import NotAllowed, Unsupported
from bot.law import Right
from bot.phrases import say
from bot.store import Unit
from bot.store.review import BLIND, OPEN, OVER, RUNNING, Account, Batch
from bot.tickets import BOT, Correspondent, Identity, Role, State, Ticket, check_role, together
from bot.workflow import Act

PAGE = 100  # accounts asked for at once
PAGES = 50  # in one look; the next one goes on
KEEP, ANONYMISE, DELETE = "keep", "anonymise", "delete"  # what may be decided
CALLED_OFF = frozenset({State.APPROVING, State.COOLING})


class Reviewing(Watching):
    """The verbs of the review."""

    def review(self) -> None:
        """The next accounts are looked for in every system whose last ones are all decided."""
        if not self.house.review:
            return
        with self.store.read() as unit:
            due = [name for name in self._reviewed() if self._due(unit, name)]
        if due:
            with self.store.begin(patient=True) as unit:
                for name in due:
                    known = unit.reviews.round(name)
                    if known is None or known.state != RUNNING:
                        known = unit.reviews.begin(name, years_before(self._today(unit.now), self.house.review_years))
                    args = {"system": name, "number": known.number}
                    self.engine.put(unit, "review", f"review:{name}:{known.number}", args, lane="watch")

    def _reviewed(self) -> list[str]:
        named = self.house.review_systems
        return [name for name, each in self.systems.items() if (name in named if named else not each.by_hand)]

    def _due(self, unit: Unit, name: str) -> bool:
        known = unit.reviews.round(name)
        if known is None:
            return True
        if known.state != RUNNING:
            return known.at + timedelta(days=self.house.review_days) <= unit.now
        return not (unit.reviews.waits(name) or self.engine.states(unit, [f"review:{name}:{known.number}"]))

    # -- one look ---------------------------------------------------------------------------------------------------

    def _review_call(self, job: Job) -> Mapping[str, Any]:
        """The next accounts nobody uses and nobody has said to keep; in memory until their rows are sealed."""
        name = job.args["system"]
        with self.store.read() as unit:
            known, after, today = unit.reviews.round(name), unit.reviews.after(name), self._today(unit.now)
        assert known is not None
        found: list[tuple[str, tuple[str, ...], date | None]] = []
        for _ in range(PAGES):
            try:
                page = self.systems[name].idle(known.before, after, PAGE)
            except Unsupported:
                return {"blind": True}
            left = self._left_alone(name, page, today)
            for each in page:
                if len(found) == self.house.review_batch:
                    return {"found": found, "after": after, "over": False}
                after = each.person.key
                if after not in left:
                    found.append((after, tuple(each.person.addresses), each.last))
            if len(page) < PAGE:
                return {"found": found, "after": after, "over": True}
        return {"found": found, "after": after, "over": False}

    def _left_alone(self, name: str, page: Sequence[Any], today: date) -> set[str]:
        with self.store.read() as unit:
            whos = {unit.reviews.who(name, each.person.key): each.person.key for each in page}
            return {whos[each] for each in unit.reviews.left_alone(name, whos, today)} if whos else set()

    def _review_after(self, unit: Unit, job: Job, result: Mapping[str, Any]) -> None:
        name, number = job.args["system"], job.args["number"]
        known = unit.reviews.round(name)
        if known is None or (known.number, known.state) != (number, RUNNING):
            return
        found = result.get("found", ())
        if found:
            batch = unit.reviews.put(name, known.before, found)
            self.engine.put(unit, "batch", f"batch:{batch.id}", {"batch": batch.id}, lane="slack-post")
            unit.audit(BOT.id, "review", system=name, batch=batch.id, accounts=len(found), before=known.before)
        if "blind" in result:
            unit.reviews.ends(name, BLIND)
            return
        unit.reviews.goes_on(name, number, result["after"])
        if result["over"]:
            unit.reviews.ends(name, OVER)
        checkpoint("watch.reviewed")

    def _review_failed(self, unit: Unit, job: Job, state: str, error: str) -> None:
        """It is looked for again with the next review."""
        name = job.args["system"]
        unit.reviews.ends(name, OVER)
        unit.audit(BOT.id, "review_failed", system=name, state=state, error=error)

    # -- the batch --------------------------------------------------------------------------------------------------

    def review_view(self, unit: Unit, batch: Batch) -> ReviewView:
        """The batch as the channel may see it: counts by year, nobody's name."""
        rows = unit.reviews.of(batch.id)
        years = [str(each.last.year) if each.last else cards.NEVER for each in rows]
        tickets = dict.fromkeys(unit.requests.get(each.request_id).ticket_id for each in rows if each.request_id)
        return ReviewView(
            id=batch.id, label=self._label(batch.system), before=batch.before,
            years=tuple((year, years.count(year)) for year in sorted(set(years))),
            states={state: sum(each.state == state for each in rows) for state in {each.state for each in rows}},
            refs=tuple(unit.tickets.get(each).ref for each in tickets),
            blind=tuple(self._label(name) for name in unit.reviews.blind() if name in self.systems),
        )  # fmt: skip

    def _batch(self, batch_id: str) -> tuple[list[dict[str, Any]], str]:
        with self.store.read() as unit:
            view = self.review_view(unit, unit.reviews.batch(batch_id))
        return cards.batch_card(view), cards.batch_text(view)

    def _batch_call(self, job: Job) -> Mapping[str, Any]:
        return self._in_channel(job, *self._batch(job.args["batch"]))

    def _batch_redraw_call(self, job: Job) -> Mapping[str, Any]:
        if place := self._place_of(f"batch:{job.args['batch']}"):
            self.channel.update(*place, *self._batch(job.args["batch"]))
        return {}

    def accounts(self, user: str, batch_id: str) -> list[tuple[str, str, date | None]]:
        """(account, whose it is, day of the last activity) of each that waits for a decision. The look is audited."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.begin() as unit:
            rows = [each for each in unit.reviews.of(batch_id) if each.state == OPEN]
            if not rows:
                raise NotAllowed(say("errors.all_of_these"))
            unit.audit(user, "look_review", batch=batch_id)
            return [(each.id, _named(unit.reviews.person(each)), each.last) for each in rows]

    # -- what people decide -----------------------------------------------------------------------------------------

    def decide(
        self, user: str, event: str, batch_id: str, choices: Mapping[str, str], why: str = "", until: date | None = None
    ) -> Ticket | None:
        """Kept accounts are remembered with reason and day; the others are requests of one ticket nobody wrote.

        `choices`: account → keep, anonymise or delete; who is not named stays undecided. NotAllowed, naming the field,
        where a reason or a day is missing, or a system cannot anonymise.
        """
        check_role(self.actor(user), Role.HANDLER)
        kept = [each for each, choice in choices.items() if choice == KEEP]
        self._check_decision(choices, why if kept else "-", until)
        self._check_masks(batch_id, [each for each, choice in choices.items() if choice == ANONYMISE])
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return None
            batch = unit.reviews.batch(batch_id)
            rows = {each.id: each for each in unit.reviews.of(batch_id) if each.state == OPEN}
            if choices.keys() - rows.keys():
                raise NotAllowed(say("errors.some_decided"))
            ticket = self._erase_accounts(unit, batch, [rows[each] for each in choices if each not in kept], user)
            for each in kept:
                assert until is not None
                unit.reviews.keep(rows[each], user, until, why.strip())
            counts = {choice: [*choices.values()].count(choice) for choice in sorted({*choices.values()})}
            unit.audit(
                user, "decide", ticket and ticket.id, batch=batch_id, until=until if kept else None, counts=counts
            )
            key = f"batch_redraw:{batch_id}:{unit.id()}"
            self.engine.put(unit, "batch_redraw", key, {"batch": batch_id}, lane=f"card:{batch_id}")
            checkpoint("watch.decided")
        return ticket

    def _check_decision(self, choices: Mapping[str, str], why: str, until: date | None) -> None:
        if not choices:
            raise NotAllowed(say("errors.decide_one"), field="why")
        if {*choices.values()} - {KEEP, ANONYMISE, DELETE}:
            raise NotAllowed(say("errors.three_ways"), field="why")
        if not why.strip():
            raise NotAllowed(say("errors.say_why_kept"), field="why")
        if KEEP in choices.values() and (until is None or until <= self._today(self.clock())):
            raise NotAllowed(say("errors.kept_until"), field="until")

    def _check_masks(self, batch_id: str, accounts: Sequence[str]) -> None:
        """NotAllowed, in words, where a system would not anonymise one of these accounts."""
        with self.store.read() as unit:
            rows = [each for each in unit.reviews.of(batch_id) if each.id in accounts and each.state == OPEN]
            persons = {each.id: unit.reviews.person(each) for each in rows}
        for each in rows:
            system, person = self.systems[each.system], persons[each.id]
            lines = system.plan(Right.DELETION, Known(each.system, person["key"], tuple(person["addresses"])))
            if not any(line.act == Act.ANONYMISE and line.count for line in lines):
                told = say("errors.cannot_anonymise", label=system.label)
                raise NotAllowed(told, field=each.id)

    def _erase_accounts(self, unit: Unit, batch: Batch, rows: Sequence[Account], user: str) -> Ticket | None:
        """One ticket, one request for each of these accounts, each on its way to its plan."""
        if not rows:
            return None
        (ticket,) = self._open(unit, [Enquiry(
            channel="review", received_at=unit.now, received_on=self._today(unit.now), language="en",
            rights=(Right.DELETION,), who=Correspondent(""), sender="", silent=True, by=user,
            detail={"batch": batch.id}, subjects=tuple(f"{number:03d}" for number, _ in enumerate(rows, 1)),
        )])  # fmt: skip
        ticket = self._identity(unit, unit.tickets.lock(ticket.id), Identity.CONFIRMED, say(ON_RECORD["review"]))
        unit.tickets.own(ticket.id, user)
        persons = [unit.reviews.person(each) for each in rows]
        for request, each, person in zip(unit.requests.of(ticket.id), rows, persons, strict=True):
            unit.requests.set_persons(request.id, {batch.system: dict(person)})
            actor = self.actor(user)
            request = self._move(unit, request, "choose", actor, chosen_by=user, chosen_at=unit.now)  # noqa: PLW2901
            self._plan(unit, self._move(unit, request, "identified", BOT))
            unit.reviews.erase(each, user, request.id)
        return ticket

    def approve_all(self, user: str, event: str, ticket_id: str, mark: str) -> int:
        """A second person has approved exactly these plans (`tickets.together`), together; how many they were."""
        actor = self.actor(user)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return 0
            ticket = self._open_ticket(unit, ticket_id)
            waiting = [each for each in unit.requests.of(ticket.id) if each.state == State.APPROVING]
            if not waiting or together((each.id, each.plan_id) for each in waiting) != mark:
                raise NotAllowed(say("errors.plans_changed"))
            for each in waiting:
                self._approve(unit, each, actor)
            checkpoint("watch.approved")
        return len(waiting)

    def call_off(self, user: str, event: str, ticket_id: str) -> int:
        """Nothing is done about the accounts whose run has not begun; how many. The next review asks again."""
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return 0
            ticket = self._open_ticket(unit, ticket_id)
            found = [each for each in unit.requests.of(ticket.id) if each.state in CALLED_OFF]
            for each in found:
                self._drop_plan(unit, each, user)
                self._move(unit, each, "withdraw", self.actor(user))
        return len(found)

    # -- kinds ------------------------------------------------------------------------------------------------------

    def kinds(self) -> list[Kind]:
        """Every kind of work the desk carries, for the engine."""
        return [
            *super().kinds(),
            Kind(
                name="review", call=self._review_call, after=self._review_after, failed=self._review_failed,
                timeout_s=600.0, settle_s=0.0, harmless=True,
            ),
            self._posts("batch", self._batch_call, self._channel_probe),
            self._redraws("batch_redraw", self._batch_redraw_call),
        ]  # fmt: skip


def years_before(today: date, years: int) -> date:
    """The same day so many years ago; the last of February where there was no such day."""
    try:
        return today.replace(year=today.year - years)
    except ValueError:
        return today.replace(year=today.year - years, day=28)


def _named(person: Mapping[str, Any]) -> str:
    """Whose account it is, for a modal."""
    return ", ".join(person["addresses"]) or say("reasons.account_no_address", person=person["key"])

