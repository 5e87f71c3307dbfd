"""The team's buttons, windows and forms: each one desk call, and what a stranger wrote in views only."""

import json
from datetime import date
from typing import Any

import pytest

from bot.cards.aside import aside_card
from bot.law import Right
from bot.sandbox.slack import ANN, BOB, EVE, VIC
from bot.sandbox.workspace import User
from bot.slack.manifest import SHORTCUT
from bot.tickets import Role
from tests.bot.cards.views import VIEW
from tests.handlers.slack_desk import WORDS, Floor

FORMS = [
    ("assign", {"to": BOB.id}, ("assign", ("t1", BOB.id))),
    ("note", {"words": "She called."}, ("note", ("t1", "She called."))),
    ("hold", {"words": "A claim."}, ("hold", ("t1", "A claim."))),
    ("not_enquiry", {"why": "other", "letter": ["letter"], "words": "Our shop answers."},
     ("not_enquiry", ("t1", "other", True, ("Our shop answers.",)))),
    ("merge", {"ref": "DPE-2026-0002"}, ("merge", ("t1", "DPE-2026-0002"))),
    ("split", {"rights": ["deletion"], "address": "carla@example.org", "name": "Carla"},
     ("split", ("t1", (Right.DELETION,), "carla@example.org", "Carla"))),
    ("refuse:access", {"ground": "excessive", "words": "Twice.\nThrice.", "no_fee": "None.", "systems": ["crm"]},
     ("refuse", ("r1", "excessive", ("Twice.", "Thrice."), ("None.",), ("crm",), 3))),
]  # fmt: skip


def more(office: Floor, line: str) -> dict[str, Any]:
    """The form behind a line of “More”, opened by Ann."""
    office.slack.click(ANN.id, office.card(VIEW), "more")
    office.modal(ANN.id, "do:note")
    office.slack.click_view(ANN.id, f"do:{line}")
    return office.until(lambda: (view := office.slack.workspace.top(ANN.id)) and view.get("submit") and view)


def test_a_ticket_is_taken_by_one_press(office: Floor) -> None:
    """From the card."""
    office.slack.click(ANN.id, office.card(VIEW), "take")
    assert office.asked("take") == (ANN.id, "t1")


@pytest.mark.parametrize(("line", "values", "wanted"), FORMS, ids=[line for line, _, _ in FORMS])
def test_each_form_of_more_is_one_desk_call(line: str, values: dict, wanted: tuple, office: Floor) -> None:
    """Opened from its line, sent once, and the window says what became of it."""
    assert len(str(more(office, line))) > 100
    assert office.slack.submit(ANN.id, values=values).failure is None
    verb, given = wanted
    assert office.asked(verb) == (ANN.id, *given)
    assert not office.slack.workspace.top(ANN.id).get("submit")


def test_what_is_wrong_is_said_at_its_field(office: Floor) -> None:
    """The form stays open with what was written in it."""
    more(office, "assign")
    office.desk.refuses["assign"], office.desk.fields["assign"] = "They may not handle enquiries.", "to"
    office.slack.submit(ANN.id, values={"to": VIC.id})
    assert office.slack.workspace.top(ANN.id)["errors"] == {"to": "They may not handle enquiries."}
    assert office.desk.effects == {}


@pytest.mark.parametrize(
    ("line", "held", "wanted", "said"),
    [("block", False, ("block", "t1"), "Blocked."), ("lift_hold", True, ("lift_hold", "t1"), "lifted")],
)
def test_a_line_without_a_form_acts_in_its_window(line: str, held: bool, wanted: tuple, said: str, office: Floor) -> None:
    """Pressed, asked once more by Slack, done, told."""
    from dataclasses import replace

    office.desk.more_of = replace(office.desk.more_of, held=held)
    office.slack.click(ANN.id, office.card(VIEW), "more")
    office.modal(ANN.id, "do:note")
    office.slack.click_view(ANN.id, f"do:{line}")
    office.modal(ANN.id, said)
    assert office.asked(wanted[0]) == (ANN.id, wanted[1])


def test_blocked_senders_are_looked_at_and_freed(office: Floor) -> None:
    """From “More” to the list to the end of one block."""
    office.slack.click(ANN.id, office.card(VIEW), "more")
    office.modal(ANN.id, "do:note")
    office.slack.click_view(ANN.id, "do:blocked")
    office.modal(ANN.id, "The sender of")
    office.slack.click_view(ANN.id, "unblock:1")
    office.modal(ANN.id, "come in as ever")
    assert office.asked("unblock") == (ANN.id, "b1")


def test_a_ticket_closed_meanwhile_takes_no_form(office: Floor) -> None:
    """The card was old: the window says so, and opens no form."""
    from dataclasses import replace

    office.slack.click(ANN.id, office.card(VIEW), "more")
    office.modal(ANN.id, "do:hold")
    office.desk.more_of = replace(office.desk.more_of, open=False)
    office.slack.click_view(ANN.id, "do:hold")
    office.modal(ANN.id, "is closed")


def test_a_near_miss_is_opened_from_its_message(office: Floor) -> None:
    """Its words in the window; what the handler left as it was goes to the desk."""
    ts = office.show(aside_card("m1", near_miss=True, left=True))
    office.slack.click(ANN.id, ts, "open_mail")
    assert WORDS in str(office.modal(ANN.id, "another subject"))
    office.slack.submit(ANN.id, values={})
    assert office.asked("open_mail") == (ANN.id, "m1", "zora@quellmann.example", (Right.DELETION,), "de", "Zora")
    office.modal(ANN.id, "DPE-2026-0003 is open")


def test_a_near_miss_is_none(office: Floor) -> None:
    """From its message, and from the list."""
    ts = office.show(aside_card("m1", near_miss=True, left=True))
    office.slack.click(ANN.id, ts, "not_one")
    assert office.asked("settle_mail") == (ANN.id, "m1")
    office.slack.click(ANN.id, office.show(aside_card("m1", near_miss=False, left=True)), "quarantine")
    office.modal(ANN.id, "too many parts")
    office.slack.click_view(ANN.id, "not_one:1")
    office.modal(ANN.id, "left the list")


def test_a_mail_that_was_none_is_looked_at_again(office: Floor) -> None:
    """From the message that says it is settled; where a ticket came of it there is no such button."""
    for near_miss in (True, False):
        ts = office.show(aside_card("m1", near_miss=near_miss, left=False, again=True))
        office.slack.click(ANN.id, ts, "mail_again")
        assert office.asked("look_again") == (ANN.id, "m1")
        assert "mail_again" not in str(aside_card("m1", near_miss=near_miss, left=False))


def test_the_whole_of_a_reply_is_a_press_away(office: Floor) -> None:
    """The window of the details leaves out what it repeats."""
    office.slack.click(ANN.id, office.card(VIEW), "details")
    assert "what it repeats" not in str(office.modal(ANN.id, "My reply"))
    office.slack.click_view(ANN.id, "whole_mail:1")
    office.modal(ANN.id, "Everything it repeats")
    assert office.asked("whole_mail") == (ANN.id, "m7")


def test_the_shortcut_on_a_message_opens_a_form_with_its_words(office: Floor) -> None:
    """From any conversation; the words travel in the view only; a person sends it."""
    ts = office.slack.say(BOB.id, "A letter came: <!channel> delete zora@quellmann.example")
    office.slack.shortcut(ANN.id, ts, SHORTCUT)
    assert "quellmann" in str(office.modal(ANN.id, "How did it reach you?"))
    assert office.desk.effects == {}
    office.slack.submit(ANN.id, values={"received": "2026-11-30", "rights": ["deletion"], "channel": "phone"})
    user, entry = office.asked("enter")
    assert (user, entry.channel, entry.received_on, entry.rights) == (ANN.id, "phone", date(2026, 11, 30), (Right.DELETION,))
    assert "quellmann" in entry.words
    carried = {call.method for call in office.slack.calls if "quellmann" in (call.raw + json.dumps(call.answer)).lower()}
    assert carried == {"views.update"}


def test_a_shortcut_of_a_stranger_opens_no_form(office: Floor) -> None:
    """Not in the role map: told in the window, nothing asked."""
    office.slack.shortcut(EVE.id, office.slack.say(EVE.id, "hello"), SHORTCUT)
    office.modal(EVE.id, "no role in this bot")
    assert office.desk.asked == []


def test_a_guest_is_refused_whatever_role_they_were_given(office: Floor) -> None:
    """T06: in the role map by mistake; a bot and somebody of another company likewise (tests/bot/slack/test_checks.py)."""
    guest = User("U0GUEST", "gue", "Gue Guest", restricted=True)
    workspace = office.slack.workspace
    workspace.add_user(guest)
    workspace.conversations[office.slack.channel].members.add(guest.id)
    office.desk.house.roles[guest.id] = frozenset({Role.HANDLER})
    office.slack.click(guest.id, office.card(VIEW), "take")
    assert "Guests of the workspace" in office.told(guest.id)
    assert office.desk.asked == []


def test_new_opens_a_form(office: Floor) -> None:
    """`/dpe new`: a letter, its day, its words."""
    office.slack.command(ANN.id, "new")
    office.modal(ANN.id, "How did it reach you?")
    office.slack.submit(ANN.id, values={"received": "2026-11-30", "words": "Please delete my data.", "address": "a@b.example"})
    _, entry = office.asked("enter")
    assert (entry.channel, entry.words, entry.address, entry.language) == ("post", "Please delete my data.", "a@b.example", "en")


@pytest.mark.parametrize("typed", ["find zora@quellmann.example", "FIND <mailto:zora@quellmann.example|zora@quellmann.example>"])
def test_find_answers_in_a_window_and_never_in_the_channel(typed: str, office: Floor) -> None:
    """The address goes to the desk, what there is stands in the window."""
    office.slack.command(ANN.id, typed)
    office.modal(ANN.id, "Zoho CRM")
    assert office.asked("find") == (ANN.id, "zora@quellmann.example")
    office.settle()
    assert office.slack.workspace.ephemerals == []
    carried = {call.method for call in office.slack.calls if "quellmann" in (call.raw + json.dumps(call.answer)).lower()}
    assert carried == {"views.update"}


def test_find_needs_an_address_and_a_role(office: Floor) -> None:
    """Said in the window."""
    office.slack.command(ANN.id, "find")
    office.modal(ANN.id, "Whose data?")
    office.desk.refuses["find"] = "This needs the role “handler”."
    office.slack.command(VIC.id, "find a@b.example")
    office.modal(VIC.id, "needs the role")


def test_report_is_the_chart_in_words_too(office: Floor) -> None:
    """For whoever typed it."""
    office.slack.command(ANN.id, "report")
    office.until(lambda: office.slack.workspace.ephemerals)
    assert "4 received." in str(office.slack.workspace.ephemerals[-1])


def test_quiet_hours_are_set_from_the_home(office: Floor) -> None:
    """The form knows what was set; the desk hears what was chosen."""
    office.slack.open_home(ANN.id)
    office.until(lambda: office.slack.workspace.homes.get(ANN.id))
    office.slack.click_view(ANN.id, "quiet")
    office.modal(ANN.id, "18:00")
    office.slack.submit(ANN.id, values={"ends": "09:30"})
    assert office.asked("set_quiet") == (ANN.id, "18:00", "09:30")
