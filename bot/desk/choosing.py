"""What people press: choose, approve, reject, stop, resume, settle, close. Each press has one effect."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.checkpoints import checkpoint
from bot.desk.identifying import Identifying
from bot.errors import NotAllowed
from bot.law import Right
from bot.phrases import named, say
from bot.store import Unit
from bot.tickets import FINAL, SILENT, Actor, Request, Role, State, Ticket, check_role, spoken
from bot.workflow import GROUNDS, WORDS, Act, plan_hash

# work that must have ended before a ticket is closed
OUTWARD = ("acknowledge", "letter", "pack", "correct", "erase", "restrict", "lift", "stop_marketing")


class Choosing(Identifying):
    """The verbs behind the buttons. `event` names one delivery of one press; the second delivery does nothing."""

    def choose(
        self, user: str, event: str, ticket_id: str, right: Right, wishes: Mapping[str, str] | None = None
    ) -> None:
        """The right is being worked on: identity first.

        `wishes` says what a correction has to set (house word -> value), or on what `ground` data are restricted
        (GDPR 18(1)(a)-(d)); NotAllowed where that is missing.
        """
        actor = self.actor(user)
        check_role(actor, Role.HANDLER)
        check_choice(right, wishes or {})
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return
            ticket = self._open_ticket(unit, ticket_id)
            if ticket.channel in SILENT and right != Right.DELETION:
                raise NotAllowed(say("errors.silent_deletion_only", ref=ticket.ref))
            request = self._asked(unit, ticket, right)
            request = self._move(unit, request, "choose", actor, chosen_by=user, chosen_at=unit.now)
            unit.requests.set_wishes(request.id, wishes or {})
            if ticket.owner is None:
                unit.tickets.own(ticket.id, user)
            self._locate(unit, request)
            checkpoint("choose.moved")
        checkpoint("choose.committed")

    def lift(self, user: str, event: str, request_id: str, reason: str) -> None:
        """The end of a restriction is proposed. A second person decides; then whoever asked for it is told first."""
        actor = self.actor(user)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return
            ticket, request = self._request(unit, request_id)
            assert request.plan_id is not None
            lines = [
                replace(each, act=Act.LIFT)
                for each in unit.plans.get(request.plan_id).lines
                if each.act == Act.RESTRICT and each.count
            ]
            lines += self._to_undo(unit, request)
            if not lines:
                raise NotAllowed(say("errors.nothing_restricted"))
            lines += self._to_tell(lines)
            plan_id, mark = unit.id(), plan_hash(lines)
            unit.plans.add(plan_id, request.id, lines, mark)
            unit.plans.ask(plan_id, mark)
            self._reopen(unit, ticket, actor.id)
            self._move(
                unit, request, "lift", actor, plan_id=plan_id, chosen_by=user, chosen_at=unit.now,
                generation=request.generation + 1, result={},
            )  # fmt: skip
            unit.requests.set_wishes(request.id, {**unit.requests.wishes(request.id), "why_lifted": reason})

    def keep(self, user: str, event: str, request_id: str) -> None:
        """The restriction stays: its end is called off."""
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return
            _, request = self._request(unit, request_id)
            if not self._lifting(unit, request):
                raise NotAllowed(say("errors.no_lifting"))
            assert request.plan_id is not None
            self._drop_plan(unit, request, user)
            self._drop_drafts(unit, request, user)  # nobody is told of an end that does not come
            before = unit.plans.before(unit.plans.get(request.plan_id))
            self._move(unit, request, "keep", self.actor(user), plan_id=before and before.id)

    def approve(self, user: str, event: str, request_id: str, plan_id: str) -> datetime | None:
        """A second person has approved exactly this plan; the moment the run begins, after the cooling time."""
        actor = self.actor(user)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return None
            _, request = self._request(unit, request_id)
            if request.plan_id != plan_id:
                raise NotAllowed(say("errors.plan_changed"))
            run_at = self._approve(unit, request, actor)
            checkpoint("approve.moved")
        checkpoint("approve.committed")
        return run_at

    def _approve(self, unit: Unit, request: Request, actor: Actor) -> datetime:
        """The plan of this request is approved by this actor; the moment the run begins."""
        assert request.plan_id is not None
        request = self._move(unit, request, "approve", actor)
        if not unit.plans.decide(request.plan_id or "", "approved", actor.id):
            raise NotAllowed(say("errors.plan_decided"))
        run_at = self._cool(unit, request)
        self._announce(unit, request, run_at)
        if not self._any_under_way(unit, request) and (why := self._unheard(unit, request)):
            self._escalate(unit, unit.requests.get(request.id), why)  # no address to tell: nobody could stop it
        return run_at

    def reject(self, user: str, event: str, request_id: str) -> None:
        """The plan is rejected; the right can be chosen again."""
        self._back(user, event, request_id, "reject")

    def stop(self, user: str, event: str, request_id: str) -> None:
        """The approved run is called off before its first act; the right can be chosen again."""
        self._back(user, event, request_id, "stop")

    def _back(self, user: str, event: str, request_id: str, verb: str) -> None:
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return
            _, request = self._request(unit, request_id)
            self._move(unit, request, verb, self.actor(user), chosen_by=None, plan_id=None)
            self._take_back(unit, request)
            self._drop_plan(unit, request, user)

    def withdraw(self, user: str, event: str, request_id: str) -> None:
        """A person has decided that this right was not asked for, or is no longer wanted."""
        with self.store.begin() as unit:
            if unit.events.first(event):
                _, request = self._request(unit, request_id)
                self._move(unit, request, "withdraw", self.actor(user))
                self._take_back(unit, request)
                self._drop_drafts(unit, request, user)

    def resume(self, user: str, event: str, request_id: str) -> None:
        """Back to where it was, as a new generation: a person has said “again”."""
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return
            _, request = self._request(unit, request_id)
            request = self._resume(unit, request, self.actor(user))
            self._asked_anew(unit, request)
            if request.state == State.ANSWERING:
                self._drop_drafts(unit, request, user)  # the answer is written anew
            self._again(unit, request)

    def _again(self, unit: Unit, request: Request) -> None:
        """The work of the state, put anew. What is proved done is not done again."""
        again = {
            State.IDENTIFYING: self._locate,
            State.PLANNING: self._plan,
            State.COOLING: self._cool,
            State.RUNNING: self._run,
            State.PROVING: self._prove_anew,
            State.ANSWERING: self._answer,
        }
        if request.state in again:
            again[request.state](unit, request)

    def _prove_anew(self, unit: Unit, request: Request) -> None:
        fresh = {name: {k: v for k, v in dict(seen).items() if k != "left"} for name, seen in request.result.items()}  # type: ignore[call-overload]
        self._prove(unit, unit.requests.note(request, fresh))

    def settle(self, user: str, event: str, key: str, *, seen: bool) -> None:
        """A person has looked what became of an act whose answer was lost: it happened, or it is done again."""
        actor = self.actor(user)
        check_role(actor, Role.HANDLER)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return
            ticket_id = self.engine.ticket_of(unit, key)
            if ticket_id:
                unit.tickets.lock(ticket_id)
            if not self.engine.settle(unit, key, seen=seen):
                raise NotAllowed(say("errors.settled_already"))
            unit.audit(actor.id, "settle", ticket_id, key=key, seen=seen)
            if ticket_id:
                self._redraw(unit, ticket_id)

    def settle_mail(self, user: str, event: str, mail_id: str) -> None:
        """A person has dealt with a quarantined mail."""
        actor = self.actor(user)
        check_role(actor, Role.HANDLER)
        with self.store.begin() as unit:
            if unit.events.first(event) and unit.mail.settle(mail_id, user):
                unit.audit(actor.id, "settle_mail", mail=mail_id)
                key = f"quarantine_redraw:{mail_id}:{unit.id()}"
                self.engine.put(unit, "quarantine_redraw", key, {"mail": mail_id})

    def close(self, user: str, event: str, ticket_id: str) -> None:
        """The ticket is closed: every right asked for has an end, and nothing is unexplained."""
        actor = self.actor(user)
        check_role(actor, Role.HANDLER)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return
            ticket = self._open_ticket(unit, ticket_id)
            requests = unit.requests.of(ticket.id)
            self._check_close(unit, ticket, requests)
            outcome = ", ".join(f"{named('right', each.right)} {spoken(each.state)}" for each in requests)
            unit.tickets.change(ticket.id, ticket.version, state="closed", outcome=outcome, closed_at=unit.now)
            unit.audit(actor.id, "close", ticket.id, outcome=outcome)
            self._word(unit, ticket, "close", user)
            self._redraw(unit, ticket.id)
            checkpoint("close.moved")
        checkpoint("close.committed")

    def _to_bring(self, unit: Unit, ticket: Ticket) -> bool:
        """Whether somebody has to bring something on its way: a letter to the post, a passphrase to the person."""
        return bool(unit.letters.to_post(ticket.id) or unit.packages.to_tell(ticket.id))

    def _check_close(self, unit: Unit, ticket: Ticket, requests: list[Request]) -> None:
        if not requests:
            raise NotAllowed(say("errors.no_right_chosen"))
        still = [str(each.right) for each in requests if each.state not in FINAL]
        if still:
            raise NotAllowed(say("errors.not_finished", still=", ".join(still)))
        if self.engine.unfinished(unit, ticket.id, OUTWARD):
            raise NotAllowed(say("errors.unsettled"))
        if self._to_bring(unit, ticket):
            raise NotAllowed(say("errors.to_bring"))
        if unit.notices.any_open(ticket.id):
            raise NotAllowed(say("errors.recipients_open"))

    def _asked(self, unit: Unit, ticket: Ticket, right: Right) -> Request:
        """The request of this right; made now if intake did not read it in the mail."""
        for each in unit.requests.of(ticket.id):
            if each.right == right:
                return each
        request = Request(unit.id(), ticket.id, right, State.RECEIVED)
        unit.requests.add(request)
        return request


def check_choice(right: Right, wishes: Mapping[str, str]) -> None:
    """Nothing, if all is said that this right needs; NotAllowed with what is missing otherwise."""
    if right == Right.CORRECTION:
        if not wishes:
            raise NotAllowed(say("errors.say_corrections"))
        if wrong := wishes.keys() - WORDS.keys():
            raise NotAllowed(say("errors.unknown_field", wrong=min(wrong)))
    if right == Right.RESTRICTION and wishes.get("ground") not in GROUNDS:
        raise NotAllowed(say("errors.name_restriction_ground"))
