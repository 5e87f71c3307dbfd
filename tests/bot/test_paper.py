"""A letter on paper: a PDF that prints well, reads aloud well, and fits the envelope's window."""

import io
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from pypdf import PdfReader

from bot.errors import NotAllowed
from bot.letters import Writer
from bot.letters.paper import WINDOWS
from tests.bot.test_letters import ROOT, VALUES, WITH_SUPPRESSION, write

MADE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
COMPANY = {"name": "Müster Instruments AG", "address": ["Technikumstrasse 9", "8400 Winterthur"]}
ANN = ["Ann Łukaszewicz-Keller", "Bahnhofstrasse 3", "8001 Zürich"]
MM = 72 / 25.4


@pytest.fixture(scope="module")
def writer() -> Writer:
    """The letters that ship."""
    return Writer(ROOT / "templates", name="Müster Instruments, Data Protection")


def printed(writer, kind: str, *, language: str = "en", window: str = "right", to: Any = ANN, **values: Any) -> PdfReader:
    rendered = write(writer, kind, language=language, paper=True, known_address="ann@example.org", **values)
    content = {"subject": rendered.subject, "paper": to, "blocks": writer.for_paper(rendered)}
    raw = writer.paper(content, language=language, company=COMPANY, window=window, made_at=MADE)
    assert raw == writer.paper(content, language=language, company=COMPANY, window=window, made_at=MADE)
    return PdfReader(io.BytesIO(raw))


def text(pdf: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


@pytest.mark.parametrize("language", ["en", "de", "fr", "it"])
def test_a_letter_on_paper_is_tagged_named_and_in_its_language(writer, language: str) -> None:
    """PDF/UA-1: marked content, a structure from headings to lists, a title that is shown, the language."""
    pdf = printed(writer, "access_answer", language=language)
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).startswith(language)
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "DPE-2026-0001" in pdf.metadata.title
    assert "pdfuaid:part>1<" in root["/Metadata"].get_data().decode()
    kinds = set(structure(root["/StructTreeRoot"]))
    assert {"/Document", "/H1", "/H2", "/P", "/L", "/LI"} <= kinds, kinds


def structure(node: Any) -> list[str]:
    """The kinds of all elements below."""
    kids = node.get("/K", [])
    kids = [each.get_object() for each in (kids if isinstance(kids, list) else [kids]) if not isinstance(each, int)]
    found = [str(each["/S"]) for each in kids if "/S" in each]
    return found + [kind for each in kids if "/S" in each for kind in structure(each)]


@pytest.mark.parametrize("kind", sorted(VALUES))
def test_every_letter_can_be_printed_and_says_the_same(writer, kind: str) -> None:
    """Each word of the letter stands on the paper, in order; every page says which it is."""
    rendered = write(writer, kind, paper=True, known_address="ann@example.org")
    pdf = printed(writer, kind)
    found = re.sub(r"Page \d+ of \d+", "", text(pdf)).replace("\u200b", "").replace("• ", "").replace("- ", "-")
    for line in rendered.text.splitlines():
        for word in re.findall(r"[\w.,;:()]+", line):
            assert word.replace("- ", "-") in found or "http" in line or "--" in line, (word, line)
    assert f"Page {len(pdf.pages)} of {len(pdf.pages)}" in text(pdf)


@pytest.mark.parametrize("window", WINDOWS)
def test_the_address_stands_in_the_window(writer, window: str) -> None:
    """All lines of it, and whoever sends it back above; nothing else of the letter shows there."""
    pdf = printed(writer, "acknowledgement", window=window)
    seen: list[tuple[float, float, str]] = []

    def visit(words: str, page: Any, line: Any, *_: Any) -> None:
        """Where a piece of text begins on the sheet, in millimetres from its left and its top."""
        if words.strip():
            x = line[4] * page[0] + line[5] * page[2] + page[4]
            y = line[4] * page[1] + line[5] * page[3] + page[5]
            seen.append((x / MM, 297 - y / MM, words.strip()))

    pdf.pages[0].extract_text(visitor_text=visit)
    left, right = (118, 190) if window == "right" else (20, 105)
    inside = " ".join(words for x, y, words in seen if left <= x <= right and 45 <= y <= 90)
    assert "Müster Instruments AG, Technikumstrasse 9, 8400 Winterthur" in inside
    assert inside.endswith(" ".join(ANN))
    assert not [words for x, y, words in seen if 40 <= y <= 95 and not left <= x <= right]


def test_what_somebody_wrote_is_never_markup(writer) -> None:
    """Typesetting commands in a name, an address, a value: they are printed."""
    hostile = '#panic("x") $x$ *a* #read("/etc/passwd") \\u{41} `raw` <b> @cite // /* ['
    change = {"system": hostile, "word": "name", "field": hostile, "old": hostile, "new": hostile}
    pdf = printed(writer, "correction_done", to=[hostile[:50], "Zürich"], changes=[change])
    assert '#read("/etc/passwd")' in text(pdf).replace("”", '"').replace("“", '"')
    assert "root:" not in text(pdf)


def test_without_the_typesetter_it_is_said(writer, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no part of an ordinary installation."""
    monkeypatch.setitem(__import__("sys").modules, "typst", None)
    with pytest.raises(NotAllowed, match="paper"):
        printed(writer, "acknowledgement")


@pytest.mark.parametrize("language", ["en", "de", "fr", "it"])
@pytest.mark.parametrize("kind", ["access_answer", "portability_answer"])
def test_a_locked_copy_is_explained_to_whoever_has_never_opened_one(writer, kind: str, language: str) -> None:
    """Which file, with what, in which order; that the passphrase never comes by mail; no link that leads nowhere."""
    known = {**WITH_SUPPRESSION, **VALUES[kind]}
    values = {name: value for name, value in known.items() if name not in {"link", "link_until", "downloads"}}
    text = writer.write(kind, language, {**values, "locked": True, "file": "DPE-2026-0001-1.zip"}).text
    for words in ("DPE-2026-0001-1.zip", "https://www.7-zip.org", "https://www.keka.io", "START-HERE.html"):
        assert words in text
    assert "/p/" not in text
    assert text.index("7-zip") < text.index("START-HERE")


@pytest.mark.parametrize("language", ["en", "de", "fr", "it"])
def test_what_is_about_others_is_told_in_numbers(writer, language: str) -> None:
    """How much is blacked out, how much is left out, and by which law; where nothing is, nothing is said."""
    told = write(writer, "access_answer", language=language, others_black=12, others_left=1, others_article="GDPR 15(4)").text
    one = write(writer, "access_answer", language=language, others_black=1, others_left=0).text
    none = write(writer, "access_answer", language=language).text
    flat = " ".join(told.split())
    assert re.search(r"\b12\b", flat)
    assert "GDPR 15(4)" in flat
    assert len(told) > len(one) > len(none)
