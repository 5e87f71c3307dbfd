"""What people do to find out who asks: name the address on file, compare facts, look at an authority or a document.

Each is a row that says who did it and for which rights, never what was shown: facts are sealed until they are compared
and forgotten then, a document is looked at and not kept (EDPB 01/2022 paras 76-79; GDPR 5(1)(c), (e)).
"""

from collections.abc import Mapping
from typing import Any

from bot.cards.identity import IdentityView
from bot.desk.identifying import Identifying, acts_for_another
from bot.desk.office import AT_THE_MACHINE
from bot.desk.packing import COPY_S
from bot.desk.tallying import right_facts, shape
from bot.engine import Job, Kind
from bot.errors import NotAllowed, TooLate
from bot.identity import FACTS, FACTS_TRIES, Rung, Vouched
from bot.intake import Reading, normal_address
from bot.phrases import say
from bot.store import Means, Unit
from bot.tickets import BOT, SILENT, Actor, Identity, Request, Role, State, Ticket, check_role

NEW_ADDRESS = frozenset({"facts", "document", "authority"})  # after these a second person agrees to a new address
TAKEN = "errors.taken_goes_on"
GOES_ON = "answers.taken"


class Establishing(Identifying):
    """The verbs of whoever settles who asks."""

    # -- what is known ------------------------------------------------------------------------------------------------

    def identity_view(self, user: str, ticket_id: str) -> IdentityView:
        """Where it stands, the mildest next step and why, for this user's modal. Audited: it may show an address."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.begin() as unit:
            ticket = unit.tickets.get(ticket_id)
            self._check_asks(ticket)
            unit.audit(user, "look", ticket.id)
            waiting = self._waiting(unit, ticket)
            steps = [
                (each.right, self._step_of(unit, ticket, each) if unit.requests.located(each.id) else None)
                for each in waiting
            ]
            wrote = unit.tickets.correspondent(ticket.id)
            mails = self._mails_from(unit, ticket, normal_address(wrote.address))
            newest = mails[-1] if mails else {}
            shown = unit.means.of(ticket.id)
            agent = acts_for_another(shown, mails)
            named = self._others_named(wrote) if not self._claimed(unit, ticket.id) else []
            return IdentityView(
                ticket_id=ticket.id, ref=ticket.ref, identity=ticket.identity,
                vouched=Vouched(newest.get("vouched", Vouched.NONE)), doubts=tuple(newest.get("doubts", ())),
                agent=agent, steps=tuple(steps),
                offers=self._identity_offers(unit, ticket, waiting, shown, agent=agent),
                shown=tuple((each.kind, each.state, each.by, each.second_by) for each in shown),
                named=named[0] if named else "",
            )  # fmt: skip

    def _identity_offers(
        self, unit: Unit, ticket: Ticket, waiting: list[Request], shown: list[Means], *, agent: bool
    ) -> tuple[str, ...]:
        """What may be done now."""
        located = [each for each in waiting if unit.requests.located(each.id) and unit.requests.persons(each.id)]
        steps = [self._step_of(unit, ticket, each) for each in located]
        may = {
            "second": any(each.next == Rung.SECOND for each in steps),
            "code": any(each.next == Rung.CODE for each in steps) and self._code_alive(unit, ticket) is None,
            "facts": bool(located) and not agent and self._facts_left(shown),
            "authority": agent,
            "claim": bool(waiting or self._drafted_answers(unit, ticket)) and ticket.identity != Identity.CONFIRMED,
            "ask": bool(waiting) and ticket.identity != Identity.CONFIRMED,
            "document": bool(located) and not agent and self._milder_failed(unit, ticket, shown),
            "itself": agent,
            "agent": not agent and bool(waiting),
        }
        return tuple(name for name, open_ in may.items() if open_)

    def _facts_left(self, shown: list[Means]) -> bool:
        return sum(each.kind == "facts" and each.state == "failed" for each in shown) < FACTS_TRIES

    def _milder_failed(self, unit: Unit, ticket: Ticket, shown: list[Means]) -> bool:
        """Whether a milder means was tried in vain: else nobody is asked for a document (EDPB 01/2022 paras 73-75)."""
        failed = any(each.kind == "facts" and each.state == "failed" for each in shown)
        return failed or (self._no_more_codes(unit, ticket) and self._code_alive(unit, ticket) is None)

    # -- what is done -------------------------------------------------------------------------------------------------

    def claim(self, user: str, event: str, ticket_id: str, address: str) -> str:
        """The address the person says is on file: if a system holds it, a code goes there, and later the answer.

        NotAllowed, naming the field, where it is none; never after it was confirmed who wrote.
        """
        actor = self._clerk(user)
        found = normal_address(address)
        if found is None:
            raise NotAllowed(say("errors.no_address"), field="address")
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return say(TAKEN)
            ticket = self._asks(unit, ticket_id)
            if ticket.identity == Identity.CONFIRMED:
                raise TooLate(say("errors.confirmed_who"))
            if found in self._parties(unit, ticket) | {normal_address(self.house.sender)}:
                raise NotAllowed(say("errors.address_known"), field="address")
            self._ask_anew(unit, ticket, user)
            self._shown(unit, ticket, user, "claim", secret=found)
            self._look_again(unit, ticket, actor)
        return say("answers.systems_asked")

    def code(self, user: str, event: str, ticket_id: str) -> str:
        """A new code is on its way to the address on file, if the last one is void and the day allows another."""
        actor = self._clerk(user)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return say(TAKEN)
            ticket = self._asks(unit, ticket_id)
            if self._code_alive(unit, ticket):
                raise NotAllowed(say("errors.code_good"))
            if self._no_more_codes(unit, ticket):
                raise NotAllowed(say("errors.codes_spent"))
            self._look_again(unit, ticket, actor)
        return say(GOES_ON)

    def facts(self, user: str, event: str, ticket_id: str, given: Mapping[str, str]) -> str:
        """Two facts of the person are compared with what is on file; only the result is kept.

        NotAllowed, naming the field, where one proves nothing by its form, or after three that were wrong.
        """
        self._clerk(user)
        check_facts(given)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return say(TAKEN)
            ticket = self._asks(unit, ticket_id)
            shown = unit.means.of(ticket.id)
            if not self._facts_left(shown):
                raise NotAllowed(say("errors.three_wrong"))
            if any(each.kind == "facts" and each.state == "open" for each in shown):
                raise NotAllowed(say("errors.comparing"))
            located = [each for each in self._waiting(unit, ticket) if unit.requests.located(each.id)]
            request = next((each for each in located if unit.requests.persons(each.id)), None)
            if request is None:
                raise NotAllowed(say("errors.nobody_to_compare"))
            row = self._shown(unit, ticket, user, "facts", "open", {"kinds": sorted(given)}, dict(given))
            args = {"means": row, "request": request.id}
            self.engine.put(unit, "compare", f"compare:{row}", args, ticket_id=ticket.id)
        return say("answers.compared")

    def authority(self, user: str, event: str, ticket_id: str) -> str:
        """A person has looked at what says that the writer may act for somebody else (EDPB 01/2022 paras 80-81)."""
        return self._looked_at(user, event, ticket_id, "authority")

    def document(self, user: str, event: str, ticket_id: str) -> str:
        """A person has looked at a document, where milder means failed. Nothing of it is kept."""
        return self._looked_at(user, event, ticket_id, "document")

    def _looked_at(self, user: str, event: str, ticket_id: str, kind: str) -> str:
        actor = self._clerk(user)
        bare = self._without_attachments(ticket_id) if kind == "document" else {}
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return say(TAKEN)
            ticket = self._asks(unit, ticket_id)
            shown = unit.means.of(ticket.id)
            if kind == "document" and not self._milder_failed(unit, ticket, shown):
                raise NotAllowed(say("errors.milder_first"))
            self._shown(unit, ticket, user, kind)
            for mail_id, raw in bare.items():
                unit.mail.rewrite(mail_id, raw)
            self._look_again(unit, ticket, actor)
        return say(GOES_ON)

    def second(self, user: str, event: str, ticket_id: str) -> str:
        """Another person than whoever looked agrees that the answer goes to the address that wrote (T01)."""
        actor = self._clerk(user)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return say(TAKEN)
            ticket = self._asks(unit, ticket_id)
            held = [each for each in unit.means.of(ticket.id) if each.kind in NEW_ADDRESS and each.state == "held"]
            waiting = [each for each in held if each.second_by is None]
            if not waiting:
                raise TooLate(say("errors.nothing_to_agree"))
            if self.house.four_eyes and (user.startswith(AT_THE_MACHINE) or any(each.by == user for each in waiting)):
                raise NotAllowed(say("errors.looked_yourself"))
            for each in waiting:
                unit.means.second(each.id, user)
                unit.audit(user, "second_address", ticket.id, means=each.kind)
            self._look_again(unit, ticket, actor)
        return say(GOES_ON)

    def agent(self, user: str, event: str, ticket_id: str) -> str:
        """The writer acts for somebody else: nothing goes on before they have shown that they may."""
        return self._for_whom(user, event, ticket_id, agent=True)

    def itself(self, user: str, event: str, ticket_id: str) -> str:
        """The writer asks for themself, whatever the mail reads like."""
        return self._for_whom(user, event, ticket_id, agent=False)

    def _for_whom(self, user: str, event: str, ticket_id: str, *, agent: bool) -> str:
        actor = self._clerk(user)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return say(TAKEN)
            ticket = self._asks(unit, ticket_id)
            self._shown(unit, ticket, user, "agent", detail={"agent": agent})
            self._look_again(unit, ticket, actor)
        return say(GOES_ON)

    # -- what all of them share -----------------------------------------------------------------------------------

    def _clerk(self, user: str) -> Actor:
        actor = self.actor(user)
        check_role(actor, Role.HANDLER)
        return actor

    def _check_asks(self, ticket: Ticket) -> None:
        if ticket.state != "open":
            raise NotAllowed(say("card.is_closed", ref=ticket.ref))
        if ticket.channel in SILENT:
            raise NotAllowed(say("errors.nobody_to_ask", ref=ticket.ref))

    def _asks(self, unit: Unit, ticket_id: str) -> Ticket:
        """The open ticket of somebody who wrote, locked."""
        ticket = self._open_ticket(unit, ticket_id)
        self._check_asks(ticket)
        return ticket

    def _shown(
        self, unit: Unit, ticket: Ticket, user: str, kind: str, state: str = "held",
        detail: Mapping[str, Any] | None = None, secret: Any = None,
    ) -> str:  # fmt: skip
        """The row's id: this was shown or said, for the rights that are open now."""
        rights = self._rights_asked(unit, ticket)
        row = unit.means.add(ticket.id, kind, state, user, {"rights": rights, **(detail or {})}, secret)
        unit.audit(user, "identity_means", ticket.id, kind=kind, state=state, rights=rights)
        self._redraw(unit, ticket.id)
        return row

    def _drafted_answers(self, unit: Unit, ticket: Ticket) -> list[Request]:
        """What is answered with “nothing held”, by a letter that nobody has released yet."""
        if ticket.identity != Identity.NOBODY:
            return []
        drafts = {each.request_id for each in unit.letters.drafts(ticket.id)}
        return [each for each in unit.requests.of(ticket.id) if each.state == State.ANSWERING and each.id in drafts]

    def _ask_anew(self, unit: Unit, ticket: Ticket, user: str) -> None:
        """Somebody else is meant than the address that wrote: what was drafted for it is not sent."""
        for request in self._drafted_answers(unit, ticket):
            self._drop_drafts(unit, request, user)
            self._move(unit, request, "escalate", BOT, back_to=State.IDENTIFYING)

    def _look_again(self, unit: Unit, ticket: Ticket, actor: Actor) -> None:
        """Something new is known: every right that was chosen and waits for it asks the systems once more."""
        for request in self._waiting(unit, ticket):
            if request.state == State.NEEDS_PERSON:
                self._locate(unit, self._resume(unit, request, actor))
            elif request.state == State.IDENTIFYING:
                self._locate(unit, unit.requests.note(request, request.result))

    # -- facts --------------------------------------------------------------------------------------------------------

    def _compare_call(self, job: Job) -> Mapping[str, Any]:
        """Which facts are right, by what every system holds of the person; nothing is kept."""
        with self.store.read() as unit:
            given = unit.means.secret(job.args["means"]) or {}
            persons = self._askable(self._persons(unit, job.args["request"]))
        pieces = (piece for name, person in persons.items() for piece in self.systems[name].export(person))
        return {"right": sorted(right_facts(given, pieces))}

    def _compare_after(self, unit: Unit, job: Job, found: Mapping[str, Any]) -> None:
        ticket, _ = self._request(unit, job.args["request"])
        row = unit.means.get(job.args["means"])
        state = "held" if len(found["right"]) >= 2 else "failed"  # two facts
        if not unit.means.settle(row.id, state, {**row.detail, "right": len(found["right"])}):
            return
        unit.audit(BOT.id, "compared", ticket.id, state=state, right=len(found["right"]))
        self._redraw(unit, ticket.id)
        self._look_again(unit, ticket, self.actor(row.by))

    # -- documents ----------------------------------------------------------------------------------------------------

    def _without_attachments(self, ticket_id: str) -> dict[str, bytes]:
        """Of each mail of the person with attachments: the mail without them."""
        with self.store.read() as unit:
            raws = {each.id: unit.mail.raw(each.id) for each in unit.mail.of(ticket_id)}
        read = {mail_id: self.reading(raw) for mail_id, raw in raws.items()}
        return {mail_id: _plain_mail(reading) for mail_id, reading in read.items() if reading.attachments}

    def _identifying_kinds(self) -> list[Kind]:
        compare = self._harmless("compare", self._compare_call, self._compare_after, COPY_S)
        return [*super()._identifying_kinds(), compare]


def _plain_mail(reading: Reading) -> bytes:
    """The mail as text alone."""
    head = {"From": reading.from_address or "", "Subject": reading.subject, "Message-ID": reading.message_id}
    lines = [f"{name}: {' '.join(value.split())}" for name, value in head.items() if value]
    lines += ["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit", ""]
    return "\r\n".join([*lines, reading.text]).encode("utf-8", "surrogateescape")


def check_facts(given: Mapping[str, str]) -> None:
    """Nothing, if these are two different facts that can prove something; NotAllowed with the field otherwise."""
    if len(given) != 2 or not given.keys() <= FACTS.keys():
        raise NotAllowed(say("errors.two_facts"), field="kind2")
    shapes = [shape(kind, value) for kind, value in given.items()]
    for number, found in enumerate(shapes, start=1):
        if not found:
            told = say("errors.weak_fact")
            raise NotAllowed(told, field=f"fact{number}")
    if shapes[0] == shapes[1]:
        raise NotAllowed(say("errors.two_facts"), field="fact2")
