"""Which reminders a ticket deserves: counted down to the safe date, in working hours, each once, whatever the clock does."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.reminders import Hours, Kind, Standing, look, next_legal, snoozes

HOURS = Hours("Europe/Zurich")
ALWAYS = Hours("Europe/Zurich", time(0), time(23, 59), frozenset(range(7)))
NIGHT = Hours("Europe/Zurich", time(2, 30), time(3, 0), frozenset(range(7)))
# Opened on Monday 23 November 2026, 10:00 in Zürich; safe date Wednesday 23 December.
ANN = Standing(
    opened_at=datetime(2026, 11, 23, 9, 0, tzinfo=UTC), received_on=date(2026, 11, 23), unrolled=date(2026, 12, 23),
    due=date(2026, 12, 23),
)  # fmt: skip


def at(day: str, hour: str = "08:00") -> datetime:
    """A moment by the clock of Zürich in winter."""
    return datetime.fromisoformat(f"{day}T{hour}:00+01:00").astimezone(UTC)


def said_by(standing: Standing, moments: list[datetime], hours: Hours = HOURS) -> list[tuple[datetime, str, date]]:
    """What is said when somebody looks at these moments: (when, why, of which day)."""
    done: set[tuple[Kind, date]] = set()
    told = []
    for now in moments:
        found = look(standing, hours, now, done)
        told += [(now, str(each.kind), each.on) for each in found.say]
        done |= {(each.kind, each.on) for each in found.say}
    return told


def walked(standing: Standing, until: datetime, hours: Hours = HOURS) -> list[tuple[str, str]]:
    """The life of a ticket nobody answers, looked at whenever it asks for it: (day and hour, why)."""
    now: datetime | None = standing.opened_at
    done: set[tuple[Kind, date]] = set()
    told = []
    while now is not None and now <= until:
        found = look(standing, hours, now, done)
        told += [(now.astimezone(UTC).strftime("%a %d %b %H:%M"), str(each.kind)) for each in found.say]
        done |= {(each.kind, each.on) for each in found.say}
        assert found.at is None or found.at > now, "time goes on"
        now = found.at
    return told


def test_a_ticket_nobody_touches_is_spoken_of_eight_times_and_then_daily() -> None:
    """Untouched, half time, 7, 3 (on the Friday before: the day itself is a Sunday), 1, today, overdue every working day."""
    told = walked(replace(ANN, touched=False, unrolled=date(2026, 12, 23)), at("2026-12-29", "12:00"))
    assert told == [
        ("Tue 24 Nov 09:00", "untouched"),
        ("Tue 08 Dec 07:00", "half"),
        ("Wed 16 Dec 07:00", "days_7"),
        ("Fri 18 Dec 07:00", "days_3"),
        ("Tue 22 Dec 07:00", "days_1"),
        ("Wed 23 Dec 07:00", "today"),
        ("Thu 24 Dec 07:00", "overdue"),
        ("Fri 25 Dec 07:00", "overdue"),
        ("Mon 28 Dec 07:00", "overdue"),
        ("Tue 29 Dec 07:00", "overdue"),
    ]


def test_the_last_day_is_said_whatever_day_it_is() -> None:
    """The safe date is a Saturday, the law's last day the Monday after: both are said, on the Saturday at eight."""
    standing = replace(ANN, unrolled=date(2026, 12, 12), due=date(2026, 12, 14))
    told = walked(standing, at("2026-12-14", "12:00"))
    assert told[-2:] == [("Sat 12 Dec 07:00", "today"), ("Mon 14 Dec 07:00", "today")]
    assert said_by(standing, [at("2026-12-12", "21:40")])[-1][1] == "today"  # asleep in the morning: in the evening


def test_nobody_is_told_outside_working_hours() -> None:
    """What is found out at night, or on a Sunday, is said when people begin to work."""
    night = look(ANN, HOURS, at("2026-12-20", "03:00"), set())
    assert night.say == ()
    assert night.at == at("2026-12-21", "08:00")
    evening = look(ANN, HOURS, at("2026-12-16", "17:00"), {(Kind.HALF, date(2026, 12, 8))})
    assert evening.at == at("2026-12-17", "08:00")


def test_three_days_asleep_come_as_one() -> None:
    """F43: everything that was missed is said together, the most urgent last; and never again."""
    moments = [at("2026-12-21", "09:00"), at("2026-12-21", "09:05")]
    told = said_by(ANN, moments)
    assert [why for _, why, _ in told] == ["half", "days_7", "days_3"]
    late = said_by(ANN, [at("2026-12-28", "09:00")])
    assert [why for _, why, _ in late] == ["half", "overdue"]


@pytest.mark.parametrize("jump", [timedelta(days=1), timedelta(days=-1), timedelta(hours=1), timedelta(hours=-1)])
def test_a_clock_that_jumps_says_nothing_twice_and_skips_nothing(jump: timedelta) -> None:
    """F40: a day looked at every 20 minutes, the clock moved in the middle: the same words as without it, each once."""
    for day in ("2026-12-08", "2026-12-16", "2026-12-22", "2026-12-23"):
        start = at(day, "06:00")
        steps = [start + timedelta(minutes=20) * number for number in range(72)]
        moved = [*steps[:15], *(each + jump for each in steps[15:45]), *steps[45:]]
        calm, shaken = said_by(ANN, steps), said_by(ANN, moved)
        assert len({(why, on) for _, why, on in shaken}) == len(shaken), "said twice"
        assert {(why, on) for _, why, on in calm} <= {(why, on) for _, why, on in shaken}, "skipped"


@pytest.mark.parametrize("day", ["2027-03-28", "2027-10-31"])
def test_half_past_two_in_the_night_of_summer_time(day: str) -> None:
    """F41: 02:30 does not exist in March and comes twice in October: exactly one reminder each."""
    last = date.fromisoformat(day)
    standing = replace(ANN, opened_at=at("2027-03-01"), received_on=last - timedelta(days=27), unrolled=last, due=last)
    midnight = datetime.combine(last, time(), UTC) - timedelta(hours=3)
    told = said_by(standing, [midnight + timedelta(minutes=5) * number for number in range(12 * 27)], NIGHT)
    assert [why for _, why, on in told if on == last and why == "today"] == ["today"]
    seven = [now for now, why, _ in said_by(
        replace(standing, unrolled=last + timedelta(days=7), due=last + timedelta(days=7)),
        [midnight + timedelta(minutes=5) * number for number in range(12 * 27)], NIGHT,
    ) if why == "days_7"]  # fmt: skip
    assert len(seven) == 1


def test_a_leap_day_is_a_day() -> None:
    """F42: due on 29 February 2028; seven days before is the 22nd."""
    last = date(2028, 2, 29)
    standing = replace(ANN, opened_at=at("2028-01-31"), received_on=date(2028, 1, 31), unrolled=last, due=last)
    told = walked(standing, at("2028-02-29", "12:00"))
    assert ("Tue 22 Feb 07:00", "days_7") in told
    assert told[-1] == ("Tue 29 Feb 07:00", "today")


def test_a_deadline_that_moves_counts_anew() -> None:
    """An extension: what was said of the old date is said again of the new one, half time too, as it moved by weeks."""
    done = {(Kind.HALF, date(2026, 12, 8)), (Kind.DAYS_7, date(2026, 12, 23)), (Kind.DAYS_3, date(2026, 12, 23))}
    longer = replace(ANN, unrolled=date(2027, 2, 23), due=date(2027, 2, 23))
    found = look(longer, HOURS, at("2026-12-21"), done)
    assert found.say == ()
    assert found.at == at("2027-01-08")  # half of it
    little = replace(ANN, unrolled=date(2026, 12, 29), due=date(2026, 12, 29))  # a pause of six days
    assert [each.kind for each in look(little, HOURS, at("2026-12-22"), done).say] == [Kind.DAYS_7]


def test_an_extension_is_spoken_of_while_it_is_possible() -> None:
    """Five days before its last day, and not any more on that day."""
    standing = replace(ANN, notice_by=date(2026, 12, 23))
    assert ("Fri 18 Dec 07:00", "extension") in walked(standing, at("2026-12-23"))
    assert all(each.kind != Kind.EXTENSION for each in look(standing, HOURS, at("2026-12-23", "09:00"), set()).say)


def test_a_pause_without_answer_is_spoken_of_every_week_and_nothing_is_overdue() -> None:
    """The clock stands still: the strict dates are still said, being late is not."""
    standing = replace(ANN, paused_since=date(2026, 12, 1), stands=True)
    told = [each for each in walked(standing, at("2027-01-06", "12:00")) if each[1] in {"pause", "overdue"}]
    runs_on = [kind for _, kind in walked(replace(standing, stands=False), at("2027-01-06", "12:00"))]
    assert "overdue" in runs_on  # a question for which no law stops the clock
    assert told == [(f"{day} 07:00", "pause") for day in ("Tue 08 Dec", "Tue 15 Dec", "Tue 22 Dec", "Tue 29 Dec", "Tue 05 Jan")]


def test_what_others_wait_for_is_said_on_their_days() -> None:
    """A recipient's days 3, 7 and 14; one on a Sunday waits for Monday."""
    planned = {(Kind.RECIPIENT, date(2026, 11, day)) for day in (26, 29)}
    assert look(ANN, HOURS, at("2026-11-26"), set(), planned).say[0].on == date(2026, 11, 26)
    sunday = {(Kind.RECIPIENT, date(2026, 11, 29))}
    assert look(ANN, HOURS, at("2026-11-29", "10:00"), set(), sunday).at == at("2026-11-30")


def test_snoozing_ends_with_the_next_day_of_the_law() -> None:
    """Choices up to that day; on it nothing can wait, and a choice that reaches beyond it (the date moved) ends there."""
    today = date(2026, 12, 21)
    standing = replace(ANN, notice_by=date(2026, 12, 22))
    assert next_legal(standing, today) == date(2026, 12, 22)
    assert snoozes(standing, HOURS, today) == [date(2026, 12, 22)]
    assert snoozes(ANN, HOURS, date(2026, 11, 27)) == [
        date(2026, 11, 30), date(2026, 12, 7), date(2026, 12, 23)
    ]  # fmt: skip
    assert snoozes(ANN, HOURS, date(2026, 12, 23)) == []
    assert snoozes(ANN, HOURS, date(2026, 12, 24)) == []
    asleep = replace(ANN, snoozed_until=date(2026, 12, 21))
    assert look(asleep, HOURS, at("2026-12-16"), set()).at == at("2026-12-21")
    beyond = replace(ANN, snoozed_until=date(2027, 3, 1))
    assert look(beyond, HOURS, at("2026-12-16"), set()).at == at("2026-12-23")
    assert look(beyond, HOURS, at("2026-12-23"), set()).say[-1].kind == Kind.TODAY


def test_a_ticket_entered_late_begins_where_it_stands() -> None:
    """A letter of three weeks ago, entered today: no half time of the past, the next step only."""
    late = replace(ANN, opened_at=at("2026-12-17", "10:00"), touched=False)
    assert [each.kind for each in look(late, HOURS, at("2026-12-17", "10:00"), set()).say] == [Kind.DAYS_7]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(0, 60 * 24 * 50), min_size=1, max_size=60),
    st.integers(1, 45),
    st.booleans(),
    st.sampled_from([HOURS, ALWAYS, NIGHT]),
)
def test_however_often_somebody_looks_nothing_is_said_twice(minutes: list[int], days: int, touched: bool, hours: Hours) -> None:
    """At any moments, in any order, backwards too: each thing once, in hours or on a last day; the next look lies ahead."""
    last = ANN.received_on + timedelta(days=days)
    standing = replace(ANN, unrolled=last, due=last, touched=touched)
    done: set[tuple[Kind, date]] = set()
    for minute in minutes:
        now = standing.opened_at + timedelta(minutes=minute)
        found = look(standing, hours, now, done)
        new = {(each.kind, each.on) for each in found.say}
        assert len(new) == len(found.say)
        assert not new & done
        assert not new or hours.is_open(now) or any(each.kind == Kind.TODAY for each in found.say)
        assert found.at is None or found.at > now
        done |= new
