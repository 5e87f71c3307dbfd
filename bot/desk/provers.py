"""What a letter rests on: each thing it says, with the rows that show it. What no row shows cannot be released.

A value of a letter is a statement. `PROVERS` names, for each of them, how it is looked up; a value nobody has a prover
for rests on nothing, so a letter cannot come to say something new without evidence.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from bot.cards.blocks import day
from bot.cards.letter import Statement
from bot.desk.office import House, System
from bot.desk.running import DONE
from bot.desk.sifting import BLACK, OUT
from bot.drafts import restored
from bot.phrases import named, say, translated
from bot.recipients import register
from bot.store import Notice, Unit
from bot.store.remarks import Refusal
from bot.store.rows import AuditRow, LetterRow, Plan, TaskRow
from bot.tickets import BOT, Identity, Request, Ticket
from bot.workflow import ACTING, Act, Line

RECORD = 2000  # rows of one ticket's record
ACTS = frozenset(DONE.values())
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


def statements(about: About) -> tuple[Statement, ...]:
    """Everything this draft says, each with its rows."""
    found = list(_common(about))
    for name, value in restored(about.content["values"]).items():
        prover = PROVERS.get(name)
        found += [Statement(name.replace("_", " "))] if prover is None else prover(about, value)
    return tuple(dict.fromkeys(found))


def _common(about: About) -> Iterable[Statement]:
    ticket = about.ticket
    opened = about.said(*[each for each in about.record if each.verb == "open"][:1])
    told = say("proof.ticket", ref=ticket.ref, received_on=day(ticket.received_on), due=day(ticket.due))
    yield Statement(told, (*opened, say("proof.clock_row")), about.clock)
    yield Statement(say("proof.company"), (say("proof.configuration"),))


# -- what was done -----------------------------------------------------------------------------------------------------


def _lines(about: About, value: Sequence[Mapping[str, Any]]) -> Iterable[Statement]:
    """What was done to how much in which place: planned like this, done, and proved by asking again."""
    for each in value:
        says = f"{named('act', each['act'])}: {each['count']}, {each['system']} · {each['place']}"
        line = next((line for line in about.plan.lines if _same(about, line, each)), None) if about.plan else None
        yield Statement(says, _shown(about, line) if line else (), about.whole_plan)


def _same(about: About, line: Line, each: Mapping[str, Any]) -> bool:
    known = (about.label(line.system), line.place, str(line.act), line.count)
    until = date.fromisoformat(line.until) if line.until else None
    named = (each["system"], each["place"], each["act"], each["count"])
    return (*known, line.basis, until) == (*named, each.get("basis"), each.get("until"))


def _shown(about: About, line: Line) -> tuple[str, ...]:
    if line.act == Act.KEEP:
        return about.planned
    done = about.rows(*ACTS, system=line.system)
    proved = [each for each in about.rows("proved", system=line.system) if each.detail.get("left") == 0]
    return (*about.planned, *about.said(*done[-1:], *proved[-1:])) if done and proved else ()


def _changes(about: About, value: Sequence[Mapping[str, Any]]) -> Iterable[Statement]:
    """Old → new: as planned, and done in the system it names; a recipient reads of it without the system."""
    request_id = about.notice.request_id if about.notice else about.letter.request_id
    known = about.unit.requests.changes(request_id) if request_id else []
    opens = ("Old → new", "changes", request_id) if request_id else None
    for each in value:
        says = f"{named('field', each['word'])}: {each['old']} → {each['new']}"
        found = [
            one["system"] for one in known
            if (one["word"], one["old"], one["new"]) == (each["word"], each["old"], each["new"])
            and each.get("system", about.label(one["system"])) == about.label(one["system"])
        ]  # fmt: skip
        done = [row for name in found for row in about.rows("corrected", system=name)[-1:]]
        yield Statement(says, (*about.planned, *about.said(*done)) if done else (), opens)


def _done_on(about: About, value: date) -> Iterable[Statement]:
    """Of what was done by then; where nothing had to be done, the plan says so."""
    done = [each for each in about.rows(*ACTS, "proved", "task_done") if about.on(each.at) <= value]
    lines = about.plan.lines if about.plan else ()
    acted = any(each.count and each.act in ACTING for each in lines)
    yield Statement(say("proof.done_by", date=day(value)), about.said(*done[-1:]) if done or acted else about.planned)


def _searched(about: About, value: Sequence[str]) -> Iterable[Statement]:
    """Programs were asked whom they know, people have looked."""
    located = bool(about.request) and about.unit.requests.located(about.request.id)
    for label in value:
        names = [name for name in about.systems if about.label(name) == label]
        looked = [each for each in about.tasks if each.system in names]
        asked = located and any(not about.systems[name].by_hand for name in names)
        shown = (*about.planned, say("proof.all_asked")) if asked else ()
        yield Statement(say("proof.looked_in", label=label), (*shown, *(row for each in looked for row in _task(each))))


def _by_hand(about: About, value: Sequence[Mapping[str, Any]]) -> Iterable[Statement]:
    for each in value:
        named = (each["system"], each["place"])
        task = next((one for one in about.tasks if (about.label(one.system), one.place) == named), None)
        opens = (say("review.look"), "task_look", task.id) if task and task.state == "done" else None
        says = say("proof.by_hand", system=each["system"], place=each["place"], did=each["did"], date=day(each["on"]))
        yield Statement(says, _task(task) if task else (), opens)


def _task(task: TaskRow) -> tuple[str, ...]:
    """What is said of a task that is settled."""
    if not task.settled:
        return ()
    seen = say("proof.seen_by", looked_by=task.looked_by) if task.looked_by else ""
    return (say("proof.task_row", number=task.number, outcome=task.outcome, done_by=task.done_by, seen=seen),)


# -- who was told ------------------------------------------------------------------------------------------------------


def _told(about: About, value: Sequence[Mapping[str, Any]]) -> Iterable[Statement]:
    for each in value:
        found = [one for one in _notices(about) if one.name == each["name"] and one.told_at]
        rows = [row for one in found for row in about.rows("recipient_told") if row.detail.get("notice") == one.id]
        yield Statement(
            say("proof.told", name=each["name"], date=day(each["on"])), about.said(*rows[-1:]), _recipients(about)
        )


def _telling(about: About, value: Sequence[Mapping[str, Any]]) -> Iterable[Statement]:
    for each in value:
        found = [one for one in _notices(about) if one.name == each["name"]]
        rows = [row for one in found for row in about.rows("notice") if row.detail.get("notice") == one.id]
        yield Statement(say("proof.telling", name=each["name"]), about.said(*rows[-1:]), _recipients(about))


def _untold(about: About, value: Sequence[Mapping[str, Any]]) -> Iterable[Statement]:
    known = {(each.name, each.because) for each in register(about.house.policy["policy"]["recipients"])}
    for each in value:
        shown = (say("proof.reason_configured"),) if (each["name"], each["because"]) in known else ()
        yield Statement(say("proof.untold", name=each["name"], because=each["because"]), shown)


def _notices(about: About) -> list[Notice]:
    found = about.unit.notices.of(about.ticket.id)
    return [each for each in found if each.request_id == about.letter.request_id]


def _recipients(about: About) -> tuple[str, str, str]:
    return (say("proof.recipients"), "notices", about.ticket.id)


def _of_notice(says: str) -> Prover:
    """Something a recipient reads: of a notice that stands, and whom the systems know."""

    def prove(about: About, value: Any) -> Iterable[Statement]:
        rows = [each for each in about.rows("notice") if about.notice and each.detail.get("notice") == about.notice.id]
        told = ", ".join(value) if isinstance(value, list | tuple) else str(value)
        yield Statement(f"{say(says)}: {told}", (*about.planned, *about.said(*rows[-1:])) if rows else ())

    return prove


# -- the copy ----------------------------------------------------------------------------------------------------------


def _package(about: About, value: Any) -> Iterable[Statement]:
    """The link leads to a package that is there, and will be for a while."""
    del value
    digest = hashlib.sha256(str(about.content.get("secret", "")).encode()).hexdigest()
    row = about.unit.packages.by_token(digest)
    alive = row is not None and row.revoked_at is None and row.expires_at > about.unit.now
    packed = about.rows("pack")[-1:]
    yield Statement(say("proof.way_to_copy"), about.said(*packed) if alive else ())


def _withheld(about: About, value: Sequence[str]) -> Iterable[Statement]:
    for each in value:
        rows = [row for row in about.refusals if " ".join(row.words) in each]
        yield Statement(say("proof.withheld", what=each), _refusal(about, rows))


def _for_others(says: str, verdict: str = "") -> Prover:
    """What was blacked out or left out because it is about other people: a person has decided each piece."""

    def prove(about: About, value: int | str) -> Iterable[Statement]:
        looks = about.unit.looks.of(about.letter.request_id or "")
        decided = [each for each in looks if each.verdict == verdict or (not verdict and each.verdict)]
        if value and (looks or not isinstance(value, str)):
            shown = (
                tuple(say("proof.decided_by", by=each.by) for each in decided)
                if value in {len(decided), str(value)}
                else ()
            )
            yield Statement(f"{say(says)}: {value}", shown)

    return prove


# -- what people decided -----------------------------------------------------------------------------------------------


def _refusal(about: About, rows: Sequence[Refusal]) -> tuple[str, ...]:
    return tuple(say("proof.refused_by", by=each.by, at=day(about.on(each.at))) for each in rows[-1:])


def _refused(says: str) -> Prover:
    """What a refusal says: a person has refused it, on this ground."""

    def prove(about: About, value: Any) -> Iterable[Statement]:
        if value in ([], "", False, None):
            return
        told = ", ".join(each["system"] for each in value) if isinstance(value, list) else str(value)
        yield Statement(f"{say(says)}: {told}", _refusal(about, about.refusals))

    return prove


def _ground(about: About, value: str) -> Iterable[Statement]:
    """Of a restriction, as the form names it; of a refusal, one the law of this ticket knows."""
    if about.letter.kind != "refusal":
        chosen = about.rows_of_request("choose")
        wished = about.request and about.unit.requests.wishes(about.request.id).get("ground") == value
        yield Statement(say("proof.ground", ground=value), about.said(*chosen[-1:]) if wished else ())
        return
    rows = [each for each in about.refusals if each.ground == value]
    yield Statement(say("proof.ground", ground=value), _refusal(about, rows))


def _confirmed(about: About, value: Any) -> Iterable[Statement]:
    """Whether it is known who wrote. Nothing that is held may be shown where it is not."""
    holds = not value or about.ticket.identity == Identity.CONFIRMED
    yield Statement(say("proof.known") if value else say("proof.unknown"), (say("proof.identity"),) * holds)


def _lifted_on(about: About, value: date) -> Iterable[Statement]:
    approved = about.rows_of_request("approve")
    yield Statement(say("proof.lifted_on", date=day(value)), about.said(*approved[-1:]))


def _why_lifted(about: About, value: str) -> Iterable[Statement]:
    yield Statement(value, about.said(*about.rows_of_request("lift")[-1:]))


def _own_words(about: About, value: Sequence[str] | str) -> Iterable[Statement]:
    """A person wrote them, and answers for them."""
    edited = [each for each in about.record if each.verb == "edit_letter" and each.detail.get("id") == about.letter.id]
    written = [each for each in about.record if each.verb == "write" and each.detail.get("id") == about.letter.id]
    rows = [each for each in (*written, *edited) if each.actor != BOT.id]
    for each in [value] if isinstance(value, str) else value:
        yield Statement(each, about.said(*rows[-1:]))


def _added(about: About, value: Sequence[str]) -> Iterable[Statement]:
    """Words beside the letter's own: whoever wrote them has said how that is known."""
    notes = [each for each in about.record if each.verb == "edit_letter" and each.detail.get("known")]
    rows = [each for each in notes if each.detail.get("id") == about.letter.id]
    for each in value:
        yield Statement(each, about.said(*rows[-1:]), (say("proof.note"), "details", about.ticket.id))


def _by_record(says: str, *verbs: str) -> Prover:
    """Something the record itself says."""

    def prove(about: About, value: Any) -> Iterable[Statement]:
        told = day(value) if isinstance(value, date) else str(value)
        yield Statement(f"{say(says)}: {told}", about.said(*about.rows_of_request(*verbs)[-1:]))

    return prove


def _by_author(says: str) -> Prover:
    def prove(about: About, value: Any) -> Iterable[Statement]:
        told = ", ".join(value) if isinstance(value, list) else translated("law_said", str(value))
        for each in _own_words(about, told):
            yield Statement(f"{say(says)}: {told}", each.rests)

    return prove


def _by_clock(says: str) -> Prover:
    """A date or a state that follows from what is on record of the clock."""

    def prove(about: About, value: Any) -> Iterable[Statement]:
        told = day(value) if isinstance(value, date) else str(value)
        yield Statement(f"{say(says)}: {told}", (say("proof.clock_steps", why=len(about.ticket.why)),), about.clock)

    return prove


def _asked_right(about: About, value: str) -> Iterable[Statement]:
    asked = [each.right for each in about.unit.requests.of(about.ticket.id)]
    says = say("proof.asked_right", right=named("right", value))
    yield Statement(says, about.said(*about.record[:1]) if value in asked else ())


PROVERS: Mapping[str, Prover] = {
    "lines": _lines,
    "erased": _lines,
    "kept": _lines,
    "changes": _changes,
    "done_on": _done_on,
    "erased_on": _done_on,
    "searched": _searched,
    "by_hand": _by_hand,
    "told": _told,
    "telling": _telling,
    "untold": _untold,
    "act": _of_notice("proof.did"),
    "name": _of_notice("proof.about"),
    "addresses": _of_notice("proof.addresses"),
    "told_on": _of_notice("proof.told_before"),
    "link": _package,
    "locked": _package,
    "file": _package,
    "link_until": _package,
    "downloads": _package,
    "withheld": _withheld,
    "others_black": _for_others("proof.black", BLACK),
    "others_left": _for_others("proof.out", OUT),
    "others_article": _for_others("proof.because"),
    "right": _asked_right,
    "ground": _ground,
    "article": _refused("proof.article"),
    "part": _refused("proof.part"),
    "left_out": _refused("proof.left_out"),
    "why_no_fee": _own_words,
    "confirmed": _confirmed,
    "words_of_ours": _own_words,
    "why_lifted": _why_lifted,
    "lifted_on": _lifted_on,
    "added": _added,
    "means": _by_author("proof.means"),
    "reason": _by_author("proof.law_reason"),
    "clock": _by_clock("proof.clock_then"),
    "asked_on": _by_clock("proof.asked_on"),
    "due_if_answered": _by_clock("proof.due_at_once"),
    "was_due": _by_clock("proof.due_before"),
    "question": _by_clock("proof.question"),
    "first_asked": _by_clock("proof.asked_on"),
    "closes_on": _by_clock("proof.closes_on"),
    "why": _by_record("proof.why_closed", "give_up", "withdraw"),
    "since": _by_record("proof.since", "give_up", "withdraw"),
    "complained_on": _by_record("proof.complained_on", "complaint"),
}
