"""The regimes as data: complete, sourced, and with holiday data that reach far enough."""

import re
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot import law
from bot.law import Right, applicable, regime
from bot.law.calendar import Calendar
from bot.law.regimes import ANCHORS, CHOICES, COUNTS, MODES, PAUSES, PLACE, ROLLS, UNITS, Period, parsed, text_of
from bot.settings.sections import Clock, Contested

CHECKED = date(2026, 11, 23)  # the day the files were last compared with their sources
TODAY = date.today()  # noqa: DTZ011 - data that go stale are told by the calendar on the wall
RIGHTS = {*Right, "portability", "objection"}


def test_the_regimes_are_these():
    """Seven laws, one file each."""
    assert law.known() == ("au_app", "ccpa", "ch_fadp", "gdpr_eu", "lgpd", "pipeda", "uk_gdpr")


@pytest.mark.parametrize("key", law.known())
def test_a_regime_file_is_complete(key):
    """Every regime says how long, from when, what pauses and extends it, an article per right, where and when it was read."""
    found = regime(key)
    assert all(getattr(found, each.name) for each in fields(found) if each.name not in {"extension", "acknowledgement", "own"})
    assert found.period.unit in UNITS
    assert found.period.roll in ROLLS
    assert found.period.roll_article
    assert found.start.on in {"receipt", "relevant_time"}
    assert found.start.article
    assert found.holidays.whose in {"controller", "law"}
    assert law.is_region(found.holidays.region)
    assert set(found.pauses) == set(PAUSES)
    assert all(each.mode in MODES and each.article for each in found.pauses.values())
    assert all(each.days > 0 for each in found.pauses.values() if each.mode == "reflection")
    assert found.pause_count in COUNTS
    assert found.rights.keys() == RIGHTS
    assert all(article is None or article for article in found.rights.values())
    assert found.rights[Right.ACCESS]
    assert found.authority.site.startswith("https://")
    assert found.authority.name
    assert found.authority.article
    assert found.checked >= CHECKED


@pytest.mark.parametrize("key", law.known())
def test_an_extension_says_how_long_from_where_by_when_and_why(key):
    """A law with an extension says its length, its anchor, the last day of the notice and the reasons it allows."""
    found = regime(key).extension
    assert (found is None) == (key in {"lgpd", "au_app"})
    if found:
        assert found.unit in UNITS
        assert found.anchor in ANCHORS
        assert found.notice_by in {"due", "unrolled"}
        assert found.article
        assert found.reasons
        assert (found.length == 0) == (key == "ch_fadp")


def test_only_california_asks_to_confirm_receipt():
    """Ten business days; the file says so, the others say "none"."""
    duties = {key: regime(key).acknowledgement for key in law.known()}
    assert {key for key, duty in duties.items() if duty} == {"ccpa"}
    assert duties["ccpa"] == Period(10, "working_day", "11 CCR 7021(a)")
    assert regime("ccpa").own["opt_out"].length == 15


@pytest.mark.parametrize("key", law.known())
def test_the_relevant_time_waits_for_identity_and_fee(key):
    """Where the latest of request, identity and fee starts the clock, the pauses say the same."""
    found = regime(key)
    modes = {kind: pause.mode for kind, pause in found.pauses.items()}
    assert (found.start.on == "relevant_time") == (modes["identity"] == modes["fee"] == "restart")


@pytest.mark.parametrize("key", law.known())
def test_a_contested_point_can_be_decided_and_its_first_reading_is_the_house_s(key):
    """Each point is a setting of the configuration; what the file counts with is the reading named first."""
    found = regime(key)
    for each in found.contested:
        assert each.question.endswith("?")
        assert each.setting in Contested.model_fields
        if each.setting in PLACE:
            continue
        assert each.readings[0] == found.setting(each.setting)
        assert set(each.readings) <= set(CHOICES[each.setting])
        for reading in each.readings:
            assert found.chosen({each.setting: reading}).setting(each.setting) == reading


def test_the_table_of_contested_points_is_covered():
    """Rows 1 to 8, 11 and 12 decide dates; 9 is the house's own goal, 10 and 13 are moves of a person."""
    points = {each.point for key in law.known() for each in regime(key).contested}
    assert points == {1, 2, 3, 4, 5, 6, 7, 8, 11, 12}
    assert Clock().target_days == 14


def test_every_choice_is_a_setting_and_no_other_is():
    """What `chosen` takes and what the configuration offers are the same names."""
    assert {*CHOICES, *PLACE} == set(Contested.model_fields)
    with pytest.raises(ValueError, match="moon"):
        regime("gdpr_eu").chosen({"moon": "full"})
    with pytest.raises(ValueError, match="roll"):
        regime("gdpr_eu").chosen({"roll": "downhill"})


def test_the_page_on_the_law_says_what_the_files_say():
    """Every regime has its row; every contested point has one with its setting and the reading that counts."""
    page = (Path(__file__).parents[3] / "docs" / "law.md").read_text(encoding="utf-8")
    assert all(f"| `{key}` |" in page for key in law.known())
    rows = {int(row.split("|")[1]): row for row in page.splitlines() if re.match(r"\| \d+ \|", row)}
    assert set(rows) == set(range(1, 14))
    for each in (each for key in law.known() for each in regime(key).contested):
        assert each.setting in rows[each.point]
        for number, reading in enumerate(each.readings):
            written = str(reading).lower()
            shown = f'{each.setting} = "{written}"' if isinstance(reading, str) else f"{each.setting} = {written}"
            assert (shown if number == 0 and each.setting not in PLACE else written) in rows[each.point]


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("roll_article =", "rol_article ="),
        ('acknowledgement = "none"', ""),
        ("identity =", "identität =".replace("ä", "ae")),
        ('whose = "controller"', ""),
        ('site = "', 'sight = "'),
        ("day_of_receipt_counts = false", ""),
        ("fee = {", "fees = {"),
        ("checked = 2026-11-23", ""),
    ],
)
def test_a_word_too_many_or_too_few_in_a_regime_file_is_an_error(was, becomes):
    """A misspelt word is never silently skipped, a missing one never filled in."""
    text = text_of("gdpr_eu")
    assert was in text
    with pytest.raises((TypeError, KeyError)):
        parsed("gdpr_eu", text.replace(was, becomes))


def test_an_unknown_pause_or_regime_is_an_error():
    """Nothing is guessed."""
    with pytest.raises(TypeError, match="siesta"):
        parsed("gdpr_eu", text_of("gdpr_eu").replace("fee = {", 'siesta = "x"\nfee = {'))
    with pytest.raises(KeyError):
        regime("roman_law")


def _regions():
    return {Clock().holidays_region, *(regime(key).holidays.region for key in law.known()), "GB-SCT", "GB-WLS", "GB-NIR"}


@pytest.mark.parametrize("region", sorted(_regions()))
def test_the_holiday_data_cover_next_year(region):
    """Of every region a regime or the default configuration uses: next year, and two years after the files' last check.

    When this fails in a new year: compare the files with their sources, raise `checked`, look at the new data.
    """
    calendar = Calendar("Europe/Zurich", region)
    for year in range(CHECKED.year, max(CHECKED.year + 3, TODAY.year + 2)):
        days = [date(year, 1, 1) + timedelta(days=number) for number in range(365)]
        free = [day for day in days if day.weekday() < 5 and calendar.why_free(day)]
        assert 5 <= len(free) <= 14, (region, year, free)
        assert calendar.why_free(date(year, 12, 25))


def test_the_regime_files_were_compared_within_a_year():
    """Laws change: a file nobody has compared with its sources for over a year says so here."""
    assert all(TODAY - regime(key).checked < timedelta(days=400) for key in law.known())


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
    assert all(map(law.is_region, ("CH-ZH", "DE", "FR-57", "FR-6AE", "GB-ENG", "US-CA", "none")))
    assert not any(map(law.is_region, ("CH-XX", "XX", "", "HolidayBase", "CH-")))


@pytest.mark.parametrize(
    ("country", "expected"),
    [
        (None, ("gdpr_eu", "ch_fadp", "uk_gdpr", "ccpa")),
        ("", ("gdpr_eu", "ch_fadp", "uk_gdpr", "ccpa")),
        ("DE", ("gdpr_eu",)),
        ("de-by", ("gdpr_eu",)),
        ("LI", ("gdpr_eu",)),
        ("CH", ("ch_fadp",)),
        ("GB", ("uk_gdpr",)),
        ("US-CA", ("ccpa",)),
        ("US", ("ccpa",)),  # the state is unknown
        ("US-NY", ("gdpr_eu", "ch_fadp", "uk_gdpr", "ccpa")),  # nobody's law is on: the earliest date is the safe one
        ("JP", ("gdpr_eu", "ch_fadp", "uk_gdpr", "ccpa")),
    ],
)
def test_the_laws_that_apply_follow_from_where_the_person_is(country, expected):
    """Known: that country's law; unknown: all that are on, and the earliest date counts."""
    assert applicable(("gdpr_eu", "ch_fadp", "uk_gdpr", "ccpa"), country) == expected


def test_a_law_that_is_off_never_applies():
    """Somebody in London, while only the European and the Swiss law are on."""
    assert applicable(("gdpr_eu", "ch_fadp"), "GB") == ("gdpr_eu", "ch_fadp")
