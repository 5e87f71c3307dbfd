"""Rights that need more than a press: each form is one desk call, and what a person wrote stands in modals only."""

from dataclasses import replace

import pytest

from bot.cards import RequestView
from bot.law import Right
from bot.sandbox.slack import ANN, EVE
from bot.tickets import State
from tests.bot.cards.views import DELETION, VIEW
from tests.handlers.slack_desk import Floor


def restricted(**more: object) -> RequestView:
    return replace(DELETION, right=Right.RESTRICTION, **more)  # type: ignore[arg-type]


def test_a_correction_begins_with_what_the_person_wrote(office: Floor) -> None:
    """The fields are filled in as far as the mail says it; what is sent becomes the wishes, the empty fields do not."""
    office.slack.click(ANN.id, office.card(VIEW), "choose:correction")
    form = office.modal(ANN.id, "submit': {")
    assert "I moved." in str(form)
    assert "'initial_value': 'Winterthur'" in str(form)
    office.slack.submit(ANN.id, values={"city": " Winterthur ", "phone": "+41 52 555 01 01"})
    wishes = {"city": "Winterthur", "phone": "+41 52 555 01 01"}
    assert office.asked("choose") == (ANN.id, "t1", Right.CORRECTION, wishes)
    office.modal(ANN.id, "The card shows how it goes on.")


def test_a_correction_of_nothing_is_told_on_the_form(office: Floor) -> None:
    """It stays open, and the desk is not asked."""
    office.slack.click(ANN.id, office.card(VIEW), "choose:correction")
    office.modal(ANN.id, "submit': {")
    office.slack.submit(ANN.id, values={"city": " "})
    assert office.modal(ANN.id, "Fill in at least one field.")["errors"] == {"email": "Fill in at least one field."}
    assert "choose" not in [verb for verb, _ in office.desk.asked]


def test_a_restriction_names_its_ground(office: Floor) -> None:
    """Chosen from the four of the law."""
    office.slack.click(ANN.id, office.card(VIEW), "choose:restriction")
    office.modal(ANN.id, "submit': {")
    office.slack.submit(ANN.id, values={"ground": "accuracy"})
    assert office.asked("choose") == (ANN.id, "t1", Right.RESTRICTION, {"ground": "accuracy"})


def test_the_end_of_a_restriction_is_proposed_with_its_reason(office: Floor) -> None:
    """From the card of a restriction that is done."""
    view = replace(VIEW, requests=(restricted(state=State.DONE),))
    office.slack.click(ANN.id, office.card(view), "lift")
    office.modal(ANN.id, "submit': {")
    office.slack.submit(ANN.id, values={"why": "The data were checked.\n\nThey are right."})
    assert office.asked("lift") == (ANN.id, "r1", "The data were checked. They are right.")


@pytest.mark.parametrize("state", [State.APPROVING, State.COOLING])
def test_a_proposed_end_can_be_called_off(state: State, office: Floor) -> None:
    """Instead of Reject and Stop there is one word: keep it."""
    view = replace(VIEW, requests=(restricted(state=state, lifting=True, plan_id="p1"),))
    office.slack.click(ANN.id, office.card(view), "keep")
    assert office.asked("keep") == (ANN.id, "r1")


def test_old_and_new_stand_in_a_modal(office: Floor) -> None:
    """The card itself shows counts only."""
    view = replace(VIEW, requests=(replace(DELETION, right=Right.CORRECTION, state=State.APPROVING, plan_id="p1"),))
    office.slack.click(ANN.id, office.card(view), "changes")
    assert "Zürich → Winterthur" in str(office.modal(ANN.id, "Winterthur"))
    assert "Winterthur" not in str(office.slack.messages())


@pytest.mark.parametrize("button", ["choose:correction", "choose:restriction"])
def test_a_stranger_opens_no_form(button: str, office: Floor) -> None:
    """Not in the role map: no desk call, nothing shown."""
    office.slack.click(EVE.id, office.card(VIEW), button)
    office.modal(EVE.id, "no role in this bot")
    assert office.desk.asked == []
