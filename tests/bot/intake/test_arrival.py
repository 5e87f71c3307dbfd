"""When a mail reached us: our own servers are believed, nobody else, and only towards the earlier day."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.intake import Rules, is_server, read, received_at
from bot.intake.arrival import FURTHEST, reached
from bot.intake.reading import Reading

OWN = ("lumen.example", "192.0.2.0/28", "2001:db8:5::/48")
MIDNIGHT = datetime(2026, 1, 31, 23, tzinfo=UTC)  # in Zürich
LATER = MIDNIGHT + timedelta(minutes=20)
EDGE = (
    "from mail.sender.example (mail.sender.example [203.0.113.9]) (using TLSv1.3 with cipher X (256/256 bits))"
    " by mx.lumen.example (Postfix) with ESMTPS id 4F for <info@lumen.example>; Sat, 31 Jan 2026 23:50:01 +0100 (CET)"
)
AT_EDGE = "2026-01-31T22:50:01+00:00"
STORE = "from mx.lumen.example ([127.0.0.1]) by mail.lumen.example with LMTP id 7; Sun, 1 Feb 2026 00:20:00 +0100"
AT_STORE = "2026-01-31T23:20:00+00:00"


def test_the_topmost_line_of_our_own_server_is_believed():
    """It took the mail ten minutes before midnight."""
    assert reached([EDGE], OWN) == (AT_EDGE,)
    assert received_at(reached([EDGE], OWN), LATER) == datetime(2026, 1, 31, 22, 50, 1, tzinfo=UTC)


def test_a_line_below_is_believed_when_the_mail_came_from_within():
    """The edge server had it before midnight, the mailbox after: the day before counts."""
    assert reached([STORE, EDGE], OWN) == (AT_STORE, AT_EDGE)
    assert received_at(reached([STORE, EDGE], OWN), LATER) == datetime(2026, 1, 31, 22, 50, 1, tzinfo=UTC)


FORGED = "from a by mx.lumen.example (Postfix); Thu, 1 Jan 2026 00:00:00 +0000"


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([EDGE, FORGED], "what stands below the line by which the mail came in from outside"),
        ([EDGE, FORGED, FORGED], "however often"),
        (["from x by mx.elsewhere.example; Sat, 31 Jan 2026 23:50:01 +0100", FORGED], "below a stranger's line"),
        ([EDGE.replace("mail.sender.example (", "mx.lumen.example ("), FORGED], "the other side calls itself as us"),
        ([EDGE.replace("mail.sender.example [", "mx.lumen.example ["), FORGED], "its address calls itself as us"),
        ([EDGE.replace("mail.sender.example (", "[127.0.0.1] ("), FORGED], "it says it is ourselves"),
        ([EDGE.replace("[203.0.113.9]", "[IPv6:2001:db8:6::9]"), FORGED], "from an address that is not ours"),
        ([EDGE.replace(" [203.0.113.9]", ""), FORGED], "from no address at all"),
        ([EDGE.replace("from mail", "from host-127.0.0.1"), FORGED], "an address in a name is one too many"),
        ([EDGE.replace("<info@", '<"x with LMTP"@'), FORGED], "words in the recipient's name"),
        ([EDGE.replace("mail.sender.example (", "by.lumen.example ("), FORGED], "a name that begins like a word"),
    ],
)
def test_nobody_else_s_line_is_believed(lines, why):
    """What a sender can write himself does not start the clock."""
    assert "2026-01-01T00:00:00+00:00" not in reached(lines, OWN), why


@pytest.mark.parametrize(
    "within",
    [
        "from mx.lumen.example (mx.lumen.example [192.0.2.7]) by mail.lumen.example (Postfix) with ESMTP id 1",
        "from mx.lumen.example ([IPv6:2001:db8:5::7]) by mail.lumen.example (8.15.2/8.15.2) with ESMTP id 1",
        "from mx.lumen.example (192.0.2.7) by MAIL.LUMEN.EXAMPLE. (192.0.2.8) with Microsoft SMTP Server id 15.1",
        "from [192.0.2.7] (helo=mx.lumen.example) by mail.lumen.example with esmtps (Exim 4.96)",
        "from mx.lumen.example by mail.lumen.example with LMTP id 7 (envelope-from <>)",
        "from localhost (localhost [127.0.0.1]) by mail.lumen.example (Postfix) with ESMTP id 2",
        "from mx.lumen.example ([127.0.0.1]) by [192.0.2.8] with LMTP",
    ],
)
def test_our_servers_are_known_by_their_addresses(within):
    """As Postfix, Sendmail, Exchange, Exim and Dovecot write it."""
    assert reached([f"{within}; Sun, 1 Feb 2026 00:20:00 +0100", EDGE], OWN) == (AT_STORE, AT_EDGE)


@pytest.mark.parametrize(
    "by",
    ["lumen.example.evil.example", "evil-lumen.example", "example", "192.0.2.99", "xn--lumen.example", "lumen", "mail"],
)
def test_a_name_that_looks_like_ours_is_not_ours(by):
    """Whole labels count, and addresses of the network."""
    assert reached([EDGE.replace("mx.lumen.example (Postfix)", by)], OWN) == ()


def test_without_own_servers_nobody_is_believed():
    """Only the mailbox counts then."""
    assert reached([EDGE], ()) == ()


@pytest.mark.parametrize(
    "moment",
    [
        "", "yesterday", "Sat, 31 Jan 2026 23:50:01", "Sat, 32 Jan 2026 23:50:01 +0100", "Sat, 31 Jan 2026 25:50:01 +0100",
        "Sat, 31 Foo 2026 23:50:01 +0100", "Sat, 31 Jan 0000 23:50:01 +0100", "Sat, 31 Jan 2026 23:50:01 +9959",
        "Sat, 31 Jan 2026 23:50:01 EST", "1 Jan 0001 00:00:00 +1400", "31 Dec 9999 23:59:59 -1400",
        "Sat, 31 Jan 2026 23:50:01 +0100 (" + "x" * 300 + ")",
    ],
)  # fmt: skip
def test_a_moment_that_is_none_is_passed_over(moment):
    """The line is ours and says nothing; the one below is looked at all the same."""
    odd = STORE.rpartition(";")[0] + "; " + moment
    assert reached([odd, EDGE], OWN) == (AT_EDGE,)


@pytest.mark.parametrize(
    "moment",
    [
        "Sat, 31 Jan 2026 23:50:01 +0100", "31 Jan 2026 22:50:01 GMT", "Sat,31 JAN 2026 22:50:01.5 -0000 (UTC)",
        "  sat, 31 jan 2026 22:50:01 Z", "Sun, 1 Feb 2026 09:50:01 +1100",
    ],
)  # fmt: skip
def test_a_moment_is_read_with_its_offset(moment):
    """As servers write it."""
    assert reached([EDGE.rpartition(";")[0] + ";" + moment], OWN) == (AT_EDGE,)


def test_the_start_is_never_later_than_the_mailbox_and_never_absurdly_earlier():
    """A server whose clock is fast changes nothing; one that is a year slow, or a mail that was carried over, neither."""
    fast, slow = LATER + timedelta(minutes=1), LATER - FURTHEST - timedelta(seconds=1)
    good = LATER - timedelta(hours=3)
    assert received_at([fast.isoformat()], LATER) == LATER
    assert received_at([slow.isoformat()], LATER) == LATER
    assert received_at([fast.isoformat(), good.isoformat(), slow.isoformat()], LATER) == good
    assert received_at([], LATER) == LATER


def test_the_reading_of_a_mail_carries_what_is_believed():
    """Through the child that opened it, and back; of mail that is none of our business nothing is kept."""
    raw = (
        f"Received: {STORE}\r\nReceived: from mail.sender.example (mail.sender.example [203.0.113.9])\r\n"
        "\tby mx.lumen.example (Postfix) with ESMTPS id 4F;\r\n\tSat, 31 Jan 2026 23:50:01 +0100 (CET)\r\n"
        f"Received: {FORGED}\r\nFrom: Ann <ann@example.com>\r\nSubject: Data Protection Enquiry\r\n\r\nMy data?\r\n"
    )
    found = read(raw.encode(), Rules(own_servers=OWN))
    assert found.reached == (AT_STORE, AT_EDGE)
    assert Reading.from_json(found.to_json()) == found
    assert read(raw.replace("Data Protection Enquiry", "Lunch").replace("My data?", "").encode(), Rules(own_servers=OWN)).reached == ()


def test_what_may_name_a_server():
    """Names, addresses and networks; no sentence, no address of a person, nothing empty."""
    assert all(map(is_server, ("mx.lumen.example", "mail", "192.0.2.7", "10.0.0.0/8", "2001:db8::/32", "mx_1.example")))
    assert not any(map(is_server, ("", "a b", "info@lumen.example", "*.lumen.example", "mx..example", "http://x", "10.0.0.0/99")))


@settings(deadline=None)  # a busy machine is no fault
@given(st.lists(st.text(max_size=120) | st.sampled_from([EDGE, STORE, FORGED]), max_size=14), st.datetimes(timezones=st.just(UTC)))
def test_whatever_the_lines_say_the_start_is_near_and_not_after_the_mailbox(lines, internal_date):
    """No input raises, none makes it later, none makes it older than the limit."""
    found = received_at(reached(lines, OWN), internal_date)
    assert found <= internal_date
    assert internal_date - found <= FURTHEST


@settings(deadline=None)  # a busy machine is no fault
@given(st.lists(st.sampled_from([FORGED, EDGE, "x", "by mx.lumen.example; 1 Jan 2026 00:00:00 +0000"]), max_size=6))
def test_what_a_sender_puts_below_changes_nothing(forged):
    """However it looks: our line on top says that the mail came from outside."""
    assert reached([EDGE, *forged], OWN) == (AT_EDGE,)
