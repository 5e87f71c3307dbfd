"""Impostors, each with a script of mails, against an office that says yes to everything it is offered (TRUST T01-T04).

Hugo chooses every right, names every address on file a mail names, compares every fact, tries again and releases every
letter; Paula approves and agrees. Whoever writes reads all that is sent to them, and guesses. Nobody shows a paper that
would prove anything. What comes out: no package, no deletion, no correction, and no letter to them that says more than
anybody may know.
"""

import itertools
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from bot.desk.identifying import CODE
from bot.errors import NotAllowed
from bot.intake import Rules, normal_address
from bot.law import Right
from bot.store import Keys
from bot.tickets import FINAL, Request, State
from tests.bot.address_vectors import ALICE, CONFUSABLES
from tests.bot.desk.office import ANN, HUGO, PAULA, Stage
from tests.fakes import FakeSystem

EVE, MALLORY, LAWYER = "eve@evil.example", "mallory@example.com", "counsel@law.example"
OURS = "mx.lumen.example"
FAILED = f"{OURS}; dmarc=fail (p=none) header.from=example.com"
FORGED = f"{OURS}; dmarc=pass header.from=example.com"
ALL = "Which data do you hold about me? Please send me a copy of all my data and delete my data."
TO_EVE = f"{ALL} I have lost my old address {ANN}: answer to {EVE}."
SECRETS = ("https://privacy.lumen.example/p/", "account", "Teststrasse")  # a link, what is held and where, a value
HOME = "Teststrasse 5"
GUESSED = {"customer_number": "K-100000", "birthday": "1990-01-01"}
ASKED = {Right.ACCESS: {}, Right.DELETION: {}, Right.CORRECTION: {"street": "Evil Lane 1", "email": EVE}}


@dataclass(frozen=True)
class Line:
    """One mail of a script. `after`: it answers the newest letter of the ticket that line of the script opened."""

    sender: str
    text: str = ALL
    subject: str = "Data Protection Enquiry"
    headers: dict[str, str] = field(default_factory=dict)
    after: int | None = None
    code: int | None = None  # it holds the code of that line's ticket


def mails(sender: str, text: str = ALL, **headers: str) -> list[Line]:
    return [Line(sender, text, headers={name.replace("_", "-"): value for name, value in headers.items()})]


ANNS = f"Ann Keller <{ANN}>"
SCRIPTS: dict[str, Sequence[Line]] = {
    # another address for answers
    "reply-to": mails(ANNS, Reply_To=EVE),
    "reply-to that looks alike": mails(ANNS, Reply_To="ann.keller@examp1e.com"),
    "reply-to of two": mails(ANNS, Reply_To=f"{ANN}, {EVE}"),
    "reply-to of the person": mails(EVE, Reply_To=ANNS),
    "disposition to": mails(ANNS, Disposition_Notification_To=EVE, Return_Receipt_To=EVE, Errors_To=EVE),
    # a name that says more than the address
    "name": mails(f"Ann Keller <{EVE}>"),
    "name that is an address": mails(f'"{ANN}" <{EVE}>'),
    "name with an address in brackets": mails(f'"Ann Keller <{ANN}>" <{EVE}>'),
    "name in an encoded word": mails(f"=?utf-8?b?QW5uIEtlbGxlciA8YW5uLmtlbGxlckBleGFtcGxlLmNvbT4=?= <{EVE}>"),
    "name in a comment": mails(f"{EVE} ({ANN})"),
    # an address that looks like another
    "cyrillic domain": mails("Ann Keller <ann.keller@ex\u0430mple.com>"),
    "cyrillic local part": mails("Ann Keller <\u0430nn.keller@example.com>"),
    "punycode": mails("Ann Keller <ann.keller@xn--exmple-4nf.com>"),
    "full width": mails("Ann Keller <ann.keller@\uff45xample.com>"),
    "zero width": mails("Ann Keller <ann.\u200bkeller@example.com>"),
    "one for l": mails("Ann Keller <ann.keller@examp1e.com>"),
    "longer domain": mails(f"Ann Keller <{ANN}.evil.example>"),
    "shorter domain": mails("Ann Keller <ann.keller@example.co>"),
    "subdomain": mails("Ann Keller <ann.keller@mail.example.com>"),
    # the same mailbox, perhaps
    "plus": mails("Ann Keller <ann.keller+dpo@example.com>"),
    "plus, and a claim": mails("Ann Keller <ann.keller+dpo@example.com>", TO_EVE),
    "without the dot": mails("Ann Keller <annkeller@example.com>"),
    "quoted local part": mails('Ann Keller <"ann.keller"@example.com>'),
    # two senders in one mail
    "two in from": mails(f"{ANNS}, Eve <{EVE}>"),
    "two from headers": mails(f"{ANNS}\r\nFrom: Eve <{EVE}>"),
    "brackets after brackets": mails(f"<{ANN}> <{EVE}>"),
    "closing bracket": mails(f"{ANN})eve@evil.example"),
    "group": mails(f"Friends: {ANN}, {EVE};"),
    "sender": mails(ANNS, Sender=EVE),
    # what mail servers say
    "failed dmarc": mails(ANNS, Authentication_Results=FAILED),
    "our line forged below": mails(ANNS, Authentication_Results=f"{FAILED}\r\nAuthentication-Results: {FORGED}"),
    "another server's line": mails(ANNS, Authentication_Results=FORGED.replace(OURS, "mx.evil.example")),
    "our name as a beginning": mails(ANNS, Authentication_Results=FORGED.replace(OURS, f"{OURS}.evil.example")),
    "passed for their own domain": mails(
        ANNS, Authentication_Results=f"{OURS}; dmarc=pass header.from=evil.example; dkim=pass header.d=evil.example"
    ),
    "passed, and not the person": mails(f"Eve <{EVE}>", TO_EVE, Authentication_Results=FORGED.replace("example.com", "evil.example")),
    "our line believed, nothing answered": mails(ANNS, TO_EVE, Authentication_Results=FORGED),
    # somebody else's thread
    "reference of the person's ticket": [*mails(ANNS), Line(EVE, TO_EVE, "Re: {ref}", after=0)],
    "answer to the person's letter": [*mails(ANNS), Line(EVE, TO_EVE, after=0)],
    "forged answer to the person's letter": [
        *mails(ANNS), Line(ANNS, f"Yes, it was me. Answer to {EVE}.", after=0, headers={"Authentication-Results": FAILED}),
    ],
    "codes guessed in the person's name": [
        *mails(ANNS), *[Line(ANNS, f"{number}0000001 {number}0000002 {number}0000003", after=0) for number in range(3, 5)],
    ],
    "their own code in the person's thread": [
        *mails(f"Mallory <{MALLORY}>"), *mails(ANNS), Line(ANNS, "The code is {code}.", after=1, code=0),
    ],
    # in somebody else's name
    "lawyer": mails(LAWYER, f"We act for Ms Ann Keller, {ANN}. Send all personal data about our client; delete her data."),
    "parent": mails(EVE, f"I am the mother of Ann Keller, {ANN}, and ask on her behalf: delete her account and send me her data."),
    "portal": mails("requests@portal.example", f"On behalf of our client Ann Keller ({ANN}) we request access and deletion."),
    "husband": mails(EVE, f"I write on behalf of my wife, {ANN}. {ALL}"),
    # a new address
    "lost the old address": [*mails(EVE, TO_EVE), Line(EVE, TO_EVE, after=0)],
    "address to be corrected": mails(ANNS, f"Please correct my e-mail address to {EVE}. {ALL}"),
    "sent on": mails("Bob <bob@lumen.example>", f"From: Eve <{EVE}>\n\n{ALL}"),
    "old mail pasted": mails(EVE, f"{ALL}\n\n> From: {ANNS}\n> The code is 1234 5678."),
}  # fmt: skip


class Busy(Stage):
    """An office that says yes to whatever it is offered, and codes nobody can know."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.read_letters: list[Letter] = []
        codes = (f"{number}73942" for number in itertools.count(101))
        object.__setattr__(self.desk, "new_code", lambda: next(codes))

    def release(self) -> bool:
        before = len(self.postman.out)
        with suppress(NotAllowed):
            return super().release()
        return len(self.postman.out) > before

    def work(self) -> None:
        """As ever; a letter to an address no header can hold stays here, and the card says so."""
        while self.engine.step() or self.release():
            self.clock.forward(seconds=1)
        odd = [each for each in self.engine.stuck() if (each.error or "").endswith("Error")]
        assert not odd, odd

    def press(self, verb: str, user: str, *args: object) -> None:
        with suppress(NotAllowed):
            getattr(self.desk, verb)(user, self.ids(), *args)

    def take_in(self) -> None:
        """What was put aside is taken for an enquiry of whoever it seems to be from."""
        for mail in self.desk.quarantine(HUGO):
            form = self.desk.mail_form(HUGO, mail.id)
            self.press("open_mail", HUGO, mail.id, form.address, tuple(Right), "en")

    def says_yes(self) -> None:
        """One round over every open ticket: choose, find out who asks, try again, approve."""
        self.take_in()
        for ticket_id, requests in self.tickets().items():
            for each in requests:
                if each.state == State.RECEIVED and each.right in ASKED:
                    self.press("choose", HUGO, ticket_id, each.right, ASKED[each.right])
        self.work()
        for ticket_id in self.tickets():
            self.settle_identity(ticket_id)
        self.work()
        for requests in self.tickets().values():
            for each in requests:
                if each.state == State.NEEDS_PERSON:
                    self.press("resume", HUGO, each.id)
                if each.plan_id:
                    self.press("approve", PAULA, each.id, each.plan_id)
        self.work()

    def tickets(self) -> dict[str, list[Request]]:
        """Every open ticket and what of it has not ended."""
        with self.store.read() as unit:
            found = {each.id: unit.requests.of(each.id) for each in unit.tickets.list(state="open", limit=1000)}
        return {each: [one for one in requests if one.state not in FINAL] for each, requests in found.items()}

    def settle_identity(self, ticket_id: str) -> None:
        """Whatever the window offers, but for papers nobody has shown."""
        with suppress(NotAllowed):
            view = self.desk.identity_view(HUGO, ticket_id)
            if "itself" in view.offers:
                self.press("itself", HUGO, ticket_id)
            if view.named and "claim" in view.offers:
                self.press("claim", HUGO, ticket_id, view.named)
            for verb in [each for each in ("code", "facts", "second") if each in view.offers]:
                self.press(verb, PAULA if verb == "second" else HUGO, ticket_id, *([GUESSED] if verb == "facts" else []))

    def letters(self, *words: str) -> list["Letter"]:
        """What went out and has each of these words in its head or its text."""
        for _, _, raw in self.postman.out[len(self.read_letters) :]:
            self.read_letters.append(Letter(message_from_bytes(raw, policy=policy.default)))
        return [each for each in self.read_letters if all(word in each.text for word in words)]

    def plays(self, line: Line, tickets: Sequence[str | None]) -> str | None:
        """The next mail of a script whose earlier ones opened these tickets; the ticket it came to."""
        values = {}
        headers = {"From": line.sender, "To": "info@lumen.example", **line.headers}
        if line.after is not None:
            values["ref"] = self.ticket(tickets[line.after] or "").ref
            headers["In-Reply-To"] = self.letters(values["ref"])[-1].message_id
        if line.code is not None:
            theirs = self.letters(self.ticket(tickets[line.code] or "").ref, "with this code")
            values["code"] = " ".join(CODE.findall(theirs[-1].text)[0])
        self.uid += 1
        headers |= {"Subject": line.subject.format(**values), "Message-ID": f"<m{self.uid}@x.example>"}
        block = [*(f"{name}: {value}" for name, value in headers.items()), "", line.text.format(**values)]
        return self.arrive("\r\n".join(block).encode("utf-8"))

    def guesses(self) -> None:
        """Whoever is not on file answers each letter they got."""
        for each in [*self.letters(EVE), *self.letters(LAWYER)]:
            self.plays(Line(EVE, "It is me. 1111 2222", headers={"In-Reply-To": each.message_id}), ())
        self.work()


class Letter:
    """What went out, read once. `text` has its head, too."""

    def __init__(self, mail: EmailMessage) -> None:
        body = mail.get_body(("plain",))
        assert body
        self.message_id, self.to = str(mail["Message-ID"]), normal_address(mail["To"])
        self.text = f"{mail['To']} {mail['Subject']}\n{body.get_content()}"


@pytest.fixture
def office(sqlite_store, clock, ids) -> Busy:
    system = FakeSystem(people={"person:1": (ANN, 3), "person:2": (MALLORY, 1)})
    system.fields = {"person:1": {"street": HOME, "email": ANN}}
    rules = Rules(own_addresses=("info@lumen.example",), reply_tag="dpe.lumen.example", authserv_id=OURS)
    return Busy(sqlite_store, clock, ids, system=system, rules=rules)


def play(office: Busy, scripts: Sequence[str]) -> None:
    """Line by line of all of them, and the office says yes after each."""
    opened: dict[str, list[str | None]] = {each: [] for each in scripts}
    for number in range(max(len(SCRIPTS[each]) for each in scripts)):
        for each in scripts:
            for line in SCRIPTS[each][number : number + 1]:
                opened[each].append(office.plays(line, opened[each]))
        office.work()
        office.says_yes()


# each alone in the long set, where one can be told from the other; else as they would come, all of them at once
LONG = os.environ.get("SUBJECTLINE_FAULTS") == "long"
ONE_BY_ONE = [pytest.param([each], id=each.replace(" ", "-"), marks=pytest.mark.faults) for each in SCRIPTS if LONG]


@pytest.mark.parametrize("scripts", [pytest.param(list(SCRIPTS), id="all"), *ONE_BY_ONE])
def test_impostors_get_nothing(office: Busy, scripts: list[str]) -> None:
    """0 packages, 0 deletions, nothing changed; codes and data to nobody but the addresses on file."""
    play(office, scripts)
    office.guesses()
    office.says_yes()
    office.clock.forward(hours=49)
    office.work()
    with office.store.read() as unit:
        tickets = unit.tickets.list(limit=1000)
        assert not [each.ref for each in tickets if unit.packages.of(each.id)]
        assert len(tickets) + len(unit.mail.quarantined()) >= len(scripts)
    assert not office.packer.files
    assert not office.system.erasures
    assert office.system.people == {"person:1": (ANN, 3), "person:2": (MALLORY, 1)}
    assert office.system.fields["person:1"] == {"street": HOME, "email": ANN}
    for each in office.letters():
        assert not any(word in each.text for word in SECRETS)
        assert each.to in {ANN, MALLORY} or "with this code" not in each.text


def test_the_same_office_does_it_all_for_whoever_has_the_code(office: Busy) -> None:
    """What no impostor gets Ann gets, so it is the code that keeps them out, and nothing else."""
    assert len(SCRIPTS) >= 40
    tickets = [office.plays(Line(ANNS), ())]
    office.work()
    office.says_yes()
    office.plays(Line(ANNS, "The code is {code}.", after=0, code=0), tickets)
    for _ in range(3):
        office.work()
        office.says_yes()
        office.clock.forward(hours=49)
    assert office.packer.files
    assert office.system.erasures


def test_a_confusable_address_finds_nobody(keys: Keys) -> None:
    """T03: by the blind index of what is compared none of them is the address on file."""
    on_file = keys.blind("address", ALICE)
    found = [normal_address(each) for each in CONFUSABLES]
    assert on_file not in {keys.blind("address", each) for each in found if each}
    assert keys.blind("address", normal_address(f" {ALICE.upper()} ") or "") == on_file
