"""The demo company's folder of applications: paper, which only people can look into, change and shred."""

from typing import Any

from bot.sandbox.company import COUPLE, JONAS, MARA, READER

Row = dict[str, Any]
_PAPERS = (  # name, address on the sheet at the front, what lies behind it
    ("Lindt, Mara", MARA, "application as demonstrator, 2024; two references"),
    ("Altherr, Jonas", JONAS, "application as tester, 2026"),
    ("Hofer, Lena", READER, "application for an apprenticeship, 2026; school report"),
    ("Brunner, Beat", COUPLE, "application as bookkeeper, 2026"),
)


class Cabinet:
    """Blue folders, one for each applicant."""

    def __init__(self) -> None:
        self._folders = [
            {"id": number, "folder": name, "address": address, "papers": papers}
            for number, (name, address, papers) in enumerate(_PAPERS, 1)
        ]

    def snapshot(self) -> dict[str, list[Row]]:
        """The folders as they stand, ready to be shown."""
        return {"Blue folders": [{**each, "of": [each["address"]]} for each in self._folders]}

    def by_hand(self, address: str) -> None:
        """Somebody shreds this person's papers."""
        self._folders = [each for each in self._folders if each["address"] != address]
