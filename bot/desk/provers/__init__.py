"""What a letter rests on: each thing it says, with the rows that show it. What no row shows cannot be released.

A value of a letter is a statement. `PROVERS` names, for each of them, how it is looked up; a value nobody has a prover
for rests on nothing, so a letter cannot come to say something new without evidence. What a letter says of this case in
words of its own, whatever its values, stands in `CLAIMS`.
"""

from collections.abc import Iterable, Mapping

from bot.cards.blocks import day
from bot.cards.letter import Statement
from bot.desk.provers import claims, copied, decided, done, told
from bot.desk.provers.about import About, Prover
from bot.desk.provers.claims import CLAIMS
from bot.desk.sifting import BLACK, OUT
from bot.drafts import restored
from bot.phrases import say

__all__ = ["CLAIMS", "PROVERS", "About", "statements"]


def statements(about: About) -> tuple[Statement, ...]:
    """Everything this draft says, each with its rows."""
    found = list(_common(about))
    for name, value in restored(about.content["values"]).items():
        prover = PROVERS.get(name)
        found += [Statement(name.replace("_", " "))] if prover is None else prover(about, value)
    for claim in CLAIMS.get(about.letter.kind, ()):
        found += claim(about)
    return tuple(dict.fromkeys(found))


def _common(about: About) -> Iterable[Statement]:
    ticket = about.ticket
    opened = about.said(*[each for each in about.record if each.verb == "open"][:1])
    told = say("proof.ticket", ref=ticket.ref, received_on=day(ticket.received_on), due=day(ticket.due))
    yield Statement(told, (*opened, say("proof.clock_row")), about.clock)
    yield Statement(say("proof.company"), (say("proof.configuration"),))


PROVERS: Mapping[str, Prover] = {
    "lines": done.lines,
    "erased": done.lines,
    "kept": done.lines,
    "changes": done.changes,
    "done_on": done.done_on,
    "erased_on": done.done_on,
    "searched": done.searched,
    "by_hand": done.by_hand,
    "told": told.told,
    "telling": told.telling,
    "untold": told.untold,
    "act": told.of_notice("proof.did"),
    "name": told.of_notice("proof.about"),
    "addresses": told.of_notice("proof.addresses"),
    "told_on": told.of_notice("proof.told_before"),
    "link": copied.package,
    "locked": copied.package,
    "file": copied.package,
    "link_until": copied.package,
    "downloads": copied.package,
    "withheld": copied.withheld,
    "others_black": copied.for_others("proof.black", BLACK),
    "others_left": copied.for_others("proof.out", OUT),
    "others_article": copied.for_others("proof.because"),
    "right": decided.asked_right,
    "ground": decided.ground,
    "article": decided.refused("proof.article"),
    "part": decided.refused("proof.part"),
    "left_out": decided.refused("proof.left_out"),
    "why_no_fee": decided.own_words,
    "confirmed": decided.confirmed,
    "words_of_ours": decided.own_words,
    "why_lifted": decided.why_lifted,
    "lifted_on": decided.lifted_on,
    "added": decided.added,
    "means": decided.by_author("proof.means"),
    "reason": decided.by_author("proof.law_reason"),
    "clock": decided.by_clock("proof.clock_then"),
    "asked_on": decided.by_clock("proof.asked_on"),
    "due_if_answered": decided.by_clock("proof.due_at_once"),
    "was_due": decided.by_clock("proof.due_before"),
    "question": decided.by_clock("proof.question"),
    "first_asked": decided.by_clock("proof.asked_on"),
    "closes_on": decided.by_clock("proof.closes_on"),
    "why": decided.by_record("proof.why_closed", "give_up", "withdraw"),
    "untouched": claims.untouched,
    "since": decided.by_record("proof.since", "give_up", "withdraw"),
    "complained_on": decided.by_record("proof.complained_on", "complaint"),
}
