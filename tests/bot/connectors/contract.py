"""What every connector promises (`bot/connectors/__init__.py`), as stories that run over each of them.

A connector joins with a stage and a class of two lines in its own test module:

    class MyStage(Stage): ...                 # how its far side is set up, looked at, changed and broken

    class TestContract(Contract):
        @pytest.fixture
        def stage(self, ...) -> Iterator[Stage]:
            yield MyStage(...)

Nothing here knows a vendor. A right the system has no means for is in `Stage.unsupported`, and must be refused as
such; it leaves that set on the day the connector learns it. The module is named in `tests/bot/connectors/__init__.py`,
so that its assertions speak.
"""

import logging
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

import pytest
import structlog

from bot.connectors import Change, Connector, File, Found, Table
from bot.errors import PlanChanged, SubjectlineError, Temporary, Unsupported
from bot.law import Right
from bot.workflow import Act, Line, NotSeen, Seen, plan_hash

KEY = "ticket:system:step:1"
CHANGING = {Act.DELETE, Act.ANONYMISE}


class Stage(ABC):
    """One connector over a far side that can be looked at past it."""

    address: str  # of the person who asks: something of theirs lies in every place the connector reaches
    other: str  # of somebody else, who must never be touched
    unknown: str = "nobody.known@example.test"
    wishes: ClassVar[Mapping[str, str]] = {}  # house word → a new value this system can take
    personal: ClassVar[Sequence[str]] = ()  # values of the person's that must never be said
    unsupported: ClassVar[frozenset[Right]] = frozenset()
    untouched: ClassVar[frozenset[Right]] = frozenset()  # rights that ask nothing of such a system: an empty plan
    lists_addresses: bool = True  # whether `addresses` is supported

    @abstractmethod
    def connect(self) -> Connector:
        """A connector, as the house would make it; each call may give a new one."""

    @abstractmethod
    def look(self) -> Any:
        """Everything the far side holds: equal before and after means nothing was changed."""

    @abstractmethod
    def of(self, address: str) -> Any:
        """Everything the far side holds of this person."""

    @abstractmethod
    def deletions(self) -> int:
        """How many times the far side has deleted something of anybody's for good, so far."""

    @abstractmethod
    def more(self) -> None:
        """There is more of the person's than before."""

    @abstractmethod
    def bring_back(self) -> None:
        """The far side is again as it was in the beginning, as after the restore of a backup."""

    @abstractmethod
    def another_value(self, change: Change) -> None:
        """Somebody else has set this field to a third value."""

    @abstractmethod
    def away(self) -> None:
        """The far side cannot be reached from now on."""


def person(stage: Stage, address: str = "") -> Found:
    connector = stage.connect()
    if connector.by_hand:  # it knows nobody
        return Found(connector.name, "", ())
    (found,) = connector.find([address or stage.address])
    return found


def only_a_person(stage: Stage, *calls: str) -> bool:
    """Whether no program can do this here: then each of these calls says so, and nothing is touched."""
    connector, found = stage.connect(), person(stage)
    if not connector.by_hand:
        return False
    given: dict[str, Callable[[], Any]] = {
        "find": lambda: connector.find([stage.address]),
        "export": lambda: list(connector.export(found)),
        "propose": lambda: connector.propose(found, {"email": "new@example.org"}),
        "correct": lambda: connector.correct(found, [], KEY),
        "prove": lambda: connector.prove(Right.DELETION, found, [stage.address], []),
        "addresses": lambda: list(connector.addresses()),
        **{name: partial(getattr(connector, name), found, [], KEY) for name in ("erase", "restrict", "lift", "stop_marketing")},
    }
    before = stage.look()
    for call in calls:
        with pytest.raises(Unsupported) as caught:
            given[call]()
        assert str(caught.value)
    assert stage.look() == before
    return True


def planned(stage: Stage, right: Right) -> tuple[Connector, Found, list[Line]]:
    connector, found = stage.connect(), person(stage)
    return connector, found, list(connector.plan(right, found))


class Contract:
    """The stories. `stage` is a fixture of whoever inherits."""

    def test_a_configuration_that_fits_has_no_fault(self, stage: Stage) -> None:
        """Lint has nothing to say of the stage as it stands."""
        assert stage.connect().lint() == []

    def test_the_person_is_found_however_the_address_is_written(self, stage: Stage) -> None:
        """Capitals and outer space do not count, a part of an address is not enough, and nobody is nobody."""
        if only_a_person(stage, "find"):
            return
        connector = stage.connect()
        (plain,) = connector.find([stage.address])
        (loud,) = connector.find([f"  {stage.address.upper()} "])
        assert plain.key == loud.key
        assert plain.system == connector.name
        assert connector.find([stage.unknown]) == []
        assert connector.find([stage.address[1:]]) == []
        assert connector.find([]) == []
        assert person(stage, stage.other).key != plain.key

    def test_addresses_stay_out_of_what_is_printed(self, stage: Stage) -> None:
        """A Found in a log line or an error names nobody."""
        assert stage.address not in repr(person(stage)).lower()

    @pytest.mark.parametrize("right", list(Right))
    def test_a_plan_changes_nothing_and_is_the_same_again(self, stage: Stage, right: Right) -> None:
        """Or the right has no means here, which is said as such."""
        before = stage.look()
        connector, found = stage.connect(), person(stage)
        if right in stage.unsupported:
            with pytest.raises(Unsupported):
                connector.plan(right, found)
            return
        first, second = connector.plan(right, found), stage.connect().plan(right, found)
        assert bool(first) == (right not in stage.untouched)
        if connector.by_hand:  # whether anything is held nobody knows: the plan is the same for everybody
            assert first == connector.plan(right, person(stage, stage.other))
            assert {line.act for line in first} <= {Act.TASK}
        assert plan_hash(first) == plan_hash(second)
        assert {line.system for line in first} <= {connector.name}
        assert all(line.words for line in first if line.act == Act.TASK)
        places = [(line.place, line.act, line.basis) for line in first]
        assert len(places) == len(set(places))
        assert stage.look() == before

    def test_the_copy_holds_what_the_plan_counted(self, stage: Stage) -> None:
        """Rows and files, place by place; every column has words; reading changes nothing."""
        if only_a_person(stage, "export"):
            return
        before = stage.look()
        connector, found, lines = planned(stage, Right.ACCESS)
        pieces = list(connector.export(found))
        tables = [each for each in pieces if isinstance(each, Table)]
        files = [each for each in pieces if isinstance(each, File)]
        counted = {line.place: line.count for line in lines if line.act == Act.EXPORT}
        assert {each.name: len(each.rows) for each in tables}.items() <= counted.items()
        assert sum(len(each.rows) for each in tables) + len(files) == sum(counted.values())
        for table in tables:
            assert table.category
            assert all(len(row) == len(table.columns) for row in table.rows)
            assert {*table.columns} == {*table.labels}
            assert {*table.provided} <= {*table.columns}
        assert all(b"".join(each.pieces) for each in files)
        assert connector.prove(Right.ACCESS, found, [stage.address], lines) == []
        assert stage.look() == before

    def test_an_erasure_does_the_plan_once_and_again_is_harmless(self, stage: Stage) -> None:
        """The same counts as planned; everybody else keeps everything; the proof holds; a second call changes nothing."""
        if only_a_person(stage, "erase", "prove"):
            return
        others = stage.of(stage.other)
        connector, found, lines = planned(stage, Right.DELETION)
        counts = connector.erase(found, lines, KEY)
        wanted: dict[str, int] = {}
        for line in lines:
            if line.act in CHANGING and line.count:
                wanted[line.place] = wanted.get(line.place, 0) + line.count
        assert dict(counts) == wanted
        assert connector.find([stage.address]) == []
        assert stage.of(stage.other) == others
        assert connector.prove(Right.DELETION, found, [stage.address], lines) == []
        deleted, after = stage.deletions(), stage.look()
        assert dict(stage.connect().erase(found, lines, KEY)) == wanted
        assert (stage.deletions(), stage.look()) == (deleted, after)

    def test_the_probe_tells_before_from_after(self, stage: Stage) -> None:
        """What a lost answer is settled by."""
        if only_a_person(stage, "erase"):
            return
        connector, found, lines = planned(stage, Right.DELETION)
        assert connector.erased(found, lines, KEY) == NotSeen()
        connector.erase(found, lines, KEY)
        seen = stage.connect().erased(found, lines, KEY)
        assert isinstance(seen, Seen)
        assert stage.address not in str(seen).lower()

    def test_the_proof_tells_what_is_there_after_all(self, stage: Stage) -> None:
        """A far side that only said it had erased, or got a backup back, is found out."""
        if only_a_person(stage, "prove"):
            return
        connector, found, lines = planned(stage, Right.DELETION)
        connector.erase(found, lines, KEY)
        stage.bring_back()
        left = connector.prove(Right.DELETION, found, [stage.address], lines)
        assert sum(line.count for line in left) > 0

    def test_what_changed_since_the_plan_is_not_erased(self, stage: Stage) -> None:
        """PlanChanged, nothing done: the approval was for something else."""
        if only_a_person(stage, "erase"):
            return
        connector, found, lines = planned(stage, Right.DELETION)
        stage.more()
        before = stage.look()
        with pytest.raises(PlanChanged) as caught:
            connector.erase(found, lines, KEY)
        assert stage.address not in str(caught.value).lower()
        assert stage.look() == before

    def test_a_correction_holds_and_is_repeatable(self, stage: Stage) -> None:
        """Proposed, set, proved; set again nothing more happens; proposed again there is nothing to change."""
        if only_a_person(stage, "propose", "correct"):
            return
        connector, found = stage.connect(), person(stage)
        if Right.CORRECTION in stage.unsupported:
            with pytest.raises(Unsupported):
                connector.propose(found, {"email": "new@example.org"})
            return
        others = stage.of(stage.other)
        changes = [each for each in connector.propose(found, stage.wishes) if not each.refused]
        assert {each.word for each in changes} == {*stage.wishes}
        assert all(each.label and each.place and each.system == connector.name for each in changes)
        assert connector.prove(Right.CORRECTION, found, [], [], changes)
        counts = connector.correct(found, changes, KEY)
        assert sum(counts.values()) == len(changes)
        assert connector.prove(Right.CORRECTION, found, [], [], changes) == []
        after = stage.look()
        assert dict(stage.connect().correct(found, changes, KEY)) == dict(counts)
        assert stage.look() == after
        assert stage.of(stage.other) == others

    def test_a_field_somebody_else_has_changed_is_not_overwritten(self, stage: Stage) -> None:
        """It holds neither its old nor its new value: PlanChanged, nothing done."""
        if only_a_person(stage, "correct"):
            return
        if Right.CORRECTION in stage.unsupported:
            return
        connector, found = stage.connect(), person(stage)
        changes = [each for each in connector.propose(found, stage.wishes) if not each.refused]
        stage.another_value(changes[-1])
        before = stage.look()
        with pytest.raises(PlanChanged):
            connector.correct(found, changes, KEY)
        assert stage.look() == before

    def test_a_restriction_holds_and_can_be_lifted(self, stage: Stage) -> None:
        """Each twice, each proved; what was not restricted is not touched."""
        if only_a_person(stage, "restrict", "lift"):
            return
        if Right.RESTRICTION in stage.unsupported:
            return
        others = stage.of(stage.other)
        connector, found, lines = planned(stage, Right.RESTRICTION)
        own = [line for line in lines if line.act != Act.TASK]
        lifted = [replace(line, act=Act.LIFT) for line in own if line.act == Act.RESTRICT]
        assert connector.prove(Right.RESTRICTION, found, [], lines)
        _twice(stage, lambda: connector.restrict(found, lines, KEY))
        assert connector.prove(Right.RESTRICTION, found, [], lines) == []
        assert connector.prove(Right.RESTRICTION, found, [], lifted)
        _twice(stage, lambda: connector.lift(found, lifted, f"{KEY}:lift"))
        assert connector.prove(Right.RESTRICTION, found, [], lifted) == []
        assert stage.of(stage.other) == others

    def test_marketing_stops_and_the_objection_stays(self, stage: Stage) -> None:
        """Twice, proved; the person is still known, so that the objection can be shown."""
        if only_a_person(stage, "stop_marketing"):
            return
        if Right.OBJECTION in stage.unsupported | stage.untouched:
            return
        connector, found, lines = planned(stage, Right.OBJECTION)
        assert connector.prove(Right.OBJECTION, found, [], lines)
        _twice(stage, lambda: connector.stop_marketing(found, lines, KEY))
        assert connector.prove(Right.OBJECTION, found, [], lines) == []
        assert connector.find([stage.address])

    def test_every_address_is_told_to_the_watch(self, stage: Stage) -> None:
        """Each at least once; the watch over what was erased compares them itself."""
        if only_a_person(stage, "addresses"):
            return
        if not stage.lists_addresses:
            with pytest.raises(Unsupported):
                list(stage.connect().addresses())
            return
        told = {each.strip().lower() for each in stage.connect().addresses()}
        assert {stage.address, stage.other} <= told

    def test_a_far_side_that_is_away_is_temporary(self, stage: Stage) -> None:
        """Every harmless call says so, in its time, and nothing of the person."""
        if only_a_person(stage, "find", "export"):
            return
        connector, found = stage.connect(), person(stage)
        stage.away()
        for act in (
            lambda: connector.find([stage.address]),
            lambda: connector.plan(Right.ACCESS, found),
            lambda: list(connector.export(found)),
            connector.lint,
        ):
            with pytest.raises(Temporary) as caught:
                act()
            assert stage.address not in "".join(traceback.format_exception(caught.value)).lower()

    def test_nothing_personal_is_said(self, stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
        """Through every call, the failing ones too: not in a log line, not in an error, not in its traceback."""
        caplog.set_level(logging.DEBUG)
        said: list[str] = []
        with structlog.testing.capture_logs() as lines:
            for act in _everything(stage):
                try:
                    said.append(str(act()))
                except SubjectlineError as error:
                    said += traceback.format_exception(error)
        text = "\n".join([*said, caplog.text, str(lines)]).lower()
        found = [value for value in (stage.address, *stage.personal) if value.lower() in text]
        assert not found


def _twice(stage: Stage, act: Callable[[], Mapping[str, int]]) -> None:
    """The act; the second time nothing more is changed, and the counts are the same."""
    counts = dict(act())
    after = stage.look()
    assert dict(act()) == counts
    assert stage.look() == after
    assert all(counts.values())


def _everything(stage: Stage) -> list[Callable[[], Any]]:
    """Every call whose result is not the person's own data, in an order that meets the failing ones as well."""
    connector, found = stage.connect(), person(stage)
    lines: list[Line] = []
    with suppress(Unsupported):
        lines = list(connector.plan(Right.DELETION, found))
    ghost = Found(found.system, found.key[:-1] + "0", (stage.unknown,))
    return [
        lambda: connector.find([stage.address]),
        *(lambda right=right: connector.plan(right, found) for right in Right),
        *(lambda right=right: connector.plan(right, ghost) for right in Right),
        lambda: len(list(connector.export(found))),
        lambda: connector.propose(found, stage.wishes) and "proposed",
        lambda: connector.restrict(found, connector.plan(Right.RESTRICTION, found), KEY),
        stage.more,
        lambda: connector.erase(found, lines, KEY),
        lambda: connector.erase(found, connector.plan(Right.DELETION, found), f"{KEY}:2"),
        lambda: connector.prove(Right.DELETION, found, [stage.address], lines),
        stage.away,
        lambda: connector.find([stage.address]),
        lambda: connector.erase(found, lines, f"{KEY}:3"),
    ]
