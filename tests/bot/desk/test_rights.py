"""Correction, restriction and its end, portability and objection over the desk, on both databases."""

import pytest

from bot.errors import NotAllowed
from bot.law import Right
from bot.tickets import Identity, State
from tests.bot.desk.office import ANN, EVE, HUGO, PAULA, Stage

MOVED = {"city": "Winterthur", "phone": "+41 52 555 01 01"}


@pytest.fixture
def stage(store, clock, ids) -> Stage:
    made = Stage(store, clock, ids)
    made.system.fields["person:1"] = {"city": "Zürich", "phone": "+41 44 555 01 01", "first_name": "Ann"}
    return made


def proposed(stage: Stage) -> tuple[str, str, str]:
    """A correction that waits for its approval: ticket, request, plan."""
    ticket_id = stage.open("I have moved. Please correct my address.")
    stage.desk.choose(HUGO, stage.ids(), ticket_id, Right.CORRECTION, MOVED)
    stage.work()
    stage.reply_with_code()
    stage.work()
    request = stage.request(ticket_id, Right.CORRECTION)
    assert request.plan_id
    return ticket_id, request.id, request.plan_id


def restricted(stage: Stage) -> tuple[str, str]:
    ticket_id = stage.open("Please restrict the processing of my data.")
    stage.desk.choose(HUGO, stage.ids(), ticket_id, Right.RESTRICTION, {"ground": "accuracy"})
    stage.work()
    stage.reply_with_code()
    stage.work()
    return ticket_id, stage.request(ticket_id, Right.RESTRICTION).id


def test_a_correction_is_proposed_approved_set_and_told(stage: Stage) -> None:
    """Old and new stand in the letter, and nowhere in the channel; nothing is set before a second person says so."""
    ticket_id, request_id, plan_id = proposed(stage)
    assert stage.request(ticket_id, Right.CORRECTION).state == State.APPROVING
    assert stage.system.fields["person:1"]["city"] == "Zürich"
    with pytest.raises(NotAllowed, match="second person"):
        stage.desk.approve(HUGO, stage.ids(), request_id, plan_id)
    stage.desk.approve(PAULA, stage.ids(), request_id, plan_id)
    stage.work()
    assert stage.system.fields["person:1"] == {**MOVED, "first_name": "Ann"}
    assert stage.request(ticket_id, Right.CORRECTION).state == State.DONE
    letter = stage.postman.texts()[-1]
    for value in ("Zürich", *MOVED.values()):
        assert value in letter
        assert value not in stage.channel.shown()


def test_an_approval_of_other_values_is_none(stage: Stage) -> None:
    """The data changed between the plan and the run: the approval is void and the plan is made anew."""
    ticket_id, request_id, plan_id = proposed(stage)
    stage.system.fields["person:1"]["city"] = "Basel"
    stage.desk.approve(PAULA, stage.ids(), request_id, plan_id)
    stage.work()
    request = stage.request(ticket_id, Right.CORRECTION)
    assert (request.state, request.plan_id != plan_id) == (State.APPROVING, True)
    assert stage.system.fields["person:1"]["city"] == "Basel"
    assert stage.system.acts == []


def test_a_correction_that_did_not_stick_is_found(stage: Stage) -> None:
    """“Done” and still the old value: a person has to look."""
    stage.system.lies = True
    ticket_id, request_id, plan_id = proposed(stage)
    stage.desk.approve(PAULA, stage.ids(), request_id, plan_id)
    stage.work()
    assert stage.request(ticket_id, Right.CORRECTION).state == State.NEEDS_PERSON


@pytest.mark.parametrize("wishes", [{}, {"shoe_size": "43"}])
def test_a_correction_says_what(stage: Stage, wishes: dict[str, str]) -> None:
    """No field, or one nobody knows: told at once, and nothing begins."""
    ticket_id = stage.open("Please correct my data.")
    with pytest.raises(NotAllowed):
        stage.desk.choose(HUGO, "e1", ticket_id, Right.CORRECTION, wishes)
    assert stage.request(ticket_id, Right.CORRECTION).state == State.RECEIVED


def test_a_correction_nobody_can_place_goes_to_a_person(stage: Stage) -> None:
    """The values are there already, or no system has such a field."""
    ticket_id = stage.open("Please correct my data.")
    stage.desk.choose(HUGO, "e1", ticket_id, Right.CORRECTION, {"city": "Zürich", "company": "Lumen"})
    stage.work()
    stage.reply_with_code()
    stage.work()
    assert stage.request(ticket_id, Right.CORRECTION).state == State.NEEDS_PERSON


def test_a_restriction_runs_at_once_and_says_its_ground(stage: Stage) -> None:
    """No approval protects anybody from a restriction; the letter names ground and what may still happen."""
    ticket_id, _ = restricted(stage)
    assert stage.system.restricted == {"person:1"}
    assert stage.request(ticket_id, Right.RESTRICTION).state == State.DONE
    assert "art. 18(1)(a)" in stage.postman.texts()[-1]
    assert "Before we lift the restriction we tell you." in stage.postman.texts()[-1]


def test_a_restriction_ends_by_two_people_after_a_notice(stage: Stage) -> None:
    """One proposes, another approves, the person hears of it, a week passes, then it is lifted and proved."""
    ticket_id, request_id = restricted(stage)
    stage.desk.lift(HUGO, stage.ids(), request_id, "The data have been checked and are correct.")
    stage.work()
    plan_id = stage.request(ticket_id, Right.RESTRICTION).plan_id
    with pytest.raises(NotAllowed, match="second person"):
        stage.desk.approve(HUGO, stage.ids(), request_id, plan_id)
    stage.desk.approve(PAULA, stage.ids(), request_id, plan_id)
    stage.work()
    assert "The data have been checked and are correct." in stage.postman.texts()[-1]
    stage.clock.forward(days=6)
    stage.work()
    assert stage.system.restricted == {"person:1"}
    stage.clock.forward(days=1, seconds=1)
    stage.work()
    assert stage.system.restricted == set()
    assert stage.request(ticket_id, Right.RESTRICTION).state == State.DONE
    assert "has ended" in stage.postman.texts()[-1]
    with pytest.raises(NotAllowed, match="Nothing is restricted"):
        stage.desk.lift(HUGO, stage.ids(), request_id, "again")


def test_the_end_of_a_restriction_is_called_off(stage: Stage) -> None:
    """The person objects after the notice: it stays, and can be proposed again."""
    ticket_id, request_id = restricted(stage)
    stage.desk.lift(HUGO, stage.ids(), request_id, "Checked.")
    stage.work()
    stage.desk.approve(PAULA, stage.ids(), request_id, stage.request(ticket_id, Right.RESTRICTION).plan_id)
    stage.work()
    stage.desk.keep(HUGO, stage.ids(), request_id)
    stage.clock.forward(days=30)
    stage.work()
    assert stage.system.restricted == {"person:1"}
    assert stage.request(ticket_id, Right.RESTRICTION).state == State.DONE
    stage.desk.lift(HUGO, stage.ids(), request_id, "Checked again.")
    assert stage.request(ticket_id, Right.RESTRICTION).state == State.APPROVING


def test_a_restriction_needs_its_ground(stage: Stage) -> None:
    """It stands in the letter (GDPR 18(1))."""
    ticket_id = stage.open("Please restrict the processing of my data.")
    with pytest.raises(NotAllowed, match="ground"):
        stage.desk.choose(HUGO, "e1", ticket_id, Right.RESTRICTION)


def test_advertising_stops_at_once_and_without_a_code(stage: Stage) -> None:
    """GDPR 21(3) has no exception: located, stopped, proved, told, all by one press; and nobody may refuse it."""
    ticket_id = stage.open("I object to any advertising.")
    stage.choose(ticket_id, Right.OBJECTION)
    assert stage.system.silent == {"person:1"}
    request = stage.request(ticket_id, Right.OBJECTION)
    assert request.state == State.DONE
    assert stage.ticket(ticket_id).identity == Identity.UNKNOWN
    assert "no advertising" in stage.postman.texts()[-1]
    assert stage.postman.out[-1][1] == ANN


def test_an_objection_opens_no_door_for_the_other_rights(stage: Stage) -> None:
    """What needs identity still waits for it."""
    ticket_id = stage.open("No more advertising. And delete my data.")
    stage.choose(ticket_id, Right.DELETION)
    stage.choose(ticket_id, Right.OBJECTION)
    assert stage.request(ticket_id, Right.OBJECTION).state == State.DONE
    assert stage.request(ticket_id, Right.DELETION).state == State.IDENTIFYING


def test_portability_hands_over_a_package(stage: Stage) -> None:
    """Identity, export, proof, package behind a link: as access."""
    ticket_id = stage.open("Please hand over my data in a machine-readable format.")
    stage.choose(ticket_id, Right.PORTABILITY)
    stage.reply_with_code()
    stage.work()
    assert stage.request(ticket_id, Right.PORTABILITY).state == State.DONE
    token = stage.postman.texts()[-1].split("https://privacy.lumen.example/p/")[1].split("?")[0]
    assert stage.download(token, EVE) is None
    assert stage.download(token, ANN)


def test_a_restriction_whose_data_changed_is_planned_anew(stage: Stage) -> None:
    """Nothing was held back under the old plan; the new one runs by itself, for nobody has to approve it."""
    stage.system.shaky = 1
    ticket_id, _ = restricted(stage)
    assert stage.request(ticket_id, Right.RESTRICTION).state == State.DONE
    assert len(stage.system.acts) == 1
    assert stage.trail(ticket_id).count("plan") == 2


def test_data_that_never_stand_still_are_for_a_person(stage: Stage) -> None:
    """Three plans, three refusals: nobody plans for ever."""
    stage.system.shaky = 3
    ticket_id, _ = restricted(stage)
    request = stage.request(ticket_id, Right.RESTRICTION)
    assert (request.state, stage.system.acts) == (State.NEEDS_PERSON, [])
    assert request.reason == "The data change with every try: a person has to look."
