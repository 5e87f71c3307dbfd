"""The figures: each builds its world, measures, and says against what and which target."""

import os
import random
import smtplib
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import Table, create_engine, func, select

from bot import build
from bot import settings as configuration
from bot.drafts import LETTERS
from bot.law import Right
from bot.sandbox import company
from bot.sandbox.delivery import Delivery
from bot.sandbox.mail import HOST
from bot.sandbox.slack import BOB
from bot.sandbox.walk import Walk, buttons
from bot.sandbox.world import OWN, World
from bot.store.schema import mail, ticket
from bot.tickets import State
from handlers.run import Bot, log_plainly
from tests.fixtures.dovecot import Dovecot, Mailbox

MAILS = 2000
ENQUIRIES = 800
AUTHSERV = "mx.klangfinger.example"


def spread(values: list[float], digits: int = 1) -> dict[str, float]:
    """p50, p95, p99 and the number of values."""
    ordered = sorted(values)
    last = len(ordered) - 1
    shares = {name: ordered[min(last, int(share * len(ordered)))] for name, share in (("p95", 0.95), ("p99", 0.99))}
    found = {"p50": statistics.median(ordered), **shares}
    return {**{name: round(value, digits) for name, value in found.items()}, "n": len(ordered)}


@contextmanager
def at_work(
    folder: Path, mailbox: Mailbox | None = None, words: set[str] | None = None, more: str = ""
) -> Iterator[tuple[World, Bot]]:
    """A world with the bot in this process; its mailbox on Dovecot where one is given. `more`: of its configuration.

    Letters leave at once: how long a person reads before the release is no figure of ours.
    """
    log_plainly(Path(os.devnull))
    with World(folder) as world:
        world.slack.tiers = False
        file = world.folder / "subjectline.toml"
        let_go(file)
        file.write_text(file.read_text() + more)
        environment = {**world.environment(), "PATH": os.environ["PATH"]}
        if mailbox:
            environment["IMAP_URL"] = mailbox.url
        settings = configuration.load(environment)
        build.upgraded(settings, world.clock)
        parts = build.assemble(settings, world.clock)
        bot = Bot(parts, words or {"web", "worker"})
        bot.start()
        try:
            yield world, bot
        finally:
            bot.stop()


def let_go(file: Path) -> None:
    """By this configuration no letter waits for its release."""
    names = ", ".join(f'"{each}"' for each in LETTERS)
    file.write_text(f"[letters]\nrelease_at_once = [{names}]\n\n{file.read_text()}")


@contextmanager
def running(world: World, **more: str) -> Iterator[subprocess.Popen]:
    """`subjectline run` in a process of its own."""
    environment = {**world.environment(), "PATH": os.environ["PATH"], **more}
    command = Path(sys.executable).parent / "subjectline"
    subprocess.run([command, "db", "upgrade"], env=environment, check=True, stdout=subprocess.DEVNULL)
    process = subprocess.Popen([command, "run"], env=environment, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(12)


def until(look: Callable[[], Any], seconds: float = 120, every: float = 0.01) -> Any:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        found = look()
        if found:
            return found
        time.sleep(every)
    raise TimeoutError


def a_mail(number: int, subject: str, text: str, *, sender: str = "", **headers: str) -> bytes:
    made = EmailMessage()
    made["From"] = sender or f"Person {number} <person{number}@example.com>"
    made["To"] = "info@klangfinger.example"
    made["Subject"] = subject
    made["Message-ID"] = f"<bench-{number}@example.com>"
    made["Date"] = "Sun, 22 Nov 2026 10:00:00 +0100"
    for name, value in headers.items():
        if value:
            made[name.replace("_", "-")] = value
    made.set_content(text)
    return made.as_bytes(policy=SMTP)


def mixed(chance: random.Random) -> list[bytes]:
    """2,000 mails: enquiries in several dresses, ordinary mail, newsletters, notices of absence."""
    subjects = (
        "Data Protection Enquiry",
        "RE: data protection enquiry",
        "=?utf-8?q?Data_Protection?= Enquiry",
        "AW:  Data  Protection Enquiry",
    )
    asks = ("Which data do you hold about me?", "Please delete my account.", "Please send me a copy of my data.")
    filler = "The parcel has arrived and everything works. " * 30
    made = [a_mail(n, chance.choice(subjects), chance.choice(asks)) for n in range(ENQUIRIES)]
    made += [a_mail(n, f"Order {n}", filler) for n in range(ENQUIRIES, 1500)]
    made += [a_mail(n, "Our news of the week", filler, List_Id="<news.example.com>") for n in range(1500, 1800)]
    made += [a_mail(n, "Out of office", "I am away.", Auto_Submitted="auto-replied") for n in range(1800, MAILS)]
    chance.shuffle(made)
    return made


def intake(folder: Path) -> dict[str, Any]:
    """Mailbox of 2,000 mixed mails → committed tickets, the whole bot at work; against bare imapclient on the same mailbox."""
    server = Dovecot()
    server.start()
    try:
        mailbox = server.mailbox()
        mailbox.fill(mixed(random.Random(1)))
        raw_s = _bare(mailbox)
        path = f"sqlite:///{folder / 'subjectline.sqlite'}"
        with (
            World(folder) as world,
            running(world, IMAP_URL=mailbox.url),
            closing(create_engine(path).connect()) as database,
        ):

            def count(table: Table) -> int:
                database.rollback()
                return database.scalar(select(func.count()).select_from(table)) or 0

            until(lambda: count(ticket), every=0.002)
            began = time.perf_counter()
            until(lambda: count(ticket) >= ENQUIRIES, every=0.02)
            took = time.perf_counter() - began
            time.sleep(1)
            wrong = abs(count(ticket) - ENQUIRIES) + abs(count(mail) - ENQUIRIES)
    finally:
        server.stop()
    rate = MAILS / took
    return {
        "mails_per_s": round(rate), "tickets_per_s": round(ENQUIRIES / took), "wrong": wrong,
        "against": "imapclient fetching every body", "imapclient_mails_per_s": round(MAILS / raw_s),
        "ratio": round(rate * raw_s / MAILS, 2), "target": "300 tickets/s, 0 wrong", "met": ENQUIRIES / took >= 300 and wrong == 0,
    }  # fmt: skip


def _bare(mailbox: Mailbox) -> float:
    with mailbox.client() as client:
        began = time.perf_counter()
        uids = client.search()
        for start in range(0, len(uids), 50):
            client.fetch(uids[start : start + 50], ["BODY.PEEK[]"])
        return time.perf_counter() - began


def card_after_notice(folder: Path) -> dict[str, Any]:
    """From the server's IDLE notice to the card's post, one mail at a time on Dovecot."""
    server = Dovecot()
    server.start()
    try:
        mailbox = server.mailbox()
        with at_work(folder, mailbox) as (world, bot), mailbox.client() as watcher:
            until(lambda: bot.watchers[0].heartbeat and world.slack.sockets.open)
            delays = []
            for number in range(15):
                posts = len(world.slack.called("chat.postMessage"))
                watcher.idle()
                mailbox.deliver(a_mail(number, "Data Protection Enquiry", "Which data do you hold about me?"))
                while not any(b"EXISTS" in each for each in watcher.idle_check(timeout=10)):
                    pass
                noticed = time.monotonic()
                watcher.idle_done()
                until(lambda posts=posts: len(world.slack.called("chat.postMessage")) > posts, 20, 0.002)
                delays.append((world.slack.called("chat.postMessage")[posts].at - noticed) * 1000)
                time.sleep(1.2)  # one post a second and channel is Slack's own limit
    finally:
        server.stop()
    found = spread(delays)
    return {
        "ms": found,
        "against": "the server's own IDLE notice",
        "target": "p50 ≤ 300 ms",
        "met": found["p50"] <= 300,
    }


def clicks(folder: Path) -> dict[str, Any]:
    """50 people press at once; against an empty Bolt listener over the same socket. Each bot in a process of its own."""
    with World(folder) as world:
        world.slack.tiers = False
        world.slack.post_every_s = 0.0
        file = folder / "subjectline.toml"
        file.write_text("[engine]\nslack_per_second = 100\n" + file.read_text())
        with running(world):
            walk = Walk(world, BOB.id, BOB.id)
            for number in range(50):
                who = (f"P {number}", f"p{number}@example.com")
                walk.write(who, "Data Protection Enquiry", "Which data do you hold about me?")
            stamps = until(lambda: _cards(world, "choose:access", 50), 120)
            until(lambda: world.slack.sockets.open, 30)
            time.sleep(5)  # the acknowledgements are on their way
            world.slack.click(BOB.id, stamps[0], "details")  # the very first press asks Slack whose workspace it is
            time.sleep(1)
            ours = _pressed(world, stamps, "choose:access")
            _still(world)
            modals = _pressed(world, stamps, "details")
        until(lambda: not world.slack.sockets.open, 30)
        environment = {**world.environment(), "PATH": os.environ["PATH"]}
        empty_bot = subprocess.Popen([sys.executable, "-m", "tests.bench.empty"], env=environment)
        try:
            until(lambda: world.slack.sockets.open, 30)
            time.sleep(1)
            empty = _pressed(world, stamps, "details")
        finally:
            empty_bot.kill()
            empty_bot.wait()
    mine, opening, theirs = spread(ours), spread(modals), spread(empty)
    return {
        "ms": mine, "modals_ms": opening, "against": "an empty Bolt listener", "empty_ms": theirs,
        "ratio": round(mine["p99"] / theirs["p99"], 2), "target": "p99 ≤ 100 ms",
        "met": max(mine["p99"], opening["p99"]) <= 100,
    }  # fmt: skip


def _cards(world: World, action: str, number: int) -> list[str]:
    """The stamps of this many cards with this button; none before there are as many."""
    found = [each["ts"] for each in world.slack.messages() if any(one["action_id"] == action for one in buttons(each))]
    return found if len(found) >= number else []


def _still(world: World) -> None:
    """The work of the presses is done: Slack has not been called for two seconds."""
    until(lambda: time.monotonic() - world.slack.calls[-1].at > 2)


class Held:
    """Keeps what would be brought to the app, until all is ready."""

    def __init__(self) -> None:
        self.all: list[Delivery] = []

    def bring(self, delivery: Delivery) -> None:
        self.all.append(delivery)


def _pressed(world: World, stamps: list[str], action: str) -> list[float]:
    """Milliseconds from each press on the wire to its acknowledgement; the presses leave one right after the other."""
    sockets, held = world.slack.sockets, Held()
    world.slack.road = held
    for ts in stamps:
        world.slack.click(BOB.id, ts, action, wait=False)
    world.slack.road = sockets
    for each in held.all:
        sockets.bring(each)
    for each in held.all:
        if each.wait().failure or each.acked_after is None:
            raise RuntimeError(each.failure)
    return [(each.acked_after or 0.0) * 1000 for each in held.all]


def access(folder: Path) -> dict[str, Any]:
    """From the press on Access (identity known) to the answer sent, over the sample company's database.

    Known by the ladder's first step: our own mail server vouches for an answer from the address on file.
    """
    seconds = []
    with at_work(folder, more=f'\n[intake]\nauthserv_id = "{AUTHSERV}"\n') as (world, bot):
        walk = Walk(world, BOB.id, BOB.id)
        people = [row["email"].strip().lower() for row in world.company()["account"]]
        alone = [each for each in people if people.count(each) == 1 and each != company.JONAS][:6]
        for number, address in enumerate(alone):
            _vouched(world, number, address)
            ref = walk.new_card()
            letter = walk.letter(("", address), "acknowledgement")
            _vouched(world, 100 + number, address, letter.message_id)
            walk.until("the answer", lambda ref=ref: _trailed(bot, ref, "reply"))
            time.sleep(1.2)
            began = time.perf_counter()
            world.slack.click(BOB.id, walk.card(ref)["ts"], "choose:access")
            until(lambda ref=ref: _answered(bot, ref), 20, 0.002)
            seconds.append(time.perf_counter() - began)
    found = spread(seconds, 3)
    return {
        "s": found, "letters": "released at once by the configuration", "against": "one export of the same person",
        "target": "≤ 0.4 s", "met": found["p50"] <= 0.4,
    }  # fmt: skip


def _vouched(world: World, number: int, address: str, answers: str = "") -> None:
    """A mail from this address, for which the company's own mail server vouches."""
    domain = address.rpartition("@")[2]
    raw = a_mail(
        number, "Data Protection Enquiry", "Which data do you hold about me?", sender=address, In_Reply_To=answers,
        Authentication_Results=f"{AUTHSERV}; dmarc=pass header.from={domain}",
    )  # fmt: skip
    with smtplib.SMTP(HOST, world.smtp.port, timeout=10) as line:
        line.sendmail(address, [OWN], raw)


def _trailed(bot: Bot, ref: str, verb: str) -> bool:
    with bot.parts.store.read() as unit:
        return any(each.verb == verb for each in unit.trail(unit.tickets.by_ref(ref).id))


def _answered(bot: Bot, ref: str) -> bool:
    with bot.parts.store.read() as unit:
        found = unit.tickets.by_ref(ref)
        return any(each.right == Right.ACCESS and each.state == State.DONE for each in unit.requests.of(found.id))


def idle_memory(folder: Path) -> dict[str, Any]:
    """`subjectline run`, everything in one process, connected and idle; then with the child that has read one mail."""
    with World(folder) as world, running(world) as process:
        until(lambda: world.slack.sockets.open, 30)
        time.sleep(3)
        before = _rss(process.pid)
        walk = Walk(world, BOB.id, BOB.id)
        walk.write(("Mara Lindt", company.MARA), "Data Protection Enquiry", "Which data do you hold about me?")
        walk.new_card()
        time.sleep(3)
        after = _rss(process.pid)
    return {"mb": before, "after_one_enquiry_mb": after, "target": "≤ 150 MB", "met": after["all"] <= 150}


def _rss(pid: int) -> dict[str, float]:
    """What would be free if the processes were gone: pages of a file that the child shares with the bot count once."""
    top = psutil.Process(pid)
    files = {each.path for each in top.memory_maps() if each.path.startswith("/")}
    found = {"bot": top.memory_info().rss}
    for number, each in enumerate(top.children(recursive=True)):
        shared = sum(one.shared_clean for one in each.memory_maps() if one.path in files)
        found[f"child {number}"] = each.memory_info().rss - shared
    found["all"] = sum(found.values())
    return {name: round(value / 1e6, 1) for name, value in found.items()}
