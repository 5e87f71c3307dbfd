"""What people look up: who waits for whom, what a person has here, how the bot is, what came of the month."""

from datetime import date, time, timedelta

from bot.cards import NextActor, TicketLine, Week
from bot.cards.team import Health, Home, More, Person
from bot.desk import reporting
from bot.desk.ending import COMPLAINTS, Ending
from bot.desk.refusing import BEFORE
from bot.desk.showing import Showing
from bot.errors import NotAllowed, SubjectlineError
from bot.intake import normal_address
from bot.phrases import say
from bot.report import Report
from bot.store import Unit
from bot.tickets import REFUSABLE, Role, State, check_role

LIST = 100  # tickets of one list
HOME = 8  # of each list of the App Home
WEEKS = 5  # of its chart: a month


class Looking(Showing, Ending):
    """The verbs of looking. Every look at a person is audited; lists name nobody."""

    def tickets(self, user: str, which: str = "open") -> list[TicketLine]:
        """`open`, `overdue`, `mine`, `waiting` (for the person who wrote), by due date; at most a hundred."""
        check_role(self.actor(user), Role.VIEWER)
        with self.store.read() as unit:
            today, lists = self._today(unit.now), unit.overview
            found = {
                "open": lambda: lists.open(LIST),
                "overdue": lambda: lists.late(today, LIST),
                "mine": lambda: lists.mine(user, LIST),
                "waiting": lambda: lists.waiting(LIST),
                "all": unit.tickets.list,
            }[which]()
            return list(self._rows_of(unit, found))

    def home(self, user: str) -> Home:
        """What this user's App Home shows: a few of each, whatever number there is."""
        actor = self.actor(user)
        check_role(actor, Role.VIEWER)
        handles = bool(actor.roles & {Role.HANDLER, Role.ADMIN})
        approves = bool(actor.roles & {Role.APPROVER, Role.ADMIN})
        with self.store.read() as unit:
            today, lists = self._today(unit.now), unit.overview
            late = lists.late(today, HOME)
            soon = [each for each in lists.open(HOME * 2) if each not in late][:HOME]
            mine = self._rows_of(unit, lists.mine(user, HOME * 3))
            return Home(
                handles=handles,
                mine=tuple(each for each in mine if each.next_actor == NextActor.HANDLER)[:HOME],
                approvals=self._approvals(unit, user)[:HOME] if approves else (),
                nobodys=self._rows_of(unit, lists.nobodys(HOME)) if handles else (),
                late=self._rows_of(unit, late),
                soon=self._rows_of(unit, soon),
                open=str(lists.count_open()),
                overdue=str(lists.count_late(today)),
                weeks=tuple(lists.weeks(today - timedelta(days=today.weekday()), WEEKS)),
                quiet=unit.quiet.of(user),
                four_eyes=self.house.four_eyes,
            )

    def _approvals(self, unit: Unit, user: str) -> tuple[TicketLine, ...]:
        """The plans this user may decide: not their own, while four eyes are asked for."""
        tickets = unit.overview.in_state(State.APPROVING, HOME * 3)
        requests = unit.requests.of_each([each.id for each in tickets])
        mine = [
            ticket
            for ticket in tickets
            if any(
                each.state == State.APPROVING and (each.chosen_by != user or not self.house.four_eyes)
                for each in requests[ticket.id]
            )
        ]
        return self._rows_of(unit, mine)

    def set_quiet(self, user: str, event: str, begins: str, ends: str) -> None:
        """Between these times (`18:00`, over midnight if need be) the user hears what is urgent only.

        What was held back is told when they are over. Two equal times: no such hours.
        """
        check_role(self.actor(user), Role.VIEWER)
        hours = None if begins == ends else (_clock(begins, "begins"), _clock(ends, "ends"))
        with self.store.begin() as unit:
            if unit.events.first(event):
                unit.quiet.put(user, hours)
                unit.audit(user, "quiet", hours=list(hours) if hours else [])

    # -- one ticket -------------------------------------------------------------------------------------------------

    def more(self, user: str, ticket_id: str) -> More:
        """What else this user may do with the ticket now."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.read() as unit:
            ticket = unit.tickets.get(ticket_id)
            requests = unit.requests.of(ticket.id)
            refusable = [
                (each.right, each.id)
                for each in requests
                if each.right in REFUSABLE
                and each.stage in BEFORE
                and not self._lifting(unit, each)
            ]
            return More(
                ticket_id=ticket.id, ref=ticket.ref, open=ticket.state == "open", owner=ticket.owner,
                mine=ticket.owner == user, refusable=tuple(refusable), held=bool(unit.holds.of(ticket.id)),
                splits=tuple(each.right for each in requests if each.state == State.RECEIVED),
                four_eyes=self.house.four_eyes, in_vain=self._asked_in_vain(unit, ticket) is not None,
                complaints=COMPLAINTS in ticket.regimes,
                links=any(
                    each.revoked_at is None and each.expires_at > unit.now for each in unit.packages.of(ticket.id)
                ),
            )  # fmt: skip

    # -- one person -------------------------------------------------------------------------------------------------

    def find(self, user: str, address: str) -> Person:
        """What there is under this address: tickets here, people in every system, by count. Audited.

        Asks every system, so it may take a minute. NotAllowed where it is no address.
        """
        check_role(self.actor(user), Role.HANDLER)
        found = normal_address(address)
        if found is None:
            raise NotAllowed(say("errors.find_example"))
        with self.store.begin() as unit:
            tickets = unit.overview.of_sender(self.store.keys.blind("address", found), LIST)
            unit.audit(user, "find", tickets=[each.ref for each in tickets])
            lines = self._rows_of(unit, tickets)
        known = self._everywhere(list(self.systems), lambda system: _known(system, found))
        return Person(
            tickets=lines, states=tuple(each.state for each in tickets), address=found,
            systems=tuple((self.systems[name].label, number) for name, number in known.items()),
        )  # fmt: skip

    # -- the whole --------------------------------------------------------------------------------------------------

    def report(self, user: str) -> tuple[Week, Report]:
        """The chart of the weeks up to this one, and the figures of this year's enquiries."""
        check_role(self.actor(user), Role.VIEWER)
        with self.store.read() as unit:
            today = self._today(unit.now)
            monday = today - timedelta(days=today.weekday())
            figures = reporting.figures(unit, self.house.deadline, self.house.zone, since=date(today.year, 1, 1))
            return Week(today, reporting.week(unit, monday)), figures

    def health(self, user: str) -> Health:
        """How the bot is. Whatever is wrong here `subjectline doctor` explains."""
        check_role(self.actor(user), Role.VIEWER)
        with self.store.read() as unit:
            states = [each.state for each in self.engine.stuck(LIST)]
            return Health(
                open=str(unit.overview.count_open()),
                overdue=str(unit.overview.count_late(self._today(unit.now))),
                waiting=states.count("ready"), unsettled=states.count("unknown"), dead=states.count("dead"),
                mailboxes=tuple((each.name, each.seen_at) for each in unit.mailboxes.all()),
                aside=unit.mail.count_quarantined(),
            )  # fmt: skip


def _known(system: object, address: str) -> int | None:
    try:
        return len(system.find([address]))  # type: ignore[attr-defined]
    except SubjectlineError:
        return None


def _clock(text: str, name: str) -> str:
    try:
        return time.fromisoformat(text).strftime("%H:%M")
    except ValueError:
        raise NotAllowed(say("errors.time_example"), field=name) from None


