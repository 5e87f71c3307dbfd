"""The desk: every verb of the office. It decides; rooms know, edges touch.

The families follow the road, each may call those further down: visiting → receiving, entering → opening → identifying →
planning → running → forewarning → answering → timing → counting → writing → moving. Choosing holds what people press,
carding what the channel sees of a ticket, showing what people look at, reminding what is said of a ticket in time,
telling who hears it, speaking how anything is said. Tasking gives people what they do by hand, attesting takes their
word. Remembering keeps in the ledger what was erased, watching looks for it in every system, reviewing puts accounts
nobody uses before the team, minding says what is wrong with mailboxes and letters. Managing is what a team does beside
it all.
"""

from bot.desk.entering import Entering, Entry
from bot.desk.managing import Managing
from bot.desk.minding import Minding
from bot.desk.office import House, Office
from bot.desk.reviewing import Reviewing
from bot.desk.visiting import Disowned, Visiting
from bot.desk.watching import Looked


class Desk(Visiting, Entering, Managing, Reviewing, Minding):
    """All verbs together, over one office."""


__all__ = ["Desk", "Disowned", "Entry", "House", "Looked", "Office"]
