"""The connector for a mailbox over IMAP (RFC 3501, with UIDPLUS and MOVE): mails from and to a person.

Whose a mail is, its address headers say, compared exactly; what stands in its text is not searched. Mails of enquiries
themselves belong to their tickets and are never touched here.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import Any, NoReturn

from bot.checkpoints import checkpoint
from bot.connectors import Change, Connector, File, Found, Idle, NotSeen, Outside, Seen, Table
from bot.connectors import block as blocks
from bot.connectors.mailbox.copies import copied
from bot.connectors.mailbox.folders import WORDS, Box, Folders, criteria
from bot.connectors.mailbox.journal import Journal, Place
from bot.connectors.mailbox.letters import Letter, Search, searchable
from bot.connectors.mailbox.lines import REACHED, fate_of, planned, unable
from bot.connectors.mailbox.session import Session, signed_in
from bot.connectors.tokens import comparable, spellings
from bot.errors import Misconfigured, PlanChanged, Refused, Temporary, Unclear, Unsupported
from bot.law import Right
from bot.line import Patience, place
from bot.workflow import ACTING, Act, Line, counts, difference, plan_hash


def connector(block: Mapping[str, Any], outside: Outside) -> Connector:
    """The connector of this `[[connectors]]` block; the mailbox is where the variable `url_env` says. Misconfigured."""
    name = str(block.get("name") or "mailbox")
    box, faults = blocks.read(Box, block, name)
    if box is None:
        raise Misconfigured(faults)
    url = outside.secret(box.url_env)
    if not url:
        raise Misconfigured([f"{name}: {box.url_env} is not set: the address of the mailbox."])
    return Mailbox(box, url, outside)


class Mailbox:
    """One account on one mail server. Safe from any thread: every call has a line of its own.

    A call may raise Temporary (nothing happened), Refused (a person has to look) and, from `erase`, `restrict` and
    `lift` alone, Unclear (`erased` and doing it again settle it).
    """

    settle_s = 5.0  # what a server still does with a command whose answer was lost
    by_hand = False

    def __init__(self, box: Box, url: str, outside: Outside, patience: Patience | None = None) -> None:
        """Connects to nothing yet. Misconfigured for a URL of another kind."""
        self.name, self.label, self.timeout_s = box.name, box.label, box.timeout_s
        self._box, self._where, self._clock = box, place(url), outside.clock
        self._shelf, self._journal = outside.shelf, Journal(outside.shelf, box.name)
        self._search = Search(box, outside.of_a_case)
        self._patience = patience or Patience()

    def lint(self) -> list[str]:
        """Every fault of the block against the mailbox. Temporary when it cannot be reached."""
        with self._signed_in() as talk:
            return Folders(self._box, talk).faults()

    def find(self, addresses: Sequence[str]) -> list[Found]:
        """One for each address somebody has written from, or was written to at."""
        given = [each for each in dict.fromkeys(map(comparable, addresses)) if searchable(each)]
        if not given:
            return []
        with self._signed_in() as talk:
            folders = Folders(self._box, talk)
            known = [each for each in given if any(self._search.letters(talk, folders, [each]))]
        return [Found(self.name, self._key(each), (each,)) for each in known]

    def plan(self, right: Right, person: Found) -> list[Line]:
        """Counts per role of the folder and act; the mark of a line stands for the mails it was made of."""
        if right == Right.CORRECTION:
            raise Unsupported("What stands in mails is corrected by hand.")
        if right not in REACHED:
            return []
        self._check(person)
        with self._signed_in() as talk:
            folders = Folders(self._box, talk)
            return self._planned(right, folders, talk, self._letters(talk, folders, person.addresses))

    def export(self, person: Found) -> Iterator[Table | File]:
        """A list of the mails, and then every one of them as it is."""
        self._check(person)
        with self._signed_in() as talk:
            found = self._letters(talk, Folders(self._box, talk), person.addresses)
        yield from copied(self._box, self._dial, [each for each in found if not each.muddled])

    def propose(self, person: Found, wishes: Mapping[str, str]) -> list[Change]:  # noqa: ARG002
        raise Unsupported("What stands in mails is corrected by hand.")

    def correct(self, person: Found, changes: Sequence[Change], key: str) -> NoReturn:  # noqa: ARG002
        raise Unsupported("What stands in mails is corrected by hand.")

    def restrict(self, person: Found, lines: Sequence[Line], key: str) -> Mapping[str, int]:  # noqa: ARG002
        """The mails of these lines bear a keyword and lie in folders of their own."""
        run = self._run(person, lines)[:12]

        def hold(talk: Session, folders: Folders, where: Place, uids: list[int]) -> None:
            talk.make(folders.hold(run, where.folder))
            talk.mark(uids, on=True)
            talk.move(uids, folders.hold(run, where.folder))

        return self._acted(Right.RESTRICTION, person, lines, hold)

    def lift(self, person: Found, lines: Sequence[Line], key: str) -> Mapping[str, int]:  # noqa: ARG002
        """The mails these lines held back are in their folders again."""
        with self._signed_in() as talk:
            folders = Folders(self._box, talk)
            for folder, origin in folders.of_run(self._run(person, lines)[:12]):
                talk.make(origin)
                talk.open(folder.name, writing=True)
                uids = talk.search(["ALL"])
                talk.mark(uids, on=False)
                talk.move(uids, origin)
                self._check_gone(talk, uids)
                talk.remove(folder.name)
        return counts(lines)

    def stop_marketing(self, person: Found, lines: Sequence[Line], key: str) -> NoReturn:  # noqa: ARG002
        raise Unsupported("No advertising goes out from a mailbox.")

    def erase(self, person: Found, lines: Sequence[Line], key: str) -> Mapping[str, int]:  # noqa: ARG002
        """The mails of these lines are gone, or in the bin, as the configuration says; no other mail is touched."""

        def remove(talk: Session, folders: Folders, where: Place, uids: list[int]) -> None:
            self._remove(talk, folders, where, uids, person)

        return self._acted(Right.DELETION, person, lines, remove)

    def erased(self, person: Found, lines: Sequence[Line], key: str) -> Seen | NotSeen | None:  # noqa: ARG002
        """Whether none of the mails of these lines is where it was. A run that was cut off may be begun again."""
        begun = self._journal.get(self._run(person, lines))
        if begun is None:
            return NotSeen()
        with self._signed_in() as talk:
            folders = Folders(self._box, talk)
            if any(self._there(talk, folders, each, person) for each in begun):
                return NotSeen()
        return Seen(counts(lines))

    def prove(
        self, right: Right, person: Found, addresses: Sequence[str], lines: Sequence[Line],
        changes: Sequence[Change] = (),  # noqa: ARG002
    ) -> list[Line]:  # fmt: skip
        """Searches every folder again; what is there beyond the lines."""
        acts = {line.act for line in lines}
        with self._signed_in() as talk:
            folders = Folders(self._box, talk)
            if Act.LIFT in acts or Act.RESTRICT in acts:
                return self._held_back(talk, folders, person, lines, lifted=Act.LIFT in acts)
            found = self._letters(talk, folders, (*person.addresses, *addresses))
            lines_now = self._planned(right, folders, talk, found)
        there = [line for line in lines_now if line.act != Act.TASK]
        if right != Right.DELETION:
            marks = {line.mark for line in lines}
            return [line for line in there if line.mark not in marks]
        kept = {line.mark for line in lines if line.act == Act.KEEP}
        left = [line for line in there if line.act == Act.DELETE or line.mark not in kept]
        lost = kept - {line.mark for line in there}
        return left + [line for line in lines if line.mark and line.mark in lost]

    def addresses(self) -> NoReturn:
        raise Unsupported("A mailbox has no list of addresses.")

    def idle(self, before: date, after: str, limit: int) -> list[Idle]:  # noqa: ARG002
        raise Unsupported("A mailbox has no accounts.")

    def sweep(self) -> int:
        """What was noted of runs long over is gone; how many."""
        return self._journal.sweep(self._today())

    # -- who, and with whom ---------------------------------------------------------------------------------------

    def _signed_in(self) -> AbstractContextManager[Session]:
        return signed_in(self._where, self._patience, self.timeout_s * 0.9)

    def _dial(self) -> Session:
        return Session(self._where, self._patience, self.timeout_s * 0.9)

    def _key(self, address: str) -> str:
        """The same for the same address, and telling nothing about it."""
        name = "mail-key:" + hashlib.sha256(self.name.encode()).hexdigest()[:16]
        secret = self._shelf.get(name)
        if secret is None:
            with self._shelf.turn(name):
                secret = self._shelf.get(name)
                if secret is None:
                    secret = secrets.token_bytes(32)
                    self._shelf.put(name, secret)
        return hmac.new(secret, address.encode(), hashlib.sha256).hexdigest()[:24]

    def _check(self, person: Found) -> None:
        if not any(hmac.compare_digest(self._key(comparable(each)), person.key) for each in person.addresses):
            raise Refused("This reference is none of the mailbox's.")

    def _run(self, person: Found, lines: Iterable[Line]) -> str:
        """The name of a run follows from what was approved: the same lines, the same run, whatever their act is now."""
        marks = sorted(line.mark for line in lines if line.mark)
        return hashlib.sha256("\n".join([self.name, person.key, *marks]).encode()).hexdigest()[:24]

    def _letters(self, talk: Session, folders: Folders, addresses: Sequence[str]) -> list[Letter]:
        return list(self._search.letters(talk, folders, addresses))

    def _planned(self, right: Right, folders: Folders, talk: Session, letters: Sequence[Letter]) -> list[Line]:
        return planned(self._box, right, letters, unable(right, self._box, folders, talk), self._today())

    # -- acts -----------------------------------------------------------------------------------------------------

    def _begun(
        self, talk: Session, folders: Folders, right: Right, person: Found, lines: Sequence[Line]
    ) -> list[Place]:  # fmt: skip
        """The mails of the run, written down; PlanChanged unless they are exactly those of the lines."""
        run = self._run(person, lines)
        begun = self._journal.get(run)
        if begun is not None:
            return begun
        self._check(person)
        letters = self._letters(talk, folders, person.addresses)
        there = [line for line in self._planned(right, folders, talk, letters) if line.act != Act.TASK]
        wanted = [line for line in lines if line.system == self.name and line.act != Act.TASK]
        if plan_hash(wanted) != plan_hash(there):
            changed = difference(wanted, there) or ["they are other mails"]
            raise PlanChanged("This is not what was approved: " + "; ".join(changed))
        marked = [each for each in letters if not each.muddled]
        fates = [(each, fate_of(self._box, right, each, self._today())) for each in marked]
        acted = [each for each, fate in fates if fate and fate.act in ACTING]
        places = self._journal.put(run, acted, self._today()) if acted else []
        checkpoint("mailbox.noted")
        return places

    def _acted(
        self, right: Right, person: Found, lines: Sequence[Line],
        act: Callable[[Session, Folders, Place, list[int]], None],
    ) -> Mapping[str, int]:  # fmt: skip
        """Everything of the run has been acted on, folder by folder; counts per place."""
        acting = False
        try:
            with self._signed_in() as talk:
                folders = Folders(self._box, talk)
                for each in self._begun(talk, folders, right, person, lines):
                    uids = self._there(talk, folders, each, person)
                    if uids:
                        acting = True
                        act(talk, folders, each, uids)
                        self._check_gone(talk, uids)
                    checkpoint("mailbox.moved")
        except Temporary:
            if acting:
                raise Unclear("The mail server was lost in the middle of the run.") from None
            raise
        return counts(lines)

    def _there(self, talk: Session, folders: Folders, where: Place, person: Found) -> list[int]:
        """Those of these mails that are still in their folder, which is open for writing now."""
        if where.folder not in folders.names:
            return []
        if talk.open(where.folder, writing=True) == where.validity:
            return talk.there(list(where.mails))
        return self._same(talk, person, set(where.mails.values()))

    def _same(self, talk: Session, person: Found, signs: set[bytes]) -> list[int]:
        """Mails of the open folder that bear one of these digests: the server has numbered them anew, or moved them."""
        asked = criteria(sorted({form for each in person.addresses for form in spellings(each)}))
        return [head.uid for head in talk.heads(talk.search(asked))
                if hashlib.sha256(head.fields).digest()[:12] in signs]  # fmt: skip

    def _remove(self, talk: Session, folders: Folders, where: Place, uids: list[int], person: Found) -> None:
        trash = folders.trash
        in_trash = trash is not None and trash.name == where.folder
        if trash is not None and not in_trash and (folders.gmail or self._box.erase == "trash"):
            talk.move(uids, trash.name)
            if self._box.erase == "trash":
                return
            talk.open(trash.name, writing=True)  # on Gmail only what lies in the bin can be removed for good
            talk.expunge(self._same(talk, person, set(where.mails.values())))
            talk.open(where.folder, writing=True)
        else:
            talk.expunge(uids)

    def _check_gone(self, talk: Session, uids: list[int]) -> None:
        if talk.there(uids):
            raise Refused("The mail server says that it did it, and the mails are where they were.")

    def _held_back(
        self, talk: Session, folders: Folders, person: Found, lines: Sequence[Line], *, lifted: bool
    ) -> list[Line]:  # fmt: skip
        held = 0
        for folder, _ in folders.of_run(self._run(person, lines)[:12]):
            talk.open(folder.name)
            held += len(talk.search(["ALL"]))
        if lifted:
            return [line for line in lines if line.act == Act.LIFT] if held else []
        missing = sum(line.count for line in lines if line.act == Act.RESTRICT) - held
        left = [Line(self.name, WORDS["restricted"], Act.RESTRICT, missing)] if missing > 0 else []
        found = self._letters(talk, folders, person.addresses)
        now = self._planned(Right.RESTRICTION, folders, talk, found)
        return left + [line for line in now if line.act == Act.RESTRICT]

    def _today(self) -> date:
        return self._clock().date()
