"""Raw mail into what it is, under limits. Pure: bytes in, a reading out, nothing opened, nothing asked of the world."""

from bot.intake.address import normal_address
from bot.intake.arrival import is_server, received_at
from bot.intake.causes import Cause
from bot.intake.header import identity_text
from bot.intake.hypertext import without_tags
from bot.intake.judge import from_headers, glance, read
from bot.intake.radar import Ground, asked, asks, echo
from bot.intake.reading import Attachment, Limits, Reading, Rules, Verdict
from bot.intake.returned import Fate
from bot.intake.trimming import trimmed
from bot.intake.wishes import wishes

__all__ = [
    "Attachment",
    "Cause",
    "Fate",
    "Ground",
    "Limits",
    "Reading",
    "Rules",
    "Verdict",
    "asked",
    "asks",
    "echo",
    "from_headers",
    "glance",
    "identity_text",
    "is_server",
    "normal_address",
    "read",
    "received_at",
    "trimmed",
    "wishes",
    "without_tags",
]
