"""The figures of the report: how many, how fast, in time or not. Pure arithmetic over what the store has counted.

What is counted is the request: one right in one ticket. A ticket in which nobody has chosen a right counts as one.
Only an answer or a refusal meets a deadline; what was withdrawn is neither in time nor late. An open request past its
date is late already, or a house that never answers would show nothing but answers in time.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.phrases import capital, month, named, say


@dataclass(frozen=True)
class Series:
    """One row of numbers of a chart, one number for each of its labels."""

    name: str  # at most 20 characters
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class Figures:
    """A small chart: what Slack's own chart block takes, and the same in words for whoever does not see it."""

    title: str  # at most 50 characters
    labels: tuple[str, ...]  # at most 20, of at most 20 characters each, no two alike
    series: tuple[Series, ...]  # at most 6
    alternative: str  # everything the chart shows, in words


@dataclass(frozen=True)
class Tally:
    """So many requests (`count`) that are alike in everything the report asks about."""

    right: str  # `none` while nobody has chosen one
    regimes: tuple[str, ...]
    channel: str
    language: str
    state: str  # open, answered, refused, withdrawn
    days: int | None = None  # from receipt to the answer or refusal; None while open, and where withdrawn
    paused: int = 0  # of those days, how many the clock stood still
    by_due: bool | None = None  # whether the last day was met; None while it is still to come
    by_unrolled: bool | None = None  # the same for the safe day
    waiting: bool = False  # for an answer of the person
    extended: bool = False
    count: int = 1


@dataclass(frozen=True)
class Share:
    """`part` of `of`; nothing is a share of nothing."""

    part: int
    of: int

    @property
    def percent(self) -> int | None:
        """Rounded down: 199 of 200 in time are not all of them."""
        return self.part * 100 // self.of if self.of else None


@dataclass(frozen=True)
class Days:
    """How long it took: half were answered within `median` days, nine of ten within `ninety`."""

    median: float | None = None  # the middle of the two middle ones where their number is even
    ninety: int | None = None  # the smallest number of days in which at least 90 % were answered


@dataclass(frozen=True)
class Figure:
    """The figures of one group of requests."""

    of: str  # what they have in common: `access`, `gdpr_eu`, `mail`; `all`
    received: int
    open: int
    waiting: int
    overdue: int
    answered: int
    refused: int
    withdrawn: int
    by_due: Share
    by_unrolled: Share
    days: Days
    days_net: Days  # without the days the clock stood still
    extended: Share


@dataclass(frozen=True)
class NearMisses:
    """Mails that looked like an enquiry under another subject."""

    seen: int
    late: int  # nobody settled them within a day


@dataclass(frozen=True)
class Report:
    """Everything the report says of the requests received in a span of days, both ends counted."""

    since: date | None
    until: date | None
    as_of: date
    tickets: int
    all: Figure
    by_right: tuple[Figure, ...]
    by_regime: tuple[Figure, ...]  # one request counts under every law that may apply to it
    by_channel: tuple[Figure, ...]
    by_language: tuple[Figure, ...]
    refusals: Mapping[str, int] = field(default_factory=dict)  # ground -> how many
    near_misses: NearMisses = NearMisses(0, 0)
    asked: Mapping[str, int] = field(default_factory=dict)  # questions to the person: `code`, or by kind
    identity_documents: int = 0  # copies of a document asked for; should be near zero
    notices_open: int | None = None  # to recipients (art. 19), to be told or to answer; None: nobody has counted


@dataclass(frozen=True)
class Week:
    """What came of one week, from Monday to Sunday. Open and overdue as the week ended."""

    monday: date
    received: int
    answered: int  # refusals among them
    late: int  # of those, after their last day
    open: int
    overdue: int


def report(
    tallies: Iterable[Tally],
    *,
    as_of: date,
    tickets: int,
    since: date | None = None,
    until: date | None = None,
    refusals: Mapping[str, int] | None = None,
    near_misses: NearMisses = NearMisses(0, 0),
    asked: Mapping[str, int] | None = None,
    identity_documents: int = 0,
    notices_open: int | None = None,
) -> Report:
    """The report over these tallies; within each table the largest group first."""
    counted = tuple(tallies)
    return Report(
        since=since,
        until=until,
        as_of=as_of,
        tickets=tickets,
        all=figure("all", counted),
        by_right=_table(counted, lambda each: (each.right,)),
        by_regime=_table(counted, lambda each: each.regimes),
        by_channel=_table(counted, lambda each: (each.channel,)),
        by_language=_table(counted, lambda each: (each.language,)),
        refusals=dict(sorted((refusals or {}).items(), key=lambda each: (-each[1], each[0]))),
        near_misses=near_misses,
        asked=dict(sorted((asked or {}).items())),
        identity_documents=identity_documents,
        notices_open=notices_open,
    )


def figure(of: str, tallies: Iterable[Tally]) -> Figure:
    """The figures of these requests together."""
    counted = tuple(tallies)

    def number(wanted: Callable[[Tally], object]) -> int:
        return sum(each.count for each in counted if wanted(each))

    def share(met: Callable[[Tally], bool | None]) -> Share:
        return Share(number(met), number(lambda each: met(each) is not None))

    answered = [each for each in counted if each.days is not None]
    states = Counter[str]()
    for each in counted:
        states[each.state] += each.count
    received = states.total()
    return Figure(
        of=of,
        received=received,
        open=states["open"],
        waiting=number(lambda each: each.waiting),
        overdue=number(lambda each: each.state == "open" and each.by_due is False),
        answered=states["answered"],
        refused=states["refused"],
        withdrawn=states["withdrawn"],
        by_due=share(lambda each: each.by_due),
        by_unrolled=share(lambda each: each.by_unrolled),
        days=days(_histogram(answered, lambda each: each.days or 0)),
        days_net=days(_histogram(answered, lambda each: (each.days or 0) - each.paused)),
        extended=Share(number(lambda each: each.extended), received),
    )


def days(histogram: Mapping[int, int]) -> Days:
    """Median and 90th percentile of so many (value) answers that took so many days (key)."""
    total = sum(histogram.values())
    if not total:
        return Days()
    middle = _within(histogram, (total + 1) // 2) + _within(histogram, total // 2 + 1)
    return Days(middle / 2, _within(histogram, -(-total * 9 // 10)))


def groups(found: Report, names: Mapping[str, str]) -> Iterator[tuple[str, list[tuple[str, Figure]]]]:
    """Every table that has rows, under its heading: (what people call the group, its figures). `names` are others."""
    called = {"none": say("report.not_chosen"), **names}
    for heading, figures in (
        (say("report.by_right"), found.by_right),
        (say("report.by_law"), found.by_regime),
        (say("report.by_channel"), found.by_channel),
        (say("report.by_language"), found.by_language),
    ):
        if figures:
            yield heading, [(called.get(each.of, each.of), each) for each in figures]


def span(found: Report) -> str:
    """Which enquiries the report is about, in words."""
    since, until = (each and full(each) for each in (found.since, found.until))
    as_of = say("report.as_of", as_of=full(found.as_of))
    if since and until:
        return say("report.from_to", since=since, until=until, as_of=as_of)
    if since or until:
        return say("report.since", since=since, as_of=as_of) if since else say("report.up_to", until=until, as_of=as_of)
    return say("report.so_far", as_of=as_of)


def counted(found: Report) -> str:
    """How many there are: `2 tickets, 1 request`."""
    return f"{say('report.tickets', n=found.tickets)}, {say('report.requests', n=found.all.received)}"


def weekly(weeks: Sequence[Week]) -> Figures:
    """The chart of these weeks, oldest first; the last is the one reported on."""
    last = weeks[-1]
    answered = say("report.answered", answered=last.answered, late=_late(last))
    words = [say("report.week", monday=full(last.monday), received=last.received, answered=answered)]
    left = say("report.left_open", open=last.open, overdue=last.overdue)
    words.append(left if last.open else say("report.nothing_open"))
    if before := weeks[:-1]:
        for name, of in _SERIES.items():
            called, numbers = capital(named("series", name)), _listed(of, before)
            words.append(say("report.weeks_before", name=called, before=len(before), of=numbers))
    return Figures(
        title=say("report.title", monday=day(last.monday)),
        labels=tuple(day(each.monday) for each in weeks),
        series=tuple(Series(named("series", name), tuple(of(each) for each in weeks)) for name, of in _SERIES.items()),
        alternative=" ".join(words),
    )


def day(of: date) -> str:
    """`23 Nov`, in the team's language."""
    return say("dates.short", day=of.day, month=month(of))


def full(of: date) -> str:
    """`23 Nov 2026`."""
    return say("dates.full", day=day(of), year=of.year)


_SERIES: Mapping[str, Callable[[Week], int]] = {
    "received": lambda week: week.received,
    "answered": lambda week: week.answered,
    "overdue": lambda week: week.overdue,
}


def _late(week: Week) -> str:
    return say("report.late", late=week.late) if week.late else say("report.all_in_time") if week.answered else ""


def _listed(of: Callable[[Week], int], weeks: Sequence[Week]) -> str:
    numbers = [of(each) for each in weeks]
    return ", ".join(map(str, numbers)) if any(numbers) else say("report.none")


def _within(histogram: Mapping[int, int], rank: int) -> int:
    """The number of days within which at least `rank` answers came."""
    seen = 0
    for value in sorted(histogram):
        seen += histogram[value]
        if seen >= rank:
            return value
    return max(histogram)


def _histogram(tallies: Iterable[Tally], value: Callable[[Tally], int]) -> Counter[int]:
    found = Counter[int]()
    for each in tallies:
        found[value(each)] += each.count
    return found


def _table(tallies: tuple[Tally, ...], groups: Callable[[Tally], tuple[str, ...]]) -> tuple[Figure, ...]:
    found: dict[str, list[Tally]] = {}
    for each in tallies:
        for group in groups(each):
            found.setdefault(group, []).append(each)
    figures = [figure(group, members) for group, members in found.items()]
    return tuple(sorted(figures, key=lambda each: (-each.received, each.of)))
