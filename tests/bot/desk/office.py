"""An office for the desk's tests: real store, real engine, real letters, fake edges; Ann writes, Hugo handles, Paula approves."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

from bot import law
from bot.desk import Desk, House
from bot.engine import Engine
from bot.intake import Reading, Rules, Verdict
from bot.intake import read as read_mail
from bot.law import Right
from bot.letters import Writer
from bot.store import Store
from bot.tickets import Request, Role, Ticket
from tests.fakes import FakeChannel, FakePacker, FakePostman, FakeSystem

HUGO, PAULA, VERA, EVE = "UHUGO", "UPAULA", "UVERA", "UEVE"
ROLES = {
    HUGO: frozenset({Role.VIEWER, Role.HANDLER, Role.APPROVER}),
    PAULA: frozenset({Role.VIEWER, Role.HANDLER, Role.APPROVER}),
    VERA: frozenset({Role.VIEWER}),
}
ANN = "ann.keller@example.com"
TEMPLATES = Path(__file__).parents[3] / "templates"
POLICY = {
    "company": {
        "name": "Lumen Acoustics AG", "address": ["Werkstrasse 1", "8400 Winterthur"], "country": "Switzerland",
        "email": "info@lumen.example", "phone": "", "zone": "Europe/Zurich", "sender": "Lumen Acoustics AG",
    },
    "policy": {
        "categories": [
            {"name": "customer data", "purposes": ["the contract"], "retention": "the account's life", "source": "you"}
        ],
        "recipients": [
            {"name": "Mailchimp", "country": "USA", "safeguard": "standard contractual clauses", "categories": [],
             "tell": False, "because": "we delete there ourselves"}
        ],
        "authorities": [{"name": "FDPIC", "site": "edoeb.admin.ch", "of": "people in Switzerland"}],
        "automated_decisions": "None.", "backups": "Overwritten within 90 days.", "suppression": "",
        "record": "A record of this enquiry, for 36 months.",
    },
}  # fmt: skip


@dataclass
class Mail:
    """A mail as the watcher hands it in."""

    raw: bytes
    uid: int
    arrived_at: Any
    mailbox: str = "mail.example/INBOX"
    uidvalidity: int = 7
    truncated: bool = False

    @property
    def size(self) -> int:
        return len(self.raw)


@dataclass
class Stage:
    """The office at work."""

    store: Store
    clock: Any
    ids: Any
    system: FakeSystem = field(default_factory=lambda: FakeSystem(people={"person:1": (ANN, 3)}))
    channel: FakeChannel = field(default_factory=FakeChannel)
    postman: FakePostman = field(default_factory=FakePostman)
    packer: FakePacker = field(default_factory=FakePacker)
    house: dict[str, Any] = field(default_factory=dict)
    more: tuple[Any, ...] = ()  # further systems
    reads: bool = True  # whether somebody reads what is drafted, and releases it
    rules: Rules = field(
        default_factory=lambda: Rules(own_addresses=("info@lumen.example",), reply_tag="dpe.lumen.example")
    )

    def __post_init__(self) -> None:
        self.uid = 0
        self.pause = Event()
        self.engine = Engine(self.store, self.clock)
        self.desk = Desk(
            house=House(**{
                "policy": POLICY, "sender": "info@lumen.example", "public_url": "https://privacy.lumen.example",
                "roles": ROLES, "regimes": ("gdpr_eu", "ch_fadp"), "zone": "Europe/Zurich",
                "deadline": law.Deadline(("gdpr_eu", "ch_fadp"), zone="Europe/Zurich", holidays_region="CH-ZH"),
                "message_domain": "dpe.lumen.example", "mail_timeout_s": 0.2, "mail_settle_s": 0.0, **self.house,
            }),
            store=self.store, engine=self.engine, clock=self.clock, ids=self.ids,
            systems={each.name: each for each in (self.system, *self.more)}, channel=self.channel, postman=self.postman,
            writer=Writer(TEMPLATES), packer=self.packer, new_code=lambda: "12345678",
            words=lambda raw: self.read(raw).text, reading=self.read,
        )  # fmt: skip
        for kind in self.desk.kinds():
            self.engine.register(kind)

    def read(self, raw: bytes) -> Reading:
        return read_mail(raw, self.rules)

    def mail(self, text: str = "Which data do you hold about me?", *, sender: str = f"Ann Keller <{ANN}>",
             subject: str = "Data Protection Enquiry", **headers: str) -> str | None:  # fmt: skip
        """Somebody writes; the desk's answer."""
        self.uid += 1
        head = {"From": sender, "To": "info@lumen.example", "Subject": subject,
                "Message-ID": f"<mail-{self.uid}@example.com>", "Date": "Mon, 23 Nov 2026 10:00:00 +0100"}  # fmt: skip
        head |= {name.replace("_", "-"): value for name, value in headers.items()}
        raw = "\r\n".join([*(f"{name}: {value}" for name, value in head.items()), "", text]).encode()
        return self.arrive(raw)

    def arrive(self, raw: bytes) -> str | None:
        return self.desk.receive([(Mail(raw, self.uid, self.clock()), self.read(raw))])[0]

    def work(self) -> None:
        """Everything that is due is carried out, and what follows from it; Hugo releases what was drafted."""
        while self.engine.step() or (self.reads and self.release()):
            self.clock.forward(seconds=1)
        odd = [each for each in self.engine.stuck() if each.state == "dead" or (each.error or "").endswith("Error")]
        assert not odd, odd

    def release(self) -> bool:
        """Whether the first of the handlers has released a letter that waited for it."""
        user = next(each for each, roles in self.desk.house.roles.items() if Role.HANDLER in roles)
        with self.store.read() as unit:
            drafts = [each for ticket in unit.tickets.list(state=None) for each in unit.letters.drafts(ticket.id)]
        for each in drafts:
            self.desk.release(user, self.ids(), each.id, each.digest[:16])
        return bool(drafts)

    def settled(self, key: str) -> None:
        """Until the database's clock says that the lost call can no longer be under way, and the engine has looked."""
        ends = monotonic() + 10
        while monotonic() < ends:
            self.clock.forward(minutes=2)
            self.work()
            with self.store.read() as unit:
                if self.engine.states(unit, [key])[key] not in {"ready", "running"}:
                    return
            self.pause.wait(0.05)
        raise AssertionError(f"{key} was never settled")

    def open(self, text: str = "Which data do you hold about me?", **kwargs: Any) -> str:
        ticket_id = self.mail(text, **kwargs)
        assert ticket_id
        self.work()
        return ticket_id

    def reply_with_code(self, code: str = "1234 5678") -> str | None:
        return self.reply(f"The code is {code}.")

    def reply(self, text: str, sender: str = f"Ann Keller <{ANN}>") -> str | None:
        from email import message_from_bytes

        last = message_from_bytes(self.postman.out[-1][2])["Message-ID"]
        return self.mail(text, sender=sender, subject="Re: Data Protection Enquiry", In_Reply_To=last)

    def choose(self, ticket_id: str, right: Right, user: str = HUGO, event: str = "") -> None:
        self.desk.choose(user, event or self.ids(), ticket_id, right)
        self.work()

    def download(self, token: str, address: str) -> Any:
        """The package, to whoever types this address and the code that comes to it; asked for if none is good yet."""
        code = self.desk.new_code()
        found = self.desk.download(token, address, code)
        if found or not self.desk.send_code(token, address):
            return found
        while self.engine.step():
            self.clock.forward(seconds=1)
        return self.desk.download(token, address, code)

    def planned_deletion(self) -> tuple[str, Request]:
        """Ann has asked for deletion and confirmed who she is; the plan waits for its approval."""
        ticket_id = self.open("Please delete my data.")
        self.choose(ticket_id, Right.DELETION)
        self.reply_with_code()
        self.work()
        return ticket_id, self.request(ticket_id, Right.DELETION)

    def ticket(self, ticket_id: str) -> Ticket:
        with self.store.read() as unit:
            return unit.tickets.get(ticket_id)

    def request(self, ticket_id: str, right: Right) -> Request:
        with self.store.read() as unit:
            return next(each for each in unit.requests.of(ticket_id) if each.right == right)

    def cooled(self) -> None:
        self.work()  # the notices leave, and the cooling time begins
        self.clock.forward(hours=48, seconds=1)
        self.work()

    def trail(self, ticket_id: str) -> list[str]:
        with self.store.read() as unit:
            return [row.verb for row in unit.trail(ticket_id)]


__all__ = ["ANN", "EVE", "HUGO", "PAULA", "VERA", "Stage", "Verdict", "timedelta"]
