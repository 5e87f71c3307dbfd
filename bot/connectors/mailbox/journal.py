"""Which mails a run was begun with, written down before the first of them is touched.

A server that was cut off in the middle of a run has removed some mails and not others; a recount cannot tell those from
mails somebody else removed. The journal can: it names them by folder, UIDVALIDITY and UID, which are never given twice,
and by a digest of their headers, should the server have numbered anew.
"""

import base64
import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.connectors import Shelf
from bot.connectors.mailbox.letters import Letter

DAYS = 400  # how long it is kept: longer than anybody waits with settling a run


@dataclass(frozen=True)
class Place:
    """Mails of one folder: UID -> the first bytes of the digest of its headers."""

    folder: str = field(repr=False)
    validity: int
    mails: Mapping[int, bytes] = field(repr=False)


class Journal:
    """The runs of one mailbox."""

    def __init__(self, shelf: Shelf, name: str) -> None:
        self._shelf = shelf
        self._index = "mail-runs:" + hashlib.sha256(name.encode()).hexdigest()[:16]

    def get(self, run: str) -> list[Place] | None:
        """None where the run was never begun."""
        kept = self._shelf.get(self._key(run))
        if kept is None:
            return None
        return [
            Place(each["folder"], each["validity"], {int(uid): base64.b64decode(s) for uid, s in each["mails"].items()})
            for each in json.loads(zlib.decompress(kept))
        ]

    def put(self, run: str, letters: Iterable[Letter], today: date) -> list[Place]:
        """The run is begun with these mails."""
        places: dict[tuple[str, int], dict[int, bytes]] = {}
        for each in letters:
            places.setdefault((each.folder.name, each.validity), {})[each.uid] = each.digest[:12]
        made = [Place(folder, validity, mails) for (folder, validity), mails in places.items()]
        self._shelf.put(self._key(run), zlib.compress(json.dumps([_plain(each) for each in made]).encode()))
        with self._shelf.turn(self._index):
            self._list({**self._runs(), run: today.isoformat()})
        return made

    def sweep(self, today: date) -> int:
        """Journals of long ago are gone; how many."""
        with self._shelf.turn(self._index):
            runs = self._runs()
            old = [run for run, made in runs.items() if (today - date.fromisoformat(made)).days > DAYS]
            for run in old:
                self._shelf.drop(self._key(run))
            if old:
                self._list({run: made for run, made in runs.items() if run not in old})
        return len(old)

    def _runs(self) -> dict[str, str]:
        return json.loads(self._shelf.get(self._index) or b"{}")

    def _list(self, runs: Mapping[str, str]) -> None:
        self._shelf.put(self._index, json.dumps(runs).encode())

    def _key(self, run: str) -> str:
        return f"mail:{run}"


def _plain(place: Place) -> dict[str, object]:
    mails = {uid: base64.b64encode(sign).decode() for uid, sign in place.mails.items()}
    return {"folder": place.folder, "validity": place.validity, "mails": mails}
