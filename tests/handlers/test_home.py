"""The App Home: what is open, without a person in it."""

from bot.sandbox.slack import ANN, EVE, Slack
from tests.handlers.slack_desk import Floor


def home(slack: Slack, user: str) -> str:
    return str(slack.workspace.homes.get(user, ""))


def test_the_home_shows_what_is_open(office: Floor) -> None:
    """Counted and sorted as the desk says; drawn again at each opening."""
    assert office.slack.open_home(ANN.id).failure is None
    office.until(lambda: "DPE-2026-0001" in home(office.slack, ANN.id))
    assert "1 open, 0 overdue" in home(office.slack, ANN.id)
    office.desk.tickets_open = []
    office.slack.open_home(ANN.id)
    office.until(lambda: "0 open" in home(office.slack, ANN.id))
    assert "Nothing. Thank you." in home(office.slack, ANN.id)


def test_a_stranger_reads_whom_to_ask(office: Floor) -> None:
    """No list for somebody outside of the role map."""
    office.slack.open_home(EVE.id)
    office.until(lambda: "no role in this bot" in home(office.slack, EVE.id))
    assert office.desk.asked == []


def test_the_desks_refusal_stands_in_the_home(office: Floor) -> None:
    """In place of the list."""
    office.desk.refuses["home"] = "This needs the role “viewer”."
    office.slack.open_home(ANN.id)
    office.until(lambda: "needs the role" in home(office.slack, ANN.id))


def test_an_event_nobody_asked_for_is_taken_and_forgotten(office: Floor) -> None:
    """Answered 200, so that Slack does not switch the subscription off."""
    event = {"type": "reaction_added", "user": ANN.id, "reaction": "eyes", "event_ts": "1.0"}
    assert office.slack.event(ANN.id, event).failure is None
    assert office.desk.asked == []
