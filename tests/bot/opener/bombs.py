"""Mail that is meant to hurt: each a few hundred kB at most of what makes a parser slow, deep or large (TRUST T14)."""

import base64
from collections.abc import Callable

from tests.bot.intake.writing import mail, multipart

HTML = "Content-Type: text/html; charset=utf-8"


def html(text: str) -> bytes:
    return mail(body=text, content_type="text/html; charset=utf-8", mime_version="1.0")


def nested(kind: str, levels: int) -> bytes:
    heads = "".join(f'Content-Type: {kind}; boundary="b{level}"\r\n\r\n--b{level}\r\n' for level in range(1, levels))
    return mail(body="--b0\r\n" + heads + "\r\ndeep", content_type=f'{kind}; boundary="b0"')


BOMBS: dict[str, Callable[[], bytes]] = {
    "a header block of 1 MB": lambda: "".join(f"X-{n}: {'x' * 100}\r\n" for n in range(10_000)).encode() + mail(),
    "one header of 400 kB": lambda: mail(to=", ".join(f"a{n}@b{n}.example" for n in range(20_000))),
    "10,000 short address headers": lambda: b"To: a@b.example\r\n" * 10_000 + mail(),
    "100,000 empty parts": lambda: mail(body="--b\r\n\r\n" * 100_000, content_type="multipart/mixed; boundary=b"),
    "100,000 empty boundaries": lambda: mail(body="--b\r\n" * 100_000, content_type="multipart/mixed; boundary=b"),
    "many lines like a boundary": lambda: mail(
        body="--\r\n--c\r\n" * 60_000, content_type="multipart/mixed; boundary=b"
    ),
    "3,000 nested multiparts": lambda: nested("multipart/mixed", 3000),
    "3,000 nested multiparts of one name": lambda: mail(
        body="--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 3000,
        content_type="multipart/mixed; boundary=b",
    ),
    "3,000 nested messages": lambda: mail(
        body="Content-Type: message/rfc822\r\n\r\n" * 3000, content_type="message/rfc822"
    ),
    "digests in digests": lambda: nested("multipart/digest", 300),
    "5 kB of opening brackets": lambda: mail(from_="(" * 5000 + "ann@person.example"),
    "30 kB of nested comments": lambda: mail(from_="(a" * 7500 + ")" * 7500 + "ann@person.example"),
    "30 kB of quotes and backslashes": lambda: mail(from_='\\"' * 15_000 + " <ann@person.example>"),
    "30 kB of angle brackets": lambda: mail(references="<" * 30_000, in_reply_to="<>" * 15_000),
    "3,000 encoded words": lambda: mail("=?utf-8?q?a?= " * 2000),
    "encoded words that never end": lambda: mail("=?utf-8?b?" * 3000),
    "an address of 30 kB": lambda: mail(from_="a" * 15_000 + "@" + "b." * 7000 + "example"),
    "a parameter with 5,000 digits": lambda: mail(
        body="x", content_type="multipart/mixed; boundary*" + "0" * 5000 + "=b"
    ),
    "5,000 continued parameters": lambda: mail(
        body="x", content_type="text/plain" + "".join(f"; name*{n}*=%41" for n in range(1900))
    ),
    "a charset that is a program": lambda: mail(body="x" * 100_000, content_type="text/plain; charset=idna"),
    "250 kB of nested div": lambda: html("<div>" * 50_000),
    "1 MB of nested div": lambda: html("<div>" * 200_000),
    "tables in tables": lambda: html("<table><tr><td>" * 400 + "x"),
    "a table of 200 kB a row": lambda: html(
        f"<table><tr><td>{'x' * 100_000}</td></tr>{'<tr><td>y</td></tr>' * 8000}</table>"
    ),
    "1 MB of opening brackets": lambda: html("<" * 1_000_000),
    "1 MB of an unclosed comment": lambda: html("<!--" * 250_000),
    "1 MB of an unclosed script": lambda: html("<script>" * 125_000),
    "an entity of 100 kB": lambda: html("&#" + "9" * 100_000 + ";<b"),
    "8 MB of base64": lambda: multipart(
        ("Content-Type: text/plain\r\nContent-Transfer-Encoding: base64", base64.encodebytes(b"x" * 6_000_000))
    ),
    "4 MB of quoted-printable": lambda: mail(body="=\r\n" * 1_300_000, content_transfer_encoding="quoted-printable"),
    "5 MB of one line": lambda: mail(body="my data " * 600_000),
    "words that want to go back": lambda: mail(
        "Hello", "my " + "own " * 50_000 + "data or data " + "a " * 9000 + "about me"
    ),
    "1 MB of nothing": lambda: b"\0" * 1_000_000,
    "1 MB of line ends": lambda: b"Subject: Data Protection Enquiry" + b"\r\n" * 500_000,
    "1 MB of folded nothing": lambda: b"Subject: Data Protection Enquiry\r\n" + b" \r\n" * 350_000 + b"\r\nx",
}
