"""Writing to records: never a workflow set off, never a success believed that the answer does not name.

A PUT sets a state and may be sent twice. A DELETE is sent once; where its answer is lost, the record is looked for.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from bot.connectors.answer import Answer
from bot.connectors.zoho.api import Api, code_of, written
from bot.connectors.zoho.people import People, Record, Ref
from bot.errors import Refused, Unclear

BASIS = "Data_Processing_Basis_Details"
REASON = "Processing is restricted at the person's request (GDPR, art. 18). Set by Subjectline."
BIN_S, BIN_LOOKS = 1.0, 3  # a record that was just deleted may be late in the recycle bin
LOCKED, GONE = "RECORD_LOCKED", "INVALID_DATA"
NO_LOCKS = frozenset({"NOT_ALLOWED", "INVALID_MODULE", "NOT_SUPPORTED"})
_LOCKS = "/{module}/{record}/Locking_Information__s"


class Records:
    """What is done to one record at a time."""

    def __init__(self, api: Api, people: People, pause: Callable[[float], None] = time.sleep) -> None:
        self._api = api
        self._people = people
        self._pause = pause

    # -- change

    def change(self, record: Record, values: Mapping[str, Any]) -> None:
        """The record holds these values; a restriction of ours on it is still there."""
        path = {"module": record.module.name, "record": record.id}
        body = {"data": [{"id": record.id, **values}], "trigger": []}  # v8: without it every workflow runs
        answer = self._past_our_lock(
            record.ref, lambda: self._api.ask("PUT", "/{module}/{record}", path, body=body, expect=(400,), safe=True)
        )
        written(answer, "PUT /{module}/{record}")

    def keep_locked(self, record: Record) -> None:
        """A restricted record has its lock: an earlier change may have died between taking it off and setting it."""
        if REASON in str(record.row.get(BASIS)) and self._lock_told(record.ref) == (True, None):
            self.lock(record.ref)

    def _past_our_lock(self, ref: Ref, act: Callable[[], Answer]) -> Answer:
        """The act's answer; our own lock is off for it and on again afterwards. Somebody else's lock stays."""
        answer = act()
        if code_of(answer) != LOCKED or not self._unlock_ours(ref):
            return answer
        try:
            return act()
        finally:
            self.lock(ref)

    # -- delete

    def delete(self, ref: Ref, *, again: bool) -> None:
        """The record is gone, also from the recycle bin. `again`: it may be gone already, so it is looked for first."""
        deleted = not (again and self._people.record(ref) is None) and self._deleted(ref)
        self._purge(ref[1], looks=BIN_LOOKS if deleted else 1)

    def _deleted(self, ref: Ref) -> bool:
        """Whether it was there and is not any more."""
        path = {"module": ref[0], "record": ref[1]}
        try:
            answer = self._api.ask(
                "DELETE", "/{module}/{record}", path, query={"wf_trigger": "false"}, expect=(400,), safe=False
            )
        except Unclear:
            if self._people.record(ref) is not None:
                raise
            return True
        if code_of(answer) == LOCKED and self._unlock_ours(ref):
            return self._deleted(ref)
        if answer.status == 400 and code_of(answer) == GONE:
            return False
        written(answer, "DELETE /{module}/{record}")
        return True

    def _purge(self, number: str, looks: int) -> None:
        """Nothing of this id is in the recycle bin; its notes and attachments went with it."""
        for look in range(looks):
            if look:
                self._pause(BIN_S)
            path = {"record": number}
            try:
                answer = self._api.ask("DELETE", "/settings/recycle_bin/{record}", path, expect=(400,), safe=False)
            except Unclear:
                if self.in_bin(number):
                    raise
                return
            if answer.status == 200:
                written(answer, "DELETE /settings/recycle_bin/{record}", "recycle_bin")
                return

    def in_bin(self, number: str) -> bool:
        """Whether the recycle bin has an entry of this id."""
        answer = self._api.ask("GET", "/settings/recycle_bin/{record}", {"record": number}, expect=(400, 404))
        if answer.status >= 400 and code_of(answer) != GONE:
            raise Refused(f"Zoho CRM: the recycle bin answered {answer.status} ({code_of(answer)}).")
        return answer.status == 200 and bool(answer.content)

    def delete_child(self, ref: Ref, place: str, number: str) -> None:
        """The note or attachment is gone, also from the recycle bin."""
        self._take_off(ref, f"/{{module}}/{{record}}/{place}/{{item}}", {"item": number})
        self._purge(number, looks=1)

    def delete_photo(self, ref: Ref) -> None:
        self._take_off(ref, "/{module}/{record}/photo", {})

    def _take_off(self, ref: Ref, template: str, more: Mapping[str, str]) -> None:
        """What hangs on the record is gone; an id is given once, so asking twice does nothing more."""
        path = {"module": ref[0], "record": ref[1], **more}
        answer = self._past_our_lock(ref, lambda: self._api.ask("DELETE", template, path, expect=(400,), safe=True))
        if not (answer.status == 400 and code_of(answer) == GONE):
            written(answer, f"DELETE {template}")

    # -- lock

    def lock_of(self, ref: Ref) -> dict[str, Any] | None:
        """The lock on this record; None where there is none, or none can be."""
        return self._lock_told(ref)[1]

    def can_lock(self, ref: Ref) -> bool:
        """Whether the module has a configuration for locks: without one Zoho locks nothing."""
        return self._lock_told(ref)[0]

    def _lock_told(self, ref: Ref) -> tuple[bool, dict[str, Any] | None]:
        answer = self._api.ask("GET", _LOCKS, {"module": ref[0], "record": ref[1]}, expect=(400,))
        if answer.status == 400:
            if code_of(answer) not in {*NO_LOCKS, GONE}:
                raise Refused(f"Zoho CRM: the locks of a record: 400 ({code_of(answer)}).")
            return False, None
        rows = answer.record().get("data") if answer.content else None
        return True, rows[0] if rows else None

    def lock(self, ref: Ref) -> None:
        """Nobody changes the record in Zoho CRM; locked already, it stays so."""
        body = {"data": [{"Locked_Reason__s": REASON}]}
        path = {"module": ref[0], "record": ref[1]}
        answer = self._api.ask("POST", _LOCKS, path, body=body, expect=(403,), safe=True)
        if answer.status == 403 and code_of(answer) == "NOT_ALLOWED" and self.lock_of(ref) is not None:
            return
        written(answer, f"POST {_LOCKS}")

    def unlock(self, ref: Ref, lock: str) -> None:
        path = {"module": ref[0], "record": ref[1], "lock": lock}
        answer = self._api.ask("DELETE", _LOCKS + "/{lock}", path, expect=(400,), safe=True)
        if not (answer.status == 400 and code_of(answer) == GONE):
            written(answer, f"DELETE {_LOCKS}/{{lock}}")

    def _unlock_ours(self, ref: Ref) -> bool:
        lock = self.lock_of(ref)
        if lock is None or not is_ours(lock):
            return False
        self.unlock(ref, str(lock["id"]))
        return True


def is_ours(lock: Mapping[str, Any]) -> bool:
    """Whether we set this lock: nobody else's is ever taken off."""
    return str(lock.get("Locked_Reason__s", "")).startswith(REASON)
