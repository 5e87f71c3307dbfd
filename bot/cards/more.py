"""“More …”: everything else that can be done with a ticket, each with what it means, and the forms behind it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.cards.blocks import (
    Block,
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
from bot.cards.card import VERB
from bot.cards.inputs import boxes, choice, entry, one_line, prose
from bot.cards.team import Blocked, More
from bot.law import Right

WHY = {  # a ticket is no enquiry
    "other": "It is about something else",
    "advertising": "It is advertising or spam",
    "test": "It is a test",
    "machine": "A machine wrote it",
    "twice": "It is here twice",
}


def more_modal(more: More) -> Block:
    """What else can be done. Each line says what a press means before it is pressed."""
    blocks: list[Block] = [context(escape(more.ref))]
    if more.open:
        blocks += _whose(more)
        for right, request_id in more.refusable:
            told = "You write to the person why you do not do it. The letter goes out at once."
            blocks.append(_verb(f"Refuse: {right}", told, "Refuse …", f"do:refuse:{right}", request_id))
    told = "Only whoever opens “Details” reads it. It is deleted with the ticket."
    blocks.append(_verb("Add a note", told, "Write …", "do:note", more.ticket_id))
    blocks += _holding(more)
    if more.open:
        blocks += _sorting(more)
    told = "New mails of this sender are put aside for a person. None is lost; nobody is answered by itself."
    blocks.append(_verb("Block the sender", told, "Block", "do:block", more.ticket_id, _block()))
    blocks.append(_verb("Blocked senders", "Look who is blocked, and end it.", "Look", "do:blocked", more.ticket_id))
    return modal("More", blocks, metadata=more.ticket_id)


def _verb(title: str, told: str, text: str, action: str, value: str, ask: Block | None = None) -> Block:
    return section(f"*{escape(title)}*\n{escape(told)}", button(text, action, value, confirm=ask))


def _whose(more: More) -> list[Block]:
    owner = f"{member(more.owner)} looks after it." if more.owner else "Nobody looks after it yet."
    title, text = ("Hand it over", "Hand over …") if more.mine else ("Assign it", "Assign …")
    told = f"*{title}*\n{owner} Whoever you choose is told in the thread, and gets the reminders."
    return [section(told, button(text, "do:assign", more.ticket_id))]


def _holding(more: More) -> list[Block]:
    if more.held:
        second = " Somebody else than who set it has to do this." if more.four_eyes else ""
        told = f"What was approved may be deleted again, once somebody presses “Try again”.{second}"
        ask = confirm("Lift the legal hold?", told, "Lift", danger=True)
        return [_verb("Lift the legal hold", told, "Lift", "do:lift_hold", more.ticket_id, ask)]
    if not more.open:
        return []
    told = "Nothing about this person is deleted or changed, in no ticket of theirs, until it is lifted."
    return [_verb("Legal hold", told, "Hold …", "do:hold", more.ticket_id)]


def _sorting(more: More) -> list[Block]:
    found = [
        _verb(
            "Not an enquiry", "It is closed without looking into any system. If they write again, it is open again.",
            "Close …", "do:not_enquiry", more.ticket_id,
        ),
        _verb(
            "Merge", "The same person wrote twice: one ticket goes on with both, and the earlier date counts.",
            "Merge …", "do:merge", more.ticket_id,
        ),
    ]  # fmt: skip
    told = "One mail asks for several things, or for several people: a part gets a ticket and a card of its own."
    return [*found, _verb("Split", told, "Split …", "do:split", more.ticket_id)]


def _block() -> Block:
    told = "Their new mails wait in the quarantine until somebody looks. Deadlines of what is open run on."
    return confirm("Block this sender?", told, "Block", danger=True)


# -- the forms behind it -----------------------------------------------------------------------------------------------


def assign_form(more: More) -> Block:
    pick: Block = {"type": "users_select", "action_id": "to"}
    if more.owner and not more.mine:
        pick["initial_user"] = more.owner
    hint = "Somebody who may handle enquiries. They are named in the thread, so Slack tells them."
    blocks = [entry("to", "Who looks after it from now on?", pick, hint=hint)]
    return _form("Hand over" if more.mine else "Assign", "Give it to them", "assign", more.ref, more.ticket_id, blocks)


def note_form(more: More) -> Block:
    hint = "Sealed with the ticket; every look at it is logged. The thread says that there is a note, not what it says."
    blocks = [prose("words", "Your note", hint)]
    return _form("Add a note", "Keep it", "note", more.ref, more.ticket_id, blocks)


def hold_form(more: More) -> Block:
    told = (
        "From now on nothing about this person is deleted or corrected, whatever was approved. What waits for the end "
        "of its cooling time stops. Deadlines run on: tell the person, or refuse, if the hold lasts."
    )
    blocks = [paragraph(told), prose("words", "Why?", "For example which claim, and who asked for it. Kept sealed.")]
    return _form("Legal hold", "Hold", "hold", more.ref, more.ticket_id, blocks)


def not_enquiry_form(more: More) -> Block:
    rest = {"letter": "Tell the person: we took your mail for something else"}
    blocks = [
        paragraph("Every right that has not begun is withdrawn, and the ticket is closed. No system is asked."),
        entry("why", "What is it?", choice("why", WHY)),
        entry("letter", "A letter?", boxes("letter", rest, ()), optional=True),
        prose("words", "Words of yours in the letter", "For example who answers instead.", optional=True),
    ]
    return _form("Not an enquiry", "Close it", "not_enquiry", more.ref, more.ticket_id, blocks)


def merge_form(more: More) -> Block:
    hint = "As it stands on the other card. Both must be from the same address; the older one goes on."
    field = one_line("ref", "Which other ticket?", longest=24)
    blocks = [{**field, "optional": False, "hint": plain(hint)}]
    return _form("Merge", "Merge", "merge", more.ref, more.ticket_id, blocks)


def split_form(more: More) -> Block:
    rights = {str(each): VERB[each] for each in Right}
    told = (
        "Of the same person: mark what moves; leave the address empty. Of another person the mail is about: type their "
        "address. Who they are has to be shown as ever, and nothing is sent by itself."
    )
    blocks = [
        paragraph(told),
        entry("rights", "What goes into the new ticket?", boxes("rights", rights, map(str, more.splits[:1]))),
        one_line("address", "Another person's e-mail address"),
        one_line("name", "Their name"),
    ]
    return _form("Split", "Split", "split", more.ref, more.ticket_id, blocks)


def blocked_modal(blocked: Sequence[Blocked], now: datetime) -> Block:
    """Who is blocked, by the ticket it was set on: open that ticket to see who it is."""
    blocks: list[Block] = []
    for number, each in enumerate(blocked, start=1):
        where = escape(each.ref) if each.ref else "no ticket"
        told = f"The sender of *{where}*, since {moment(each.at, now)}, by {member(each.by)}"
        blocks += [section(told, button("End it", f"unblock:{number}", each.id))]
    return modal("Blocked senders", blocks or [paragraph("Nobody is blocked.")])


def _form(title: str, submit: str, name: str, ref: str, metadata: str, blocks: list[Block]) -> Block:
    view = modal(title, [context(escape(ref)), *blocks], metadata=metadata)
    return {**view, "submit": plain(submit), "close": plain("Not now"), "callback_id": f"office_{name}"}


FORMS: Mapping[str, Callable[[More], Block]] = {
    "assign": assign_form,
    "note": note_form,
    "hold": hold_form,
    "not_enquiry": not_enquiry_form,
    "merge": merge_form,
    "split": split_form,
}
