"""The clock of a ticket in words: its line on the card, the word in the thread, how the date came about."""

from collections.abc import Iterable, Sequence

from bot.cards.blocks import Block, day, escape, lines, member, modal, paragraph, plain, section
from bot.cards.views import CardView, ClockMove, ClockView
from bot.law import regime
from bot.phrases import Phrases, say, translated

MENU = "clock_menu"  # action of the card's menu; its options are <move>:<ticket>
OFFERS = 5  # an overflow menu has no more
TITLE = Phrases(
    {
        "answered": "clock.answered",
        "identity": "clock.identity",
        "clarification": "clock.clarification",
        "extension": "clock.extend",
        "regime": "clock.regime",
        "large": "clock.large",
    }
)
ASKED = Phrases({"identity": "clock.question_identity", "clarification": "clock.question_clarification"})


# -- in words ----------------------------------------------------------------------------------------------------------


def law_names(regimes: Iterable[str]) -> str:
    """`GDPR, FADP`."""
    return ", ".join(law_name(each) for each in regimes)


def law_name(key: str) -> str:
    """`GDPR`; of a law nobody knows, its key."""
    try:
        return regime(key).called
    except KeyError:
        return key


def clock_text(view: ClockView) -> str:
    """How the clock stands, in a sentence or two of plain text."""
    told = [_stand(view)]
    if view.extended_on:
        told.append(say("clock.extended_on", extended_on=day(view.extended_on)))
    elif view.notice_by and view.state == "running":
        told.append(say("clock.notice_by", notice_by=day(view.notice_by)))
    if view.large:
        told.append(say("clock.is_large"))
    if view.chosen:
        told.append(say("clock.chosen"))
    return " ".join(told)


def _stand(view: ClockView) -> str:
    if not view.waiting:
        return say("clock.runs")
    kind, since = view.waiting[0]
    asked = say("clock.asked", kind=ASKED.get(kind, kind), since=day(since))
    if view.state == "suspended":
        return say("clock.stands", asked=asked)
    if view.state == "not_started":
        return say("clock.not_started", asked=asked)
    return say("clock.runs_on", asked=asked)


def move_text(move: ClockMove) -> str:
    """What was recorded, with old and new date, as Slack parses it."""
    return f"{escape(move.ref)}: {_who(move)} {escape(_did(move))}. {_dates(move)}"


def move_blocks(move: ClockMove) -> list[Block]:
    """The same for the card's thread; a rule that changed is quoted."""
    blocks = [section(f"{_who(move)} {escape(_did(move))}.\n*{_dates(move)}*")]
    return [*blocks, *lines(move.why, 6, "clock.more_steps")]


def move_told(move: ClockMove) -> str:
    """The same in plain text, for whoever did it."""
    if move.waits:
        told = say("clock.waits", ref=move.ref)
        return f"{told} {_dates(move)}"
    return say("clock.ours", ref=move.ref, move=_did(move), move2=_dates(move))


def history(moves: Sequence[ClockMove]) -> list[str]:
    """What was recorded, a line each, oldest first."""
    return [f"{day(each.on)}: {_who(each)} {escape(_did(each))}. {_dates(each)}" for each in moves]


def _who(move: ClockMove) -> str:
    return {"bot": say("frame.the_bot"), "person": say("clock.the_person")}.get(move.by) or member(move.by)


def _did(move: ClockMove) -> str:
    laws = law_names(move.regimes) if move.regimes else say("clock.all_laws")
    return {
        "identity": say("clock.moved_code") if move.code else say("clock.moved_identity"),
        "clarification": say("clock.moved_clarification"),
        "answered": (
            say("clock.step_answered") if move.by == "person" else say("clock.moved_answered", on=day(move.on))
        ),
        "extension": say("clock.moved_extension", reason=translated("law_said", move.reason)),
        "large": say("clock.moved_large") if move.large else say("clock.moved_not_large"),
        "regime": say("clock.moved_regime", laws=laws, reason=move.reason),
        "sent": say("clock.moved_sent", on=day(move.on)),
        "unsent": say("clock.moved_unsent"),
        "rules": say("clock.moved_rules"),
    }.get(move.kind, move.kind)


_STANDS = Phrases(
    {
        "suspended": "clock.then_stands",
        "not_started": "clock.then_starts",
    }
)


def _dates(move: ClockMove) -> str:
    if move.before != move.after:
        moved = say("clock.due", before=day(move.before), after=day(move.after))
    else:
        moved = say("clock.due_as_before", after=day(move.after))
    return moved + _STANDS.get(move.state, "")


# -- on the card -------------------------------------------------------------------------------------------------------


def clock_line(view: CardView) -> Block:
    """The line of the clock, with a menu of the moves that are open."""
    offers = [each for each in view.clock.offers if each in TITLE][:OFFERS]
    options = [{"text": plain(f"{offer(each, view.clock)} …"), "value": f"{each}:{view.ticket_id}"} for each in offers]
    menu: Block = {"type": "overflow", "action_id": MENU, "options": options}
    return section(escape(clock_text(view.clock)), menu if options else None)


def offer(kind: str, view: ClockView) -> str:
    """A move as the menu names it."""
    return say("clock.not_large") if kind == "large" and view.large else TITLE[kind]


def clock_blocks(view: CardView) -> list[Block]:
    """The clock of a ticket, for `/dpe clock`: where it stands, how the date came about, what was recorded."""
    return [
        section(say("clock.is_due", ref=escape(view.ref), due=day(view.due))),
        *_steps(view.why, view.clock),
    ]


def clock_modal(why: Sequence[str], view: ClockView) -> Block:
    """Why the due date is this date."""
    return modal(say("windows.why_this_date"), _steps(why, view))


def _steps(why: Sequence[str], view: ClockView) -> list[Block]:
    blocks = [paragraph(clock_text(view)), *lines(why, 40, "clock.more_steps")]
    if view.moves:
        blocks += [section(say("clock.record")), *(section(each) for each in history(view.moves)[-20:])]
    return blocks
