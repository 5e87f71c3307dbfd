"""The clock of a ticket in words: its line on the card, the word in the thread, how the date came about."""

from collections.abc import Iterable, Sequence

from bot.cards.blocks import Block, day, escape, lines, member, modal, paragraph, plain, section
from bot.cards.views import CardView, ClockMove, ClockView
from bot.law import regime

MENU = "clock_menu"  # action of the card's menu; its options are <move>:<ticket>
OFFERS = 5  # an overflow menu has no more
TITLE = {
    "answered": "The person has answered",
    "identity": "Ask who it is",
    "clarification": "Ask what is meant",
    "extension": "Extend",
    "regime": "Which law applies",
    "large": "Large amount of data",
}
ASKED = {"identity": "who it is", "clarification": "what is meant"}


# -- in words ----------------------------------------------------------------------------------------------------------


def law_names(regimes: Iterable[str]) -> str:
    """`GDPR, FADP`."""
    return ", ".join(law_name(each) for each in regimes)


def law_name(key: str) -> str:
    """`GDPR`; of a law nobody knows, its key."""
    try:
        return regime(key).short
    except KeyError:
        return key


def clock_text(view: ClockView) -> str:
    """How the clock stands, in a sentence or two of plain text."""
    told = [_stand(view)]
    if view.extended_on:
        told.append(f"Extended by the notice of {day(view.extended_on)}.")
    elif view.notice_by and view.state == "running":
        told.append(f"An extension can be announced until {day(view.notice_by)}.")
    if view.large:
        told.append("A large amount of data is on record.")
    if view.chosen:
        told.append("A person has set which law applies.")
    return " ".join(told)


def _stand(view: ClockView) -> str:
    if not view.waiting:
        return "The clock runs."
    kind, since = view.waiting[0]
    asked = f"the person was asked {ASKED.get(kind, kind)} on {day(since)} and has not answered"
    if view.state == "suspended":
        return f"The clock stands still: {asked}. The date is the one without this pause."
    if view.state == "not_started":
        return f"The clock starts with the answer: {asked}. The date is the one without this question."
    return f"The clock runs on, although {asked}: the law that counts does not stop for it."


def move_text(move: ClockMove) -> str:
    """What was recorded, with old and new date, as Slack parses it."""
    return f"{escape(move.ref)}: {_who(move)} {escape(_did(move))}. {_dates(move)}"


def move_blocks(move: ClockMove) -> list[Block]:
    """The same for the card's thread; a rule that changed is quoted."""
    blocks = [section(f"{_who(move)} {escape(_did(move))}.\n*{_dates(move)}*")]
    return [*blocks, *lines(move.why, 6, "… and {} more steps")]


def move_told(move: ClockMove) -> str:
    """The same in plain text, for whoever did it."""
    if move.waits:
        told = f"{move.ref}: the letter is a draft on the card. Read it there and release it: the clock moves with it."
        return f"{told} {_dates(move)}"
    return f"{move.ref}: you {_did(move)}. {_dates(move)}"


def history(moves: Sequence[ClockMove]) -> list[str]:
    """What was recorded, a line each, oldest first."""
    return [f"{day(each.on)}: {_who(each)} {escape(_did(each))}. {_dates(each)}" for each in moves]


def _who(move: ClockMove) -> str:
    return {"bot": "The bot", "person": "The person"}.get(move.by) or member(move.by)


def _did(move: ClockMove) -> str:
    laws = law_names(move.regimes) if move.regimes else "all that are on"
    return {
        "identity": "asked with a code who it is" if move.code else "asked who it is",
        "clarification": "asked what is meant",
        "answered": "answered" if move.by == "person" else f"recorded the answer of {day(move.on)}",
        "extension": f"extended and wrote to the person ({move.reason})",
        "large": "recorded a large amount of data" if move.large else "took back “large amount of data”",
        "regime": f"set the law: {laws} ({move.reason})",
        "sent": f"found that the letter left on {day(move.on)} only",
        "unsent": "could not send the letter, so nobody was told and nothing has moved",
        "rules": "counted anew, because the rules or the holidays changed",
    }.get(move.kind, move.kind)


_STANDS = {
    "suspended": " The clock stands still until the answer.",
    "not_started": " The clock starts with the answer.",
}


def _dates(move: ClockMove) -> str:
    if move.before != move.after:
        moved = f"Due {day(move.before)} → {day(move.after)}."
    else:
        moved = f"Due {day(move.after)}, as before."
    return moved + _STANDS.get(move.state, "")


# -- on the card -------------------------------------------------------------------------------------------------------


def clock_line(view: CardView) -> Block:
    """The line of the clock, with a menu of the moves that are open."""
    offers = [each for each in view.clock.offers if each in TITLE][:OFFERS]
    options = [
        {"text": plain(f"{offer(each, view.clock)} …"), "value": f"{each}:{view.ticket_id}"} for each in offers
    ]
    menu: Block = {"type": "overflow", "action_id": MENU, "options": options}
    return section(escape(clock_text(view.clock)), menu if options else None)


def offer(kind: str, view: ClockView) -> str:
    """A move as the menu names it."""
    return "Not a large amount of data" if kind == "large" and view.large else TITLE[kind]


def clock_blocks(view: CardView) -> list[Block]:
    """The clock of a ticket, for `/dpe clock`: where it stands, how the date came about, what was recorded."""
    return [
        section(f"*{escape(view.ref)}* is due {day(view.due)}"),
        *_steps(view.why, view.clock),
    ]


def clock_modal(why: Sequence[str], view: ClockView) -> Block:
    """Why the due date is this date."""
    return modal("Why this date", _steps(why, view))


def _steps(why: Sequence[str], view: ClockView) -> list[Block]:
    blocks = [paragraph(clock_text(view)), *lines(why, 40, "… and {} more steps")]
    if view.moves:
        blocks += [section("*What was recorded*"), *(section(each) for each in history(view.moves)[-20:])]
    return blocks
