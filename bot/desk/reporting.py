"""The report: what the store has counted, put into the terms of the law. Reads only; nothing of it names anybody."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, partial
from zoneinfo import ZoneInfo

from bot import law
from bot.desk.recorded import Recorded, recorded
from bot.law import Deadline
from bot.report import Figures, Report, Tally, report, weekly
from bot.store import Unit
from bot.store.report import FIRST, LAST, Alike, Moved
from bot.tickets import Identity, State

DAY = timedelta(days=1)
Stops = Callable[[str], Collection[tuple[str, bool]]]
WEEKS = 8  # on the weekly chart
RUNNING = "running"
ENDS = {State.DONE: "answered", State.REFUSED: "refused", State.WITHDRAWN: "withdrawn"}


def figures(unit: Unit, deadline: Deadline, zone: str, since: date | None = None, until: date | None = None) -> Report:
    """The report over the enquiries received from `since` to `until`, both counted, as things stand now."""
    today = unit.now.astimezone(ZoneInfo(zone)).date()
    span = (since or FIRST, until or LAST)
    tallies = Counter[Tally]()
    for each, count in unit.reports.alike(today, *span):
        tallies[_tally(each)] += count
    stops = cache(partial(_stopping, deadline))
    asked = Counter[str]()
    seen, documents = set[str](), 0
    for each in unit.reports.moved(today, *span):
        known = recorded(each.events)
        tallies[_moved(each, known, stops)] += 1
        if each.ticket_id not in seen:
            asked.update("code" if question.code else question.kind for question in known.questions)
            documents += _documents(each, known)
        seen.add(each.ticket_id)
    return report(
        [replace(each, count=count) for each, count in tallies.items()],
        as_of=today,
        since=since,
        until=until,
        tickets=unit.reports.tickets(*span),
        refusals=unit.reports.refusals(*span),
        near_misses=unit.reports.near_misses(*_moments(span, zone)),
        asked=asked,
        identity_documents=documents,
        notices_open=unit.notices.count_open(*span),
    )


def week(unit: Unit, monday: date) -> Figures:
    """The chart of the week that began on this Monday and of the seven before."""
    return weekly(unit.reports.weeks(monday, WEEKS))


def _tally(each: Alike) -> Tally:
    ended = ENDS.get(State(each.state)) if each.state else None
    if ended is None and each.days is not None:
        ended = "answered"  # a restriction that is being lifted
    met = {"answered", "refused"}  # an answer, also one that refuses, meets a deadline; a withdrawal does not
    asked = each.state == State.IDENTIFYING and each.identity == Identity.ASKED
    return Tally(
        right=each.right or "none",
        regimes=each.regimes,
        channel=each.channel,
        language=each.language,
        state=ended or "open",
        days=each.days if ended in met else None,
        by_due=_met(each.met_due, ended, met, late=each.past_due, clock=each.clock),
        by_unrolled=_met(each.met_unrolled, ended, met, late=each.past_unrolled, clock=each.clock),
        waiting=ended is None and (asked or each.clock != RUNNING),
    )


def _met(in_time: bool | None, ended: str | None, met: Collection[str], *, late: bool, clock: str) -> bool | None:
    """Whether a day was met; None while it is to come, or while the clock stands still."""
    if ended:
        return in_time if ended in met else None
    return False if late and clock == RUNNING else None


def _moved(each: Moved, known: Recorded, stops: Stops) -> Tally:
    tally = _tally(each.request)
    paused = 0
    if tally.days is not None and each.ended is not None:
        paused = min(tally.days, _paused(each, known, stops, each.ended))
    return replace(tally, paused=paused, extended=bool(known.notices))


def _documents(each: Moved, known: Recorded) -> int:
    """How many of the questions that left the house named a document as a way to show who one is."""
    asked = {question.id for question in known.questions}
    return sum(bool(row.detail.get("document")) for row in each.events if row.id in asked)


def _paused(each: Moved, known: Recorded, stops: Stops, ended: date) -> int:
    """On how many days up to the end the clocks of all laws that apply stood still. The day of the answer counts."""
    stood = [
        {
            day
            for asked in known.questions
            if (asked.kind, asked.large) in stops(key)
            for day in range(asked.on.toordinal(), min(asked.answered or ended, ended).toordinal())
        }
        for key in each.request.regimes
    ]
    return len(set.intersection(*stood)) if stood else 0


def _stopping(deadline: Deadline, key: str) -> Collection[tuple[str, bool]]:
    """Which questions stop the clock of this law: (kind, whether a large amount of data was on record)."""
    pauses = law.regime(key).chosen(deadline.choices.get(key, {})).pauses
    return {
        (kind, large)
        for kind, pause in pauses.items()
        for large in (True, False)
        if pause.mode != "none" and (large or not pause.only_large)
    }


def _moments(span: tuple[date, date], zone: str) -> tuple[datetime, datetime]:
    """The span as moments: from the first on, until before the second."""
    since, until = span
    house = ZoneInfo(zone)
    begin = datetime.combine(since, time.min, UTC if since == FIRST else house)  # no zone fits before the first day
    end = datetime.combine(until, time.min, UTC) if until == LAST else datetime.combine(until + DAY, time.min, house)
    return begin, end
