"""Mail as the tests write it."""

from bot.intake import Rules

INFO = "info@lumen.example"
RULES = Rules(own_addresses=(INFO,), reply_tag="dpe.lumen.example")
SUBJECT = "Data Protection Enquiry"


def mail(
    subject: str = SUBJECT, body: str | bytes = "Please send me a copy of my data.", **headers: str | None
) -> bytes:
    """A mail of Ann's to us; `from_`, `content_type` … replace or, as None, remove a header."""
    fields: dict[str, str | None] = {
        "From": "Ann Example <ann@person.example>",
        "To": INFO,
        "Subject": subject,
        "Message-ID": "<1@person.example>",
        "Date": "Mon, 23 Nov 2026 09:00:00 +0100",
    }
    known = {name.casefold(): name for name in fields}
    for name, value in headers.items():
        spoken = name.strip("_").replace("_", "-")
        fields[known.get(spoken.casefold(), spoken.title())] = value
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)
    return head.encode("utf-8", "surrogateescape") + b"\r\n" + (body if isinstance(body, bytes) else body.encode())


def multipart(
    *parts: tuple[str, str | bytes], kind: str = "mixed", subject: str = SUBJECT, **headers: str | None
) -> bytes:
    """A mail of several parts, each its header lines and its content."""
    body = b"".join(
        b"--b\r\n" + head.encode() + b"\r\n\r\n" + (text if isinstance(text, bytes) else text.encode()) + b"\r\n"
        for head, text in parts
    )
    return mail(subject, body + b"--b--\r\n", content_type=f'multipart/{kind}; boundary="b"', **headers)
