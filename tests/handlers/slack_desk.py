"""A desk that keeps what it was asked and answers what a test wrote down; and a door for it, over the stand-in."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from slack_bolt import App
from starlette.applications import Starlette

import handlers
from bot.cards import (
    CardView,
    ClockForm,
    ClockView,
    Details,
    Evidence,
    Mail,
    NextActor,
    NoticeReply,
    NoticeView,
    Quarantined,
    TaskForm,
    TaskView,
    TicketLine,
    Wanted,
    Week,
    card,
    card_text,
)
from bot.cards.identity import DO, IdentityView
from bot.cards.looks import LookForm, PieceView
from bot.cards.refusal import RefusalForm
from bot.cards.team import Health, Home, MailForm, More, Person
from bot.errors import NotAllowed
from bot.identity import Known, Vouched, decide
from bot.law import Right
from bot.law.grounds import grounds
from bot.recipients import Verdict
from bot.report import report
from bot.sandbox.loopback import Loopback
from bot.sandbox.slack import ANN, BOB, CEM, VIC, Slack
from bot.slack import Channel, Workspace, app_id, bolt, client, close, routes
from bot.slack.hearing import THREADS
from bot.tickets import Identity, Role, State
from bot.workflow import Change
from tests.bot.cards.views import FORM, MOVE, NOTICES, NOW, TASK, VIEW

ROLES = {
    ANN.id: frozenset({Role.HANDLER}),
    BOB.id: frozenset({Role.APPROVER}),
    CEM.id: frozenset({Role.ADMIN}),
    VIC.id: frozenset({Role.VIEWER}),
}
AT = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
WORDS = "Please delete all you hold about me, I am Zora Quellmann"
DETAILS = Details("t1", "DPE-2026-0001", AT, "en", Identity.ASKED, "zora@quellmann.example", "Zora", "My data", WORDS,
                  mails=(Mail(AT, "My reply\n\nOn 3 Nov 2026 at 10:00 Lumen <a@b.example> wrote:\n> what it repeats", id="m7"),))  # fmt: skip
IDENTITY = IdentityView(
    "t1", "DPE-2026-0001", Identity.ASKED, Vouched.FAIL, ("It asks for answers elsewhere.",), False,
    ((Right.ACCESS, decide(Right.ACCESS, Known(located=True))), (Right.DELETION, None)), tuple(DO),
    (("claim", "held", ANN.id, None), ("code", "held", "person", None), ("facts", "held", ANN.id, BOB.id)),
    "zora@quellmann.example",
)  # fmt: skip
MAIL = Quarantined("m1", AT, 12_345, ("too many parts",), "eve@quellmann.example", "Hello", "A body")


@dataclass
class FakeDesk:
    """`asked` holds (verb, arguments) in the order they came; `refuses` and `fails` make a verb raise."""

    view: CardView = VIEW
    task: TaskView = TASK
    asked: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    effects: dict[str, tuple[str, tuple[Any, ...]]] = field(default_factory=dict)  # event -> what was done, once
    refuses: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)  # verb -> the field a refusal is about
    fails: dict[str, Exception] = field(default_factory=dict)
    came: threading.Condition = field(default_factory=threading.Condition)
    house: Any = field(default_factory=lambda: SimpleNamespace(roles=dict(ROLES), zone="Europe/Zurich"))
    channel: Any = None
    more_of: More = field(default_factory=lambda: More(
        "t1", "DPE-2026-0001", True, BOB.id, False, ((Right.ACCESS, "r1"),), False, (Right.ACCESS, Right.DELETION)
    ))  # fmt: skip
    tickets_open: list[TicketLine] = field(default_factory=lambda: [
        TicketLine("t1", "DPE-2026-0001", (Right.ACCESS,), VIEW.due, NextActor.HANDLER, (State.PLANNING,))
    ])  # fmt: skip

    def clock(self) -> datetime:
        return NOW.astimezone(UTC)

    def _ask(self, verb: str, *given: Any) -> None:
        with self.came:
            self.asked.append((verb, given))
            self.came.notify_all()
        if verb in self.refuses:
            raise NotAllowed(self.refuses[verb], self.fields.get(verb, ""))
        if verb in self.fails:
            raise self.fails[verb]

    def _act(self, verb: str, user: str, event: str, *given: Any) -> None:
        self._ask(verb, user, *given)
        with self.came:
            self.effects.setdefault(event, (verb, (user, *given)))

    def choose(self, user: str, event: str, ticket_id: str, right: Right, wishes: Any = None) -> None:
        self._act("choose", user, event, ticket_id, right, *([dict(wishes)] if wishes else []))

    def wanted(self, user: str, ticket_id: str) -> Wanted:
        self._ask("wanted", user, ticket_id)
        return Wanted("t1", "DPE-2026-0001", "I moved.\nCity: Winterthur", {"city": "Winterthur"})

    def changes(self, user: str, request_id: str) -> tuple[str, list[tuple[str, Change]], str]:
        self._ask("changes", user, request_id)
        change = Change("server", "account", "7", "city", "city", "City", "Zürich", "Winterthur")
        return "DPE-2026-0001", [("our internal server", change)], "t1"

    def ref_of(self, user: str, ticket_id: str) -> str:
        self._ask("ref_of", user, ticket_id)
        return "DPE-2026-0001"

    def ref_of_request(self, user: str, request_id: str) -> str:
        self._ask("ref_of_request", user, request_id)
        return "DPE-2026-0001"

    def lift(self, user: str, event: str, request_id: str, reason: str) -> None:
        self._act("lift", user, event, request_id, reason)

    def keep(self, user: str, event: str, request_id: str) -> None:
        self._act("keep", user, event, request_id)

    def approve(self, user: str, event: str, request_id: str, plan_id: str) -> None:
        self._act("approve", user, event, request_id, plan_id)

    def reject(self, user: str, event: str, request_id: str) -> None:
        self._act("reject", user, event, request_id)

    def stop(self, user: str, event: str, request_id: str) -> None:
        self._act("stop", user, event, request_id)

    def resume(self, user: str, event: str, request_id: str) -> None:
        self._act("resume", user, event, request_id)

    def withdraw(self, user: str, event: str, request_id: str) -> None:
        self._act("withdraw", user, event, request_id)

    def settle(self, user: str, event: str, key: str, *, seen: bool) -> None:
        self._act("settle", user, event, key, seen)

    def look_form(self, user: str, request_id: str) -> LookForm:
        self._ask("look_form", user, request_id)
        pieces = [
            PieceView("p1", "our mailbox", "Other people are named.", "1.eml", "Zora Quellmann wrote to Bob."),
            PieceView("p2", "our files", "It was found by its text.", "scan.pdf", ""),
        ]
        return LookForm(VIEW.ref, request_id, pieces, 7)

    def looked_through(
        self, user: str, event: str, request_id: str, verdicts: Mapping[str, str], words: Sequence[str], rest: str = ""
    ) -> int:
        self._act("looked_through", user, event, request_id, dict(verdicts), list(words), rest)
        return 0 if rest else 7

    def posted(self, user: str, event: str, letter_id: str) -> None:
        self._act("posted", user, event, letter_id)

    def passphrase(self, user: str, package_id: str) -> tuple[str, str, str]:
        self._ask("passphrase", user, package_id)
        return VIEW.ref, f"{VIEW.ref}-1.zip", "ABCD-EFGH-JKLM-NPQR-STUV-WXYZ"

    def passphrase_told(self, user: str, event: str, package_id: str) -> None:
        self._act("passphrase_told", user, event, package_id)

    def tasks(self, user: str, request_id: str) -> tuple[str, list[TaskView]]:
        self._ask("tasks", user, request_id)
        return VIEW.ref, [self.task, replace(self.task, id="k2", number=2, state="done", outcome="done")]

    def task_form(self, user: str, task_id: str) -> TaskForm:
        self._ask("task_form", user, task_id)
        return TaskForm(self.task, "zora@quellmann.example", "Zora", (("City", "Winterthur"),))

    def task_done(self, user: str, event: str, task_id: str, said: Any) -> None:
        self._act("task_done", user, event, task_id, said.outcome, said.evidence, said.found, said.reason)

    def task_evidence(self, user: str, task_id: str) -> Evidence:
        self._ask("task_evidence", user, task_id)
        return Evidence(self.task, "Shredded the folder of Quellmann.", can_see=user != ANN.id)

    def task_seen(self, user: str, event: str, task_id: str) -> None:
        self._act("task_seen", user, event, task_id)

    def identity_view(self, user: str, ticket_id: str) -> IdentityView:
        self._ask("identity_view", user, ticket_id)
        return IDENTITY

    def claim(self, user: str, event: str, ticket_id: str, address: str) -> str:
        self._act("claim", user, event, ticket_id, address)
        return "Every system is asked."

    def facts(self, user: str, event: str, ticket_id: str, given: Any) -> str:
        self._act("facts", user, event, ticket_id, dict(given))
        return "They are compared."

    def document(self, user: str, event: str, ticket_id: str) -> str:
        self._act("document", user, event, ticket_id)
        return "Taken."

    def authority(self, user: str, event: str, ticket_id: str) -> str:
        self._act("authority", user, event, ticket_id)
        return "Taken."

    def code(self, user: str, event: str, ticket_id: str) -> str:
        self._act("code", user, event, ticket_id)
        return "Taken."

    def second(self, user: str, event: str, ticket_id: str) -> str:
        self._act("second", user, event, ticket_id)
        return "Taken."

    def agent(self, user: str, event: str, ticket_id: str) -> str:
        self._act("agent", user, event, ticket_id)
        return "Taken."

    def itself(self, user: str, event: str, ticket_id: str) -> str:
        self._act("itself", user, event, ticket_id)
        return "Taken."

    def settle_mail(self, user: str, event: str, mail_id: str) -> None:
        self._act("settle_mail", user, event, mail_id)

    def look_again(self, user: str, event: str, mail_id: str) -> None:
        self._act("look_again", user, event, mail_id)

    def whole_mail(self, user: str, mail_id: str) -> Mail:
        self._ask("whole_mail", user, mail_id)
        return Mail(AT, "Yes.\n\n> Everything it repeats", id=mail_id)

    def erase_again(self, user: str, event: str, alarm_id: str) -> None:
        self._act("erase_again", user, event, alarm_id)

    def consents(self, user: str, alarm_id: str) -> list[tuple[str, str]]:
        self._ask("consents", user, alarm_id)
        return [("s1", "zora@quellmann.example"), ("s2", "zora.private@quellmann.example")]

    def consent(self, user: str, event: str, sighting_id: str, where: str, on: date) -> None:
        self._act("consent", user, event, sighting_id, where, on)

    def accounts(self, user: str, batch_id: str) -> list[tuple[str, str, date | None]]:
        self._ask("accounts", user, batch_id)
        return [("c1", "zora@quellmann.example", date(2015, 3, 4)), ("c2", "zoe@quellmann.example", None)]

    def decide(
        self, user: str, event: str, batch_id: str, choices: Any, why: str = "", until: date | None = None
    ) -> Any:
        self._act("decide", user, event, batch_id, dict(choices), why, until)
        return SimpleNamespace(ref="DPE-2026-0009") if "delete" in choices.values() else None

    def approve_all(self, user: str, event: str, ticket_id: str, mark: str) -> None:
        self._act("approve_all", user, event, ticket_id, mark)

    def call_off(self, user: str, event: str, ticket_id: str) -> None:
        self._act("call_off", user, event, ticket_id)

    def close(self, user: str, event: str, ticket_id: str) -> None:
        self._act("close", user, event, ticket_id)

    def details(self, user: str, ticket_id: str) -> Details:
        self._ask("details", user, ticket_id)
        return DETAILS

    def ticket(self, user: str, ref: str) -> CardView:
        self._ask("ticket", user, ref)
        return replace(self.view, ref=ref)

    def explain(self, user: str, ticket_id: str) -> tuple[tuple[str, ...], ClockView]:
        self._ask("explain", user, ticket_id)
        return VIEW.why, self.view.clock

    def clock_form(self, user: str, ticket_id: str, kind: str) -> ClockForm:
        self._ask("clock_form", user, ticket_id, kind)
        return replace(FORM, kind=kind, view=self.view.clock)

    def pause(self, user: str, event: str, ticket_id: str, kind: str, words: Any, means: Any = (), seen: Any = None) -> Any:
        self._act("pause", user, event, ticket_id, kind, tuple(words), tuple(means), seen)
        return MOVE

    def resume_clock(self, user: str, event: str, ticket_id: str, on: Any = None, seen: Any = None) -> Any:
        self._act("resume_clock", user, event, ticket_id, on, seen)
        return replace(MOVE, kind="answered")

    def extend(self, user: str, event: str, *given: Any) -> Any:
        self._act("extend", user, event, *(tuple(each) if isinstance(each, list) else each for each in given))
        return replace(MOVE, kind="extension")

    def large(self, user: str, event: str, ticket_id: str, *, large: bool = True, seen: Any = None) -> Any:
        self._act("large", user, event, ticket_id, large, seen)
        return replace(MOVE, kind="large", large=large)

    def regime(self, user: str, event: str, ticket_id: str, regimes: Any, how: str, seen: Any = None) -> Any:
        self._act("regime", user, event, ticket_id, tuple(regimes), how, seen)

    def snoozes(self, user: str, ticket_id: str) -> tuple[str, list[date], date]:
        self._ask("snoozes", user, ticket_id)
        return VIEW.ref, [date(2026, 12, 3), VIEW.due], NOW.date()

    def snooze(self, user: str, event: str, ticket_id: str, until: date) -> None:
        self._act("snooze", user, event, ticket_id, until)

    def quarantine(self, user: str) -> list[Quarantined]:
        self._ask("quarantine", user)
        return [replace(MAIL, sender="", subject="", words="")]

    def quarantined(self, user: str, mail_id: str) -> Quarantined:
        self._ask("quarantined", user, mail_id)
        return MAIL

    def notices(self, user: str, ticket_id: str) -> tuple[str, list[NoticeView]]:
        self._ask("notices", user, ticket_id)
        return "DPE-2026-0001", list(NOTICES)

    def notice(self, user: str, notice_id: str) -> NoticeView:
        self._ask("notice", user, notice_id)
        return next(each for each in NOTICES if each.id == notice_id)

    def notice_reply(self, user: str, notice_id: str) -> NoticeReply:
        self._ask("notice_reply", user, notice_id)
        return NoticeReply(NOTICES[0], AT, "Deleted, all but the invoices. Regards, Zora Quellmann")

    def notice_says(
        self, user: str, event: str, notice_id: str, asked: int, verdict: Verdict, why: str | None = None
    ) -> None:
        self._act("notice_says", user, event, notice_id, asked, verdict, *([why] if why else []))

    def notice_told(self, user: str, event: str, notice_id: str, how: str, says: Verdict | None = None) -> None:
        self._act("notice_told", user, event, notice_id, how, says)

    def notice_stop(self, user: str, event: str, notice_id: str, why: str) -> None:
        self._act("notice_stop", user, event, notice_id, why)

    # -- the team's verbs

    def check_handler(self, user: str) -> None:
        self._ask("check_handler", user)

    def take(self, user: str, event: str, ticket_id: str) -> None:
        self._act("take", user, event, ticket_id)

    def assign(self, user: str, event: str, ticket_id: str, to: str) -> None:
        self._act("assign", user, event, ticket_id, to)

    def more(self, user: str, ticket_id: str) -> More:
        self._ask("more", user, ticket_id)
        return self.more_of

    def note(self, user: str, event: str, ticket_id: str, words: str) -> None:
        self._act("note", user, event, ticket_id, words)

    def hold(self, user: str, event: str, ticket_id: str, words: str) -> None:
        self._act("hold", user, event, ticket_id, words)

    def lift_hold(self, user: str, event: str, ticket_id: str) -> None:
        self._act("lift_hold", user, event, ticket_id)

    def block(self, user: str, event: str, ticket_id: str) -> None:
        self._act("block", user, event, ticket_id)

    def unblock(self, user: str, event: str, block_id: str) -> None:
        self._act("unblock", user, event, block_id)

    def blocked(self, user: str) -> list[Any]:
        self._ask("blocked", user)
        return [SimpleNamespace(id="b1", ref="DPE-2026-0001", by=ANN.id, at=AT)]

    def not_enquiry(self, user: str, event: str, ticket_id: str, why: str, *, letter: bool = False, words: Any = ()) -> str:
        self._act("not_enquiry", user, event, ticket_id, why, letter, tuple(words))
        return "DPE-2026-0001 is closed as no enquiry."

    def merge(self, user: str, event: str, ticket_id: str, ref: str) -> Any:
        self._act("merge", user, event, ticket_id, ref)
        return SimpleNamespace(ref="DPE-2026-0001")

    def split(self, user: str, event: str, ticket_id: str, rights: Any, address: str = "", name: str = "") -> Any:
        self._act("split", user, event, ticket_id, tuple(rights), address, name)
        return SimpleNamespace(ref="DPE-2026-0002")

    def refusal_form(self, user: str, request_id: str) -> RefusalForm:
        self._ask("refusal_form", user, request_id)
        return RefusalForm("DPE-2026-0001", "r1", 3, Right.ACCESS, grounds(Right.ACCESS, ["gdpr_eu"]), {"crm": "Zoho CRM"})

    def refuse(self, user: str, event: str, request_id: str, ground: str, words: Any, *, no_fee: Any = (), systems: Any = (),
               seen: int | None = None) -> str:  # fmt: skip
        self._act("refuse", user, event, request_id, ground, tuple(words), tuple(no_fee), tuple(systems), seen)
        return "Refused. The letter is on its way."

    def mail_form(self, user: str, mail_id: str) -> MailForm:
        self._ask("mail_form", user, mail_id)
        return MailForm(mail_id, AT, AT.date(), ("another subject",), True, (Right.DELETION,), "de", "zora@quellmann.example",
                        "Zora", "My data", WORDS)  # fmt: skip

    def open_mail(self, user: str, event: str, mail_id: str, address: str, rights: Any, language: str, name: str = "") -> Any:
        self._act("open_mail", user, event, mail_id, address, tuple(rights), language, name)
        return SimpleNamespace(ref="DPE-2026-0003", due=VIEW.due)

    def enter(self, user: str, event: str, entry: Any) -> Any:
        self._act("enter", user, event, entry)
        return SimpleNamespace(ref="DPE-2026-0004", due=VIEW.due)

    def find(self, user: str, address: str) -> Person:
        self._ask("find", user, address)
        return Person(tuple(self.tickets_open), ("open",), (("Zoho CRM", 1),), address)

    def report(self, user: str) -> Any:
        self._ask("report", user)
        chart = SimpleNamespace(title="Enquiries", labels=("23 Nov",), series=(), alternative="4 received.")
        return Week(AT.date(), chart), report([], as_of=AT.date(), tickets=0)  # type: ignore[arg-type]

    def health(self, user: str) -> Health:
        self._ask("health", user)
        return Health("2", "1", 0, 0, 0, (), 0)

    def home(self, user: str) -> Home:
        self._ask("home", user)
        lines = tuple(self.tickets_open)
        return Home(True, (), (), lines, (), (), str(len(lines)), "0", (), ("18:00", "08:00"))

    def set_quiet(self, user: str, event: str, begins: str, ends: str) -> None:
        self._act("set_quiet", user, event, begins, ends)

    def tickets(self, user: str, which: str = "open") -> list[TicketLine]:
        self._ask("tickets", user, which)
        return self.tickets_open


@dataclass
class Floor:
    """The stand-in with one card in its channel, and our app behind a signed HTTP door."""

    slack: Slack
    desk: FakeDesk
    app: App
    url: str

    @property
    def ts(self) -> str:
        """Of the newest message."""
        return self.slack.messages()[-1]["ts"]

    def settle(self) -> None:
        """Every listener that was under way has ended: all threads of the pool stand here at the same moment."""
        meet = threading.Barrier(THREADS + 1)
        for _ in range(THREADS):
            self.app.listener_runner.listener_executor.submit(meet.wait, 20)
        meet.wait(20)

    def clear(self) -> None:
        """As on the first day: nothing asked, nothing shown, nothing broken."""
        self.settle()
        self.slack.mend()
        workspace, fresh = self.slack.workspace, FakeDesk()
        with workspace.lock:
            for kept in (workspace.ephemerals, workspace.modals, workspace.homes, self.slack.calls, self.slack.deliveries):
                kept.clear()
            workspace.conversations[self.slack.channel].messages.clear()
        for name in ("view", "task", "asked", "effects", "refuses", "fields", "fails", "house", "tickets_open", "more_of"):
            setattr(self.desk, name, getattr(fresh, name))

    def show(self, blocks: list[dict[str, Any]], text: str = "a card") -> str:
        """These blocks stand in the channel."""
        self.slack.post_every_s = 0
        channel = Channel(client(self.slack.bot_token, self.slack.api_url), self.slack.channel, every_s=0)
        return channel.post(blocks, text, f"card:{len(self.slack.messages())}")[1]

    def card(self, view: CardView) -> str:
        self.desk.view = view
        return self.show(card(view, NOW), card_text(view))

    def until(self, done: Callable[[], Any], seconds: float = 10.0) -> Any:
        """What `done` says as soon as it says something; checked at each change of the workspace and of the desk."""
        gone = threading.Event()
        for _ in range(int(seconds / 0.02)):
            if found := done():
                return found
            gone.wait(0.02)
        raise AssertionError("it did not come to pass")

    def asked(self, verb: str) -> tuple[Any, ...]:
        """The arguments of the first such call, as soon as it came."""
        return self.until(lambda: [given for name, given in self.desk.asked if name == verb])[0]

    def told(self, user: str) -> str:
        """The newest words only this user sees in the channel, as soon as there are any."""
        return self.until(lambda: [each["text"] for each in self.slack.workspace.ephemerals if each["user"] == user])[-1]

    def modal(self, user: str, word: str) -> dict[str, Any]:
        """The modal before the user, as soon as it shows the word."""
        return self.until(lambda: self._modal_with(user, word))

    def _modal_with(self, user: str, word: str) -> dict[str, Any] | None:
        view = self.slack.workspace.top(user)
        return view if view and word in str(view) else None


@contextmanager
def floor(slack: Slack) -> Iterator[Floor]:
    """An office over this stand-in, until the end of the block."""
    slack.tiers = False
    desk = FakeDesk()
    app = bolt(slack.bot_token, slack.signing_secret, slack.api_url)
    workspace = Workspace(client(slack.bot_token, slack.api_url), slack.channel, app_id(slack.app_token))
    handlers.register(app, desk, workspace)  # type: ignore[arg-type]
    server = Loopback(Starlette(routes=routes(app)))
    server.start()
    slack.over_http(f"{server.url}/slack/events")
    try:
        yield Floor(slack, desk, app, f"{server.url}/slack/events")
    finally:
        close(app)
        server.stop()
