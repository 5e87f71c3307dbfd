"""The App Home: what is open, soonest due first."""

from datetime import datetime
from typing import Any

from bot import cards
from bot.desk import Desk
from handlers.door import Heard


def opened(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    return cards.home(desk.tickets(heard.user, "open"), now)
