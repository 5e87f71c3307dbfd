"""The identity window: what comes next and why, in words anybody understands, and nothing of it in the channel."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.cards import card
from bot.cards.identity import DO, FORMS, IdentityView, identity_modal
from bot.identity import Known, Rung, Vouched, decide
from bot.law import Right
from bot.tickets import Identity, State
from tests.bot.cards.test_card import text
from tests.bot.cards.views import DELETION, NOW, VIEW
from tests.fixtures.slack import Judge

FOUND = Known(located=True, on_file=True)
KNOWN = (  # each leads to another next step
    FOUND, replace(FOUND, spent=True), replace(FOUND, spent=True, wrong=3), replace(FOUND, on_file=False, facts=True),
    Known(agent=True), Known(agent=True, authority=True), Known(), replace(FOUND, code=True),
)  # fmt: skip
ASKING = IdentityView(
    "t1", "DPE-2026-0001", Identity.ASKED, Vouched.FAIL, ("It asks for answers at another address.",),
    steps=((Right.ACCESS, decide(Right.ACCESS, FOUND)), (Right.DELETION, None)), offers=tuple(DO),
    shown=(("code", "held", "person", None), ("facts", "failed", "U0ANN", None), ("document", "held", "U0ANN", "U0BOB")),
    named="<!channel>@evil.example",
)  # fmt: skip


def views() -> list[IdentityView]:
    steps = [replace(ASKING, steps=((Right.ACCESS, decide(Right.ACCESS, each)),), named="") for each in KNOWN]
    return [ASKING, *steps, *(replace(ASKING, identity=each, vouched=Vouched.NONE, offers=()) for each in Identity)]


@pytest.mark.shared
@pytest.mark.parametrize("view", views())
def test_slack_takes_every_window_and_form(view: IdentityView, shared: Path) -> None:
    """Valid and under Slack's sizes, whatever a stranger put into an address; no two buttons with one name."""
    judge = Judge(shared / "specs" / "slack")
    modal = identity_modal(view)
    judge.check_view(modal)
    ids = [block["accessory"]["action_id"] for block in modal["blocks"] if "accessory" in block]
    assert len(ids) == len(set(ids)) == len(view.offers)
    for form in FORMS.values():
        judge.check_view(form(view))


@pytest.mark.parametrize(("known", "first"), [
    (FOUND, "identity_code"), (KNOWN[1], "identity_facts"), (KNOWN[2], "clock_menu"), (KNOWN[3], "identity_second"),
    (KNOWN[4], "clock_menu"),
])  # fmt: skip
def test_the_next_step_stands_first_and_is_marked(known: Known, first: str) -> None:
    """With its reason; every other way stays open below it."""
    step = decide(Right.ACCESS, known)
    modal = identity_modal(replace(ASKING, steps=((Right.ACCESS, step),), named=""))
    buttons = [block["accessory"] for block in modal["blocks"] if "accessory" in block]
    assert (buttons[0]["action_id"], buttons[0]["style"]) == (first, "primary")
    assert [each.get("style") for each in buttons[1:]] == [None] * (len(buttons) - 1)
    shown = text(modal["blocks"])
    assert step.why[-1] in shown
    assert shown.count("→") == 1


def test_an_address_the_mail_names_is_proposed_in_the_form_only() -> None:
    """It is the first thing to do, it stands ready in the form, and the window does not repeat it."""
    modal = identity_modal(ASKING)
    buttons = [block["accessory"]["action_id"] for block in modal["blocks"] if "accessory" in block]
    assert buttons[0] == "identity_claim"
    assert ASKING.named not in text(modal["blocks"])
    assert ASKING.named in text(FORMS["claim"](ASKING)["blocks"])
    assert ASKING.named not in repr(ASKING)


def test_the_card_has_the_button_while_it_matters() -> None:
    """As long as it has to be settled who wrote; not where nobody wrote, nor once all is settled."""
    def shown(state: State, identity: Identity, channel: str = "mail") -> bool:
        view = replace(VIEW, identity=identity, channel=channel, requests=(replace(DELETION, state=state, plan=(), plan_id=None),))
        return '"identity"' in text(card(view, NOW))

    assert shown(State.RECEIVED, Identity.UNKNOWN)
    assert shown(State.IDENTIFYING, Identity.CONFIRMED)
    assert not shown(State.RECEIVED, Identity.CONFIRMED)
    assert shown(State.ANSWERING, Identity.NOBODY)
    assert not shown(State.RUNNING, Identity.VOUCHED)
    assert not shown(State.RECEIVED, Identity.UNKNOWN, "review")
    assert all(each in Rung for each in (Rung.MAIL, *filter(None, (decide(Right.ACCESS, one).next for one in KNOWN))))
