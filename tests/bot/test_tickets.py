"""The table of moves: what it allows, and above all what it does not."""

import pytest

from bot.errors import NotAllowed
from bot.law import Right
from bot.tickets import (
    BOT,
    DESTRUCTIVE,
    FINAL,
    GENTLE,
    MILD,
    MOVES,
    OPEN,
    Actor,
    Identity,
    Request,
    Role,
    State,
    check_move,
    check_role,
    diagram,
)  # fmt: skip

HUGO = Actor("UHUGO", frozenset({Role.HANDLER, Role.APPROVER}))
PAULA = Actor("UPAULA", frozenset({Role.APPROVER}))


def can(now: Request, verb: str, actor: Actor, identity: Identity, **kwargs: bool) -> bool:
    try:
        check_move(now, verb, actor, identity, **kwargs)
    except NotAllowed:
        return False
    return True


def request(state: State, right: Right = Right.DELETION, **kwargs) -> Request:
    return Request("r", "t", right, state, chosen_by="UHUGO", **kwargs)


def test_no_way_leads_to_a_run_around_identity() -> None:
    """T01: without the moves that need identity, `running` cannot be reached from `received` by any path."""
    reached, todo = {State.RECEIVED}, [State.RECEIVED]
    while todo:
        here = todo.pop()
        for move in MOVES:
            if move.source == here and not move.needs_identity and move.verb != "resume" and move.target not in reached:
                reached.add(move.target)
                todo.append(move.target)
    assert State.RUNNING not in reached
    assert State.ANSWERING not in reached
    assert State.COOLING not in reached


def reachable(right: Right, identity: Identity) -> set[State]:
    """Every state a request of this right can come to from `received`, whoever presses and whatever the bot does."""
    everybody = (BOT, Actor("UADA", frozenset({Role.ADMIN})), HUGO, PAULA)
    reached, todo = {State.RECEIVED}, [State.RECEIVED]
    while todo:
        here = todo.pop()
        before = reached if here == State.NEEDS_PERSON else {None}  # resumed into whatever it came from
        for back_to in before:
            now = Request("r", "t", right, here, chosen_by="UELSE", back_to=back_to)
            for verb in {each.verb for each in MOVES}:
                for actor in everybody:
                    if can(now, verb, actor, identity):
                        to = check_move(now, verb, actor, identity).target
                        todo += [to] if to not in reached else []
                        reached = reached | {to}
    return reached


@pytest.mark.parametrize("right", Right)
def test_no_path_of_any_right_comes_to_a_run_before_it_is_known_who_asks(right: Right) -> None:
    """T01 as a search over the whole table, with everybody pressing everything: nothing is planned, run or answered."""
    beyond = {State.PLANNED, State.APPROVING, State.COOLING, State.RUNNING, State.PROVING, State.ANSWERING, State.DONE}
    for identity in (Identity.UNKNOWN, Identity.ASKED):
        assert right in MILD or not beyond & reachable(right, identity)
    assert right in GENTLE | MILD or not beyond & reachable(right, Identity.VOUCHED)
    assert {State.RUNNING, State.DONE} <= reachable(right, Identity.CONFIRMED)


def test_resume_leads_only_back_to_where_it_was() -> None:
    """A request that needs a person cannot be resumed into a later state than it had reached."""
    waiting = request(State.NEEDS_PERSON, back_to=State.IDENTIFYING)
    assert check_move(waiting, "resume", HUGO, Identity.UNKNOWN).target == State.IDENTIFYING


def test_a_destructive_right_never_runs_without_approval() -> None:
    """Every path of a deletion into `running` comes through `approve`."""
    ways = [move for move in MOVES if move.target == State.RUNNING and Right.DELETION in move.only]
    assert {move.verb for move in ways} == {"cooled", "resume"}
    into_cooling = {m.verb for m in MOVES if m.target == State.COOLING and Right.DELETION in m.only}
    assert into_cooling == {"approve", "resume"}
    assert next(move for move in MOVES if move.verb == "approve").second_person


def test_the_proposer_is_never_the_approver() -> None:
    """Four eyes, unless the company has only two."""
    approving = request(State.APPROVING)
    with pytest.raises(NotAllowed, match="second person"):
        check_move(approving, "approve", HUGO, Identity.CONFIRMED)
    assert can(approving, "approve", PAULA, Identity.CONFIRMED)
    assert can(approving, "approve", HUGO, Identity.CONFIRMED, four_eyes=False)


def test_roles_are_asked_for() -> None:
    """An approver is no handler; an admin is everything; nobody is nothing."""
    with pytest.raises(NotAllowed, match="handler"):
        check_move(request(State.RECEIVED), "choose", PAULA, Identity.UNKNOWN)
    check_role(Actor("U", frozenset({Role.ADMIN})), Role.APPROVER)
    check_role(PAULA, Role.VIEWER)
    with pytest.raises(NotAllowed):
        check_role(Actor("U"), Role.VIEWER)


def test_a_person_cannot_make_the_moves_of_the_bot() -> None:
    """Nobody presses a request into `running`."""
    with pytest.raises(NotAllowed, match="Only the bot"):
        check_move(request(State.COOLING), "cooled", HUGO, Identity.CONFIRMED)
    assert can(request(State.COOLING), "cooled", BOT, Identity.CONFIRMED)


@pytest.mark.parametrize("identity", [Identity.UNKNOWN, Identity.ASKED])
def test_identity_is_settled_first(identity: Identity) -> None:
    """Nothing is planned, run or answered while nobody knows who wrote."""
    with pytest.raises(NotAllowed, match="Identity"):
        check_move(request(State.PLANNING), "planned", BOT, identity)


def test_every_state_has_a_way_in_and_every_open_one_a_way_out() -> None:
    """No state is a dead end, none is unreachable."""
    assert {move.target for move in MOVES} | {State.RECEIVED} == set(State)
    assert {move.source for move in MOVES} - FINAL == set(OPEN)
    assert {(move.verb, move.only) for move in MOVES if move.source in FINAL} == {("lift", frozenset({Right.RESTRICTION}))}
    assert frozenset(Right) > DESTRUCTIVE


def test_a_stale_press_is_told_the_state() -> None:
    """The words name where the request is now."""
    with pytest.raises(NotAllowed, match="“running”"):
        check_move(request(State.RUNNING), "approve", PAULA, Identity.CONFIRMED)


def test_the_diagram_in_the_docs_is_this_table(pytestconfig: pytest.Config) -> None:
    """docs/road.md carries the diagram the table draws."""
    assert diagram() in (pytestconfig.rootpath / "docs" / "road.md").read_text()
