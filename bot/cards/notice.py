"""Notices to recipients in words: the card's line, the word in the thread, the message that asks somebody.

The names of recipients are the company's own facts. Nothing of the person stands in any of it.
"""

from collections.abc import Sequence

from bot.cards.blocks import Block, actions, button, cut, day, escape, paragraph, section
from bot.cards.views import NoticeView
from bot.phrases import Phrases, named, say
from bot.recipients import ENDS, GROUNDS, HOW, Standing, Verdict

ASK = Phrases(
    {
        "correction": "notice.act_correction",
        "deletion": "notice.act_deletion",
        "restriction": "notice.act_restriction",
        "lifting": "notice.act_lifting",
    }
)
SAYS = Phrases(
    {
        Verdict.DONE: "notice.verdict_done",
        Verdict.NO_RECORD: "notice.verdict_nothing",
        Verdict.REFUSED: "notice.verdict_refused",
    }
)


# -- in words ----------------------------------------------------------------------------------------------------------


def recipients_told(views: Sequence[NoticeView]) -> str:
    """`Recipients: 3 told, 2 answered`, and what waits for somebody."""
    told = sum(each.told_on is not None for each in views)
    counts = {
        say("notice.told"): told,
        say("notice.have_answered"): sum(each.state == Standing.ANSWERED for each in views),
        say("notice.to_be_read"): sum(each.state == Standing.UNSURE for each in views),
        say("notice.to_be_told"): sum(each.state == Standing.BY_HAND for each in views),
        say("notice.not_asked"): sum(each.state == Standing.DROPPED for each in views),
    }
    said = [f"{count} {what}" for what, count in counts.items() if count or what == say("notice.told")]
    return say("notice.recipients", said=", ".join(said))


def notice_status(view: NoticeView) -> str:
    """How it stands, in a sentence without its end."""
    if view.state == Standing.ANSWERED:
        return say("notice.answered", said=_verdict(view))
    if view.state == Standing.DROPPED:
        return say(
            "notice.dropped",
            value=ENDS.get(view.why or "", say("notice.ended")).rstrip("."),
        )
    if view.state == Standing.UNSURE:
        guess = say("notice.guess", verdict=SAYS[view.verdict]) if view.verdict and view.verdict in SAYS else ""
        return say("notice.wrote", guess=guess)
    if view.state == Standing.BY_HAND:
        why = say("notice.unreached") if view.by_mail else say("notice.no_mail")
        return say("notice.by_hand", why=why)
    if view.told_on:
        how = f" {HOW[view.why]}" if view.why and view.why in HOW else ""
        return say("notice.waiting", how=how, told_on=day(view.told_on))
    return say("notice.leaving")


def _verdict(view: NoticeView) -> str:
    ground = f" ({GROUNDS[view.why].rstrip('.')})" if view.why and view.why in GROUNDS else ""
    return f"{SAYS.get(view.verdict or Verdict.DONE, say('notice.verdict_done'))}{ground}"


def notice_text(view: NoticeView) -> str:
    """The same in one line, for push notices and screen readers."""
    return escape(f"{view.ref}: {who(view)}: {notice_status(view)}.")


def answered_text(view: NoticeView) -> str:
    """The word in the thread, for push notices and screen readers."""
    return escape(f"{view.ref}: {_answered(view)}")


def _answered(view: NoticeView) -> str:
    """One of them has answered, or knows, or nobody asks any more."""
    if view.state != Standing.ANSWERED:
        return f"{who(view)}: {notice_status(view)}."
    return say("notice.text", answered=view.answered, total=view.total, view=who(view), said=_verdict(view))


def who(view: NoticeView) -> str:
    kind = "" if view.kind == "recipient" else f" ({named('recipient', view.kind)})"
    return f"{cut(view.name, 120)}{kind}"


# -- in the thread -----------------------------------------------------------------------------------------------------


def recipients_line(views: Sequence[NoticeView], ticket_id: str) -> list[Block]:
    """The card's line; none where nobody has to be told."""
    if not views:
        return []
    return [section(recipients_told(views), button(say("notice.recipients_button"), "notices", ticket_id))]


def said_blocks(view: NoticeView) -> list[Block]:
    """The word in the thread."""
    return [paragraph(_answered(view))]


def notice_card(view: NoticeView, asked: int) -> list[Block]:
    """The message that asks a person: what does this reply mean, or: please tell them. Settled, it has no buttons."""
    blocks = [section(say("notice.title")), paragraph(f"{who(view)}: {notice_status(view)}.")]
    if asked != view.asked:
        return blocks
    if view.state == Standing.BY_HAND:
        blocks.append(paragraph(say("notice.please_tell", act=ASK.get(view.act, ASK["deletion"]))))
        return [*blocks, *actions([told_button(view), stop_button(view)])]
    return [*blocks, *actions(answer_buttons(view))] if view.state == Standing.UNSURE else blocks


def answer_buttons(view: NoticeView, tail: str = "") -> list[Block]:
    """What a person may say of an answer."""
    value = f"{view.id}:{view.asked}"
    row = [
        button(say("notice.say_done"), f"notice_says:done{tail}", value),
        button(say("notice.say_nothing"), f"notice_says:no_record{tail}", value),
        button(say("notice.say_refused"), f"notice_refused{tail}", value),
    ]
    if view.state == Standing.UNSURE:
        row.append(button(say("notice.not_an_answer"), f"notice_says:nothing{tail}", value))
    if view.wrote:
        row.append(button(say("notice.read"), f"notice_read{tail}", view.id, style="primary" if view.open else ""))
    return row


def told_button(view: NoticeView, tail: str = "") -> Block:
    return button(say("notice.say_told"), f"notice_told{tail}", view.id, style="primary")


def stop_button(view: NoticeView, tail: str = "") -> Block:
    return button(say("notice.stop_asking"), f"notice_stop{tail}", view.id)
