"""Reminders: in a ticket's thread, to one person, and as the channel's digest. They name nobody.

Every one says the reference, the dates in words, who acts next, what to do, and has a button that leads there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.cards.blocks import (
    SECTION,
    Block,
    actions,
    button,
    context,
    cut,
    day,
    escape,
    fields,
    fits,
    header,
    link,
    member,
    modal,
    paragraph,
    section,
)
from bot.cards.card import NEXT, sign
from bot.cards.views import NextActor
from bot.law import Right
from bot.reminders import Kind
from bot.tickets import State

LISTED = 12  # tickets in one message, or in one part of a digest
NEXT_TODO = {
    NextActor.APPROVER: "A second person looks at the plan on the card and approves or rejects it.",
    NextActor.PERSON: "The person has to answer with the code. If none comes, find another way to confirm who it is.",
    NextActor.HANDLER: "Look at the card: it waits for a decision.",
    NextActor.COLLEAGUE: "Whoever is asked on the card does it by hand and presses “Done …” in its thread.",
    NextActor.BOT: "Nothing: the bot is at work. Look at the card if this does not change.",
    NextActor.NOBODY: "Nothing any more.",
}


@dataclass(frozen=True)
class Reminded:
    """One ticket as a reminder shows it. Holds nothing personal."""

    ticket_id: str
    ref: str
    rights: tuple[Right, ...]
    unrolled: date
    due: date
    next_actor: NextActor
    states: tuple[State, ...] = ()  # of its requests
    kind: Kind | None = None  # why somebody is reminded; None: it is in a list
    on: date | None = None
    notice_by: date | None = None
    paused_since: date | None = None
    stands: bool = False  # the clock, since then
    owner: str | None = None  # Slack user id
    can_close: bool = False
    link: str = ""  # to the card

    def at(self, link: str) -> "Reminded":
        """The same, with the address of its card."""
        return replace(self, link=link)


@dataclass(frozen=True)
class Digest:
    """What the channel should know this morning."""

    overdue: tuple[Reminded, ...] = ()
    soon: tuple[Reminded, ...] = ()
    rest: tuple[Reminded, ...] = ()  # reminders whose people were told something else that day
    more: bool = False  # there is more than is listed
    jumped_at: datetime | None = None  # the machine's clock was moved
    again: int = 0  # erased addresses that are held again and wait for a decision
    unwatched: tuple[tuple[str, str], ...] = ()  # label of a system that could not be looked over for them, and why

    def linked(self, link: Callable[[Reminded], Reminded]) -> "Digest":
        """The same, with the address of every card."""
        parts = {name: tuple(link(each) for each in getattr(self, name)) for name in ("overdue", "soon", "rest")}
        return replace(self, **parts)

    def __bool__(self) -> bool:
        return bool(self.overdue or self.soon or self.rest or self.jumped_at or self.again or self.unwatched)


# -- one ticket -----------------------------------------------------------------------------------------------------


def reminder_card(view: Reminded, now: datetime) -> list[Block]:
    """The reminder in the ticket's thread."""
    dates = [("Answer by", sign(view.unrolled, now.date()))]
    if view.due != view.unrolled:
        dates.append(("Last day of the law", day(view.due)))
    known = [*dates, ("Next", NEXT[view.next_actor]), ("Owner", member(view.owner) if view.owner else "nobody yet")]
    blocks = [section(f"*{escape(view.ref)}* · *{escape(reason(view, now.date()))}*"), fields(*known)]
    blocks.append(section(f"*What to do:* {escape(todo(view))}"))
    if view.notice_by and view.kind != Kind.EXTENSION and view.notice_by >= now.date():
        blocks.append(context(f"An extension can still be announced until {day(view.notice_by)}."))
    row = [link("Go to the card", "card", view.link, style="primary")] if view.link else []
    row.append(button("Why this date", "clock", view.ticket_id))
    if view.kind != Kind.OVERDUE:
        row.append(button("Remind me later", "snooze", view.ticket_id))
    return [*blocks, *actions(row)]


def reminder_text(view: Reminded, today: date) -> str:
    """The same in one line."""
    return f"{view.ref}: {reason(view, today)} {todo(view)}"


def reason(view: Reminded, today: date) -> str:
    """Why somebody is reminded of it, as one sentence."""
    left = _days((view.unrolled - today).days)
    since = day(view.paused_since) if view.paused_since else ""
    clock = "stands still" if view.stands else "runs on"
    words = {
        Kind.UNTOUCHED: "Nobody has begun with this enquiry.",
        Kind.HALF: f"Half of the time is over: {left} left.",
        Kind.DAYS_7: f"{left.capitalize()} left.",
        Kind.DAYS_3: f"{left.capitalize()} left.",
        Kind.DAYS_1: f"{left.capitalize()} left.",
        Kind.TODAY: _today(view, today),
        Kind.OVERDUE: f"Overdue: the last day was {day(view.due)}, {_days((today - view.due).days)} ago.",
        Kind.EXTENSION: f"An extension can be announced until {day(view.notice_by or view.due)}, no later.",
        Kind.PAUSE: f"The person has not answered since {since}; the clock {clock}.",
        Kind.TASK: "Something has to be done by hand, or a second person has to look at what was done.",
        Kind.LETTER: "A letter waits for its release.",
        Kind.RECIPIENT: "A recipient has not answered yet, or waits to be told.",
    }
    return words[view.kind] if view.kind else ""


def todo(view: Reminded) -> str:
    """What whoever acts next does, as one sentence."""
    if view.kind == Kind.PAUSE:
        return "Ask the person again, or let the clock run on from the card."
    if view.kind == Kind.TASK:
        return "Press “Done …” or “Look …” below the task, in the thread of the card."
    if view.kind == Kind.LETTER:
        return "Read the letter on the card and release it."
    if view.kind == Kind.RECIPIENT:
        return "Press “Recipients …” on the card: tell them, ask again, or note what they say."
    if view.kind == Kind.EXTENSION:
        return "If there are too many or too complex requests, press “Extend” on the card; else answer in time."
    return _by_state(view)


def _by_state(view: Reminded) -> str:
    states = set(view.states)
    if view.can_close:
        return "Everything is answered: press “Close” on the card."
    if not states or State.RECEIVED in states:
        return "Choose a right on the card, so that the identity check begins."
    if State.NEEDS_PERSON in states:
        return "Read on the card why it stopped, mend it and press “Try again”."
    return NEXT_TODO[view.next_actor]


def _today(view: Reminded, today: date) -> str:
    if today == view.due:
        return "Today is the last day."
    return f"Today is the day to answer; the law's last day is {day(view.due)}."


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


# -- several tickets ------------------------------------------------------------------------------------------------


def reminders_card(views: Sequence[Reminded], now: datetime) -> list[Block]:
    """What one person (or the channel) is reminded of today, each with a button to its card."""
    title = "1 enquiry needs you" if len(views) == 1 else f"{len(views)} enquiries need you"
    blocks = [header(title)]
    for number, view in enumerate(views[:LISTED], start=1):
        told = f"{_line(view, now.date())}\n{escape(reason(view, now.date()))} {escape(todo(view))}"
        blocks.append(section(told, link("Go to the card", f"card:{number}", view.link) if view.link else None))
    if len(views) > LISTED:
        blocks.append(context(f"… and {len(views) - LISTED} more: `/dpe list`"))
    return blocks


def reminders_text(views: Sequence[Reminded], today: date) -> str:
    """The same in one line."""
    first = f"{views[0].ref}: {reason(views[0], today)}"
    return first if len(views) == 1 else f"{first} And {len(views) - 1} more."


def digest_card(digest: Digest, now: datetime) -> list[Block]:
    """The channel's morning: what is overdue, what is due soon, and what was kept back the day before."""
    for limit in (LISTED, LISTED // 2, LISTED // 4):
        blocks = _morning(digest, now, limit)
        if fits(blocks):
            return blocks
    return _morning(digest, now, 1)


def _morning(digest: Digest, now: datetime, limit: int) -> list[Block]:
    blocks = [header(f"Enquiries · {day(now.date())}")]
    parts = (("■ Overdue", digest.overdue), ("▲ Due within 7 days", digest.soon), ("Also", digest.rest))
    for title, views in parts:
        told = [_line(view, now.date(), linked=True) for view in views[:limit]]
        rest = [f"… and {len(views) - limit} more"] if len(views) > limit else []
        if told:
            blocks += _lines([f"*{title}*", *told, *rest])
    if digest.more:
        blocks.append(context("There are more than these: `/dpe list`"))
    if digest.again:
        number = "1 address waits" if digest.again == 1 else f"{digest.again} addresses wait"
        blocks.append(paragraph(f"Erased, and there again: {number} for a decision, see the message in this channel."))
    for label, why in digest.unwatched[:5]:
        blocks.append(paragraph(f"{cut(label, 80)} could not be looked over for what was erased: {cut(why, 300)}"))
    if digest.jumped_at:
        blocks.append(paragraph(_jumped(digest.jumped_at, now)))
    return blocks


def _lines(told: Sequence[str]) -> list[Block]:
    """Our own lines in as few sections as hold them."""
    texts = [""]
    for each in told:
        if len(texts[-1]) + len(each) >= SECTION:
            texts.append("")
        texts[-1] += f"{each}\n"
    return [section(text.strip()) for text in texts]


def digest_text(digest: Digest) -> str:
    """The same in one line."""
    parts = ((digest.overdue, "overdue"), (digest.soon, "due within 7 days"))
    told = ", ".join(f"{len(views)} {word}" for views, word in parts if views)
    return f"Enquiries today: {told or 'something to look at'}."


def _line(view: Reminded, today: date, *, linked: bool = False) -> str:
    ref = escape(view.ref)
    shown = f"<{escape(view.link)}|{ref}>" if linked and view.link else ref
    by = view.due if today > view.unrolled else view.unrolled
    rights = ", ".join(view.rights) or "no right named"
    return f"*{shown}* · {rights} · {sign(by, today)} · next: {NEXT[view.next_actor]}"


def _jumped(at: datetime, now: datetime) -> str:
    seen = at.astimezone(now.tzinfo)
    return (
        f"The machine's clock was moved ({day(seen.date())}, {seen:%H:%M}). No deadline has moved with it. "
        "Please check that it is right now."
    )


# -- later ----------------------------------------------------------------------------------------------------------


def snooze_modal(ref: str, ticket_id: str, days: Sequence[date], today: date) -> Block:
    """Until when nobody is reminded of this ticket; the last choice is the next day the law names."""
    told = f"Nobody is reminded of {ref} until the morning of the day you choose. Its dates stay as they are."
    blocks = [paragraph(told)]
    for number, each in enumerate(days, start=1):
        words = f"{_days((each - today).days)}, {day(each)}"
        last = " · the next day the law names: no later than this" if each == days[-1] else ""
        choose = button("Until then", f"snooze_until:{number}", f"{ticket_id}:{each.isoformat()}")
        blocks.append(section(f"{words}{last}", choose))
    return modal("Remind me later", blocks, metadata=ticket_id)
