"""The watcher against real servers, and against one that lies."""

import datetime as dt
import random
import threading
import time
from collections.abc import Callable

import pytest

from bot.line import Line
from bot.post import Limits, Pace, Patience, Watcher, WatcherState, arrival, mailbox_name, place
from tests.fixtures.dovecot import Dovecot, Mailbox, wait_for
from tests.fixtures.mail import Desk, mail
from tests.fixtures.scripted import FakeImap, Session

Watch = Callable[..., Watcher]


def waiting(watcher: Watcher) -> None:
    """All is taken and the watcher listens."""
    wait_for(lambda: watcher.state is WatcherState.WAITING)


# -- peace --


def test_each_mail_once(mailbox_server: Mailbox, watch: Watch):
    """200 mails are taken once each, in their order, and flagged."""
    desk = Desk()
    mailbox_server.fill([mail(number) for number in range(200)])

    watcher = watch(mailbox_server.url, desk)
    wait_for(lambda: len(desk.marks) == 200)
    waiting(watcher)

    assert [each.raw for each in desk.taken] == [mail(number) for number in range(200)]
    assert desk.uids == sorted(set(desk.uids))
    assert mailbox_server.flagged() == desk.uids
    assert desk.position(watcher.mailbox) == (desk.taken[0].uidvalidity, desk.uids[-1])
    assert watcher.heartbeat is not None


def test_arrives_while_listening(mailbox_server: Mailbox, watch: Watch):
    """Mails that come while the watcher is in IDLE are taken without waiting for its next round."""
    desk = Desk()
    watcher = watch(mailbox_server.url, desk, pace=Pace(idle_s=60))
    for number in range(3):
        waiting(watcher)
        mailbox_server.deliver(mail(number))
        wait_for(lambda: len(desk.taken) == number + 1, 5)  # noqa: B023  (asked at once)

    assert [each.raw for each in desk.taken] == [mail(number) for number in range(3)]


def test_stream_of_mails(mailbox_server: Mailbox, watch: Watch):
    """Mails that come one after the other while others are being taken are all taken, none only at the next round."""
    desk = Desk()
    watch(mailbox_server.url, desk, pace=Pace(idle_s=60))
    for number in range(60):
        mailbox_server.deliver(mail(number))

    wait_for(lambda: len(desk.taken) >= 60, 5)
    assert sorted(each.raw for each in desk.taken) == sorted(mail(number) for number in range(60))


def test_restart(mailbox_server: Mailbox, watch: Watch):
    """A new process goes on where the book says, and does not even read the headers of what lies before."""
    desk = Desk()
    mailbox_server.deliver(mail(1), mail(2))
    first = watch(mailbox_server.url, desk)
    wait_for(lambda: len(desk.marks) == 2)
    first.stop()
    mailbox_server.deliver(mail(3))
    desk.looked_at.clear()

    waiting(watch(mailbox_server.url, desk))
    assert [each.raw for each in desk.taken] == [mail(1), mail(2), mail(3)]
    assert len(desk.looked_at) == 1


def test_only_what_is_wanted(mailbox_server: Mailbox, watch: Watch):
    """Of a mail nobody wants only the header is read; it is neither taken nor flagged, and passed over for good."""
    desk = Desk(wanted=lambda header, _size: b"Protection" in header)
    mailbox_server.deliver(mail(1), mail(2, subject="Lunch"), mail(3), mail(4, subject="Lunch"))

    watcher = watch(mailbox_server.url, desk)
    wait_for(lambda: len(desk.marks) == 2)
    waiting(watcher)

    assert [each.raw for each in desk.taken] == [mail(1), mail(3)]
    assert mailbox_server.flagged() == desk.uids
    assert desk.positions[-1][2] == desk.uids[-1] + 1
    assert all(header.endswith(b"\r\n\r\n") for header in desk.looked_at)


def test_header_nobody_can_read(fake_imap: FakeImap, watch: Watch):
    """Where the look at a header raises, the mail is taken: a person may have to see it."""
    fake_imap.mails = {1: mail(1)}

    def stumble(_header: bytes, _size: int) -> bool:
        raise RecursionError

    desk = Desk(wanted=stumble)
    watch(fake_imap.url, desk)
    wait_for(lambda: desk.uids == [1])


def test_first_days(mailbox_server: Mailbox, watch: Watch):
    """A mailbox never seen is begun with the first mail of the last thirty days."""
    now = dt.datetime.now(dt.UTC)
    for number, days in enumerate((400, 90, 20, 0)):
        mailbox_server.deliver(mail(number), at=now - dt.timedelta(days=days))

    desk = Desk()
    waiting(watch(mailbox_server.url, desk))
    assert [each.raw for each in desk.taken] == [mail(2), mail(3)]
    assert desk.taken[0].arrived_at == (now - dt.timedelta(days=20)).replace(microsecond=0)


def test_first_empty(mailbox_server: Mailbox, watch: Watch):
    """Where nothing is recent, the end of the mailbox is remembered, and what comes later is taken whatever its date."""
    old = dt.datetime.now(dt.UTC) - dt.timedelta(days=90)
    mailbox_server.deliver(mail(1), at=old)
    desk = Desk()
    watcher = watch(mailbox_server.url, desk)
    waiting(watcher)
    assert desk.taken == []

    mailbox_server.deliver(mail(2), at=old)
    wait_for(lambda: [each.raw for each in desk.taken] == [mail(2)])


def test_date_of_tomorrow(mailbox_server: Mailbox, watch: Watch):
    """A server whose clock is ahead does not move the moment of receipt behind our own."""
    mailbox_server.deliver(mail(1), at=dt.datetime.now(dt.UTC) + dt.timedelta(days=2))
    desk = Desk()
    watch(mailbox_server.url, desk)
    wait_for(lambda: desk.taken)
    assert desk.taken[0].arrived_at <= dt.datetime.now(dt.UTC)


@pytest.mark.dovecot
def test_big_mail(dovecot: Mailbox, watch: Watch):
    """Of a mail of 11 MB one megabyte is fetched (of one of a hundred, and what that costs: `test_mail_server`)."""
    line = b"x" * 998 + b"\r\n"
    dovecot.deliver(mail(1) + line * 11_000, mail(2))
    desk = Desk()
    watch(dovecot.url, desk)
    wait_for(lambda: len(desk.taken) == 2)

    big, small = desk.taken
    assert (big.truncated, big.size, len(big.raw)) == (True, len(mail(1)) + 11_000_000, 1024 * 1024)
    assert big.raw.startswith(mail(1))
    assert (small.truncated, small.raw) == (False, mail(2))


def test_big_header(mailbox_server: Mailbox, watch: Watch):
    """Of a header block of a megabyte as much is shown as proves it too long."""
    mailbox_server.deliver(b"X-Long: " + b"\r\n y" * 250_000 + b"\r\n" + mail(1))
    desk = Desk()
    watch(mailbox_server.url, desk)
    wait_for(lambda: desk.taken)
    assert len(desk.looked_at[0]) == 256 * 1024 + 1


@pytest.mark.parametrize("scheme", ["imaps", "starttls"])
@pytest.mark.dovecot
def test_encrypted(dovecot_server: Dovecot, watch: Watch, scheme: str):
    """Over TLS mails are taken and noticed as over a plain line."""
    box = dovecot_server.mailbox("encrypted" + scheme)
    box.deliver(mail(1))
    url = f"imap://{box.user}:secret@localhost:{box.port}/INBOX?starttls=1"
    if scheme == "imaps":
        url = f"imaps://{box.user}:secret@localhost:{dovecot_server.tls_port}/INBOX"
    desk = Desk()
    watcher = watch(url, desk, context=dovecot_server.context)
    wait_for(lambda: len(desk.taken) == 1)
    waiting(watcher)
    box.deliver(mail(2))
    wait_for(lambda: len(desk.taken) == 2, 5)


@pytest.mark.dovecot
def test_unknown_certificate(dovecot_server: Dovecot, watch: Watch):
    """To a server nobody vouches for no password is said."""
    watcher = watch(f"imaps://u:secret@localhost:{dovecot_server.tls_port}/INBOX", Desk())
    wait_for(lambda: watcher.trouble == "SSLCertVerificationError")


# -- mails that cannot be taken --


def test_flag_follows_commit(mailbox_server: Mailbox, watch: Watch):
    """While a mail is being taken it carries no flag."""
    seen: list[list[int]] = []
    desk = Desk(ill=lambda _: bool(seen.append(mailbox_server.flagged())))
    mailbox_server.deliver(mail(1))

    watch(mailbox_server.url, desk)
    wait_for(lambda: desk.marks)
    assert seen == [[]]
    assert mailbox_server.flagged() == desk.uids


def test_flag_after_crash(mailbox_server: Mailbox, watch: Watch):
    """A mail committed before a crash and not flagged is flagged at the next connection."""
    mailbox_server.deliver(mail(1))
    desk = Desk()
    first = watch(mailbox_server.url, desk)
    wait_for(lambda: desk.marks)
    first.stop()
    with mailbox_server.client() as client:
        client.remove_flags(desk.uids, [mailbox_server.keyword])
    desk.marks.clear()  # as if the process had died before it could say so

    watch(mailbox_server.url, desk)
    wait_for(lambda: desk.marks)
    assert mailbox_server.flagged() == desk.uids
    assert len(desk.taken) == 1


def test_ill_mail(mailbox_server: Mailbox, watch: Watch):
    """A mail that cannot be taken does not stop the others, holds the watermark, and is taken when it can be."""
    well = threading.Event()
    desk = Desk(ill=lambda arrived: arrived.raw == mail(2) and not well.is_set())
    mailbox_server.deliver(mail(1), mail(2), mail(3))

    watch(mailbox_server.url, desk, limits=Limits(retry_s=0.05, retry_longest_s=0.1, tries=1000))
    wait_for(lambda: len(desk.taken) == 2)
    assert [each.raw for each in desk.taken] == [mail(1), mail(3)]
    assert desk.positions[-1][2] == desk.uids[0]

    well.set()
    wait_for(lambda: desk.positions[-1][2] == desk.uids[0] + 2)
    assert [each.raw for each in desk.taken] == [mail(1), mail(3), mail(2)]
    wait_for(lambda: len(mailbox_server.flagged()) == 3)


def test_given_up(mailbox_server: Mailbox, watch: Watch):
    """After five failures a mail goes to a person, with the class of the error and nothing else, and is passed."""
    desk = Desk(ill=lambda arrived: arrived.raw == mail(1))
    mailbox_server.deliver(mail(1), mail(2))

    watch(mailbox_server.url, desk, limits=Limits(retry_s=0.01))
    wait_for(lambda: desk.given_up)
    (arrived, reason), *_ = desk.given_up
    assert (arrived.raw, reason) == (mail(1), "Temporary")
    wait_for(lambda: desk.positions[-1][2] == arrived.uid + 1)
    assert [each.raw for each in desk.taken] == [mail(2)]


def test_store_away(mailbox_server: Mailbox, watch: Watch):
    """While nothing can be stored nothing is given up for lost; all is taken when it can be."""
    desk = Desk(away=True)
    mailbox_server.deliver(mail(1), mail(2))
    watcher = watch(mailbox_server.url, desk, limits=Limits(retry_s=0.01, retry_longest_s=0.05))
    wait_for(lambda: watcher._memory.sick and min(sick.tries for sick in watcher._memory.sick.values()) > 7)

    desk.away = False
    wait_for(lambda: len(desk.taken) == 2)
    assert desk.given_up == []


def test_read_only(fake_imap: FakeImap, watch: Watch):
    """From a folder that allows no flags mails are taken all the same."""
    fake_imap.mails = {1: mail(1)}

    def select(session: Session, tag: str, _rest: str) -> None:
        session.say("* 1 EXISTS", "* OK [UIDVALIDITY 7] yes", "* OK [UIDNEXT 2] yes", f"{tag} OK [READ-ONLY] look only")

    fake_imap.instead = {"SELECT": select, "EXAMINE": select}
    desk = Desk()
    watcher = watch(fake_imap.url, desk)
    wait_for(lambda: desk.taken)
    waiting(watcher)
    assert "STORE" not in fake_imap.commands


def test_flag_refused(fake_imap: FakeImap, watch: Watch):
    """A server that refuses the flag (quota) is not argued with; the mail is not taken twice."""
    fake_imap.mails = {1: mail(1)}
    fake_imap.instead["STORE"] = lambda session, tag, _rest: session.say(f"{tag} NO [OVERQUOTA] full")
    desk = Desk()
    watcher = watch(fake_imap.url, desk)
    waiting(watcher)
    assert (desk.uids, desk.marks, fake_imap.connections) == ([1], set(), 1)


def test_body_withheld(fake_imap: FakeImap, watch: Watch):
    """A mail the server lists but does not hand out becomes a case for a person instead of being passed over."""
    fake_imap.mails = {1: mail(1), 2: mail(2)}
    honest = fake_imap.on_fetch

    def fetch(session: Session, tag: str, rest: str) -> None:
        if "HEADER" in rest:
            honest(session, tag, rest)
        else:  # an unasked answer about a mail that was asked for (imapclient passes it on)
            session.say(r"* 1 FETCH (UID 1 FLAGS (\Seen))")
            honest(session, tag, "2 BODY")

    fake_imap.instead["FETCH"] = fetch
    desk = Desk()
    watch(fake_imap.url, desk, limits=Limits(retry_s=0.01))
    wait_for(lambda: desk.given_up)
    assert (desk.given_up[0][0].uid, desk.given_up[0][0].raw, desk.given_up[0][1]) == (1, b"", "Missing")
    assert desk.uids == [2]


@pytest.mark.parametrize("part", ["HEADER", "BODY.PEEK[]"])
def test_mail_that_breaks_the_line(fake_imap: FakeImap, watch: Watch, part: str):
    """A mail over which the server breaks down each time stops no other, and ends with a person."""
    fake_imap.mails = {uid: mail(uid) for uid in range(1, 6)}
    honest = fake_imap.on_fetch

    def fetch(session: Session, tag: str, rest: str) -> None:
        if part in rest and "3" in rest.split(" ", 1)[0].split(","):
            raise ConnectionError
        honest(session, tag, rest)

    fake_imap.instead["FETCH"] = fetch
    desk = Desk()
    watcher = watch(fake_imap.url, desk, limits=Limits(retry_s=0.01))
    wait_for(lambda: desk.given_up)
    assert desk.uids == [1, 2, 4, 5]
    assert (desk.given_up[0][0].uid, desk.given_up[0][1]) == (3, "Missing")
    wait_for(lambda: desk.position(watcher.mailbox) == (7, 5))


# -- servers that go away --


@pytest.mark.dovecot
def test_killed(own_dovecot: Dovecot, watch: Watch):
    """The server dies with kill -9 in the middle and comes back: the watcher finds it, and every mail is taken once."""
    box = own_dovecot.mailbox()
    desk = Desk()
    watcher = watch(box.url, desk)
    waiting(watcher)
    for round_ in range(3):
        box.deliver(mail(round_ * 2))
        own_dovecot.kill()
        wait_for(lambda: watcher.state is WatcherState.AWAY)
        own_dovecot.start()
        box.deliver(mail(round_ * 2 + 1))
        wait_for(lambda: len(set(desk.uids)) == round_ * 2 + 2)  # noqa: B023  (asked at once)

    assert desk.uids == sorted(set(desk.uids))
    wait_for(lambda: watcher.trouble is None)


@pytest.mark.dovecot
def test_new_uidvalidity(dovecot_server: Dovecot, watch: Watch):
    """UIDVALIDITY changes while the watcher listens: the mailbox is read again from its first mail, so none is missed."""
    box = dovecot_server.mailbox()
    box.deliver(mail(1), mail(2))
    desk = Desk()
    watch(box.url, desk)
    wait_for(lambda: len(desk.marks) == 2)

    dovecot_server.renumber(box, 4711)
    box.deliver(mail(3))
    wait_for(lambda: desk.positions[-1][1] == 4711 and len(desk.taken) == 5)
    assert [each.raw for each in desk.taken[2:]] == [mail(1), mail(2), mail(3)]


@pytest.mark.dovecot
def test_uids_begin_again(dovecot_server: Dovecot, watch: Watch):
    """The server loses its index while we are away: UIDs begin at 1, and what came meanwhile is taken (F13)."""
    box = dovecot_server.mailbox()
    box.fill([mail(number) for number in range(20)])
    desk = Desk()
    watcher = watch(box.url, desk)
    wait_for(lambda: len(desk.marks) == 20)
    watcher.stop()
    dovecot_server.forget_index(box)
    box.deliver(mail(20))

    watch(box.url, desk)
    wait_for(lambda: len({each.raw for each in desk.taken}) == 21)


def test_uids_reused(fake_imap: FakeImap, watch: Watch):
    """A server restored from a backup keeps its UIDVALIDITY and gives old UIDs to new mails: they are taken."""
    fake_imap.mails = {1: mail(1)}
    desk = Desk()
    desk.moved(mailbox_name(place(fake_imap.url)), 7, 50)
    watch(fake_imap.url, desk)
    wait_for(lambda: desk.uids == [1])


def test_crumbs(fake_imap: FakeImap, watch: Watch):
    """A notice that arrives a byte at a time is a notice."""
    arrived = threading.Event()

    def idle(session: Session, tag: str, _rest: str) -> None:
        session.say("+ idling")
        if not arrived.is_set():
            arrived.set()
            fake_imap.mails = {1: mail(1)}
            session.crumble("* 1 EXISTS")
        assert session.hear() == "DONE"
        session.crumble(f"{tag} OK done")

    fake_imap.instead["IDLE"] = idle
    desk = Desk()
    watcher = watch(fake_imap.url, desk, pace=Pace(idle_s=60, settle_s=60))
    wait_for(lambda: desk.uids == [1], 5)
    waiting(watcher)
    assert fake_imap.connections == 1


@pytest.mark.parametrize("lines", [("+ idling", "* 1 EXISTS"), ("* 1 EXISTS", "+ idling")], ids=["behind", "before"])
def test_notice_beside_the_go_ahead(fake_imap: FakeImap, watch: Watch, lines: tuple[str, str]):
    """A notice in one piece with the go-ahead of IDLE, on either side of it, is heard at once and not at the next round."""
    arrived = threading.Event()

    def idle(session: Session, tag: str, _rest: str) -> None:
        if arrived.is_set():
            session.say("+ idling")
        else:
            arrived.set()
            fake_imap.mails = {1: mail(1)}
            session.say("\r\n".join(lines))
        assert session.hear() == "DONE"
        session.say(f"{tag} OK done")

    fake_imap.instead["IDLE"] = idle
    desk = Desk()
    watch(fake_imap.url, desk, pace=Pace(idle_s=60, settle_s=60))
    wait_for(lambda: desk.uids == [1], 5)
    assert fake_imap.connections == 1


def test_notice_beside_the_search(fake_imap: FakeImap, watch: Watch):
    """A mail announced with the answer of the search that does not have it yet is not left until the next round."""
    announced = threading.Event()
    honest = fake_imap.on_search

    def search(session: Session, tag: str, rest: str) -> None:
        if rest.startswith("UID ") and not announced.is_set():
            announced.set()
            session.say("* SEARCH", "* 1 EXISTS", f"{tag} OK done")
            fake_imap.mails = {1: mail(1)}
        else:
            honest(session, tag, rest)

    fake_imap.instead["SEARCH"] = search
    desk = Desk()
    watch(fake_imap.url, desk, pace=Pace(idle_s=60, settle_s=60))
    wait_for(lambda: desk.uids == [1], 5)


def test_server_that_forgets_to_tell(fake_imap: FakeImap, watch: Watch):
    """A mail that arrives just before IDLE, and of which the server says nothing (pymap), does not wait for a minute."""
    first = threading.Event()

    def idle(session: Session, tag: str, _rest: str) -> None:
        if not first.is_set():
            first.set()
            fake_imap.mails = {1: mail(1)}
        fake_imap.on_idle(session, tag, "")

    fake_imap.instead["IDLE"] = idle
    desk = Desk()
    watch(fake_imap.url, desk, pace=Pace(idle_s=60))
    wait_for(lambda: desk.uids == [1], 5)


def test_silent_server(fake_imap: FakeImap, watch: Watch):
    """A line that has gone silent looks like peace; it is noticed at the next round and replaced."""
    silent = threading.Event()

    def idle(session: Session, tag: str, _rest: str) -> None:
        if silent.is_set():
            fake_imap.on_idle(session, tag, "")
            return
        session.say("+ idling")
        silent.set()
        fake_imap.closing.wait(20)

    fake_imap.instead["IDLE"] = idle
    desk = Desk()
    pace = Pace(idle_s=0.3, slice_s=0.05, first_s=0.05)
    began = time.monotonic()
    watcher = watch(fake_imap.url, desk, pace=pace, patience=Patience(read_s=0.5, leave_s=0.2))
    wait_for(lambda: watcher.trouble == "TimeoutError")
    assert time.monotonic() - began < 3
    fake_imap.mails = {1: mail(1)}
    wait_for(lambda: desk.uids == [1])


def test_trickle(fake_imap: FakeImap, watch: Watch):
    """A server that sends a byte now and then does not hold the watcher beyond the deadline of a command."""

    def noop(session: Session, _tag: str, _rest: str) -> None:
        while not fake_imap.closing.wait(0.1):
            session.sock.sendall(b"*")

    fake_imap.instead["NOOP"] = noop
    pace = Pace(idle_s=0.1, slice_s=0.05, first_s=0.05, longest_s=0.1)
    began = time.monotonic()
    watcher = watch(fake_imap.url, Desk(), pace=pace, patience=Patience(read_s=1, command_s=1, leave_s=0.2))
    wait_for(lambda: watcher.trouble == "TimeoutError", 5)
    assert time.monotonic() - began < 2.5


def test_hung_up_in_idle(fake_imap: FakeImap, watch: Watch, monkeypatch: pytest.MonkeyPatch):
    """A server that hangs up in IDLE is not asked a hundred thousand times a second whether it has."""
    looks: list[float] = []
    honest = Line.ready

    def ready(line: Line, seconds: float) -> bool:
        looks.append(seconds)
        return honest(line, seconds)

    monkeypatch.setattr(Line, "ready", ready)

    def idle(session: Session, _tag: str, _rest: str) -> None:
        session.say("+ idling")
        raise ConnectionError

    fake_imap.instead["IDLE"] = idle
    watcher = watch(fake_imap.url, Desk(), pace=Pace(first_s=0.2, slice_s=0.05), chance=lambda: 1.0)
    wait_for(lambda: fake_imap.connections == 4)
    assert watcher.trouble == "IMAPClientAbortError" or watcher.trouble == "abort"
    assert len(looks) <= 8


def test_talkative_server(fake_imap: FakeImap, watch: Watch):
    """A server that has something to say at each IDLE, and nothing new, is listened to ever more rarely."""

    def idle(session: Session, tag: str, _rest: str) -> None:
        session.say("+ idling", "* 0 EXISTS")
        assert session.hear() == "DONE"
        session.say(f"{tag} OK done")

    fake_imap.instead["IDLE"] = idle
    watch(fake_imap.url, Desk())
    wait_for(lambda: fake_imap.commands.count("IDLE") > 4)
    before = fake_imap.commands.count("IDLE")
    time.sleep(1)
    assert fake_imap.commands.count("IDLE") - before < 8


def test_password_expired(fake_imap: FakeImap, watch: Watch):
    """A refused password is tried ever more rarely, and work goes on by itself when it is accepted again."""
    refused = threading.Event()
    refused.set()

    def login(session: Session, tag: str, _rest: str) -> None:
        session.say(
            f"{tag} NO [AUTHENTICATIONFAILED] ann@example.com is locked" if refused.is_set() else f"{tag} OK in"
        )

    fake_imap.instead["LOGIN"] = login
    fake_imap.mails = {1: mail(1)}
    desk = Desk()
    watcher = watch(fake_imap.url, desk)
    wait_for(lambda: watcher.failures >= 3)
    assert (watcher.state, watcher.trouble) == (WatcherState.AWAY, "LoginError")
    refused.clear()
    wait_for(lambda: desk.uids == [1])
    wait_for(lambda: watcher.trouble is None)


def test_waits_grow(fake_imap: FakeImap):
    """Between new connections the wait grows from 1 s to 300 s, to 900 s where the password is refused."""
    from imapclient.exceptions import LoginError

    desk = Desk()
    for fault, longest in ((OSError(), 300), (LoginError(), 900)):
        clock = lambda: dt.datetime.now(dt.UTC)  # noqa: E731
        watcher = Watcher(fake_imap.url, desk.wants, desk.expect, desk.take, desk.give_up, desk, clock)
        watcher.chance = lambda: 1.0
        waits = [watcher._away(fault) for _ in range(60)]
        assert (waits[0], waits[-1]) == (1.0, longest)
        assert waits == sorted(waits)
        # Whoever was away for half a minute is found again within 15 s, time to sign in included (F11).
        for luck in (lambda: 1.0, lambda: 0.0, random.Random(7).random):
            watcher.failures, watcher.chance = 0, luck
            waits = [watcher._away(fault) for _ in range(60)]
            watcher.failures, watcher.chance = 0, lambda: 1.0
            longest_waits = [watcher._away(fault) for _ in range(60)]
            assert all(wait <= 14 for number, wait in enumerate(longest_waits) if sum(waits[:number]) <= 30)


def test_without_idle(fake_imap: FakeImap, watch: Watch):
    """A server without IDLE is asked from time to time."""
    fake_imap.capability = "IMAP4rev1"
    desk = Desk()
    watch(fake_imap.url, desk, pace=Pace(poll_s=0.05))
    wait_for(lambda: "NOOP" in fake_imap.commands)
    fake_imap.mails = {1: mail(1)}
    wait_for(lambda: desk.uids == [1])


def test_absurd_length(fake_imap: FakeImap, watch: Watch):
    """A server that announces a text of four gigabytes gets no memory for it."""
    fake_imap.mails = {1: mail(1)}
    fake_imap.instead["FETCH"] = lambda session, _tag, _rest: session.say(
        "* 1 FETCH (UID 1 BODY[HEADER]<0> {4000000000}"
    )
    watcher = watch(fake_imap.url, Desk())
    wait_for(lambda: watcher.trouble == "abort")


def test_starts_while_away(watch: Watch, imap_server):
    """Started while the server is away, the watcher is simply there when it comes."""
    imap_server.deliver(mail(1))
    imap_server.away()
    desk = Desk()
    watcher = watch(imap_server.url, desk)
    wait_for(lambda: watcher.state is WatcherState.AWAY)
    imap_server.back()
    wait_for(lambda: len(desk.taken) == 1)


def test_stop_while_taking(fake_imap: FakeImap, watch: Watch, monkeypatch: pytest.MonkeyPatch):
    """Stop lets the mails in hand be finished and begins no others."""
    monkeypatch.setattr(arrival, "TOGETHER", 1)
    fake_imap.mails = {1: mail(1), 2: mail(2)}
    begun, go_on = threading.Event(), threading.Event()

    def slow(_arrived: object) -> bool:
        begun.set()
        go_on.wait(5)
        return False

    desk = Desk(ill=slow)
    watcher = watch(fake_imap.url, desk)
    begun.wait(5)
    threading.Timer(0.2, go_on.set).start()
    assert watcher.stop()
    assert desk.uids == [1]
    assert watcher.state is WatcherState.STOPPED


def test_stop_in_silence(fake_imap: FakeImap, watch: Watch):
    """Stop does not wait for a server that does not answer."""
    asked = threading.Event()

    def search(_session: Session, _tag: str, _rest: str) -> None:
        asked.set()
        fake_imap.closing.wait(20)

    fake_imap.instead["SEARCH"] = search
    watcher = watch(fake_imap.url, Desk(), patience=Patience())
    asked.wait(5)
    assert watcher.stop(1.0)


# -- what is written down --


def test_no_names_in_logs(
    fake_imap: FakeImap, watch: Watch, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
):
    """Neither account, password, nor a word of a mail or of the server gets into a log, even at debug level."""
    caplog.set_level("DEBUG")
    fake_imap.mails = {1: mail(1)}
    turns = iter(("NO ann@example.com is locked", "OK in"))
    fake_imap.instead["LOGIN"] = lambda session, tag, _rest: session.say(f"{tag} {next(turns, 'OK in')}")
    desk = Desk(ill=lambda _: len(desk.looked_at) < 3)
    watch(fake_imap.url, desk, limits=Limits(retry_s=0.01))
    wait_for(lambda: desk.taken)

    written = "".join(capsys.readouterr()) + caplog.text
    assert "mail.not_taken" in written
    for secret in ("ann", "secret", "Protection", "locked", "my data"):
        assert secret not in written


def test_mailbox_name():
    """The name of a mailbox tells accounts apart without naming them."""
    ann, bob = (
        mailbox_name(place(f"imaps://{user}%40example.com:pw@mail.example.com/INBOX")) for user in ("ann", "bob")
    )
    assert ann.startswith("mail.example.com/INBOX#")
    assert ann != bob
    assert "ann" not in ann
