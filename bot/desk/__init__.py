"""The desk: every verb of the office. It decides; rooms know, edges touch.

The families follow the road, each may call those further down: receiving → identifying → running → answering →
writing → moving. Choosing holds what people press, showing what they see.
"""

from bot.desk.office import House, Office
from bot.desk.receiving import Receiving
from bot.desk.showing import Showing


class Desk(Receiving, Showing):
    """All verbs together, over one office."""


__all__ = ["Desk", "House", "Office"]
