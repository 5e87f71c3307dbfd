"""Where the mail server is, as the environment says it."""

import pytest

from bot.errors import Misconfigured
from bot.post import place


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("imaps://ann:pw@mail.example.com/INBOX", ("mail.example.com", 993, "ann", "pw", "INBOX", "tls")),
        ("imap://ann:pw@mail.example.com", ("mail.example.com", 143, "ann", "pw", "INBOX", "plain")),
        ("imap://ann:pw@mail.example.com/?starttls=1", ("mail.example.com", 143, "ann", "pw", "INBOX", "starttls")),
        ("imaps://ann%40example.com:p%2Fw%40%3A@[::1]:1993/Data%20Protection/In", ("::1", 1993, "ann@example.com", "p/w@:", "Data Protection/In", "tls")),
        ("smtp://mail.example.com", ("mail.example.com", 587, "", "", "INBOX", "offered")),
        ("smtp://a:b@mail.example.com:25?starttls=0", ("mail.example.com", 25, "a", "b", "INBOX", "plain")),
        ("smtps://a:b@mail.example.com", ("mail.example.com", 465, "a", "b", "INBOX", "tls")),
    ],
)  # fmt: skip
def test_place(url: str, expected: tuple[str, int, str, str, str, str]):
    """Host, port, account, folder and encryption are read, with what is percent-encoded decoded."""
    found = place(url)
    assert (found.host, found.port, found.user, found.password, found.folder, found.security) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example.com",
        "https://a:topsecret@example.com",
        "imap://",
        "imap://a:topsecret@h:x/",
        "imap://a:topsecret@[::1/",
    ],
)
def test_no_place(url: str):
    """What is no mail server's address is said to be none, without repeating the password."""
    with pytest.raises(Misconfigured) as caught:
        place(url)
    assert "topsecret" not in str(caught.value)


def test_repr():
    """A place that ends up in a log shows neither account nor password."""
    assert "ann" not in repr(place("imaps://ann:topsecret@mail.example.com/INBOX"))
    assert "topsecret" not in repr(place("imaps://ann:topsecret@mail.example.com/INBOX"))
