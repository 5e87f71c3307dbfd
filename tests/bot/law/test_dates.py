"""One law's dates: what counts, what does not, and why it is that date."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.law import Event, dates, regime
from bot.law.regimes import Period

ZH = {"zone": "Europe/Zurich", "holidays_region": "CH-ZH"}
GDPR, FADP, UK_GDPR, CCPA = "gdpr_eu", "ch_fadp", "uk_gdpr", "ccpa"
UK = {"zone": "Europe/London", "holidays_region": "GB-ENG"}


def test_the_dates_explain_themselves():
    """A line per step: received, counted, moved, on which ground, and what is contested about it."""
    found = dates(GDPR, datetime(2026, 1, 30, 23, 30, tzinfo=UTC), **ZH)
    assert found.why == (
        "GDPR: received Sat 31 Jan 2026 at 00:30, Europe/Zurich (EDPB 01/2022 para 159).",
        "One month (GDPR art. 12(3)): Sat 28 Feb 2026.",
        ("Sat 28 Feb 2026 is a Saturday, Sun 1 Mar 2026 is a Sunday: next working day Mon 2 Mar 2026 "
         "(Reg. 1182/71 art. 3(4))."),
        ("Contested point 1: does Reg. 1182/71 govern art. 12? Counted with roll = weekend_and_holiday; "
         "with none Sat 28 Feb 2026."),
        "Rule as of Mon 23 Nov 2026; holidays 0.109, CH-ZH.",
    )  # fmt: skip
    assert (found.unrolled, found.due, found.contested) == (date(2026, 2, 28), date(2026, 3, 2), (1,))


def test_a_contested_point_that_decides_nothing_is_not_named():
    """23 December is the same day however the month is read."""
    found = dates(GDPR, date(2026, 11, 23), **ZH)
    assert found.contested == ()
    assert not any("Contested" in line for line in found.why)


@pytest.mark.parametrize(
    ("received", "events", "choices", "points"),
    [
        (date(2026, 4, 1), [], {}, (1, 3)),  # 1 May, Friday
        (date(2028, 12, 2), [], {}, (4,)),  # 2 January 2029, Tuesday
        (date(2026, 9, 1), [Event("identity", date(2026, 9, 2), date(2026, 9, 9))], {}, (5, 7)),
        (date(2026, 9, 1), [Event("identity", date(2026, 9, 2))], {}, (5,)),
        (date(2026, 3, 10), [Event("clarification", date(2026, 3, 12), date(2026, 3, 18))], {}, (6, 7)),
        (date(2026, 1, 31), [Event("extension", date(2026, 2, 20))], {}, (8,)),
        (date(2026, 9, 1), [Event("identity", date(2026, 9, 2), date(2026, 9, 9))], {"identity": "none"}, (5,)),
        (date(2026, 5, 7), [], {"roll": "none"}, (1,)),  # 7 June, Sunday: decided otherwise, and still named
    ],
)
def test_contested_points_that_decided_the_date_are_named(received, events, choices, points):
    """Each point that, read otherwise, would give another date; whichever way the house has decided it."""
    found = dates(GDPR, received, events, choices=choices, **ZH)
    assert found.contested == points
    assert [line.partition(":")[0] for line in found.why if line.startswith("Contested")] == [
        f"Contested point {point}" for point in points
    ]


def test_the_strict_swiss_date_is_shown_beside_the_suspended_one():
    """Contested 11: the ordinance says nothing on suspension; the date without it stays in view."""
    found = dates(FADP, date(2026, 6, 1), [Event("identity", date(2026, 6, 2), date(2026, 6, 10))], **ZH)
    assert (found.due, found.strict) == (date(2026, 7, 9), date(2026, 7, 1))
    assert any("Contested point 11" in line and "with none Wed 1 Jul 2026" in line for line in found.why)
    assert dates(FADP, date(2026, 6, 1), **ZH).strict is None
    asked = dates(FADP, date(2026, 6, 1), [Event("identity", date(2026, 6, 2))], **ZH)
    assert (asked.state, asked.due, asked.strict) == ("suspended", date(2026, 7, 1), None)


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
        "state": "suspended",
        "extension_valid": None,
    }
    assert "The clock stands still: the person's answer is awaited. Without the pause: Thu 5 Nov 2026." in found.why


def test_a_question_asked_too_late_changes_nothing():
    """After the last day a pause cannot bring the deadline back, open or answered."""
    for until in (None, date(2026, 12, 1)):
        found = dates(GDPR, date(2026, 9, 1), [Event("identity", date(2026, 10, 2), until)], **ZH)
        assert (found.due, found.state) == (date(2026, 10, 1), "running")
        assert "The question of Fri 2 Oct 2026 (identity) does not move the date: it came after the last day." in found.why


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
    assert "The notice of Sat 20 Jun 2026 changes nothing: GDPR knows no extension here." in found.why


def test_a_regime_may_count_working_days_and_ask_to_confirm_receipt():
    """What later regimes need is there: working days, a duty to confirm, a right with a period of its own."""
    ten = Period(10, "working_day", "11 CCR 7021(a)")
    other = replace(regime(FADP), acknowledgement=ten, own={"opt_out": replace(ten, length=15)})
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


def test_one_country_is_read_without_all_the_others() -> None:
    """In a fresh process: the day is known, and the modules of two hundred other countries are not loaded."""
    code = (
        "import sys; from datetime import date; from bot.law.calendar import Calendar, is_region;"
        "print(Calendar('Europe/Zurich', 'CH-ZH').why_free(date(2026, 4, 3)));"
        "print(is_region('CH-ZH'), is_region('XX'), is_region('CH-XX'));"
        "print(sum(name.startswith('holidays.countries.') for name in sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split("\n")[:3] == ["Good Friday", "True False False", "1"]
