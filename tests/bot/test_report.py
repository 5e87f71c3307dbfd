from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from statistics import median

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.report import Days, Figure, Series, Share, Tally, Week, days, figure, report, weekly

TODAY = date(2026, 11, 23)
ANSWERED = Tally("access", ("gdpr_eu",), "mail", "en", "answered", days=10, by_due=True, by_unrolled=True)
OPEN = Tally("access", ("gdpr_eu",), "mail", "en", "open")


def of(*tallies: Tally) -> Figure:
    return figure("all", tallies)


def test_an_answer_or_a_refusal_meets_the_day_a_withdrawal_neither_does_nor_misses_it() -> None:
    """So the share is over what was decided, not over what came in."""
    refused = replace(ANSWERED, state="refused", by_unrolled=False)
    withdrawn = replace(OPEN, state="withdrawn")
    found = of(ANSWERED, refused, withdrawn)
    assert (found.received, found.answered, found.refused, found.withdrawn) == (3, 1, 1, 1)
    assert (found.by_due, found.by_unrolled) == (Share(2, 2), Share(1, 2))


def test_a_house_that_never_answers_is_not_in_time() -> None:
    """An open request past its day counts as late at once; one whose day is to come does not count yet."""
    late = replace(OPEN, by_due=False, by_unrolled=False, count=3)
    past_the_safe_day = replace(OPEN, by_unrolled=False)
    found = of(ANSWERED, late, past_the_safe_day, OPEN)
    assert (found.open, found.overdue) == (5, 3)
    assert (found.by_due, found.by_unrolled) == (Share(1, 4), Share(1, 5))
    assert (found.by_due.percent, Share(0, 0).percent) == (25, None)


def test_nearly_all_is_not_all() -> None:
    """A share is rounded down: one late answer of 200 is seen."""
    assert Share(199, 200).percent == 99


def test_days_are_those_of_the_law_gross_and_net() -> None:
    """Net of the days the clock stood still; open requests have no days yet."""
    found = of(replace(ANSWERED, days=40, paused=25, extended=True), replace(ANSWERED, days=20, count=3), OPEN)
    assert (found.days, found.days_net) == (Days(20.0, 40), Days(20.0, 20))
    assert found.extended == Share(1, 5)
    assert of(OPEN).days == Days()


@settings(deadline=None)  # a busy machine is no fault
@given(st.lists(st.integers(min_value=0, max_value=400), min_size=1, max_size=60))
def test_median_and_ninetieth_percentile_are_those_of_the_books(taken: list[int]) -> None:
    """The median as statistics has it; the smallest number of days within which nine of ten were answered."""
    found = days(Counter(taken))
    assert found.median == median(taken)
    enough = [each for each in sorted(taken) if sum(other <= each for other in taken) * 10 >= len(taken) * 9]
    assert found.ninety == enough[0]


def test_tables_have_the_largest_group_first_and_a_person_under_two_laws_in_both() -> None:
    """Rights, channels and languages add up to the whole; laws may come to more."""
    both = replace(OPEN, regimes=("gdpr_eu", "ch_fadp"), right="deletion", channel="post", language="de", count=2)
    found = report([ANSWERED, both], as_of=TODAY, tickets=3, refusals={"b": 1, "a": 1, "17(3)(b)": 2})
    assert [(each.of, each.received) for each in found.by_right] == [("deletion", 2), ("access", 1)]
    assert [(each.of, each.received) for each in found.by_regime] == [("gdpr_eu", 3), ("ch_fadp", 2)]
    assert [(each.of, each.received) for each in found.by_channel] == [("post", 2), ("mail", 1)]
    assert [(each.of, each.received) for each in found.by_language] == [("de", 2), ("en", 1)]
    assert list(found.refusals.items()) == [("17(3)(b)", 2), ("a", 1), ("b", 1)]
    assert (found.all.received, found.tickets, found.notices_open) == (3, 3, None)


def test_a_weeks_chart_says_in_words_what_it_shows() -> None:
    """Eight weeks, three rows, and nothing only eyes can read."""
    first = date(2026, 9, 28)
    weeks = [Week(first + timedelta(weeks=each), each, 1, 0, 2, 0) for each in range(7)]
    found = weekly([*weeks, Week(date(2026, 11, 16), received=4, answered=3, late=1, open=5, overdue=2)])
    assert found.title == "Enquiries, week of 16 Nov"
    assert found.labels == ("28 Sep", "5 Oct", "12 Oct", "19 Oct", "26 Oct", "2 Nov", "9 Nov", "16 Nov")
    assert found.series == (
        Series("received", (0, 1, 2, 3, 4, 5, 6, 4)),
        Series("answered", (1, 1, 1, 1, 1, 1, 1, 3)),
        Series("overdue", (0, 0, 0, 0, 0, 0, 0, 2)),
    )
    assert found.alternative == (
        "Week of 16 Nov 2026: 4 received, 3 answered (1 of them late). At its end 5 open, 2 of them overdue. "
        "Received in the 7 weeks before: 0, 1, 2, 3, 4, 5, 6. Answered in the 7 weeks before: 1, 1, 1, 1, 1, 1, 1. "
        "Overdue in the 7 weeks before: none."
    )
    assert "4 answered, all in time." in weekly([Week(first, 4, 4, 0, 0, 0)]).alternative
    assert "0 received, 0 answered." in weekly([Week(first, 0, 0, 0, 0, 0)]).alternative


@settings(deadline=None)  # a busy machine is no fault
@given(st.dates(min_value=date(2020, 1, 1), max_value=date(2090, 1, 1)))
def test_a_weeks_chart_fits_the_chart_block(monday: date) -> None:
    """Title within 50 characters, labels and names within 20, no label twice (docs.slack.dev, data visualization)."""
    found = weekly([Week(monday + timedelta(weeks=each), 1, 1, 1, 1, 1) for each in range(8)])
    assert len(found.title) <= 50
    assert all(len(each) <= 20 for each in (*found.labels, *(row.name for row in found.series)))
    assert len(set(found.labels)) == len(found.labels) == len(found.series[0].numbers)
