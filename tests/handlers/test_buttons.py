"""Buttons: each click one desk call, refusals told to whoever clicked, two deliveries one effect."""

from dataclasses import replace

import pytest

from bot.cards import Unsettled
from bot.errors import NotAllowed, Temporary
from bot.law import Right
from bot.sandbox.slack import ANN, BOB, CEM, EVE, VIC
from bot.tickets import State
from handlers import buttons
from handlers.heard import Heard
from tests.bot.cards.views import VIEW, in_state
from tests.handlers.slack_desk import Floor, floor

CLICKS = [
    (VIEW, "choose:access", ("choose", ("t1", Right.ACCESS))),
    (VIEW, "choose:deletion", ("choose", ("t1", Right.DELETION))),
    (in_state(State.APPROVING), "approve:deletion", ("approve", ("r1", "p1"))),
    (in_state(State.APPROVING), "reject:deletion", ("reject", ("r1",))),
    (in_state(State.COOLING), "stop:deletion", ("stop", ("r1",))),
    (in_state(State.NEEDS_PERSON), "resume:deletion", ("resume", ("r1",))),
    (in_state(State.NEEDS_PERSON), "withdraw:deletion", ("withdraw", ("r1",))),
    (in_state(State.RECEIVED), "withdraw:deletion", ("withdraw", ("r1",))),
    (in_state(State.DONE, can_close=True), "close", ("close", ("t1",))),
]
LOST = (Unsettled("t1:answer:1", "the letter"), Unsettled("r1:erase:server", "the step", letter=False))


@pytest.mark.parametrize(("view", "button", "wanted"), CLICKS, ids=[f"{button}" for _, button, _ in CLICKS])
def test_each_button_is_one_desk_call(view, button: str, wanted, office: Floor) -> None:
    """Acknowledged, and the desk is asked once with the ids of the button and the user of the click."""
    ts = office.card(view)
    assert office.slack.click(BOB.id, ts, button).failure is None
    verb, given = wanted
    assert office.asked(verb) == (BOB.id, *given)
    assert len(office.desk.asked) == 1


def test_a_further_right_is_chosen_from_its_menu(office: Floor) -> None:
    """What few ask for stands in a menu: the choice is the press."""
    office.slack.click(ANN.id, office.card(VIEW), "further", chosen="objection:t1")
    assert office.asked("choose") == (ANN.id, "t1", Right.OBJECTION)


@pytest.mark.parametrize(
    ("button", "key", "seen"),
    [
        ("settle:seen", "t1:answer:1", True),
        ("settle:again", "t1:answer:1", False),
        ("settle:seen:2", "r1:erase:server", True),
        ("settle:again:2", "r1:erase:server", False),
    ],
)
def test_a_lost_answer_is_settled_by_a_person(button: str, key: str, seen: bool, office: Floor) -> None:
    """The work's key and what the person saw."""
    office.slack.click(ANN.id, office.card(replace(VIEW, unsettled=LOST)), button)
    assert office.asked("settle") == (ANN.id, key, seen)


def test_a_redelivered_click_is_the_same_event(office: Floor) -> None:
    """F23: four times at the door, four calls with one key: the desk has one effect."""
    first = office.slack.click(ANN.id, office.card(VIEW), "choose:access")
    for _ in range(3):
        assert office.slack.redeliver(first).failure is None
    office.until(lambda: len(office.desk.asked) == 4)
    assert len(office.desk.effects) == 1


def test_a_double_click_is_two_events_with_the_same_ids(office: Floor) -> None:
    """Slack stamps each click: the desk's compare-and-set tells them apart, not we."""
    ts = office.card(VIEW)
    for _ in range(2):
        office.slack.click(ANN.id, ts, "choose:access")
    office.until(lambda: len(office.desk.effects) == 2)
    assert len({given for _, given in office.desk.effects.values()}) == 1


def test_a_refusal_is_told_to_the_one_who_clicked(office: Floor) -> None:
    """Only they read it, in the desk's words; markup in it is only text."""
    office.desk.refuses["choose"] = "This is no longer possible. <!channel>"
    office.slack.click(ANN.id, office.card(VIEW), "choose:deletion")
    assert office.told(ANN.id) == "This is no longer possible. &lt;!channel&gt;"
    assert len(office.slack.messages()) == 1


def test_a_stranger_is_told_whom_to_ask(office: Floor) -> None:
    """In the channel but not in the role map: nothing happens, and they learn why."""
    office.slack.click(EVE.id, office.card(VIEW), "choose:access")
    assert "no role in this bot" in office.told(EVE.id)
    assert office.desk.asked == []


def test_the_role_map_is_asked_at_the_click_not_at_the_card(office: Floor) -> None:
    """Removed after the card was drawn: refused."""
    ts = office.card(VIEW)
    del office.desk.house.roles[ANN.id]
    office.slack.click(ANN.id, ts, "choose:access")
    assert "no role in this bot" in office.told(ANN.id)
    assert office.desk.asked == []


@pytest.mark.parametrize(
    "forged",
    [
        {"team": {"id": "T0OTHER", "domain": "other"}},
        {"team": None},
        {"api_app_id": "A0OTHER"},
        {"container": {"type": "message", "message_ts": "1.0", "channel_id": "C0OTHER"}},
    ],
    ids=["other team", "no team", "other app", "other channel"],
)
def test_a_click_from_elsewhere_is_taken_and_forgotten(forged: dict, office: Floor) -> None:
    """Signed or not: another workspace, app or channel has no say here."""
    ts = office.card(VIEW)
    office.slack.click(ANN.id, ts, "choose:access", forged=forged)
    office.slack.click(ANN.id, ts, "choose:deletion")
    assert office.asked("choose") == (ANN.id, "t1", Right.DELETION)
    assert len(office.desk.asked) == 1


def test_a_guest_from_another_company_is_refused_even_if_somebody_put_them_in_the_map(office: Floor) -> None:
    """Slack Connect: the user belongs to another workspace."""
    user = {"id": ANN.id, "username": "ann", "name": "ann", "team_id": "T0PARTNER"}
    office.slack.click(ANN.id, office.card(VIEW), "choose:access", forged={"user": user})
    assert "its own workspace" in office.told(ANN.id)
    assert office.desk.asked == []


def test_a_failure_is_told_honestly_and_logged_by_its_class(office: Floor, capsys) -> None:
    """The user gets a reference and what to do; the log line has the class and the reference, no word of the error."""
    office.desk.fails["choose"] = RuntimeError("zora@quellmann.example was here")
    office.slack.click(ANN.id, office.card(VIEW), "choose:access")
    told = office.told(ANN.id)
    assert "reference" in told
    assert "press again" in told
    logged = capsys.readouterr().out
    assert "RuntimeError" in logged
    assert told.split("reference ")[1][:8] in logged
    assert "quellmann" not in logged + told


def test_what_passes_by_itself_is_said_so(office: Floor) -> None:
    """Temporary: nothing lost, press again."""
    office.desk.fails["choose"] = Temporary("database is locked")
    office.slack.click(ANN.id, office.card(VIEW), "choose:access")
    assert "press again in a minute" in office.told(ANN.id)


def test_a_button_nobody_knows_is_answered(office: Floor) -> None:
    """A card of another version: acknowledged, and the user learns why nothing happened."""
    blocks = [{"type": "actions", "elements": [
        {"type": "button", "text": {"type": "plain_text", "text": "Old"}, "action_id": action, "value": "x"}
        for action in ("merge", "choose:everything", "approve:access:more")
    ]}]  # fmt: skip
    ts = office.show(blocks)
    for action in ("merge", "choose:everything", "approve:access:more"):
        office.slack.workspace.ephemerals.clear()
        assert office.slack.click(ANN.id, ts, action).failure is None
        assert "another version" in office.told(ANN.id)
    assert office.desk.asked == []


def test_nobody_can_be_told_while_slack_is_broken_and_the_bot_lives(office: Floor, capsys) -> None:
    """The refusal cannot be delivered: one line in the log, and the next click works."""
    ts = office.card(VIEW)
    office.desk.refuses["choose"] = "no"
    office.slack.fault("chat.postEphemeral", "reset", times=3)
    office.slack.click(ANN.id, ts, "choose:access")
    logged: list[str] = []

    def noticed() -> bool:
        logged.append(capsys.readouterr().out)
        return "slack_could_not_tell" in "".join(logged)

    office.until(noticed)
    office.desk.refuses.clear()
    office.slack.mend()
    office.slack.click(ANN.id, ts, "choose:deletion")
    office.until(lambda: office.desk.effects)


@pytest.mark.parametrize("value", ["", "r1", "r1:", ":p1", "r1:p1:x"])
def test_a_value_of_another_shape_is_refused(value: str) -> None:
    """approve binds a request and a plan; anything else is a button of another version."""
    with pytest.raises(NotAllowed, match="earlier version"):
        buttons.approve(Heard(ANN.id, "e", "approve", "deletion", value), None)  # type: ignore[arg-type]


def test_while_the_workspace_is_unknown_no_click_counts(slack, capsys) -> None:
    """Slack does not even tell which workspace this is: nothing is done, nothing breaks."""
    with floor(slack) as office:
        slack.fault("auth.test", "reset", times=9)
        ts = office.card(VIEW)
        office.slack.click(VIC.id, ts, "choose:access")
        logged: list[str] = []

        def noticed() -> bool:
            logged.append(capsys.readouterr().out)
            return "slack_workspace_unknown" in "".join(logged)

        office.until(noticed)
        assert office.desk.asked == []
        slack.mend()
        office.slack.click(CEM.id, ts, "choose:access")
        assert office.asked("choose")
