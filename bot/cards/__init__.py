"""Tickets as Slack blocks, as plain data. Pure: the moment comes in as an argument, in the zone dates are shown in."""

from bot.cards.views import (
    CardView, Details, Mail, NextActor, PlanLine, Progress, Quarantined, RequestView, TicketLine, Unsettled,
)  # fmt: skip

__all__ = [
    "CardView", "Details", "Mail", "NextActor", "PlanLine", "Progress", "Quarantined", "RequestView", "TicketLine",
    "Unsettled",
]  # fmt: skip
