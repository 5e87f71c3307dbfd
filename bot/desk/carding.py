"""The card of a ticket and the message of a mail put aside: what they show, posted once and drawn anew."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from bot import cards
from bot.cards import CardView, NextActor, PlanLine, Progress, RequestView, Unsettled
from bot.cards.aside import aside_card, aside_text
from bot.desk.choosing import OUTWARD
from bot.desk.drafting import Drafting
from bot.desk.returning import came_back
from bot.desk.running import step_key
from bot.drafts import name as called
from bot.drafts import word
from bot.engine import Job, Kind
from bot.intake import Verdict, notes
from bot.phrases import named, say
from bot.store import MailRow, Unit
from bot.tickets import DISCLOSING, FINAL, Identity, Request, State, Ticket
from bot.workflow import Act, difference, ends_restriction

OPEN_PLAN = frozenset({State.PLANNED, State.APPROVING})


class Carding(Drafting):
    """What the channel sees of a ticket: nothing personal."""

    # -- what it shows --------------------------------------------------------------------------------------------

    def view(self, unit: Unit, ticket: Ticket) -> CardView:
        """The ticket as the channel may see it: nothing personal."""
        requests = unit.requests.of(ticket.id)
        unsettled = self.engine.unsettled(unit, ticket.id)
        closed = ticket.closed_at
        drafts, mark = self.draft_views(unit, ticket.id)
        return CardView(
            ticket_id=ticket.id,
            ref=ticket.ref,
            rights=ticket.rights,
            received_on=ticket.received_on,
            due=ticket.due,
            unrolled=ticket.unrolled,
            why=ticket.why,
            language=ticket.language,
            regimes=ticket.regimes,
            next_actor=next_actor(
                ticket, requests, asks=bool(unsettled or drafts) or self._to_bring(unit, ticket),
                hands=bool(self._hands_wait(unit, requests)),
            ),
            identity=ticket.identity,
            requests=tuple(self._request_view(unit, each) for each in requests),
            unsettled=tuple(Unsettled(each.key, self._what(unit, each), "letter" in each.args) for each in unsettled),
            owner=ticket.owner,
            snoozed_until=ticket.snoozed_until,
            held=bool(unit.holds.of(ticket.id)),
            four_eyes=self.house.four_eyes,
            cooling_hours=self.house.cooling_hours,
            can_close=self._can_close(unit, ticket, requests),
            closed_on=self._today(closed) if closed else None,
            outcome=ticket.outcome,
            clock=self.clock_view(unit, ticket),
            channel=ticket.channel,
            recipients=tuple(self.notice_views(unit, ticket.id)),
            drafts=drafts,
            drafts_mark=mark,
            to_tell=tuple(unit.packages.to_tell(ticket.id)),
            to_post=tuple((each.id, called(each.kind)) for each in unit.letters.to_post(ticket.id)),
            returned=came_back(unit.letters.of(ticket.id)),
            notes=self._noted(unit, ticket),
        )  # fmt: skip

    def _noted(self, unit: Unit, ticket: Ticket) -> tuple[str, ...]:
        """What is odd about the mails of this ticket, once each."""
        said = {reason for mail in unit.mail.of(ticket.id) for reason in mail.reasons}
        return tuple(each for each in notes.TELLING if each in said)

    def _can_close(self, unit: Unit, ticket: Ticket, requests: Sequence[Request]) -> bool:
        """Every right has ended, nothing is on its way out any more, and every recipient has answered."""
        done = bool(requests) and all(each.state in FINAL for each in requests)
        waits = self.engine.unfinished(unit, ticket.id, OUTWARD) or unit.notices.any_open(ticket.id)
        return done and not waits and not self._to_bring(unit, ticket)

    def _request_view(self, unit: Unit, request: Request) -> RequestView:
        answered = request.result.get("answered_on")
        shown = RequestView(
            id=request.id,
            right=request.right,
            state=request.state,
            version=request.version,
            reason=request.reason,
            back_to=request.back_to,
            chosen_by=request.chosen_by,
            answered_on=date.fromisoformat(str(answered)) if answered else None,
            to_look=unit.looks.open(request.id) if request.back_to == State.ANSWERING else 0,
        )
        if request.plan_id is None:
            return shown
        plan = unit.plans.get(request.plan_id)
        before = unit.plans.before(plan)
        approval = unit.plans.approval(plan.id)
        return replace(
            shown,
            plan_id=plan.id,
            lifting=ends_restriction(plan.lines),
            plan=tuple(
                PlanLine(
                    self._label(line.system), line.place, line.act, line.count, line.basis,
                    date.fromisoformat(line.until) if line.until else None, line.words,
                )
                for line in plan.lines
            ),
            changes=tuple(difference(before.lines, plan.lines)) if before and request.state in OPEN_PLAN else (),
            decided_by=approval.by if approval else None,
            cooling_until=self._run_begins(unit, request) if request.state == State.COOLING else None,
            progress=self._progress_view(unit, request),
            tasks=tuple(self.task_view(unit, each) for each in self._tasks(unit, request)),
        )  # fmt: skip

    def _progress_view(self, unit: Unit, request: Request) -> tuple[Progress, ...]:
        if request.state not in {State.RUNNING, State.PROVING, State.ANSWERING, State.DONE, State.NEEDS_PERSON}:
            return ()
        lines = self._lines(unit, request)
        keys = {name: step_key(request, name, self._act(unit, request)) for name in lines}
        states = self.engine.states(unit, list(keys.values()))
        rows = []
        for name, each in lines.items():
            seen = self._progress(request, name)
            found = sum(line.count for line in each if line.act != Act.KEEP)
            state = "done" if "done" in seen else states.get(keys[name], "waiting")
            left = seen.get("left") if request.right not in DISCLOSING else None
            rows.append(Progress(self._label(name), state, found, left))
        return tuple(rows)

    def _hands_wait(self, unit: Unit, requests: Iterable[Request]) -> set[str]:
        """The tickets of which somebody has to do something by hand, or to look at what was done."""
        at_work = {each.id: each.plan_id for each in requests if each.state in {State.RUNNING, State.PROVING}}
        tasks = unit.tasks.of_each(list(at_work))
        return {each.ticket_id for each in tasks if each.waits and each.plan_id == at_work[each.request_id]}

    def _what(self, unit: Unit, job: Job) -> str:
        if "letter" in job.args:
            return say("reasons.the_letter", value=word(unit.letters.get(job.args["letter"]).kind))
        step = named("step", job.kind)
        if "system" in job.args:
            return say("reasons.the_step_in", kind=step, label=self._label(job.args["system"]))
        return say("reasons.the_step", kind=step)

    # -- posted, and drawn anew -----------------------------------------------------------------------------------

    def _drawn(self, ticket_id: str) -> tuple[Ticket, list[dict[str, Any]], str]:
        with self.store.read() as unit:
            ticket = unit.tickets.get(ticket_id)
            view = self.view(unit, ticket)
            now = self._local(unit.now)
        draw = cards.review_card if ticket.channel == "review" else cards.card
        return ticket, draw(view, now), cards.card_text(view)

    def _card_call(self, job: Job) -> Mapping[str, Any]:
        ticket, blocks, text = self._drawn(job.args["ticket"])
        return {**self._in_channel(job, blocks, text), "version": ticket.version}

    def _card_after(self, unit: Unit, job: Job, posted: Mapping[str, Any]) -> None:
        ticket = unit.tickets.lock(job.args["ticket"])
        version = posted.get("version", 0)  # found again: nobody knows which state it shows
        unit.tickets.card_shown(ticket.id, posted["channel"], posted["ts"], version)
        if version < ticket.version:
            self._redraw(unit, ticket.id)

    def _redraw_call(self, job: Job) -> Mapping[str, Any]:
        """Shows the newest state; nothing to do when a later drawing was faster."""
        with self.store.read() as unit:
            ticket = unit.tickets.get(job.args["ticket"])
        channel, ts = ticket.card_channel, ticket.card_ts
        if channel is None or ts is None or ticket.card_version >= job.args["version"]:
            return {}
        ticket, blocks, text = self._drawn(ticket.id)
        self.channel.update(channel, ts, blocks, text)
        return {"channel": channel, "ts": ts, "version": ticket.version}

    def _redraw_after(self, unit: Unit, job: Job, shown: Mapping[str, Any]) -> None:
        if shown:
            unit.tickets.card_shown(job.args["ticket"], shown["channel"], shown["ts"], shown["version"])

    # -- a mail that was put aside --------------------------------------------------------------------------------

    def _quarantine_call(self, job: Job) -> Mapping[str, Any]:
        with self.store.read() as unit:
            row = unit.mail.get(job.args["mail"])
        return self._in_channel(job, *self._aside(row))

    def _quarantine_redraw_call(self, job: Job) -> Mapping[str, Any]:
        with self.store.read() as unit:
            row = unit.mail.get(job.args["mail"])
        if place := self._place_of(f"quarantine:{row.id}"):
            self.channel.update(*place, *self._aside(row))
        return {}

    def _aside(self, row: MailRow) -> tuple[list[dict[str, Any]], str]:
        near_miss, left = row.verdict == Verdict.NEAR_MISS, row.settled_at is None
        why, again = row.reasons, row.ticket_id is None
        blocks = aside_card(row.id, near_miss=near_miss, left=left, why=why, again=again)
        return blocks, aside_text(near_miss=near_miss, left=left)

    # -- kinds ----------------------------------------------------------------------------------------------------

    def kinds(self) -> list[Kind]:
        """Every kind of work the desk carries, for the engine."""
        return [
            *self._identifying_kinds(),
            self._posts("card", self._card_call, self._channel_probe, self._card_after),
            self._redraws("redraw", self._redraw_call, self._redraw_after),
            self._posts("quarantine", self._quarantine_call, self._channel_probe),
            self._redraws("quarantine_redraw", self._quarantine_redraw_call),
        ]


def next_actor(ticket: Ticket, requests: list[Request], *, asks: bool = False, hands: bool = False) -> NextActor:
    """Who acts next on this ticket: the first of handler, approver, person, colleague, bot that anything waits for."""
    if ticket.state != "open":
        return NextActor.NOBODY
    states = {each.state for each in requests}
    stuck = asks or states & {State.NEEDS_PERSON, State.APPROVING} or (states and states <= FINAL)
    if ticket.paused_since and not stuck:
        return NextActor.PERSON
    if asks or not requests or states & {State.RECEIVED, State.NEEDS_PERSON} or states <= FINAL:
        return NextActor.HANDLER
    if State.APPROVING in states:
        return NextActor.APPROVER
    if State.IDENTIFYING in states and ticket.identity in {Identity.ASKED, Identity.VOUCHED, Identity.CONFIRMED}:
        return NextActor.PERSON
    return NextActor.COLLEAGUE if hands else NextActor.BOT
