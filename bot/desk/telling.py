"""Who hears of a reminder: its owner once a day, a second person when it is late, the channel in the morning, the team
by mail where Slack will not do.

Each message is a piece of work with a key of its person and day; rows nobody was told of yet are told by the next
sweep. What comes after a person's message of the day waits for the next digest, unless it is urgent or has changed.
"""  # fmt: skip

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from bot import cards
from bot.cards import Digest, Reminded, Week
from bot.checkpoints import checkpoint
from bot.desk import reporting
from bot.desk.mailing import LISTED, Mailing
from bot.engine import Job, Kind
from bot.reminders import URGENT, audible, urgency
from bot.reminders import Kind as Why
from bot.store import Unit
from bot.store.reminders import NOBODY, REST, Untold
from bot.store.rows import ReminderRow
from bot.tickets import BOT, Role, Ticket
from bot.workflow import NotSeen, Seen

CHANNEL = "channel"  # whom an enquiry without an owner concerns
SOON = timedelta(days=7)
MESSAGES = 9  # to one person in one day, at the very most
JUMPED = "clock_jumped"


class Telling(Mailing):
    """What people are told."""

    def remind(self) -> int:
        """Everything that is due to be said now is on its way, once; how many tickets were looked at."""
        looked = self._look_at_all()
        self._tell_people()
        self._brief()
        self._mail_instead()
        self._lapse()
        return looked

    def clock_jumped(self, seconds: float) -> None:
        """The machine's clock was moved by so much while we watched (TRUST T35): recorded, and said in the digest."""
        with self.store.begin() as unit:
            unit.audit(BOT.id, "clock_jumped", seconds=round(seconds))
            unit.moments.put(JUMPED)

    def _lapse(self) -> None:
        """Codes whose time is over are void, even if the clock is set back."""
        with self.store.read() as unit:
            if not unit.reminders.lapse():
                return
        with self.store.begin(patient=True) as unit:
            unit.reminders.lapse()

    # -- one message a person and day -------------------------------------------------------------------------------

    def _tell_people(self) -> None:
        with self.store.read() as unit:
            if not unit.reminders.untold(1):
                return
        with self.store.begin(patient=True) as unit:
            found = unit.reminders.untold(500)
            unit.reminders.tell([each.row.key for each in found if not each.open], NOBODY)
            worst: dict[str, Why] = {}
            for each in sorted(found, key=lambda each: urgency(each.row.kind)):
                worst[each.row.ticket_id] = each.row.kind
            told: dict[str, list[ReminderRow]] = defaultdict(list)
            for each in found:
                for person in self._concerned(unit, each, worst[each.row.ticket_id]) if each.open else ():
                    told[person].append(each.row)
            for person, rows in sorted(told.items()):
                if not self._wants_quiet(unit, person, rows):
                    self._tell_one(unit, person, rows)
            checkpoint("remind.told")

    def _wants_quiet(self, unit: Unit, person: str, rows: Sequence[ReminderRow]) -> bool:
        """Whether this person set that they want to hear nothing now, and nothing of it is urgent: it is told later."""
        local = self._local(unit.now)
        return not any(each.kind in URGENT for each in rows) and audible(unit.quiet.of(person), local) > local

    def _concerned(self, unit: Unit, said: Untold, kind: Why) -> list[str]:
        """The owner, or the channel where there is none; once it is overdue a second person (and the digest).

        Of a task whoever does it by hand hears; of what waits for a second look somebody else.
        """
        owner = said.owner
        if said.row.kind == Why.TASK:
            task = self._task_of(unit, said.row.key)
            asked = task.assignee or owner
            if task.done_by:
                asked = owner if owner != task.done_by else self._second(owner)
            return [asked or CHANNEL]
        second = self._second(owner) if kind == Why.OVERDUE else None
        return [each for each in (second, owner) if each] or [CHANNEL]

    def _second(self, owner: str | None) -> str | None:
        """The configured person; else an approver, or else an admin, who is not the owner."""
        if self.house.second_person and self.house.second_person != owner:
            return self.house.second_person
        for role in (Role.APPROVER, Role.ADMIN):
            others = [user for user, roles in self.house.roles.items() if role in roles and user != owner]
            if others:
                return min(others)
        return None

    def _tell_one(self, unit: Unit, person: str, rows: Sequence[ReminderRow]) -> None:
        """One message with all of it; after the first one of the day only what is urgent, or has changed since."""
        keys = [each.key for each in rows]
        last = {each.ticket_id: each.key for each in sorted(rows, key=lambda each: urgency(each.kind))}
        work = self._next_message(unit, person, rows)
        if work is None:
            unit.reminders.tell(keys, REST)
            return
        args = {"person": person, "rows": list(last.values())}
        self.engine.put(unit, "remind_person", work, args, lane="slack-post")
        unit.reminders.tell(keys, work)

    def _next_message(self, unit: Unit, person: str, rows: Sequence[ReminderRow]) -> str | None:
        """The key of the message this person may get now; None: not today any more."""
        day = self._today(unit.now).isoformat()
        keys = [f"remind_person:{person}:{day}:{number}" for number in range(1, MESSAGES + 1)]
        states = self.engine.states(unit, keys)
        free = [each for each in keys if each not in states]
        if not states or not free:
            return free[0] if free else None
        since = unit.reminders.made_at(max(states))
        pressing = person == CHANNEL or any(each.kind in URGENT for each in rows)
        changed = since is not None and unit.reminders.changed([each.ticket_id for each in rows], since)
        return free[0] if pressing or changed else None

    def _person_call(self, job: Job) -> Mapping[str, Any]:
        """One message with what still holds of it; none, when it has been overtaken by that of a later day."""
        with self.store.read() as unit:
            if self._overtaken(unit, job):
                return {}
            found = [self._of_row(unit, key) for key in job.args["rows"]]
            now = self._local(unit.now)
        views = [self._linked(*each) for each in found if each[0].state == "open"]
        if not views:
            return {"nothing": 1}
        to = job.args["person"] if job.args["person"] != CHANNEL else None
        blocks, text = cards.reminders_card(views, now), cards.reminders_text(views, now.date())
        _, ts = self.channel.post(blocks, text, job.key, user=to)
        return {"ts": ts}

    def _of_row(self, unit: Unit, key: str) -> tuple[Ticket, Reminded]:
        row = unit.reminders.get(key)
        ticket = unit.tickets.get(row.ticket_id)
        return ticket, self._reminded(unit, ticket, row)

    def _overtaken(self, unit: Unit, job: Job) -> bool:
        """Whether this message is of an earlier day and the person has one of today: Slack was away, or we were."""
        name, person, day, _ = job.key.split(":")
        today = self._today(unit.now).isoformat()
        return day < today and bool(self.engine.states(unit, [f"{name}:{person}:{today}:1"]))

    def _person_probe(self, job: Job) -> Any:
        person = job.args["person"]
        found = self.channel.find(job.key, job.made_at, user=None if person == CHANNEL else person)
        return Seen({"ts": found[1]}) if found else NotSeen()

    def _person_after(self, unit: Unit, job: Job, posted: Mapping[str, Any]) -> None:
        if not posted:
            unit.reminders.untell(job.key, REST)

    def _person_failed(self, unit: Unit, job: Job, state: str, error: str) -> None:
        """Slack does not let us reach this person: the channel hears of it in the morning."""
        del state, error
        unit.reminders.untell(job.key, REST)

    # -- the channel's morning, the week ----------------------------------------------------------------------------

    def _brief(self) -> None:
        """On a working day, in working hours: the day's digest and, on the first of the week, the week's report."""
        with self.store.read() as unit:
            today = self._today(unit.now)
            monday = today - timedelta(days=today.weekday())
            keys = {f"digest:{today.isoformat()}": "digest", f"week:{monday.isoformat()}": "week"}
            if not self.hours.is_open(unit.now) or not keys.keys() - self.engine.states(unit, list(keys)).keys():
                return
        with self.store.begin(patient=True) as unit:
            for key, kind in keys.items():
                self.engine.put(unit, kind, key, {}, lane="slack-post")

    def _digest_call(self, job: Job) -> Mapping[str, Any]:
        """The digest, if there is something to say and the day is not over."""
        with self.store.read() as unit:
            today = self._today(unit.now)
            if job.key != f"digest:{today.isoformat()}":
                return {}
            digest, tickets, rest = self._digest(unit, today)
            now = self._local(unit.now)
        if not digest:
            return {}
        digest = digest.linked(lambda view: self._linked(tickets[view.ticket_id], view))
        return {**self._in_channel(job, cards.digest_card(digest, now), cards.digest_text(digest)), "rest": rest}

    def _digest(self, unit: Unit, today: date) -> tuple[Digest, dict[str, Ticket], list[str]]:
        """What to say, the tickets it is about, and the rows it tells of."""
        found = unit.overview.late(today, LISTED + 1)
        found += unit.overview.soon(today, today + SOON, LISTED + 1 - len(found))
        tickets = {each.id: each for each in found[:LISTED]}
        views = [self._reminded(unit, each) for each in tickets.values()]
        rows = unit.reminders.told_in(REST)
        rest = {}
        for row in rows:
            if row.ticket_id not in tickets:
                ticket = unit.tickets.get(row.ticket_id)
                if ticket.state == "open":
                    rest[ticket.id] = self._reminded(unit, ticket, row)
                    tickets[ticket.id] = ticket
        jumped = unit.moments.get(JUMPED)
        digest = Digest(
            overdue=tuple(each for each in views if each.due < today),
            soon=tuple(each for each in views if each.due >= today),
            rest=tuple(rest.values()), more=len(found) > LISTED,
            jumped_at=jumped, again=unit.sightings.undecided(),
            unwatched=tuple((self._label(name), why) for name, why in unit.sightings.failed().items()),
        )  # fmt: skip
        return digest, tickets, [each.key for each in rows]

    def _digest_after(self, unit: Unit, job: Job, posted: Mapping[str, Any]) -> None:
        if posted.get("rest"):
            unit.reminders.tell(posted["rest"], job.key)
        if posted:
            unit.moments.forget(JUMPED)

    def _week_call(self, job: Job) -> Mapping[str, Any]:
        """The report of the week before the one the key names."""
        monday = date.fromisoformat(job.key.partition(":")[2]) - timedelta(days=7)
        with self.store.read() as unit:
            week = Week(monday + timedelta(days=6), reporting.week(unit, monday))
        if not any(any(each.numbers) for each in week.chart.series):
            return {}  # nobody has ever asked for anything
        return self._in_channel(job, cards.week_card(week), cards.week_text(week))

    # -- kinds ------------------------------------------------------------------------------------------------------

    def kinds(self) -> list[Kind]:
        """Every kind of work the desk carries, for the engine."""
        return [
            *super().kinds(),
            self._posts(
                "remind_person", self._person_call, self._person_probe, self._person_after, self._person_failed
            ),
            self._posts("digest", self._digest_call, self._channel_probe, self._digest_after),
            self._posts("week", self._week_call, self._channel_probe),
        ]  # fmt: skip
