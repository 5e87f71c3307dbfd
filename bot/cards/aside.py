"""A mail that was put aside, as the channel hears of it: what to do, and nothing of what it says."""

from bot.cards.blocks import Block, actions, button, confirm, header, paragraph
from bot.cards.card import quarantine_card, quarantine_text


def aside_card(mail_id: str, *, near_miss: bool, left: bool) -> list[Block]:
    """The message for one mail. Once somebody has dealt with it, it says so and has no button."""
    if not near_miss:
        return quarantine_card(int(left))
    if not left:
        return [header("Near miss"), paragraph("This one is settled.")]
    told = (
        "A mail looks like an enquiry, but has another subject. If it is one, its clock runs since the day it came: "
        "please look within a day."
    )
    raw = button("Raw text", "quarantined:0", mail_id)
    return [header("Near miss"), paragraph(told), *actions([*verdicts(mail_id), raw])]


def aside_text(*, near_miss: bool, left: bool) -> str:
    """The same in one line."""
    if not near_miss:
        return quarantine_text(int(left))
    return "Near miss: a mail looks like an enquiry." if left else "Near miss: settled."


def verdicts(mail_id: str, tail: str = "") -> list[Block]:
    """Open / Not one."""
    told = "It leaves the list, and nobody is answered. The mail itself stays in the mailbox."
    ask = confirm("Not an enquiry?", told, "Not one")
    return [
        button("Open as enquiry …", f"open_mail{tail}", mail_id, style="primary"),
        button("Not one", f"not_one{tail}", mail_id, confirm=ask),
    ]
