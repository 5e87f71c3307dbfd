"""Letters: rendered and sealed as a row first, sent once, and what follows when one has left the house."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot import drafts
from bot.desk.linking import ENQUIRY, Linking
from bot.desk.wording import Wording
from bot.engine import Job, Kind
from bot.errors import NotAllowed, TooLate
from bot.phrases import say
from bot.reminders import LETTER_DAYS
from bot.reminders import Kind as Why
from bot.store import Unit
from bot.store.letters import MAIL, PAPER
from bot.store.rows import LetterRow
from bot.tickets import BOT, SILENT, Correspondent, Request, State, Ticket
from bot.workflow import Seen

BY_MAIL = frozenset({"identity_code", "erasure_notice", "download_code"})  # on paper they would prove nothing
PAGES = ("link", "enquiry_link")  # each opens a page, in the language of its letter
# letters whose secret does not stay once they are sent
COPIES = frozenset({"access_answer", "portability_answer"})  # they open a copy of everything (TRUST T28)
SECRET = COPIES | {"identity_code", "erasure_notice", "download_code"}


class Writing(Wording, Linking):
    """The verbs of the post."""

    def _send(
        self,
        unit: Unit,
        ticket: Ticket,
        kind: str,
        values: Mapping[str, Any],
        *,
        request: Request | None = None,
        secret: str = "",
        automatic: bool = False,
        by: str = BOT.id,
        move: Mapping[str, Any] | None = None,
        to: Correspondent | None = None,
    ) -> str:
        """The letter's id: a sealed row, its sending a piece of work. One that stands already is not written again.

        `by`: whose words are in it. `move`: of the clock, once somebody has released it. `to`: another than who wrote.
        """
        if ticket.channel in SILENT:
            raise NotAllowed(say("errors.silent_no_letter", ref=ticket.ref))
        if request is None:
            number = 1 + sum(each.kind == kind for each in unit.letters.of(ticket.id))
            key = f"{ticket.id}:{kind}:{number}"
        else:
            key = f"{request.id}:{kind}:{request.generation}"
        standing = unit.letters.by_key(key)
        if standing is not None:
            return standing.id
        wrote = to or unit.tickets.correspondent(ticket.id)
        letter = self._composed(ticket, wrote, kind, values, unit.now, secret=secret, automatic=automatic)
        letter["content"] |= {"by": by} | ({"move": drafts.stored(move)} if move else {})
        self._out(unit, ticket, key, letter, request)
        return letter["id"]

    def _composed(
        self,
        ticket: Ticket,
        wrote: Correspondent,
        kind: str,
        values: Mapping[str, Any],
        now: datetime,
        *,
        secret: str = "",
        automatic: bool = False,
        letter_id: str = "",
    ) -> dict[str, Any]:
        """The letter as it will go on the wire. Takes some milliseconds and needs no transaction."""
        paper = list(wrote.postal) if kind not in BY_MAIL else []
        if not wrote.address and not paper:
            raise NotAllowed(say("reasons.write_by_post", ref=ticket.ref))
        letter_id = letter_id or self.ids()
        draft = {
            "to": wrote.address or ", ".join(paper), "secret": secret, "automatic": automatic,
            "values": drafts.stored(values), "thread": [wrote.message_id, *wrote.references], "paper": paper,
            "known": wrote.address,
        }  # fmt: skip
        content = self._printed(ticket, letter_id, kind, draft, now)
        return {"id": letter_id, "kind": kind, "message_id": self._message_id(letter_id), "content": content}

    def _printed(
        self, ticket: Ticket, letter_id: str, kind: str, draft: Mapping[str, Any], now: datetime
    ) -> dict[str, Any]:
        """The draft with its words, as they are at this moment, and the bytes for the wire."""
        paper = bool(draft.get("paper"))  # one written by an earlier version has none
        values = {**self._common(ticket), **drafts.restored(draft["values"])}
        values |= {"paper": paper, "known_address": draft.get("known", "")}
        values |= {each: f"{values[each]}?{ticket.language}" for each in PAGES if values.get(each)}
        rendered = self.writer.write(kind, ticket.language, values)
        if paper:
            blocks = self.writer.for_paper(rendered)
            return {**draft, "subject": rendered.subject, "text": rendered.text, "blocks": blocks, "wire": ""}
        answers, *references = draft["thread"]
        wire = self.writer.envelope(
            rendered,
            sender=self.house.sender,
            to=draft["to"],
            message_id=self._message_id(letter_id),
            in_reply_to=answers,
            references=references,
            sent_at=now,
            automatic=draft["automatic"],
        )
        return {**draft, "subject": rendered.subject, "text": rendered.text, "wire": wire.decode("ascii")}

    def _printed_anew(
        self, unit: Unit, letter: LetterRow, ticket: Ticket, changes: Mapping[str, Any]
    ) -> dict[str, Any]:  # fmt: skip
        """The draft as it is at this moment, with these values instead of those it was written with."""
        draft = unit.letters.content(letter.id)
        values = {**draft["values"], **drafts.stored(changes)}
        ticket = replace(ticket, language=letter.language)
        return self._printed(ticket, letter.id, letter.kind, {**draft, "values": values}, unit.now)

    def _out(self, unit: Unit, ticket: Ticket, key: str, letter: Mapping[str, Any], request: Request | None) -> None:
        """The composed letter is a row, and on its way; or a draft, which waits for whoever releases it."""
        request_id = request.id if request else None
        at_once = letter["kind"] in self.house.release_at_once
        unit.letters.add(
            letter["id"],
            key,
            ticket.id,
            request_id,
            letter["kind"],
            ticket.language,
            letter["message_id"],
            letter["content"],
            released_by=BOT.id if at_once else None,
            medium=PAPER if letter["content"].get("paper") else MAIL,
        )
        args = {"letter": letter["id"]} | ({"request": request_id} if request_id else {})
        self.engine.put(unit, "letter", work_key(key), args, lane="mail", ticket_id=ticket.id, waiting=not at_once)
        by = letter["content"].get("by", BOT.id)
        unit.audit(by, "write", ticket.id, request_id, letter=letter["kind"], id=letter["id"])
        if not at_once:
            today = self._today(unit.now)
            days = [self.hours.later(today, each) for each in LETTER_DAYS]
            self._remind_on(unit, ticket, Why.LETTER, days, letter["id"])
            self._redraw(unit, ticket.id)

    # -- drafts ---------------------------------------------------------------------------------------------------

    def _go_out(self, unit: Unit, letter: LetterRow, by: str, content: Mapping[str, Any]) -> None:
        """Somebody has released the draft: it is on its way, as `content` says. The ticket is locked."""
        if not unit.letters.release(letter.id, by, content):
            raise TooLate(self._gone(unit.letters.get(letter.id)))
        self.engine.ready(unit, work_key(letter.key))
        self._forget(unit, unit.tickets.get(letter.ticket_id), Why.LETTER, letter.id)
        released = unit.letters.get(letter.id)
        unit.audit(
            by, "release", letter.ticket_id, letter.request_id, letter=letter.kind, id=letter.id, digest=released.digest
        )
        self._redraw(unit, letter.ticket_id)

    def _drop_draft(self, unit: Unit, letter: LetterRow, by: str) -> None:
        """Nobody releases it any more."""
        if not unit.letters.drop(letter.id):
            raise TooLate(self._gone(unit.letters.get(letter.id)))
        self.engine.cancel(unit, work_key(letter.key))
        self._forget(unit, unit.tickets.get(letter.ticket_id), Why.LETTER, letter.id)
        unit.audit(by, "drop_letter", letter.ticket_id, letter.request_id, letter=letter.kind, id=letter.id)
        self._redraw(unit, letter.ticket_id)

    def _drop_drafts(self, unit: Unit, request: Request, by: str) -> None:
        """What was drafted for this request is not released any more."""
        for each in unit.letters.drafts(request.ticket_id):
            if each.request_id == request.id:
                self._drop_draft(unit, each, by)

    def _how(self, letter: str) -> str:
        """Where a letter of this kind is once it is written, after its name."""
        return say("answers.on_its_way") if letter in self.house.release_at_once else say("answers.is_draft")

    def _gone(self, letter: LetterRow) -> str:
        """Why there is nothing to release, for whoever came too late."""
        if letter.dropped_at:
            return say("errors.letter_not_sent")
        return say("errors.released_by", released_by=letter.released_by)

    def _acknowledge(self, unit: Unit, tickets: Sequence[Ticket]) -> None:
        """Acknowledgements will be written: not in the transaction of the mails, which others wait for."""
        self.engine.put_each(unit, "acknowledge", [each.id for each in tickets], lane="acknowledge")

    def _acknowledge_call(self, job: Job) -> Mapping[str, Any]:
        with self.store.read() as unit:
            ticket = unit.tickets.get(job.args["ticket"])
            wrote = unit.tickets.correspondent(ticket.id)
            now = unit.now
        return self._composed(ticket, wrote, "acknowledgement", {}, now, automatic=True)

    def _acknowledge_after(self, unit: Unit, job: Job, letter: Mapping[str, Any]) -> None:
        ticket = unit.tickets.lock(job.args["ticket"])
        self._out(unit, ticket, f"{ticket.id}:acknowledgement:1", letter, None)

    def _message_id(self, letter_id: str) -> str:
        """Ours, with a keyed tag nobody can guess; the same for the same letter."""
        tag = self.store.keys.blind("message-tag", letter_id).hex()[:16]
        return f"<{letter_id}.{tag}@{self.house.message_domain}>"

    def _common(self, ticket: Ticket) -> dict[str, Any]:
        """What every letter may say."""
        return {
            **self.house.policy,
            "ref": ticket.ref,
            "received_on": ticket.received_on,
            "due": ticket.due,
            "rights": [str(right) for right in ticket.rights],
            "enquiry_link": self._link(ENQUIRY, ticket.id),
        }

    def _code_values(self, ticket: Ticket, digits: str, expires_at: datetime) -> dict[str, Any]:
        return {
            "code": f"{digits[:4]} {digits[4:]}",
            "hours": round(self.house.code_hours),
            "tries": self.house.code_tries,
            "expires_at": self._local(expires_at),
            "channel": ticket.channel,
        }

    # -- sending --------------------------------------------------------------------------------------------------

    def _letter_call(self, job: Job) -> Mapping[str, Any]:
        with self.store.read() as unit:
            content = unit.letters.content(job.args["letter"])
        if content.get("paper"):
            return {"paper": True}
        wire = content["wire"].encode("ascii")
        if content.get("values", {}).get("locked"):  # one of an earlier version has no values
            wire = self._with_copy(wire, content["values"]["file"], content["secret"])
        self.postman.send(self.house.sender, content["to"], wire)
        return {}

    def _with_copy(self, wire: bytes, file: str, passphrase: str) -> bytes:
        """The letter with its locked package. It is small enough for a mail, and so for memory."""
        opened = self.packer.open(file.rpartition(".")[0], passphrase)
        return self.writer.attached(wire, file, b"".join(opened))

    def _letter_probe(self, job: Job) -> Any:
        """Seen when the Sent folder holds it. Not found proves nothing: then a person decides (ENGINE section 2.5)."""
        with self.store.read() as unit:
            letter = unit.letters.get(job.args["letter"])
            message_id = letter.message_id
        if letter.medium == PAPER:
            return Seen({"paper": True})
        return Seen() if self.postman.sent(message_id) else None

    def _letter_after(self, unit: Unit, job: Job, result: Mapping[str, Any]) -> None:
        letter = unit.letters.get(job.args["letter"])
        unit.tickets.lock(letter.ticket_id)
        if result.get("paper"):  # somebody prints and posts it, and says so
            self._redraw(unit, letter.ticket_id)
        else:
            self._left(unit, letter, BOT.id)

    def _left(self, unit: Unit, letter: LetterRow, by: str) -> None:
        """The letter has left the house, and what it answers is answered."""
        unit.letters.sent(letter.id)
        if letter.kind in SECRET:
            content = unit.letters.content(letter.id)
            text = content["text"].replace(content["secret"], "…") if content["secret"] else content["text"]
            left = {"to": content["to"], "subject": content["subject"], "text": text}
            unit.letters.rewrite(letter.id, left, shed=letter.kind in COPIES)
        unit.audit(by, "sent", letter.ticket_id, letter.request_id, letter=letter.kind, id=letter.id,
                   digest=letter.digest)  # fmt: skip
        self._redraw(unit, letter.ticket_id)
        if letter.request_id:
            request = unit.requests.get(letter.request_id)
            if request.state == State.ANSWERING:
                answered = {"answered_on": self._today(unit.now).isoformat()}
                self._move(unit, request, "finish", BOT, result={**request.result, **answered})

    def _writing_kinds(self) -> list[Kind]:
        return [
            self._word_kind(),
            self._harmless("acknowledge", self._acknowledge_call, self._acknowledge_after),
            Kind(
                name="letter", call=self._letter_call, after=self._letter_after, probe=self._letter_probe,
                timeout_s=self.house.mail_timeout_s, settle_s=self.house.mail_settle_s, harmless=False,
                failed=self._letter_failed,
            )
        ]  # fmt: skip

    def _letter_failed(self, unit: Unit, job: Job, state: str, error: str) -> None:
        """The answer of a request: a person has to look. Others: the card says that the letter did not leave."""
        letter = unit.letters.get(job.args["letter"])
        unit.audit(BOT.id, "letter_failed", letter.ticket_id, letter.request_id, letter=letter.kind, state=state)
        unit.tickets.lock(letter.ticket_id)
        self._redraw(unit, letter.ticket_id)
        if state != "unknown":
            self._failed(unit, job, state, error)


def paragraphs(words: Sequence[str]) -> list[str]:
    """Those that say something."""
    return [each.strip() for each in words if each.strip()]


def work_key(letter_key: str) -> str:
    """The work that sends the letter of this key."""
    return f"letter:{letter_key}"
