"""What was done, where, how much and when: as planned, by program or by hand, and proved by asking again."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from bot.cards.blocks import day
from bot.cards.letter import Statement
from bot.desk.provers.about import About
from bot.desk.running import DONE
from bot.phrases import named, say
from bot.store.rows import TaskRow
from bot.workflow import ACTING, Act, Line

ACTS = frozenset(DONE.values())


def lines(about: About, value: Sequence[Mapping[str, Any]]) -> Iterable[Statement]:
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


def changes(about: About, value: Sequence[Mapping[str, Any]]) -> Iterable[Statement]:
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


def done_on(about: About, value: date) -> Iterable[Statement]:
    """Of what was done by then; where nothing had to be done, the plan says so."""
    done = [each for each in about.rows(*ACTS, "proved", "task_done") if about.on(each.at) <= value]
    lines = about.plan.lines if about.plan else ()
    acted = any(each.count and each.act in ACTING for each in lines)
    yield Statement(say("proof.done_by", date=day(value)), about.said(*done[-1:]) if done or acted else about.planned)


def searched(about: About, value: Sequence[str]) -> Iterable[Statement]:
    """Programs were asked whom they know, people have looked."""
    located = bool(about.request) and about.unit.requests.located(about.request.id)
    for label in value:
        names = [name for name in about.systems if about.label(name) == label]
        looked = [each for each in about.tasks if each.system in names]
        asked = located and any(not about.systems[name].by_hand for name in names)
        shown = (*about.planned, say("proof.all_asked")) if asked else ()
        yield Statement(say("proof.looked_in", label=label), (*shown, *(row for each in looked for row in _task(each))))


def by_hand(about: About, value: Sequence[Mapping[str, Any]]) -> Iterable[Statement]:
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
