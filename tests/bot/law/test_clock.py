"""The clock of a ticket: the earliest date counts, and what it was counted with is kept."""

from datetime import UTC, date, datetime

from bot import law
from bot.law import Deadline, Event, earliest, regime, version

GDPR, FADP, UK_GDPR, CCPA = "gdpr_eu", "ch_fadp", "uk_gdpr", "ccpa"
ZH = {"zone": "Europe/Zurich", "holidays_region": "CH-ZH"}
HOUSE = Deadline((GDPR, FADP), **ZH)


def test_the_earliest_date_counts_whichever_law_has_it():
    """One month is 28 to 31 days: in February the month ends first, in July the thirty days do."""
    february = HOUSE(date(2027, 2, 1))
    assert (february.counts.regime, february.due) == (GDPR, date(2027, 3, 1))
    july = HOUSE(date(2026, 7, 7))
    assert (july.counts.regime, july.due, july.unrolled) == (FADP, date(2026, 8, 6), date(2026, 8, 6))
    assert july.why[-1] == "The earliest date counts: Thu 6 Aug 2026 (FADP)."
    assert {each.regime for each in july.dates} == {GDPR, FADP}
    assert earliest([regime(GDPR)], date(2026, 7, 7), **ZH).why[0].startswith("GDPR: received")


def test_a_ticket_may_have_laws_of_its_own():
    """A handler has set the regime: only that one counts, whatever is on."""
    assert HOUSE(date(2026, 7, 7), regimes=[GDPR]).due == date(2026, 8, 7)
    assert HOUSE(date(2026, 7, 7), regimes=None).due == date(2026, 8, 6)


def test_a_clock_that_runs_counts_before_one_that_stands():
    """Asked about identity, the Swiss clock may stand while a setting lets the other run on."""
    asked = [Event("identity", date(2026, 7, 8))]
    clock = Deadline((GDPR, FADP), choices={GDPR: {"identity": "none"}}, **ZH)(date(2026, 7, 7), asked)
    assert (clock.counts.regime, clock.state) == (GDPR, "running")
    assert clock.dates[1].state == "suspended"
    assert HOUSE(date(2026, 7, 7), asked).state == "suspended"


def test_the_clock_shows_every_date_at_a_glance():
    """Unrolled, due, end of the day, last day of the notice, and what must be confirmed by when."""
    clock = HOUSE(datetime(2026, 4, 1, 8, tzinfo=UTC))
    assert (clock.unrolled, clock.due) == (date(2026, 5, 1), date(2026, 5, 4))
    assert clock.due_end_utc == datetime(2026, 5, 4, 22, tzinfo=UTC)
    assert (clock.extension_notice_by, clock.ack_by, clock.state) == (date(2026, 5, 4), None, "running")


def test_the_notice_of_an_extension_is_in_time_for_every_law():
    """It must reach the person within the shorter of the first periods; where the nearest law knows none, never."""
    july = HOUSE(date(2026, 7, 7))
    assert [each.extension_notice_by for each in july.dates] == [date(2026, 8, 7), date(2026, 8, 6)]
    assert july.extension_notice_by == date(2026, 8, 6)
    assert HOUSE(date(2026, 7, 7), regimes=[GDPR, "lgpd"]).extension_notice_by is None
    assert HOUSE(date(2026, 7, 7), [Event("identity", date(2026, 7, 8))]).extension_notice_by is None


def test_receipt_is_confirmed_where_one_of_the_laws_asks_for_it():
    """California: ten business days of its own holidays, whatever the controller's are."""
    clock = HOUSE(date(2026, 12, 18), regimes=[GDPR, CCPA])
    assert clock.ack_by == date(2027, 1, 5)
    assert any("Receipt is to be confirmed within 10 working days" in line for line in clock.why)
    assert HOUSE(date(2026, 6, 8), regimes=[CCPA], right="opt_out").ack_by is None
    assert HOUSE(date(2026, 6, 8), regimes=[CCPA], right="opt_out").due == date(2026, 6, 30)


def test_a_law_with_holidays_of_its_own_keeps_to_them():
    """Bank holidays of the nation, not of Zürich; another nation is a setting of that law, and so are local days."""
    received = date(2026, 7, 31)  # Monday 31 August 2026 is a bank holiday in England, in Zürich and Scotland it is not
    assert HOUSE(received, regimes=[UK_GDPR]).due == date(2026, 9, 1)
    assert HOUSE(received, regimes=[GDPR]).due == date(2026, 8, 31)
    scottish = Deadline((UK_GDPR,), choices={UK_GDPR: {"holidays_region": "GB-SCT"}}, **ZH)
    assert scottish(received).due == date(2026, 8, 31)
    custom = Deadline((GDPR, UK_GDPR), extra_holidays=("08-31",), **ZH)
    assert custom(received, regimes=[GDPR]).due == date(2026, 9, 1)
    assert custom(date(2027, 7, 31), regimes=[UK_GDPR]).due == date(2027, 8, 31)  # a Tuesday, ours alone
    own = Deadline((UK_GDPR,), choices={UK_GDPR: {"extra_holidays": ("2027-08-31",)}}, **ZH)
    assert own(date(2027, 7, 31)).due == date(2027, 9, 1)


def test_the_house_has_a_goal_of_its_own():
    """Contested 9: a simple case takes fourteen days, and never longer than the law lets it."""
    house = Deadline((GDPR, FADP), target_days=14, **ZH)
    clock = house(date(2026, 11, 23))
    assert (clock.target, clock.unrolled) == (date(2026, 12, 7), date(2026, 12, 23))
    assert "The house's own goal: Mon 7 Dec 2026." in clock.why
    assert Deadline((GDPR,), target_days=60, **ZH)(date(2026, 11, 23)).target == date(2026, 12, 23)
    assert HOUSE(date(2026, 11, 23)).target is None


def test_what_a_date_was_counted_with_is_kept_and_changes_with_it():
    """Counting, files, holiday data and the house's settings; not which laws are on, each result names its own."""
    tag = HOUSE(date(2026, 7, 7)).rules
    assert tag == HOUSE.version
    assert len(tag) <= 40
    assert tag.endswith(", holidays 0.109")
    assert Deadline((GDPR,), **ZH).version == tag
    others = [
        Deadline((GDPR, FADP), extra_holidays=("2027-01-02",), **ZH),
        Deadline((GDPR, FADP), removed_holidays=("05-01",), **ZH),
        Deadline((GDPR, FADP), zone="Europe/Zurich", holidays_region="CH-BE"),
        Deadline((GDPR, FADP), zone="Europe/London", holidays_region="CH-ZH"),
        Deadline((GDPR, FADP), choices={GDPR: {"identity": "none"}}, **ZH),
    ]
    assert len({tag, version(), *(each.version for each in others)}) == len(others) + 2


def test_a_change_of_a_regime_file_or_of_counting_changes_the_tag(monkeypatch):
    """So that open tickets can be counted again."""
    was = version()
    monkeypatch.setattr(law.clock, "_files", lambda: "other words")
    assert version() != was
