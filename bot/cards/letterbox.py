"""A mailbox nobody can read, or letters that cannot leave: the message in the channel that says what to do."""

from dataclasses import dataclass
from datetime import datetime

from bot.cards.blocks import Block, cut, header, moment, paragraph

WAITING = "Mails wait there and none is lost, but the clock of an enquiry runs from the day it reached you."
WORDS = {  # trouble -> what is wrong, what to do
    "refused": (
        "The mailbox refuses the bot",
        (f"Its server does not accept the password or the app any more. {WAITING}\n"
        "Unlock the account, or set the new password in IMAP_URL and start the bot again; `subjectline doctor` says "
        "whether it is right. The bot tries again by itself, at the latest every 15 minutes."),
    ),
    "away": (
        "The mailbox cannot be reached",
        (f"Its server does not answer. {WAITING}\n"
        "The bot tries again by itself, at the latest every 5 minutes; `subjectline doctor` says what it sees."),
    ),
    "full": (
        "The mailbox is full",
        ("Its server turns new mails away, enquiries among them, and their day of receipt counts all the same.\n"
        "Move old mails to an archive, or have the quota raised. The bot looks again every 10 minutes."),
    ),
    "unflagged": (
        "The mailbox takes no flags",
        ("Enquiries are taken all the same and none is taken twice, but nobody who looks into the mailbox sees which "
        "ones were.\nGive the account the right to write flags. The bot tries again every 15 minutes."),
    ),
    "unsent": (
        "Letters cannot leave",
        ("The mail server lets the bot send nothing: {reason} Letters wait and none is lost; deadlines run on.\n"
        "Mend it there, or correct SMTP_URL and start the bot again; `subjectline doctor` says whether it is right. "
        "The bot tries again by itself, at the latest every 15 minutes."),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class LetterboxView:
    """What the message is drawn from."""

    trouble: str  # one of WORDS
    since: datetime
    mailbox: str = ""  # host and folder
    reason: str = ""  # a sentence of ours
    over_at: datetime | None = None


def letterbox_card(view: LetterboxView, now: datetime) -> list[Block]:
    """The message, until it is over and after."""
    title, words = WORDS[view.trouble]
    where = f"{cut(view.mailbox, 200)}, since " if view.mailbox else "Since "
    since = f"{where}{moment(view.since, now)}"
    if view.over_at:
        over = f"{since}, until {moment(view.over_at, now)}. All is well again."
        return [header(f"✓ Over: {title}"), paragraph(over)]
    return [header(f"▲ {title}"), paragraph(f"{since}.\n{words.format(reason=cut(view.reason, 300))}")]


def letterbox_text(view: LetterboxView) -> str:
    """The same in one line."""
    title = WORDS[view.trouble][0]
    return f"✓ Over: {title}." if view.over_at else f"▲ {title}. {cut(view.mailbox, 200)}"
