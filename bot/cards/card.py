"""The card: one message per ticket, drawn anew from the stored state. It names no person."""

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
    divider,
    escape,
    fields,
    fits,
    header,
    member,
    paragraph,
    plain,
    section,
)
from bot.cards.clock import clock_line, law_names
from bot.cards.letter import draft_lines
from bot.cards.line import rights_named, sign, standing
from bot.cards.names import IDENTITY, LANGUAGE, NEXT, SILENT, VERB
from bot.cards.notice import recipients_line
from bot.cards.paper import to_post, to_tell
from bot.cards.progress import progress_text
from bot.cards.request import BRIEF, request_buttons, request_facts, withdraw_button
from bot.cards.trouble import noted, returned, unsettled
from bot.cards.views import CardView, NextActor
from bot.law import Right
from bot.phrases import capital, named, say, small
from bot.tickets import Identity, State

FURTHER = frozenset({Right.PORTABILITY, Right.OBJECTION})  # offered where the person asked for them


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


def facts(view: CardView, now: datetime) -> list[Block]:
    """Reference, rights, due date, who acts next, language, regime: what every drawing of a ticket begins with."""
    asked = rights_named(view.rights)
    known = [
        (say("card.due"), standing(view.due, view.clock.state) or sign(view.due, now.date())),
        (say("card.next"), _next(view)),
        (say("card.owner"), member(view.owner) if view.owner else say("reminder.nobody_yet")),
        (say("windows.identity"), IDENTITY[view.identity]),
        (say("card.received"), day(view.received_on)),
        (
            say("card.language_and_law"),
            escape(f"{LANGUAGE.get(view.language, view.language)}, {law_names(view.regimes)}"),
        ),
    ]
    return [header(f"{view.ref} · {asked}"), fields(*known), *returned(view.returned), *noted(view.notes)]


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
        blocks += [divider(), *request_facts(request, view, now, limit), *request_buttons(request, view, limit)]
    blocks += [*to_post(view), *to_tell(view)]
    blocks += recipients_line(view.recipients, view.ticket_id)
    blocks += draft_lines(view.drafts, view.ticket_id, view.drafts_mark)
    blocks += unsettled(view.unsettled)
    return [*blocks, divider(), *_to_choose(view), *_ticket_buttons(view)]


def _to_choose(view: CardView) -> list[Block]:
    """What nobody has chosen yet, above the buttons that do."""
    begun = _begun(view)
    waiting = [each for each in view.rights if each not in begun]
    if view.channel in SILENT or (begun and not waiting):
        return []
    return [section(say("card.to_choose", rights=capital(rights_named(waiting))))]


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


def _ticket_buttons(view: CardView) -> list[Block]:
    begun = _begun(view)
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
    look += [
        withdraw_button(request, say("card.withdraw_right", right=named("right", request.right))) for request in asked
    ]
    if view.can_close:
        ask = confirm(say("card.close_sure", ref=view.ref), say("card.close_told"), say("frame.close"))
        look.append(button(say("frame.close"), "close", view.ticket_id, confirm=ask))
    look.append(button(say("card.more"), "more", view.ticket_id))
    named_already = {*view.rights, *begun}
    rest = [each for each in Right if each in FURTHER - named_already and view.channel not in SILENT]
    return [*actions([*choose, *_further(rest, view.ticket_id)]), *actions(look)]


def _begun(view: CardView) -> set[Right]:
    return {request.right for request in view.requests if request.state != State.RECEIVED}


def _further(rights: Sequence[Right], ticket_id: str) -> list[Block]:
    """Rights the person did not name, in a menu: few ask for them."""
    if not rights:
        return []
    options = [{"text": plain(VERB[each]), "value": f"{each}:{ticket_id}"} for each in rights]
    hint = plain(say("card.further"))
    return [{"type": "static_select", "action_id": "further", "placeholder": hint, "options": options}]


def _asks_who(view: CardView) -> bool:
    """Whether it has to be settled who wrote, for some right."""
    open_ = [each.back_to if each.state == State.NEEDS_PERSON else each.state for each in view.requests]
    unsettled = view.identity != Identity.CONFIRMED and State.RECEIVED in open_
    mistaken = view.identity == Identity.NOBODY and State.ANSWERING in open_  # they may be known by another address
    return view.channel not in SILENT and (unsettled or mistaken or State.IDENTIFYING in open_)
