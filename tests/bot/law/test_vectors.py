"""Vectors: every published and derived date of the collection, what is liberal in reading them, and what is an error."""

import json
from collections import Counter
from datetime import date

import pytest

from bot.law import dates, known
from bot.law.vectors import Unreadable, answer


@pytest.fixture(scope="module")
def collection(shared):
    return json.loads((shared / "law" / "deadline_vectors.json").read_text(encoding="utf-8"))


@pytest.mark.shared
def test_every_vector_gives_its_dates(collection):
    """All expected dates and states of all regimes, with and without events, published and derived."""
    counted = Counter()
    for vector in collection["vectors"]:
        found = answer(vector)
        expected = {name.removeprefix("expected_"): each for name, each in vector.items() if name.startswith("expected_")}
        assert {name: found[name] for name in expected} == expected, (vector["id"], found["why"])
        counted[vector["certainty"]] += 1
    assert counted == {"published": 24, "derived": 103}


@pytest.mark.shared
def test_the_defaults_of_the_collection_are_ours(collection):
    """Given as settings, the documented defaults change nothing."""
    for vector in collection["vectors"]:
        defaults = collection["defaults"][vector["regime"]]
        spelt_out = {**vector, "settings": {**defaults, **vector.get("settings", {})}}
        assert {**answer(spelt_out), "why": 0} == {**answer(vector), "why": 0}, vector["id"]


@pytest.mark.shared
def test_no_superseded_date_is_ever_given(collection):
    """One day too many, as public texts before August 2019 had it, comes out under no law."""
    for vector in collection["superseded"]:
        wrong = (vector["expected_unrolled"], vector["expected_due"])
        for regime in known():
            found = dates(regime, date.fromisoformat(vector["received"]), holidays_region=vector["holidays_region"])
            assert (found.unrolled.isoformat(), found.due.isoformat()) != wrong
        with pytest.raises(Unreadable, match="not one of the regimes"):
            answer(vector)


@pytest.mark.shared
def test_the_analogous_period_of_the_court_is_counted_alike(collection):
    """Three months from a notification end on the same date; the length is a setting of the vector."""
    for vector in collection["analogous"]:
        found = answer({**vector, "regime": "gdpr_eu"})
        assert (found["due"], found["unrolled"]) == (vector["expected_due"], vector["expected_unrolled"])


PLAIN = {"id": "v", "regime": "gdpr_eu", "received": "2026-06-02", "holidays_region": "CH-ZH", "events": []}
PAUSE = {"type": "identity_request", "from": "2026-06-03", "to": "2026-06-10"}


def _due(**changes):
    return answer({**PLAIN, **changes})["due"]


@pytest.mark.parametrize(
    "changes",
    [
        {"events": None, "tz": None, "settings": None, "right": None},
        {"regime": "GDPR-EU"},
        {"regimes": ["gdpr_eu"]},
        {"received": " 2026-06-02 "},
        {"received": "2026-06-02T21:59:59Z"},
        {"received": "2026-06-02T23:59:59+02:00"},
        {"received": "2026-06-02t21:59:59.999z"},
        {"received": "2026-06-02 23:59"},  # without offset: of the zone
        {"received": "2026-06-01T22:00:00Z"},
        {"received": "2026-06-02T12:00:00-09:59"},
        {"received": "2026-06-02T23:30:00+01:00", "tz": "Europe/London"},
        {"holidays_region": "NONE"},
        {"holidays_region": None},
        {"settings": {"gdpr.roll": "none", "pause_count": None}},
        {"settings": {"ch.identity": "none", "gdpr": {"identity": "restart"}}},
        {"settings": {"target_days": 14}, "config": {"holidays_region": "CH-ZH", "extra_holidays": ["01-02"]}},
        {"settings": {"first_months": 1, "acknowledge_business_days": None}},
        {"right": "erasure"},
        {"expected_due": "1999-01-01", "basis": "words", "year": "chosen"},
        {"events": [{"type": "reminder", "on": "2026-06-20"}, {"type": "acknowledgement"}]},
        {"events": [{"type": "fee_request", "from": "2026-06-04", "to": "2026-06-20"}]},  # no pause under this law
        {"events": [{"type": "extension", "notice": "2026-07-03", "months": 2}]},  # a day late
        {"events": [{"type": "extension", "notice": "2026-06-01", "months": 2}]},  # before there was a request
    ],
)
def test_how_a_vector_is_written_does_not_matter(changes):
    """Null is "not said"; moments are days of the zone; prefixes of other laws are theirs."""
    assert _due(**changes) == "2026-07-02"


@pytest.mark.parametrize(
    "event",
    [
        PAUSE,
        {"type": "identity", "asked": "2026-06-03", "answered": "2026-06-10"},
        {"type": "Identity_Request", "from": "2026-06-02T22:30:00Z", "to": "2026-06-09T22:00:00Z"},
        {"type": "clarification_request", "from": "2026-06-03", "to": "2026-06-10"},
        {"type": "clarification_request", "from": "2026-06-03", "to": "2026-06-10", "large_amount": True},
    ],
)
def test_how_a_pause_is_written_does_not_matter(event):
    """Asked and answered, as days or moments: seven days."""
    assert _due(events=[event]) == "2026-07-09"


def test_a_clarification_counts_only_with_a_large_amount_of_data():
    """Recital 63: where the vector says there was none, the month runs on."""
    small = {"type": "clarification_request", "from": "2026-06-03", "to": "2026-06-10", "large_amount_of_data": False}
    assert _due(events=[small]) == "2026-07-02"
    assert _due(events=[small], regime="uk_gdpr", holidays_region="GB-ENG") == "2026-07-09"
    asked = {"type": "clarification_request", "from": "2026-06-03", "to": "2026-06-10"}
    assert _due(events=[asked], settings={"large_amount_of_data": False}) == "2026-07-02"
    assert _due(events=[asked], large_amount=True) == "2026-07-09"


def test_several_regimes_in_one_vector_give_the_earliest_date():
    """Unknown whereabouts: one month is 31 days after 1 July, and thirty days are fewer."""
    found = answer({**PLAIN, "received": "2026-07-07", "regimes": ["gdpr_eu", "ch_fadp"]})
    assert (found["due"], found["unrolled"]) == ("2026-08-06", "2026-08-06")
    assert found["why"][-1] == "The earliest date counts: Thu 6 Aug 2026 (FADP)."
    assert answer({**PLAIN, "received": "2026-07-07", "regime": "unknown"}) == found


def test_a_region_may_have_another_name():
    """As the EU calls the United Kingdom and Greece, and the two halves of Alsace."""
    assert _due(received="2026-03-03", holidays_region="FR-67") == "2026-04-07"  # Good Friday
    assert _due(received="2026-03-03", holidays_region="FR") == "2026-04-03"
    assert _due(regime="uk_gdpr", received="2026-07-31", holidays_region="UK-ENG") == "2026-09-01"


def test_days_of_ones_own_may_stand_beside_the_region():
    """Or among the settings."""
    assert _due(extra_holidays=["2026-07-02"]) == "2026-07-03"
    assert _due(settings={"extra_holidays": "07-02"}) == "2026-07-03"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"regime": None}, "no regime"),
        ({"regime": "uk_gdpr_pre_aug_2019"}, "not one of the regimes"),
        ({"received": None}, "no day of receipt"),
        ({"received": "yesterday"}, "isoformat"),
        ({"received": "2026-02-30"}, "day is out of range"),
        ({"received": 20260602}, "written as text"),
        ({"received": "9999-12-31"}, "out of range"),
        ({"tz": "Europe/Winterthur"}, "no time zone"),
        ({"tz": "../../etc/passwd"}, "no time zone"),
        ({"holidays_region": "CH-XX"}, "no region"),
        ({"settings": {"moon": "full"}}, "moon is not a setting"),
        ({"settings": {"gdpr.moon": "full"}}, "moon is not a setting"),
        ({"settings": {"roman.roll": "none"}}, "roman.roll is not a setting"),
        ({"settings": {"roll": "downhill"}}, "no reading"),
        ({"settings": {"fee": "reflection"}}, "no reading"),
        ({"settings": {"roll": ["none"]}}, "no reading"),
        ({"settings": {"extra_holidays": ["someday"]}}, "no day"),
        ({"settings": {"days": "many"}}, "invalid literal"),
        ({"events": [{"type": "full_moon", "from": "2026-06-03"}]}, "not a known event"),
        ({"events": [{"from": "2026-06-03"}]}, "missing: type"),
        ({"events": [{"type": "identity_request", "to": "2026-06-03"}]}, "no `from`"),
        ({"events": [{"type": "identity_request", "from": "2026-06-03", "to": "2026-06-01"}]}, "before it was asked"),
        ({"events": [{"type": "extension", "months": 2}]}, "no `notice`"),
        ({"events": [{"type": "extension", "notice": "2026-06-20", "months": -2}]}, "shorter than nothing"),
        ({"events": ["extension"]}, "an event is an object"),
        ({"events": "extension"}, "an event is an object"),
        ({"settings": ["roll"]}, "settings are an object"),
    ],
)
def test_what_is_not_understood_is_an_error(changes, words):
    """Nothing is skipped and nothing guessed."""
    with pytest.raises(Unreadable, match=words):
        answer({**PLAIN, **changes})
