"""The access package: what systems answer is held in files, packed, sealed under a link, and given to who has it."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.checkpoints import checkpoint
from bot.desk.handing import Handing
from bot.desk.office import ByHand, Content
from bot.desk.sifting import Sifting
from bot.engine import Job, Kind
from bot.errors import Refused
from bot.intake import normal_address
from bot.law import Right
from bot.law.grounds import grounds
from bot.phrases import say
from bot.store import Holding, Unit
from bot.store.rows import TaskRow
from bot.tickets import BOT, PERSON, Request, State, Ticket
from bot.workflow import Act, Outcome, ends_restriction

PACKED = {Right.ACCESS: "access_answer", Right.PORTABILITY: "portability_answer"}  # answered by a package
COPY_S = 1800.0  # longest copy of one system, and longest packing; each call within it has its own deadline
ZIP = ".zip"
MAILED = 10_000_000  # bytes: more than that many mail servers do not take, once it is written as text
TOO_LARGE = "reasons.copy_too_large"
NOT_ON_PAPER = "reasons.not_on_paper"
BY_HAND_LOST = "reasons.by_hand_lost"


class Packing(Sifting, Handing):
    """From the first piece of a copy to its download. Nothing here is ever whole in memory, or plain on disk."""

    # -- holding --------------------------------------------------------------------------------------------------

    def _taken(self, request: Request, name: str, pieces: Iterable[Any], key: bytes) -> Holding:
        """These tables and files (`connectors.Table`, `connectors.File`) are in a file for the request's package.

        `name` is that of a system, or `system:word` for what is added to it by hand (at most 64 characters). The row
        that says so (`unit.holdings.put`) replaces what was held under this name before; without it the file goes by
        itself.
        """
        file = f"{request.id}-{request.generation}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
        held = self.packer.hold(file, key, pieces)
        return Holding(request.id, name, file, held.rows, held.size, held.digest)

    # -- packing --------------------------------------------------------------------------------------------------

    def _pack(self, unit: Unit, request: Request) -> None:
        if not self.house.public_url and unit.tickets.correspondent(request.ticket_id).postal:
            self._escalate(unit, request, say(NOT_ON_PAPER))
            return
        key = f"{request.id}:pack:{request.generation}"
        self.engine.put(unit, "pack", key, {"request": request.id}, ticket_id=request.ticket_id)

    def _pack_call(self, job: Job) -> Mapping[str, Any]:
        """Packs and seals what the systems answered. The token stays in memory until the letter holds it.

        Nothing is packed while a person has to look at a piece of it first.
        """
        with self.store.read() as unit:
            request = unit.requests.get(job.args["request"])
            ticket = unit.tickets.get(request.ticket_id)
            held, sieve = unit.holdings.of(request.id), self._sieve(unit, ticket, request)
            names = {*held, *self._copied(unit, request)}
            systems = self._in_package(unit, request, names)
            now = self._local(unit.now)
            sources = self._sources(unit, request, systems)
        about = {
            **self.house.policy,
            "ref": ticket.ref,
            "received_on": ticket.received_on,
            "labels": {name: system.label for name, system in self.systems.items()},
            "language": ticket.language,
            "glossary": self.house.glossary.get(ticket.language, {}),
            **sources,
        }
        kind = "" if request.right == Right.ACCESS else f"{request.right}-"
        package = f"{ticket.ref}-{kind}{request.generation}"
        with ExitStack() as files:
            tables = {}
            for system in systems:
                own = sorted(name for name in names if name.partition(":")[0] == system)
                found = [self._thawed(files, sieve.key, request, name, held.get(name)) for name in own]
                sheets = [each for sheets in found for each in sheets]
                sheets = sheets if request.right == Right.ACCESS else self.packer.given(sheets)
                tables[system] = self._sifted(files, sieve, system, sheets)
            if sieve.unseen:
                return {"unseen": sieve.unseen}
            packed = self.packer.pack(package, tables, about, now, locked=not self.house.public_url)
        return {"name": package, "token": packed.token, "digest": packed.digest, "size": packed.size}

    def _tasks(self, unit: Unit, request: Request) -> list[TaskRow]:
        """The tasks of the request's plan."""
        return [each for each in unit.tasks.of_request(request.id) if each.plan_id == request.plan_id]

    def _in_package(self, unit: Unit, request: Request, names: Collection[str]) -> list[str]:
        """The systems that were searched; not what a person has left out, nor where nobody had to look."""
        left_out = unit.refusals.left_out(request.id)
        looked = {name.partition(":")[0] for name in names}
        looked |= {each.system for each in self._tasks(unit, request)}
        here = [name for name, each in self.systems.items() if not each.by_hand or name in looked]
        return [name for name in here if name not in left_out]

    def _sources(self, unit: Unit, request: Request, systems: Collection[str]) -> dict[str, Any]:
        """When each system was looked at, and where by a person; which ones a person has left out."""
        tasks = self._tasks(unit, request)
        looked = {name: request.chosen_at for name, system in self.systems.items() if not system.by_hand}
        looked |= {each.system.partition(":")[0]: each.at for each in unit.holdings.of(request.id).values()}
        looked |= {each.system: each.done_at for each in tasks}
        zone, left_out = ZoneInfo(self.house.zone), set(self.systems) & unit.refusals.left_out(request.id)
        return {
            "looked": {
                name: at.astimezone(zone) for name, at in looked.items() if at and name in {*systems, *left_out}
            },
            "by_hand": {each.system for each in tasks},
            "left_out": sorted(left_out),
        }

    def _copied(self, unit: Unit, request: Request) -> set[str]:
        """The systems whose copy has to be in the package."""
        assert request.plan_id is not None
        lines = unit.plans.get(request.plan_id).lines
        return {line.system for line in lines if line.act == Act.EXPORT and line.count and line.system in self.systems}

    def _thawed(
        self, files: ExitStack, key: bytes, request: Request, name: str, held: Holding | None
    ) -> Sequence[Any]:
        """What a system answered. It is asked again where its file is gone or not as it was written."""
        if held is not None:
            try:
                return files.enter_context(self.packer.thawed(held.file, key, held.digest))
            except Refused:
                pass
        fresh = self._asked_again(request, name)
        return files.enter_context(self.packer.thawed(fresh.file, key, fresh.digest))

    def _asked_again(self, request: Request, name: str) -> Holding:
        with self.store.read() as unit:
            person, key = self._persons(unit, request.id).get(name), unit.holdings.key(request.id)
        if person is None:
            raise Refused(say(BY_HAND_LOST))
        return self._held_anew(request, self._taken(request, name, self.systems[name].export(person), key))

    def _held_anew(self, request: Request, fresh: Holding) -> Holding:
        """From now on this file is the one that holds it."""
        with self.store.begin() as unit:
            self._request(unit, request.id)
            unit.holdings.put(fresh)
        return fresh

    def _pack_after(self, unit: Unit, job: Job, packed: Mapping[str, Any]) -> None:
        ticket, request = self._request(unit, job.args["request"])
        if request.state != State.ANSWERING:
            return
        if "unseen" in packed:
            self._to_look_at(unit, request, packed["unseen"])
            return
        locked = not self.house.public_url  # without a page to download from it goes by mail
        if locked and packed["size"] > MAILED:
            self._escalate(unit, request, say(TOO_LARGE, mb=packed["size"] // 10**6))
            return
        address = normal_address(unit.tickets.correspondent(ticket.id).address) or ""
        expires_at = unit.now + timedelta(days=self.house.package_days)
        unit.packages.add(
            id=unit.id(), request_id=request.id, ticket_id=ticket.id, token_digest=packed["digest"],
            address_blind=self.store.keys.blind("address", address), name=packed["name"], size=packed["size"],
            expires_at=expires_at, passphrase=packed["token"] if locked else "",
        )  # fmt: skip
        unit.audit(BOT.id, "pack", ticket.id, request.id, size=packed["size"])
        values = self._looked(unit, request)
        values |= self._attached(packed["name"]) if locked else self._to_fetch(packed["token"], expires_at)
        values["withheld"] = self._withheld(unit, ticket, request)
        values |= self._for_others(unit, ticket, request)
        self._send(unit, ticket, PACKED[request.right], values, request=request, secret=packed["token"])

    def _withheld(self, unit: Unit, ticket: Ticket, request: Request) -> list[str]:
        """What a person has left out of the copy, and why: a refusal in part is told with the answer (GDPR 12(4))."""
        told = []
        for each in unit.refusals.of(request.id):
            known = grounds(request.right, ticket.regimes).get(each.ground)
            where = ", ".join(self.systems[name].label for name in each.systems if name in self.systems)
            told.append(f"{where}: {' '.join(each.words)}{f' ({known.article})' if known else ''}")
        return told

    def _attached(self, name: str) -> dict[str, Any]:
        return {"locked": True, "file": f"{name}{ZIP}"}

    def _to_fetch(self, token: str, expires_at: datetime) -> dict[str, Any]:
        return {
            "link": f"{self.house.public_url}/p/{token}",
            "link_until": self._today(expires_at),
            "downloads": self.house.package_downloads,
        }

    def _looked(self, unit: Unit, request: Request) -> dict[str, Any]:
        """Where programs have searched and people have looked, and what came of the people's part."""
        tasks = self._tasks(unit, request)
        looked = {each.system for each in tasks}
        places = [each for name, each in self.systems.items() if not each.by_hand or name in looked]
        lines = unit.plans.get(request.plan_id).lines if request.plan_id else ()
        did = "lifting" if ends_restriction(lines) else str(request.right)
        return {"searched": [each.label for each in places], "by_hand": [self._by_hand(each, did) for each in tasks]}

    def _by_hand(self, task: TaskRow, did: str) -> dict[str, Any]:
        """One task as a letter tells it; nothing of its evidence. What was not there is not told as done."""
        system, done = self.systems.get(task.system), task.outcome == Outcome.DONE
        return {
            "system": system.label if system else task.system,
            "place": task.place,
            "did": did if done else "nothing",
            "on": self._today(task.done_at or task.made_at),
            "says": system.answer.get(did, "") if done and isinstance(system, ByHand) else "",
        }

    # -- the download ---------------------------------------------------------------------------------------------

    def download(self, token: str, address: str, code: str) -> tuple[str, Content] | None:
        """(file name, zip in pieces), counted and audited; None, whatever the reason, when nothing is for these three.

        Refused, and not counted, when the file is gone or cut. One that was changed breaks off where it was.
        """
        with self.store.begin() as unit:
            row = self._package_of(unit, token, address)
            if row is None or not self._code_holds(unit, row, code):
                return None
            content = self.packer.open(row.name, token)
            if not unit.packages.download(row.id, self.house.package_downloads):
                content.close()
                return None
            unit.audit(PERSON.id, "download", row.ticket_id, row.request_id)
        checkpoint("download.counted")
        return f"{row.name}.zip", content

    # -- what is over ---------------------------------------------------------------------------------------------

    def sweep(self) -> int:
        """Packages whose days are over are gone, file first; how many. So are copies of requests that are over."""
        with self.store.read() as unit:
            expired = unit.packages.expired(unit.now)
            over = unit.holdings.over()
        for row in expired:
            self.packer.remove(row.name)
            with self.store.begin() as unit:
                if unit.packages.revoke(row.id):
                    unit.audit(BOT.id, "package_over", row.ticket_id, row.request_id)
        for held in over:
            self.packer.let_go(held.file)
            with self.store.begin() as unit:
                self._request(unit, held.request_id)
                unit.holdings.drop(held.request_id, held.system)
        with self.store.read() as unit:
            self.packer.sweep(unit.holdings.files())
        return len(expired)

    def _packing_kinds(self) -> list[Kind]:
        return [*self._counting_kinds(), self._harmless("pack", self._pack_call, self._pack_after, COPY_S)]
