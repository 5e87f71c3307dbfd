"""The law: every published and derived date, and why it is that date."""

import json
from collections import Counter
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import law
from bot.law import Event, Right, dates, earliest, event, regime
from bot.law.calendar import Calendar
from bot.law.regimes import MODES, PAUSES, ROLLS, UNITS, Period, parsed

ZH = {"zone": "Europe/Zurich", "holidays_region": "CH-ZH"}
GDPR, FADP = "gdpr_eu", "ch_fadp"

days = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def _vectors(shared):
    everything = json.loads((shared / "law" / "deadline_vectors.json").read_text(encoding="utf-8"))
    return [each for each in everything["vectors"] if each["regime"] in law.known()]


def _found(vector):
    text = vector["received"]
    received = datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    return dates(
        vector["regime"],
        received,
        [event(each) for each in vector["events"]],
        zone=vector.get("tz"),
        holidays_region=vector["holidays_region"],
        choices=vector.get("settings", {}),
        right=vector.get("right"),
    )


@pytest.mark.shared
def test_every_vector_of_our_regimes_gives_its_dates(shared):
    """All expected dates and states of all vectors of the regimes we have, with and without events."""
    counted = Counter()
    for vector in _vectors(shared):
        found = _found(vector)
        answer = {**found.answer(), "state": found.state, "extension_valid": found.extension_valid}
        expected = {
            name.removeprefix("expected_"): value for name, value in vector.items() if name.startswith("expected_")
        }
        assert {name: answer[name] for name in expected} == expected, (vector["id"], found.why)
        counted[vector["regime"], bool(vector["events"])] += 1
    assert counted == {(GDPR, False): 57, (GDPR, True): 20, (FADP, False): 12, (FADP, True): 1}


@pytest.mark.shared
def test_no_superseded_date_is_ever_given(shared):
    """One day too many, as public texts before August 2019 had it, comes out nowhere."""
    everything = json.loads((shared / "law" / "deadline_vectors.json").read_text(encoding="utf-8"))
    for vector in everything["superseded"]:
        found = dates(GDPR, date.fromisoformat(vector["received"]), holidays_region=vector["holidays_region"])
        wrong = (vector["expected_unrolled"], vector["expected_due"])
        assert (found.unrolled.isoformat(), found.due.isoformat()) != wrong


@pytest.mark.parametrize("key", law.known())
def test_a_regime_file_is_complete(key):
    """Every regime says how long, from when, what pauses and extends it, and an article for every right."""
    found = regime(key)
    assert all(
        getattr(found, each.name) is not None
        for each in fields(found)
        if each.name not in {"extension", "acknowledgement"}
    )
    assert found.period.unit in UNITS
    assert found.period.roll in ROLLS
    assert found.period.roll == "none" or found.period.roll_article
    assert set(found.pauses) == set(PAUSES)
    assert set(found.pauses.values()) <= set(MODES)
    assert found.pause_count in {"difference", "inclusive"}
    assert set(Right) <= set(found.rights)
    assert found.extension is None or (found.extension.article and found.extension.reasons)
    assert found.sources
    assert found.authority.site.startswith("https://")
    assert found.checked >= date(2026, 11, 22)


def test_a_word_too_many_in_a_regime_file_is_an_error():
    """A misspelt word is never silently skipped."""
    text = (law.regimes.files("bot") / "regimes" / "gdpr_eu.toml").read_text(encoding="utf-8")
    with pytest.raises(TypeError, match="rol"):
        parsed("gdpr_eu", text.replace("roll_article", "rol_article"))
    with pytest.raises(KeyError):
        regime("roman_law")


def test_the_dates_explain_themselves():
    """A line per step: received, counted, moved, and on which ground."""
    found = dates(GDPR, datetime(2026, 1, 30, 23, 30, tzinfo=UTC), **ZH)
    assert found.why == (
        "GDPR: received Sat 31 Jan 2026 at 00:30 (Europe/Zurich).",
        "One month (GDPR art. 12(3)): Sat 28 Feb 2026.",
        "Sat 28 Feb 2026 is a Saturday, Sun 1 Mar 2026 is a Sunday: next working day Mon 2 Mar 2026 (Reg. 1182/71 art. 3(4)).",
        "Rule as of Sun 22 Nov 2026; holidays 0.109, CH-ZH.",
    )
    assert (found.unrolled, found.due) == (date(2026, 2, 28), date(2026, 3, 2))


def test_the_earliest_date_counts_whichever_law_has_it():
    """One month is 28 to 31 days: in February the month ends first, in July the thirty days do."""
    february = earliest([GDPR, FADP], date(2027, 2, 1), **ZH)
    assert (february.counts.regime, february.due) == (GDPR, date(2027, 3, 1))
    july = earliest([GDPR, FADP], date(2026, 7, 7), **ZH)
    assert (july.counts.regime, july.due, july.unrolled) == (FADP, date(2026, 8, 6), date(2026, 8, 6))
    assert july.why[-1] == "The earliest date counts: Thu 6 Aug 2026 (FADP)."
    assert {each.regime for each in july.dates} == {GDPR, FADP}
    assert earliest([regime(GDPR)], date(2026, 7, 7), **ZH).why[0].startswith("GDPR: received")


def test_a_clock_that_runs_counts_before_one_that_stands():
    """Asked about identity, the Swiss clock may stand while a setting lets the other run on."""
    asked = [Event("identity", date(2026, 7, 8))]
    clock = earliest([GDPR, FADP], date(2026, 7, 7), asked, choices={GDPR: {"identity": "none"}}, **ZH)
    assert clock.counts.regime == GDPR
    assert clock.dates[1].state == "suspended"


def test_while_the_clock_stands_the_strict_date_is_kept_but_not_given():
    """An open question hides the due date; the date without it stays known, and is never later."""
    found = dates(GDPR, date(2026, 10, 5), [Event("identity", date(2026, 10, 6))], **ZH)
    assert found.state == "suspended"
    assert found.due == dates(GDPR, date(2026, 10, 5), **ZH).due
    assert found.answer() == {
        "due": None,
        "unrolled": None,
        "extension_notice_by": None,
        "due_end_utc": None,
        "ack_by": None,
    }
    assert "The clock stands still: the person's answer is awaited. Without the pause: Thu 5 Nov 2026." in found.why


def test_a_question_asked_too_late_changes_nothing():
    """After the last day a pause cannot bring the deadline back, open or answered."""
    for until in (None, date(2026, 12, 1)):
        found = dates(GDPR, date(2026, 9, 1), [Event("identity", date(2026, 10, 2), until)], **ZH)
        assert (found.due, found.state) == (date(2026, 10, 1), "running")
        assert "The question of Fri 2 Oct 2026 (identity) does not move the date." in found.why


def test_overlapping_pauses_count_once():
    """Two questions open on the same days stop the clock for those days once."""
    both = [
        Event("identity", date(2026, 9, 2), date(2026, 9, 9)),
        Event("clarification", date(2026, 9, 4), date(2026, 9, 11)),
    ]
    assert dates(GDPR, date(2026, 9, 1), both, **ZH).due == date(2026, 10, 12)  # 1 October + 9 days is a Saturday
    assert dates(GDPR, date(2026, 9, 1), reversed(both), **ZH).due == date(2026, 10, 12)


def test_a_swiss_extension_names_its_date():
    """No fixed length: the notice within the period names the day; without a day it changes nothing."""
    notice = Event("extension", date(2026, 6, 20), new_due=date(2026, 8, 14))
    found = dates(FADP, date(2026, 6, 1), [notice], **ZH)
    assert (found.due, found.extension_valid, found.extension_notice_by) == (date(2026, 8, 14), True, date(2026, 7, 1))
    assert dates(FADP, date(2026, 6, 1), [replace(notice, new_due=None)], **ZH).due == date(2026, 7, 1)
    late = dates(FADP, date(2026, 6, 1), [replace(notice, on=date(2026, 7, 2))], **ZH)
    assert (late.due, late.extension_valid) == (date(2026, 7, 1), False)
    assert "The notice of Thu 2 Jul 2026 changes nothing: it had to be sent by Wed 1 Jul 2026." in late.why


def test_an_extension_never_exceeds_what_the_law_allows():
    """Three months in all, whatever the notice says; without a length as much as allowed."""
    for told in (Event("extension", date(2026, 6, 20), months=9), Event("extension", date(2026, 6, 20)),
                 Event("extension", date(2026, 6, 20), new_due=date(2027, 1, 1))):  # fmt: skip
        assert dates(GDPR, date(2026, 6, 2), [told], **ZH).due == date(2026, 9, 2)
    sooner = Event("extension", date(2026, 6, 20), new_due=date(2026, 7, 20))
    assert dates(GDPR, date(2026, 6, 2), [sooner], **ZH).due == date(2026, 7, 20)


def test_a_law_without_extension_says_so():
    """Where no extension exists, the notice has no effect and the steps say why."""
    strict = replace(regime(GDPR), extension=None)
    found = dates(strict, date(2026, 6, 2), [Event("extension", date(2026, 6, 20), months=2)], **ZH)
    assert (found.due, found.extension_valid, found.extension_notice_by) == (date(2026, 7, 2), False, None)
    assert "The notice of Sat 20 Jun 2026 changes nothing: GDPR knows no extension." in found.why


def test_a_regime_may_count_working_days_and_ask_to_confirm_receipt():
    """What later regimes need is there: working days, a duty to confirm, a right with a period of its own."""
    ten = Period(10, "working_day", "11 CCR 7021(a)")
    other = replace(regime(FADP), acknowledgement=ten, periods={"opt_out": replace(ten, length=15)})
    found = dates(other, date(2026, 12, 18), zone="America/Los_Angeles", holidays_region="US")
    assert found.ack_by == date(2027, 1, 5)
    own = dates(other, date(2026, 6, 8), holidays_region="US", right="opt_out")
    assert (own.due, own.extension_notice_by) == (date(2026, 6, 30), None)


def test_the_house_may_add_and_take_away_holidays():
    """2 January is no holiday in the canton of Zürich; local custom is a setting, for one year or for all."""
    received = date(2028, 12, 2)
    assert dates(GDPR, received, **ZH).due == date(2029, 1, 2)
    assert dates(GDPR, received, **ZH, extra_holidays=["01-02"]).due == date(2029, 1, 3)
    assert dates(GDPR, received, **ZH, extra_holidays=["2029-01-02"]).due == date(2029, 1, 3)
    assert dates(GDPR, date(2026, 4, 1), **ZH, removed_holidays=["05-01"]).due == date(2026, 5, 1)
    assert dates(GDPR, date(2026, 4, 1), zone="Europe/Zurich", holidays_region="none").due == date(2026, 5, 1)


def test_the_days_of_the_canton_are_those_of_its_law():
    """RLG § 1 for the next three years: data that can go stale has a test that says so in time."""
    calendar = Calendar("Europe/Zurich", "CH-ZH")
    for year, easter in (
        (2026, date(2026, 4, 5)),
        (2027, date(2027, 3, 28)),
        (2028, date(2028, 4, 16)),
        (2029, date(2029, 4, 1)),
    ):
        fixed = {date(year, 1, 1), date(year, 5, 1), date(year, 8, 1), date(year, 12, 25), date(year, 12, 26)}
        moving = {easter + timedelta(days=each) for each in (-2, 1, 39, 50)}
        all_days = (date(year, 1, 1) + timedelta(days=number) for number in range(365))
        weekdays = {day for day in fixed | moving if day.weekday() < 5}
        assert {day for day in all_days if day.weekday() < 5 and calendar.why_free(day)} == weekdays


def test_days_and_regions_are_recognised():
    """What the configuration may write for a day and for a region."""
    assert all(map(law.is_day, ("2027-01-02", "01-02", "02-29")))
    assert not any(map(law.is_day, ("2027-02-30", "13-01", "tomorrow", "")))
    assert all(map(law.is_region, ("CH-ZH", "DE", "none")))
    assert not any(map(law.is_region, ("CH-XX", "XX", "")))


def test_an_event_without_a_day_is_an_error():
    """Nothing is guessed about when something was asked."""
    with pytest.raises(ValueError, match="needs"):
        event({"type": "identity_request", "to": "2026-01-01"})


@given(days, days, st.integers(0, 40), st.integers(0, 40))
def test_more_pause_never_makes_it_earlier(received, asked, length, more):
    """A longer pause, wherever it lies, moves no date towards the start."""
    shorter, longer = (Event("identity", asked, asked + timedelta(days=each)) for each in (length, length + more))
    for key in (GDPR, FADP):
        plain, less, most = (dates(key, received, events, **ZH) for events in ([], [shorter], [longer]))
        assert plain.unrolled <= less.unrolled <= most.unrolled
        assert plain.due <= less.due <= most.due


@given(days, days)
def test_nothing_but_a_recorded_event_moves_a_date(received, on):
    """Equal input, equal answer; a pause of no day and a word nobody knows change nothing."""
    plain = dates(GDPR, received, **ZH)
    assert dates(GDPR, received, **ZH) == plain
    assert dates(GDPR, received, [Event("identity", on, on)], **ZH).due == plain.due
    assert dates(GDPR, received, [Event("full_moon", on)], **ZH) == plain


@given(days)
def test_the_end_is_a_working_day_and_never_before_the_target(received):
    """`due` rolls forward only, onto a working day; the notice is due with the first period."""
    for key in (GDPR, FADP):
        found = dates(key, received, **ZH)
        assert found.unrolled <= found.due
        assert Calendar("Europe/Zurich", "CH-ZH").why_free(found.due) is None
        assert found.extension_notice_by == found.due


@given(days, st.integers(1, 60))
def test_a_notice_after_its_last_day_has_no_effect(received, late):
    """However late, the date stays."""
    plain = dates(GDPR, received, **ZH)
    told = Event("extension", plain.due + timedelta(days=late), months=2)
    assert dates(GDPR, received, [told], **ZH).due == plain.due


@given(st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_the_last_day_ends_at_midnight_in_the_zone(received):
    """Across both changes of summer time the instant is 22:00 or 23:00 UTC of the last day."""
    found = dates(GDPR, received, **ZH)
    assert found.due_end_utc.date() == found.due
    assert found.due_end_utc.hour in {22, 23}
