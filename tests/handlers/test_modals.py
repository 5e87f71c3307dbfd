"""Modals: open at once, show what the desk gave or why not; only they carry what a person wrote."""

import json
from datetime import date

import pytest

from bot.cards import NextActor, Reminded, quarantine_card, reminder_card, reminders_card
from bot.reminders import Kind
from bot.sandbox.slack import ANN, EVE, VIC
from bot.tickets import State
from tests.bot.cards.views import NOW, PLAN, VIEW, in_state
from tests.handlers.slack_desk import DETAILS, WORDS, Floor

REMINDED = Reminded(
    "t1", VIEW.ref, VIEW.rights, VIEW.unrolled, VIEW.due, NextActor.HANDLER, kind=Kind.DAYS_7,
    link="https://team.slack.example/archives/C1/p1",
)  # fmt: skip


def test_details_open_with_the_persons_words(office: Floor) -> None:
    """Loading first, then the words; metadata holds the ticket's id."""
    office.slack.click(ANN.id, office.card(VIEW), "details")
    view = office.modal(ANN.id, WORDS)
    assert view["private_metadata"] == "t1"
    assert DETAILS.address in json.dumps(view)
    assert office.asked("details") == (ANN.id, "t1")


def test_what_a_person_wrote_travels_in_views_only(office: Floor) -> None:
    """T24: a canary search over every call: address, name, subject and words in views.update and nowhere else."""
    office.slack.click(ANN.id, office.card(VIEW), "details")
    office.modal(ANN.id, WORDS)
    office.slack.command(ANN.id, "list")
    office.slack.open_home(ANN.id)
    office.until(lambda: office.slack.called("views.publish"))
    carried = {call.method for call in office.slack.calls if "quellmann" in (call.raw + json.dumps(call.answer)).lower()}
    assert carried == {"views.update"}


def test_the_modal_says_why_not(office: Floor) -> None:
    """A viewer may not read details: the desk's words in the modal that already stands open."""
    office.desk.refuses["details"] = "This needs the role “handler”."
    office.slack.click(VIC.id, office.card(VIEW), "details")
    office.modal(VIC.id, "This needs the role")


def test_a_stranger_reads_whom_to_ask_in_the_modal(office: Floor) -> None:
    """Not in the role map: no desk call, a friendly modal."""
    office.slack.click(EVE.id, office.card(VIEW), "details")
    office.modal(EVE.id, "no role in this bot")
    assert office.desk.asked == []


def test_a_failure_is_shown_in_the_modal(office: Floor) -> None:
    """Honest words and a reference, in place of the loading view."""
    office.desk.fails["details"] = RuntimeError("secret")
    office.slack.click(ANN.id, office.card(VIEW), "details")
    assert "secret" not in str(office.modal(ANN.id, "reference"))


def test_nothing_is_read_when_the_modal_could_not_open(office: Floor, capsys) -> None:
    """Slack did not open it: the person's words are not fetched, and no audit row says somebody saw them."""
    office.slack.fault("views.open", "reset", times=9)
    office.slack.click(ANN.id, office.card(VIEW), "details")
    logged: list[str] = []

    def noticed() -> bool:
        logged.append(capsys.readouterr().out)
        return "slack_modal_did_not_open" in "".join(logged)

    office.until(noticed)
    assert office.desk.asked == []


@pytest.mark.parametrize("forged", [{"team": {"id": "T0OTHER", "domain": "x"}}, {"api_app_id": "A0OTHER"}])
def test_no_modal_opens_for_elsewhere(forged: dict, office: Floor) -> None:
    """Another workspace or app: not even a loading view."""
    ts = office.card(VIEW)
    office.slack.click(ANN.id, ts, "details", forged=forged)
    office.slack.click(ANN.id, ts, "clock")
    office.modal(ANN.id, "one month")
    assert [name for name, _ in office.desk.asked] == ["explain"]
    assert len(office.slack.called("views.open")) == 1


def test_the_clock_explains_itself(office: Floor) -> None:
    """Why this date, line by line."""
    office.slack.click(VIC.id, office.card(VIEW), "clock")
    office.modal(VIC.id, VIEW.why[0])


def test_the_whole_plan_is_shown(office: Floor) -> None:
    """The card of a done deletion has only the totals; the modal has every line."""
    office.slack.click(ANN.id, office.card(in_state(State.DONE)), "plan:deletion")
    view = office.modal(ANN.id, PLAN[-1].place)
    assert all(each.place in str(view) for each in PLAN)
    assert office.asked("ticket") == (ANN.id, "DPE-2026-0001")


def test_a_plan_that_is_gone_is_said(office: Floor) -> None:
    """Voided since the card was drawn."""
    ts = office.card(in_state(State.DONE))
    office.desk.view = VIEW
    office.slack.click(ANN.id, ts, "plan:deletion")
    office.modal(ANN.id, "no plan any more")


def test_the_quarantine_is_looked_at_and_settled(office: Floor) -> None:
    """From the channel's message to the list, to one mail, to settled: without a name before the last modal."""
    ts = office.show(quarantine_card(1), "Quarantine: 1 to look at.")
    office.slack.click(ANN.id, ts, "quarantine")
    listed = office.modal(ANN.id, "too many parts")
    assert "quellmann" not in str(listed)
    office.slack.click_view(ANN.id, "quarantined:1")
    assert "eve@quellmann.example" in str(office.modal(ANN.id, "A body"))
    assert office.asked("quarantined") == (ANN.id, "m1")
    office.slack.click_view(ANN.id, "settle_mail")
    office.modal(ANN.id, "Settled.")
    assert office.asked("settle_mail") == (ANN.id, "m1")


def test_a_mail_settled_by_another_is_said_in_the_modal(office: Floor) -> None:
    """Too late: the desk's words where the mail stood."""
    office.slack.click(ANN.id, office.show(quarantine_card(1)), "quarantine")
    office.modal(ANN.id, "too many parts")
    office.slack.click_view(ANN.id, "quarantined:1")
    office.modal(ANN.id, "A body")
    office.desk.refuses["settle_mail"] = "<@U0BOB> has settled it already."
    office.slack.click_view(ANN.id, "settle_mail")
    office.modal(ANN.id, "settled it already")


def test_a_reminder_is_put_off_to_a_chosen_day(office: Floor) -> None:
    """“Remind me later”: days in words; the desk hears ticket and day once; the modal says what is true now."""
    ts = office.show(reminder_card(REMINDED, NOW))
    office.slack.click(ANN.id, ts, "snooze")
    assert "Thu 3 Dec 2026" in str(office.modal(ANN.id, "the next day the law names"))
    office.slack.click_view(ANN.id, "snooze_until:1")
    office.modal(ANN.id, "Nobody is reminded of it before Thu 3 Dec 2026.")
    assert office.asked("snooze") == (ANN.id, "t1", date(2026, 12, 3))


def test_what_cannot_wait_is_said_in_the_modal(office: Floor) -> None:
    """On the day the law names there is no later."""
    office.desk.refuses["snoozes"] = "DPE-2026-0001 cannot wait: the day the law names is here, or over."
    office.slack.click(ANN.id, office.show(reminder_card(REMINDED, NOW)), "snooze")
    office.modal(ANN.id, "cannot wait")


def test_a_button_that_leads_to_the_card_asks_nothing(office: Floor) -> None:
    """Slack opens the address and tells us: acknowledged, and that is all."""
    ts = office.show([*reminder_card(REMINDED, NOW), *reminders_card([REMINDED], NOW)])
    for button in ("card", "card:1"):
        assert office.slack.click(ANN.id, ts, button).failure is None
    office.settle()
    assert office.desk.asked == []
    assert office.slack.workspace.ephemerals == []
