"""Tasks: what a person does by hand, as the channel sees it. Names nobody."""

from bot.cards.blocks import Block, actions, button, context, cut, day, escape, link, member, paragraph, section
from bot.cards.views import TaskView
from bot.workflow import REASONS, Outcome

TOLD = {
    Outcome.DONE: "done",
    Outcome.NOTHING: "nothing was held",
    Outcome.HELD: "something is held there",
    Outcome.CANNOT: "it cannot be done",
}
LOOK_FIRST = (
    "No system knows who asks. Please only look whether anything is held, and leave it as it is: what is to be done "
    "with it comes once it is clear who asks. For later:"
)


def task_card(task: TaskView) -> list[Block]:
    """The message in the thread."""
    blocks = [section(f"*Task {task.number}* · {escape(task.right)} · *{escape(task_status(task))}*")]
    if task.state == "void":
        return blocks
    blocks.append(paragraph(task_told(task)))
    if task.state == "open":
        blocks.append(context(f"Asked: {member(task.assignee) if task.assignee else 'whoever handles the ticket'}"))
    row = task_buttons(task)
    row.append(button("Whole plan", f"plan:{task.right}", task.ref))
    return [*blocks, *actions(row)]


def task_text(task: TaskView) -> str:
    """The same in one line."""
    return f"{task.ref}, task {task.number}, {task.system}: {task_status(task)}"


def task_told_card(task: TaskView, link_: str) -> list[Block]:
    """For whoever is asked by name: what is wanted of them, and the way to the message with its button."""
    told = f"You are asked to do something by hand, for the {task.right} of {task.ref}:"
    row = [link("Go to the task", "card", link_, style="primary")]
    return [paragraph(told), paragraph(task_told(task)), *actions(row)]


def task_told_text(task: TaskView) -> str:
    """The same in one line."""
    return f"{task.ref}: you are asked to do something by hand in {task.system}."


def task_status(task: TaskView) -> str:
    """How it stands, in a few words."""
    if task.state == "open":
        return "to be done by hand"
    if task.state == "void":
        return "no longer needed"
    told = TOLD.get(Outcome(task.outcome or "done"), "done")
    if task.outcome == Outcome.CANNOT:
        told += f": {REASONS.get(task.reason or '', REASONS['other'])}"
    if task.done_on:
        told += f", {day(task.done_on)}"
    if task.waits_for_second:
        told += "; a second person has to look"
    return told


def task_told(task: TaskView) -> str:
    """Where, what and how, in plain text."""
    where = f"{task.system}{f' · {task.place}' if task.place else ''}{f' ({task.count})' if task.count > 1 else ''}"
    what = f"{LOOK_FIRST} {task.words}" if task.looks else task.words
    return f"{cut(where, 200)}: {cut(what, 1500)}"


def task_line(task: TaskView) -> str:
    """One task in one line of a card, as Slack parses it."""
    who = f" · {member(task.assignee)}" if task.state == "open" and task.assignee else ""
    if task.done_by:
        who = f" · by {member(task.done_by)}"
    if task.looked_by:
        who += f", seen by {member(task.looked_by)}"
    sign = "○" if task.state == "open" or task.waits_for_second else "✗" if task.outcome == Outcome.CANNOT else "✓"
    return f"{sign} {task.number}. {escape(cut(f'{task.system} · {task.place}', 90))}: {escape(task_status(task))}{who}"


def task_buttons(task: TaskView) -> list[Block]:
    """What may be pressed now."""
    if task.state == "open":
        return [button("Done …", f"task_done:{task.number}", task.id, style="primary")]
    if task.waits_for_second:
        return [button("Look …", f"task_look:{task.number}", task.id, style="primary")]
    return [] if task.state == "void" else [button("What was done", f"task_look:{task.number}", task.id)]
