"""Links to the pages of one row: 256 bits nobody can guess, which stand in a letter and are stored nowhere.

The mark is a keyed hash of the row's id, so neither it nor a digest of it is in the database: whoever has the database
without the main key can make none, and a guess is refused without a look into it (TRUST T27).
"""

import base64
import hmac

from bot.desk.office import Office

STOP, ENQUIRY = "stop", "enquiry"  # what links are for, and the beginning of their path


class Linking(Office):
    """How a link is made, and known again."""

    def _link(self, use: str, row_id: str) -> str:
        """The address of the page of this row; empty where we have no page."""
        return f"{self.house.public_url}/{use}/{row_id}.{self._link_mark(use, row_id)}" if self.house.public_url else ""

    def _behind(self, use: str, token: str) -> str | None:
        """The id of the row a link of this use belongs to; None of anything we have not made."""
        row_id, _, mark = token.encode("utf-8", "replace").decode().partition(".")
        return row_id if hmac.compare_digest(mark.encode(), self._link_mark(use, row_id).encode()) else None

    def _link_mark(self, use: str, row_id: str) -> str:
        digest = self.store.keys.digest(f"link:{use}", row_id)
        return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")
