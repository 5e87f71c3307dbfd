"""The mailbox's server misbehaves, and no mail is lost or taken twice (TRUST, T15, F10 to F16). Dovecot, and a proxy before it."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import select

from bot.build import new_id
from bot.opener import Opener
from bot.post import Limits, Pace, Patience, WatcherState
from bot.store import Keys
from bot.store.schema import mail as mail_row
from handlers.mail import Arrivals
from tests.faults.stage import Mortal, Zygote, staged
from tests.fixtures.dovecot import Dovecot, Mailbox, wait_for
from tests.fixtures.letterbox import TakingIn, counted
from tests.fixtures.mail import mail
from tests.fixtures.proxy import GREETING, HOST, Fault, Proxy
from tests.fixtures.scripted import FakeImap, Session
from tests.fixtures.store import SECRET, Clock, opened, postgres_url

LONG = os.environ.get("SUBJECTLINE_FAULTS") == "long"

pytestmark = [pytest.mark.dovecot, pytest.mark.faults]

COMMANDS = {
    "greeting": GREETING,
    "capability": "CAPABILITY",
    "login": "LOGIN",
    "select": "SELECT",
    "first search": "SEARCH.* SINCE",
    "search": "SEARCH.* UID",
    "headers": r"FETCH.*BODY\.PEEK\[HEADER\]",
    "bodies": r"FETCH.*BODY\.PEEK\[\]",
    "flag": "STORE",
    "idle": "IDLE",
    "done": "^DONE",
    "noop": "NOOP",
}
HASTY = Pace(idle_s=0.2, settle_s=0.1, slice_s=0.02, first_s=0.05, longest_s=0.2, refused_s=0.2)
BRIEF = Patience(connect_s=1.0, read_s=0.7, command_s=1.0, leave_s=0.2)


@pytest.fixture
def proxy() -> Iterator[Callable[..., Proxy]]:
    made: list[Proxy] = []

    def make(*args: object) -> Proxy:
        made.append(Proxy(*args))
        return made[-1]

    yield make
    for each in made:
        each.stop()


def free_port() -> int:
    with socket.create_server((HOST, 0)) as held:
        return held.getsockname()[1]


def through(proxy: Proxy, box: Mailbox) -> str:
    return box.url.replace(f":{box.port}/", f":{proxy.port}/")


@pytest.mark.parametrize("fault", Fault if LONG else (Fault.RESET, Fault.SILENCE))
def test_cut_at_each_command(
    fault: Fault, dovecot_server: Dovecot, proxy: Callable[..., Proxy], taking_in: TakingIn
) -> None:
    """F10: twelve mailboxes, the line to each broken at another command: of all mails one ticket each, and the watch goes on."""
    roads = {command: proxy(dovecot_server.port, line, fault) for command, line in COMMANDS.items()}
    for number, road in enumerate(roads.values()):
        box = dovecot_server.mailbox()
        box.fill([mail(number * 10 + each) for each in range(3)])
        taking_in.watch(through(road, box), pace=HASTY, patience=BRIEF)
    wait_for(lambda: all(each.struck.is_set() and each.connections > 1 for each in roads.values()))
    wait_for(lambda: taking_in.has(3 * len(roads)))
    wait_for(lambda: all(each.trouble is None and each.state == WatcherState.WAITING for each in taking_in.watchers))


@pytest.mark.timeout(200)
def test_silence_while_listening(
    dovecot_server: Dovecot, proxy: Callable[..., Proxy], taking_in: TakingIn
) -> None:
    """F12: every packet of the line is lost while the watcher listens. It is noticed within 120 s, and what came is taken."""
    pace, patience, soon = (Pace(), Patience(), 120.0) if LONG else (HASTY, BRIEF, 3.0)
    boxes = [dovecot_server.mailbox() for _ in range(3)]
    roads = [proxy(dovecot_server.port) for _ in boxes]
    watchers = [
        taking_in.watch(through(road, box), pace=pace, patience=patience)
        for road, box in zip(roads, boxes, strict=True)
    ]
    wait_for(lambda: all(each.state == WatcherState.WAITING for each in watchers))
    for number, (road, box) in enumerate(zip(roads, boxes, strict=True)):
        road.deafen()
        dovecot_server.drop(box, mail(number))
    wait_for(lambda: all(road.connections == 2 for road in roads), soon)
    wait_for(lambda: taking_in.has(3))


@pytest.mark.timeout(600)
def test_killed_and_away(own_dovecot: Dovecot, taking_in: TakingIn) -> None:
    """F11: the server dies in the middle, stays away while fifty mails come in, and is found again; one ticket each."""
    rounds, away_s, soon = (5, 30.0, 15.0) if LONG else (1, 0.5, 5.0)
    boxes = [own_dovecot.mailbox() for _ in range(4)]  # each of them a round of its own: 20 in the long run
    more: dict[str, Any] = {"pace": Pace(), "patience": Patience()} if LONG else {}
    watchers = [taking_in.watch(each.url, **more) for each in boxes]
    wait_for(lambda: all(each.state == WatcherState.WAITING for each in watchers))
    sent = 0
    for _ in range(rounds):
        for number in range(50):
            if number == 10:
                own_dovecot.kill()
            own_dovecot.drop(boxes[number % 4], mail(sent + number))
        sent += 50
        wait_for(lambda: all(each.state == WatcherState.AWAY for each in watchers), 40)
        time.sleep(away_s)  # the time away is what is tested
        own_dovecot.start()
        wait_for(lambda: all(each.trouble is None for each in watchers), soon)
        wait_for(lambda: taking_in.has(sent), 40)  # noqa: B023  (asked at once)


@pytest.mark.parametrize("loses", ["the index", "UIDVALIDITY"])
def test_uids_begin_again(loses: str, dovecot_server: Dovecot, taking_in: TakingIn) -> None:
    """F13: known mails under new numbers make no second ticket, and none that came meanwhile under an old number is missed."""
    known, boxes = (500, 5) if LONG else (40, 1)
    for each in range(boxes):
        box = dovecot_server.mailbox()
        box.fill([mail(each * 1000 + number) for number in range(known)])
        watcher = taking_in.watch(box.url)
        before = each * (known + 5)
        wait_for(lambda: taking_in.has(before + known), 120)  # noqa: B023  (asked at once)
        assert watcher.stop()
        if loses == "the index":
            dovecot_server.forget_index(box)
        else:
            dovecot_server.renumber(box, 4711)
        dovecot_server.drop(box, *(mail(each * 1000 + 900 + number) for number in range(5)))
        watcher = taking_in.watch(box.url)
        wait_for(lambda: watcher.state == WatcherState.WAITING, 120)  # noqa: B023
        found = taking_in.counted()
        assert (found["tickets"], found["mails"]) == (before + known + 5, before + known + 5)


@contextmanager
def two_processes(url: str, mailbox: str, folder: Path) -> Iterator[Callable[[], object]]:
    """Two bots, each with everything it has; what kills one of them."""
    zygote = Zygote()
    try:
        with staged(folder, zygote, url) as (_, bot, _):
            bot._environment["IMAP_URL"] = mailbox
            other = Mortal(zygote, bot._environment | {"PORT": str(free_port())}, folder / "other.log")
            bot.start()
            other.start()
            yield other.kill
            assert bot.stop() == 0
    finally:
        zygote.close()


@contextmanager
def two_threads(url: str, mailbox: str, _folder: Path) -> Iterator[Callable[[], object]]:
    """Two watchers, each over a desk and a store of its own; what stops one of them."""
    with opened(url, Keys(SECRET), Clock(), new_id) as one, opened(url, Keys(SECRET), Clock(), new_id) as other:
        houses = [TakingIn(each, each.clock, new_id) for each in (one, other)]
        for each in houses:
            each.watch(mailbox, limits=Limits(retry_s=0.05))
        yield houses[0].close
        houses[1].close()


@pytest.mark.postgres
@pytest.mark.timeout(240)
def test_two_of_us_on_one_mailbox(dovecot: Mailbox, tmp_path: Path) -> None:
    """F14: two instances watch one mailbox, one of them ends on the way: of each mail one ticket, and none is stranded.

    In `make faults` they are processes, and the one is killed.
    """
    number, two = (200, two_processes) if LONG else (60, two_threads)
    with (
        postgres_url() as url,
        opened(url, Keys(SECRET), Clock(), new_id) as store,
        two(url, dovecot.url, tmp_path / "world") as end_one,
    ):
        for start in range(0, number, 20):
            dovecot.fill([mail(each) for each in range(start, start + 20)])
            if start == 20:
                wait_for(lambda: counted(store)["tickets"], 60)
                end_one()
        wait_for(lambda: counted(store) == {"tickets": number, "mails": number, "unmarked": 0}, 120)


def test_message_ids_missing_and_repeated(dovecot: Mailbox, taking_in: TakingIn) -> None:
    """F15: without a Message-ID the content decides; under the same one, other content is another mail, the same is not."""
    nameless = [mail(each, f"Please send me file {each}.").replace(b"Message-ID", b"X-Was") for each in range(12)]
    repeated = [mail(1000, f"Please send me file {each}.") for each in range(12)]
    odd = [
        mail(2000 + each).replace(b"<mail-%d@example.org>" % (2000 + each), name)
        for each, name in enumerate([b"", b"<>", b"<a b@c>", b"<[x]@y>", b"<T@[", b"no brackets", b"<a@b> <c@d>"])
    ]
    given = [*nameless, *nameless, *repeated, *repeated[:6], *odd, *odd[:1]]
    dovecot.fill(given)
    taking_in.watch(dovecot.url)
    wait_for(lambda: taking_in.watchers[0].state == WatcherState.WAITING and taking_in.counted()["tickets"])
    found = taking_in.counted()
    assert (found["tickets"], found["mails"]) == (31, 31)
    with dovecot.client() as client:
        assert len(client.search()) == len(given) == 50


@contextmanager
def growing() -> Iterator[list[int]]:
    """By how many bytes this process and its children are larger than at the beginning, a hundred times a second."""
    ourselves, over, grown = psutil.Process(), threading.Event(), []

    def held() -> int:
        return sum(each.memory_info().rss for each in [ourselves, *ourselves.children()])

    def look() -> None:
        while not over.wait(0.01):
            grown.append(held() - before)

    before = held()
    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield grown
    finally:
        over.set()
        looking.join()


def test_a_mail_of_a_hundred_megabytes(dovecot_server: Dovecot, taking_in: TakingIn) -> None:
    """T15: within five seconds it is a ticket, and nothing of ours has grown by 50 MB, the child that read it included."""
    box, rules = dovecot_server.mailbox(), taking_in.stage.rules
    with Opener(rules) as opener:
        taking_in.arrivals = Arrivals(taking_in.stage.desk, opener, rules)
        box.deliver(mail(1))
        taking_in.watch(box.url, pace=Pace())
        wait_for(lambda: taking_in.has(1))
        with growing() as grown:
            pieces = [mail(2).replace(b"\r\n", b"\n"), *repeat(b"x" * 999_999 + b"\n", 100)]
            dovecot_server.drop_pieces(box, pieces)
            wait_for(lambda: taking_in.has(2), 5 if LONG else 20)  # a machine that runs five tests at once may take longer
    assert max(grown) < 50_000_000
    with taking_in.store.read() as unit:
        assert max(unit.connection.scalars(select(mail_row.c.size))) > 100_000_000


def test_mails_that_are_not_handed_out_are_several(fake_imap: FakeImap, taking_in: TakingIn) -> None:
    """Of two mails a server lists and keeps to itself each is shown to a person: having nothing in common is no identity."""
    fake_imap.mails = {1: mail(1), 2: mail(2)}
    honest = fake_imap.on_fetch

    def fetch(session: Session, tag: str, rest: str) -> None:
        if "HEADER" in rest:
            honest(session, tag, rest)
        else:
            session.say(f"{tag} OK done")

    fake_imap.instead["FETCH"] = fetch
    taking_in.watch(fake_imap.url, limits=Limits(retry_s=0.01))
    wait_for(lambda: taking_in.counted()["mails"] == 2)
    assert taking_in.counted()["tickets"] == 0
