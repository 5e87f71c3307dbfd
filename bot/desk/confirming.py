"""What recipients answer, and what people say of it. A plain answer is taken as it is; everything else a person reads.

The reply is kept under the ticket's key as a mail of a recipient: it is never among the person's words.
"""

from collections.abc import Sequence

from bot.cards import NoticeReply, NoticeView
from bot.checkpoints import checkpoint
from bot.desk.notifying import Notifying
from bot.errors import NotAllowed
from bot.intake import Reading, normal_address
from bot.intake.answers import answer
from bot.phrases import say
from bot.recipients import ENDS, GROUNDS, HOW, Standing, Verdict, from_them
from bot.store import Notice, Purged, Unit
from bot.tickets import BOT, Actor, Role, check_role

RECIPIENT = "recipient"  # who acts, in the record
SETTLED = "errors.settled_thread"


class Confirming(Notifying):
    """The verbs of answers."""

    # -- a mail of theirs ---------------------------------------------------------------------------------------------

    def _notice_answered(self, unit: Unit, reading: Reading) -> tuple[Notice | None, bool]:
        """(the notice this mail answers, None where it is nobody's; whether it answers one but is not theirs).

        By the Message-ID of our letter and their own domain. A mail that names only the ticket is theirs, too, if it
        comes from the very address we wrote to.
        """
        named = [*reading.in_reply_to, *reversed(reading.references)]
        found = unit.notices.by_message_ids(named)
        sender = reading.from_address or ""
        theirs = [each for each in found if from_them(sender, self._written_to(unit, each))]
        if found:
            first = sorted(theirs, key=lambda each: min(_places(named, each)))
            return (first[0] if first else None), not first
        return self._notice_named(unit, reading, sender), False

    def _notice_named(self, unit: Unit, reading: Reading, sender: str) -> Notice | None:
        ticket = unit.tickets.by_ref(reading.ref) if reading.ref and sender else None
        if ticket is None:
            return None
        waiting = [each for each in unit.notices.of(ticket.id) if each.open and each.letter_id]
        found = [each for each in waiting if normal_address(self._written_to(unit, each)) == sender]
        if not found or normal_address(unit.tickets.correspondent(ticket.id).address) == sender:
            return None  # who asks and who is told may be the same: then it is the person's word
        return found[-1]

    def _written_to(self, unit: Unit, notice: Notice) -> str:
        """The address our letter went to; empty after the purge."""
        if notice.letter_id is None:
            return ""
        try:
            return str(unit.letters.content(notice.letter_id)["to"])
        except Purged:
            return ""

    def _they_wrote(self, unit: Unit, notice: Notice, mail_id: str, raw: bytes, reading: Reading) -> None:
        """Their reply is on record; a plain answer is taken, everything else asks a person. The ticket is locked."""
        notice = unit.notices.get(notice.id)
        said = answer(reading.text, notice.act)
        by_letter = bool({notice.message_id, notice.again_id} & {*reading.in_reply_to, *reading.references})
        sure = said.sure and by_letter and not reading.truncated
        digest = self.store.keys.digest("reply", raw).hex()
        unit.audit(
            RECIPIENT, "recipient_wrote", notice.ticket_id, notice.request_id, notice=notice.id,
            recipient=notice.recipient, verdict=said.verdict, sure=sure, digest=digest,
        )  # fmt: skip
        checkpoint("notice.heard")
        if _says_nothing_new(notice, said.verdict, sure=sure):
            return
        notice = unit.notices.change(notice.id, reply_id=mail_id, told_at=notice.told_at or unit.now)
        if sure and notice.state != Standing.ANSWERED:
            self._answered_by(unit, notice, said.verdict, BOT.id)
            return
        guess = said.verdict if said.verdict in ANSWERS else Verdict.UNCLEAR
        notice = unit.notices.change(notice.id, state=Standing.UNSURE, verdict=guess, answered_at=None)
        self._ask_about(unit, notice)
        self._redraw(unit, notice.ticket_id)

    def _answered_by(self, unit: Unit, notice: Notice, verdict: Verdict, by: str, why: str | None = None) -> None:
        """They have answered: recorded with the digest of their reply, said in the thread, asked no more."""
        done = unit.notices.change(
            notice.id, state=Standing.ANSWERED, verdict=verdict, why=why, said_by=by, answered_at=unit.now
        )
        raw = unit.mail.raw(done.reply_id) if done.reply_id else b""
        digest = {"digest": self.store.keys.digest("reply", raw).hex()} if raw else {}
        unit.audit(
            by, "recipient_answered", done.ticket_id, done.request_id, notice=done.id, recipient=done.recipient,
            verdict=verdict, **({"why": why} if why else {}), **digest,
        )  # fmt: skip
        self._say_notice(unit, done)
        self._asked_no_more(unit, done)
        checkpoint("notice.answered")

    # -- what people say ----------------------------------------------------------------------------------------------

    def notices(self, user: str, ticket_id: str) -> tuple[str, list[NoticeView]]:
        """(reference, every recipient of the ticket); nothing personal."""
        check_role(self.actor(user), Role.VIEWER)
        with self.store.read() as unit:
            return unit.tickets.get(ticket_id).ref, self.notice_views(unit, ticket_id)

    def notice(self, user: str, notice_id: str) -> NoticeView:
        """What a form about one recipient is drawn from."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.read() as unit:
            return self._notice_view(unit, unit.notices.get(notice_id))

    def notice_reply(self, user: str, notice_id: str) -> NoticeReply:
        """What the recipient wrote, for this user's modal. Every look is audited."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.begin() as unit:
            notice = unit.notices.get(notice_id)
            if notice.reply_id is None:
                raise NotAllowed(say("errors.not_written"))
            mail, raw = unit.mail.get(notice.reply_id), unit.mail.raw(notice.reply_id)
            unit.audit(user, "look", notice.ticket_id, notice.request_id, notice=notice.id, mail=mail.id)
            view = self._notice_view(unit, notice)
        return NoticeReply(view, mail.arrived_at, self.words(raw))

    def notice_says(
        self, user: str, event: str, notice_id: str, asked: int, verdict: Verdict, why: str | None = None
    ) -> None:
        """A person says what the recipient answered, or that it was no answer. `asked`: the stamp they saw.

        A refusal names its ground. NotAllowed once a person has said so before, or where the stamp is another one.
        """
        if verdict == Verdict.REFUSED and why not in GROUNDS:
            raise NotAllowed(say("errors.say_their_ground"), field="why")
        if verdict not in {*ANSWERS, Verdict.NOTHING}:
            raise NotAllowed(say("errors.no_such_answer"))
        actor = self._may_say(user)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return
            notice = self._locked(unit, notice_id)
            if notice.asked != asked or not (notice.open or notice.said_by == BOT.id):
                raise NotAllowed(say(SETTLED))
            if verdict == Verdict.NOTHING:
                self._no_answer(unit, notice, actor)
                return
            if notice.told_at is None:  # they answer, so they know
                notice = unit.notices.change(notice.id, told_at=unit.now)
            self._answered_by(unit, notice, verdict, actor.id, why)

    def _no_answer(self, unit: Unit, notice: Notice, actor: Actor) -> None:
        """What they wrote says nothing: their answer is awaited as before."""
        if notice.state != Standing.UNSURE:
            raise NotAllowed(say(SETTLED))
        unit.audit(
            actor.id, "recipient_no_answer", notice.ticket_id, notice.request_id, notice=notice.id,
            recipient=notice.recipient,
        )  # fmt: skip
        waits = unit.notices.change(notice.id, state=Standing.TOLD, verdict=None)
        self._ask_no_more(unit, waits)
        self._redraw(unit, notice.ticket_id)

    def notice_told(
        self, user: str, event: str, notice_id: str, how: str, says: Verdict | None = None
    ) -> None:
        """A person has told the recipient, and may know at once what they say."""
        if how not in HOW:
            raise NotAllowed(say("errors.say_how_told"), field="how")
        if says is not None and says not in {Verdict.DONE, Verdict.NO_RECORD}:
            raise NotAllowed(say("errors.refusal_needs_ground"), field="says")
        actor = self._may_say(user)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return
            notice = self._locked(unit, notice_id)
            if notice.state != Standing.BY_HAND:
                raise NotAllowed(say(SETTLED))
            self._asked_no_more(unit, notice)
            told = self._now_told(unit, notice, actor.id, how)
            if says is not None:
                self._answered_by(unit, told, says, actor.id)
            else:
                self._say_notice(unit, told)

    def notice_stop(self, user: str, event: str, notice_id: str, why: str) -> None:
        """Nobody asks this recipient any more, with a reason that stands in the record."""
        if why not in ENDS:
            raise NotAllowed(say("errors.say_why_stop_asking"), field="why")
        actor = self._may_say(user)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return
            notice = self._locked(unit, notice_id)
            if not notice.open or notice.state == Standing.TO_TELL:
                raise NotAllowed(say(SETTLED))
            ended = unit.notices.change(
                notice.id, state=Standing.DROPPED, why=why, said_by=actor.id, answered_at=unit.now
            )
            unit.audit(
                actor.id, "recipient_dropped", ended.ticket_id, ended.request_id, notice=ended.id,
                recipient=ended.recipient, why=why,
            )  # fmt: skip
            self._say_notice(unit, ended)
            self._asked_no_more(unit, ended)

    def _may_say(self, user: str) -> Actor:
        actor = self.actor(user)
        check_role(actor, Role.HANDLER)
        return actor

    def _locked(self, unit: Unit, notice_id: str) -> Notice:
        """The notice, its ticket's row locked until the transaction ends, be the ticket open or closed."""
        unit.tickets.lock(unit.notices.get(notice_id).ticket_id)
        return unit.notices.get(notice_id)


ANSWERS = frozenset({Verdict.DONE, Verdict.NO_RECORD, Verdict.REFUSED})


def _says_nothing_new(notice: Notice, verdict: Verdict, *, sure: bool) -> bool:
    """A word of absence; thanks after the answer; the same answer again."""
    if verdict == Verdict.AWAY:
        return sure
    answered = notice.state == Standing.ANSWERED
    return answered and (verdict == Verdict.NOTHING or (sure and verdict == notice.verdict))


def _places(named: Sequence[str], notice: Notice) -> list[int]:
    """Where the Message-IDs of this notice stand among those a mail names."""
    return [at for at, each in enumerate(named) if each in {notice.message_id, notice.again_id}]
