"""One ticket over Mailchimp: the real connector under the real desk and engine, from the enquiry to the last letter."""

import pytest

from bot.desk.running import step_key
from bot.errors import NotAllowed
from bot.law import Right
from bot.sandbox.mailchimp.account import hashed
from bot.sandbox.mailchimp.seeds import RELEASES, WORKSHOPS
from bot.tickets import Request, State
from tests.bot.desk.office import ANN, HUGO, PAULA, Stage
from tests.fixtures.mailchimp import Service


@pytest.fixture
def stage(sqlite_store, clock, ids, mailchimp: Service) -> Stage:
    for audience in (RELEASES, WORKSHOPS):
        fields = {"FNAME": "Ann", "LNAME": "Keller", "SYSTEM": "Linux"}
        mailchimp.account.audiences[audience].add({"email_address": ANN, "status": "subscribed", "merge_fields": fields})
    return Stage(sqlite_store, clock, ids, system=mailchimp.connect(timeout_s=1.0))


def erasing(stage: Stage) -> tuple[str, Request]:
    """Approved and cooled: the run begins, and has done what it can."""
    ticket_id, request = stage.planned_deletion()
    assert request.state == State.APPROVING
    stage.desk.approve(PAULA, "approve", request.id, request.plan_id)
    stage.work()
    stage.cooled()
    return ticket_id, stage.request(ticket_id, Right.DELETION)


def test_an_erasure_ends_with_a_letter(stage: Stage, mailchimp: Service) -> None:
    """Both audiences forget her, the proof holds, she is told."""
    ticket_id, request = erasing(stage)
    assert request.state == State.DONE
    assert request.result["mailchimp"]["left"] == 0
    assert mailchimp.account.deleted == [f"{RELEASES}/{hashed(ANN)}", f"{WORKSHOPS}/{hashed(ANN)}"]
    assert stage.trail(ticket_id).count("erased") == 1


@pytest.mark.parametrize(("kind", "calls"), [("lost", 2), ("500", 3), ("reset", 3)])
def test_a_lost_answer_is_settled_by_looking(stage: Stage, mailchimp: Service, kind: str, calls: int) -> None:
    """The engine waits, asks by id, and goes on with what is left: one deletion each (F31)."""
    mailchimp.wire.cause(kind, "delete-permanent")
    ticket_id, request = erasing(stage)
    stage.settled(step_key(request, "mailchimp", "erase"))
    assert stage.request(ticket_id, Right.DELETION).state == State.DONE
    assert len(mailchimp.account.deleted) == 2
    assert sum("delete-permanent" in call for call in mailchimp.wire.calls) == calls


def test_a_lie_never_closes_the_ticket(stage: Stage, mailchimp: Service) -> None:
    """“Deleted”, and she is still there: a person has to look, and nobody can close (F33)."""
    mailchimp.wire.cause("lie", "delete-permanent")
    ticket_id, request = erasing(stage)
    assert request.state == State.NEEDS_PERSON
    assert request.result["mailchimp"]["left"] == 1
    with pytest.raises(NotAllowed, match="Not finished"):
        stage.desk.close(HUGO, "close", ticket_id)


def test_a_service_that_is_away_is_waited_for(stage: Stage, mailchimp: Service) -> None:
    """Two days long; then it goes on by itself (F32)."""
    ticket_id, request = stage.planned_deletion()
    stage.desk.approve(PAULA, "approve", request.id, request.plan_id)
    stage.work()
    mailchimp.wire.away = True
    for _ in range(8):
        stage.clock.forward(hours=12)
        stage.work()
    assert stage.request(ticket_id, Right.DELETION).state != State.DONE
    mailchimp.wire.away = False
    stage.clock.forward(hours=24)
    stage.work()
    assert stage.request(ticket_id, Right.DELETION).state == State.DONE
    assert len(mailchimp.account.deleted) == 2


def test_who_subscribed_once_more_is_approved_once_more(stage: Stage, mailchimp: Service) -> None:
    """The data changed since the approval: it is void, and the new plan waits for somebody."""
    ticket_id, request = stage.planned_deletion()
    stage.desk.approve(PAULA, "approve", request.id, request.plan_id)
    stage.work()
    mailchimp.account.audiences[WORKSHOPS].forget(ANN)
    stage.cooled()
    fresh = stage.request(ticket_id, Right.DELETION)
    assert (fresh.state, fresh.plan_id != request.plan_id) == (State.APPROVING, True)
    assert mailchimp.account.deleted == []
