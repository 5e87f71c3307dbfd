"""Tasks: what a person does by hand, as the channel sees it. Names nobody."""

from bot.cards.blocks import Block, actions, button, context, cut, day, escape, link, member, paragraph, section
from bot.cards.views import TaskView
from bot.phrases import Phrases, named, say
from bot.workflow import REASONS, Outcome

TOLD = Phrases(
    {
        Outcome.DONE: "task.done",
        Outcome.NOTHING: "task.nothing",
        Outcome.HELD: "task.held",
        Outcome.CANNOT: "task.cannot",
    }
)


def task_card(task: TaskView) -> list[Block]:
    """The message in the thread."""
    blocks = [
        section(
            say(
                "task.line",
                number=task.number,
                right=escape(named("right", task.right)),
                task=escape(task_status(task)),
            )
        )
    ]
    if task.state == "void":
        return blocks
    blocks.append(paragraph(task_told(task)))
    if task.state == "open":
        blocks.append(
            context(
                say(
                    "task.asked",
                    assignee=member(task.assignee) if task.assignee else say("task.anybody"),
                )
            )
        )
    row = task_buttons(task)
    row.append(button(say("card.whole_plan"), f"plan:{task.right}", task.ref))
    return [*blocks, *actions(row)]


def task_text(task: TaskView) -> str:
    """The same in one line."""
    return say("task.text", ref=task.ref, number=task.number, system=task.system, task=task_status(task))


def task_told_card(task: TaskView, link_: str) -> list[Block]:
    """For whoever is asked by name: what is wanted of them, and the way to the message with its button."""
    told = say("task.asks_you", right=named("right", task.right), ref=task.ref)
    row = [link(say("task.go"), "card", link_, style="primary")]
    return [paragraph(told), paragraph(task_told(task)), *actions(row)]


def task_told_text(task: TaskView) -> str:
    """The same in one line."""
    return say("task.asks_you_text", ref=task.ref, system=task.system)


def task_status(task: TaskView) -> str:
    """How it stands, in a few words."""
    if task.state == "open":
        return say("task.open")
    if task.state == "void":
        return say("task.void")
    told = TOLD[Outcome(task.outcome or Outcome.DONE)]
    if task.outcome == Outcome.CANNOT:
        told += f": {named('reason', task.reason if task.reason in REASONS else 'other')}"
    if task.done_on:
        told += f", {day(task.done_on)}"
    if task.waits_for_second:
        told += say("task.needs_second")
    return told


def task_told(task: TaskView) -> str:
    """Where, what and how, in plain text."""
    where = f"{task.system}{f' · {task.place}' if task.place else ''}{f' ({task.count})' if task.count > 1 else ''}"
    what = say("task.look_first", words=task.words) if task.looks else task.words
    return f"{cut(where, 200)}: {cut(what, 1500)}"


def task_line(task: TaskView) -> str:
    """One task in one line of a card, as Slack parses it."""
    who = f" · {member(task.assignee)}" if task.state == "open" and task.assignee else ""
    if task.done_by:
        who = say("task.by", done_by=member(task.done_by))
    if task.looked_by:
        who += say("task.seen_by", looked_by=member(task.looked_by))
    sign = "○" if task.state == "open" or task.waits_for_second else "✗" if task.outcome == Outcome.CANNOT else "✓"
    return f"{sign} {task.number}. {escape(cut(f'{task.system} · {task.place}', 90))}: {escape(task_status(task))}{who}"


def task_buttons(task: TaskView) -> list[Block]:
    """What may be pressed now."""
    if task.state == "open":
        return [button(say("task.done_button"), f"task_done:{task.number}", task.id, style="primary")]
    if task.waits_for_second:
        return [button(say("review.look"), f"task_look:{task.number}", task.id, style="primary")]
    return [] if task.state == "void" else [button(say("windows.what_was_done"), f"task_look:{task.number}", task.id)]
