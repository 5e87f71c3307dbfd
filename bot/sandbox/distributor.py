"""A distributor of the demo company: a small firm with a list of customers, and somebody who answers its mail."""

import re
from typing import Any

from bot.sandbox.company import JONAS, MARA, RETO
from bot.sandbox.letters import Letter

ADDRESS = "datenschutz@nordlicht-vertrieb.example"  # as house.toml says
NAME = "Nordlicht Vertrieb"
Row = dict[str, Any]
_CHANGE = re.compile(r"Vorher: (.+)\n\s*Jetzt: (.+)")
_CUSTOMERS = (("Mara Lindt", MARA, "Hall Designer, by post"), ("Reto Lindt", RETO, "Tremolo Studio, by post"),
              ("Jonas Altherr", JONAS, "Fingertip SDK, on a stick"))  # fmt: skip


class Distributor:
    """Its list. Whoever answers there does first what our letter asks."""

    def __init__(self) -> None:
        self._customers: list[Row] = [
            {"id": number, "name": name, "email": email, "delivered": what}
            for number, (name, email, what) in enumerate(_CUSTOMERS, 1)
        ]

    def snapshot(self) -> dict[str, list[Row]]:
        """The list as it stands, ready to be shown."""
        return {"Customers they delivered to": [{**each, "of": [each["email"]]} for each in self._customers]}

    def answer(self, letter: Letter) -> str:
        """What this letter of ours asks is done; the words they write back, a line in German."""
        done = "Guten Tag\n\nerledigt\n\nFreundliche Grüsse\nNordlicht Vertrieb"
        if letter.subject.startswith("Erinnerung"):  # names nobody: it answers a letter they have acted upon
            return done
        mine = [each for each in self._customers if each["email"] in letter.text.lower()]
        if not mine:
            return "Guten Tag\n\nkeine Daten\n\nFreundliche Grüsse\nNordlicht Vertrieb"
        for each in mine:
            if "löschen" in letter.subject:
                self._customers.remove(each)
            elif "schränken" in letter.subject:
                each["note"] = "gesperrt"
            elif "aufgehoben" in letter.subject:
                each.pop("note", None)
            for old, new in _CHANGE.findall(letter.text):
                each["name"] = each["name"].replace(old.strip(), new.strip())
        return done
