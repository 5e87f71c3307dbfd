"""“More …”: everything else that can be done with a ticket, each with what it means, and the forms behind it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.cards.blocks import (
    Block,
    actions,
    button,
    confirm,
    context,
    escape,
    member,
    modal,
    moment,
    paragraph,
    plain,
    section,
)
from bot.cards.inputs import boxes, choice, day_picker, entry, one_line, prose
from bot.cards.names import VERB
from bot.cards.team import Blocked, More
from bot.law import Right
from bot.phrases import Phrases, capital, named, say

WHY = Phrases(
    {  # a ticket is no enquiry
        "other": "more.reason_other",
        "advertising": "more.reason_spam",
        "test": "more.reason_test",
        "machine": "more.reason_machine",
        "twice": "more.reason_twice",
    }
)


def more_modal(more: More) -> Block:
    """What else can be done. Each line says what a press means before it is pressed."""
    blocks: list[Block] = [context(escape(more.ref))]
    if more.open:
        blocks += _whose(more)
        blocks += _refusing(more)
        told = say("more.snooze_told")
        blocks.append(_verb(say("windows.remind_me_later"), told, say("more.snooze"), "snooze", more.ticket_id))
        blocks += _ending(more)
    told = say("more.note_told")
    blocks.append(_verb(say("more.note_title"), told, say("more.note"), "do:note", more.ticket_id))
    blocks += _holding(more)
    if more.links:
        told = say("more.links_told")
        ask = confirm(say("more.links_title"), told, say("more.blocked_end"), danger=True)
        blocks.append(
            _verb(say("more.links_title"), told, say("more.blocked_end"), "do:end_links", more.ticket_id, ask)
        )
    if more.open:
        blocks += _sorting(more)
    told = say("more.block_told")
    blocks.append(_verb(say("more.block_title"), told, say("more.block"), "do:block", more.ticket_id, _block()))
    blocks.append(
        _verb(
            say("windows.blocked_senders"),
            say("more.blocked_told"),
            say("modals.look"),
            "do:blocked",
            more.ticket_id,
        )
    )
    return modal(say("windows.more"), blocks, metadata=more.ticket_id)


def _verb(title: str, told: str, text: str, action: str, value: str, ask: Block | None = None) -> Block:
    return section(f"*{escape(title)}*\n{escape(told)}", button(text, action, value, confirm=ask))


def _refusing(more: More) -> list[Block]:
    """A button for each right that can be refused."""
    row = [
        button(say("more.refuse", right=capital(named("right", right))), f"do:refuse:{right}", request_id)
        for right, request_id in more.refusable
    ]
    return [section(say("more.refuse_told")), *actions(row)] if row else []


def _ending(more: More) -> list[Block]:
    blocks: list[Block] = []
    if more.in_vain:
        told = say("more.give_up_told")
        ask = confirm(say("more.give_up_sure"), told, say("more.close"))
        blocks.append(_verb(say("more.give_up_title"), told, say("more.close"), "do:give_up", more.ticket_id, ask))
    if more.complaints:
        told = say("more.complained_told")
        verb = say("more.complained_verb")
        blocks.append(_verb(say("more.complained_title"), told, verb, "do:complained", more.ticket_id))
    return blocks


def _whose(more: More) -> list[Block]:
    owner = say("more.owned", owner=member(more.owner)) if more.owner else say("more.unowned")
    title, text = (
        (say("more.hand_over_title"), say("more.hand_over"))
        if more.mine
        else (say("more.assign_title"), say("more.assign"))
    )
    told = say("more.assign_told", title=title, owner=owner)
    return [section(told, button(text, "do:assign", more.ticket_id))]


def _holding(more: More) -> list[Block]:
    if more.held:
        second = say("more.lift_second") if more.four_eyes else ""
        told = say("more.lift_told", second=second)
        ask = confirm(say("more.lift_sure"), told, say("more.lift"), danger=True)
        return [_verb(say("more.lift_title"), told, say("more.lift"), "do:lift_hold", more.ticket_id, ask)]
    if not more.open:
        return []
    told = say("more.hold_told")
    return [_verb(say("windows.legal_hold"), told, say("more.hold"), "do:hold", more.ticket_id)]


def _sorting(more: More) -> list[Block]:
    found = [
        _verb(
            say("windows.not_an_enquiry"), say("more.close_told"),
            say("more.close"), "do:not_enquiry", more.ticket_id,
        ),
        _verb(
            say("more.merge_title"), say("more.merge_told"),
            say("more.merge"), "do:merge", more.ticket_id,
        ),
    ]  # fmt: skip
    told = say("more.split_told")
    return [*found, _verb(say("more.split_title"), told, say("more.split"), "do:split", more.ticket_id)]


def _block() -> Block:
    told = say("more.block_sure_told")
    return confirm(say("more.block_sure"), told, say("more.block"), danger=True)


# -- the forms behind it -----------------------------------------------------------------------------------------------


def assign_form(more: More) -> Block:
    pick: Block = {"type": "users_select", "action_id": "to"}
    if more.owner and not more.mine:
        pick["initial_user"] = more.owner
    hint = say("more.assign_hint")
    blocks = [entry("to", say("more.assign_whom"), pick, hint=hint)]
    return _form(
        say("more.hand_over_title") if more.mine else say("more.assign_title"),
        say("more.assign_keep"),
        "assign",
        more.ref,
        more.ticket_id,
        blocks,
    )


def note_form(more: More) -> Block:
    hint = say("more.note_hint")
    blocks = [prose("words", say("more.note_words"), hint)]
    return _form(say("more.note_title"), say("more.note_keep"), "note", more.ref, more.ticket_id, blocks)


def hold_form(more: More) -> Block:
    told = say("more.hold_sure")
    blocks = [paragraph(told), prose("words", say("more.hold_why"), say("more.hold_why_hint"))]
    return _form(say("windows.legal_hold"), say("more.hold_keep"), "hold", more.ref, more.ticket_id, blocks)


def not_enquiry_form(more: More) -> Block:
    rest = {"letter": say("more.close_letter")}
    blocks = [
        paragraph(say("more.close_sure")),
        entry("why", say("more.close_why"), choice("why", WHY)),
        entry("letter", say("more.close_letter_label"), boxes("letter", rest, ()), optional=True),
        prose(
            "words",
            say("more.close_words"),
            say("more.close_words_hint"),
            optional=True,
        ),
    ]
    return _form(say("windows.not_an_enquiry"), say("more.close_keep"), "not_enquiry", more.ref, more.ticket_id, blocks)


def complained_form(more: More) -> Block:
    blocks = [entry("on", say("more.complained_day"), day_picker("on", None))]
    title, keep = say("more.complained_title"), say("more.complained_keep")
    return _form(title, keep, "complained", more.ref, more.ticket_id, blocks)


def merge_form(more: More) -> Block:
    hint = say("more.merge_hint")
    field = one_line("ref", say("more.merge_which"), longest=24)
    blocks = [{**field, "optional": False, "hint": plain(hint)}]
    return _form(say("more.merge_title"), say("more.merge_title"), "merge", more.ref, more.ticket_id, blocks)


def split_form(more: More) -> Block:
    rights = {str(each): VERB[each] for each in Right}
    told = say("more.split_sure")
    blocks = [
        paragraph(told),
        entry("rights", say("more.split_rights"), boxes("rights", rights, map(str, more.splits[:1]))),
        one_line("address", say("more.split_address")),
        one_line("name", say("more.split_name")),
    ]
    return _form(say("more.split_title"), say("more.split_title"), "split", more.ref, more.ticket_id, blocks)


def blocked_modal(blocked: Sequence[Blocked], now: datetime) -> Block:
    """Who is blocked, by the ticket it was set on: open that ticket to see who it is."""
    blocks: list[Block] = []
    for number, each in enumerate(blocked, start=1):
        where = escape(each.ref) if each.ref else say("more.no_ticket")
        told = say("more.blocked_since", where=where, at=moment(each.at, now), by=member(each.by))
        blocks += [section(told, button(say("more.blocked_end"), f"unblock:{number}", each.id))]
    return modal(say("windows.blocked_senders"), blocks or [paragraph(say("more.blocked_none"))])


def _form(title: str, submit: str, name: str, ref: str, metadata: str, blocks: list[Block]) -> Block:
    view = modal(title, [context(escape(ref)), *blocks], metadata=metadata)
    return {**view, "submit": plain(submit), "close": plain(say("frame.not_now")), "callback_id": f"office_{name}"}


FORMS: Mapping[str, Callable[[More], Block]] = {
    "assign": assign_form,
    "note": note_form,
    "hold": hold_form,
    "not_enquiry": not_enquiry_form,
    "complained": complained_form,
    "merge": merge_form,
    "split": split_form,
}
