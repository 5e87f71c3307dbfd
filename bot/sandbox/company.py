"""The company of the demo world: a small Swiss maker of audio and gesture software, its customers all invented.

`create` writes its database, `snapshot` shows it, `company.toml` beside this file is its data map. The people who play
a part in stories have names here; their addresses lead nowhere (RFC 2606).
"""

import base64
import datetime as dt
import sqlite3
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa

MAP = Path(__file__).with_name("company.toml")  # one `[[connectors]]` block

MARA = "mara.lindt@example.com"  # a customer of twelve years: something of hers in every table
RETO = "reto.lindt@example.com"  # lives with Mara: one postal address for both
JONAS = "jonas.altherr@example.org"  # stands in the database in capitals, with spaces around
COUPLE = "familie.brunner@example.net"  # one mailbox, two customers
READER = "lena.hofer@example.org"  # gets the newsletter and has no account
NOBODY = "nobody.known@example.test"  # no system knows this address

metadata = sa.MetaData()
_T, _M, _D = sa.String, sa.DateTime, sa.Date

address = sa.Table(
    "address", metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("street", _T(80), nullable=False),
    sa.Column("postcode", _T(12), nullable=False),
    sa.Column("town", _T(60), nullable=False),
    sa.Column("country", _T(2), nullable=False),
)  # fmt: skip

account = sa.Table(
    "account", metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", _T(254), nullable=False),
    sa.Column("second_email", _T(254)),
    sa.Column("first_name", _T(60), nullable=False),
    sa.Column("last_name", _T(60), nullable=False),
    sa.Column("company", _T(80)),
    sa.Column("phone", _T(30)),
    sa.Column("born_on", _D),
    sa.Column("language", _T(2), nullable=False),
    sa.Column("address_id", sa.Integer, sa.ForeignKey("address.id")),
    sa.Column("password_hash", _T(80), nullable=False),
    sa.Column("photo", sa.LargeBinary),
    sa.Column("created_at", _M, nullable=False),
    sa.Column("held_back", sa.Boolean, nullable=False),  # nobody works with this account (GDPR 18)
    sa.Column("news", sa.Boolean, nullable=False),  # may be told of new products
)  # fmt: skip

licence = sa.Table(
    "licence", metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id"), nullable=False),
    sa.Column("product", _T(40), nullable=False),
    sa.Column("serial", _T(24), nullable=False, unique=True),
    sa.Column("seats", sa.Integer, nullable=False),
    sa.Column("bought_on", _D, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
)  # fmt: skip

invoice = sa.Table(
    "invoice", metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("number", _T(16), nullable=False, unique=True),
    sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id"), nullable=False),
    sa.Column("issued_on", _D, nullable=False),
    sa.Column("billed_to", _T(200), nullable=False),
    sa.Column("total", sa.Numeric(10, 2), nullable=False),
    sa.Column("currency", _T(3), nullable=False),
)  # fmt: skip

invoice_line = sa.Table(
    "invoice_line", metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("invoice_id", sa.Integer, sa.ForeignKey("invoice.id"), nullable=False),
    sa.Column("text", _T(120), nullable=False),
    sa.Column("quantity", sa.Integer, nullable=False),
    sa.Column("price", sa.Numeric(10, 2), nullable=False),
)  # fmt: skip

support_ticket = sa.Table(
    "support_ticket", metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id"), nullable=False),
    sa.Column("opened_at", _M, nullable=False),
    sa.Column("subject", _T(120), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("status", _T(10), nullable=False),
)  # fmt: skip

newsletter = sa.Table(
    "newsletter", metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", _T(254), nullable=False),
    sa.Column("topics", _T(80), nullable=False),
    sa.Column("confirmed_at", _M, nullable=False),
    sa.Column("state", _T(8), nullable=False),  # wanted, refused
    sa.Column("held_back", sa.Boolean, nullable=False),
)  # fmt: skip

login_log = sa.Table(
    "login_log", metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id"), nullable=False),
    sa.Column("at", _M, nullable=False),
    sa.Column("ip", _T(45), nullable=False),
    sa.Column("browser", _T(120)),
    sa.Column("succeeded", sa.Boolean, nullable=False),
)  # fmt: skip

_FIRST = (
    "Mara", "Reto", "Jonas", "Ursina", "Beat", "Ana", "Élodie", "Luca", "Sorin", "Nadja", "Tomás", "Wanda", "Björn",
    "Chiara", "Dario", "Esther", "Fabrice", "Gesa", "Hamid", "Ilse", "Joël", "Katarzyna", "Loris", "Mirjam", "Nils",
    "Olga", "Pascal", "Quentin", "Rahel", "Silvan", "Tamara", "Urs", "Vera", "Walter", "Xenia", "Yannick", "Zoë",
    "Anja", "Basil", "Corinne",
)  # fmt: skip
_LAST = (
    "Lindt", "Lindt", "Altherr", "Brunner", "Brunner", "Ferreira", "Dubuis", "Bernasconi", "Munteanu", "Egli",
    "Novák", "Łukasik", "Ahlgren", "Pedrini", "Camenzind", "Vogt", "Rochat", "Thomsen", "Rahimi", "Wyss", "Genoud",
    "Kowalczyk", "Tognola", "Bächtold", "Sørensen", "Petrova", "Monney", "Lachenal", "Zürcher", "Inauen", "Simić",
    "Gfeller", "Haldner", "Rüegg", "Ilić", "Bovard", "Meierhans", "Kälin", "Uhlmann", "Studer",
)  # fmt: skip
_STREETS = ("Ahornweg", "Bachtelstrasse", "Chemin des Cèdres", "Dorfgasse", "Via Erica", "Feldrain", "Grundhalde")
_TOWNS = (("8400", "Winterthur"), ("1003", "Lausanne"), ("6600", "Locarno"), ("3011", "Bern"), ("9000", "St. Gallen"))
_PRODUCTS = (("Tremolo Studio", "249.00"), ("Fingertip SDK", "1180.00"), ("Hall Designer", "99.90"))
_PHOTO = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAHElEQVR42mNgYGD4jwUzYBXFLsFAsgQ2CQYcEgBM2z/B5sBzrgAAAABJRU5ErkJg"
    "gg=="
)
Row = dict[str, Any]


def create(path: Path) -> None:
    """A new file with the whole company, always the same. An older file of that name is gone."""
    path.unlink(missing_ok=True)
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)
    with engine.begin() as connection:
        fill(connection)
    engine.dispose()


def fill(connection: sa.Connection) -> None:
    """The company's tables and rows, on whatever database this is."""
    metadata.create_all(connection)
    for table, rows in _rows().items():
        connection.execute(table.insert(), rows)


def snapshot(path: Path) -> dict[str, list[Row]]:
    """Table → its rows as they stand, ready to be shown: pictures as their size, password hashes not at all."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        connection.row_factory = sqlite3.Row
        shown = {
            table.name: [_shown(dict(row)) for row in connection.execute(f"SELECT * FROM {table.name} ORDER BY id")]
            for table in (account, address, licence, invoice, invoice_line, support_ticket, newsletter, login_log)
        }
    connection.close()
    return shown


def _shown(row: Row) -> Row:
    return {
        name: f"({len(value)} bytes)" if isinstance(value, bytes) else value
        for name, value in row.items()
        if name != "password_hash"
    }


def _rows() -> Mapping[sa.Table, list[Row]]:
    people = range(1, len(_FIRST) + 1)
    invoices = [row for person in people for row in _invoices(person)]
    for number, row in enumerate(invoices, start=1):
        row["id"] = number
    return {
        address: [_address(person) for person in people if person != 2],
        account: [_account(person) for person in people],
        licence: _numbered(row for person in people for row in _licences(person)),
        invoice: invoices,
        invoice_line: _numbered(row for each in invoices for row in _lines(each)),
        support_ticket: _numbered(row for person in people for row in _tickets(person)),
        newsletter: _numbered(_subscriptions()),
        login_log: _numbered(row for person in people for row in _logins(person)),
    }


def _numbered(rows: Any) -> list[Row]:
    return [{"id": number, **row} for number, row in enumerate(rows, start=1)]


def _email(person: int) -> str:
    told = {1: MARA, 2: RETO, 3: f"  {JONAS.upper()} ", 4: COUPLE, 5: COUPLE}
    spelled = unicodedata.normalize("NFKD", f"{_FIRST[person - 1]}.{_LAST[person - 1]}".lower())
    plain = spelled.translate({ord("ł"): "l", ord("ø"): "o"}).encode("ascii", "ignore").decode()
    return told.get(person) or f"{plain}@example.{('com', 'org', 'net', 'test')[person % 4]}"


def _name(person: int) -> str:
    return f"{_FIRST[person - 1]} {_LAST[person - 1]}"


def _address(person: int) -> Row:
    postcode, town = _TOWNS[person % len(_TOWNS)]
    street = f"{_STREETS[person % len(_STREETS)]} {person * 3 % 71 + 1}"
    return {"id": person, "street": street, "postcode": postcode, "town": town, "country": "CH"}


def _account(person: int) -> Row:
    return {
        "id": person,
        "email": _email(person),
        "second_email": "mara@lindt-klang.example" if person == 1 else None,
        "first_name": _FIRST[person - 1],
        "last_name": _LAST[person - 1],
        "company": "Lindt Klang" if person == 1 else None,
        "phone": f"+41 44 555 01 {person:02d}" if person % 3 else None,
        "born_on": dt.date(1950 + person, person % 12 + 1, person % 28 + 1) if person % 4 else None,
        "language": ("de", "fr", "it", "en")[person % 4],
        "address_id": 1 if person == 2 else person,  # Reto lives at Mara's
        "password_hash": f"$argon2id$v=19$invented${person:024x}",
        "photo": _PHOTO if person in {1, 3} else None,
        "created_at": dt.datetime(2014, 3, 1, 8, 30, tzinfo=dt.UTC) + dt.timedelta(days=97 * person - 97),
        "held_back": False,
        "news": person % 5 != 0,
    }


def _licences(person: int) -> list[Row]:
    return [
        {
            "account_id": person,
            "product": _PRODUCTS[(person + number) % 3][0],
            "serial": f"TS-{person:03d}-{number:02d}-{(person * 7919 + number * 104729) % 0xFFFFF:05X}",
            "seats": 1 + (person + number) % 5,
            "bought_on": dt.date(2016 + (person + 3 * number) % 10, 1 + person % 12, 5),
            "active": number == 0,
        }
        for number in range(2 if person == 1 else person % 3)
    ]


def _invoices(person: int) -> list[Row]:
    """Mara's go back to 2014: some are older than the ten years they must be kept."""
    years = (2014, 2015, 2018, 2021, 2025) if person == 1 else tuple(2017 + (person + k) % 9 for k in range(person % 3))
    where = _address(1 if person == 2 else person)
    return [
        {
            "number": f"R{year}-{person:04d}-{index}",
            "account_id": person,
            "issued_on": dt.date(year, 1 + person % 12, 12),
            "billed_to": f"{_name(person)}, {where['street']}, {where['postcode']} {where['town']}",
            "total": Decimal(_PRODUCTS[(person + index) % 3][1]) * 2,
            "currency": "CHF",
        }
        for index, year in enumerate(years)
    ]


def _lines(row: Row) -> list[Row]:
    half = row["total"] / 2
    product = next(name for name, price in _PRODUCTS if Decimal(price) == half)
    return [
        {"invoice_id": row["id"], "text": f"{product}, one seat", "quantity": 1, "price": half},
        {"invoice_id": row["id"], "text": f"{product}, upgrade for a year", "quantity": 1, "price": half},
    ]


def _tickets(person: int) -> list[Row]:
    if person % 2 == 0:
        return []
    first, last = _FIRST[person - 1], _LAST[person - 1]
    body = (
        f"Hello, this is {_name(person)}. Since the update the gesture camera loses my left hand as soon as two\n"
        f"loudspeakers play. You reach me at {_email(person).strip()}.\n\nKind regards\n{first}"
    )
    return [
        {
            "account_id": person,
            "opened_at": dt.datetime(2026, 1 + person % 9, 1 + person % 27, 14, person % 60, tzinfo=dt.UTC),
            "subject": f"Camera and two loudspeakers ({last})",
            "body": body,
            "status": "closed" if person % 3 else "open",
        }
    ]


def _subscriptions() -> list[Row]:
    readers = [MARA, JONAS.upper(), READER, *(_email(person) for person in range(6, 30, 4))]
    return [
        {
            "email": email,
            "topics": ("releases", "releases, workshops", "workshops")[number % 3],
            "confirmed_at": dt.datetime(2023, 1 + number, 7, 9, 12, 40, tzinfo=dt.UTC),
            "state": "wanted",
            "held_back": False,
        }
        for number, email in enumerate(readers)
    ]


def _logins(person: int) -> list[Row]:
    return [
        {
            "account_id": person,
            "at": dt.datetime(2026, 10, 1, 6, 55, tzinfo=dt.UTC) + dt.timedelta(days=number * 4, minutes=person * 17),
            "ip": f"2001:db8:{person:x}:7::1" if number % 3 == 2 else f"203.0.113.{(person * 5 + number) % 250 + 1}",
            "browser": ("Firefox 145 on Linux", "Safari 26 on macOS", None)[number % 3],
            "succeeded": number % 7 != 6,
        }
        for number in range(9 if person == 1 else 1 + person % 4)
    ]
