"""The identity window over Slack: opened from the card, each button and form one desk call."""

from dataclasses import replace
from typing import Any

import pytest

from bot.sandbox.slack import ANN
from bot.tickets import Identity, State
from tests.bot.cards.views import DELETION, VIEW
from tests.handlers.slack_desk import Floor

FACTS = {"kind1": "order", "fact1": "R-100234", "kind2": "birthday", "fact2": "1990-02-28"}


def window(office: Floor) -> dict[str, Any]:
    """Ann has opened it."""
    asking = replace(VIEW, identity=Identity.ASKED, requests=(replace(DELETION, state=State.IDENTIFYING, plan=(), plan_id=None),))
    office.slack.click(ANN.id, office.card(asking), "identity")
    return office.modal(ANN.id, "identity_claim")


@pytest.mark.parametrize(
    ("verb", "values", "given"),
    [
        ("claim", {"address": "zora@quellmann.example"}, ("zora@quellmann.example",)),
        ("facts", FACTS, ({"order": "R-100234", "birthday": "1990-02-28"},)),
        ("document", {}, ()),
        ("authority", {}, ()),
    ],
)
def test_each_form_is_one_desk_call(verb: str, values: dict, given: tuple, office: Floor) -> None:
    """Opened from the window, sent once; the window says what became of it."""
    window(office)
    office.slack.click_view(ANN.id, f"identity_{verb}")
    office.until(lambda: (view := office.slack.workspace.top(ANN.id)) and view.get("submit"))
    assert office.slack.submit(ANN.id, values=values).failure is None
    assert office.asked(verb) == (ANN.id, "t1", *given)


@pytest.mark.parametrize("verb", ["code", "second", "agent", "itself"])
def test_a_button_acts_in_its_window(verb: str, office: Floor) -> None:
    """One press, told in the same window."""
    window(office)
    office.slack.click_view(ANN.id, f"identity_{verb}")
    office.modal(ANN.id, "Taken.")
    assert office.asked(verb) == (ANN.id, "t1")


def test_the_letter_is_the_clocks_own_question(office: Floor) -> None:
    """It stops the clock where the law lets it: the same form as in the clock's menu."""
    window(office)
    office.slack.click_view(ANN.id, "clock_menu")
    office.until(lambda: (view := office.slack.workspace.top(ANN.id)) and view.get("submit"))
    assert office.asked("clock_form") == (ANN.id, "t1", "identity")
