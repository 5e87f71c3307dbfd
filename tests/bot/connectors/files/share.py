"""A small file share: Mara has account 1042, Reto 1043, somebody else 10421; Lena has no account."""

import datetime as dt
import os
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.connectors import Found, Outside
from bot.connectors.files import Files, connector
from bot.law import Right
from bot.sandbox.papers import docx, eml, pdf, xlsx
from bot.workflow import Line

NOW = dt.datetime(2026, 11, 23, 10, 0, tzinfo=dt.UTC)
MARA, RETO, LENA = "mara.lindt@example.com", "reto.lindt@example.com", "lena.hofer@example.org"
OTHER = "somebody.else@example.net"
CONTENT: dict[str, bytes] = {
    "accounts.csv": (
        f"no;mail;second\r\n1042;{MARA};mara@old.example\r\n1043;{RETO};\r\n10421;{OTHER};\r\n"
    ).encode(),
    "customers/1042_Lindt/welcome.docx": docx(f"Dear {MARA}"),
    "customers/1042_Lindt/photo.jpg": b"\xff\xd8\xff picture",
    "customers/1042_Lindt/contracts/2019-03-01 contract.pdf": pdf("Contract"),
    "customers/1042_Lindt/contracts/2001-03-01 contract.pdf": pdf("Old contract"),
    "customers/1042_Lindt/household.txt": f"Lives with {RETO}".encode(),
    "customers/10421_Else/welcome.docx": docx(f"Dear {OTHER}"),
    "customers/1043_Lindt/welcome.docx": docx(f"Dear {RETO}"),
    "letters/2024-01-05_1042_invoice.txt": b"Please pay.",
    "letters/2024-01-05_10421_invoice.txt": b"Please pay.",
    "mails/question.eml": eml("Hello", to=MARA),
    "mails/both.eml": eml("Hello", to=f"{MARA}, {OTHER}"),
    "mails/lena.eml": eml("Hello", to=LENA),
    "lists/newsletter.xlsx": xlsx("mail", MARA, RETO, LENA, OTHER),
    "internal/menu.txt": b"Soup",
}
BLOCK: dict[str, Any] = {
    "kind": "files",
    "name": "share",
    "label": "our file server",
    "root_env": "COMPANY_FILES",
    "number": "[0-9]{4,6}",
    "own": ["klangfinger.example"],
    "accounts": {"file": "accounts.csv", "delimiter": ";", "number": "no", "addresses": ["mail", "second"]},
    "rules": [
        {
            "name": "contracts", "files": "customers/{number}*/contracts/**", "category": "Contracts", "erase": "keep",
            "keep": {"basis": "Swiss Code of Obligations, art. 958f", "years": 10, "counted": "year_end", "dated": "name"},
        },
        {"name": "customer files", "files": "customers/{number}*/**", "category": "Customer data", "erase": "delete"},
        {"name": "letters", "files": "letters/*_{number}_*", "category": "Letters", "erase": "delete"},
        {"name": "mails", "files": "mails/**", "category": "Letters", "search": "address", "erase": "delete"},
        {"name": "lists", "files": "lists/**", "category": "Newsletter", "search": ["address", "number"], "several": True, "erase": "delete"},
    ],
    "ignore": [{"files": "internal/**", "reason": "nothing of customers"}, {"files": "internal", "reason": "the same"}],
}  # fmt: skip


@dataclass
class Share:
    """The share on disk; `connect()` gives the connector, `everything()` looks past it."""

    root: Path
    block: dict[str, Any] = field(default_factory=lambda: dict(BLOCK))
    now: dt.datetime = NOW

    def fill(self, content: Mapping[str, bytes] | None = None) -> "Share":
        for name, raw in (CONTENT if content is None else content).items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(raw)
            os.utime(path, (1_700_000_000, 1_700_000_000))
        return self

    def connect(self, **changes: Any) -> Files:
        env = {"COMPANY_FILES": str(self.root)}
        outside = Outside(lambda name: env.get(name, ""), lambda: self.now, NoShelf(), lambda _: False)
        made = connector({**self.block, **changes}, outside)
        assert isinstance(made, Files)
        return made

    def one(self, address: str) -> Found:
        (found,) = self.connect().find([address])
        return found

    def planned(self, address: str, right: Right = Right.DELETION) -> tuple[Files, Found, list[Line]]:
        """A connector, the person, and the lines of the plan that a machine carries out."""
        server = self.connect()
        (person,) = server.find([address])
        return server, person, [line for line in server.plan(right, person) if line.act != "task"]

    def everything(self, below: str = "") -> dict[str, bytes]:
        """Every file by its path: equal before and after means nothing was changed."""
        here = self.root / below
        files = sorted(path for path in here.rglob("*") if path.is_file() and not path.is_symlink())
        return {
            str(path.relative_to(self.root)): path.read_bytes() for path in files if below or ".subjectline" not in path.parts
        }

    def locked(self, area: str) -> list[str]:
        """The files that lie in this part of the locked folder, by their names."""
        here = self.root / ".subjectline" / area
        return sorted(path.name for path in here.rglob("*") if path.is_file() and path.name != "manifest.json")


class NoShelf:
    def get(self, name: str) -> bytes | None:
        raise AssertionError(name)

    def put(self, name: str, value: bytes) -> None:
        raise AssertionError(name)

    def turn(self, name: str) -> nullcontext[None]:
        raise AssertionError(name)
