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
from bot.cards.line import rights_named, sign
from bot.cards.names import NEXT
from bot.cards.views import NextActor
from bot.law import Right
from bot.phrases import Phrases, capital, say, small
from bot.reminders import Kind
from bot.tickets import State

LISTED = 12  # tickets in one message, or in one part of a digest
NEXT_TODO = Phrases(
    {
        NextActor.APPROVER: "reminder.do_approve",
        NextActor.PERSON: "reminder.do_code",
        NextActor.HANDLER: "reminder.do_decide",
        NextActor.COLLEAGUE: "reminder.do_tasks",
        NextActor.BOT: "reminder.do_nothing",
        NextActor.NOBODY: "reminder.do_no_more",
    }
)


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
    dates = [(say("reminder.answer_by"), sign(view.unrolled, now.date()))]
    if view.due != view.unrolled:
        dates.append((say("reminder.last_day"), day(view.due)))
    known = [
        *dates,
        (say("card.next"), NEXT[view.next_actor]),
        (say("card.owner"), member(view.owner) if view.owner else say("reminder.nobody_yet")),
    ]
    blocks = [section(f"*{escape(view.ref)}* · *{escape(reason(view, now.date()))}*"), fields(*known)]
    blocks.append(section(say("reminder.to_do", view=escape(todo(view)))))
    if view.notice_by and view.kind != Kind.EXTENSION and view.notice_by >= now.date():
        blocks.append(context(say("reminder.notice_by", notice_by=day(view.notice_by))))
    row = [link(say("reminder.go"), "card", view.link, style="primary")] if view.link else []
    row.append(button(say("windows.why_this_date"), "clock", view.ticket_id))
    if view.kind != Kind.OVERDUE:
        row.append(button(say("windows.remind_me_later"), "snooze", view.ticket_id))
    return [*blocks, *actions(row)]


def reminder_text(view: Reminded, today: date) -> str:
    """The same in one line."""
    return f"{view.ref}: {reason(view, today)} {todo(view)}"


def reason(view: Reminded, today: date) -> str:
    """Why somebody is reminded of it, as one sentence."""
    left = _days((view.unrolled - today).days)
    since = day(view.paused_since) if view.paused_since else ""
    clock = say("reminder.stands_still") if view.stands else say("reminder.runs_on")
    words = {
        Kind.UNTOUCHED: say("reminder.kind_unbegun"),
        Kind.HALF: say("reminder.kind_half", left=left),
        Kind.DAYS_7: say("reminder.left", left=capital(left)),
        Kind.DAYS_3: say("reminder.left", left=capital(left)),
        Kind.DAYS_1: say("reminder.left", left=capital(left)),
        Kind.TODAY: _today(view, today),
        Kind.OVERDUE: say("reminder.kind_overdue", due=day(view.due), days=_days((today - view.due).days)),
        Kind.EXTENSION: say("reminder.kind_extension", notice_by=day(view.notice_by or view.due)),
        Kind.PAUSE: say("reminder.kind_pause", since=since, clock=clock),
        Kind.TASK: say("reminder.kind_task"),
        Kind.LETTER: say("reminder.kind_release"),
        Kind.RECIPIENT: say("reminder.kind_recipient"),
    }
    return words[view.kind] if view.kind else ""


def todo(view: Reminded) -> str:
    """What whoever acts next does, as one sentence."""
    if view.kind == Kind.PAUSE:
        return say("reminder.do_pause")
    if view.kind == Kind.TASK:
        return say("reminder.do_task")
    if view.kind == Kind.LETTER:
        return say("reminder.do_release")
    if view.kind == Kind.RECIPIENT:
        return say("reminder.do_recipient")
    if view.kind == Kind.EXTENSION:
        return say("reminder.do_extension")
    return _by_state(view)


def _by_state(view: Reminded) -> str:
    states = set(view.states)
    if view.can_close:
        return say("reminder.do_close")
    if not states or State.RECEIVED in states:
        return say("reminder.do_choose")
    if State.NEEDS_PERSON in states:
        return say("reminder.do_mend")
    return NEXT_TODO[view.next_actor]


def _today(view: Reminded, today: date) -> str:
    if today == view.due:
        return say("reminder.last_day_today")
    return say("reminder.due_today", due=day(view.due))


def _days(number: int) -> str:
    return say("card.days", n=number)


# -- several tickets ------------------------------------------------------------------------------------------------


def reminders_card(views: Sequence[Reminded], now: datetime) -> list[Block]:
    """What one person (or the channel) is reminded of today, each with a button to its card."""
    blocks = [header(say("reminder.need_you", n=len(views)))]
    for number, view in enumerate(views[:LISTED], start=1):
        told = f"{_line(view, now.date())}\n{escape(reason(view, now.date()))} {escape(todo(view))}"
        blocks.append(section(told, link(say("reminder.go"), f"card:{number}", view.link) if view.link else None))
    if len(views) > LISTED:
        blocks.append(context(say("reminder.more_list", views=len(views) - LISTED)))
    return blocks


def reminders_text(views: Sequence[Reminded], today: date) -> str:
    """The same in one line."""
    first = f"{views[0].ref}: {reason(views[0], today)}"
    return first if len(views) == 1 else say("reminder.more_text", first=first, views=len(views) - 1)


def digest_card(digest: Digest, now: datetime) -> list[Block]:
    """The channel's morning: what is overdue, what is due soon, and what was kept back the day before."""
    for limit in (LISTED, LISTED // 2, LISTED // 4):
        blocks = _morning(digest, now, limit)
        if fits(blocks):
            return blocks
    return _morning(digest, now, 1)


def _morning(digest: Digest, now: datetime, limit: int) -> list[Block]:
    blocks = [header(say("reminder.digest", date=day(now.date())))]
    parts = (
        (say("reminder.digest_overdue"), digest.overdue),
        (say("reminder.digest_soon"), digest.soon),
        (say("reminder.digest_also"), digest.rest),
    )
    for title, views in parts:
        told = [_line(view, now.date(), linked=True) for view in views[:limit]]
        rest = [say("reminder.digest_more", views=len(views) - limit)] if len(views) > limit else []
        if told:
            blocks += _lines([f"*{title}*", *told, *rest])
    if digest.more:
        blocks.append(context(say("reminder.digest_full")))
    if digest.again:
        blocks.append(paragraph(say("reminder.erased_again", n=digest.again)))
    for label, why in digest.unwatched[:5]:
        blocks.append(paragraph(say("reminder.unwatched", label=cut(label, 80), why=cut(why, 300))))
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
    parts = ((digest.overdue, "overdue"), (digest.soon, say("reminder.count_soon")))
    told = ", ".join(f"{len(views)} {word}" for views, word in parts if views)
    return say("reminder.digest_text", told=told or say("reminder.count_other"))


def _line(view: Reminded, today: date, *, linked: bool = False) -> str:
    ref = escape(view.ref)
    shown = f"<{escape(view.link)}|{ref}>" if linked and view.link else ref
    by = view.due if today > view.unrolled else view.unrolled
    rights = rights_named(view.rights)
    return say("reminder.line", shown=shown, rights=rights, by=sign(by, today), next_actor=small(NEXT[view.next_actor]))


def _jumped(at: datetime, now: datetime) -> str:
    seen = at.astimezone(now.tzinfo)
    return say("reminder.clock_moved", date=day(seen.date()), seen=seen)


# -- later ----------------------------------------------------------------------------------------------------------


def snooze_modal(ref: str, ticket_id: str, days: Sequence[date], today: date) -> Block:
    """Until when nobody is reminded of this ticket; the last choice is the next day the law names."""
    told = say("reminder.snooze_told", ref=ref)
    blocks = [paragraph(told)]
    for number, each in enumerate(days, start=1):
        words = f"{_days((each - today).days)}, {day(each)}"
        last = say("reminder.snooze_latest") if each == days[-1] else ""
        choose = button(say("reminder.snooze_until"), f"snooze_until:{number}", f"{ticket_id}:{each.isoformat()}")
        blocks.append(section(f"{words}{last}", choose))
    return modal(say("windows.remind_me_later"), blocks, metadata=ticket_id)
