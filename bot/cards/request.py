"""One right of a ticket on its card: how far it is, its plan, and what can be pressed."""

from collections.abc import Sequence
from datetime import datetime

from bot.cards.blocks import (
    Block,
    actions,
    button,
    confirm,
    context,
    cut,
    day,
    escape,
    lines,
    member,
    moment,
    paragraph,
    section,
)
from bot.cards.names import IDENTITY
from bot.cards.plan import plan_line, totals
from bot.cards.progress import progress_blocks
from bot.cards.task import task_line
from bot.cards.views import CardView, RequestView, TaskView
from bot.law import Right
from bot.phrases import capital, named, say
from bot.tickets import Identity, State

BRIEF = -1  # as a limit: of each request its state and its buttons only
PLANNED = frozenset({State.PLANNED, State.APPROVING, State.COOLING, State.RUNNING, State.NEEDS_PERSON})  # line by line


def request_facts(request: RequestView, view: CardView, now: datetime, limit: int) -> list[Block]:
    """One request in words: state, plan, what changed, progress."""
    blocks = [section(f"*{capital(named('right', request.right))}* · {_status(request, view, now)}")]
    if limit == BRIEF:
        return blocks
    if request.reason and request.state in {State.NEEDS_PERSON, State.REFUSED}:
        blocks.append(paragraph(say("card.why", reason=cut(request.reason, 600 if limit > 3 else 200))))
    if request.changes:
        blocks.append(context(say("card.void")))
        blocks += lines(request.changes, min(limit, 8), "card.more_changes")
    if request.plan:
        blocks.append(section(say("card.plan", plan=escape(totals(request.plan)))))
        if shown := limit if request.state in PLANNED else 0:
            blocks += lines([plan_line(each) for each in request.plan], shown, "card.more_plan")
    if request.tasks:
        blocks += _by_hand(request.tasks, max(min(limit, 8), 2))
    if request.progress:
        blocks += progress_blocks(request, max(min(limit, 12), 3))
    return blocks


def request_buttons(request: RequestView, view: CardView, limit: int) -> list[Block]:
    """What can be done about this request in its state, and nothing else."""
    right, state = request.right, request.state
    row: list[Block] = []
    if right == Right.CORRECTION and request.plan_id:
        row.append(button(say("card.changes"), "changes", request.id))
    if state == State.APPROVING and request.plan_id:
        row += [_approve(request, view), _no(request, say("card.reject"), "reject")]
    if state == State.COOLING:
        row.append(_no(request, say("card.stop"), "stop", style="danger"))
    if right == Right.RESTRICTION and state == State.DONE and not request.lifting:
        row.append(button(say("card.end_restriction"), "lift", request.id))
    if request.to_look:
        look = say("card.look_through", to_look=request.to_look)
        row.append(button(look, f"looks:{right}", request.id, style="primary"))
    elif state == State.NEEDS_PERSON:
        row.append(button(say("card.try_again"), f"resume:{right}", request.id, style="primary"))
    if len(request.plan) > (limit if state in PLANNED else 0):
        row.append(button(say("card.whole_plan"), f"plan:{right}", view.ref))
    if request.tasks:
        row.append(button(say("card.tasks"), f"tasks:{right}", request.id))
    if state in {State.IDENTIFYING, State.NEEDS_PERSON} or (request.tasks and state == State.PROVING):
        row.append(withdraw_button(request, say("card.withdraw")))
    return actions(row)


def withdraw_button(request: RequestView, text: str) -> Block:
    """The bot does nothing more for this right, once somebody has read what that means."""
    told = say("card.withdraw_told")
    ask = confirm(say("card.withdraw_sure", right=named("right", request.right)), told, say("card.withdraw"))
    return button(text, f"withdraw:{request.right}", request.id, confirm=ask)


def _approve(request: RequestView, view: CardView) -> Block:
    wait = say("card.approve_cooling", cooling_hours=view.cooling_hours) if view.cooling_hours else ""
    told = f"{capital(totals(request.plan))}.{wait}"
    ask = confirm(say("card.approve_sure", right=named("right", request.right)), told, say("card.approve"), danger=True)
    return button(
        say("card.approve"), f"approve:{request.right}", f"{request.id}:{request.plan_id}", style="danger", confirm=ask
    )


def _no(request: RequestView, text: str, verb: str, style: str = "") -> Block:
    """Against the plan. Of one that would end a restriction: the restriction stays."""
    if request.lifting:
        return button(say("card.keep_it"), "keep", request.id, style=style)
    return button(text, f"{verb}:{request.right}", request.id, style=style)


def _status(request: RequestView, view: CardView, now: datetime) -> str:
    second = say("card.second_approves") if view.four_eyes else say("card.one_approves")
    words = {
        State.IDENTIFYING: say("card.identifying", identity=_settling(view.identity)),
        State.PLANNING: say("card.planning"),
        State.PLANNED: say("card.planned"),
        State.APPROVING: say("card.approving", second=second),
        State.COOLING: say("card.cooling"),
        State.PROVING: say("card.proving"),
        State.ANSWERING: say("card.answering"),
    }.get(request.state, named("state", request.state))
    if request.state == State.PROVING and any(each.state == "open" or each.waits_for_second for each in request.tasks):
        words = say("card.proving_tasks")
    if any(each.right == request.right for each in view.drafts):
        words = {
            State.ANSWERING: say("card.answering_draft"),
            State.COOLING: say("card.cooling_draft"),
            State.REFUSED: say("card.refused_draft"),
        }.get(request.state, words)
    if request.state == State.COOLING and request.cooling_until:
        words += say("card.cooling_until", cooling_until=moment(request.cooling_until, now))
    elif request.state == State.COOLING and not request.lifting:
        words += say("card.cooling_notices")
    if request.state == State.DONE and request.answered_on:
        words += say("card.done_answered", answered_on=day(request.answered_on))
    if request.chosen_by:
        words += say("card.chosen_by", chosen_by=member(request.chosen_by))
    if request.decided_by:
        words += say("card.approved_by", decided_by=member(request.decided_by))
    return words


def _settling(identity: Identity) -> str:
    settled = identity in {Identity.CONFIRMED, Identity.VOUCHED}  # of another right, or not enough for this one
    return say("card.identifying_anew") if settled else IDENTITY[identity]


def _by_hand(tasks: Sequence[TaskView], limit: int) -> list[Block]:
    """How far people are, and each task in a line."""
    done = sum(each.state == "done" and not each.waits_for_second for each in tasks)
    told = [context(say("card.tasks_done", done=done, n=len(tasks)))]
    told += [context(task_line(each)) for each in tasks[:limit]]
    return told + ([context(say("card.more_tasks", tasks=len(tasks) - limit))] if len(tasks) > limit else [])
