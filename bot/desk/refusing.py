"""A right is refused, always by a person: on a ground the law knows, with reasons, in whole or in part.

GDPR 12(4): without delay, with the reasons, the authority and the courts. Whoever is not known for certain learns
nothing from it about what is held.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.cards.refusal import RefusalForm
from bot.desk.forewarning import cool_key
from bot.desk.identifying import Identifying
from bot.desk.writing import paragraphs
from bot.errors import NotAllowed
from bot.law.grounds import EXCESSIVE, Ground, grounds
from bot.phrases import say
from bot.store import Unit
from bot.tickets import (
    DISCLOSING,
    PROPOSED,
    REFUSABLE,
    SILENT,
    UNIDENTIFIED,
    Identity,
    Request,
    Role,
    State,
    Ticket,
    check_role,
)

BEFORE = frozenset(  # nothing was done or given out yet
    {State.RECEIVED, State.IDENTIFYING, State.PLANNING, State.PLANNED, State.APPROVING, State.COOLING}
)
LONGEST = 20  # paragraphs


class Refusing(Identifying):
    """The verb of refusal, and the form it is filled in from."""

    def refusal_form(self, user: str, request_id: str) -> RefusalForm:
        """What the form is drawn from; NotAllowed where this right cannot be refused, or not any more."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.read() as unit:
            request = unit.requests.get(request_id)
            ticket = unit.tickets.get(request.ticket_id)
            self._check_refusable(unit, ticket, request)
            if not grounds(request.right, ticket.regimes):
                raise NotAllowed(say("errors.no_ground"))
            address = unit.tickets.correspondent(ticket.id).reachable
        return RefusalForm(
            ref=ticket.ref, request_id=request.id, version=request.version, right=request.right,
            grounds=grounds(request.right, ticket.regimes), systems=self._leavable(ticket, request),
            with_the_answer=request.right in DISCLOSING, confirmed=ticket.identity == Identity.CONFIRMED,
            address=address,
        )  # fmt: skip

    def refuse(
        self, user: str, event: str, request_id: str, ground: str, words: Sequence[str], *,
        no_fee: Sequence[str] = (), systems: Sequence[str] = (), seen: int | None = None,
    ) -> str:  # fmt: skip
        """What was done, in a sentence: the right, or the part of it in these systems, is refused.

        The letter is on its way, or for a part of a copy goes with the answer. `seen` is the version of the request the
        form was drawn from. NotAllowed, naming the field, where something is missing.
        """
        actor = self.actor(user)
        check_role(actor, Role.HANDLER)
        said, fee = paragraphs(words)[:LONGEST], paragraphs(no_fee)[:LONGEST]
        if not said:
            raise NotAllowed(say("errors.say_why_here"), field="words")
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return say("errors.taken_card")
            ticket, request = self._request(unit, request_id)
            if seen is not None and seen != request.version:
                raise NotAllowed(say("errors.changed_since", who=self._by_whom(unit, request)))
            self._check_refusable(unit, ticket, request)
            found = self._ground(ticket, request, ground, fee)
            unit.refusals.add(ticket.id, request.id, ground, systems, said, user)
            values = self._refusal_values(ticket, request, found, said, fee, systems)
            if systems:
                return self._refuse_part(unit, ticket, request, user, values, systems)
            return self._refuse_all(unit, ticket, request, user, values, found)

    def _refuse_all(
        self, unit: Unit, ticket: Ticket, request: Request, user: str, values: Mapping[str, Any], ground: Ground
    ) -> str:
        self._drop_plan(unit, request, user)
        request = self._move(unit, request, "refuse", self.actor(user), reason=ground.words)
        self._word(unit, ticket, "refuse", user, what=str(request.right))
        if not unit.tickets.correspondent(ticket.id).reachable:
            return say("answers.refused_by_post")
        self._send(unit, ticket, "refusal", values, request=request, by=user)
        return say("answers.refused", how=self._how("refusal"))

    def _refuse_part(
        self, unit: Unit, ticket: Ticket, request: Request, user: str, values: Mapping[str, Any], systems: Sequence[str]
    ) -> str:
        left = self._leavable(ticket, request)
        if not left:
            raise NotAllowed(say("errors.no_part"), field="systems")
        if not set(systems) < set(left):
            raise NotAllowed(say("errors.leave_one_system"), field="systems")
        unit.audit(user, "refuse_part", ticket.id, request.id, ground=values["ground"], systems=sorted(systems))
        self._word(unit, ticket, "refuse_part", user, what=str(request.right))
        if request.right in DISCLOSING:
            self._redraw(unit, ticket.id)
            return say("answers.part_taken")
        self._send(unit, ticket, "refusal", values, by=user)
        self.engine.cancel(unit, cool_key(request))
        self._void(unit, request)
        told = self._how("refusal")
        return say("answers.refused_part", told=told)

    def _leavable(self, ticket: Ticket, request: Request) -> dict[str, str]:
        """The systems a refusal in part may leave out (name -> label); none where it would come too late or too soon.

        A part of a copy is told with the answer. Of anything else the letter goes at once and shows that something is
        held, so identity has to be confirmed first.
        """
        early = request.right in DISCLOSING and request.state in UNIDENTIFIED
        planned = request.right in PROPOSED and request.state in {State.APPROVING, State.COOLING}
        may = early or (planned and ticket.identity == Identity.CONFIRMED)
        several = {name: system.label for name, system in self.systems.items()}
        return several if may and len(several) > 1 else {}

    def _check_refusable(self, unit: Unit, ticket: Ticket, request: Request) -> None:
        if ticket.state != "open":
            raise NotAllowed(say("card.is_closed", ref=ticket.ref))
        if ticket.channel in SILENT:
            raise NotAllowed(say("errors.nobody_to_refuse", ref=ticket.ref))
        if request.right not in REFUSABLE:
            raise NotAllowed(say("errors.objection_stands"))
        if request.stage not in BEFORE or self._lifting(unit, request):
            raise NotAllowed(say("errors.too_late_to_refuse", who=self._by_whom(unit, request)))

    def _ground(self, ticket: Ticket, request: Request, key: str, fee: Sequence[str]) -> Ground:
        found = grounds(request.right, ticket.regimes).get(key)
        if found is None:
            raise NotAllowed(say("errors.ground_unknown"), field="ground")
        if key == EXCESSIVE and not fee:
            raise NotAllowed(say("errors.say_why_no_fee"), field="no_fee")
        return found

    def _refusal_values(
        self, ticket: Ticket, request: Request, ground: Ground, said: Sequence[str], fee: Sequence[str],
        systems: Sequence[str],
    ) -> dict[str, Any]:  # fmt: skip
        left_out = [{"system": self.systems[name].label} for name in systems if name in self.systems]
        return {
            "right": str(request.right), "ground": ground.key, "article": ground.article,
            "words_of_ours": list(said), "why_no_fee": list(fee) if ground.key == EXCESSIVE else [],
            "part": bool(systems), "left_out": left_out,
            "confirmed": ticket.identity == Identity.CONFIRMED,
        }  # fmt: skip
