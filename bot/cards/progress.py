"""How far each system is, in counts: a `plan` block with a task a system, and the same in plain words.

Not every client and workspace shows a `plan` (docs.slack.dev/reference/block-kit/blocks/plan-block): `plainly` says it
in blocks that all of them have, and the message's text says it once more for push notices and screen readers.
"""

from collections.abc import Sequence

from bot.cards.blocks import Block, context, cut, lines, plain
from bot.cards.views import Progress, RequestView
from bot.phrases import say
from bot.tickets import DISCLOSING, State

SIGNS = {"complete": "✓ ", "error": "✗ "}


def progress_blocks(request: RequestView, limit: int) -> list[Block]:
    """One task for each of the first `limit` systems, and how many more there are."""
    shown = request.progress[:limit]
    tasks: list[Block] = [
        {
            "type": "task_card", "task_id": f"{request.id}:{number}",
            "title": progress_line(each, request.state), "status": _status(each, request),
        }
        for number, each in enumerate(shown, start=1)
    ]  # fmt: skip
    rest = len(request.progress) - len(shown)
    more = [context(say("progress.more_systems", rest=rest))] if rest else []
    return [{"type": "plan", "title": plain(progress_text(request)), "tasks": tasks}, *more]


def progress_text(request: RequestView) -> str:
    """All systems in one line: `1 of 2 systems done, 9 found → 3 left`."""
    done = sum(_status(each, request) == "complete" for each in request.progress)
    found = sum(each.found for each in request.progress)
    told = say("progress.text", done=done, n=len(request.progress), found=found)
    left = [each.left for each in request.progress if each.left is not None]
    return say("progress.left", told=told, left=sum(left)) if left else told


def progress_line(each: Progress, state: State) -> str:
    """One system's progress in counts: `our internal server: 9 found → 0 left`."""
    system = cut(each.system, 60)
    if each.left is not None:
        return say("progress.proved", system=system, found=each.found, left=each.left)
    tail = {
        "done": say("progress.done"),
        "unknown": say("progress.unknown"),
        "dead": say("progress.dead"),
    }
    doing = say("progress.again") if state == State.PROVING else say("progress.at_work")
    return say("progress.found", system=system, found=each.found, state=tail.get(each.state, doing))


def signed_line(each: Progress, state: State) -> str:
    """The same with a sign once it is proved, for where there is no `plan` block."""
    sign = "" if each.left is None else SIGNS["error" if each.left else "complete"]
    return f"{sign}{progress_line(each, state)}"


def plainly(blocks: Sequence[Block]) -> list[Block]:
    """The same without `plan` blocks, for where they cannot be shown."""
    shown: list[Block] = []
    for block in blocks:
        if block["type"] != "plan":
            shown.append(block)
            continue
        told = [f"{SIGNS.get(each['status'], '')}{each['title']}" for each in block["tasks"]]
        shown += [context(cut(block["title"]["text"], 240)), *lines(told, len(told), "")]
    return shown


def _status(each: Progress, request: RequestView) -> str:
    """The state of a task card: pending, in_progress, complete, error."""
    if each.left is not None:
        return "error" if each.left else "complete"
    if each.state in {"unknown", "dead"}:
        return "error"
    if each.state == "done":
        return "complete" if request.right in DISCLOSING or request.state == State.DONE else "in_progress"
    return "in_progress" if each.state == "running" else "pending"
