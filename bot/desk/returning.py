"""A letter of ours came back: whoever it was for has not been told anything."""

from collections.abc import Sequence

from bot.desk.notifying import AGAIN, NOTICE
from bot.desk.opening import Opening
from bot.drafts import word
from bot.intake import Cause, Fate, Reading
from bot.phrases import say
from bot.store import Unit
from bot.store.rows import LetterRow
from bot.tickets import BOT, Ticket

TO_RECIPIENTS = frozenset({NOTICE, AGAIN})


class Returning(Opening):
    """The verbs for reports on letters of ours."""

    def _returned(self, unit: Unit, reading: Reading) -> Ticket | None:
        """The ticket of the letter a mail server could not deliver, which says so now; None if it is none of ours.

        Only who had the letter, or carried it, knows its Message-ID: its tag is a keyed hash. A second report changes
        nothing.
        """
        why = reading.cause or Cause.OTHER
        named = unit.letters.by_message_ids(reading.reports_on)
        letters = [each for each in named if unit.letters.returned(each.id, why)]
        if not letters:
            return None
        ticket = unit.tickets.lock(unit.tickets.goes_on_in(unit.tickets.get(letters[0].ticket_id)).id)
        for each in letters:
            unit.audit(BOT.id, "returned", each.ticket_id, each.request_id, letter=each.kind, id=each.id, why=why)
            notice = self._notice_returned(unit, each)
            what = say("reasons.letter_to", name=notice.name) if notice else word(each.kind)
            self._word(unit, ticket, "returned", BOT.id, what=what, aloud=True)
        self._reopen(unit, ticket, BOT.id)  # an answer nobody got is no answer
        self._redraw(unit, ticket.id)
        return ticket


def failed(reading: Reading) -> bool:
    """Whether it reports that letters of ours did not arrive."""
    return bool(reading.reports_on) and reading.fate == Fate.FAILED


def came_back(letters: Sequence[LetterRow]) -> tuple[tuple[str, str], ...]:
    """The kinds of those to the person that did not arrive and were not written again since, each with why.

    What recipients did not get stands with their notices.
    """
    last = {each.kind: each for each in letters if each.kind not in TO_RECIPIENTS}
    return tuple((kind, each.returned_why or Cause.OTHER) for kind, each in last.items() if each.returned_at)
