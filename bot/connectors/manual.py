"""The connector for a place without an interface: a folder of applications, a cabinet, cookies. A named person does it.

No program can tell whether anything is held there. So nobody is ever “found” here, a plan is one task, the same for
everybody, and what became of it is said by the person, with evidence, and looked at by a second one.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal, NoReturn

from pydantic import Field, StringConstraints

from bot.connectors import Change, Connector, Found, Idle, Outside
from bot.connectors import block as blocks
from bot.connectors.block import Part, Text
from bot.errors import Misconfigured, Unsupported
from bot.law import Right
from bot.workflow import Act, Line

ONLY_A_PERSON = "Only a person can look into this place."
User = Annotated[str, StringConstraints(pattern=r"^[UW][A-Z0-9]{2,30}$")]


class Instructions(Part):
    """What the person does for each right. The first four concern whatever is held; the last two not every place."""

    access: Text
    correction: Text
    deletion: Text
    restriction: Text
    portability: str = ""
    objection: str = ""


class Block(Part):
    """`[[connectors]] kind = "manual"`."""

    kind: Literal["manual"] = "manual"
    name: Text
    label: Text  # in letters and packages: "our recruitment folder"
    holds: Text  # what lies there, in the words of the letter: "application papers"
    category: Text  # of the privacy policy
    person: User  # who does it; has to be a handler
    instructions: Instructions
    answer: Mapping[Right, Text] = Field(default_factory=dict)  # said in the letter where something was done


def connector(block: Mapping[str, Any], outside: Outside) -> Connector:  # noqa: ARG001 - as every kind is made
    """The connector of this `[[connectors]]` block. Misconfigured with every fault."""
    name = str(block.get("name") or "manual")
    read, faults = blocks.read(Block, block, name)
    if read is None:
        raise Misconfigured(faults)
    return Manual(read)


class Manual:
    """One place. Its calls wait for nobody."""

    by_hand = True
    timeout_s = 1.0
    settle_s = 0.0

    def __init__(self, block: Block) -> None:
        self.name, self.label, self.person = block.name, block.label, block.person
        self.answer = {str(right): words for right, words in block.answer.items()}
        self._block = block

    def lint(self) -> list[str]:
        """Nothing: there is no live system to compare with."""
        return []

    def find(self, addresses: Sequence[str]) -> list[Found]:  # noqa: ARG002
        raise Unsupported(ONLY_A_PERSON)

    def plan(self, right: Right, person: Found) -> list[Line]:  # noqa: ARG002
        """One task, whoever asks; none for a right that does not concern this place."""
        words = str(getattr(self._block.instructions, right))
        if not words:
            return []
        return [Line(self.name, self._block.holds, Act.TASK, 1, self._block.category, words=words)]

    def export(self, person: Found) -> NoReturn:  # noqa: ARG002
        raise Unsupported(ONLY_A_PERSON)

    def propose(self, person: Found, wishes: Mapping[str, str]) -> list[Change]:  # noqa: ARG002
        raise Unsupported(ONLY_A_PERSON)

    def correct(self, person: Found, changes: Sequence[Change], key: str) -> NoReturn:  # noqa: ARG002
        raise Unsupported(ONLY_A_PERSON)

    def restrict(self, person: Found, lines: Sequence[Line], key: str) -> NoReturn:  # noqa: ARG002
        raise Unsupported(ONLY_A_PERSON)

    lift = stop_marketing = erase = restrict

    def erased(self, person: Found, lines: Sequence[Line], key: str) -> None:  # noqa: ARG002
        """A machine cannot tell."""
        return

    def prove(
        self, right: Right, person: Found, addresses: Sequence[str], lines: Sequence[Line],  # noqa: ARG002
        changes: Sequence[Change] = (),  # noqa: ARG002
    ) -> list[Line]:  # fmt: skip
        raise Unsupported(ONLY_A_PERSON)

    def addresses(self) -> Iterator[str]:
        raise Unsupported(ONLY_A_PERSON)

    def idle(self, before: date, after: str, limit: int) -> list[Idle]:  # noqa: ARG002
        raise Unsupported(ONLY_A_PERSON)
