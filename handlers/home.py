"""The App Home: what waits for its reader, what is due next, the last weeks."""

from datetime import datetime
from typing import Any

from bot.cards import overview
from bot.desk import Desk
from handlers.heard import Heard


def opened(heard: Heard, desk: Desk, now: datetime) -> dict[str, Any]:
    return overview.home(desk.home(heard.user), now)
