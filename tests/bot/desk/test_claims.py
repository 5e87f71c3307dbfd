"""What letters say in words of their own: Ann is known, Eve is not; each sentence rests on rows, or has none."""

from dataclasses import replace
from typing import Any

import pytest

from bot.desk.provers import About, claims
from bot.law import Right
from bot.tickets import Request, State
from tests.bot.desk.office import HUGO, PAULA, Stage

STRANGER = "Eve <eve@evil.example>"
RECIPIENT = {"name": "Nord GmbH", "country": "Germany", "categories": (), "tell": True, "email": "", "because": ""}


@pytest.fixture
def stage(sqlite_store: Any, clock: Any, ids: Any) -> Stage:
    return Stage(sqlite_store, clock, ids)


def asked(stage: Stage, right: Right, *, known: bool = True, **wishes: Any) -> Request:
    """The right is chosen, and of whoever is known confirmed."""
    ticket_id = stage.open(**({} if known else {"sender": STRANGER}))
    stage.desk.choose(HUGO, stage.ids(), ticket_id, right, wishes)
    stage.work()
    if known:
        stage.reply_with_code()
    stage.work()
    return stage.request(ticket_id, right)


def approved(stage: Stage, request: Request, days: int = 0) -> Request:
    """A second person agrees, and as many days go by."""
    stage.desk.approve(PAULA, stage.ids(), request.id, request.plan_id or "")
    stage.work()
    stage.clock.forward(days=days)
    stage.work()
    return stage.request(request.ticket_id, request.right)


def shows(stage: Stage, request: Request, claim: Any, *args: Any, policy: Any = None, **values: Any) -> list[bool]:
    """Of each thing the letter claims whether a row shows it."""
    house = replace(stage.desk.house, policy=policy) if policy else stage.desk.house
    with stage.store.read() as unit:
        letter = replace(unit.letters.of(request.ticket_id)[-1], request_id=request.id)
        ticket = unit.tickets.get(request.ticket_id)
        about = About(unit, house, stage.desk.systems, ticket, letter, {"values": values})
        return [bool(each.rests) for each in claim(about, *args)]


def test_a_deletion_that_is_proved_shows_what_its_letter_says(stage: Stage) -> None:
    """Looked again, nothing kept; before it is done no row shows it, and that nothing could go is never shown."""
    planned = asked(stage, Right.DELETION)
    erased = {"erased": [1], "kept": [1]}
    assert shows(stage, planned, claims.looked_again) == [False]
    assert shows(stage, planned, claims.untouched, True) == [False], "nobody has given up, either"
    done = approved(stage, planned, days=3)
    assert done.state == State.DONE
    assert shows(stage, done, claims.looked_again) == [True]
    assert shows(stage, done, claims.kept_nothing, **erased) == []
    assert shows(stage, done, claims.kept_nothing, **{**erased, "kept": []}) == [True]
    assert shows(stage, done, claims.kept_nothing, **{**erased, "erased": []}) == [False]
    assert shows(stage, done, claims.none_there, lines=[1]) == []
    assert shows(stage, done, claims.none_there, lines=[]) == [False]
    assert shows(stage, done, claims.untouched, True) == [False]
    assert shows(stage, done, claims.untouched, False) == []


def test_that_nobody_had_to_be_told_is_shown_where_nobody_gets_such_data(stage: Stage) -> None:
    """Without a recipient, or with one named in the letter, yes; not where one is passed over in silence."""
    done = approved(stage, asked(stage, Right.DELETION), days=3)
    policy = stage.desk.house.policy
    alone, passed_on = ({**policy, "policy": {**policy["policy"], "recipients": each}} for each in ([], [RECIPIENT]))
    assert shows(stage, done, claims.nobody_told, policy=alone) == [True]
    assert shows(stage, done, claims.nobody_told, policy=passed_on) == [False]
    assert shows(stage, done, claims.nobody_told, policy=passed_on, told=[1]) == []


def test_what_is_held_and_what_is_not_are_shown_by_who_was_found(stage: Stage) -> None:
    """Ann has a plan with something in it; of Eve every system said that it knows nobody."""
    ann, eve = asked(stage, Right.ACCESS), asked(stage, Right.ACCESS, known=False)
    assert eve.state == State.DONE
    for request, held in ((ann, True), (eve, False)):
        assert shows(stage, request, claims.something_held) == [held]
        assert shows(stage, request, claims.nothing_found) == [not held]


def test_a_restriction_ends_only_where_one_had_begun_and_was_announced(stage: Stage) -> None:
    """Each of the two letters says what came before it; without it no row shows that."""
    request = asked(stage, Right.RESTRICTION, ground="accuracy")
    assert request.state == State.DONE
    other = asked(stage, Right.OBJECTION)
    assert shows(stage, request, claims.restricted_before) == [True]
    assert shows(stage, other, claims.restricted_before) == [False]
    assert shows(stage, request, claims.announced) == [False]
    stage.desk.lift(HUGO, stage.ids(), request.id, "The data are right.")
    stage.work()
    lifting = stage.request(request.ticket_id, Right.RESTRICTION)
    lifted = approved(stage, lifting, days=10)
    assert lifted.state == State.DONE
    assert shows(stage, lifted, claims.announced) == [True]
