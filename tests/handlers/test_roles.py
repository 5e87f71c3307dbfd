"""T06, T08, F60: who may press what, at the moment of the press; and two people at once."""

import json

import pytest

from bot.law import Right
from bot.sandbox.slack import ANN as HANNA
from bot.sandbox.slack import BOB, CEM, EVE, VIC
from bot.sandbox.workspace import User
from bot.tickets import Role, State
from tests.handlers.test_walk import Walk, walk  # noqa: F401 -- the fixture

APPROVES = User("U0PIA", "pia", "Pia Approves")  # approver, and nothing else
HANDLES = User("U0HAL", "hal", "Hal Handles")  # handler, and nothing else
PARTNER = User("U0PAR", "par", "Par Partner", team="T0PARTNER")  # in the map by mistake, of another company
GUEST = User("U0GUE", "gue", "Gue Guest", restricted=True)  # not in the map
GONE = User("U0GON", "gon", "Gon Gone")  # was a handler when the card was drawn
TICKET = "i000001"
KINDS = {"stranger": EVE, "viewer": VIC, "guest": GUEST, "partner": PARTNER, "gone": GONE}


@pytest.fixture
def crowd(walk: Walk) -> Walk:  # noqa: F811
    """Seven kinds of people in the channel."""
    roles = walk.stage.desk.house.roles
    roles |= {  # type: ignore[operator]
        APPROVES.id: frozenset({Role.APPROVER}),
        HANDLES.id: frozenset({Role.HANDLER}),
        PARTNER.id: frozenset({Role.ADMIN}),
        CEM.id: frozenset({Role.ADMIN}),
    }
    workspace = walk.floor.slack.workspace
    for user in (APPROVES, HANDLES, PARTNER, GUEST, GONE):
        workspace.add_user(user)
        workspace.conversations[walk.floor.slack.channel].members.add(user.id)
    return walk


def refused(office: Walk, button: str, *more: User) -> None:
    """Each of the kinds that may nothing, and `more`, presses: told why not, the card and the record as before."""
    slack, before, trail = office.floor.slack, office.card(), office.stage.trail(TICKET)
    for user in (*KINDS.values(), *more):
        slack.workspace.ephemerals.clear()
        assert office.click(user.id, button) == before, (user.name, button)
        shown = str(slack.workspace.top(user.id) or "") + json.dumps(slack.workspace.ephemerals)
        assert any(why in shown for why in ("role", "own workspace", "second person")), (user.name, button)
    assert office.stage.trail(TICKET) == trail


def test_roles_and_buttons_along_the_walk(crowd: Walk) -> None:
    """At each state every button is refused to everybody who may not, and goes to the one who may."""
    stage = crowd.stage
    ticket_id = stage.open("Please delete all data you hold about me.")
    assert ticket_id == TICKET
    for button in ("choose:deletion", "choose:access", "choose:correction", "withdraw:deletion", "details"):
        refused(crowd, button, APPROVES)
    crowd.click(HANDLES.id, "choose:deletion")
    stage.reply_with_code()
    crowd.card()
    refused(crowd, "approve:deletion", HANDLES)
    refused(crowd, "reject:deletion", APPROVES)
    crowd.click(APPROVES.id, "approve:deletion")
    refused(crowd, "stop:deletion", APPROVES)
    crowd.click(HANDLES.id, "stop:deletion")
    crowd.click(HANDLES.id, "choose:deletion")
    crowd.click(CEM.id, "approve:deletion")
    stage.cooled()
    assert stage.request(ticket_id, Right.DELETION).state == State.DONE
    refused(crowd, "close", APPROVES)
    assert "Closed" in crowd.click(HANDLES.id, "close")


def test_two_people_press_at_once(walk: Walk) -> None:  # noqa: F811
    """One winner, one friendly note; the card shows one state."""
    stage, slack = walk.stage, walk.floor.slack
    ticket_id = stage.open("Which data do you hold about me?")
    ts = slack.messages()[0]["ts"]
    both = [slack.click(user.id, ts, "choose:access", wait=False) for user in (HANNA, BOB)]
    assert [each.wait().failure for each in both] == [None, None]
    walk.floor.settle()
    notes = [each["text"] for each in slack.workspace.ephemerals]
    assert len(notes) == 1
    assert "no longer possible" in notes[0]
    assert stage.trail(ticket_id).count("choose") == 1
