"""How anything is said in Slack: posted once, found again by its key when the answer was lost, drawn anew in its place.

What waits for another message to be posted first waits ever longer between two looks, so that it outlives an outage of
Slack as that message does, and a flood of cards is not slowed by what waits for them.
"""

from collections.abc import Callable, Mapping
from typing import Any

from bot.desk.moving import Moving
from bot.engine import Job, Kind
from bot.engine.kinds import nothing
from bot.errors import Temporary
from bot.store import Unit
from bot.workflow import NotSeen, Seen

After = Callable[[Unit, Job, Mapping[str, Any]], None]


class Speaking(Moving):
    """What all messages share."""

    def _thread(self, job: Job) -> str | None:
        """The thread of the ticket's card; None while there is no card yet."""
        with self.store.read() as unit:
            return unit.tickets.get(job.args["ticket"]).card_ts

    def _in_thread(self, job: Job, blocks: list[dict[str, Any]], text: str, *, aloud: bool = False) -> dict[str, Any]:
        """It stands in the thread of the ticket's card; `aloud`: in the channel, too. Temporary without a card."""
        thread = self._thread(job)
        if thread is None:
            raise Temporary("The card is not posted yet.")
        channel, ts = self.channel.post(blocks, text, job.key, thread=thread, broadcast=aloud)
        return {"channel": channel, "ts": ts}

    def _in_channel(self, job: Job, blocks: list[dict[str, Any]], text: str) -> dict[str, Any]:
        """It stands in the channel."""
        channel, ts = self.channel.post(blocks, text, job.key)
        return {"channel": channel, "ts": ts}

    def _thread_probe(self, job: Job) -> Seen | NotSeen:
        """Whether the thread holds a message with our key."""
        thread = self._thread(job)
        found = self.channel.find(job.key, job.made_at, thread=thread) if thread else None
        return Seen({"channel": found[0], "ts": found[1]}) if found else NotSeen()

    def _channel_probe(self, job: Job) -> Seen | NotSeen:
        """Whether the channel's history holds a message with our key."""
        found = self.channel.find(job.key, job.made_at)
        return Seen({"channel": found[0], "ts": found[1]}) if found else NotSeen()

    def _place_of(self, key: str) -> tuple[str, str] | None:
        """(channel, ts) of the message that work of this key posted; None: it never will. Temporary: not yet."""
        with self.store.read() as unit:
            posted, states = self.engine.result(unit, key), self.engine.states(unit, [key])
        if posted is not None:
            return str(posted["channel"]), str(posted["ts"])
        if states.get(key) == "dead":
            return None
        raise Temporary("The message is not posted yet.")

    def _posts(
        self, name: str, call: Callable[[Job], Mapping[str, Any]], probe: Callable[[Job], Any], after: After = nothing,
        failed: Callable[[Unit, Job, str, str], None] | None = None,
    ) -> Kind:  # fmt: skip
        """A post."""
        return Kind(
            name=name, call=call, probe=probe, after=after, failed=failed or self._failed,
            timeout_s=self.house.slack_timeout_s, settle_s=self.house.slack_settle_s,
        )  # fmt: skip

    def _redraws(self, name: str, call: Callable[[Job], Mapping[str, Any]], after: After = nothing) -> Kind:
        """A message drawn anew: it shows the newest state, however often."""
        return self._harmless(name, call, after, self.house.slack_timeout_s)
