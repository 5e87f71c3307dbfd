"""Erased, and there again: what the team presses, and what it types."""

from dataclasses import replace
from datetime import date

from bot.cards import alarm_card
from bot.errors import Temporary
from bot.sandbox.slack import ANN, EVE
from handlers import data
from tests.bot.cards.test_watch import ALARM
from tests.bot.cards.views import NOW
from tests.bot.desk.office import Stage
from tests.handlers.slack_desk import Floor


def test_the_erasure_is_planned_again_by_one_press(office: Floor) -> None:
    """With the id of the alarm, and nothing else."""
    office.slack.click(ANN.id, office.show(alarm_card(ALARM, NOW)), "erase_again")
    assert office.asked("erase_again") == (ANN.id, "a1")


def test_new_consent_is_said_in_a_form(office: Floor) -> None:
    """Who, where, when; addresses stand in the modal only."""
    office.slack.click(ANN.id, office.show(alarm_card(ALARM, NOW)), "consent")
    assert "zora@quellmann.example" in str(office.modal(ANN.id, "submit': {"))
    office.slack.submit(ANN.id, values={"who": "s2", "where": "newsletter form", "on": "2026-11-20"})
    assert office.asked("consent") == (ANN.id, "s2", "newsletter form", date(2026, 11, 20))
    office.modal(ANN.id, "may be held again")
    assert "quellmann" not in str(office.slack.messages())


def test_what_is_wrong_is_said_on_its_field(office: Floor) -> None:
    """And the form stays open."""
    office.desk.refuses["consent"] = "A day in the future: nobody can have come back then."
    office.desk.fields["consent"] = "on"
    office.slack.click(ANN.id, office.show(alarm_card(ALARM, NOW)), "consent")
    office.modal(ANN.id, "submit': {")
    office.slack.submit(ANN.id, values={"who": "s1", "where": "shop", "on": "2027-11-20"})
    assert office.modal(ANN.id, "in the future")["errors"] == {"on": office.desk.refuses["consent"]}


def test_a_stranger_decides_nothing(office: Floor) -> None:
    """Neither by the button nor by the form."""
    ts = office.show(alarm_card(replace(ALARM, refs=()), NOW))
    office.slack.click(EVE.id, ts, "erase_again")
    assert "no role in this bot" in office.told(EVE.id)
    office.slack.click(EVE.id, ts, "consent")
    office.modal(EVE.id, "no role in this bot")
    assert office.desk.asked == []


def test_a_system_that_is_away_is_said_to_be_away(sqlite_store, clock, ids) -> None:
    """Not looked at is not “nobody is there again”: the command ends with 1."""
    stage = Stage(sqlite_store, clock, ids)
    stage.system.fails = [Temporary("The server cannot be reached.")]
    assert data._row(stage.desk, "server") == {"system": "server", "away": "The server cannot be reached."}
    assert data._row(stage.desk, "server") == {"system": "server", "addresses": 1, "again": 0, "new": 0}
