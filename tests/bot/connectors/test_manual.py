"""A place only people can look into: what it says of itself, and the contract of all connectors."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.connectors import ByHand, load, manual
from bot.errors import Misconfigured
from bot.law import Right
from bot.workflow import Act, Line, plan_hash
from tests.bot.connectors import contract
from tests.fakes import outside

BLOCK: dict[str, Any] = {
    "kind": "manual", "name": "recruitment", "label": "our recruitment folder", "holds": "application papers",
    "category": "Applications", "person": "UHRHELEN",
    "instructions": {
        "access": "Look under both names; copy what is there.", "correction": "Correct it on the sheet.",
        "deletion": "Shred the papers and empty the folder.", "restriction": "Put the papers into the red box.",
    },
    "answer": {"deletion": "Your papers were shredded."},
}  # fmt: skip


def here() -> Any:
    return outside(lambda: datetime(2026, 11, 23, tzinfo=UTC))


def with_words(**changed: Any) -> dict[str, Any]:
    return {**BLOCK, **changed}


class Papers(contract.Stage):
    """There is no far side a program could look at."""

    address = "ann.keller@example.com"
    other = "bob@example.com"
    untouched = frozenset({Right.PORTABILITY, Right.OBJECTION})

    def connect(self) -> Any:
        return manual.connector(BLOCK, here())

    def look(self) -> None: ...
    def of(self, address: str) -> None: ...
    def deletions(self) -> int:
        return 0

    def more(self) -> None: ...
    def bring_back(self) -> None: ...
    def another_value(self, change: Any) -> None: ...
    def away(self) -> None: ...


class TestContract(contract.Contract):
    """Every promise of the contract, as far as a person's work can keep it."""

    @pytest.fixture
    def stage(self) -> contract.Stage:
        return Papers()


def test_a_block_of_the_configuration_makes_one() -> None:
    """Found by its kind; it names who does it and what the letter says."""
    (made,), faults = load([BLOCK], here())
    assert faults == []
    assert isinstance(made, ByHand)
    assert (made.name, made.by_hand, made.person) == ("recruitment", True, "UHRHELEN")
    assert made.answer == {"deletion": "Your papers were shredded."}


def test_the_plan_is_one_task_in_the_words_of_the_configuration() -> None:
    """The same for everybody, so it says nothing of anybody; other words are another plan."""
    words = BLOCK["instructions"]["deletion"]
    lines = Papers().connect().plan(Right.DELETION, None)
    assert lines == [Line("recruitment", "application papers", Act.TASK, 1, "Applications", words=words)]
    other = manual.connector(with_words(instructions={**BLOCK["instructions"], "deletion": "Burn them."}), here())
    assert plan_hash(lines) != plan_hash(other.plan(Right.DELETION, None))  # type: ignore[arg-type]


def test_rights_that_do_not_concern_a_place_ask_nothing_of_it() -> None:
    """No advertising goes out of a folder; a place that does send some says so."""
    assert Papers().connect().plan(Right.OBJECTION, None) == []
    words = {**BLOCK["instructions"], "objection": "Take them off the list of talents."}
    asked = manual.connector(with_words(instructions=words), here())
    assert [line.words for line in asked.plan(Right.OBJECTION, None)] == ["Take them off the list of talents."]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"person": "Helen"}, "recruitment: person"),
        ({"instructions": {"access": "Look."}}, "recruitment: instructions.correction is missing."),
        ({"answer": {"erasure": "Gone."}}, "recruitment: answer.erasure"),
        ({"url": "https://example.com"}, "recruitment: url is not known here."),
        ({"holds": ""}, "recruitment: holds is empty."),
    ],
)
def test_faults_are_told_one_by_one(changed: dict[str, Any], fault: str) -> None:
    """Each a sentence that begins with the connector's name."""
    with pytest.raises(Misconfigured) as caught:
        manual.connector(with_words(**changed), here())
    assert any(each.startswith(fault) for each in caught.value.faults), caught.value.faults
