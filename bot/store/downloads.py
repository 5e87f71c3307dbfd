"""Codes for a download: the last one sent is good, for a while and some tries."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select, update

from bot.store.schema import download_code
from bot.store.transaction import Transaction

_D = download_code.c
_ADD = insert(download_code)
_REPLACE = update(download_code).where(_D.package_id == bindparam("of"), _D.void_at.is_(None))
_LIVE = select(_D.id, _D.digest, _D.tries).where(
    _D.package_id == bindparam("of"), _D.void_at.is_(None), _D.expires_at > bindparam("now")
)
_SINCE = select(func.count()).select_from(download_code).where(
    _D.package_id == bindparam("of"), _D.made_at >= bindparam("from_")
)  # fmt: skip
_TRIED = update(download_code).where(_D.id == bindparam("id_")).values(tries=_D.tries + 1)


@dataclass(frozen=True)
class DownloadCode:
    """A code under way. Only its keyed hash is known."""

    id: str
    digest: bytes
    tries: int


class DownloadCodes:
    def __init__(self, unit: Transaction) -> None:
        self._unit = unit
        self._run = unit.connection.execute

    def add(self, package_id: str, digest: bytes, expires_at: datetime) -> None:
        """The package's only good code: earlier ones are void from now on, whatever a clock may show later."""
        now = self._unit.now
        self._run(_REPLACE, {"of": package_id, "void_at": now})
        row = {"id": self._unit.id(), "package_id": package_id, "digest": digest, "made_at": now}
        self._run(_ADD, {**row, "expires_at": expires_at, "tries": 0})

    def live(self, package_id: str) -> DownloadCode | None:
        """The one that is good now, if its tries are not used up."""
        row = self._run(_LIVE, {"of": package_id, "now": self._unit.now}).one_or_none()
        return None if row is None else DownloadCode(*row)

    def since(self, package_id: str, at: datetime) -> int:
        """How many were made for this package since then."""
        return self._run(_SINCE, {"of": package_id, "from_": at}).scalar_one()

    def tried(self, code_id: str) -> None:
        """One wrong try more."""
        self._run(_TRIED, {"id_": code_id})
