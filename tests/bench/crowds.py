"""Two hundred enquiries within a minute: every card right, Slack's pace never broken, one message that says so first."""

import time
from pathlib import Path
from typing import Any

from tests.bench.figures import a_mail, at_work, until

CROWD = 200
FASTER = 10  # than Slack's one post a second, here and there: or this figure takes four minutes


def crowd(folder: Path) -> dict[str, Any]:
    """From the first mail to the last card, over real sockets; the stand-in refuses a post that comes too early."""
    with at_work(folder, more=f"\n[engine]\nslack_per_second = {FASTER}\n") as (world, bot):
        world.slack.post_every_s = 1 / FASTER
        began = time.monotonic()
        for number in range(CROWD):
            world.imap.deliver(a_mail(number, "Data Protection Enquiry", "Please send me a copy of my data."))
        until(lambda: _carded(bot) == CROWD, 240, 0.2)
        seconds = time.monotonic() - began
        until(lambda: all(_right(bot, world.slack.messages())), 120, 0.2)
        calls = world.slack.called("chat.postMessage")
        early = sum(call.answer.get("error") == "ratelimited" for call in calls)
        announced = [each for each in world.slack.messages() if "at once" in each["text"]]
        cards = [each for each in world.slack.messages() if each["text"].startswith("DPE-")]
    met = early == 0 and len(announced) == 1 and len(cards) == CROWD
    return {
        "tickets": CROWD, "cards": len(cards), "refused_for_pace": early, "announced": len(announced),
        "seconds": round(seconds, 1), "against": f"Slack's pace, {FASTER} times as fast",
        "target": "all cards right, no post too early, one digest", "met": met,
    }  # fmt: skip


def _tickets(bot: Any) -> list[Any]:
    with bot.parts.store.read() as unit:
        return unit.tickets.list(limit=2 * CROWD)


def _carded(bot: Any) -> int:
    return sum(each.card_ts is not None for each in _tickets(bot))


def _right(bot: Any, messages: list[dict[str, Any]]) -> list[bool]:
    """Of each ticket whether its one card stands and shows the newest state."""
    shown = {each["ts"]: each["text"] for each in messages}
    return [
        each.card_version >= each.version and shown.get(each.card_ts, "").startswith(each.ref) for each in _tickets(bot)
    ]
