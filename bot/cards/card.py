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
        "watch": "card.nobody_wrote_this_somebody",
        "review": "card.nobody_wrote_this_accounts",
    }
)
BRIEF = -1  # as a limit: of each request its state and its buttons only
FURTHER = frozenset({Right.PORTABILITY, Right.OBJECTION})  # offered where the person asked for them
NEXT = Phrases(
    {
        NextActor.HANDLER: "card.a_handler",
        NextActor.APPROVER: "card.an_approver",
        NextActor.PERSON: "card.the_person_who_wrote",
        NextActor.COLLEAGUE: "card.a_colleague_by_hand",
        NextActor.BOT: "frame.the_bot",
        NextActor.NOBODY: "card.nobody_all_done",
    }
)
IDENTITY = Phrases(
    {
        Identity.UNKNOWN: "card.not_confirmed_yet",
        Identity.ASKED: "card.a_code_is_under_way_to_the_address",
        Identity.VOUCHED: "card.our_own_mail_server_vouches",
        Identity.CONFIRMED: "card.confirmed",
        Identity.NOBODY: "card.no_system_knows_the_address",
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
        "unknown": "card.a_mail_server_says",
        "full": "card.their_mailbox_is_full",
        "refused": "card.their_mail_server_refuses_mail_of_ours",
        "large": "card.it_is_too_large_for_their_mailbox",
        "away": "card.their_mail_server_could_not_be_reached",
        "other": "card.a_mail_server_sent_it_back",
    }
)
MEANS = Phrases(
    {
        "unknown": "card.look_for_a_slip_in_the_address_and_for",
        "full": "card.write_once_more_in_a_few_days_by_post",
        "refused": "card.write_by_post_or_call_and_tell_whoever",
        "large": "card.write_once_more_without_the_large_part",
        "away": "card.look_for_a_slip_in_the_address",
        "other": "card.look_at_the_address_or_write_by_post",
    }
)
TASK = "task"  # of a plan line: for a person to do
TO_TELL = "recipients"  # in place of a system: people who are told
ACT = Phrases(
    {
        "export": "card.goes_into_the_copy",
        "delete": "card.to_delete",
        "anonymise": "card.to_anonymise",
        "keep": "card.kept",
        TASK: "card.for_a_person_to_do",
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
    return say(
        "card.due_next", ref=view.ref, rights=rights, due=day(view.due), lower=small(NEXT[view.next_actor]), far=far
    )


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
        "suspended": say("card.stands_still_else", due=day(due)),
        "not_started": say("card.starts_with_the_answer_else", due=day(due)),
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
    return [paragraph(say("card.the_did_not_arrive", kind=kind, why=why, means=means)) for kind, why, means in told]


def _next_means(kind: str, why: str) -> str:
    if kind == "identity_code" and why not in {"full", "away"}:
        return say("card.ask_for_another_address_on_file_or_find")
    if kind.endswith(("_answer", "_done")) or kind in {"nothing_held", "refusal", "marketing_stop"}:
        return say("card.as_long_as_it_has_not_arrived", why=MEANS.get(why, MEANS["other"]))
    return MEANS.get(why, MEANS["other"])


def request_facts(request: RequestView, view: CardView, now: datetime, limit: int) -> list[Block]:
    """One request in words: state, plan, what changed, progress."""
    blocks = [section(f"*{capital(named('right', request.right))}* · {_status(request, view, now)}")]
    if limit == BRIEF:
        return blocks
    if request.reason and request.state in {State.NEEDS_PERSON, State.REFUSED}:
        blocks.append(paragraph(say("card.why", reason=cut(request.reason, 600 if limit > 3 else 200))))
    if request.changes:
        blocks.append(context(say("card.the_data_changed_so_the_earlier")))
        blocks += lines(request.changes, min(limit, 8), "card.and_more_places")
    if request.plan:
        blocks.append(section(say("card.plan", plan=escape(totals(request.plan)))))
        if shown := limit if request.state in PLANNED else 0:
            blocks += lines([plan_line(each) for each in request.plan], shown, "card.and_more_press_whole_plan")
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
    parts = [say("card.rows_in", rows=rows, n=systems)] if rows else []
    parts += [say("card.for_a_person_to_do_2", tasks=tasks)] if tasks else []
    parts += [say("card.to_be_told", told=told)] if told else []
    return "; ".join(parts)


def plan_line(each: PlanLine) -> str:
    """One place of the plan in words."""
    if each.act == TASK and each.system == TO_TELL:
        return say("card.is_told", place=each.place)
    if each.act == TASK:
        count = f" ({each.count})" if each.count > 1 else ""
        return say(
            "card.by_hand",
            system=each.system,
            place=each.place,
            count=count,
            words=f", {each.words}" if each.words else "",
        )
    kept = f" ({each.basis})" if each.basis else ""
    until = say("card.until", until=day(each.until)) if each.until else ""
    return f"{each.system} · {each.place}: {each.count} {ACT.get(each.act, named('act', each.act))}{kept}{until}"


def row(ticket: TicketLine, today: date) -> str:
    """One ticket in one line of a list, in our own words."""
    rights = rights_named(ticket.rights)
    states = ", ".join(named("state", state) for state in ticket.states) or named("state", State.RECEIVED)
    due = standing(ticket.due, ticket.clock) or sign(ticket.due, today)
    return say(
        "card.next_2", ref=escape(ticket.ref), rights=rights, due=due, states=states, next_actor=NEXT[ticket.next_actor]
    )


def quarantine_card(count: int) -> list[Block]:
    """The message that tells the channel of mails nobody could read. With none left it says so and has no button."""
    if not count:
        return [header(say("windows.quarantine")), paragraph(say("card.every_quarantined_mail_is_settled"))]
    mails = say("card.mails", n=count)
    told = say("card.came_in_that_could_not_be_read_safely", n=count)
    return [
        header(say("card.quarantine", mails=mails)),
        paragraph(told),
        *actions([button(say("card.look_at_them"), "quarantine", "quarantine", style="primary")]),
    ]


def quarantine_text(count: int) -> str:
    """The same in one line."""
    return say("card.quarantine_to_look_at", count=count) if count else say("card.quarantine_every_mail_is_settled")


def _open(view: CardView, now: datetime, limit: int) -> list[Block]:
    blocks = [*facts(view, now), clock_line(view)]
    if view.snoozed_until and view.snoozed_until > now.date():
        blocks.append(context(say("card.nobody_is_reminded_of_it_before", snoozed_until=day(view.snoozed_until))))
    if view.channel in SILENT:
        blocks.append(context(SILENT[view.channel]))
    if view.held:
        blocks.append(context(say("card.a_legal_hold_is_on_nothing_about")))
    if not view.four_eyes:
        blocks.append(context(say("card.four_eyes_are_off_here_one_person_alone")))
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
    told = [context(say("card.by_hand_of_done", done=done, n=len(tasks)))]
    told += [context(task_line(each)) for each in tasks[:limit]]
    return told + (
        [context(say("card.and_more_press_by_hand", tasks=len(tasks) - limit))] if len(tasks) > limit else []
    )


def _status(request: RequestView, view: CardView, now: datetime) -> str:
    second = (
        say("card.a_second_person_must_approve_this_plan")
        if view.four_eyes
        else say("card.the_plan_waits_for_its_approval")
    )
    words = {
        State.IDENTIFYING: say("card.who_wrote_is_being_settled", identity=_settling(view.identity)),
        State.PLANNING: say("card.the_bot_is_asking_every_system"),
        State.PLANNED: say("card.planned_nothing_has_been_changed"),
        State.APPROVING: say("card.nothing_has_been_changed", second=second),
        State.COOLING: say("card.approved_nothing_has_been_changed_yet"),
        State.PROVING: say("card.every_system_is_being_asked_again"),
        State.ANSWERING: say("card.the_letter_with_the_answer"),
    }.get(request.state, named("state", request.state))
    if request.state == State.PROVING and any(each.state == "open" or each.waits_for_second for each in request.tasks):
        words = say("card.waits_for_what_people_do_by_hand")
    if any(each.right == request.right for each in view.drafts):
        words = {
            State.ANSWERING: say("card.the_letter_with_the_answer_waits"),
            State.COOLING: say("card.approved_the_person_is_told_before"),
            State.REFUSED: say("card.refused_the_letter_waits"),
        }.get(request.state, words)
    if request.state == State.COOLING and request.cooling_until:
        words += say("card.starts_until_then_a_handler_may_stop", cooling_until=moment(request.cooling_until, now))
    elif request.state == State.COOLING and not request.lifting:
        words += say("card.every_address_on_file_is_told_first")
    if request.state == State.DONE and request.answered_on:
        words += say("card.answered", answered_on=day(request.answered_on))
    if request.chosen_by:
        words += say("card.chosen_by", chosen_by=member(request.chosen_by))
    if request.decided_by:
        words += say("card.approved_by", decided_by=member(request.decided_by))
    return words


def _request_buttons(request: RequestView, view: CardView, limit: int) -> list[Block]:
    right = request.right
    row: list[Block] = []
    if right == Right.CORRECTION and request.plan_id:
        row.append(button(say("card.old_new"), "changes", request.id))
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
        row.append(button(say("card.by_hand_2"), f"tasks:{right}", request.id))
    if request.state in {State.IDENTIFYING, State.NEEDS_PERSON} or (request.tasks and request.state == State.PROVING):
        row.append(_withdraw(request, say("card.withdraw")))
    return actions(row)


def _no(request: RequestView, verb: str) -> str:
    return "keep" if request.lifting else f"{verb}:{request.right}"


def _approve(request: RequestView, view: CardView) -> Block:
    wait = (
        say("card.it_starts_after_hours_until_then_it_can", cooling_hours=view.cooling_hours)
        if view.cooling_hours
        else ""
    )
    told = f"{capital(totals(request.plan))}.{wait}"
    ask = confirm(say("card.approve_the", right=named("right", request.right)), told, say("card.approve"), danger=True)
    return button(
        say("card.approve"), f"approve:{request.right}", f"{request.id}:{request.plan_id}", style="danger", confirm=ask
    )


def _withdraw(request: RequestView, text: str) -> Block:
    told = say("card.only_if_the_person_did_not_ask")
    ask = confirm(say("card.withdraw_the", right=named("right", request.right)), told, say("card.withdraw"))
    return button(text, f"withdraw:{request.right}", request.id, confirm=ask)


def unsettled(acts: Sequence[Unsettled]) -> list[Block]:
    """Acts whose answer was lost, each with the question to whoever looks."""
    blocks: list[Block] = []
    for number, each in enumerate(acts[:UNSETTLED], start=1):
        again = say("card.the_person_may_get_it_twice") if each.letter else say("card.it_would_be_done_a_second_time")
        ask = confirm(
            say("card.again"),
            say("card.only_if_it_surely_did_not_happen", again=again),
            say("card.again_2"),
            danger=True,
        )
        tail = "" if number == 1 else f":{number}"  # an action id stands once in a message
        seen, repeat = (
            (say("card.it_arrived"), say("card.send_again"))
            if each.letter
            else (say("card.it_was_done"), say("card.do_it_again"))
        )
        told = say("card.nobody_knows_whether_this_happened", what=cut(each.what, 100))
        blocks.append(paragraph(told))
        blocks += actions(
            [
                button(seen, f"settle:seen{tail}", each.key, style="primary"),
                button(repeat, f"settle:again{tail}", each.key, confirm=ask),
            ]
        )
    if len(acts) > UNSETTLED:
        blocks.append(context(say("card.and_more_after_these", acts=len(acts) - UNSETTLED)))
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
    look += [_withdraw(request, say("card.withdraw_2", right=named("right", request.right))) for request in asked]
    if view.can_close:
        ask = confirm(
            say("card.close", ref=view.ref), say("card.the_card_shrinks_to_its_reference"), say("frame.close")
        )
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
    hint = plain(say("card.further_rights"))
    return [{"type": "static_select", "action_id": "further", "placeholder": hint, "options": options}]


def _settling(identity: Identity) -> str:
    settled = identity in {Identity.CONFIRMED, Identity.VOUCHED}  # of another right, or not enough for this one
    return say("card.a_code_that_names_this_right_is_under") if settled else IDENTITY[identity]


def _asks_who(view: CardView) -> bool:
    """Whether it has to be settled who wrote, for some right."""
    open_ = [each.back_to if each.state == State.NEEDS_PERSON else each.state for each in view.requests]
    unsettled = view.identity != Identity.CONFIRMED and State.RECEIVED in open_
    mistaken = view.identity == Identity.NOBODY and State.ANSWERING in open_  # they may be known by another address
    return view.channel not in SILENT and (unsettled or mistaken or State.IDENTIFYING in open_)


def _days(number: int) -> str:
    return say("card.days", n=number)
