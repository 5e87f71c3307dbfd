"""One enquiry walked in Slack: the real desk, store and engine, our whole Slack edge, and the strict stand-in."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from starlette.applications import Starlette

import handlers
from bot.law import Right
from bot.sandbox.loopback import Loopback
from bot.sandbox.slack import ANN as HANNA
from bot.sandbox.slack import BOB, EVE, VIC, Slack
from bot.slack import Channel, Socket, Workspace, bolt, client, close, routes
from bot.tickets import Role, State
from tests.bot.desk.office import ANN, Stage
from tests.handlers.slack_desk import Floor

ROLES = {
    HANNA.id: frozenset({Role.VIEWER, Role.HANDLER, Role.APPROVER}),
    BOB.id: frozenset({Role.VIEWER, Role.HANDLER, Role.APPROVER}),
    VIC.id: frozenset({Role.VIEWER}),
}


HOUSE = {"slack_timeout_s": 2.0, "slack_settle_s": 0.0}


@dataclass
class Walk:
    """The office, and the floor it is seen on."""

    stage: Stage
    floor: Floor

    def card(self) -> str:
        """The card's blocks as the channel shows them now."""
        self.floor.settle()
        self.stage.work()
        return json.dumps(self.floor.slack.messages()[0]["blocks"], ensure_ascii=False)

    def click(self, user: str, button: str) -> str:
        """Pressed on the newest card; the card after everything that followed."""
        assert self.floor.slack.click(user, self.floor.slack.messages()[0]["ts"], button).failure is None
        return self.card()


@pytest.fixture(params=["http", "socket"])
def walk(request, sqlite_store, clock, ids, slack: Slack) -> Iterator[Walk]:
    """Both ways in pass the same story."""
    slack.post_every_s, slack.tiers = 0, False
    web = client(slack.bot_token, slack.api_url)
    stage = Stage(
        sqlite_store, clock, ids, channel=Channel(web, slack.channel, every_s=0), house={**HOUSE, "roles": dict(ROLES)}
    )  # type: ignore[arg-type]
    app = bolt(slack.bot_token, slack.signing_secret, slack.api_url)
    handlers.register(app, stage.desk, Workspace(web, slack.channel))
    server = Loopback(Starlette(routes=routes(app)))
    socket = Socket(app, slack.app_token, slack.api_url)
    if request.param == "http":
        server.start()
        slack.over_http(f"{server.url}/slack/events")
    else:
        socket.start()
        slack.sockets.wait_connected()
    yield Walk(stage, Floor(slack, None, app, ""))  # type: ignore[arg-type]
    socket.stop()
    server.stop()
    close(app)


def test_a_deletion_is_walked_by_two_people(walk: Walk) -> None:
    """Card, choose, identity, plan, a refusal of the first person, approval, cooling, run, proof, close."""
    stage, slack = walk.stage, walk.floor.slack
    ticket_id = stage.open("Please delete all data you hold about me.")
    assert "choose:deletion" in walk.card()
    walk.click(EVE.id, "choose:deletion")
    walk.click(VIC.id, "choose:deletion")
    said = {each["user"]: each["text"] for each in slack.workspace.ephemerals}
    assert "no role in this bot" in said[EVE.id]
    assert "needs the role" in said[VIC.id]
    assert "identifying" not in walk.card()
    assert "a code is under way" in walk.click(HANNA.id, "choose:deletion")
    stage.reply_with_code()
    assert "3 to delete" in walk.card()
    assert "approve:deletion" in walk.click(HANNA.id, "approve:deletion")
    assert "second person" in slack.workspace.ephemerals[-1]["text"]
    assert "stop:deletion" in walk.click(BOB.id, "approve:deletion")
    assert stage.system.erasures == []
    stage.cooled()
    assert "3 found → 0 left" in walk.card()
    assert stage.request(ticket_id, Right.DELETION).state == State.DONE
    assert len(stage.system.erasures) == 1
    if "withdraw:access" in walk.card():
        walk.click(HANNA.id, "withdraw:access")
    closed = walk.click(HANNA.id, "close")
    assert "Closed on" in closed
    assert "actions" not in closed
    assert len([each for each in slack.messages() if "thread_ts" not in each]) == 1
    assert not slack.failures


def test_nothing_of_the_person_is_in_the_channel(walk: Walk) -> None:
    """The canary search over every call of the walk; the words stand in the one modal, and the look is in the record."""
    stage, slack = walk.stage, walk.floor.slack
    ticket_id = stage.open("Which data do you hold about me? My badge is quokka-77.")
    walk.click(HANNA.id, "details")
    assert "quokka-77" in str(slack.workspace.top(HANNA.id))
    walk.click(HANNA.id, "choose:access")
    stage.reply_with_code()
    assert "done" in walk.card()
    slack.command(HANNA.id, "show DPE-2026-0001")
    slack.open_home(HANNA.id)
    walk.floor.settle()
    for canary in ("quokka-77", ANN, "Keller", "Data Protection Enquiry"):
        carried = {call.method for call in slack.calls if canary in call.raw or canary in json.dumps(call.answer)}
        assert carried <= {"views.update"}, canary
    assert stage.trail(ticket_id).count("look") == 1
    walk.click(VIC.id, "details")
    assert "needs the role" in str(slack.workspace.top(VIC.id))
    assert stage.trail(ticket_id).count("look") == 1


def test_a_letter_is_read_edited_and_released(walk: Walk) -> None:
    """On the card which one it is; in windows its words and what they rest on; it leaves as it was read last."""
    stage, floor = walk.stage, walk.floor
    slack = floor.slack
    stage.reads = False
    ticket_id = stage.open()
    walk.click(HANNA.id, "choose:access")
    stage.reply_with_code()
    assert "read and release the letter" in walk.card()
    walk.click(HANNA.id, "letter:1")
    read = floor.modal(HANNA.id, "Each of the")
    assert "which data we hold about you" in str(read)
    slack.click_view(HANNA.id, "letter_rests")
    assert "of the record" in str(floor.modal(HANNA.id, "We looked in"))
    slack.workspace.close(HANNA.id)
    walk.click(HANNA.id, "letter:1")
    floor.modal(HANNA.id, "Each of the")
    slack.click_view(HANNA.id, "letter_edit")
    floor.modal(HANNA.id, "'submit': {")
    slack.submit(HANNA.id, values={"language": "fr", "added": "À bientôt, wombat-19.", "known": "Said on the phone."})
    floor.modal(HANNA.id, "Read it once more")
    walk.click(VIC.id, "release:1")
    assert "needs the role" in slack.workspace.ephemerals[-1]["text"]
    sent = len(stage.postman.out)
    assert "release:1" not in walk.click(BOB.id, "release:1")
    assert len(stage.postman.out) == sent + 1
    assert "wombat-19" in stage.postman.texts()[-1]
    assert stage.request(ticket_id, Right.ACCESS).state == State.DONE
    floor.settle()
    for canary in ("wombat-19", ANN, "which data we hold about you"):
        carried = {call.method for call in slack.calls if canary in call.raw or canary in json.dumps(call.answer)}
        assert carried <= {"views.update", "views.open", "views.push"}, canary


def test_slack_away_costs_nothing_but_time(walk: Walk) -> None:
    """F21, F22: the post's answer is lost, then updates fail: one card, and it shows the newest state in the end."""
    stage, slack = walk.stage, walk.floor.slack
    slack.fault("chat.postMessage", "lost")
    slack.fault("chat.update", "503", times=2)
    ticket_id = stage.open()
    stage.settled(f"card:{ticket_id}")
    walk.click(HANNA.id, "choose:access")
    stage.reply_with_code()
    assert "done" in walk.card()
    assert len([each for each in slack.messages() if "thread_ts" not in each]) == 1
