"""Reminders as Slack draws them: dates in words, who acts next, what to do, a button that leads there; nothing personal."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.cards import (
    Digest,
    NextActor,
    Reminded,
    Week,
    digest_card,
    digest_text,
    reminder_card,
    reminder_text,
    reminders_card,
    reminders_text,
    snooze_modal,
    week_card,
    week_text,
)
from bot.law import Right
from bot.reminders import Kind
from bot.report import Figures, Series
from bot.sandbox import strict
from bot.tickets import State
from tests.bot.cards.views import NOW
from tests.fixtures.slack import Judge

LINK = "https://team.slack.example/archives/C1/p17"
ONE = Reminded(
    ticket_id="t1", ref="DPE-2026-0001", rights=(Right.ACCESS,), unrolled=date(2026, 12, 12), due=date(2026, 12, 14),
    next_actor=NextActor.HANDLER, states=(State.RECEIVED,), kind=Kind.DAYS_7, notice_by=date(2026, 12, 14), owner="U0ANN",
    link=LINK, paused_since=date(2026, 11, 25), stands=True,
)  # fmt: skip
WEEKS = tuple(f"{day} Nov" for day in range(2, 10))
WEEK = Week(
    date(2026, 11, 29),
    Figures(
        title="Enquiries, week of 23 Nov and a title that is longer than fifty characters",
        labels=WEEKS,
        series=tuple(Series(name, tuple(range(8))) for name in ("received", "answered", "overdue")),
        alternative="Week of 23 Nov 2026: 7 received, 7 answered, all in time.",
    ),
)


def texts(blocks: list[dict[str, Any]]) -> str:
    return json.dumps(blocks, ensure_ascii=False)


def drawn() -> dict[str, list[dict[str, Any]]]:
    many = [replace(ONE, ref=f"DPE-2026-{number:04d}", ticket_id=f"t{number}") for number in range(60)]
    long = [replace(each, rights=tuple(Right), link=LINK + "x" * 300) for each in many]
    parts = tuple(long)
    return {
        **{str(kind): reminder_card(replace(ONE, kind=kind), NOW) for kind in Kind},
        "without a card": reminder_card(replace(ONE, link="", owner=None), NOW),
        "one person": reminders_card([ONE], NOW),
        "many": reminders_card(many, NOW),
        "morning": digest_card(Digest((ONE,), (ONE,), (ONE,), more=True, jumped_at=datetime(2026, 12, 1, tzinfo=UTC)), NOW),
        "a full morning": digest_card(Digest(parts, parts, parts, more=True), NOW),
        "week": week_card(WEEK),
    }


@pytest.mark.parametrize("name", drawn())
def test_slack_takes_every_reminder(name: str, shared: Path) -> None:
    """Valid Block Kit by Slack's schema, and by what no schema says."""
    blocks = drawn()[name]
    Judge(shared / "specs" / "slack").check_blocks(blocks)
    assert strict.message_faults(blocks) == []
    assert not strict.too_long(blocks)


def test_a_reminder_says_the_dates_who_is_next_and_what_to_do() -> None:
    """In words; the law's own date beside the safe one; until when an extension is possible; three buttons."""
    shown = texts(reminder_card(ONE, NOW))
    for word in (
        "DPE-2026-0001", "10 days left.", "10 days, Sat 12 Dec 2026", "Mon 14 Dec 2026", "A handler", "<@U0ANN>",
        "Choose a right on the card", "An extension can still be announced until Mon 14 Dec 2026",
        "Go to the card", LINK, "Why this date", "Remind me later",
    ):  # fmt: skip
        assert word in shown, word
    assert reminder_text(ONE, NOW.date()).startswith("DPE-2026-0001: 10 days left. Choose a right")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Kind.UNTOUCHED, "Nobody has begun"),
        (Kind.HALF, "Half of the time is over: 10 days left."),
        (Kind.DAYS_1, "10 days left."),
        (Kind.TODAY, "Today is the day to answer; the law's last day is Mon 14 Dec 2026."),
        (Kind.OVERDUE, "Overdue: the last day was Mon 14 Dec 2026, 2 days ago."),
        (Kind.EXTENSION, "An extension can be announced until Mon 14 Dec 2026, no later."),
        (Kind.PAUSE, "The person has not answered since Wed 25 Nov 2026; the clock stands still."),
        (Kind.TASK, "Something has to be done by hand"),
        (Kind.LETTER, "A letter waits for its release."),
        (Kind.RECIPIENT, "A recipient has not answered yet, or waits to be told."),
    ],
)
def test_each_reason_in_words(kind: Kind, words: str) -> None:
    """The words follow the day on which they are said."""
    now = NOW.replace(day=16) if kind == Kind.OVERDUE else NOW
    assert words in reminder_text(replace(ONE, kind=kind), now.date())


def test_on_the_last_day_it_cannot_wait() -> None:
    """The law's last day; a day late there is no “later” any more."""
    assert "Today is the last day." in reminder_text(replace(ONE, kind=Kind.TODAY), date(2026, 12, 14))
    assert "snooze" not in texts(reminder_card(replace(ONE, kind=Kind.OVERDUE), NOW.replace(day=16)))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"can_close": True}, "press “Close”"),
        ({"states": (State.NEEDS_PERSON,)}, "press “Try again”"),
        ({"states": (State.APPROVING,), "next_actor": NextActor.APPROVER}, "A second person looks at the plan"),
        ({"states": (State.IDENTIFYING,), "next_actor": NextActor.PERSON}, "answer with the code"),
        ({"states": (State.RUNNING,), "next_actor": NextActor.BOT}, "the bot is at work"),
        ({"states": (State.PROVING,), "next_actor": NextActor.COLLEAGUE}, "presses “Done …”"),
        ({"states": (State.DONE,)}, "it waits for a decision"),
        ({"states": ()}, "Choose a right"),
    ],
)
def test_what_to_do_follows_the_state(more: dict[str, Any], words: str) -> None:
    """From the first click to the last."""
    assert words in reminder_text(replace(ONE, **more), NOW.date())


def test_a_message_to_one_person_has_a_button_for_each_ticket() -> None:
    """Twelve at most; the rest are a command away."""
    blocks = reminders_card([replace(ONE, ref=f"DPE-2026-{number:04d}") for number in range(20)], NOW)
    assert sum("accessory" in each for each in blocks) == 12
    assert "and 8 more" in texts(blocks)
    assert reminders_text([ONE, ONE, ONE], NOW.date()) == "DPE-2026-0001: 10 days left. And 2 more."


def test_an_empty_morning_is_no_message() -> None:
    """There is nothing to say, and that is said by silence."""
    assert not Digest()
    assert Digest(soon=(ONE,))
    assert digest_text(Digest(overdue=(ONE,), soon=(ONE, ONE))) == "Enquiries today: 1 overdue, 2 due within 7 days."
    assert digest_text(Digest(rest=(ONE,))) == "Enquiries today: something to look at."


def test_later_is_chosen_from_days_in_words(shared: Path) -> None:
    """The last choice is the day the law names; a button each, with ids only."""
    days = [date(2026, 12, 3), date(2026, 12, 12)]
    view = snooze_modal("DPE-2026-0001", "t1", days, NOW.date())
    Judge(shared / "specs" / "slack").check_view(view)
    assert strict.view_faults(view) == []
    assert "1 day, Thu 3 Dec 2026" in texts(view["blocks"])
    assert "10 days, Sat 12 Dec 2026 · the next day the law names: no later than this" in texts(view["blocks"])
    assert [block["accessory"]["value"] for block in view["blocks"][1:]] == ["t1:2026-12-03", "t1:2026-12-12"]


def test_the_weeks_chart_says_the_same_in_words() -> None:
    """The chart block has no text alternative of its own: the words stand below, and in the message's text."""
    (head, drawn_, words) = week_card(WEEK)
    assert head["text"]["text"] == "The week until Sun 29 Nov 2026"
    assert drawn_["type"] == "data_visualization"
    assert len(drawn_["title"]) <= 50
    assert [each["name"] for each in drawn_["chart"]["series"]] == ["received", "answered", "overdue"]
    assert words["text"]["text"] == WEEK.chart.alternative
    assert WEEK.chart.alternative in week_text(WEEK)
    nothing = Week(WEEK.until, replace(WEEK.chart, labels=(), series=()))  # type: ignore[type-var]
    assert [block["type"] for block in week_card(nothing)] == ["header", "section"]


def test_a_reminder_has_no_field_a_person_could_stand_in() -> None:
    """Whoever adds a field here decides that it may be read in the channel for ever."""
    assert set(Reminded.__dataclass_fields__) == {
        "ticket_id", "ref", "rights", "unrolled", "due", "next_actor", "states", "kind", "on", "notice_by", "paused_since",
        "stands", "owner", "can_close", "link",
    }  # fmt: skip
