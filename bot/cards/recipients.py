"""Modals about recipients: the list, what one of them wrote, the forms of whoever settles it."""

from collections.abc import Sequence
from datetime import datetime

from bot.cards.blocks import Block, actions, button, context, divider, modal, moment, paragraph, plain, words
from bot.cards.inputs import choice, entry, logged
from bot.cards.notice import ASK, SAYS, answer_buttons, notice_status, stop_button, told_button, who
from bot.cards.private import NoticeReply
from bot.cards.views import NoticeView
from bot.phrases import capital, named, say
from bot.recipients import ENDS, GROUNDS, HOW, Standing, Verdict

LISTED = 24  # recipients in one list: three blocks each


def notices_modal(ref: str, views: Sequence[NoticeView], ticket_id: str) -> Block:
    """Every recipient of the ticket with what may be done now."""
    blocks: list[Block] = []
    for number, view in enumerate(views[:LISTED], start=1):
        tail = f":{number}"
        blocks += [divider(), paragraph(f"{who(view)} · {named('right', view.act)}: {notice_status(view)}")]
        blocks += actions(_buttons(view, tail))
    if len(views) > LISTED:
        blocks.append(context(say("recipients.more", views=len(views) - LISTED)))
    return modal(
        say("recipients.recipients", ref=ref)[:24],
        blocks[1:] or [paragraph(say("recipients.none"))],
        metadata=ticket_id,
    )


def _buttons(view: NoticeView, tail: str) -> list[Block]:
    if view.state == Standing.BY_HAND:
        return [told_button(view, tail), stop_button(view, tail)]
    if view.open and view.state != Standing.TO_TELL:
        return [*answer_buttons(view, tail), stop_button(view, tail)]
    if view.state == Standing.ANSWERED and view.plainly:
        return answer_buttons(view, tail)
    return [button(say("notice.read"), f"notice_read{tail}", view.id)] if view.wrote else []


def reply_modal(reply: NoticeReply, now: datetime) -> Block:
    """What a recipient wrote, as plain text. The desk has written the audit row."""
    view = reply.notice
    blocks = [
        paragraph(f"{who(view)}: {notice_status(view)}"),
        context(say("modals.arrived_logged", arrived_at=moment(reply.arrived_at, now), logged=logged())),
        divider(),
        *words(reply.words, 40),
    ]
    return modal(view.ref, blocks, metadata=view.id)


def told_form(view: NoticeView) -> Block:
    """How a person told them, and what they said at once, if they did."""
    said = {str(each): capital(SAYS[each]) for each in (Verdict.DONE, Verdict.NO_RECORD)}
    blocks = [
        paragraph(say("recipients.told", view=who(view), act=ASK.get(view.act, ASK["deletion"]))),
        entry(
            "how",
            say("recipients.how"),
            choice("how", {key: capital(text) for key, text in HOW.items()}),
        ),
        entry(
            "says",
            say("recipients.said"),
            choice("says", said),
            optional=True,
            hint=say("recipients.said_hint"),
        ),
    ]
    return _form(say("recipients.told_by_hand"), "told", view.id, blocks)


def stop_form(view: NoticeView) -> Block:
    """Why nobody asks them any more: the record keeps the reason."""
    blocks = [
        paragraph(f"{who(view)}: {notice_status(view)}."),
        entry("why", say("recipients.why"), choice("why", ENDS)),
    ]
    return _form(say("recipients.stop_asking"), "stop", view.id, blocks)


def refusal_form(view: NoticeView) -> Block:
    """On what ground a recipient says no."""
    blocks = [
        paragraph(f"{who(view)}."),
        entry("why", say("recipients.ground"), choice("why", GROUNDS)),
    ]
    return _form(say("recipients.refuse"), "refused", f"{view.id}:{view.asked}", blocks)


def _form(title: str, name: str, metadata: str, blocks: list[Block]) -> Block:
    view = modal(title, blocks, metadata=metadata)
    return {
        **view,
        "submit": plain(say("evidence.say_so")),
        "close": plain(say("frame.not_now")),
        "callback_id": f"notice_{name}",
    }
