"""Bytes into text, parts into text and attachments, and the limits of both."""

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.intake import Limits, read, without_tags
from bot.intake.charsets import base64 as from_base64
from bot.intake.charsets import codec, decoded, plain, shown, words
from bot.intake.header import parameters
from bot.intake.hypertext import depth
from bot.intake.parts import safe_name, scan
from tests.bot.intake.writing import RULES, mail, multipart


def text(raw: bytes) -> str:
    return read(raw, RULES).text


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        ("Grüezi", {}, "Grüezi"),
        ("Grüezi".encode("cp1252"), {}, "Grüezi"),
        ("Grüezi".encode("cp1252"), {"content_type": "text/plain; charset=us-ascii"}, "Grüezi"),
        ("Grüezi", {"content_type": "text/plain; charset=iso-8859-1"}, "GrÃ¼ezi"),
        ("“x”".encode("cp1252"), {"content_type": "text/plain; charset=ISO-8859-1"}, "“x”"),
        ("Grüezi", {"content_type": 'text/plain; charset="no such thing"'}, "Grüezi"),
        ("Grüezi", {"content_type": "text/plain; charset=idna"}, "Grüezi"),
        ("日本".encode("iso-2022-jp"), {"content_type": "text/plain; charset=ISO-2022-JP"}, "日本"),
        ("你好".encode("gb18030"), {"content_type": "text/plain; charset=gb2312"}, "你好"),
        ("Привет".encode("koi8-r"), {"content_type": "text/plain; charset=koi8-r"}, "Привет"),
        (
            b"Gr=FCezi=\r\n!",
            {"content_type": "text/plain; charset=latin1", "content_transfer_encoding": "Quoted-Printable"},
            "Grüezi!",
        ),
        (base64.b64encode("Grüezi".encode()), {"content_transfer_encoding": "BASE64 "}, "Grüezi"),
        (b"R3L!DvGV6aQ", {"content_transfer_encoding": "base64"}, "Grüezi"),
        (b"\x80\x81\xff", {"content_type": "text/plain; charset=utf-8"}, "\ufffd\ufffd\ufffd"),
        (b"a\x00b\x07c\x1bd", {}, "ab c d"),
        ("a\u202eb\u200bc", {}, "abc"),
    ],
)
def test_a_body_is_read_in_its_charset(body: str | bytes, headers: dict[str, str], expected: str) -> None:
    """By what it says, else by what it is; never raising, never with an invisible character."""
    assert text(mail(body=body, **headers)) == expected


def test_the_plain_text_is_read_before_the_html() -> None:
    """The HTML only where there is no plain text; attachments never."""
    plain_part = ("Content-Type: text/plain", "plain words")
    html_part = ("Content-Type: text/html", "<p>html <b>words</b></p><script>alert(1)</script>")
    attached = ("Content-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt", "attached words")
    assert text(multipart(plain_part, html_part, kind="alternative")) == "plain words"
    assert text(multipart(html_part, attached)) == "html words"
    assert text(multipart(("Content-Type: text/plain", " \r\n"), html_part, kind="alternative")) == "html words"
    assert text(multipart(plain_part, plain_part)) == "plain words\n\nplain words"
    assert text(multipart(attached)) == ""


def test_attachments_are_listed_and_never_opened() -> None:
    """Name made safe, declared type, size; a mail inside a mail is one attachment, and its words are read as well."""
    raw = multipart(
        ("Content-Type: text/plain", "words"),
        (
            "Content-Type: application/pdf; name*=utf-8''r%C3%A9sum%C3%A9.pdf\r\nContent-Transfer-Encoding: base64",
            base64.encodebytes(b"x" * 1000),
        ),
        ('Content-Type: Application/X\u202e; name="..\\\\..\\\\evil.exe"', "abc"),
        ('Content-Type: image/png\r\nContent-Disposition: inline; filename="=?utf-8?q?caf=C3=A9.png?="', "abc"),
        ("Content-Type: message/rfc822", "Subject: inner\r\n\r\nPlease delete my data."),
    )
    reading = read(raw, RULES)
    assert [(each.name, each.type, each.size) for each in reading.attachments] == [
        ("résumé.pdf", "application/pdf", 1000),
        ("evil.exe", "application/octet-stream", 3),
        ("café.png", "image/png", 3),
        ("unnamed", "message/rfc822", 0),
    ]
    assert reading.text == "words\n\ninner\n\nPlease delete my data."


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"), ("C:\\temp\\a.txt", "a.txt"), ("", "unnamed"), ("...", "unnamed"), ("/", "unnamed"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"), ("a\r\nb.txt", "a b.txt"), ("a" * 300 + ".pdf", "a" * 100 + "….pdf"),
    ],
)  # fmt: skip
def test_names_of_attachments_are_safe_to_show(name: str, safe: str) -> None:
    """No path, no direction, no end."""
    assert safe_name(name) == safe


def test_text_over_the_limit_is_cut_and_said_to_be() -> None:
    """An enquiry stays one: what is left out is more of the same."""
    reading = read(mail(body="word " * 300_000), RULES)
    assert (reading.verdict, reading.truncated, len(reading.text)) == ("enquiry", True, 1024 * 1024)
    assert not read(mail(body="word"), RULES).truncated


@pytest.mark.parametrize("body", ["<b>" * 501 + "x", "<p>x</p>" + " " * 300_000])
def test_html_over_the_limit_is_read_without_its_library(body: str) -> None:
    """The words are there, the library is not asked, and a person looks where the mail concerns us."""

    def never(_: str) -> str:
        raise AssertionError

    html = {"content_type": "text/html"}
    reading = read(mail(body=body, **html), RULES, to_text=never)
    assert (reading.verdict, reading.text) == ("quarantine", "x")
    assert read(mail("Sale", body, **html), RULES, to_text=never).verdict == "other"
    both = multipart(("Content-Type: text/plain", "plain"), ("Content-Type: text/html", body))
    assert read(both, RULES, to_text=never).verdict == "enquiry"


def test_the_scan_measures_what_the_parser_would_build() -> None:
    """Depth and number of parts, by counting lines."""
    limits = Limits(parts=5, depth=3)

    def mixed(*lines: str) -> bytes:
        return "\n".join(("Content-Type: multipart/mixed; boundary=a", "", *lines)).encode()

    assert scan(mixed("--a", "", "--a", "", "--a--"), limits) is None
    assert scan(mixed(*["--a", ""] * 5), limits) is None
    assert "more than 5 parts" in (scan(mixed(*["--a", ""] * 6), limits) or "")
    assert scan(mixed("--x", "", "--y", "-- ", "---", "----"), limits) is None
    inner = [
        "--a",
        "Content-Type: multipart/mixed; boundary=b",
        "",
        "--b",
        'Content-Type: multipart/mixed; boundary="c d"',
        "",
    ]
    assert scan(mixed(*inner, "--c d", "", "--c d--", "--b--", "--a--"), limits) is None
    deep = [*inner, "--c d", "Content-Type: message/rfc822", "", "x"]
    assert "nested more than 3 deep" in (scan(mixed(*deep), limits) or "")
    assert scan(mixed(*["--a", "Content-Type: message/rfc822", "", "x"] * 2), limits) is None


def test_the_words_of_html_without_its_library() -> None:
    """Nothing hidden, lines where lines were, and no number too long for Python."""
    html = (
        "<head><title>t</title></head><p>One &amp; two</p><!-- <b>no</b> --><div>three<br>four</div><style>p{}</style> 1 < 2 &#x41;&#"
        + "9" * 6000
        + ";"
    )
    assert without_tags(html) == "One & two\nthree\nfour\n1 < 2 A"
    assert without_tags("a <b") == "a"
    assert depth("<div><p><b></b><p><br><i></i></div></div><div>") == 2


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("plain", "plain"),
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?a?= x =?utf-8?q?b?=", "a x b"),
        ("=?utf-8?q?=C3?= =?utf-8?q?=A9?=", "é"),
        ("=?utf-8?b?w6k?=", "é"),
        ("=?iso-8859-1?Q?Fr\u00f6sche?=", "Frösche"),
        ("=?utf-8?Q?What??=", "What?"),
        ("=?nonsense?q?=41?=", "A"),
        ("=?utf-8?x?=41?=", "=?utf-8?x?=41?="),
        ("=?utf-8?q?open", "=?utf-8?q?open"),
        ("=?utf-7?q?+AOk-?=", "é"),
    ],
)
def test_encoded_words_are_read_also_where_they_are_wrong(header: str, expected: str) -> None:
    """RFC 2047, and what programs send instead."""
    assert words(header) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("text/plain", ("text/plain", {})),
        ('Text/HTML ; Charset="UTF-8" ; x', ("text/html", {"charset": "UTF-8"})),
        ("a/b; name*0=one; name*1=two", ("a/b", {"name": "onetwo"})),
        ("a/b; name*1=two; name*0=one", ("a/b", {"name": "onetwo"})),
        ("a/b; name*0*=utf-8''%C3; name*1*=%A9", ("a/b", {"name": "é"})),
        ('a/b; name="a;b"; c=d', ("a/b", {"name": "a;b", "c": "d"})),
        ('a/b; name="C:\\dir\\x.txt"', ("a/b", {"name": "C:\\dir\\x.txt"})),
        ("a/b; name*0000=x; n=y", ("a/b", {"n": "y"})),
    ],
)
def test_parameters_of_a_header(header: str, expected: tuple[str, dict[str, str]]) -> None:
    """RFC 2231, without its traps."""
    assert parameters(header) == expected


@given(
    st.binary(max_size=200),
    st.text(max_size=12) | st.sampled_from(["utf-16", "utf-7", "hz", "zlib", "rot13", "punycode", "unicode_escape"]),
)
def test_no_charset_raises(data: bytes, charset: str) -> None:
    """Whatever it is called; and what comes out can be stored."""
    plain(decoded(data, charset)).encode("utf-8")
    from_base64(data)
    shown(words(decoded(data, charset)))


def test_only_codecs_of_text_are_used() -> None:
    """Some codecs are programs, some are slow on purpose."""
    assert not any(
        codec(each) for each in ("zlib", "rot13", "idna", "punycode", "unicode_escape", "undefined", "../x", "a" * 99)
    )
    assert codec("Windows-1252") == "cp1252"


def test_patterns_have_no_slow_case() -> None:
    """T17: what makes a backtracking engine hang is read in no time."""
    attack = "my " * 8000 + "data or " * 2000 + "a" * 50_000
    began = time.process_time()
    read(mail("Hello", attack), RULES)
    assert time.process_time() - began < 1
