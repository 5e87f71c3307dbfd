"""What holds for every date of receipt, every event and every law."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.law import Calendar, Event, dates, earliest, known
from bot.law.calendar import add_months
from bot.law.regimes import PAUSES

ZH = {"zone": "Europe/Zurich", "holidays_region": "CH-ZH"}
DAY = timedelta(days=1)

@pytest.fixture(autouse=True, scope="module")
def _loaded():
    """The first date of all loads the holiday data: half a second, and no example is to blame for it."""
    earliest(known(), date(2026, 1, 1), **ZH)


days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
laws = st.sampled_from(known())
pauses = st.sampled_from(PAUSES)
lengths = st.integers(0, 60)


@st.composite
def _asked(draw, received, kinds):
    on = received + DAY * draw(st.integers(0, 60))
    return Event(draw(kinds), on, on + DAY * draw(lengths))


@st.composite
def _cases(draw, kinds=pauses):
    """A law, a day of receipt and a few answered questions."""
    received = draw(days)
    return draw(laws), received, draw(st.lists(_asked(received, kinds), max_size=3))


# What starts the month and what stops it are kept apart: 29 January, one day stopped, ends on 1 March, but a month that
# begins on 30 January after that same day ends on 28 or 29 February. That is how months are, not a pause too short.
@given(_cases(st.just("clarification")) | _cases(st.sampled_from(["identity", "fee"])), lengths)
def test_more_pause_never_makes_it_earlier(case, more):
    """A longer question, wherever it lies and whatever else was asked, moves no date towards the start."""
    law, received, events = case
    for place, each in enumerate(events):
        longer = [*events[:place], Event(each.kind, each.on, each.until + DAY * more), *events[place + 1 :]]
        less, most = dates(law, received, events, **ZH), dates(law, received, longer, **ZH)
        assert less.unrolled <= most.unrolled
        assert less.due <= most.due


@given(_cases())
def test_a_question_never_makes_it_earlier(case):
    """The date with questions is never before the strict one, and the strict one is that without questions."""
    law, received, events = case
    found, plain = dates(law, received, events, **ZH), dates(law, received, **ZH)
    assert plain.unrolled <= found.unrolled
    assert (found.strict or found.due) == plain.due


@given(_cases(), st.randoms(use_true_random=False))
def test_the_order_in_which_events_are_told_does_not_matter(case, chance):
    """Events have dates of their own."""
    law, received, events = case
    apart = list({each.on: each for each in events}.values())
    mixed = chance.sample(apart, len(apart))
    assert dates(law, received, mixed, **ZH) == dates(law, received, apart, **ZH)


@given(laws, days, days, st.text(max_size=12))
def test_nothing_but_a_recorded_event_moves_a_date(law, received, on, word):
    """Equal input, equal answer; a pause of no day and a word nobody knows change nothing."""
    plain = dates(law, received, **ZH)
    assert dates(law, received, **ZH) == plain
    if word not in {*PAUSES, "extension"}:
        assert dates(law, received, [Event(word, on)], **ZH) == plain
    assert dates(law, received, [Event("identity", on, on)], choices={"identity": "suspend"}, **ZH).due == plain.due


@given(laws, days, st.integers(1, 60), st.integers(0, 6), st.integers(0, 200))
def test_a_notice_after_its_last_day_has_no_effect(law, received, late, months, more):
    """However late and however long, every date stays."""
    plain = dates(law, received, **ZH)
    told = Event("extension", (plain.extension_notice_by or received) + DAY * late, months=months, days=more)
    found = dates(law, received, [told], **ZH)
    assert (found.due, found.unrolled, found.extension_notice_by) == (plain.due, plain.unrolled, plain.extension_notice_by)
    assert found.extension_valid is False


@given(laws, days, st.integers(0, 27), st.integers(0, 6), st.integers(0, 200))
def test_a_notice_in_time_stays_within_what_the_law_allows(law, received, after, months, more):
    """Never earlier than without, never later than the longest extension; the last day of the notice does not move."""
    plain = dates(law, received, **ZH)
    told = dates(law, received, [Event("extension", received + DAY * after, months=months, days=more)], **ZH)
    longest = dates(law, received, [Event("extension", received + DAY * after)], **ZH)
    assert plain.unrolled <= told.unrolled
    assert told.unrolled <= longest.unrolled or law == "ch_fadp"  # Swiss law knows no longest
    assert told.extension_notice_by == plain.extension_notice_by


@given(laws, days, st.sampled_from(["CH-ZH", "GB-ENG", "US", "DE-BY", "none"]))
def test_the_end_is_a_working_day_and_never_before_the_target(law, received, region):
    """Where the end rolls it rolls forward only, past nothing but free days; elsewhere it stays."""
    found = dates(law, received, zone="Europe/Zurich", holidays_region=region)
    calendar = Calendar("Europe/Zurich", region)
    rolls = law in {"gdpr_eu", "uk_gdpr", "ch_fadp"}
    assert received < found.unrolled <= found.due
    assert (calendar.why_free(found.due) is None) or not rolls
    assert (found.due == found.unrolled) or rolls
    between = (found.due - found.unrolled).days
    assert all(calendar.why_free(found.unrolled + DAY * number) for number in range(between))
    assert found.extension_notice_by in {found.due, None}


@given(days)
def test_a_month_ends_on_the_same_date_or_the_last_of_the_month(received):
    """Leap years included: the 29th of February, the 31st, the turn of the year."""
    found = dates("gdpr_eu", received, **ZH).unrolled
    assert (found.year * 12 + found.month) - (received.year * 12 + received.month) == 1
    assert found.day == received.day or (found.day < received.day and (found + DAY).day == 1)
    assert dates("ch_fadp", received, **ZH).unrolled - received == DAY * 30


@given(days, st.integers(0, 40))
def test_months_are_added_once_from_the_start(day, months):
    """Never in chains: 31 January + 3 months is 30 April; a later start never ends earlier."""
    assert add_months(day, months) <= add_months(day + DAY, months)
    assert add_months(date(2026, 1, 31), 3) == date(2026, 4, 30)


MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - UTC is added


@given(laws, MOMENTS)
def test_the_last_day_ends_at_midnight_in_the_zone(law, received):
    """Across both changes of summer time the instant is 22:00 or 23:00 UTC of the last day."""
    found = dates(law, received, **ZH)
    assert found.due_end_utc.date() == found.due
    assert found.due_end_utc.hour in {22, 23}
    assert found.due_end_utc.astimezone(ZoneInfo("Europe/Zurich")).replace(tzinfo=None) == datetime.combine(
        found.due + DAY, datetime.min.time()
    )


@given(laws, days)
def test_a_mail_at_half_past_eleven_in_the_evening_utc_is_one_of_the_next_day(law, day):
    """In Zürich it is half past midnight, or half past one; an hour and a half earlier it is still today in winter."""
    late = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=23, minutes=30)
    assert dates(law, late, **ZH).unrolled == dates(law, day + DAY, **ZH).unrolled
    assert dates(law, late - timedelta(hours=2), **ZH).unrolled == dates(law, day, **ZH).unrolled


@given(st.integers(2025, 2035), st.sampled_from([3, 10]), st.integers(-180, 180), laws)
def test_the_changes_of_summer_time_lose_and_double_no_day(year, month, minutes, law):
    """Around the last Sunday of March and October every minute belongs to one day, and the order of mails stays."""
    last = date(year, month, 31)
    sunday = last - DAY * ((last.weekday() + 1) % 7)
    change = datetime.combine(sunday, datetime.min.time(), UTC) + timedelta(hours=1)
    received = change + timedelta(minutes=minutes)
    found = dates(law, received, **ZH)
    assert found.received == received.astimezone(ZoneInfo("Europe/Zurich")).date()
    assert found.unrolled <= dates(law, received + timedelta(minutes=1), **ZH).unrolled


@given(days, st.lists(laws, min_size=1, unique=True))
def test_the_earliest_of_the_laws_counts(received, on):
    """Adding a law never makes the date later."""
    clock = earliest(on, received, **ZH)
    assert clock.due == min(dates(each, received, zone="Europe/Zurich").due for each in on)
    assert clock.due >= earliest(known(), received, **ZH).due
