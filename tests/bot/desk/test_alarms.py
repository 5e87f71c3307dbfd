"""What the team is mailed at once: a deletion too many, a Slack that shuts us out; and going on after a pause."""

from datetime import timedelta

import pytest

from bot.errors import ShutOut
from bot.law import Right
from bot.store import Store
from bot.tickets import State
from tests.bot.desk.office import ANN, HUGO, PAULA, Stage
from tests.fixtures.store import Clock, Ids

TEAM = "team@lumen.example"
ARCHIVED = "the channel is archived: restore it, or name another one in SLACK_CHANNEL"


@pytest.fixture
def stage(sqlite_store: Store, clock: Clock, ids: Ids) -> Stage:
    return Stage(sqlite_store, clock, ids, house={"team_mail": (TEAM,), "slack_timeout_s": 0.2, "slack_settle_s": 0.0})


def mails(stage: Stage) -> list[bytes]:
    return [content for _, to, content in stage.postman.out if to == TEAM]


def approved(stage: Stage, number: int) -> tuple[str, str]:
    """(ticket, request) of a deletion that Paula has approved; its cooling time has begun."""
    address = f"p{number}@example.org"
    stage.system.people[f"person:{number}"] = (address, 1)
    ticket_id = stage.open("Please delete my data.", sender=f"P <{address}>")
    stage.choose(ticket_id, Right.DELETION)
    stage.reply("The code is 1234 5678.", sender=f"P <{address}>")
    stage.work()
    request = stage.request(ticket_id, Right.DELETION)
    stage.desk.approve(PAULA, stage.ids(), request.id, request.plan_id or "")
    return ticket_id, request.id


def test_the_sixth_deletion_is_mailed_and_goes_on_when_the_hour_has_room(stage: Stage) -> None:
    """T08: one mail for the hour; “Try again” waits for the hour, and for no second cooling time."""
    requests = [approved(stage, number) for number in range(2, 9)]
    stage.cooled()
    stopped = [(t, r) for t, r in requests if stage.request(t, Right.DELETION).state == State.NEEDS_PERSON]
    assert len(stopped) == 2
    (mail,) = mails(stage)
    assert b"Alarm: a deletion was stopped" in mail
    assert b"DPE-2026-000" in mail
    assert b"p7@" not in mail
    ticket_id, request_id = stopped[0]
    stage.desk.resume(HUGO, "again", request_id)
    stage.work()
    assert stage.request(ticket_id, Right.DELETION).state == State.COOLING
    stage.clock.forward(hours=1)
    stage.work()
    assert stage.request(ticket_id, Right.DELETION).state == State.DONE


def test_after_a_hold_what_was_approved_waits_for_what_is_left_of_its_time(stage: Stage) -> None:
    """Approved, held for a day, lifted: it begins 48 hours after the approval, not after the word “again”."""
    ticket_id, request_id = approved(stage, 2)
    stage.work()
    begins = stage.clock() + timedelta(hours=48)
    stage.desk.hold(HUGO, "e1", ticket_id, "A claim.")
    stage.clock.forward(hours=24)
    stage.work()
    stage.desk.lift_hold(PAULA, "e2", ticket_id)
    stage.desk.resume(HUGO, "e3", request_id)
    with stage.store.read() as unit:
        (request,) = stage.desk.view(unit, unit.tickets.get(ticket_id)).requests
    assert request.cooling_until is not None
    assert abs(request.cooling_until - begins) < timedelta(minutes=1)
    stage.clock.forward(hours=24)
    stage.work()
    assert stage.request(ticket_id, Right.DELETION).state == State.DONE


def test_a_slack_that_shuts_us_out_is_one_mail_that_says_what_to_mend(stage: Stage) -> None:
    """Archived, removed or revoked: told at the next tick, once; mended, the cards stand; again: another mail."""
    for number in (1, 2):
        stage.channel.fails = [ShutOut(ARCHIVED)] * 10_000
        stage.mail(sender=f"Ann <ann{number}@example.org>")
        for _ in range(45):
            stage.engine.step()
            stage.desk.remind()
            stage.clock.forward(minutes=1)
        stage.engine.step()
        assert len(mails(stage)) == number
        stage.channel.fails.clear()
        stage.clock.forward(minutes=2)
        stage.work()
        stage.desk.remind()
        stage.work()
        assert f"DPE-2026-000{number}" in stage.channel.shown()
    words = mails(stage)[0].decode().replace("=\r\n", "").replace("\r\n", " ")
    assert "restore it, or name another one in SLACK_CHANNEL" in words
    assert ANN not in words
