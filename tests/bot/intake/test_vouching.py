"""What our own mail server says of a sender: believed under its own name, in the topmost line, for exactly this domain."""

import pytest

from bot.identity import Vouched
from bot.intake import Reading, Rules, read
from bot.intake.vouching import vouched

OURS, ANN = "mx.lumen.example", "ann.keller@example.com"
PASSED = f"{OURS}; dmarc=pass (p=reject dis=none) header.from=example.com"
RULES = Rules(own_addresses=("info@lumen.example",), reply_tag="dpe.lumen.example", authserv_id=OURS)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (PASSED, Vouched.PASS),
        (f"{OURS} 1; spf=pass smtp.mailfrom=example.com; dkim=pass header.d=example.com; dmarc=pass header.from=EXAMPLE.com", Vouched.PASS),
        (f"{OURS.upper()}; DMARC=PASS Header.From=example.com", Vouched.PASS),
        (f"{OURS}; dkim=pass (2048-bit key; unprotected) header.d=example.com header.s=s1", Vouched.PASS),
        (f"{OURS}; dkim=fail header.d=example.com; dkim=pass header.d=example.com", Vouched.PASS),
        (f"{OURS}; dmarc=fail (p=none) header.from=example.com", Vouched.FAIL),
        (f"{OURS}; dkim=pass header.d=example.com; dmarc=fail header.from=example.com", Vouched.FAIL),
        (f"{OURS}; dmarc=pass header.from=example.org", Vouched.NONE),  # another domain
        (f"{OURS}; dmarc=pass header.from=sub.example.com", Vouched.NONE),
        (f"{OURS}; dmarc=pass", Vouched.NONE),  # of nobody
        (f"{OURS}; dmarc=none header.from=example.com", Vouched.NONE),
        (f"{OURS}; dkim=pass header.d=mailer.example", Vouched.NONE),  # whoever sent it, not who wrote it
        (f"{OURS}; spf=pass smtp.mailfrom=example.com", Vouched.NONE),  # the envelope, not the From
        (f"{OURS}; x=y; (dmarc=pass header.from=example.com)", Vouched.NONE),  # a comment
        ("mx.other.example; dmarc=pass header.from=example.com", Vouched.NONE),  # another server
        (f"{OURS}.evil.example; dmarc=pass header.from=example.com", Vouched.NONE),
        ("dmarc=pass header.from=example.com", Vouched.NONE),  # nobody says so
        (f"{OURS}; none", Vouched.NONE),
        ("", Vouched.NONE),
        (";;;===((((" * 500, Vouched.NONE),
    ],
)  # fmt: skip
def test_a_line_is_read_as_the_rfc_says(line: str, says: Vouched) -> None:
    """RFC 8601: methods and results in any case, comments that mean nothing, properties that bind a result to a domain."""
    assert vouched([line], OURS, ANN) == says


def test_a_line_below_the_topmost_is_nobodys_word() -> None:
    """Whoever writes a mail can write such a line, in our server's name, too: it stands below that of our server."""
    failed = f"{OURS}; dmarc=fail header.from=example.com"
    assert vouched([failed, PASSED], OURS, ANN) == Vouched.FAIL
    assert vouched(["mx.other.example; dmarc=fail", PASSED], OURS, ANN) == Vouched.NONE


def test_without_a_configured_name_nobody_is_believed() -> None:
    """The default: whoever asks gets a code."""
    assert vouched([PASSED], "", ANN) == Vouched.NONE
    assert vouched([PASSED], OURS, None) == Vouched.NONE


def reading(**headers: str) -> Reading:
    head = {"From": f"Ann Keller <{ANN}>", "To": "info@lumen.example", "Subject": "Data Protection Enquiry"}
    head |= {name.replace("_", "-"): value for name, value in headers.items()}
    text = headers.pop("text", "Which data do you hold about me?")
    head.pop("text", None)
    return read("\r\n".join([*(f"{name}: {value}" for name, value in head.items()), "", text]).encode(), RULES)


def test_a_reading_says_what_is_odd_about_the_sender() -> None:
    """In words that name nobody, and it survives the way out of the child process."""
    plain = reading(Authentication_Results=PASSED)
    assert (plain.vouched, plain.doubts, plain.agent) == (Vouched.PASS, (), False)
    odd = reading(
        Authentication_Results=PASSED.replace("pass", "fail"), Reply_To="ann@elsewhere.example",
        From=f'"boss@lumen.example" <{ANN}>',
    )  # fmt: skip
    assert odd.vouched == Vouched.FAIL
    assert len(odd.doubts) == 3
    assert not any("ann" in each or "@" in each for each in odd.doubts)
    assert Reading.from_json(odd.to_json()) == odd
    assert reading(Reply_To=f"<{ANN.upper()}>").doubts == ()


@pytest.mark.parametrize(
    "text",
    [
        "We act for Ms Keller. Please send us all data you hold about our client.",
        "Namens und im Auftrag unserer Mandantin verlangen wir Auskunft nach Art. 15 DSGVO.",
        "Au nom et pour le compte de notre cliente, nous demandons l'accès à ses données.",
        "In nome e per conto della nostra assistita chiediamo l'accesso ai suoi dati.",
    ],
)
def test_whoever_acts_for_somebody_else_is_seen_to(text: str) -> None:
    """In four languages: an agent is asked for the authority, so it has to be noticed."""
    assert reading(text=text).agent
