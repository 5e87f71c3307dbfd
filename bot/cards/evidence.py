"""The forms of tasks, and the look at what was said of one: for one permitted user's modal."""

from collections.abc import Sequence

from bot.cards.blocks import (
    Block,
    actions,
    button,
    context,
    cut,
    divider,
    escape,
    modal,
    paragraph,
    plain,
    section,
    words,
)
from bot.cards.inputs import choice, entry, prose
from bot.cards.modals import LOGGED
from bot.cards.task import task_buttons, task_line, task_told
from bot.cards.views import Evidence, TaskForm, TaskView
from bot.tickets import DISCLOSING
from bot.workflow import REASONS, Outcome

TO_DO = {  # of a task that may be done
    Outcome.DONE: "Done",
    Outcome.NOTHING: "I looked: nothing is held",
    Outcome.CANNOT: "It cannot be done",
}
TO_LOOK = {  # of one in which nobody knows yet who asks: nothing may be given out or destroyed
    Outcome.NOTHING: "I looked: nothing is held",
    Outcome.HELD: "Something is held, and the address they wrote from stands in it",
    Outcome.CANNOT: "Something is held, but not under this address; or nobody can look",
}


def tasks_modal(ref: str, tasks: Sequence[TaskView], metadata: str) -> Block:
    """Everything to be done by hand for one right, with its buttons."""
    blocks: list[Block] = []
    for task in tasks[:25]:
        blocks += [divider(), section(task_line(task)), paragraph(task_told(task)), *actions(task_buttons(task))]
    return modal(ref, blocks[1:] or [paragraph("Nothing has to be done by hand.")], metadata=metadata)


def task_form(form: TaskForm) -> Block:
    """Who it is about, what to do, and what became of it."""
    task = form.task
    about = ", ".join(each for each in (form.name, form.address) if each) or "see the enquiry"
    blocks = [paragraph(task_told(task)), *words(f"Who it is about: {about}", 1)]
    blocks += [paragraph(f"{cut(label, 60)}: {cut(value, 300)}") for label, value in form.wishes]
    if form.files:
        blocks.append(paragraph(f"Already added to the copy: {cut(', '.join(form.files), 600)}"))
    blocks += [context(LOGGED.capitalize()), divider()]
    outcomes = TO_LOOK if task.looks else TO_DO
    blocks.append(entry("outcome", "What became of it?", choice("outcome", {str(k): v for k, v in outcomes.items()})))
    blocks.append(prose("evidence", "How is that known?", "Where you looked and what you did. It is kept sealed."))
    if task.right in DISCLOSING and not task.looks:
        hint = "Goes into the person's copy word for word. Files are added by whoever works at the machine."
        blocks.append(prose("found", "What did you find?", hint, optional=True))
    reasons = choice("reason", REASONS)
    blocks.append(entry("reason", "Why can it not be done?", reasons, hint="Only then.", optional=True))
    view = modal("Done by hand", [context(f"{escape(task.ref)} · task {task.number}"), *blocks], metadata=task.id)
    return {**view, "submit": plain("Say so"), "close": plain("Not now"), "callback_id": "task_done"}


def evidence_modal(evidence: Evidence) -> Block:
    """What was said of a task, and the second look."""
    task = evidence.task
    blocks = [
        section(task_line(task)),
        paragraph(task_told(task)),
        context(f"How it is known · {LOGGED}"),
        *words(evidence.words, 4),
    ]
    if evidence.found:
        blocks += [context("What goes into the copy"), *words(evidence.found, 4)]
    if evidence.files:
        blocks.append(paragraph(f"Files for the copy: {cut(', '.join(evidence.files), 1000)}"))
    if task.waits_for_second and evidence.can_see:
        blocks += [divider(), *actions([button("Seen", "task_seen", task.id, style="primary")])]
    elif task.waits_for_second:
        blocks += [divider(), context("Whoever did it cannot make the second look.")]
    return modal("What was done", blocks, metadata=task.id)

