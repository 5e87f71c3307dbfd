"""A letter and the rows around it, and these rows in words."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from bot.cards.blocks import day
from bot.cards.letter import Statement
from bot.desk.office import House, System
from bot.phrases import named, say
from bot.store import Notice, Unit
from bot.store.remarks import Refusal
from bot.store.rows import AuditRow, LetterRow, Plan, TaskRow
from bot.tickets import BOT, Request, Ticket

RECORD = 2000  # rows of one ticket's record
Prover = Callable[["About", Any], Iterable[Statement]]


@dataclass(frozen=True)
class About:
    """A letter and the rows around it, each read when it is first asked for."""

    unit: Unit
    house: House
    systems: Mapping[str, System]
    ticket: Ticket
    letter: LetterRow
    content: Mapping[str, Any]

    @cached_property
    def request(self) -> Request | None:
        return self.unit.requests.get(self.letter.request_id) if self.letter.request_id else None

    @cached_property
    def notice(self) -> Notice | None:
        return self.unit.notices.by_letter(self.letter.id)

    @cached_property
    def plan(self) -> Plan | None:
        plan_id = self.notice.plan_id if self.notice else self.request and self.request.plan_id
        return self.unit.plans.get(plan_id) if plan_id else None

    @cached_property
    def record(self) -> list[AuditRow]:
        return self.unit.trail(self.ticket.id, RECORD)

    @cached_property
    def tasks(self) -> list[TaskRow]:
        found = self.unit.tasks.of_request(self.request.id) if self.request else []
        return [each for each in found if self.plan and each.plan_id == self.plan.id]

    @cached_property
    def refusals(self) -> list[Refusal]:
        """What was refused of this request; of a letter without one, of its ticket."""
        requests = self.unit.requests.of(self.ticket.id)
        ids = [each.id for each in requests if self.letter.request_id in {None, each.id}]
        return [row for each in ids for row in self.unit.refusals.of(each)]

    def said(self, *rows: AuditRow) -> tuple[str, ...]:
        """Rows of the record, in words that name nobody outside of the team."""
        return tuple(self._said(each) for each in rows)

    def _said(self, row: AuditRow) -> str:
        at = row.at.astimezone(ZoneInfo(self.house.zone))
        left = say("proof.left", left=row.detail["left"]) if "left" in row.detail else ""
        by = "" if row.actor == BOT.id else say("proof.by", actor=row.actor)
        return say(
            "proof.row",
            seq=row.seq,
            date=day(at.date()),
            at=f"{at:%H:%M}",
            verb=named("verb", row.verb).replace("_", " "),
            by=by,
            left=left,
        )

    def on(self, moment: datetime) -> date:
        """The day of a moment in the house's zone."""
        return moment.astimezone(ZoneInfo(self.house.zone)).date()

    def label(self, name: str) -> str:
        return self.systems[name].label if name in self.systems else name

    def rows(self, *verbs: str, system: str = "") -> list[AuditRow]:
        """What the record says of this request since its plan was made."""
        request_id = self.notice.request_id if self.notice else self.letter.request_id
        since = self.plan.made_at if self.plan else self.ticket.opened_at
        return [
            each for each in self.record
            if each.verb in verbs and each.request_id == request_id and (since is None or each.at >= since)
            and (not system or each.detail.get("system") == system)
        ]  # fmt: skip

    def rows_of_request(self, *verbs: str) -> list[AuditRow]:
        """What the record says of this request at any time; of a letter without one, of its ticket."""
        return [
            each for each in self.record
            if each.verb in verbs and self.letter.request_id in {None, each.request_id}
        ]  # fmt: skip

    @cached_property
    def planned(self) -> tuple[str, ...]:
        """The row of the plan."""
        if self.plan is None:
            return ()
        return (
            say(
                "proof.plan_row", number=self.plan.number, date=day(self.plan.made_at.date()), hash=self.plan.hash[:12]
            ),
        )

    @property
    def whole_plan(self) -> tuple[str, str, str] | None:
        return (say("proof.plan"), f"plan:{self.request.right}", self.ticket.ref) if self.request else None

    @property
    def clock(self) -> tuple[str, str, str]:
        return (say("windows.why_this_date"), "clock", self.ticket.id)
