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
    plain,
    section,
)
from bot.cards.clock import clock_line
from bot.cards.letter import draft_lines
from bot.cards.notice import recipients_line
from bot.cards.paper import to_post, to_tell
from bot.cards.progress import progress_blocks, progress_text
from bot.cards.task import task_line
from bot.cards.views import CardView, NextActor, PlanLine, RequestView, TaskView, TicketLine, Unsettled
from bot.drafts import word
from bot.intake import notes
from bot.law import Right
from bot.phrases import Phrases, capital, named, say, small
from bot.tickets import Identity, State

VERB = Phrases(
    {
        Right.ACCESS: "card.access",
        Right.CORRECTION: "card.correct",
        Right.DELETION: "card.delete",
        Right.RESTRICTION: "card.restrict",
        Right.PORTABILITY: "card.hand_over_data",
        Right.OBJECTION: "card.stop_marketing",
    }
)
SILENT = Phrases(
    {  # channel -> why there is a ticket that nobody wrote
        "watch": "card.silent_watch",
        "review": "card.silent_review",
    }
)
BRIEF = -1  # as a limit: of each request its state and its buttons only
FURTHER = frozenset({Right.PORTABILITY, Right.OBJECTION})  # offered where the person asked for them
NEXT = Phrases(
    {
        NextActor.HANDLER: "card.next_handler",
        NextActor.APPROVER: "card.next_approver",
        NextActor.PERSON: "card.next_person",
        NextActor.COLLEAGUE: "card.next_colleague",
        NextActor.BOT: "frame.the_bot",
        NextActor.NOBODY: "card.next_nobody",
    }
)
IDENTITY = Phrases(
    {
        Identity.UNKNOWN: "card.identity_unknown",
        Identity.ASKED: "card.identity_asked",
        Identity.VOUCHED: "card.identity_vouched",
        Identity.CONFIRMED: "card.identity_confirmed",
        Identity.NOBODY: "card.identity_nobody",
    }
)
LANGUAGE = Phrases(
    {"de": "card.german", "en": "card.english", "es": "card.spanish", "fr": "card.french", "it": "card.italian"}
)
NOTED = Phrases(
    {
        notes.ENCRYPTED: "mail.encrypted",
        notes.OPAQUE: "mail.opaque",
        notes.OUTLOOK: "mail.outlook",
        notes.SEVERAL: "mail.several",
        notes.MIXED: "mail.mixed",
        notes.FOREIGN: "mail.foreign",
        notes.OTHER_NAME: "mail.other_name",
        notes.SIGNED: "mail.signed",
    }
)
BACK = Phrases(
    {  # `intake.Cause` -> what the mail server said
        "unknown": "card.back_unknown",
        "full": "card.back_full",
        "refused": "card.back_refused",
        "large": "card.back_large",
        "away": "card.back_away",
        "other": "card.back_other",
    }
)
MEANS = Phrases(
    {
        "unknown": "card.means_unknown",
        "full": "card.means_full",
        "refused": "card.means_refused",
        "large": "card.means_large",
        "away": "card.means_away",
        "other": "card.means_other",
    }
)
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
PLANNED = frozenset({State.PLANNED, State.APPROVING, State.COOLING, State.RUNNING, State.NEEDS_PERSON})  # line by line
SOON = 7  # days from which the sign of the due date changes
UNSETTLED = 3  # shown at once; the next ones follow when these are settled


def card(view: CardView, now: datetime) -> list[Block]:
    """The card as blocks that Slack takes, whatever the size of the plans. `now` carries the house's time zone."""
    if view.closed_on:
        outcome = cut(view.outcome or say("card.closed"), 400)
        told = [header(view.ref), paragraph(say("card.closed_on", closed_on=day(view.closed_on), outcome=outcome))]
        return [*told, *draft_lines(view.drafts, view.ticket_id, view.drafts_mark)]
    for limit in (20, 8, 3, 0):
        blocks = _open(view, now, limit)
        if fits(blocks):
            return blocks
    return _open(view, now, BRIEF)


def card_text(view: CardView) -> str:
    """The same in one line, for push notices and screen readers."""
    if view.closed_on:
        return say("card.is_closed", ref=view.ref)
    rights = rights_named(view.rights)
    far = "".join(
        f" {capital(named('right', each.right))}: {progress_text(each)}." for each in view.requests if each.progress
    )
    return say("card.text", ref=view.ref, rights=rights, due=day(view.due), lower=small(NEXT[view.next_actor]), far=far)


def rights_named(rights: Sequence[Right]) -> str:
    """Rights in words, one after the other."""
    return ", ".join(named("right", each) for each in rights) or say("frame.no_right")


def sign(due: date, today: date) -> str:
    """How long there is, in words and with a sign that needs no colour: ● time enough, ▲ soon, ■ overdue."""
    left = (due - today).days
    if left < 0:
        return say("card.overdue", left=_days(-left), due=day(due))
    if left == 0:
        return say("card.today", due=day(due))
    return f"{'▲' if left <= SOON else '●'} {_days(left)}, {day(due)}"


def standing(due: date, state: str) -> str:
    """Instead of how long there is, while the clock stands still; empty while it runs."""
    return {
        "suspended": say("card.stands_still", due=day(due)),
        "not_started": say("card.not_started", due=day(due)),
    }.get(state, "")


def facts(view: CardView, now: datetime) -> list[Block]:
    """Reference, rights, due date, who acts next, language, regime: what every drawing of a ticket begins with."""
    asked = rights_named(view.rights)
    regimes = ", ".join(regime.replace("_", " ").upper() for regime in view.regimes)
    known = [
        (say("card.asked_for"), asked),
        (say("card.due"), standing(view.due, view.clock.state) or sign(view.due, now.date())),
        (say("card.next"), _next(view)),
        (say("windows.identity"), IDENTITY[view.identity]),
        (say("card.received"), day(view.received_on)),
        (say("card.language_and_law"), escape(f"{LANGUAGE.get(view.language, view.language)}, {regimes}")),
    ]
    if view.owner:
        known.append((say("card.owner"), member(view.owner)))
    return [header(f"{view.ref} · {asked}"), fields(*known), *returned(view.returned), *noted(view.notes)]


def noted(odd: Sequence[str]) -> list[Block]:
    """What is odd about the mails of this ticket."""
    return [context(f"▲ {NOTED[each]}") for each in odd]


def returned(letters: Sequence[tuple[str, str]]) -> list[Block]:
    """Which letters did not arrive, why, and the next means."""
    told = [(word(each), BACK.get(why, BACK["other"]), _next_means(each, why)) for each, why in letters]
    return [paragraph(say("card.came_back", kind=kind, why=why, means=means)) for kind, why, means in told]


def _next_means(kind: str, why: str) -> str:
    if kind == "identity_code" and why not in {"full", "away"}:
        return say("card.code_came_back")
    if kind.endswith(("_answer", "_done")) or kind in {"nothing_held", "refusal", "marketing_stop"}:
        return say("card.answer_came_back", why=MEANS.get(why, MEANS["other"]))
    return MEANS.get(why, MEANS["other"])


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


def row(ticket: TicketLine, today: date) -> str:
    """One ticket in one line of a list, in our own words."""
    rights = rights_named(ticket.rights)
    states = ", ".join(named("state", state) for state in ticket.states) or named("state", State.RECEIVED)
    due = standing(ticket.due, ticket.clock) or sign(ticket.due, today)
    return say(
        "card.row", ref=escape(ticket.ref), rights=rights, due=due, states=states, next_actor=NEXT[ticket.next_actor]
    )


def quarantine_card(count: int) -> list[Block]:
    """The message that tells the channel of mails nobody could read. With none left it says so and has no button."""
    if not count:
        return [header(say("windows.quarantine")), paragraph(say("card.quarantine_empty"))]
    mails = say("card.mails", n=count)
    told = say("card.quarantine_told", n=count)
    return [
        header(say("card.quarantine", mails=mails)),
        paragraph(told),
        *actions([button(say("card.quarantine_look"), "quarantine", "quarantine", style="primary")]),
    ]


def quarantine_text(count: int) -> str:
    """The same in one line."""
    return say("card.quarantine_text", count=count) if count else say("card.quarantine_text_empty")


def _open(view: CardView, now: datetime, limit: int) -> list[Block]:
    blocks = [*facts(view, now), clock_line(view)]
    if view.snoozed_until and view.snoozed_until > now.date():
        blocks.append(context(say("card.snoozed", snoozed_until=day(view.snoozed_until))))
    if view.channel in SILENT:
        blocks.append(context(SILENT[view.channel]))
    if view.held:
        blocks.append(context(say("card.held")))
    if not view.four_eyes:
        blocks.append(context(say("card.two_eyes")))
    for request in view.requests:
        if request.state == State.RECEIVED:
            continue
        blocks += [divider(), *request_facts(request, view, now, limit), *_request_buttons(request, view, limit)]
    blocks += [*to_post(view), *to_tell(view)]
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
        return say("card.read_and_release", who=who, n=len(view.drafts))
    return who


def _by_hand(tasks: Sequence[TaskView], limit: int) -> list[Block]:
    """How far people are, and each task in a line."""
    done = sum(each.state == "done" and not each.waits_for_second for each in tasks)
    told = [context(say("card.tasks_done", done=done, n=len(tasks)))]
    told += [context(task_line(each)) for each in tasks[:limit]]
    return told + ([context(say("card.more_tasks", tasks=len(tasks) - limit))] if len(tasks) > limit else [])


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


def _request_buttons(request: RequestView, view: CardView, limit: int) -> list[Block]:
    right = request.right
    row: list[Block] = []
    if right == Right.CORRECTION and request.plan_id:
        row.append(button(say("card.changes"), "changes", request.id))
    if request.state == State.APPROVING and request.plan_id:
        row.append(_approve(request, view))
        row.append(
            button(say("card.keep_it") if request.lifting else say("card.reject"), _no(request, "reject"), request.id)
        )
    if request.state == State.COOLING:
        row.append(
            button(
                say("card.keep_it") if request.lifting else say("card.stop"),
                _no(request, "stop"),
                request.id,
                style="danger",
            )
        )
    if right == Right.RESTRICTION and request.state == State.DONE and not request.lifting:
        row.append(button(say("card.end_restriction"), "lift", request.id))
    if request.to_look:
        row.append(
            button(say("card.look_through", to_look=request.to_look), f"looks:{right}", request.id, style="primary")
        )
    elif request.state == State.NEEDS_PERSON:
        row.append(button(say("card.try_again"), f"resume:{right}", request.id, style="primary"))
    if len(request.plan) > (limit if request.state in PLANNED else 0):
        row.append(button(say("card.whole_plan"), f"plan:{right}", view.ref))
    if request.tasks:
        row.append(button(say("card.tasks"), f"tasks:{right}", request.id))
    if request.state in {State.IDENTIFYING, State.NEEDS_PERSON} or (request.tasks and request.state == State.PROVING):
        row.append(_withdraw(request, say("card.withdraw")))
    return actions(row)


def _no(request: RequestView, verb: str) -> str:
    return "keep" if request.lifting else f"{verb}:{request.right}"


def _approve(request: RequestView, view: CardView) -> Block:
    wait = say("card.approve_cooling", cooling_hours=view.cooling_hours) if view.cooling_hours else ""
    told = f"{capital(totals(request.plan))}.{wait}"
    ask = confirm(say("card.approve_sure", right=named("right", request.right)), told, say("card.approve"), danger=True)
    return button(
        say("card.approve"), f"approve:{request.right}", f"{request.id}:{request.plan_id}", style="danger", confirm=ask
    )


def _withdraw(request: RequestView, text: str) -> Block:
    told = say("card.withdraw_told")
    ask = confirm(say("card.withdraw_sure", right=named("right", request.right)), told, say("card.withdraw"))
    return button(text, f"withdraw:{request.right}", request.id, confirm=ask)


def unsettled(acts: Sequence[Unsettled]) -> list[Block]:
    """Acts whose answer was lost, each with the question to whoever looks."""
    blocks: list[Block] = []
    for number, each in enumerate(acts[:UNSETTLED], start=1):
        again = say("card.twice_letter") if each.letter else say("card.twice_act")
        ask = confirm(
            say("card.again_sure"),
            say("card.again_told", again=again),
            say("card.again"),
            danger=True,
        )
        tail = "" if number == 1 else f":{number}"  # an action id stands once in a message
        seen, repeat = (
            (say("card.seen_letter"), say("card.again_letter"))
            if each.letter
            else (say("card.seen_act"), say("card.again_act"))
        )
        told = say("card.unsettled", what=cut(each.what, 100))
        blocks.append(paragraph(told))
        blocks += actions(
            [
                button(seen, f"settle:seen{tail}", each.key, style="primary"),
                button(repeat, f"settle:again{tail}", each.key, confirm=ask),
            ]
        )
    if len(acts) > UNSETTLED:
        blocks.append(context(say("card.more_unsettled", acts=len(acts) - UNSETTLED)))
    return [divider(), *blocks] if blocks else []


def _ticket_buttons(view: CardView) -> list[Block]:
    begun = {request.right for request in view.requests if request.state != State.RECEIVED}
    choose = [
        button(VERB[right], f"choose:{right}", view.ticket_id, style="primary" if right in view.rights else "")
        for right in Right
        if right not in begun and (right in view.rights or not (right in FURTHER or view.channel in SILENT))
    ]
    look = [] if view.owner else [button(say("card.take_it"), "take", view.ticket_id)]
    look += [button(say("card.identity"), "identity", view.ticket_id)] if _asks_who(view) else []
    look += [
        button(say("card.details"), "details", view.ticket_id),
        button(say("windows.why_this_date"), "clock", view.ticket_id),
    ]
    asked = [request for request in view.requests if request.state == State.RECEIVED]
    look += [_withdraw(request, say("card.withdraw_right", right=named("right", request.right))) for request in asked]
    if view.can_close:
        ask = confirm(say("card.close_sure", ref=view.ref), say("card.close_told"), say("frame.close"))
        look.append(button(say("frame.close"), "close", view.ticket_id, confirm=ask))
    look.append(button(say("card.more"), "more", view.ticket_id))
    named_already = {*view.rights, *begun}
    rest = [each for each in Right if each in FURTHER - named_already and view.channel not in SILENT]
    return [*actions([*choose, *_further(rest, view.ticket_id)]), *actions(look)]


def _further(rights: Sequence[Right], ticket_id: str) -> list[Block]:
    """Rights the person did not name, in a menu: few ask for them."""
    if not rights:
        return []
    options = [{"text": plain(VERB[each]), "value": f"{each}:{ticket_id}"} for each in rights]
    hint = plain(say("card.further"))
    return [{"type": "static_select", "action_id": "further", "placeholder": hint, "options": options}]


def _settling(identity: Identity) -> str:
    settled = identity in {Identity.CONFIRMED, Identity.VOUCHED}  # of another right, or not enough for this one
    return say("card.identifying_anew") if settled else IDENTITY[identity]


def _asks_who(view: CardView) -> bool:
    """Whether it has to be settled who wrote, for some right."""
    open_ = [each.back_to if each.state == State.NEEDS_PERSON else each.state for each in view.requests]
    unsettled = view.identity != Identity.CONFIRMED and State.RECEIVED in open_
    mistaken = view.identity == Identity.NOBODY and State.ANSWERING in open_  # they may be known by another address
    return view.channel not in SILENT and (unsettled or mistaken or State.IDENTIFYING in open_)


def _days(number: int) -> str:
    return say("card.days", n=number)
