"""What of a copy may be about others too is found before anything is packed, and goes out as a person decided.

GDPR 15(4), 20(4); FADP 26(1)(b). As long as somebody has to look nothing is packed: the request waits for a person.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from bot.desk.timing import Timing
from bot.errors import Refused
from bot.intake import normal_address
from bot.law.grounds import grounds
from bot.phrases import say
from bot.store import Unit
from bot.store.looks import Look
from bot.tickets import Request, Ticket

TO_LOOK = "reasons.look_through"
KEEP, BLACK, OUT = "keep", "black", "out"  # what a person may decide of a piece
_MAIL = ".eml"


@dataclass(frozen=True)
class Sieve:
    """What is known of a request while its copy is gone through."""

    request: Request
    key: bytes = field(repr=False)  # of its files
    language: str
    own: Callable[[str], bool] = field(repr=False)  # whether an address is the person's, or the house's
    decided: Mapping[bytes, tuple[str, Sequence[str]]] = field(repr=False)  # mark → verdict, words
    unseen: list[tuple[str, Any]] = field(default_factory=list, repr=False)  # (system, piece)


class Sifting(Timing):
    """Between what the systems answered and what is packed."""

    def _sieve(self, unit: Unit, ticket: Ticket, request: Request) -> Sieve:
        looks = unit.looks.of(request.id)
        return Sieve(
            request, unit.holdings.key(request.id), ticket.language, self._own(unit, ticket, request),
            {each.mark: (each.verdict, unit.looks.words(each.id)) for each in looks if each.verdict},
        )  # fmt: skip

    def _own(self, unit: Unit, ticket: Ticket, request: Request) -> Callable[[str], bool]:
        """Whether an address is one of the person's, or of our own house: its people act for it."""
        known = {unit.tickets.correspondent(ticket.id).address}
        known |= {each for person in self._persons(unit, request.id).values() for each in person.addresses}
        mine = {normal_address(each) for each in known if each}
        house = self.house.sender.rpartition("@")[2].lower()

        def own(address: str) -> bool:
            return normal_address(address) in mine or address.lower().rpartition("@")[2] == house

        return own

    def _sifted(self, files: ExitStack, sieve: Sieve, system: str, sheets: Sequence[Any]) -> Sequence[Any]:
        """The sheets as they may go out; pieces nobody has decided about are noted as unseen."""
        decided = {}
        for piece in self.packer.others(sheets, sieve.own, self._text):
            mark = self._mark(sieve.request, system, piece.place)
            if mark in sieve.decided:
                decided[piece.place] = sieve.decided[mark]
            else:
                sieve.unseen.append((system, piece))
        if sieve.unseen or all(verdict == KEEP for verdict, _ in decided.values()):
            return sheets
        word = hashlib.sha256(f"veiled {system}".encode()).hexdigest()[:16]
        name = f"{sieve.request.id}-{sieve.request.generation}-{word}"
        veiled = self.packer.veiled(sheets, decided, sieve.own, self._text, sieve.language)
        held = self.packer.hold(name, sieve.key, veiled)
        files.callback(self.packer.let_go, name)
        return files.enter_context(self.packer.thawed(name, sieve.key, held.digest))

    def _mark(self, request: Request, system: str, place: str) -> bytes:
        return self.store.keys.digest("look", f"{request.id}\0{system}\0{place}")

    def _text(self, name: str, content: bytes) -> str:
        """What the file says, if it is a mail or plain text; empty where that cannot be told."""
        if name.lower().endswith(_MAIL):
            try:
                found = self.reading(content)
            except Refused:
                return ""
            return "" if found.truncated else f"{found.subject}\n\n{found.text}".strip()
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            return ""
        return text if all(sign.isprintable() or sign.isspace() for sign in text) else ""

    def _to_look_at(self, unit: Unit, request: Request, unseen: Sequence[tuple[str, Any]]) -> None:
        """A person has to look at these; until then the request waits for them."""
        known = {each.mark for each in unit.looks.of(request.id)}
        for system, piece in unseen:
            mark = self._mark(request, system, piece.place)
            if mark not in known:
                known.add(mark)
                new = Look(unit.id(), request.ticket_id, request.id, mark, system, piece.kind, piece.why)
                unit.looks.add(new, {"name": piece.name, "says": piece.says})
        self._escalate(unit, request, say(TO_LOOK))

    def _for_others(self, unit: Unit, ticket: Ticket, request: Request) -> dict[str, Any]:
        """In how many pieces words are blacked out, how many are left out, and by which article, for the letter."""
        verdicts = [each.verdict for each in unit.looks.of(request.id)]
        known = grounds(request.right, ticket.regimes).get("others")
        return {
            "others_black": verdicts.count(BLACK), "others_left": verdicts.count(OUT),
            "others_article": known.article if known else "",
        }  # fmt: skip
