"""A word in the thread of a ticket's card: who did what. The thread is the log people read."""

from collections.abc import Mapping
from typing import Any

from bot.cards.words import Word, word_blocks, word_text
from bot.desk.speaking import Speaking
from bot.engine import Job, Kind
from bot.store import Unit
from bot.tickets import PERSON, Actor, Request, Ticket

SAID = frozenset(  # moves the thread tells; what is at work the card shows
    {"choose", "approve", "reject", "stop", "withdraw", "resume", "lift", "keep", "void", "cooled", "finish"}
)


class Wording(Speaking):
    """What the thread says."""

    def _move(self, unit: Unit, request: Request, verb: str, actor: Actor, **columns: Any) -> Request:
        """As every move, and the thread says who made it; of a batch of old accounts one message says all."""
        moved = super()._move(unit, request, verb, actor, **columns)
        ticket = unit.tickets.get(request.ticket_id)
        if verb in SAID and actor.id != PERSON.id and ticket.channel != "review":
            self._word(unit, ticket, verb, actor.id, what=str(request.right))
        return moved

    def _word(
        self, unit: Unit, ticket: Ticket, did: str, by: str, *, to: str = "", what: str = "", aloud: bool = False
    ) -> None:
        """The card's thread will say it, once; `aloud`: the channel hears it, too.

        `to` and `what` are ids and words of ours, never a person's.
        """
        args = {"ticket": ticket.id, "did": did, "by": by, "to": to, "what": what, "aloud": aloud}
        self.engine.put(unit, "word", f"word:{unit.id()}", args, lane="slack-post", ticket_id=ticket.id)

    def _mail_team(self, unit: Unit, why: str, stamp: str, **args: str) -> None:
        """Every address of the team gets a mail that says why, once for each stamp."""
        for number, _ in enumerate(self.house.team_mail):
            key = f"remind_mail:{why}:{stamp}:{number}"
            self.engine.put(unit, "remind_mail", key, {"to": number, "why": why, **args}, lane="mail")

    def _word_call(self, job: Job) -> Mapping[str, Any]:
        with self.store.read() as unit:
            ticket = unit.tickets.get(job.args["ticket"])
        word = Word(ticket.ref, *(job.args[name] for name in ("did", "by", "to", "what")))
        return self._in_thread(job, word_blocks(word), word_text(word), aloud=job.args["aloud"])

    def _word_kind(self) -> Kind:
        return self._posts("word", self._word_call, self._thread_probe)
