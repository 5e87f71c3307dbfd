"""A plan in numbers, and place by place."""

from collections import Counter
from collections.abc import Sequence

from bot.cards.blocks import day
from bot.cards.views import PlanLine
from bot.phrases import Phrases, named, say

TASK = "task"  # of a plan line: for a person to do
TO_TELL = "recipients"  # in place of a system: people who are told
ACT = Phrases(
    {
        "export": "card.act_export",
        "delete": "card.act_delete",
        "anonymise": "card.act_anonymise",
        "keep": "card.act_keep",
        TASK: "card.act_task",
    }
)


def totals(plan: Sequence[PlanLine]) -> str:
    """The plan in numbers: `9 to delete, 3 kept (rows, in 1 system); 2 for a person to tell`."""
    counts: Counter[str] = Counter()
    for each in plan:
        counts[each.act] += each.count
    told = sum(each.count for each in plan if each.act == TASK and each.system == TO_TELL)
    tasks = counts.pop(TASK, 0) - told
    systems = len({each.system for each in plan if each.act != TASK})
    rows = ", ".join(f"{number} {ACT.get(act, named('act', act))}" for act, number in sorted(counts.items()))
    parts = [say("card.total_rows", rows=rows, n=systems)] if rows else []
    parts += [say("card.total_tasks", tasks=tasks)] if tasks else []
    parts += [say("card.total_told", told=told)] if told else []
    return "; ".join(parts)


def plan_line(each: PlanLine) -> str:
    """One place of the plan in words."""
    if each.act == TASK and each.system == TO_TELL:
        return say("card.line_told", place=each.place)
    if each.act == TASK:
        count = f" ({each.count})" if each.count > 1 else ""
        return say(
            "card.line_by_hand",
            system=each.system,
            place=each.place,
            count=count,
            words=f", {each.words}" if each.words else "",
        )
    kept = f" ({each.basis})" if each.basis else ""
    until = say("card.line_until", until=day(each.until)) if each.until else ""
    return f"{each.system} · {each.place}: {each.count} {ACT.get(each.act, named('act', each.act))}{kept}{until}"
