"""The answer: the access package, the letter that carries it, and the download on the person's page."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.checkpoints import checkpoint
from bot.desk.office import Sweeping
from bot.desk.timing import Timing
from bot.engine import Job, Kind
from bot.errors import SubjectlineError
from bot.intake import normal_address
from bot.law import Right
from bot.store import Unit
from bot.tickets import BOT, PERSON, Request, State
from bot.workflow import GROUNDS, Act, Change, Line

PACKED = {Right.ACCESS: "access_answer", Right.PORTABILITY: "portability_answer"}  # answered by a package


class Answering(Timing):
    """The verbs at the end of the road."""

    def _answer(self, unit: Unit, request: Request) -> None:
        """In the state `answering`: the letter is written, or first the package it carries."""
        ticket = unit.tickets.get(request.ticket_id)
        if not self._persons(unit, request.id):
            self._send(unit, ticket, "nothing_held", {"right": str(request.right), **self._searched()}, request=request)
        elif request.right in PACKED:
            key = f"{request.id}:pack:{request.generation}"
            self.engine.put(unit, "pack", key, {"request": request.id}, ticket_id=ticket.id)
        else:
            letter, values = self._answer_of(unit, request)
            self._send(unit, ticket, letter, {**self._searched(), **values}, request=request)

    def _answer_of(self, unit: Unit, request: Request) -> tuple[str, dict[str, Any]]:
        """The letter that says what was done, and what it says."""
        assert request.plan_id is not None
        lines = [line for line in unit.plans.get(request.plan_id).lines if line.count and line.system in self.systems]
        done = {"done_on": self._today(unit.now), "lines": [self._spoken(line) for line in lines]}
        if request.right == Right.CORRECTION:
            return "correction_done", {**done, "changes": [self._said(each) for each in self._changes(unit, request)]}
        if request.right == Right.RESTRICTION:
            if any(line.act == Act.LIFT for line in lines):
                return "restriction_lifted", done
            ground = GROUNDS.get(unit.requests.wishes(request.id).get("ground", ""), "")
            return "restriction_done", {**done, "ground": ground}
        if request.right == Right.OBJECTION:
            return "marketing_stop", done
        return "erasure_done", self._erased_values(unit, request)

    def _said(self, change: Change) -> dict[str, Any]:
        label = self.systems[change.system].label
        return {"system": label, "field": change.label, "old": change.old, "new": change.new}

    def _changes(self, unit: Unit, request: Request, system: str | None = None) -> list[Change]:
        """What the plan of this correction sets, in one system or in all."""
        known = [Change(**each) for each in unit.requests.changes(request.id)]
        return [each for each in known if system is None or each.system == system]

    def _searched(self) -> dict[str, Any]:
        return {"searched": [system.label for system in self.systems.values()]}

    def _erased_values(self, unit: Unit, request: Request) -> dict[str, Any]:
        assert request.plan_id is not None
        lines = unit.plans.get(request.plan_id).lines
        return {
            **self._searched(),
            "erased": [self._spoken(line) for line in lines if line.act in {Act.DELETE, Act.ANONYMISE} and line.count],
            "kept": [self._spoken(line) for line in lines if line.act == Act.KEEP and line.count],
            "erased_on": self._today(unit.now),
        }

    def _spoken(self, line: Line) -> dict[str, Any]:
        return {
            "system": self.systems[line.system].label,
            "place": line.place,
            "act": str(line.act),
            "count": line.count,
            "category": line.category,
            "basis": line.basis,
            "until": date.fromisoformat(line.until) if line.until else None,
        }

    # -- the package ----------------------------------------------------------------------------------------------

    def _hold(self, unit: Unit, request: Request, name: str, pieces: Iterable[Any]) -> int:
        """These tables and files (`connectors.Table`, `connectors.File`) go into the request's package; how many rows.

        `name` is that of a system, or `system:word` for what is added to it by hand (at most 64 characters); held
        before under the same name is replaced. Nothing is held any more once the request is over.
        """
        held = list(pieces)
        unit.holdings.put(request.id, name, self.packer.freeze(held))
        return sum(len(getattr(each, "rows", (each,))) for each in held)

    def _pack_call(self, job: Job) -> Mapping[str, Any]:
        """Packs and seals what the systems answered. The token stays in memory until the letter holds it."""
        with self.store.read() as unit:
            request = unit.requests.get(job.args["request"])
            ticket = unit.tickets.get(request.ticket_id)
            held = {name: self.packer.thaw(frozen) for name, frozen in unit.holdings.of(request.id).items()}
            now = unit.now.astimezone(ZoneInfo(self.house.zone))
        whole = request.right == Right.ACCESS
        tables = {
            name: [sheet for key in sorted(held) if key.partition(":")[0] == name for sheet in held[key]]
            for name in self.systems
        }
        tables = {name: sheets if whole else self.packer.given(sheets) for name, sheets in tables.items()}
        about = {
            **self.house.policy,
            "ref": ticket.ref,
            "received_on": ticket.received_on,
            "labels": {name: system.label for name, system in self.systems.items()},
        }
        content = self.packer.pack(tables, about, now)
        name = f"{ticket.ref}-{request.generation}"
        token, digest = self.packer.seal(content, name)
        return {"token": token, "digest": digest, "name": name, "size": len(content)}

    def _pack_after(self, unit: Unit, job: Job, packed: Mapping[str, Any]) -> None:
        ticket, request = self._request(unit, job.args["request"])
        if request.state != State.ANSWERING:
            return
        address = normal_address(unit.tickets.correspondent(ticket.id).address) or ""
        expires_at = unit.now + timedelta(days=self.house.package_days)
        unit.packages.add(
            id=unit.id(), request_id=request.id, ticket_id=ticket.id, token_digest=packed["digest"],
            address_blind=self.store.keys.blind("address", address), name=packed["name"], size=packed["size"],
            expires_at=expires_at,
        )  # fmt: skip
        unit.holdings.clear(request.id)
        unit.audit(BOT.id, "pack", ticket.id, request.id, size=packed["size"])
        self._send(
            unit, ticket, PACKED[request.right], self._access_values(packed["token"], expires_at),
            request=request, secret=packed["token"],
        )  # fmt: skip

    def _access_values(self, token: str, expires_at: datetime) -> dict[str, Any]:
        return {
            **self._searched(),
            "link": f"{self.house.public_url}/p/{token}",
            "link_until": self._today(expires_at),
            "downloads": self.house.package_downloads,
        }

    def download(self, token: str, address: str) -> tuple[str, bytes] | None:
        """(file name, zip), counted and audited; None, whatever the reason, when there is nothing for this pair."""
        given = normal_address(address)
        digest = hashlib.sha256(token.encode()).hexdigest()
        with self.store.begin() as unit:
            row = unit.packages.by_token(digest)
            if row is None or row.revoked_at or row.expires_at <= unit.now or row.tries >= self.house.code_tries:
                return None
            if given is None or self.store.keys.blind("address", given) != row.address_blind:
                unit.packages.tried(row.id)
                return None
            if not unit.packages.download(row.id, self.house.package_downloads):
                return None
            unit.audit(PERSON.id, "download", row.ticket_id, row.request_id)
            name = row.name
        checkpoint("download.counted")
        return f"{name}.zip", self.packer.unseal(name, token)

    def sweep(self) -> int:
        """Packages whose days are over are gone, file first; how many."""
        with self.store.read() as unit:
            over = unit.packages.expired(unit.now)
        for row in over:
            self.packer.remove(row.name)
            with self.store.begin() as unit:
                if unit.packages.revoke(row.id):
                    unit.audit(BOT.id, "package_over", row.ticket_id, row.request_id)
        return len(over)

    def sweep_systems(self) -> bool:
        """What systems held back for a while is gone where its time is over, and the record says how much.

        False when some system could not be asked: it is asked again with the next sweep.
        """
        done = True
        for name, system in self.systems.items():
            if not isinstance(system, Sweeping):
                continue
            try:
                count = system.sweep()
            except SubjectlineError:
                done = False
                continue
            if count:
                with self.store.begin() as unit:
                    unit.audit(BOT.id, "swept", system=name, count=count)
        return done

    def _answering_kinds(self) -> list[Kind]:
        return [*self._counting_kinds(), self._harmless("pack", self._pack_call, self._pack_after)]
