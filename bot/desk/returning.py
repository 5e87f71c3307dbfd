"""A letter of ours came back: whoever it was for has not been told anything."""

from collections.abc import Sequence

from bot.desk.opening import Opening
from bot.intake import Fate, Reading
from bot.store import Unit
from bot.store.rows import LetterRow
from bot.tickets import BOT, Ticket


class Returning(Opening):
    """The verbs for reports on letters of ours."""

    def _returned(self, unit: Unit, reading: Reading) -> Ticket | None:
        """The ticket of the letter a mail server could not deliver, which says so now; None if it is none of ours.

        Only who had the letter, or carried it, knows its Message-ID: its tag is a keyed hash. A second report changes
        nothing.
        """
        letters = [each for each in unit.letters.by_message_ids(reading.reports_on) if unit.letters.returned(each.id)]
        if not letters:
            return None
        ticket = unit.tickets.lock(letters[0].ticket_id)
        for each in letters:
            unit.audit(BOT.id, "returned", each.ticket_id, each.request_id, letter=each.kind, id=each.id)
            self._word(unit, ticket, "returned", BOT.id, what=each.kind.replace("_", " "), aloud=True)
            self._notice_returned(unit, each)
        if ticket.state == "closed":  # an answer nobody got is no answer
            unit.tickets.change(ticket.id, ticket.version, state="open", closed_at=None, outcome=None)
            unit.audit(BOT.id, "reopen", ticket.id)
        self._redraw(unit, ticket.id)
        return ticket


def failed(reading: Reading) -> bool:
    """Whether it reports that letters of ours did not arrive."""
    return bool(reading.reports_on) and reading.fate == Fate.FAILED


def came_back(letters: Sequence[LetterRow]) -> tuple[str, ...]:
    """The kinds of those that did not arrive and were not written again since."""
    last = {each.kind: each for each in letters}
    return tuple(kind for kind, each in last.items() if each.returned_at)
