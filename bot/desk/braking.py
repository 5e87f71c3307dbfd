"""What stops an approved run before its first act: a legal hold, or too many deletions within an hour."""

from datetime import timedelta

from bot.errors import Refused
from bot.store import Hold, Unit
from bot.tickets import DESTRUCTIVE, PROPOSED, Request

MOST = 5  # destructive runs an hour (TRUST T08)
HOUR = timedelta(hours=1)
TOO_MANY = (
    f"{MOST} deletions have begun within an hour, more than anybody here should need: this one was stopped. "
    "Look whether all of them are right. “Try again” lets it go on, after a new waiting time."
)
DESTROYS = frozenset({"erase", "correct"})  # steps nobody can undo: what was there is gone


def brake(unit: Unit, request: Request) -> tuple[str, str]:
    """(short word, why) an approved run of this request may not begin now; two empty words: it may."""
    if request.right in PROPOSED and (holds := unit.holds.of(request.ticket_id)):
        return "a legal hold is on", held(holds)
    if request.right in DESTRUCTIVE and unit.overview.begun_since(unit.now - HOUR, request.ticket_id) >= MOST:
        return f"{MOST} deletions have begun within an hour", TOO_MANY
    return "", ""


def check_hold(unit: Unit, request: Request) -> None:
    """Nothing, if this request's step may destroy something now; Refused, for a person, while a legal hold is on."""
    if holds := unit.holds.of(request.ticket_id):
        raise Refused(held(holds))


def held(holds: list[Hold]) -> str:
    """Why nothing is destroyed, in words for the card."""
    first = holds[0]
    return (
        f"A legal hold is on since {first.at:%Y-%m-%d} ({first.ref}): nothing about this person is deleted or changed "
        "until somebody lifts it (“More …”, “Lift the legal hold”). Then press “Try again”."
    )
