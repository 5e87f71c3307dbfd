"""Mail in (IMAP) and mail out (SMTP)."""

from bot.line import Line, Patience, Place, dial, place
from bot.post.arrival import Arrived, Book, Limits
from bot.post.condition import Condition, Trouble
from bot.post.inspection import check_letter
from bot.post.lookback import look_back
from bot.post.postman import Postman
from bot.post.watcher import Heartbeat, Pace, Watcher, WatcherState, mailbox_name

__all__ = [
    "Arrived",
    "Book",
    "Condition",
    "Heartbeat",
    "Limits",
    "Line",
    "Pace",
    "Patience",
    "Place",
    "Postman",
    "Trouble",
    "Watcher",
    "WatcherState",
    "check_letter",
    "dial",
    "look_back",
    "mailbox_name",
    "place",
]
