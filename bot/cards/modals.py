"""Modals and the App Home. Only here stands what a stranger wrote, always as plain text; metadata holds one id."""

from collections.abc import Sequence
from datetime import datetime

from bot.cards.aside import verdicts
from bot.cards.blocks import (
    VIEW_BLOCKS,
    Block,
    actions,
    button,
    context,
    cut,
    divider,
    escape,
    lines,
    member,
    modal,
    moment,
    paragraph,
    section,
    words,
)
from bot.cards.card import IDENTITY, LANGUAGE, card, facts, plan_line, request_facts, row
from bot.cards.views import CardView, Details, Quarantined, RequestView, TicketLine

FIRST_MAIL = 40  # sections of the first mail, of each further one, and mails shown
FURTHER_MAIL = 6
NOTES = 6  # notes of the team shown
SAID = {"note": "Note", "hold": "Legal hold: reason", "refusal": "Refused: reason"}
FURTHER_MAILS = 5
LOGGED = "this view was written into the audit log"
ASKED = 6  # of what a mail seems to ask for
LISTED = 40  # tickets or mails in one list


def loading_modal(title: str) -> Block:
    """Opened at once, because Slack lets a click open a modal for three seconds only."""
    return modal(title, [paragraph("One moment …")])


def told_modal(title: str, text: str) -> Block:
    """A modal with one thing to say: a refusal, a failure, a confirmation."""
    return modal(title, [paragraph(cut(text, 2000))])


def details_modal(details: Details, now: datetime) -> Block:
    """What the person wrote, for one permitted user. The desk has written the audit row."""
    language = LANGUAGE.get(details.language, cut(details.language, 20))
    blocks = [
        *_known(("From", details.address), ("Name given", details.name), ("Subject", details.subject)),
        context(
            f"Received {moment(details.received_at, now)} · {escape(language)}"
            f" · identity: {IDENTITY[details.identity]} · {LOGGED}"
        ),
        divider(),
        *asked(details.asks),
        *words(details.words, FIRST_MAIL),
    ]
    if details.said:
        blocks.append(divider())
    for each in details.said[-NOTES:]:
        blocks.append(context(f"{SAID.get(each.kind, 'Note')} of {member(each.by)}, {moment(each.at, now)}"))
        blocks += words(each.words, 2)
    for mail in details.mails[-FURTHER_MAILS:]:
        blocks += [divider(), context(f"A further mail, {moment(mail.arrived_at, now)}")]
        blocks += words(mail.words, FURTHER_MAIL)
        if mail.attachments:
            blocks.append(paragraph(f"Attached, not opened: {cut(', '.join(mail.attachments), 400)}"))
    if len(details.mails) > FURTHER_MAILS:
        blocks.append(context(f"{len(details.mails) - FURTHER_MAILS} earlier mails of this thread are not shown here."))
    return modal(details.ref, blocks, metadata=details.ticket_id)


def asked(asks: Sequence[tuple[str, str]]) -> list[Block]:
    """What the words seem to ask for, each with the sentence that says so: a proposal."""
    if not asks:
        return []
    told = [f"{cut(says, 100)} “{cut(sentence, 200)}”" for says, sentence in asks[:ASKED]]
    return [paragraph("\n".join(["It seems to ask:", *told]))]


def plan_modal(view: CardView, request: RequestView) -> Block:
    """The whole plan of one request, line by line."""
    told = [plan_line(each) for each in request.plan]
    blocks = [section(f"*{request.right.capitalize()}*"), *lines(told, 500, "… and {} more lines")]
    return modal(view.ref, blocks[: VIEW_BLOCKS - 1], metadata=view.ticket_id)


def quarantine_modal(mails: Sequence[Quarantined], now: datetime) -> Block:
    """The mails nobody could read, oldest first, each with a button. Names nobody."""
    blocks: list[Block] = []
    for number, mail in enumerate(mails[:LISTED], start=1):
        told = f"{moment(mail.arrived_at, now)} · {_size(mail.size)} · {cut(', '.join(mail.reasons), 300)}"
        look = button("Raw text" if mail.near_miss else "Look", f"quarantined:{number}", mail.id)
        blocks.append(paragraph(f"Near miss · {told}" if mail.near_miss else told, look))
        blocks += actions(verdicts(mail.id, f":{number}"))
    if len(mails) > LISTED:
        blocks.append(context(f"… and {len(mails) - LISTED} more after these."))
    return modal("Quarantine", blocks or [paragraph("Every quarantined mail is settled.")])


def quarantined_modal(mail: Quarantined, now: datetime) -> Block:
    """One quarantined mail, as far as it could be read, with the button that settles it."""
    blocks = [
        paragraph(f"Set aside because: {cut(', '.join(mail.reasons), 600)}"),
        *_known(("From", mail.sender), ("Subject", mail.subject)),
        context(f"Arrived {moment(mail.arrived_at, now)} · {_size(mail.size)} · {LOGGED}"),
        divider(),
        *words(mail.words, FIRST_MAIL),
        divider(),
        paragraph(
            "The mail itself is untouched in the mailbox. If it is an enquiry, press “Open as enquiry”: its clock "
            "starts with the day it came. If it is none, or you have dealt with it otherwise, it leaves the list."
        ),
        *actions([*verdicts(mail.id, ":0"), button("I have dealt with it", "settle_mail", mail.id)]),
    ]
    return modal("Quarantined mail", blocks, metadata=mail.id)


def ticket_blocks(view: CardView, now: datetime) -> list[Block]:
    """The card without its buttons, for `/dpe show`."""
    if view.closed_on:
        return card(view, now)
    blocks = facts(view, now)
    for request in view.requests:
        blocks += request_facts(request, view, now, 8)
    return blocks[:45]


def list_blocks(title: str, tickets: Sequence[TicketLine], now: datetime) -> list[Block]:
    """Tickets line by line, soonest due first, for `/dpe list`."""
    blocks = [section(f"*{title}*"), *(section(row(ticket, now.date())) for ticket in tickets[:LISTED])]
    if not tickets:
        blocks.append(paragraph("None."))
    if len(tickets) > LISTED:
        blocks.append(context(f"… and {len(tickets) - LISTED} more."))
    return blocks


def help_blocks(commands: Sequence[tuple[str, str]]) -> list[Block]:
    """One line per command."""
    return [section("\n".join(f"`{escape(usage)}` {escape(about)}" for usage, about in commands))]


def told_home(text: str) -> Block:
    """The App Home of somebody who may not see the list."""
    return {"type": "home", "blocks": [paragraph(cut(text, 2000))]}


def _known(*pairs: tuple[str, str]) -> list[Block]:
    return [paragraph(f"{name}: {cut(value, 1000)}") for name, value in pairs if value.strip()]


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(1, round(size / 1000))} kB"
