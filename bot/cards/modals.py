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
from bot.cards.card import card, facts
from bot.cards.inputs import logged
from bot.cards.line import row
from bot.cards.names import IDENTITY, LANGUAGE
from bot.cards.plan import plan_line
from bot.cards.private import Details, Mail, Quarantined
from bot.cards.request import request_facts
from bot.cards.views import CardView, RequestView, TicketLine
from bot.intake import trimmed
from bot.phrases import Phrases, capital, named, say, translated

FIRST_MAIL = 40  # sections of the first mail, of each further one, and mails shown
FURTHER_MAIL = 6
NOTES = 6  # notes of the team shown
SAID = Phrases({"note": "modals.note", "hold": "modals.legal_hold_reason", "refusal": "modals.refused_reason"})
FURTHER_MAILS = 5
ASKED = 6  # of what a mail seems to ask for
LISTED = 40  # tickets or mails in one list


def loading_modal(title: str) -> Block:
    """Opened at once, because Slack lets a click open a modal for three seconds only."""
    return modal(title, [paragraph(say("modals.one_moment"))])


def told_modal(title: str, text: str) -> Block:
    """A modal with one thing to say: a refusal, a failure, a confirmation."""
    return modal(title, [paragraph(cut(text, 2000))])


def details_modal(details: Details, now: datetime) -> Block:
    """What the person wrote, for one permitted user. The desk has written the audit row."""
    language = LANGUAGE.get(details.language, cut(details.language, 20))
    blocks = [
        *_known(
            (say("modals.from"), details.address),
            (say("modals.name"), details.name),
            (say("modals.subject"), details.subject),
        ),
        context(
            say(
                "modals.received",
                received_at=moment(details.received_at, now),
                language=escape(language),
                identity=IDENTITY[details.identity],
                logged=logged(),
            )
        ),
        divider(),
        *asked(details.asks),
        *_own_words(details.words, FIRST_MAIL, details.mail_id, 0),
    ]
    if details.said:
        blocks.append(divider())
    for each in details.said[-NOTES:]:
        blocks.append(
            context(
                say(
                    "modals.of",
                    kind=SAID.get(each.kind, say("modals.note")),
                    by=member(each.by),
                    at=moment(each.at, now),
                )
            )
        )
        blocks += words(each.words, 2)
    for number, mail in enumerate(details.mails[-FURTHER_MAILS:], start=1):
        blocks += [divider(), context(say("modals.further_mail", arrived_at=moment(mail.arrived_at, now)))]
        blocks += _own_words(mail.words, FURTHER_MAIL, mail.id, number)
        if mail.attachments:
            blocks.append(paragraph(say("modals.attached", attachments=cut(", ".join(mail.attachments), 400))))
    if len(details.mails) > FURTHER_MAILS:
        blocks.append(context(say("modals.earlier_mails", mails=len(details.mails) - FURTHER_MAILS)))
    return modal(details.ref, blocks, metadata=details.ticket_id)


def _own_words(text: str, room: int, mail_id: str, number: int) -> list[Block]:
    """The mail without what it repeats of others; all of it is a press away."""
    shown = trimmed(text)
    whole = [button(say("modals.whole_mail"), f"whole_mail:{number}", mail_id)] if mail_id else []
    if len(shown) >= len(text.strip()):
        return words(text, room)
    return [*words(shown, room), paragraph(say("modals.left_out"), *whole)]


def whole_modal(mail: Mail, now: datetime) -> Block:
    """One mail of a ticket with everything it repeats."""
    arrived = context(say("modals.arrived_logged", arrived_at=moment(mail.arrived_at, now), logged=logged()))
    return modal(say("modals.whole_mail"), [arrived, *words(mail.words, FIRST_MAIL)])


def asked(asks: Sequence[tuple[str, str]]) -> list[Block]:
    """What the words seem to ask for, each with the sentence that says so: a proposal."""
    if not asks:
        return []
    told = [f"{cut(says, 100)} “{cut(sentence, 200)}”" for says, sentence in asks[:ASKED]]
    return [paragraph("\n".join([say("modals.asks"), *told]))]


def plan_modal(view: CardView, request: RequestView) -> Block:
    """The whole plan of one request, line by line."""
    told = [plan_line(each) for each in request.plan]
    blocks = [
        section(f"*{capital(named('right', request.right))}*"),
        *lines(told, 500, "modals.more_lines"),
    ]
    return modal(view.ref, blocks[: VIEW_BLOCKS - 1], metadata=view.ticket_id)


def quarantine_modal(mails: Sequence[Quarantined], now: datetime) -> Block:
    """The mails nobody could read, oldest first, each with a button. Names nobody."""
    blocks: list[Block] = []
    for number, mail in enumerate(mails[:LISTED], start=1):
        told = f"{moment(mail.arrived_at, now)} · {_size(mail.size)} · {cut(_reasons(mail.reasons), 300)}"
        look = button(say("aside.raw_text") if mail.near_miss else say("modals.look"), f"quarantined:{number}", mail.id)
        blocks.append(paragraph(say("modals.near_miss", told=told) if mail.near_miss else told, look))
        blocks += actions(verdicts(mail.id, f":{number}"))
    if len(mails) > LISTED:
        blocks.append(context(say("modals.more_mails", mails=len(mails) - LISTED)))
    return modal(say("windows.quarantine"), blocks or [paragraph(say("card.quarantine_empty"))])


def quarantined_modal(mail: Quarantined, now: datetime) -> Block:
    """One quarantined mail, as far as it could be read, with the button that settles it."""
    blocks = [
        paragraph(say("modals.because", reasons=cut(_reasons(mail.reasons), 600))),
        *_known((say("modals.from"), mail.sender), (say("modals.subject"), mail.subject)),
        context(say("modals.arrived", arrived_at=moment(mail.arrived_at, now), size=_size(mail.size), logged=logged())),
        divider(),
        *words(mail.words, FIRST_MAIL),
        divider(),
        paragraph(say("modals.mailbox")),
        *actions([*verdicts(mail.id, ":0"), button(say("modals.dealt"), "settle_mail", mail.id)]),
    ]
    return modal(say("windows.quarantined_mail"), blocks, metadata=mail.id)


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
        blocks.append(paragraph(say("modals.none")))
    if len(tickets) > LISTED:
        blocks.append(context(say("modals.more_tickets", tickets=len(tickets) - LISTED)))
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
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else say("modals.kb", value=max(1, round(size / 1000)))


def _reasons(reasons: Sequence[str]) -> str:
    """Why intake put a mail aside."""
    return ", ".join(translated("intake", each) for each in reasons)
