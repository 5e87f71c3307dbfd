"""The running bot minds its letterbox: from a server that goes away to the message in the channel, and back."""

import os
from pathlib import Path

import pytest

from bot import build
from bot import settings as configuration
from bot.post import WatcherState
from bot.sandbox.world import World
from handlers.run import Bot
from tests.fixtures.dovecot import wait_for


@pytest.mark.timeout(60)
def test_a_mailbox_that_is_away_is_told_of_and_its_return_as_well(tmp_path: Path) -> None:
    """Every minute the bot says how its mailboxes stand: one message, which is the same when it is over."""
    with World(tmp_path / "world") as world:
        settings = configuration.load({**world.environment(), "PATH": os.environ["PATH"]})
        build.upgraded(settings, world.clock)
        bot = Bot(build.assemble(settings, world.clock), {"worker"})
        bot.start()
        try:
            (watcher,) = bot.watchers
            wait_for(lambda: watcher.state == WatcherState.WAITING and world.slack.sockets.open)
            world.imap.away()
            wait_for(lambda: watcher.state == WatcherState.AWAY)
            world.clock.forward(hours=1)
            bot._sweep()
            wait_for(lambda: said(world) == ["▲ The mailbox cannot be reached. 127.0.0.1/INBOX"])
            world.imap.back()
            wait_for(lambda: watcher.condition().trouble is None)
            bot._sweep()
            wait_for(lambda: said(world) == ["✓ Over: The mailbox cannot be reached."])
        finally:
            bot.stop()


def said(world: World) -> list[str]:
    return [each["text"] for each in world.slack.messages() if "mailbox" in each["text"]]
