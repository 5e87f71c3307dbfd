"""Notices to recipients in words: the card's line, the word in the thread, the message that asks somebody.

The names of recipients are the company's own facts. Nothing of the person stands in any of it.
"""

from collections.abc import Sequence

from bot.cards.blocks import Block, actions, button, cut, day, escape, paragraph, section
from bot.cards.views import NoticeView
from bot.recipients import ENDS, GROUNDS, HOW, Standing, Verdict

ASK = {
    "correction": "to correct what they hold in the same way",
    "deletion": "to delete what they hold of this person",
    "restriction": "to keep what they hold of this person and to do nothing else with it",
    "lifting": "that the restriction has ended",
}
SAYS = {
    Verdict.DONE: "they did it",
    Verdict.NO_RECORD: "they hold nothing",
    Verdict.REFUSED: "they refuse",
}


# -- in words ----------------------------------------------------------------------------------------------------------


def recipients_told(views: Sequence[NoticeView]) -> str:
    """`Recipients: 3 told, 2 answered`, and what waits for somebody."""
    told = sum(each.told_on is not None for each in views)
    counts = {
        "told": told,
        "answered": sum(each.state == Standing.ANSWERED for each in views),
        "to be read": sum(each.state == Standing.UNSURE for each in views),
        "to be told by hand": sum(each.state == Standing.BY_HAND for each in views),
        "no longer asked": sum(each.state == Standing.DROPPED for each in views),
    }
    said = [f"{count} {what}" for what, count in counts.items() if count or what == "told"]
    return f"Recipients: {', '.join(said)}"


def notice_status(view: NoticeView) -> str:
    """How it stands, in a sentence without its end."""
    if view.state == Standing.ANSWERED:
        ground = f" ({GROUNDS[view.why].rstrip('.')})" if view.why in GROUNDS else ""
        return f"answered: {SAYS.get(view.verdict or Verdict.DONE, 'they did it')}{ground}"
    if view.state == Standing.DROPPED:
        return f"nobody asks any more: {ENDS.get(view.why or '', 'a person has ended it').rstrip('.')}"
    if view.state == Standing.UNSURE:
        guess = f"; perhaps: {SAYS[view.verdict]}" if view.verdict and view.verdict in SAYS else ""
        return f"they wrote, and somebody has to read it{guess}"
    if view.state == Standing.BY_HAND:
        why = "our letter did not reach them" if view.by_mail else "they cannot be written to by mail"
        return f"{why}: a person tells them"
    if view.told_on:
        how = f" {HOW[view.why]}" if view.why in HOW else ""
        return f"told{how} on {day(view.told_on)}, no answer yet"
    return "the letter is on its way"


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
    said = notice_status(view).removeprefix("answered: ")
    return f"Recipient {view.answered} of {view.total} answered. {who(view)}: {said}."


def who(view: NoticeView) -> str:
    kind = "" if view.kind == "recipient" else f" ({view.kind})"
    return f"{cut(view.name, 120)}{kind}"


# -- in the thread -----------------------------------------------------------------------------------------------------


def recipients_line(views: Sequence[NoticeView], ticket_id: str) -> list[Block]:
    """The card's line; none where nobody has to be told."""
    if not views:
        return []
    return [section(recipients_told(views), button("Recipients …", "notices", ticket_id))]


def said_blocks(view: NoticeView) -> list[Block]:
    """The word in the thread."""
    return [paragraph(_answered(view))]


def notice_card(view: NoticeView, asked: int) -> list[Block]:
    """The message that asks a person: what does this reply mean, or: please tell them. Settled, it has no buttons."""
    blocks = [section("*A recipient*"), paragraph(f"{who(view)}: {notice_status(view)}.")]
    if asked != view.asked:
        return blocks
    if view.state == Standing.BY_HAND:
        blocks.append(paragraph(f"Please tell them {ASK.get(view.act, ASK['deletion'])}."))
        return [*blocks, *actions([told_button(view), stop_button(view)])]
    return [*blocks, *actions(answer_buttons(view))] if view.state == Standing.UNSURE else blocks


def answer_buttons(view: NoticeView, tail: str = "") -> list[Block]:
    """What a person may say of an answer."""
    value = f"{view.id}:{view.asked}"
    row = [
        button("They did it", f"notice_says:done{tail}", value),
        button("They hold nothing", f"notice_says:no_record{tail}", value),
        button("They refuse …", f"notice_refused{tail}", value),
    ]
    if view.state == Standing.UNSURE:
        row.append(button("Not an answer", f"notice_says:nothing{tail}", value))
    if view.wrote:
        row.append(button("Read", f"notice_read{tail}", view.id, style="primary" if view.open else ""))
    return row


def told_button(view: NoticeView, tail: str = "") -> Block:
    return button("Told by hand …", f"notice_told{tail}", view.id, style="primary")


def stop_button(view: NoticeView, tail: str = "") -> Block:
    return button("Stop asking …", f"notice_stop{tail}", view.id)
