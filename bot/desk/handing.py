"""The last step before a download: a code to the address the package is for (TRUST T26, T27)."""

import hashlib
import re
from datetime import timedelta

from bot.desk.timing import Timing
from bot.errors import NotAllowed
from bot.intake import normal_address
from bot.phrases import say
from bot.store import Unit
from bot.store.rows import PackageRow
from bot.tickets import PERSON, Correspondent, Role, Ticket, check_role

DOWNLOAD_CODE = "download_code"  # the letter
GOOD_FOR = timedelta(hours=1)
DAY = timedelta(days=1)


class Handing(Timing):
    """Who may have a package: whoever has its link, knows its address and reads the mails that go there."""

    def send_code(self, token: str, address: str) -> bool:
        """Whether a code is on its way to this address: it belongs to the link, and not too many went today.

        An earlier one is void. It opens the package for an hour, as often as the package may be downloaded.
        """
        with self.store.begin() as unit:
            row = self._package_of(unit, token, address)
            if row is None:
                return False
            ticket, to = unit.tickets.lock(row.ticket_id), Correspondent(normal_address(address) or "")
            if unit.download_codes.since(row.id, unit.now - DAY) >= self.house.codes_a_day:
                return False
            digits, expires_at = self.new_code(), unit.now + GOOD_FOR
            unit.download_codes.add(row.id, self._code_digest(row, digits), expires_at)
            values = {
                "code": f"{digits[:4]} {digits[4:]}",
                "expires_at": self._local(expires_at),
                "tries": self.house.code_tries,
                "enquiry_link": "",
            }
            letter = self._composed(
                ticket, to, DOWNLOAD_CODE, values, unit.now, secret=values["code"], automatic=True
            )  # fmt: skip
            number = 1 + sum(each.key.startswith(f"{row.id}:") for each in unit.letters.of(ticket.id))
            self._out(unit, ticket, f"{row.id}:{DOWNLOAD_CODE}:{number}", letter, None)
            unit.audit(PERSON.id, "ask_download", ticket.id, row.request_id)
        return True

    def end_links(self, user: str, event: str, ticket_id: str) -> None:
        """No copy of this ticket can be downloaded any more, whoever has the link."""
        check_role(self.actor(user), Role.HANDLER)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return
            ticket = unit.tickets.lock(ticket_id)
            if not self._ended(unit, ticket, user):
                raise NotAllowed(say("errors.no_link"))
            self._word(unit, ticket, "end_links", user)
            self._redraw(unit, ticket.id)

    def _ended(self, unit: Unit, ticket: Ticket, by: str) -> bool:
        """Whether some copy could still be downloaded, and cannot now; the next sweep takes its file."""
        ended = [each for each in unit.packages.of(ticket.id) if unit.packages.end(each.id)]
        for each in ended:
            unit.audit(by, "end_link", ticket.id, each.request_id)
        return bool(ended)

    def _package_of(self, unit: Unit, token: str, address: str) -> PackageRow | None:
        """The package behind the link, if it is there still and this is its address; a wrong address is counted."""
        given = normal_address(address)
        row = unit.packages.by_token(hashlib.sha256(token.encode("utf-8", "replace")).hexdigest())
        if row is None or row.revoked_at or row.expires_at <= unit.now or row.tries >= self.house.code_tries:
            return None
        if given is None or self.store.keys.blind("address", given) != row.address_blind:
            unit.packages.tried(row.id)
            return None
        return row if row.downloads < self.house.package_downloads else None

    def _code_holds(self, unit: Unit, row: PackageRow, code: str) -> bool:
        """Whether this is the code that is good now; a wrong one is counted."""
        live = unit.download_codes.live(row.id)
        if live is None or live.tries >= self.house.code_tries:
            return False
        if live.digest == self._code_digest(row, re.sub(r"\D", "", code)):
            return True
        unit.download_codes.tried(live.id)
        return False

    def _code_digest(self, row: PackageRow, digits: str) -> bytes:
        return self.store.keys.digest("download-code", f"{row.id}:{digits}")
