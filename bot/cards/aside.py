"""A mail that was put aside, as the channel hears of it: what to do, and nothing of what it says."""

from bot.cards.blocks import Block, actions, button, confirm, header, paragraph
from bot.cards.card import quarantine_card, quarantine_text
from bot.phrases import say


def aside_card(mail_id: str, *, near_miss: bool, left: bool) -> list[Block]:
    """The message for one mail. Once somebody has dealt with it, it says so and has no button."""
    if not near_miss:
        return quarantine_card(int(left))
    if not left:
        return [header(say("aside.near_miss")), paragraph(say("aside.this_one_is_settled"))]
    told = say("aside.a_mail_looks_like_an_enquiry_but_has")
    raw = button(say("aside.raw_text"), "quarantined:0", mail_id)
    return [header(say("aside.near_miss")), paragraph(told), *actions([*verdicts(mail_id), raw])]


def aside_text(*, near_miss: bool, left: bool) -> str:
    """The same in one line."""
    if not near_miss:
        return quarantine_text(int(left))
    return say("aside.near_miss_a_mail_looks_like_an_enquiry") if left else say("aside.near_miss_settled")


def verdicts(mail_id: str, tail: str = "") -> list[Block]:
    """Open / Not one."""
    told = say("aside.it_leaves_the_list_and_nobody_is")
    ask = confirm(say("aside.not_an_enquiry"), told, say("aside.not_one"))
    return [
        button(say("aside.open_as_enquiry"), f"open_mail{tail}", mail_id, style="primary"),
        button(say("aside.not_one"), f"not_one{tail}", mail_id, confirm=ask),
    ]
