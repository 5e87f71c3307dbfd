"""Who stands in a document: every kind, whole tokens, and nothing that harms whoever looks."""

import itertools
import time
from collections.abc import Iterator
from contextlib import ExitStack

import psutil
import pytest

from bot.connectors import documents as room
from bot.connectors.documents import Documents, Reading, Stamp, Words, kind
from bot.errors import Temporary
from bot.sandbox.papers import docx, eml, pdf, xlsx, zipped
from tests.bot.connectors.documents.papers import HOSTILE

MARA = "mara.lindt@example.com"
OWN = ("klangfinger.example", "us@elsewhere.example")
_fresh = itertools.count(1)


@pytest.fixture(scope="module")
def documents() -> Documents:
    return Documents(OWN, "[0-9]{4}")


@pytest.fixture(scope="module")
def reading(documents: Documents) -> Iterator[Reading]:
    with documents.reading() as found:
        yield found


def look(reading: Reading, ending: str, content: bytes) -> Words:
    number = next(_fresh)
    return reading.words(ending, Stamp(1, number, len(content), 0, 0), lambda: content)


PAPERS = {
    "txt": f"Dear {MARA}, yours".encode(),
    "csv": f"\ufeffname;mail\r\nMara;{MARA}\r\n".encode(),
    "utf-16": f"Dear {MARA}".encode("utf-16"),
    "utf-16 without its mark": f"Dear {MARA}".encode("utf-16-le"),
    "old windows": f"Grüezi {MARA}".encode("cp1252"),
    "html": b"<p>mara.lindt&#64;example.com</p>",
    "html, divided": b"<b>mara.lindt</b>@example.com",
    "html, link": f'<a href="mailto:{MARA}?subject=x">write</a>'.encode(),
    "eml": eml(f"Dear {MARA}"),
    "eml to": eml("Dear", to=f'"Lindt, Mara" <{MARA.upper()}>'),
    "eml with pdf": eml("see there", attached=("letter.pdf", pdf(f"Dear {MARA}"))),
    "eml with docx": eml("see there", attached=("letter.docx", docx(f"Dear {MARA}"))),
    "docx": docx("Hello", f"Dear {MARA}"),
    "docx, a word in two runs": docx("Dear mara.|lindt@exam|ple.com, hello"),
    "docx link": zipped(word___rels__document_dot_xml_dot_rels=f'<R><x Target="mailto:{MARA}"/></R>'),
    "docx author": zipped(docProps__core_dot_xml=f"<c><creator>{MARA}</creator><by>somebody</by></c>"),
    "xlsx": xlsx("name", MARA),
    "pdf": pdf("first page", f"Dear {MARA}"),
    "pdf link": pdf("write to us", link=f"mailto:{MARA}"),
    "xlsx called txt": xlsx(MARA),
}


@pytest.mark.parametrize("name", PAPERS)
def test_an_address_is_found_in_every_kind_of_document(documents: Documents, reading: Reading, name: str) -> None:
    """However the document writes it."""
    texts = {"utf-16", "utf-16 without its mark", "old windows", "xlsx called txt"}
    ending = "txt" if name in texts else name.replace(",", " ").partition(" ")[0]
    words = look(reading, ending, PAPERS[name])
    mara = documents.hashed([" Mara.Lindt@Example.com "])
    assert (words.fault, words.blind) == ("", False)
    assert words.names(mara)
    assert words.others(mara) == 0


@pytest.mark.parametrize("text", [
    "x.mara.lindt@example.com", "mara.lindt@example.com.evil.example", "xmara.lindt@example.com", "_mara.lindt@example.com",
    "mara.lindt@example.community", "mara.lindt+x@example.com", "o'mara.lindt@example.com", "mara.lindt@sub.example.com",
    "mara_lindt@example.com", "mara.lindt@ example.com", "mära.lindt@example.com", "m\u0430ra.lindt@example.com",
])  # fmt: skip
def test_addresses_are_compared_whole(documents: Documents, reading: Reading, text: str) -> None:
    """An address that contains hers, or only looks like it (T03), is somebody else's."""
    words = look(reading, "txt", f"Dear {text}, hello".encode())
    assert not words.names(documents.hashed([MARA]))


@pytest.mark.parametrize("text", [
    "<mara.lindt@example.com>", "(mara.lindt@example.com)", "mailto:mara.lindt@example.com", "'mara.lindt@example.com'",
    "https://a.example/?to=mara.lindt@example.com&x=1", "mara.lindt@example.com.", "*mara.lindt@example.com*", "a;mara.lindt@example.com;b",
])  # fmt: skip
def test_what_stands_around_an_address_does_not_hide_it(documents: Documents, reading: Reading, text: str) -> None:
    """Nor is the same address counted as somebody else's."""
    mara = documents.hashed([MARA])
    words = look(reading, "txt", text.encode())
    assert words.names(mara)
    assert words.others(mara) == 0


def test_an_address_with_letters_in_its_domain_is_one_with_its_punycode(documents: Documents, reading: Reading) -> None:
    """Systems keep the one, people write the other."""
    for asked, written in itertools.permutations(["zoe@zürich.example", "zoe@xn--zrich-kva.example"]):
        assert look(reading, "txt", written.encode()).names(documents.hashed([asked]))


def test_numbers_are_whole_tokens(documents: Documents, reading: Reading) -> None:
    """1042 is not in 10421, in A1042, in 21042; and the index of a shared string is no number."""
    account = documents.hashed([], ["1042"])
    for text in (b"10421", b"A1042", b"21042", b"1042a", b"no"):
        assert not look(reading, "txt", text).names(account)
    for text in (b"1042", b"No. 1042, please", b"1042_letter", b"(1042)"):
        assert look(reading, "txt", text).names(account)
    assert look(reading, "xlsx", xlsx("a", number=1042)).names(account)
    many = xlsx(*(f"word{each}" for each in range(1050)))
    assert not look(reading, "xlsx", many).names(account)


def test_other_people_are_counted_and_we_are_not(documents: Documents, reading: Reading) -> None:
    """Our own addresses stand in every letter; by domain or one by one."""
    text = f"{MARA} info@klangfinger.example us@elsewhere.example them@elsewhere.example bob@example.org BOB@example.org"
    assert look(reading, "txt", text.encode()).others(documents.hashed([MARA])) == 2


def test_a_scan_is_told_from_a_document_that_names_nobody(documents: Documents, reading: Reading) -> None:
    """A picture of a letter may be about anybody."""
    assert look(reading, "pdf", pdf("")).blind
    assert not look(reading, "pdf", pdf("Hello")).blind
    assert kind("picture.JPG") == ""
    assert kind("Brief.PDF") == "pdf"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_not_readable_and_nothing_else(documents: Documents, reading: Reading, name: str) -> None:
    """T13: within its limits, in words that quote nothing, and the next document is read."""
    ending, made = HOSTILE[name]
    began = time.monotonic()
    words = look(reading, ending, made())
    assert time.monotonic() - began < 25
    assert words.fault
    assert not words.names(documents.hashed([MARA]))
    assert look(reading, "txt", MARA.encode()).names(documents.hashed([MARA]))
    assert reading._child is not None
    assert psutil.Process(reading._child.pid).memory_info().rss < room.MEMORY


def test_a_file_is_read_once(documents: Documents) -> None:
    """As long as inode, size and both its times say that it is the same."""
    calls = []

    def load() -> bytes:
        calls.append(1)
        return MARA.encode()

    with documents.reading() as first, documents.reading() as second:
        stamp = Stamp(1, next(_fresh), 22, 5, 5)
        assert first.words("txt", stamp, load) == second.words("txt", stamp, load)
        assert len(calls) == 1
        just_now = Stamp(1, next(_fresh), 22, 5, time.time_ns())
        assert first.words("txt", just_now, load) == second.words("txt", just_now, load)
        assert len(calls) == 3, "a file that changed a moment ago may change again under the same times"


def test_what_is_remembered_has_an_end(documents: Documents, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest goes first."""
    mine = Documents(OWN)
    monkeypatch.setattr(room, "_REMEMBERED", 5000)
    stamps = [Stamp(2, number, 1, 0, 0) for number in range(30)]
    for stamp in stamps:
        mine.remember(stamp, Words())
    assert mine.known(stamps[0]) is None
    assert mine.known(stamps[-1]) == Words()


def test_a_child_is_used_again_and_none_is_left_over(documents: Documents) -> None:
    """The next reading has it; of two at once one is kept. One that was killed from outside is replaced without blame."""
    with documents.reading() as one, documents.reading() as other:
        look(one, "txt", b"a")
        look(other, "txt", b"a")
        assert one._child is not None
        assert other._child is not None
        children = [psutil.Process(each._child.pid) for each in (one, other) if each._child]
    assert sorted(child.is_running() for child in children) == [False, True]
    next(child for child in children if child.is_running()).kill()
    with documents.reading() as next_one:
        assert look(next_one, "txt", MARA.encode()).fault == ""
    room._rest.close()
    with documents.reading() as after:
        assert look(after, "txt", MARA.encode()).fault == ""


def test_so_many_read_at_once_and_no_more(documents: Documents, monkeypatch: pytest.MonkeyPatch) -> None:
    """TRUST P9: fifty enquiries at once are not fifty children. Whoever gets no turn tries again later."""
    monkeypatch.setattr(room, "TURN_S", 0.05)
    monkeypatch.setattr(room, "_rest", room._Rest())
    with ExitStack() as readings:
        held = [readings.enter_context(documents.reading()) for _ in range(room.AT_ONCE)]
        for each in held:
            look(each, "txt", b"a")
        with documents.reading() as late:
            with pytest.raises(Temporary, match="Too many"):
                look(late, "txt", b"a")
            held[0].close()
            assert look(late, "txt", b"a").fault == ""
    with documents.reading() as after:
        assert look(after, "txt", b"a").fault == ""
    room._rest.close()


def test_no_address_stays_in_memory_as_it_is(documents: Documents, reading: Reading) -> None:
    """What is remembered are hashes under a key made of chance."""
    words = look(reading, "txt", MARA.encode())
    assert MARA.encode() not in words.plain
    assert MARA not in repr(words)
    assert not words.names(Documents(OWN).hashed([MARA]))
