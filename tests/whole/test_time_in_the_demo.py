"""Time moves on in the demo: the unchanged bot reminds people, and their calendars have the deadline."""

import json
import re
from datetime import timedelta
from typing import Any

import httpx
import icalendar

from bot.sandbox.company import MARA
from bot.sandbox.slack import BOB, CEM
from bot.sandbox.walk import Walk
from bot.sandbox.world import World
from handlers import demo, feed
from handlers.run import Bot


def move_on(world: World) -> None:
    """The visitor presses “to the next reminder”."""
    assert world.page
    own = {"Origin": world.page.url.rstrip("/")}
    answer = httpx.post(f"{world.page.url}api/clock", json={"to": "reminder"}, headers=own, trust_env=False)
    assert answer.status_code == 200, answer.text


def shown(world: World) -> dict[str, Any]:
    assert world.page
    return httpx.get(f"{world.page.url}api/state", trust_env=False).json()["state"]


def test_moving_the_clock_on_brings_the_reminders_and_the_calendar_knows_the_day() -> None:
    """Nobody has begun: said in the thread and in the channel. Bob takes it: now it is Bob who is told, directly."""
    with demo.office(page=True) as (world, bot):
        world.clock.forward(days=-world.clock().weekday() % 7, hours=-world.clock().hour % 24)  # the night before a Tuesday
        walk = Walk(world, BOB.id, CEM.id)
        world.write(MARA, "Mara Lindt", "Data Protection Enquiry", "Please send me a copy of my data.")
        ref = walk.new_card()
        assert deadlines(bot) == {ref: "access"}
        written = world.clock()
        move_on(world)
        assert world.clock() - written > timedelta(hours=12)  # in one step, past every look that has nothing to say
        walk.until("a word in the thread", lambda: said(shown(world)["messages"], ref, "Nobody has begun", thread=True))
        walk.press(BOB.id, ref, "choose:access")
        walk.until("the code", lambda: [each for each in world.letters() if each.code])
        move_on(world)  # the person does not answer; a week later somebody looks after it
        told = walk.until("a direct message for Bob", lambda: shown(world)["directs"].get(BOB.id))
        assert ref in json.dumps(told)
        assert MARA not in json.dumps(shown(world)["messages"] + told)


def said(messages: list[dict[str, Any]], ref: str, words: str, *, thread: bool) -> bool:
    return any(ref in each["text"] and words in each["text"] and ("thread_ts" in each) == thread for each in messages)


def deadlines(bot: Bot) -> dict[str, str]:
    """What a calendar program reads at the secret address, over the bot's own web server."""
    answer = httpx.get(feed.address(bot.parts.settings), trust_env=False)
    assert answer.status_code == 200
    events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    found = [re.fullmatch(r"(DPE-\d{4}-\d{4}): (.+)", str(each["SUMMARY"])) for each in events]
    return {each[1]: each[2] for each in found if each}
