"""The review of old accounts: what the team presses."""

from dataclasses import replace
from datetime import date

from bot.cards import batch_card, review_card
from bot.law import Right
from bot.sandbox.slack import ANN, BOB, EVE
from bot.tickets import State, together
from tests.bot.cards.test_review import BATCH, REVIEW
from tests.bot.cards.views import DELETION, NOW
from tests.handlers.slack_desk import Floor


def opened(office: Floor) -> None:
    office.slack.click(ANN.id, office.show(batch_card(BATCH)), "accounts")
    assert "zora@quellmann.example" in str(office.modal(ANN.id, "submit': {"))


def test_accounts_are_decided_about_in_a_form(office: Floor) -> None:
    """Those that were chosen; whose they are stands in the modal only."""
    opened(office)
    office.slack.submit(ANN.id, values={"c1": "delete"})
    assert office.asked("decide") == (ANN.id, "b1", {"c1": "delete"}, "", None)
    office.modal(ANN.id, "DPE-2026-0009 shows how it goes on")
    assert "quellmann" not in str(office.slack.messages())


def test_what_is_kept_has_a_reason_and_a_day(office: Floor) -> None:
    """As they were filled in."""
    opened(office)
    office.slack.submit(ANN.id, values={"c1": "keep", "c2": "keep", "why": "A warranty.", "until": "2028-01-01"})
    assert office.asked("decide") == (ANN.id, "b1", {"c1": "keep", "c2": "keep"}, "A warranty.", date(2028, 1, 1))


def test_what_is_wrong_is_said_on_its_field(office: Floor) -> None:
    """On the account itself, where a system cannot do it."""
    office.desk.refuses["decide"] = "our server cannot anonymise this account."
    office.desk.fields["decide"] = "c2"
    opened(office)
    office.slack.submit(ANN.id, values={"c2": "anonymise"})
    assert office.modal(ANN.id, "cannot anonymise")["errors"] == {"c2": "our server cannot anonymise this account."}


def test_all_of_them_are_approved_or_called_off_by_one_press(office: Floor) -> None:
    """With the mark of exactly these plans."""
    plans = tuple(replace(DELETION, id=f"r{number}", plan_id=f"p{number}", state=State.APPROVING) for number in (1, 2))
    ts = office.show(review_card(replace(REVIEW, rights=(Right.DELETION,), requests=plans), NOW))
    office.slack.click(BOB.id, ts, "approve_all")
    assert office.asked("approve_all") == (BOB.id, "t1", together([("r2", "p2"), ("r1", "p1")]))
    office.slack.click(BOB.id, ts, "call_off")
    assert office.asked("call_off") == (BOB.id, "t1")
    office.slack.click(EVE.id, ts, "approve_all")
    assert "no role in this bot" in office.told(EVE.id)
