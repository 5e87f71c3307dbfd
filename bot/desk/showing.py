"""What people see: the card and its redrawing, the person's words in a modal, lists, the quarantine."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from bot import cards
from bot.cards import (
    CardView,
    ClockView,
    Details,
    Mail,
    NextActor,
    PlanLine,
    Progress,
    Quarantined,
    RequestView,
    TicketLine,
    Unsettled,
)
from bot.cards.aside import aside_card, aside_text
from bot.cards.team import Said
from bot.desk.choosing import OUTWARD
from bot.desk.drafting import Drafting
from bot.desk.returning import came_back
from bot.desk.running import step_key
from bot.drafts import name as called
from bot.drafts import word
from bot.engine import Job, Kind
from bot.errors import NotAllowed, Temporary
from bot.intake import Verdict, asks, notes, wishes
from bot.phrases import named, say
from bot.store import MailRow, Unit
from bot.tickets import DISCLOSING, FINAL, Identity, Request, Role, State, Ticket, check_role
from bot.workflow import Act, Change, NotSeen, Seen, difference, ends_restriction

BOTS = frozenset({State.PLANNING, State.PLANNED, State.COOLING, State.RUNNING, State.PROVING, State.ANSWERING})

OPEN_PLAN = frozenset({State.PLANNED, State.APPROVING})


class Showing(Drafting):
    """The verbs that look. Each look at personal data is audited."""

    # -- the card -------------------------------------------------------------------------------------------------

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
                ticket,
                requests,
                asks=bool(unsettled or drafts) or self._to_bring(unit, ticket),
                hands=self._hands_wait(unit, requests),
            ),
            identity=ticket.identity,
            requests=tuple(self._request_view(unit, each) for each in requests),
            unsettled=tuple(
                Unsettled(job.key, self._what(unit, job), letter="letter" in job.args) for job in unsettled
            ),
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
        )

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
            rows.append(Progress(self.systems[name].label, state, found, left))
        return tuple(rows)

    def _hands_wait(self, unit: Unit, requests: Sequence[Request]) -> bool:
        """Whether somebody has to do something by hand, or to look at what was done."""
        at_work = [each for each in requests if each.state in {State.RUNNING, State.PROVING}]
        return any(task.waits for each in at_work for task in self._tasks(unit, each))

    def _label(self, system: str) -> str:
        return self.systems[system].label if system in self.systems else system

    def _what(self, unit: Unit, job: Job) -> str:
        if "letter" in job.args:
            return say("reasons.the_letter", value=word(unit.letters.get(job.args["letter"]).kind))
        step = named("step", job.kind)
        if "system" in job.args:
            return say("reasons.the_step_in", kind=step, label=self.systems[job.args["system"]].label)
        return say("reasons.the_step", kind=step)

    def _drawn(self, ticket_id: str) -> tuple[Ticket, list[dict[str, Any]], str]:
        with self.store.read() as unit:
            ticket = unit.tickets.get(ticket_id)
            view = self.view(unit, ticket)
            now = unit.now.astimezone(ZoneInfo(self.house.zone))
        draw = cards.review_card if ticket.channel == "review" else cards.card
        return ticket, draw(view, now), cards.card_text(view)

    def _card_call(self, job: Job) -> Mapping[str, Any]:
        ticket, blocks, text = self._drawn(job.args["ticket"])
        channel, ts = self.channel.post(blocks, text, job.key)
        return {"channel": channel, "ts": ts, "version": ticket.version}

    def _posted(self, job: Job) -> Any:
        """The probe of a post: whether the channel's history holds a message with our key."""
        found = self.channel.find(job.key, job.made_at)
        return Seen({"channel": found[0], "ts": found[1], "version": 0}) if found else NotSeen()

    def _card_after(self, unit: Unit, job: Job, posted: Mapping[str, Any]) -> None:
        ticket = unit.tickets.lock(job.args["ticket"])
        unit.tickets.card_shown(ticket.id, posted["channel"], posted["ts"], posted["version"])
        if posted["version"] < ticket.version:
            self._redraw(unit, ticket.id)

    def _redraw_call(self, job: Job) -> Mapping[str, Any]:
        """Shows the newest state; nothing to do when a later drawing was faster."""
        with self.store.read() as unit:
            ticket = unit.tickets.get(job.args["ticket"])
        if ticket.card_version >= job.args["version"]:
            return {}
        if ticket.card_ts is None or ticket.card_channel is None:
            raise Temporary("The card is not posted yet.", retry_after=1.0)
        ticket, blocks, text = self._drawn(ticket.id)
        assert ticket.card_channel is not None
        assert ticket.card_ts is not None
        self.channel.update(ticket.card_channel, ticket.card_ts, blocks, text)
        return {"channel": ticket.card_channel, "ts": ticket.card_ts, "version": ticket.version}

    def _redraw_after(self, unit: Unit, job: Job, shown: Mapping[str, Any]) -> None:
        if shown:
            unit.tickets.card_shown(job.args["ticket"], shown["channel"], shown["ts"], shown["version"])

    # -- quarantine -----------------------------------------------------------------------------------------------

    def _quarantine_call(self, job: Job) -> Mapping[str, Any]:
        with self.store.read() as unit:
            row = unit.mail.get(job.args["mail"])
        channel, ts = self.channel.post(*self._aside(row), job.key)
        return {"channel": channel, "ts": ts}

    def _quarantine_redraw_call(self, job: Job) -> Mapping[str, Any]:
        with self.store.read() as unit:
            row = unit.mail.get(job.args["mail"])
            posted = self.engine.result(unit, f"quarantine:{row.id}")
        if posted is None:
            raise Temporary("The message is not posted yet.", retry_after=1.0)
        self.channel.update(posted["channel"], posted["ts"], *self._aside(row))
        return {}

    def _aside(self, row: MailRow) -> tuple[list[dict[str, Any]], str]:
        near_miss, left = row.verdict == Verdict.NEAR_MISS, row.settled_at is None
        why, again = row.reasons, row.ticket_id is None
        blocks = aside_card(row.id, near_miss=near_miss, left=left, why=why, again=again)
        return blocks, aside_text(near_miss=near_miss, left=left)

    def quarantine(self, user: str) -> list[Quarantined]:
        """The mails nobody could read and nobody has settled, oldest first; nothing personal in them."""
        check_role(self.actor(user), Role.VIEWER)
        with self.store.read() as unit:
            return [quarantined(row) for row in unit.mail.quarantined()]

    def quarantined(self, user: str, mail_id: str) -> Quarantined:
        """One of them with what can be shown of it. Audited."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.begin() as unit:
            row = unit.mail.get(mail_id)
            unit.audit(user, "look_mail", mail=mail_id)
            raw = unit.mail.raw(mail_id)
        head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
        return replace(
            quarantined(row),
            sender=header(head, b"from"),
            subject=header(head, b"subject"),
            words=body[:20_000].decode(errors="replace"),
        )  # fmt: skip

    # -- the person's words ---------------------------------------------------------------------------------------

    def details(self, user: str, ticket_id: str) -> Details:
        """What the person wrote, for this user's modal. Every look is audited."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.begin() as unit:
            ticket = unit.tickets.get(ticket_id)
            if ticket.state != "open":
                raise NotAllowed(say("card.is_closed", ref=ticket.ref))
            wrote = unit.tickets.correspondent(ticket.id)
            unit.audit(user, "look", ticket.id)
            said = self._said_beside(unit, ticket)
            rows = unit.mail.of(ticket.id)
            first = rows[0].id if rows and ticket.channel == "mail" else ""
            mails = [
                Mail(each.arrived_at, self.words(unit.mail.raw(each.id)), id=each.id)
                for each in rows if each.id != first
            ]
        return Details(
            ticket_id=ticket.id, ref=ticket.ref, received_at=ticket.received_at, language=ticket.language,
            identity=ticket.identity, address=wrote.address, name=wrote.name, subject=wrote.subject,
            words=wrote.words, mails=tuple(mails), said=said, asks=asks(wrote.subject, wrote.words),
            mail_id=first,
        )  # fmt: skip

    def whole_mail(self, user: str, mail_id: str) -> Mail:
        """A mail of a ticket as it came, with what it repeats. Every look is audited."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.begin() as unit:
            row = unit.mail.get(mail_id)
            unit.audit(user, "look_mail", row.ticket_id, mail=mail_id)
            return Mail(row.arrived_at, self.words(unit.mail.raw(mail_id)), id=row.id)

    def _said_beside(self, unit: Unit, ticket: Ticket) -> tuple[Said, ...]:
        """What the team wrote beside the ticket, oldest first."""
        found = [Said("note", each.by, each.at, each.words) for each in unit.notes.of(ticket.id)]
        found += [Said("hold", each.by, each.at, each.words) for each in unit.holds.of(ticket.id)]
        for request in unit.requests.of(ticket.id):
            found += [
                Said("refusal", each.by, each.at, "\n".join(each.words)) for each in unit.refusals.of(request.id)
            ]
        return tuple(sorted(found, key=lambda each: each.at))

    def wanted(self, user: str, ticket_id: str) -> cards.Wanted:
        """What the form of a correction is drawn from. Every look at a person's words is audited."""
        seen = self.details(user, ticket_id)
        words = "\n\n".join([seen.words, *(each.words for each in seen.mails)])
        return cards.Wanted(seen.ticket_id, seen.ref, words, wishes(words))

    def changes(self, user: str, request_id: str) -> tuple[str, list[tuple[str, Change]], str]:
        """Reference, what the planned correction sets in each system, ticket. Every look is audited."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.begin() as unit:
            request = unit.requests.get(request_id)
            ticket = unit.tickets.get(request.ticket_id)
            found = self._changes(unit, request)
            if not found:
                raise NotAllowed(say("errors.no_plan"))
            unit.audit(user, "look", ticket.id, request.id)
        return ticket.ref, [(self.systems[each.system].label, each) for each in found], ticket.id

    def ref_of(self, user: str, ticket_id: str) -> str:
        """The reference of an open ticket."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.read() as unit:
            ticket = unit.tickets.get(ticket_id)
        if ticket.state != "open":
            raise NotAllowed(say("card.is_closed", ref=ticket.ref))
        return ticket.ref

    def ref_of_request(self, user: str, request_id: str) -> str:
        """The reference of the ticket of this request."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.read() as unit:
            return unit.tickets.get(unit.requests.get(request_id).ticket_id).ref

    def explain(self, user: str, ticket_id: str) -> tuple[tuple[str, ...], ClockView]:
        """How the date of this ticket came about, a line per step, and how its clock stands."""
        check_role(self.actor(user), Role.VIEWER)
        with self.store.read() as unit:
            ticket = unit.tickets.get(ticket_id)
            return ticket.why, self.clock_view(unit, ticket)

    # -- lists ----------------------------------------------------------------------------------------------------

    def ticket(self, user: str, ref: str) -> CardView:
        """The card of one reference; NotAllowed when there is none."""
        check_role(self.actor(user), Role.VIEWER)
        with self.store.read() as unit:
            found = unit.tickets.by_ref(ref.strip().upper())
            if found is None:
                raise NotAllowed(say("errors.no_ticket", ref=ref))
            return self.view(unit, found)

    def _rows_of(self, unit: Unit, tickets: Sequence[Ticket]) -> tuple[TicketLine, ...]:
        """The tickets as lines of a list; their requests are read at once."""
        ids = [each.id for each in tickets]
        requests, drafted = unit.requests.of_each(ids), unit.letters.drafted(ids)
        return tuple(self._line(unit, each, requests[each.id], asks=each.id in drafted) for each in tickets)

    def _line(self, unit: Unit, ticket: Ticket, requests: list[Request], *, asks: bool) -> TicketLine:
        return TicketLine(
            ticket_id=ticket.id, ref=ticket.ref, rights=ticket.rights, due=ticket.due,
            next_actor=next_actor(ticket, requests, asks=asks, hands=self._hands_wait(unit, requests)),
            states=tuple(each.state for each in requests),
            clock=ticket.clock,
        )  # fmt: skip

    def kinds(self) -> list[Kind]:
        """Every kind of work the desk carries, for the engine."""

        def slack(name: str, call: Any, after: Any, *, post: bool) -> Kind:
            return Kind(
                name=name, call=call, after=after, probe=self._posted if post else None,
                timeout_s=self.house.slack_timeout_s, settle_s=self.house.slack_settle_s, harmless=not post,
                failed=self._failed,
            )  # fmt: skip

        return [
            *self._identifying_kinds(),
            slack("card", self._card_call, self._card_after, post=True),
            slack("redraw", self._redraw_call, self._redraw_after, post=False),
            slack("quarantine", self._quarantine_call, nothing, post=True),
            slack("quarantine_redraw", self._quarantine_redraw_call, nothing, post=False),
        ]


def nothing(unit: Unit, job: Job, result: Mapping[str, Any]) -> None:
    """The ledger's row is all that follows."""


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


def quarantined(row: MailRow) -> Quarantined:
    """The row without a word of the mail."""
    return Quarantined(
        id=row.id, arrived_at=row.arrived_at, size=row.size, reasons=tuple(row.reasons),
        near_miss=row.verdict == Verdict.NEAR_MISS,
    )  # fmt: skip


def header(head: bytes, name: bytes) -> str:
    """One raw header, unfolded and undecoded: this mail could not be read, so nothing clever is tried on it."""
    lines = head.replace(b"\n ", b" ").replace(b"\n\t", b" ").split(b"\n")
    found = next((line for line in lines if line.lower().startswith(name + b":")), b"")
    return found[len(name) + 1 :].strip()[:998].decode("utf-8", "replace")
