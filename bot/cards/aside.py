"""A mail that was put aside, as the channel hears of it: what to do, and nothing of what it says."""

from collections.abc import Sequence

from bot.cards.blocks import Block, actions, button, confirm, cut, header, paragraph
from bot.phrases import say, translated


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


def aside_card(
    mail_id: str, *, near_miss: bool, left: bool, why: Sequence[str] = (), again: bool = False
) -> list[Block]:
    """The message for one mail, with the reasons of intake. Once somebody has dealt with it, it says so.

    `again`: no ticket came of it, so whoever sees it otherwise may take it up once more.
    """
    back = actions([button(say("aside.look_again"), "mail_again", mail_id)]) if again and not left else []
    if not near_miss:
        return [*quarantine_card(int(left)), *back]
    if not left:
        return [header(say("aside.near_miss")), paragraph(say("aside.settled")), *back]
    told = [paragraph(say("aside.told"))]
    reasons = " ".join(translated("intake", each) for each in why)
    told += [paragraph(say("aside.why", reasons=cut(reasons, 600)))] if why else []
    raw = button(say("aside.raw_text"), "quarantined:0", mail_id)
    return [header(say("aside.near_miss")), *told, *actions([*verdicts(mail_id), raw])]


def aside_text(*, near_miss: bool, left: bool) -> str:
    """The same in one line."""
    if not near_miss:
        return quarantine_text(int(left))
    return say("aside.text") if left else say("aside.text_settled")


def verdicts(mail_id: str, tail: str = "") -> list[Block]:
    """Open / Not one."""
    told = say("aside.not_one_told")
    ask = confirm(say("aside.not_one_sure"), told, say("aside.not_one"))
    return [
        button(say("aside.open_as_enquiry"), f"open_mail{tail}", mail_id, style="primary"),
        button(say("aside.not_one"), f"not_one{tail}", mail_id, confirm=ask),
    ]
