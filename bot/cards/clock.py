"""The clock of a ticket in words: its line on the card, the word in the thread, how the date came about."""

from collections.abc import Iterable, Sequence

from bot.cards.blocks import Block, day, escape, lines, member, modal, paragraph, plain, section
from bot.cards.views import CardView, ClockMove, ClockView
from bot.law import regime
from bot.phrases import Phrases, say

MENU = "clock_menu"  # action of the card's menu; its options are <move>:<ticket>
OFFERS = 5  # an overflow menu has no more
TITLE = Phrases(
    {
        "answered": "clock.the_person_has_answered",
        "identity": "clock.ask_who_it_is",
        "clarification": "clock.ask_what_is_meant",
        "extension": "clock.extend",
        "regime": "clock.which_law_applies",
        "large": "clock.large_amount_of_data",
    }
)
ASKED = Phrases({"identity": "clock.who_it_is", "clarification": "clock.what_is_meant"})


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
        told.append(say("clock.extended_by_the_notice", extended_on=day(view.extended_on)))
    elif view.notice_by and view.state == "running":
        told.append(say("clock.an_extension_can_be_announced", notice_by=day(view.notice_by)))
    if view.large:
        told.append(say("clock.a_large_amount_of_data_is_on_record"))
    if view.chosen:
        told.append(say("clock.a_person_has_set_which_law_applies"))
    return " ".join(told)


def _stand(view: ClockView) -> str:
    if not view.waiting:
        return say("clock.the_clock_runs")
    kind, since = view.waiting[0]
    asked = say("clock.the_person_was_asked_on_and_has_not", kind=ASKED.get(kind, kind), since=day(since))
    if view.state == "suspended":
        return say("clock.the_clock_stands_still_the_date", asked=asked)
    if view.state == "not_started":
        return say("clock.the_clock_starts_with_the_answer_the", asked=asked)
    return say("clock.the_clock_runs_on_although_the_law", asked=asked)


def move_text(move: ClockMove) -> str:
    """What was recorded, with old and new date, as Slack parses it."""
    return f"{escape(move.ref)}: {_who(move)} {escape(_did(move))}. {_dates(move)}"


def move_blocks(move: ClockMove) -> list[Block]:
    """The same for the card's thread; a rule that changed is quoted."""
    blocks = [section(f"{_who(move)} {escape(_did(move))}.\n*{_dates(move)}*")]
    return [*blocks, *lines(move.why, 6, "clock.and_more_steps")]


def move_told(move: ClockMove) -> str:
    """The same in plain text, for whoever did it."""
    if move.waits:
        told = say("clock.the_letter_is_a_draft_on_the_card_read", ref=move.ref)
        return f"{told} {_dates(move)}"
    return say("clock.you", ref=move.ref, move=_did(move), move2=_dates(move))


def history(moves: Sequence[ClockMove]) -> list[str]:
    """What was recorded, a line each, oldest first."""
    return [f"{day(each.on)}: {_who(each)} {escape(_did(each))}. {_dates(each)}" for each in moves]


def _who(move: ClockMove) -> str:
    return {"bot": say("frame.the_bot"), "person": say("clock.the_person")}.get(move.by) or member(move.by)


def _did(move: ClockMove) -> str:
    laws = law_names(move.regimes) if move.regimes else say("clock.all_that_are_on")
    return {
        "identity": say("clock.asked_with_a_code") if move.code else say("clock.asked_who_it_is"),
        "clarification": say("clock.asked_what_is_meant"),
        "answered": (
            say("clock.answered") if move.by == "person" else say("clock.recorded_the_answer_of", on=day(move.on))
        ),
        "extension": say("clock.extended_and_wrote_to_the_person", reason=move.reason),
        "large": say("clock.recorded_a_large_amount_of_data")
        if move.large
        else say("clock.took_back_large_amount_of_data"),
        "regime": say("clock.set_the_law", laws=laws, reason=move.reason),
        "sent": say("clock.found_that_the_letter_left_on_only", on=day(move.on)),
        "unsent": say("clock.could_not_send_the_letter"),
        "rules": say("clock.counted_anew_because_the_rules"),
    }.get(move.kind, move.kind)


_STANDS = Phrases(
    {
        "suspended": "clock.the_clock_stands_still_until_the_answer",
        "not_started": "clock.the_clock_starts_with_the_answer",
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
    return say("clock.not_a_large_amount_of_data") if kind == "large" and view.large else TITLE[kind]


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
    blocks = [paragraph(clock_text(view)), *lines(why, 40, "clock.and_more_steps")]
    if view.moves:
        blocks += [section(say("clock.what_was_recorded")), *(section(each) for each in history(view.moves)[-20:])]
    return blocks
