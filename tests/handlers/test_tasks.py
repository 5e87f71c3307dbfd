"""What people do by hand, in Slack: the task in the thread, its form, the second look; each is one desk call."""

from dataclasses import replace
from datetime import date

import pytest

from bot.cards import task_card, task_text
from bot.errors import Temporary
from bot.law import Right
from bot.sandbox.slack import ANN, BOB, EVE
from bot.tickets import State
from tests.bot.cards.views import DELETION, TASK, VIEW
from tests.handlers.slack_desk import Floor

DONE = replace(TASK, state="done", outcome="done", done_by=ANN.id, done_on=date(2026, 12, 1), waits_for_second=True)


def post(office: Floor, task: object = TASK) -> str:
    office.desk.task = task  # type: ignore[assignment]
    return office.show(task_card(task), task_text(task))  # type: ignore[arg-type]


def form(office: Floor, task: object = TASK) -> None:
    office.slack.click(ANN.id, post(office, task), "task_done:1")
    office.modal(ANN.id, "submit': {")


def test_a_task_is_said_to_be_done_with_its_evidence(office: Floor) -> None:
    """The form says who it is about; what is filled in is one desk call, and none of it stands in the channel."""
    form(office)
    shown = str(office.modal(ANN.id, "zora@quellmann.example"))
    for words in ("Shred the papers.", "Winterthur", "written into the audit log"):
        assert words in shown
    office.slack.submit(ANN.id, values={"outcome": "done", "evidence": "Shredded the folder of Quellmann."})
    assert office.asked("task_done") == (ANN.id, "k1", "done", "Shredded the folder of Quellmann.", "", "")
    office.modal(ANN.id, "The card shows how it goes on.")
    assert "uellmann" not in str(office.slack.messages())


def test_what_is_missing_is_told_on_its_field(office: Floor) -> None:
    """With the acknowledgement: the form stays open."""
    form(office)
    office.desk.refuses["task_done"], office.desk.fields["task_done"] = "Say why it cannot be done.", "reason"
    office.slack.submit(ANN.id, values={"outcome": "cannot", "evidence": "The cabinet is locked."})
    assert office.modal(ANN.id, "Say why")["errors"] == {"reason": "Say why it cannot be done."}


def test_who_was_slower_is_told_so(office: Floor) -> None:
    """Not on a field: the modal says it."""
    form(office)
    office.desk.refuses["task_done"] = "Somebody was faster: this task is settled already."
    office.slack.submit(ANN.id, values={"outcome": "nothing", "evidence": "Looked."})
    office.modal(ANN.id, "Somebody was faster")


def test_of_a_copy_the_form_asks_what_was_found(office: Floor) -> None:
    """Of other rights it does not, nor while only a look is asked for."""
    form(office, replace(TASK, right=Right.ACCESS))
    office.slack.submit(ANN.id, values={"outcome": "done", "evidence": "Looked under Q.", "found": "A letter."})
    assert office.asked("task_done")[2:] == ("done", "Looked under Q.", "A letter.", "")


@pytest.mark.parametrize(
    ("task", "there", "missing"),
    [
        (TASK, ("done", "nothing", "cannot"), ("found", "held")),
        (replace(TASK, right=Right.ACCESS, looks=True), ("nothing", "held", "cannot"), ("found", "done")),
    ],
)
def test_a_form_offers_what_may_be_said(office: Floor, task: object, there: tuple[str, ...], missing: tuple[str, ...]) -> None:
    """Whoever only looks can neither say that it is done nor write anything into a copy."""
    form(office, task)
    view = office.modal(ANN.id, "submit': {")
    offered = {each["value"] for block in view["blocks"] if block.get("block_id") == "outcome" for each in block["element"]["options"]}
    named = {block.get("block_id") for block in view["blocks"]}
    assert offered == set(there)
    assert not (offered | named) & set(missing)


def test_a_second_person_reads_and_says_seen(office: Floor) -> None:
    """The evidence stands in the modal only; the button inside is one desk call."""
    office.slack.click(BOB.id, post(office, DONE), "task_look:1")
    assert "Shredded the folder" in str(office.modal(BOB.id, "task_seen"))
    office.slack.click_view(BOB.id, "task_seen")
    assert office.asked("task_seen") == (BOB.id, "k1")
    office.modal(BOB.id, "Seen.")
    assert "uellmann" not in str(office.slack.messages())


def test_whoever_did_it_reads_it_without_the_button(office: Floor) -> None:
    """And is told why."""
    office.slack.click(ANN.id, post(office, DONE), "task_look:1")
    assert "task_seen" not in str(office.modal(ANN.id, "cannot make the second look"))


def test_the_card_leads_to_all_of_it(office: Floor) -> None:
    """The list has a button for each, and the form opens on top of it."""
    view = replace(VIEW, requests=(replace(DELETION, state=State.PROVING, tasks=(TASK, DONE)),))
    office.slack.click(ANN.id, office.card(view), "tasks:deletion")
    shown = office.modal(ANN.id, "task_done:1")
    assert "task_look:2" in str(shown)
    assert office.asked("tasks") == (ANN.id, "r1")
    office.slack.click_view(ANN.id, "task_done:1")
    office.modal(ANN.id, "submit': {")


def test_the_card_names_who_is_asked_and_how_many_are_done(office: Floor) -> None:
    """“0 of 2 tasks done”: what waits for a second look is not done."""
    view = replace(VIEW, requests=(replace(DELETION, state=State.PROVING, tasks=(TASK, DONE)),))
    office.card(view)
    shown = str(office.slack.messages())
    for words in ("0 of 2 tasks done", "<@U0ANN>", "waits for what people do by hand", "Withdraw"):
        assert words in shown


def test_a_task_nobody_has_to_do_has_no_button(office: Floor) -> None:
    """Its message stays, and says so."""
    post(office, replace(TASK, state="void"))
    assert "no longer needed" in str(office.slack.messages())
    assert "actions" not in str(office.slack.messages()[-1]["blocks"])


def test_a_desk_that_cannot_be_reached_is_said(office: Floor) -> None:
    """Nothing was lost."""
    office.desk.fails["task_form"] = Temporary("away")
    office.slack.click(ANN.id, post(office), "task_done:1")
    office.modal(ANN.id, "Nothing was lost")


@pytest.mark.parametrize("button", ["task_done:1", "task_look:1"])
def test_a_stranger_opens_nothing(button: str, office: Floor) -> None:
    """Not in the role map: no desk call."""
    office.slack.click(EVE.id, post(office, TASK if button.startswith("task_done") else DONE), button)
    office.modal(EVE.id, "no role in this bot")
    assert office.desk.asked == []
