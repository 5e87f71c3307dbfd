"""Erased stays erased: every system is looked over for what was erased, once a day and whenever somebody asks.

Who is there again is a row first, then one message in the channel, which names nobody. A person decides: the erasure is
planned again, by the road of every deletion, or there is new consent.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain, islice
from typing import Any

from bot import cards
from bot.cards import AlarmView
from bot.checkpoints import checkpoint
from bot.desk.office import System
from bot.desk.opening import Enquiry, Opening
from bot.desk.telling import Telling
from bot.engine import Job, Kind
from bot.errors import NotAllowed, Refused, Unsupported
from bot.law import Right
from bot.phrases import say
from bot.store import Unit
from bot.store.sightings import AGAIN, Alarm, Sighting
from bot.tickets import BOT, Correspondent, Role, Ticket, check_role
from bot.workflow import Act

BATCH = 500  # addresses compared by one query
LONGEST_S = 4 * 3600.0  # of a look over one system
TICKETS = 20  # opened by one press
YEAR = timedelta(days=365.25)


@dataclass(frozen=True)
class Looked:
    """How a look over one system ended. Counts of addresses only."""

    system: str
    addresses: int | None  # compared; None: the system cannot list them
    again: int = 0  # erased ones that are there and that nobody has allowed back
    new: int = 0  # of these, seen for the first time


class Watching(Opening, Telling):
    """The verbs of the watch."""

    def watch(self) -> None:
        """The looks that are due today are on their way, what they found is told, and what is old is forgotten."""
        self._forget_old()
        if self.house.watch:
            self._look_once_a_day()
        with self.store.read() as unit:
            if unit.sightings.looking():
                return  # what it finds is told in one
        self.sound()

    def _look_once_a_day(self) -> None:
        with self.store.read() as unit:
            now = self._local(unit.now)
            if now.time() < self.house.watch_from or not unit.ledger.any():
                return
            keys = {f"watch:{now.date().isoformat()}:{name}": name for name in self.systems}
            missing = keys.keys() - self.engine.states(unit, list(keys)).keys()
        if missing:
            with self.store.begin(patient=True) as unit:
                for key in sorted(missing):
                    self.engine.put(unit, "watch", key, {"system": keys[key]}, lane="watch")

    def _forget_old(self) -> None:
        with self.store.read() as unit:
            before = unit.now - YEAR * self.house.erased_years
            if not unit.ledger.old(before):
                return
        with self.store.begin(patient=True) as unit:
            unit.audit(BOT.id, "ledger_over", entries=unit.ledger.forget(before))

    # -- one look ---------------------------------------------------------------------------------------------------

    def look_over(self, name: str) -> Looked:
        """Every address this system holds was compared with the ledger. Broken off, it begins anew and counts once."""
        system, since = self.systems[name], self.clock()
        addresses = new = 0
        try:
            for batch in _batches(system.addresses()):
                addresses += len(batch)
                new += self._compare(system, batch)
        except Unsupported:
            return self._end_look(Looked(name, None), since)
        return self._end_look(Looked(name, addresses, new=new), since)

    def _compare(self, system: System, batch: Sequence[str]) -> int:
        """How many sightings are new. Who has an erased address is asked of the system outside any transaction."""
        with self.store.read() as unit:
            erased = unit.ledger.among(batch)
            known = unit.sightings.known(system.name, erased) if erased else set()
        seen = [
            (mark, address, who)
            for mark, address in erased.items()
            for who in self._there(system, mark, address, known)
        ]
        if not seen:
            return 0
        with self.store.begin(patient=True) as unit:
            news = [
                unit.sightings.note(mark, system.name, who, known=(mark, who) in known, address=address)
                for mark, address, who in seen
            ]
            checkpoint("watch.noted")
        return sum(news)

    def _there(self, system: System, mark: bytes, address: str, known: set[tuple[bytes, bytes]]) -> list[bytes]:
        """Who has the address there, but for whatever a deletion would leave alone. Nobody that can be found: b""."""
        found = system.find([address])
        with self.store.read() as unit:
            people = {unit.sightings.who(system.name, each.key): each for each in found}
        if not people:
            return [b""]
        return [who for who, each in people.items() if (mark, who) in known or self._erasable(system, each)]

    def _erasable(self, system: System, person: Any) -> bool:
        """Whether an erasure would have something to do: what the law keeps has not come back, it has stayed."""
        try:
            lines = system.plan(Right.DELETION, person)
        except (Refused, Unsupported):
            return True
        return any(line.count and line.act != Act.KEEP for line in lines)

    def _end_look(self, looked: Looked, since: datetime) -> Looked:
        with self.store.begin(patient=True) as unit:
            if looked.addresses is not None:
                for alarm_id in unit.sightings.passed(looked.system, since):
                    self._redraw_alarm(unit, alarm_id)
            again = unit.sightings.there(looked.system)
            unit.sightings.looked(looked.system, looked.addresses, again)
            unit.audit(BOT.id, "watched", system=looked.system, addresses=looked.addresses, again=again)
        return Looked(looked.system, looked.addresses, again, looked.new)

    def _watch_failed(self, unit: Unit, job: Job, state: str, error: str) -> None:
        """The digest says so every morning, until a look goes well."""
        name = job.args["system"]
        unit.sightings.looked(name, None, unit.sightings.there(name), error)
        unit.audit(BOT.id, "watch_failed", system=name, state=state, error=error)

    # -- the alarm --------------------------------------------------------------------------------------------------

    def sound(self) -> None:
        """What nobody was told of yet is one message in the channel."""
        with self.store.read() as unit:
            if not unit.sightings.untold():
                return
        with self.store.begin(patient=True) as unit:
            seen = unit.sightings.untold()
            if seen:
                alarm = unit.sightings.sound(seen)
                self.engine.put(unit, "alarm", f"alarm:{alarm.id}", {"alarm": alarm.id}, lane="slack-post")
                unit.audit(BOT.id, "alarm", alarm=alarm.id, counts=dict(alarm.counts))
                checkpoint("watch.told")

    def alarm_view(self, unit: Unit, alarm: Alarm) -> AlarmView:
        """The alarm as the channel may see it: nothing personal."""
        rows = unit.sightings.of(alarm.id)
        marks = {state: len({each.hash for each in rows if each.state == state}) for state in {e.state for e in rows}}
        tickets = dict.fromkeys(each.ticket_id for each in rows if each.ticket_id)
        return AlarmView(
            id=alarm.id, at=alarm.at, addresses=alarm.addresses,
            counts=tuple((self._label(name), count) for name, count in alarm.counts.items()),
            states=marks, refs=tuple(unit.tickets.get(each).ref for each in tickets),
            blind=tuple(self._label(name) for name in unit.sightings.blind() if name in self.systems),
        )  # fmt: skip

    def _alarm(self, alarm_id: str) -> tuple[list[dict[str, Any]], str]:
        with self.store.read() as unit:
            view = self.alarm_view(unit, unit.sightings.alarm(alarm_id))
            return cards.alarm_card(view, self._local(unit.now)), cards.alarm_text(view)

    def _alarm_call(self, job: Job) -> Mapping[str, Any]:
        return self._in_channel(job, *self._alarm(job.args["alarm"]))

    def _alarm_redraw_call(self, job: Job) -> Mapping[str, Any]:
        if place := self._place_of(f"alarm:{job.args['alarm']}"):
            self.channel.update(*place, *self._alarm(job.args["alarm"]))
        return {}

    # -- what people decide -----------------------------------------------------------------------------------------

    def erase_again(self, user: str, event: str, alarm_id: str) -> list[Ticket]:
        """For each person of this alarm a ticket nobody wrote, whose deletion this user has chosen; so many at most.

        Nobody is asked for a code and nobody is written to: it was erased at their own demand, and nothing is told.
        """
        check_role(self.actor(user), Role.HANDLER)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return []
            people = together(unit.sightings.to_decide(alarm_id))[:TICKETS]
            if not people:
                raise NotAllowed(say("errors.nobody_left"))
            addresses = [unit.sightings.address(each[0].id) for each in people]
            tickets = self._open(unit, [self._erased_before(unit, each, user, alarm_id) for each in addresses])
            for ticket, rows in zip(tickets, people, strict=True):
                for each in rows:
                    unit.sightings.planned(each.id, ticket.id)
                self._choose_deletion(unit, ticket, user)
            unit.audit(user, "erase_again", alarm=alarm_id, tickets=[each.ref for each in tickets])
            self._redraw_alarm(unit, alarm_id)
            checkpoint("watch.planned")
        return tickets

    def _erased_before(self, unit: Unit, address: str, user: str, alarm_id: str) -> Enquiry:
        return Enquiry(
            channel="watch", received_at=unit.now, received_on=self._today(unit.now), language="en",
            rights=(Right.DELETION,), who=Correspondent(address), sender="", silent=True, by=user,
            detail={"alarm": alarm_id},
        )  # fmt: skip

    def _choose_deletion(self, unit: Unit, ticket: Ticket, user: str) -> None:
        (request,) = unit.requests.of(ticket.id)
        request = self._move(unit, request, "choose", self.actor(user), chosen_by=user, chosen_at=unit.now)
        unit.tickets.own(ticket.id, user)
        self._locate(unit, request)

    def consents(self, user: str, alarm_id: str) -> list[tuple[str, str]]:
        """(sighting, address) of each address of this alarm that waits for a decision. The look is audited."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.begin() as unit:
            rows = {each.hash: each for each in unit.sightings.to_decide(alarm_id)}
            if not rows:
                raise NotAllowed(say("errors.nobody_left"))
            unit.audit(user, "look_alarm", alarm=alarm_id)
            return [(each.id, unit.sightings.address(each.id)) for each in rows.values()]

    def consent(self, user: str, event: str, sighting_id: str, where: str, on: date) -> None:
        """The person came back by their own will, there and then: their address may be held again."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return
            seen = unit.sightings.get(sighting_id)
            if seen.state != AGAIN:
                raise NotAllowed(say("errors.address_decided"))
            self._readmit(unit, user, seen.hash, where, on)

    def readmit(self, user: str, event: str, address: str, where: str, on: date | None = None) -> int:
        """How many entries of the ledger do not count any more: whoever has this address has come back, there and then.

        NotAllowed where the address is not in the ledger.
        """
        check_role(self.actor(user), Role.HANDLER)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return 0
            return self._readmit(unit, user, unit.ledger.hash(address), where, on or self._today(unit.now))

    def _readmit(self, unit: Unit, user: str, mark: bytes, where: str, on: date) -> int:
        if not where.strip():
            raise NotAllowed(say("errors.say_where_back"), field="where")
        if on > self._today(unit.now):
            raise NotAllowed(say("errors.future_return"), field="on")
        count = unit.ledger.lift(mark, user, on, where.strip())
        if not count:
            raise NotAllowed(say("errors.not_in_ledger"))
        for alarm_id in unit.sightings.consents(mark):
            self._redraw_alarm(unit, alarm_id)
        unit.audit(user, "consent", entry=mark.hex()[:16], entries=count, on=on)
        return count

    # -- kinds ------------------------------------------------------------------------------------------------------

    def kinds(self) -> list[Kind]:
        """Every kind of work the desk carries, for the engine."""
        return [
            *super().kinds(),
            Kind(
                name="watch", call=lambda job: self.look_over(job.args["system"]).__dict__, timeout_s=LONGEST_S,
                settle_s=0.0, harmless=True, failed=self._watch_failed,
            ),
            self._posts("alarm", self._alarm_call, self._channel_probe),
            self._redraws("alarm_redraw", self._alarm_redraw_call),
        ]  # fmt: skip


def together(seen: Iterable[Sighting]) -> list[list[Sighting]]:
    """Person by person: who has the same address, or is the same one in a system, is one."""
    people: list[list[Sighting]] = []
    for each in seen:
        mine = [known for known in people if any(_same(each, other) for other in known)]
        people = [*(known for known in people if known not in mine), [*chain(*mine), each]]
    return people


def _same(one: Sighting, other: Sighting) -> bool:
    return one.hash == other.hash or (bool(one.who) and (one.system, one.who) == (other.system, other.who))


def _batches(addresses: Iterable[str]) -> Iterator[list[str]]:
    left = iter(addresses)
    while batch := list(islice(left, BATCH)):
        yield batch
