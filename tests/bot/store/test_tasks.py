"""Tasks as rows, on both databases: numbered by ticket, settled once, looked at once, unreadable after the purge."""

import pytest

from bot.law import Right
from bot.store import Purged, Store, Unit
from bot.store.rows import TaskRow
from bot.store.tickets import owner
from bot.tickets import State
from bot.workflow import Act, Line, plan_hash
from tests.fixtures.store import a_request, a_ticket

SAID = {"words": "Shredded the folder of A. Keller.", "found": ""}


def a_task(unit: Unit, ticket_id: str = "", request_id: str = "", *, second: bool = True) -> TaskRow:
    if not ticket_id:
        ticket = a_ticket(unit)
        request = a_request(unit, ticket, Right.DELETION, State.PROVING)
        lines = [Line("folder", "papers", Act.TASK, 1, words="Shred.")]
        unit.plans.add(f"p{ticket.id}"[:32], request.id, lines, plan_hash(lines))
        ticket_id, request_id = ticket.id, request.id
    return unit.tasks.add(
        ticket_id=ticket_id, request_id=request_id, plan_id=f"p{ticket_id}"[:32], system="folder", place="papers",
        words="Shred.", category="Applications", count=1, assignee="U0ANN", looks=False, second=second,
    )  # fmt: skip


def test_tasks_are_numbered_by_ticket_and_settled_once(store: Store) -> None:
    """The first word counts; a void one counts no more; the second look is made once."""
    with store.begin() as unit:
        first = a_task(unit)
        second = a_task(unit, first.ticket_id, first.request_id)
        assert (first.number, second.number, a_task(unit).number) == (1, 2, 1)
        assert not unit.tasks.look(first.id, "U0BOB")
        assert unit.tasks.settle(first, "done", None, SAID, "d" * 64, "U0ANN")
        assert not unit.tasks.settle(first, "nothing", None, {"words": "no"}, "e" * 64, "U0BOB")
        assert unit.tasks.get(first.id).waits
        assert unit.tasks.look(first.id, "U0BOB")
        assert not unit.tasks.look(first.id, "U0CEM")
        unit.tasks.void(second.id)
        assert not unit.tasks.settle(second, "done", None, SAID, "d" * 64, "U0ANN")
    with store.read() as unit:
        (kept,) = unit.tasks.of_request(first.request_id)
        assert (kept.outcome, kept.done_by, kept.looked_by, kept.settled) == ("done", "U0ANN", "U0BOB", True)
        assert unit.tasks.evidence(kept.id) == SAID
        assert [each.state for each in unit.tasks.of(first.ticket_id)] == ["done", "void"]
        with pytest.raises(LookupError):
            unit.tasks.get("nobody")


@pytest.mark.parametrize(
    ("outcome", "second", "waits"), [("done", False, False), ("done", True, True), ("cannot", True, False)]
)
def test_who_has_to_look(store: Store, outcome: str, second: bool, waits: bool) -> None:
    """Where a second person is asked for, until they did; never at what could not be done."""
    with store.begin() as unit:
        task = a_task(unit, second=second)
        assert task.waits
        unit.tasks.settle(task, outcome, None, SAID, "d" * 64, "U0ANN")
        assert unit.tasks.get(task.id).waits == waits


def test_after_the_purge_nobody_reads_what_was_said_or_found(store: Store) -> None:
    """The ticket's key is gone: evidence, names and contents of files with it; who, when and the digest stay."""
    with store.begin() as unit:
        task = a_task(unit)
        unit.tasks.add_file(task, "Ann's CV.pdf", b"%PDF Ann Keller", "U0ANN")
        unit.tasks.settle(task, "done", None, SAID, "d" * 64, "U0ANN")
    with store.read() as unit:
        ((file_id, name, size),) = unit.tasks.files(task)
        assert (name, size, b"".join(unit.tasks.content(task, file_id))) == ("Ann's CV.pdf", 15, b"%PDF Ann Keller")
    with store.begin() as unit:
        unit.destroy_key(owner(task.ticket_id))
    with store.read() as unit:
        assert unit.tasks.get(task.id).digest == "d" * 64
        for look in (
            lambda: unit.tasks.evidence(task.id),
            lambda: unit.tasks.files(task),
            lambda: list(unit.tasks.content(task, file_id)),
        ):
            with pytest.raises(Purged):
                look()
