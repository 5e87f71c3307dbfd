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
from bot.cards.inputs import choice, entry, logged, prose
from bot.cards.private import Evidence, TaskForm
from bot.cards.task import task_buttons, task_line, task_told
from bot.cards.views import TaskView
from bot.phrases import Phrases, capital, named, say
from bot.tickets import DISCLOSING
from bot.workflow import REASONS, Outcome

TO_DO = Phrases(
    {  # of a task that may be done
        Outcome.DONE: "evidence.done",
        Outcome.NOTHING: "evidence.nothing",
        Outcome.CANNOT: "evidence.cannot",
    }
)
TO_LOOK = Phrases(
    {  # of one in which nobody knows yet who asks: nothing may be given out or destroyed
        Outcome.NOTHING: "evidence.nothing",
        Outcome.HELD: "evidence.held",
        Outcome.CANNOT: "evidence.held_elsewhere",
    }
)


def tasks_modal(ref: str, tasks: Sequence[TaskView], metadata: str) -> Block:
    """Everything to be done by hand for one right, with its buttons."""
    blocks: list[Block] = []
    for task in tasks[:25]:
        blocks += [divider(), section(task_line(task)), paragraph(task_told(task)), *actions(task_buttons(task))]
    return modal(ref, blocks[1:] or [paragraph(say("evidence.no_tasks"))], metadata=metadata)


def task_form(form: TaskForm) -> Block:
    """Who it is about, what to do, and what became of it."""
    task = form.task
    about = ", ".join(each for each in (form.name, form.address) if each) or say("evidence.see_the_enquiry")
    blocks = [paragraph(task_told(task)), *words(say("evidence.about", about=about), 1)]
    blocks += [paragraph(f"{cut(label, 60)}: {cut(value, 300)}") for label, value in form.wishes]
    if form.files:
        blocks.append(paragraph(say("evidence.added", files=cut(", ".join(form.files), 600))))
    blocks += [context(capital(logged())), divider()]
    outcomes = TO_LOOK if task.looks else TO_DO
    blocks.append(
        entry("outcome", say("evidence.outcome"), choice("outcome", {str(k): v for k, v in outcomes.items()}))
    )
    blocks.append(prose("evidence", say("evidence.known"), say("evidence.known_hint")))
    if task.right in DISCLOSING and not task.looks:
        hint = say("evidence.found_hint")
        blocks.append(prose("found", say("evidence.found"), hint, optional=True))
    reasons = choice("reason", {each: named("reason", each) for each in REASONS})
    blocks.append(entry("reason", say("evidence.why"), reasons, hint=say("evidence.why_hint"), optional=True))
    view = modal(
        say("windows.done_by_hand"),
        [context(say("evidence.task", ref=escape(task.ref), number=task.number)), *blocks],
        metadata=task.id,
    )
    return {
        **view,
        "submit": plain(say("evidence.say_so")),
        "close": plain(say("frame.not_now")),
        "callback_id": "task_done",
    }


def evidence_modal(evidence: Evidence) -> Block:
    """What was said of a task, and the second look."""
    task = evidence.task
    blocks = [
        section(task_line(task)),
        paragraph(task_told(task)),
        context(say("evidence.how_known", logged=logged())),
        *words(evidence.words, 4),
    ]
    if evidence.found:
        blocks += [context(say("evidence.for_copy")), *words(evidence.found, 4)]
    if evidence.files:
        blocks.append(paragraph(say("evidence.files", files=cut(", ".join(evidence.files), 1000))))
    if task.waits_for_second and evidence.can_see:
        blocks += [divider(), *actions([button(say("evidence.seen"), "task_seen", task.id, style="primary")])]
    elif task.waits_for_second:
        blocks += [divider(), context(say("evidence.not_yourself"))]
    return modal(say("windows.what_was_done"), blocks, metadata=task.id)
