"""The review of old accounts: the message, the form, and the card of what was decided."""

from dataclasses import replace
from datetime import date, timedelta

from bot.cards import ReviewView, accounts_form, batch_card, batch_text, card, review_card
from bot.cards.blocks import VIEW_BLOCKS, fits
from bot.cards.review import merged
from bot.law import Right
from bot.tickets import State
from tests.bot.cards.views import DELETION, NOW, PLAN, VIEW

BATCH = ReviewView(
    "b1", "our internal server", date(2020, 11, 23), (("2015", 12), ("never", 8)), {"open": 5, "kept": 15},
    ("DPE-2026-0007",), ("our files",),
)  # fmt: skip
REVIEW = replace(VIEW, channel="review", rights=(Right.DELETION,))


def accounts(count: int, state: State = State.APPROVING, **more: object) -> tuple:
    return tuple(
        replace(DELETION, id=f"r{number}", plan_id=f"p{number}", state=state, plan=PLAN, **more)  # type: ignore[arg-type]
        for number in range(count)
    )


def test_a_batch_counts_by_year() -> None:
    """And says what is decided, where it goes on, and who cannot tell."""
    shown = str(batch_card(BATCH))
    assert "20 accounts without activity since before Mon 23 Nov 2020. Last active 2015: 12, never: 8." in shown
    assert "15 kept" in shown
    assert "5 to decide" in shown
    assert "In: DPE-2026-0007" in shown
    assert "they cannot tell who was last active: our files" in shown
    assert batch_text(BATCH) == "Old accounts in our internal server: 5 to decide."
    done = replace(BATCH, states={"kept": 20})
    assert "accounts'" not in str(batch_card(done))
    assert batch_text(done).endswith("all decided.")


def test_the_form_fits_the_longest_batch() -> None:
    """Forty accounts, whatever they are called; today may be the last of February."""
    found = [(f"c{number}", "x" * 500, date(2015, 3, 4) if number % 2 else None) for number in range(40)]
    form = accounts_form("b1", found, date(2028, 2, 29))
    assert len(form["blocks"]) < VIEW_BLOCKS
    assert all(each["optional"] for each in form["blocks"] if each["type"] == "input")
    assert "2029-02-28" in str(form)
    assert (form["callback_id"], form["private_metadata"]) == ("review", "b1")


def test_all_plans_stand_there_as_one() -> None:
    """Counts of each place added up, one approval for all of them, and it fits."""
    view = replace(REVIEW, requests=accounts(40))
    blocks = review_card(view, NOW)
    assert fits(blocks)
    assert "*40 accounts* · 40 waiting for approval" in str(blocks)
    assert merged([*PLAN, *PLAN])[0].count == 2 * PLAN[0].count
    assert "Approve all 40" in str(blocks)
    assert "choose:" not in str(blocks)


def test_what_is_under_way_can_be_stopped_before_it_begins() -> None:
    """Cooling: when it starts; running: how far all of them are."""
    cooling = replace(REVIEW, requests=accounts(3, State.COOLING, cooling_until=NOW + timedelta(hours=5)))
    assert "until then it may be stopped" in str(review_card(cooling, NOW))
    assert "call_off" in str(review_card(cooling, NOW))
    running = review_card(replace(REVIEW, requests=accounts(3, State.RUNNING)), NOW)
    assert "call_off" not in str(running)


def test_the_first_that_is_stuck_has_its_buttons() -> None:
    """An action stands once in a message: the next follows when it is settled."""
    stuck = accounts(3, State.NEEDS_PERSON, reason="The server said no.")
    shown = str(review_card(replace(REVIEW, requests=stuck), NOW))
    assert shown.count("resume:deletion") == 1
    assert "The server said no. And 2 more." in shown


def test_the_data_changed_and_it_is_closed() -> None:
    """The difference is shown; a closed one is like any other."""
    changed = accounts(1, changes=("server account: delete 3 → 9",))
    assert "3 → 9" in str(review_card(replace(REVIEW, requests=changed), NOW))
    closed = replace(REVIEW, closed_on=NOW.date(), outcome="deletion done", can_close=True)
    assert review_card(closed, NOW) == card(closed, NOW)
    assert "'close'" in str(review_card(replace(REVIEW, can_close=True), NOW))
