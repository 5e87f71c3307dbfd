"""`/dpe`: answers for one person, without a person in them."""

import pytest

from bot.phrases import say
from bot.sandbox.slack import ANN, EVE
from bot.tickets import State
from handlers.commands import COMMANDS
from tests.bot.cards.views import VIEW, in_state
from tests.handlers.slack_desk import Floor


def answer(office: Floor, text: str, user: str = ANN.id, **more: str) -> str:
    office.slack.workspace.ephemerals.clear()
    assert office.slack.command(user, text, **more).failure is None
    return str(office.until(lambda: [e for e in office.slack.workspace.ephemerals if e["user"] == user])[-1])


@pytest.mark.parametrize("text", ["help", "", "  HELP  "])
def test_help_is_made_from_the_registry(text: str, office: Floor) -> None:
    """Every command one line; without a word too."""
    told = answer(office, text)
    assert all(say(each.usage) in told and say(each.about) in told for each in COMMANDS.values())
    assert office.desk.asked == []


def test_the_list_is_sorted_by_the_desk_and_filtered_by_a_word(office: Floor) -> None:
    """Open without a word; overdue with it; anything else is explained."""
    assert "DPE-2026-0001" in answer(office, "list")
    assert office.desk.asked[-1] == ("tickets", (ANN.id, "open"))
    office.desk.tickets_open = []
    assert "None." in answer(office, "list overdue")
    assert office.desk.asked[-1] == ("tickets", (ANN.id, "overdue"))
    for which in ("mine", "waiting"):
        assert "None." in answer(office, f"list {which}")
        assert office.desk.asked[-1] == ("tickets", (ANN.id, which))
    assert "open, overdue, mine, waiting" in answer(office, "list everything")


def test_show_draws_the_ticket_without_buttons(office: Floor) -> None:
    """As the card, for one reader."""
    office.desk.view = in_state(State.APPROVING)
    told = answer(office, "show dpe-2026-0007")
    assert "DPE-2026-0007" in told
    assert "a second person must approve" in told
    assert "approve:deletion" not in told


def test_clock_says_why(office: Floor) -> None:
    """The steps of the computation."""
    assert VIEW.why[0] in answer(office, "clock DPE-2026-0001")


def test_a_reference_is_needed(office: Floor) -> None:
    """Said with an example."""
    assert "For example" in answer(office, "show")
    assert "For example" in answer(office, "clock")


def test_health_counts(office: Floor) -> None:
    """The database answered, and how many are overdue."""
    assert "2 open, 1 overdue" in answer(office, "health")


def test_the_desks_refusal_is_told(office: Floor) -> None:
    """An unknown reference, a role that is not enough."""
    office.desk.refuses["ticket"] = "There is no ticket DPE-2026-0009."
    assert "There is no ticket" in answer(office, "show DPE-2026-0009")


def test_an_unknown_word_points_to_the_help(office: Floor) -> None:
    """Nothing guessed; what was typed is not repeated."""
    told = answer(office, "delete zora@quellmann.example")
    assert "/dpe help" in told
    assert "quellmann" not in told


def test_another_command_is_answered_too(office: Floor) -> None:
    """A manifest may name more than this version knows."""
    assert "answers to /dpe only" in answer(office, "x", command="/privacy")


def test_a_stranger_is_told_whom_to_ask(office: Floor) -> None:
    """Even for help."""
    assert "no role in this bot" in answer(office, "help", EVE.id)


def test_an_answer_slack_does_not_take_is_logged(office: Floor, capsys) -> None:
    """The response address is used up or gone: nothing breaks, one line says so."""
    response_url = f"{office.slack.url}response/T0SANDBOX/0/gone"
    office.slack.command(ANN.id, "list", forged={"response_url": response_url})
    logged: list[str] = []

    def noticed() -> bool:
        logged.append(capsys.readouterr().out)
        return "slack_could_not_tell" in "".join(logged)

    office.until(noticed)
