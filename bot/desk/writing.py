"""Letters: rendered and sealed as a row first, sent once, and what follows when one has left the house."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.desk.wording import Wording
from bot.engine import Job, Kind
from bot.errors import NotAllowed
from bot.store import Unit
from bot.tickets import BOT, SILENT, Correspondent, Request, State, Ticket
from bot.workflow import Seen

# letters whose secret does not stay once they are sent
SECRET = frozenset({"identity_code", "access_answer", "portability_answer"})


class Writing(Wording):
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
    ) -> str:
        """The letter's id: a sealed row, its sending a piece of work. One that stands already is not written again."""
        if ticket.channel in SILENT:
            raise NotAllowed(f"Nobody wrote {ticket.ref}: nobody is written to.")
        if request is None:
            number = 1 + sum(each.kind == kind for each in unit.letters.of(ticket.id))
            key = f"{ticket.id}:{kind}:{number}"
        else:
            key = f"{request.id}:{kind}:{request.generation}"
        standing = unit.letters.by_key(key)
        if standing is not None:
            return standing.id
        wrote = unit.tickets.correspondent(ticket.id)
        letter = self._composed(ticket, wrote, kind, values, unit.now, secret=secret, automatic=automatic)
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
    ) -> dict[str, Any]:
        """The letter as it will go on the wire. Takes some milliseconds and needs no transaction."""
        if not wrote.address:
            raise NotAllowed(f"{ticket.ref} has no e-mail address: write by post, or add the address to the ticket.")
        letter_id = self.ids()
        message_id = self._message_id(letter_id)
        rendered = self.writer.write(kind, ticket.language, {**self._common(ticket), **values})
        wire = self.writer.envelope(
            rendered,
            sender=self.house.sender,
            to=wrote.address,
            message_id=message_id,
            in_reply_to=wrote.message_id,
            references=wrote.references,
            sent_at=now,
            automatic=automatic,
        )
        content = {
            "to": wrote.address,
            "subject": rendered.subject,
            "text": rendered.text,
            "secret": secret,
            "wire": wire.decode("ascii"),
        }
        return {"id": letter_id, "kind": kind, "message_id": message_id, "content": content}

    def _out(self, unit: Unit, ticket: Ticket, key: str, letter: Mapping[str, Any], request: Request | None) -> None:
        """The composed letter is a row, and on its way."""
        request_id = request.id if request else None
        unit.letters.add(
            letter["id"],
            key,
            ticket.id,
            request_id,
            letter["kind"],
            ticket.language,
            letter["message_id"],
            letter["content"],
        )
        args = {"letter": letter["id"]} | ({"request": request_id} if request_id else {})
        self.engine.put(unit, "letter", f"letter:{key}", args, lane="mail", ticket_id=ticket.id)
        unit.audit(BOT.id, "write", ticket.id, request_id, letter=letter["kind"], id=letter["id"])

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
        ticket = unit.tickets.get(job.args["ticket"])
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
        }

    def _code_values(self, unit: Unit, ticket: Ticket, digits: str, expires_at: datetime) -> dict[str, Any]:
        chosen = [str(each.right) for each in unit.requests.of(ticket.id) if each.state == State.IDENTIFYING]
        return {
            "rights": chosen,
            "code": f"{digits[:4]} {digits[4:]}",
            "hours": round(self.house.code_hours),
            "tries": self.house.code_tries,
            "expires_at": expires_at.astimezone(ZoneInfo(self.house.zone)),
            "channel": ticket.channel,
        }

    # -- sending --------------------------------------------------------------------------------------------------

    def _letter_call(self, job: Job) -> Mapping[str, Any]:
        with self.store.read() as unit:
            content = unit.letters.content(job.args["letter"])
        self.postman.send(self.house.sender, content["to"], content["wire"].encode("ascii"))
        return {}

    def _letter_probe(self, job: Job) -> Any:
        """Seen when the Sent folder holds it. Not found proves nothing: then a person decides (ENGINE section 2.5)."""
        with self.store.read() as unit:
            message_id = unit.letters.get(job.args["letter"]).message_id
        return Seen() if self.postman.sent(message_id) else None

    def _letter_after(self, unit: Unit, job: Job, _: Mapping[str, Any]) -> None:
        letter = unit.letters.get(job.args["letter"])
        unit.tickets.lock(letter.ticket_id)
        unit.letters.sent(letter.id)
        if letter.kind in SECRET:
            content = unit.letters.content(letter.id)
            text = content["text"].replace(content["secret"], "…") if content["secret"] else content["text"]
            unit.letters.rewrite(letter.id, {"to": content["to"], "subject": content["subject"], "text": text})
        unit.audit(BOT.id, "sent", letter.ticket_id, letter.request_id, letter=letter.kind, id=letter.id,
                   digest=letter.digest)  # fmt: skip
        self._redraw(unit, letter.ticket_id)
        if letter.request_id:
            request = unit.requests.get(letter.request_id)
            if request.state == State.ANSWERING:
                on = unit.now.astimezone(ZoneInfo(self.house.zone)).date()
                self._move(unit, request, "finish", BOT, result={**request.result, "answered_on": on.isoformat()})

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
