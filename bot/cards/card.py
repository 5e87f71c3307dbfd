"""The card: one message per ticket, drawn anew from the stored state. It names no person."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from bot.cards.blocks import (
    Block,
    actions,
    button,
    confirm,
    context,
    cut,
    day,
    divider,
    escape,
    fields,
    fits,
    header,
    lines,
    member,
    moment,
    paragraph,
    section,
)
from bot.cards.clock import clock_line
from bot.cards.letter import draft_lines
from bot.cards.notice import recipients_line
from bot.cards.progress import progress_blocks, progress_text
from bot.cards.task import task_line
from bot.cards.views import CardView, NextActor, PlanLine, RequestView, TaskView, TicketLine, Unsettled
from bot.law import Right
from bot.tickets import Identity, State, spoken

VERB = {
    Right.ACCESS: "Access",
    Right.CORRECTION: "Correct",
    Right.DELETION: "Delete",
    Right.RESTRICTION: "Restrict",
    Right.PORTABILITY: "Hand over data",
    Right.OBJECTION: "Stop marketing",
}
SILENT = {  # channel -> why there is a ticket that nobody wrote
    "watch": "*Nobody wrote this.* Somebody who was erased is held again; nobody is asked and nobody is written to.",
    "review": "*Nobody wrote this.* Accounts nobody has used for years; nobody is asked and nobody is written to.",
}
BRIEF = -1  # as a limit: of each request its state and its buttons only
FURTHER = frozenset({Right.PORTABILITY, Right.OBJECTION})  # offered where the person asked for them
NEXT = {
    NextActor.HANDLER: "A handler",
    NextActor.APPROVER: "An approver",
    NextActor.PERSON: "The person who wrote",
    NextActor.COLLEAGUE: "A colleague, by hand",
    NextActor.BOT: "The bot",
    NextActor.NOBODY: "Nobody: all done",
}
IDENTITY = {
    Identity.UNKNOWN: "not confirmed yet",
    Identity.ASKED: "a code is under way to the address on file",
    Identity.VOUCHED: "our own mail server vouches for the address on file",
    Identity.CONFIRMED: "confirmed",
    Identity.NOBODY: "no system knows the address",
}
LANGUAGE = {"de": "German", "en": "English", "es": "Spanish", "fr": "French", "it": "Italian"}
BACK = {  # `intake.Cause` -> what the mail server said
    "unknown": "a mail server says that there is no such address.",
    "full": "their mailbox is full.",
    "refused": "their mail server refuses mail of ours.",
    "large": "it is too large for their mailbox.",
    "away": "their mail server could not be reached for days.",
    "other": "a mail server sent it back.",
}
MEANS = {
    "unknown": "Look for a slip in the address and for another one on file; else write by post or call.",
    "full": "Write once more in a few days; by post if the date does not allow it.",
    "refused": "Write by post or call, and tell whoever looks after your mail server.",
    "large": "Write once more without the large part, or by post.",
    "away": "Look for a slip in the address, and write once more or by post.",
    "other": "Look at the address, or write by post or call.",
}
TASK = "task"  # of a plan line: for a person to do
TO_TELL = "recipients"  # in place of a system: people who are told
ACT = {
    "export": "goes into the copy",
    "delete": "to delete",
    "anonymise": "to anonymise",
    "keep": "kept",
    TASK: "for a person to do",
}
PLANNED = frozenset({State.PLANNED, State.APPROVING, State.COOLING, State.RUNNING, State.NEEDS_PERSON})  # line by line
SOON = 7  # days from which the sign of the due date changes
UNSETTLED = 3  # shown at once; the next ones follow when these are settled


def card(view: CardView, now: datetime) -> list[Block]:
    """The card as blocks that Slack takes, whatever the size of the plans. `now` carries the house's time zone."""
    if view.closed_on:
        outcome = cut(view.outcome or "closed", 400)
        told = [header(view.ref), paragraph(f"Closed on {day(view.closed_on)}: {outcome}")]
        return [*told, *draft_lines(view.drafts, view.ticket_id, view.drafts_mark)]
    for limit in (20, 8, 3, 0):
        blocks = _open(view, now, limit)
        if fits(blocks):
            return blocks
    return _open(view, now, BRIEF)


def card_text(view: CardView) -> str:
    """The same in one line, for push notices and screen readers."""
    if view.closed_on:
        return f"{view.ref} is closed."
    rights = ", ".join(view.rights) or "no right named"
    far = "".join(f" {each.right.capitalize()}: {progress_text(each)}." for each in view.requests if each.progress)
    return f"{view.ref}: {rights}. Due {day(view.due)}. Next: {NEXT[view.next_actor].lower()}.{far}"


def sign(due: date, today: date) -> str:
    """How long there is, in words and with a sign that needs no colour: ● time enough, ▲ soon, ■ overdue."""
    left = (due - today).days
    if left < 0:
        return f"■ overdue {_days(-left)}, {day(due)}"
    if left == 0:
        return f"▲ today, {day(due)}"
    return f"{'▲' if left <= SOON else '●'} {_days(left)}, {day(due)}"


def standing(due: date, state: str) -> str:
    """Instead of how long there is, while the clock stands still; empty while it runs."""
    return {
        "suspended": f"‖ stands still, else {day(due)}",
        "not_started": f"‖ starts with the answer, else {day(due)}",
    }.get(state, "")


def facts(view: CardView, now: datetime) -> list[Block]:
    """Reference, rights, due date, who acts next, language, regime: what every drawing of a ticket begins with."""
    asked = ", ".join(view.rights) or "no right named"
    regimes = ", ".join(regime.replace("_", " ").upper() for regime in view.regimes)
    known = [
        ("Asked for", asked),
        ("Due", standing(view.due, view.clock.state) or sign(view.due, now.date())),
        ("Next", _next(view)),
        ("Identity", IDENTITY[view.identity]),
        ("Received", day(view.received_on)),
        ("Language and law", escape(f"{LANGUAGE.get(view.language, view.language)}, {regimes}")),
    ]
    if view.owner:
        known.append(("Owner", member(view.owner)))
    return [header(f"{view.ref} · {asked}"), fields(*known), *returned(view.returned)]


def returned(letters: Sequence[tuple[str, str]]) -> list[Block]:
    """Which letters did not arrive, why, and the next means."""
    told = [(each.replace("_", " "), BACK.get(why, BACK["other"]), _next_means(each, why)) for each, why in letters]
    return [paragraph(f"⚠ The {kind} did not arrive: {why} {means}") for kind, why, means in told]


def _next_means(kind: str, why: str) -> str:
    if kind == "identity_code" and why not in {"full", "away"}:
        return "Ask for another address on file, or find out by other means who it is."
    if kind.endswith(("_answer", "_done")) or kind in {"nothing_held", "refusal", "marketing_stop"}:
        return f"As long as it has not arrived nobody is answered. {MEANS.get(why, MEANS['other'])}"
    return MEANS.get(why, MEANS["other"])


def request_facts(request: RequestView, view: CardView, now: datetime, limit: int) -> list[Block]:
    """One request in words: state, plan, what changed, progress."""
    blocks = [section(f"*{request.right.capitalize()}* · {_status(request, view, now)}")]
    if limit == BRIEF:
        return blocks
    if request.reason and request.state in {State.NEEDS_PERSON, State.REFUSED}:
        blocks.append(paragraph(f"Why: {cut(request.reason, 600 if limit > 3 else 200)}"))
    if request.changes:
        blocks.append(context("*The data changed, so the earlier approval is void.* The difference:"))
        blocks += lines(request.changes, min(limit, 8), "… and {} more places")
    if request.plan:
        blocks.append(section(f"*Plan:* {escape(totals(request.plan))}"))
        if shown := limit if request.state in PLANNED else 0:
            blocks += lines([plan_line(each) for each in request.plan], shown, "… and {} more: press “Whole plan”")
    if request.tasks:
        blocks += _by_hand(request.tasks, max(min(limit, 8), 2))
    if request.progress:
        blocks += progress_blocks(request, max(min(limit, 12), 3))
    return blocks


def totals(plan: Sequence[PlanLine]) -> str:
    """The plan in numbers: `9 to delete, 3 kept (rows, in 1 system); 2 for a person to tell`."""
    counts: Counter[str] = Counter()
    for each in plan:
        counts[each.act] += each.count
    told = sum(each.count for each in plan if each.act == TASK and each.system == TO_TELL)
    tasks = counts.pop(TASK, 0) - told
    systems = len({each.system for each in plan if each.act != TASK})
    rows = ", ".join(f"{number} {ACT.get(act, act)}" for act, number in sorted(counts.items()))
    parts = [f"{rows} (rows, in {systems} {'system' if systems == 1 else 'systems'})"] if rows else []
    parts += [f"{tasks} for a person to do"] if tasks else []
    parts += [f"{told} to be told"] if told else []
    return "; ".join(parts)


def plan_line(each: PlanLine) -> str:
    """One place of the plan in words."""
    if each.act == TASK and each.system == TO_TELL:
        return f"{each.place}: is told"
    if each.act == TASK:
        count = f" ({each.count})" if each.count > 1 else ""
        return f"{each.system} · {each.place}{count}: by hand{f', {each.words}' if each.words else ''}"
    kept = f" ({each.basis})" if each.basis else ""
    until = f", until {day(each.until)}" if each.until else ""
    return f"{each.system} · {each.place}: {each.count} {ACT.get(each.act, each.act)}{kept}{until}"


def row(ticket: TicketLine, today: date) -> str:
    """One ticket in one line of a list, in our own words."""
    rights = ", ".join(ticket.rights) or "no right named"
    states = ", ".join(spoken(state) for state in ticket.states) or spoken(State.RECEIVED)
    due = standing(ticket.due, ticket.clock) or sign(ticket.due, today)
    return f"*{escape(ticket.ref)}* {rights} · {due} · {states} · next: {NEXT[ticket.next_actor]}"


def quarantine_card(count: int) -> list[Block]:
    """The message that tells the channel of mails nobody could read. With none left it says so and has no button."""
    if not count:
        return [header("Quarantine"), paragraph("Every quarantined mail is settled.")]
    mails = "1 mail" if count == 1 else f"{count} mails"
    told = f"{mails} came in that could not be read safely. Somebody has to look: it may be an enquiry."
    return [
        header(f"Quarantine · {mails}"),
        paragraph(told),
        *actions([button("Look at them", "quarantine", "quarantine", style="primary")]),
    ]


def quarantine_text(count: int) -> str:
    """The same in one line."""
    return f"Quarantine: {count} to look at." if count else "Quarantine: every mail is settled."


def _open(view: CardView, now: datetime, limit: int) -> list[Block]:
    blocks = [*facts(view, now), clock_line(view)]
    if view.snoozed_until and view.snoozed_until > now.date():
        blocks.append(context(f"Nobody is reminded of it before {day(view.snoozed_until)}."))
    if view.channel in SILENT:
        blocks.append(context(SILENT[view.channel]))
    if view.held:
        blocks.append(context("▲ *A legal hold is on*: nothing about this person is deleted until it is lifted."))
    if not view.four_eyes:
        blocks.append(context("▲ *Four eyes are off*: here one person alone may plan and approve a deletion."))
    for request in view.requests:
        if request.state == State.RECEIVED:
            continue
        blocks += [divider(), *request_facts(request, view, now, limit), *_request_buttons(request, view, limit)]
    blocks += recipients_line(view.recipients, view.ticket_id)
    blocks += draft_lines(view.drafts, view.ticket_id, view.drafts_mark)
    blocks += unsettled(view.unsettled)
    return [*blocks, divider(), *_ticket_buttons(view)]


def _next(view: CardView) -> str:
    """Who acts next; of colleagues those who are asked by name."""
    waiting = [each for request in view.requests for each in request.tasks if each.state == "open"]
    named = list(dict.fromkeys(member(each.assignee) for each in waiting if each.assignee))[:5]
    if named and view.next_actor == NextActor.COLLEAGUE:
        return ", ".join(named)
    who = member(view.owner) if view.owner and view.next_actor == NextActor.HANDLER else NEXT[view.next_actor]
    if view.drafts and view.next_actor == NextActor.HANDLER:
        return f"{who}: read and release {'the letter' if len(view.drafts) == 1 else f'{len(view.drafts)} letters'}"
    return who


def _by_hand(tasks: Sequence[TaskView], limit: int) -> list[Block]:
    """How far people are, and each task in a line."""
    done = sum(each.state == "done" and not each.waits_for_second for each in tasks)
    told = [context(f"*By hand:* {done} of {len(tasks)} {'task' if len(tasks) == 1 else 'tasks'} done")]
    told += [context(task_line(each)) for each in tasks[:limit]]
    return told + ([context(f"… and {len(tasks) - limit} more: press “By hand”")] if len(tasks) > limit else [])


def _status(request: RequestView, view: CardView, now: datetime) -> str:
    second = "a second person must approve this plan" if view.four_eyes else "the plan waits for its approval"
    words = {
        State.IDENTIFYING: f"who wrote is being settled: {_settling(view.identity)}",
        State.PLANNING: "the bot is asking every system what it holds",
        State.PLANNED: "planned; nothing has been changed",
        State.APPROVING: f"{second}; nothing has been changed",
        State.COOLING: "approved; nothing has been changed yet",
        State.RUNNING: "running",
        State.PROVING: "every system is being asked again",
        State.ANSWERING: "the letter with the answer is on its way",
        State.DONE: "done",
    }.get(request.state, spoken(request.state))
    if request.state == State.PROVING and any(each.state == "open" or each.waits_for_second for each in request.tasks):
        words = "waits for what people do by hand"
    if any(each.right == request.right for each in view.drafts):
        words = {
            State.ANSWERING: "the letter with the answer waits for its release",
            State.COOLING: "approved; the person is told before, and that letter waits for its release",
            State.REFUSED: "refused; the letter waits for its release",
        }.get(request.state, words)
    if request.state == State.COOLING and request.cooling_until:
        words += f": starts {moment(request.cooling_until, now)}, until then a handler may stop it"
    if request.state == State.DONE and request.answered_on:
        words += f", answered {day(request.answered_on)}"
    if request.chosen_by:
        words += f". Chosen by {member(request.chosen_by)}"
    if request.decided_by:
        words += f", approved by {member(request.decided_by)}"
    return words


def _request_buttons(request: RequestView, view: CardView, limit: int) -> list[Block]:
    right = request.right
    row: list[Block] = []
    if right == Right.CORRECTION and request.plan_id:
        row.append(button("Old → new", "changes", request.id))
    if request.state == State.APPROVING and request.plan_id:
        row.append(_approve(request, view))
        row.append(button("Keep it" if request.lifting else "Reject", _no(request, "reject"), request.id))
    if request.state == State.COOLING:
        row.append(button("Keep it" if request.lifting else "Stop", _no(request, "stop"), request.id, style="danger"))
    if right == Right.RESTRICTION and request.state == State.DONE and not request.lifting:
        row.append(button("End restriction …", "lift", request.id))
    if request.to_look:
        row.append(button(f"Look through {request.to_look} …", f"looks:{right}", request.id, style="primary"))
    elif request.state == State.NEEDS_PERSON:
        row.append(button("Try again", f"resume:{right}", request.id, style="primary"))
    if len(request.plan) > (limit if request.state in PLANNED else 0):
        row.append(button("Whole plan", f"plan:{right}", view.ref))
    if request.tasks:
        row.append(button("By hand …", f"tasks:{right}", request.id))
    if request.state in {State.IDENTIFYING, State.NEEDS_PERSON} or (request.tasks and request.state == State.PROVING):
        row.append(_withdraw(request, "Withdraw"))
    return actions(row)


def _no(request: RequestView, verb: str) -> str:
    return "keep" if request.lifting else f"{verb}:{request.right}"


def _approve(request: RequestView, view: CardView) -> Block:
    wait = f" It starts after {view.cooling_hours:g} hours; until then it can be stopped." if view.cooling_hours else ""
    told = f"{totals(request.plan).capitalize()}.{wait}"
    ask = confirm(f"Approve the {request.right}?", told, "Approve", danger=True)
    return button("Approve", f"approve:{request.right}", f"{request.id}:{request.plan_id}", style="danger", confirm=ask)


def _withdraw(request: RequestView, text: str) -> Block:
    told = "Only if the person did not ask for this or no longer wants it. The bot does nothing more for it."
    ask = confirm(f"Withdraw the {request.right}?", told, "Withdraw")
    return button(text, f"withdraw:{request.right}", request.id, confirm=ask)


def unsettled(acts: Sequence[Unsettled]) -> list[Block]:
    """Acts whose answer was lost, each with the question to whoever looks."""
    blocks: list[Block] = []
    for number, each in enumerate(acts[:UNSETTLED], start=1):
        again = "the person may get it twice" if each.letter else "it would be done a second time"
        ask = confirm("Again?", f"Only if it surely did not happen: {again}.", "Again", danger=True)
        tail = "" if number == 1 else f":{number}"  # an action id stands once in a message
        seen, repeat = ("It arrived", "Send again") if each.letter else ("It was done", "Do it again")
        told = f"▲ Nobody knows whether this happened: {cut(each.what, 100)}. The answer was lost. Please look there."
        blocks.append(paragraph(told))
        blocks += actions(
            [
                button(seen, f"settle:seen{tail}", each.key, style="primary"),
                button(repeat, f"settle:again{tail}", each.key, confirm=ask),
            ]
        )
    if len(acts) > UNSETTLED:
        blocks.append(context(f"… and {len(acts) - UNSETTLED} more after these."))
    return [divider(), *blocks] if blocks else []


def _ticket_buttons(view: CardView) -> list[Block]:
    begun = {request.right for request in view.requests if request.state != State.RECEIVED}
    choose = [
        button(VERB[right], f"choose:{right}", view.ticket_id, style="primary" if right in view.rights else "")
        for right in Right
        if right not in begun and (right in view.rights or not (right in FURTHER or view.channel in SILENT))
    ]
    look = [] if view.owner else [button("Take it", "take", view.ticket_id)]
    look += [button("Identity …", "identity", view.ticket_id)] if _asks_who(view) else []
    look += [button("Details", "details", view.ticket_id), button("Why this date", "clock", view.ticket_id)]
    asked = [request for request in view.requests if request.state == State.RECEIVED]
    look += [_withdraw(request, f"Withdraw {request.right}") for request in asked]
    if view.can_close:
        ask = confirm(f"Close {view.ref}?", "The card shrinks to its reference and the outcome.", "Close")
        look.append(button("Close", "close", view.ticket_id, confirm=ask))
    look.append(button("More …", "more", view.ticket_id))
    return [*actions(choose), *actions(look)]


def _settling(identity: Identity) -> str:
    settled = identity in {Identity.CONFIRMED, Identity.VOUCHED}  # of another right, or not enough for this one
    return "a code that names this right is under way" if settled else IDENTITY[identity]


def _asks_who(view: CardView) -> bool:
    """Whether it has to be settled who wrote, for some right."""
    open_ = [each.back_to if each.state == State.NEEDS_PERSON else each.state for each in view.requests]
    unsettled = view.identity != Identity.CONFIRMED and State.RECEIVED in open_
    return view.channel not in SILENT and (unsettled or State.IDENTIFYING in open_)


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"
