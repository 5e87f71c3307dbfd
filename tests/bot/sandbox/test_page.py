"""The sandbox's page in Chromium: what a visitor sees and does, with a little scripted bot behind it."""

import os
import re
import smtplib
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright
from slack_bolt import App
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler
from slack_sdk import WebClient

from bot.sandbox.clock import SandboxClock
from bot.sandbox.company import MARA
from bot.sandbox.distributor import ADDRESS
from bot.sandbox.mail import HOST
from bot.sandbox.slack import ANN, BOB, EVE, Slack
from bot.sandbox.world import OWN, World

CHROMIUM = Path("/usr/bin/chromium")
SHOTS = os.environ.get("SUBJECTLINE_SHOTS")  # a folder: the screenshots are left there to be looked at

pytestmark = [
    pytest.mark.browser,
    # a developer may have no browser; on CI a skip fails: tests/fixtures/ci.py
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium"),
    # websocket-client leaves the socket of a refused handshake to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]

HOSTILE = '<img src="http://evil.example/x" onerror="alert(1)"><script>alert(2)</script> <!channel> *bold*'


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def button(action: str, text: str, **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": action, "text": plain(text), "value": "1", **more}


SURE = {
    "title": plain("Approve the deletion?"),
    "text": plain("18 rows go."),
    "confirm": plain("Approve"),
    "deny": plain("Not now"),
    "style": "danger",
}
CARD = [
    {"type": "header", "text": plain("DPE-2026-0001 · deletion")},
    {
        "type": "section",
        "fields": [
            {"type": "mrkdwn", "text": "*Next*\nA handler", "verbatim": True},
            {"type": "mrkdwn", "text": "*Owner*\n<@U0BOB>", "verbatim": True},
        ],
    },
    {"type": "divider"},
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "Nothing has been changed", "verbatim": True}]},
    {"type": "section", "text": plain(HOSTILE)},
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [
                    {
                        "type": "rich_text_section",
                        "elements": [{"type": "text", "text": "18 to delete", "style": {"bold": True}}],
                    }
                ],
            }
        ],
    },
    {
        "type": "plan",
        "title": "Progress",
        "tasks": [{"task_id": "1", "title": "our internal server", "status": "complete"}],
    },
    {
        "type": "actions",
        "elements": [
            button("choose:deletion", "Delete", style="primary"),
            button("approve:deletion", "Approve", style="danger", confirm=SURE),
            button("details", "Details"),
        ],
    },
]
FORM = {
    "type": "modal",
    "callback_id": "reject",
    "title": plain("Reject the plan"),
    "submit": plain("Reject"),
    "close": plain("Close"),
    "blocks": [
        {"type": "section", "text": plain(HOSTILE)},
        {"type": "input", "block_id": "why", "label": plain("Why?"), "element": {"type": "plain_text_input", "action_id": "why", "multiline": True}},
        {"type": "input", "block_id": "kind", "optional": True, "label": plain("Kind"), "element": {"type": "static_select", "action_id": "kind", "options": [{"text": plain("Legal"), "value": "legal"}, {"text": plain("Other"), "value": "other"}]}},
    ],
}  # fmt: skip


class Scripted:
    """A bot with one card and one modal. What it heard stands in `heard`."""

    def __init__(self, world: World) -> None:
        slack = world.slack
        self.client = WebClient(slack.bot_token, base_url=slack.api_url)
        self.heard: list[tuple[str, str, Any]] = []
        self.news = threading.Condition()
        app = App(client=self.client, token_verification_enabled=False)
        app.action(re.compile(r"(choose|approve):.*"))(self.click)
        app.action("details")(self.details)
        app.view("reject")(self.form)
        app.command("/dpe")(self.command)
        app.shortcut("open_ticket")(self.shortcut)
        app.event("app_home_opened")(self.home)
        self.handler = SocketModeHandler(app, slack.app_token)
        self.handler.connect()
        slack.sockets.wait_connected()

    def note(self, user: str, what: str, more: Any = None) -> None:
        with self.news:
            self.heard.append((user, what, more))
            self.news.notify_all()

    def shortcut(self, ack: Any, body: dict[str, Any]) -> None:
        ack()
        self.note(body["user"]["id"], "shortcut", body["message"]["text"])

    def wait(self, user: str, what: str) -> Any:
        with self.news:
            assert self.news.wait_for(lambda: any(each[:2] == (user, what) for each in self.heard), 10), self.heard
            return next(each[2] for each in self.heard if each[:2] == (user, what))

    def click(self, ack: Any, body: dict[str, Any], respond: Any) -> None:
        ack()
        self.note(body["user"]["id"], body["actions"][0]["action_id"])
        respond(text="This needs the role “handler”.", response_type="ephemeral", replace_original=False)

    def details(self, ack: Any, body: dict[str, Any], client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=FORM)

    def form(self, ack: Any, body: dict[str, Any]) -> None:
        values = body["view"]["state"]["values"]
        if values["why"]["why"]["value"] == "no":
            ack(response_action="errors", errors={"why": "Say more than that."})
            return
        ack()
        self.note(body["user"]["id"], "form", values)

    def command(self, ack: Any, body: dict[str, Any]) -> None:
        ack(text="`/dpe help` this list")
        self.note(body["user_id"], "command", body["text"])

    def home(self, event: dict[str, Any], client: WebClient) -> None:
        client.views_publish(
            user_id=event["user"],
            view={"type": "home", "blocks": [{"type": "header", "text": plain("Nothing is due")}]},
        )

    def card(self, world: World) -> str:
        ts = self.client.chat_postMessage(channel=world.slack.channel, text="DPE-2026-0001", blocks=CARD)["ts"]
        assert ts
        return ts

    def stop(self) -> None:
        """Closed from below and only then by the library: its reader notices its own close after ten seconds."""
        closed = threading.Event()
        self.handler.client.auto_reconnect_enabled = False
        self.handler.client.on_close_listeners.append(lambda *_: closed.set())
        session = self.handler.client.current_session
        if session and session.sock and session.sock.sock:
            with suppress(OSError):
                session.sock.sock.shutdown(socket.SHUT_RDWR)
            closed.wait(2)
        self.handler.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    clock = SandboxClock(tmp_path / "clock")
    with World(tmp_path, clock, page=True, slack=Slack(clock, tiers=False, post_every_s=0)) as made:
        yield made


@pytest.fixture
def bot(world: World) -> Iterator[Scripted]:
    made = Scripted(world)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield made
        made.close()


class Visit:
    """The page, opened; every complaint of the browser and every request to elsewhere is remembered."""

    def __init__(
        self, browser: Browser, world: World, width: int = 1440, *, window: Page | None = None, **context: Any
    ) -> None:
        assert world.page
        self._kept = window is not None
        self.page = window or browser.new_context(viewport={"width": width, "height": 900}, **context).new_page()
        self.complaints: list[str] = []
        self.elsewhere: list[str] = []
        page, pages = self.page, self.page.context
        self._listening: list[tuple[Any, str, Callable[[Any], None]]] = [
            (page, "console", lambda said: self.complaints.append(said.text) if said.type == "error" else None),
            (page, "pageerror", lambda error: self.complaints.append(str(error))),
            (page, "dialog", lambda dialog: self.complaints.append(f"dialog {dialog.message}")),
            (pages, "requestfinished", lambda request: self._went_out(world, request.url)),
            (pages, "requestfailed", lambda it: None if it.failure == "csp" else self._went_out(world, it.url)),
        ]
        for where, event, hear in self._listening:
            where.on(event, hear)
        self.page.goto(world.page.url)
        self.page.wait_for_selector("html[data-ready]")

    def _went_out(self, world: World, url: str) -> None:
        assert world.page
        if not url.startswith((world.page.url, "data:")):
            self.elsewhere.append(url)

    def as_user(self, name: str) -> None:
        self.page.locator(".sk-people label", has_text=name).click()

    def press(self, action: str) -> None:
        self.page.locator(f"[data-action='{action}']").click()

    def shoot(self, name: str) -> None:
        if SHOTS:
            self.page.screenshot(path=Path(SHOTS) / f"{name}.png")

    def close(self) -> None:
        if self._kept:
            self.page.goto("about:blank")
            for where, event, hear in self._listening:
                where.remove_listener(event, hear)
        else:
            self.page.context.close()
        assert not self.complaints, self.complaints
        assert not self.elsewhere, self.elsewhere


@pytest.fixture(scope="module")
def window(browser: Browser) -> Page:
    """One for all who look with nothing special: each world has an address, and so a memory in the browser, of its own."""
    return browser.new_context(viewport={"width": 1440, "height": 900}).new_page()


@pytest.fixture
def visit(browser: Browser, world: World, window: Page) -> Iterator[Visit]:
    made = Visit(browser, world, window=window)
    yield made
    made.close()


def send(
    html: str = "<p>Hello</p>",
    text: str = "Your code: 1234 5678",
    subject: str = "Please confirm (DPE-2026-0001)",
    *,
    world: World,
    to: str = MARA,
) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"], letter["Message-ID"] = (
        OWN,
        to,
        subject,
        "<one@dpe.klangfinger.example>",
    )
    letter.set_content(text)
    letter.add_alternative(f"<html><head></head><body>{html}</body></html>", subtype="html")
    with smtplib.SMTP(HOST, world.smtp.port) as line:
        line.sendmail(OWN, [to], letter.as_bytes())


def test_it_says_what_it_is(visit: Visit) -> None:
    """In plain words, at the top."""
    expect(visit.page.locator("h1")).to_contain_text("Sandbox")
    expect(visit.page.locator(".brand p")).to_contain_text("everybody here is invented")
    visit.shoot("start")


def test_an_enquiry_and_the_answer_to_a_code(world: World, visit: Visit) -> None:
    """One click writes the mail, one click answers with the code, in the letter's thread."""
    visit.page.get_by_role("button", name="Deletion: Mara").click()
    visit.page.get_by_role("button", name="Send this mail").click()
    expect(visit.page.locator(".toast")).to_contain_text(re.compile("in the company.s mailbox"))
    send(world=world)
    visit.page.get_by_role("button", name="Reply with the code 1234 5678").click()
    expect(visit.page.locator(".inbox .done")).to_have_text("✓ answered")
    mails = [each for each in world.smtp.received if OWN in each.recipients]
    assert [b"delete all my data" in each.content for each in mails] == [True, False]
    assert b"In-Reply-To: <one@dpe.klangfinger.example>" in mails[1].content
    assert b"My code is 1234 5678." in mails[1].content


def test_own_words_are_sent_as_they_are(world: World, visit: Visit) -> None:
    """Free text, any sender; what is missing is asked for."""
    visit.page.get_by_role("button", name="Your own words").click()
    visit.page.get_by_role("button", name="Send this mail").click()
    assert not world.smtp.received
    visit.page.get_by_label("E-mail address").fill("zoe@example.org")
    visit.page.get_by_label("Mail", exact=True).fill(f"Grüezi {HOSTILE}")
    visit.page.get_by_role("button", name="Send this mail").click()
    expect(visit.page.locator(".toast")).to_be_visible()
    assert [each.sender for each in world.smtp.received] == ["zoe@example.org"]


def test_a_letter_is_shown_without_its_scripts(world: World, visit: Visit) -> None:
    """HTML of a letter runs nothing and fetches nothing; it opens in a frame and can be answered there."""
    # The frame's policy reports what it blocked; that is the point, and no complaint.
    send(
        f"<h2>Dear Mara</h2>{HOSTILE}<style>@import 'http://evil.example/x.css'</style><a href='http://127.0.0.1:1/p'>Get your data</a>",
        text="Dear Mara",
        world=world,
    )
    visit.page.locator(".mail").first.click()
    frame = visit.page.frame_locator("#reader iframe")
    expect(frame.locator("h2")).to_have_text("Dear Mara")
    visit.shoot("letter")
    visit.page.get_by_label("Your reply").fill("Thank you")
    visit.page.get_by_role("button", name="Send reply").click()
    expect(visit.page.locator("#reader")).not_to_be_visible()
    assert any(b"Thank you" in each.content for each in world.smtp.received)
    blocked = [each for each in visit.complaints if "evil.example" in each or "script" in each.lower()]
    assert not [each for each in visit.complaints if each.startswith("dialog")]
    visit.complaints = [each for each in visit.complaints if each not in blocked]


def test_the_card_is_drawn_as_slack_draws_it(world: World, bot: Scripted, visit: Visit) -> None:
    """Every block has its shape; foreign markup stays text."""
    bot.card(world)
    card = visit.page.locator(".sk-message")
    expect(card.locator(".sk-header")).to_have_text("DPE-2026-0001 · deletion")
    expect(card.locator(".sk-fields > div").first).to_have_text(re.compile("NextA handler|Next\\s*A handler"))
    expect(card.locator(".mention")).to_have_text("@Bob Brandt")
    expect(card.locator(".sk-context")).to_have_text("Nothing has been changed")
    expect(card.locator(".sk-section", has_text="evil")).to_have_text(HOSTILE)
    expect(card.locator(".sk-rich li strong")).to_have_text("18 to delete")
    expect(card.locator(".sk-task.complete")).to_contain_text("our internal server")
    expect(card.locator(".sk-btn.primary")).to_have_text("Delete")
    expect(card.locator(".sk-btn.danger")).to_have_text("Approve")
    assert card.locator("img, script").count() == 0
    visit.shoot("card")


def test_clicking_as_different_people(world: World, bot: Scripted, visit: Visit) -> None:
    """The chosen person clicks; what only they may see is shown to nobody else."""
    bot.card(world)
    visit.as_user("Eve")
    visit.press("choose:deletion")
    bot.wait(EVE.id, "choose:deletion")
    note = visit.page.locator(".sk-message.note")
    expect(note).to_contain_text("Only visible to you")
    expect(note).to_contain_text("This needs the role “handler”.")
    visit.as_user("Ann")
    expect(note).to_have_count(0)
    visit.press("choose:deletion")
    bot.wait(ANN.id, "choose:deletion")


def test_a_dialog_asks_before_the_click_goes_out(world: World, bot: Scripted, visit: Visit) -> None:
    """“Not now” sends nothing."""
    bot.card(world)
    visit.as_user("Bob")
    visit.press("approve:deletion")
    dialog = visit.page.locator("#sk-confirm")
    expect(dialog).to_contain_text("18 rows go.")
    visit.shoot("confirm")
    dialog.get_by_role("button", name="Not now").click()
    expect(dialog).not_to_be_visible()
    assert bot.heard == []
    visit.press("approve:deletion")
    dialog.get_by_role("button", name="Approve").click()
    bot.wait(BOB.id, "approve:deletion")


def test_a_modal_is_filled_in(world: World, bot: Scripted, visit: Visit) -> None:
    """Opened, refused with words at the field, sent, closed; a required field holds the form back."""
    bot.card(world)
    visit.as_user("Ann")
    visit.press("details")
    modal = visit.page.locator("#sk-modal")
    expect(modal.locator("h2")).to_have_text("Reject the plan")
    expect(modal.locator(".sk-section")).to_have_text(HOSTILE)
    modal.get_by_role("button", name="Reject").click()
    expect(modal).to_be_visible()
    modal.get_by_label("Why?").fill("no")
    modal.get_by_role("button", name="Reject").click()
    expect(modal.locator(".sk-error")).to_have_text("Say more than that.")
    visit.shoot("modal")
    modal.get_by_label("Why?").fill("The invoices are wrong.")
    modal.get_by_label("Kind").select_option("legal")
    modal.get_by_role("button", name="Reject").click()
    expect(modal).not_to_be_visible()
    values = bot.wait(ANN.id, "form")
    assert values["why"]["why"]["value"] == "The invoices are wrong."
    assert values["kind"]["kind"]["selected_option"]["value"] == "legal"


def test_a_modal_belongs_to_its_user_and_closes_with_escape(world: World, bot: Scripted, visit: Visit) -> None:
    """Escape dismisses it, in Slack too."""
    bot.card(world)
    visit.as_user("Ann")
    visit.press("details")
    modal = visit.page.locator("#sk-modal")
    expect(modal).to_be_visible()
    visit.page.keyboard.press("Escape")
    expect(modal).not_to_be_visible()
    assert world.slack.workspace.top(ANN.id) is None


def test_a_command_and_the_home(bot: Scripted, visit: Visit) -> None:
    """The slash command's answer is an ephemeral; the App Home is filled by the bot."""
    visit.page.get_by_label("Slash command").fill("/dpe list open")
    visit.page.keyboard.press("Enter")
    assert bot.wait(ANN.id, "command") == "list open"
    expect(visit.page.locator(".sk-message.note code")).to_have_text("/dpe help")
    visit.page.get_by_role("button", name="App Home").click()
    expect(visit.page.locator(".sk-home .sk-header")).to_have_text("Nothing is due")


def test_the_shortcut_on_a_colleagues_message(world: World, bot: Scripted, visit: Visit) -> None:
    """Words that are no command are a message the bot does not hear, until somebody takes its menu."""
    visit.as_user("Ann")
    visit.page.get_by_label("Slash command").fill("A letter came: delete my data")
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator(".sk-message .sk-text")).to_have_text("A letter came: delete my data")
    assert world.slack.deliveries == []
    visit.page.get_by_role("button", name="Data-protection ticket").click()
    assert bot.wait(ANN.id, "shortcut") == "A letter came: delete my data"


def test_the_keyboard_is_enough(world: World, bot: Scripted, visit: Visit) -> None:
    """Arrow keys choose the person, Enter presses a button, and a redrawn card does not lose the focus."""
    ts = bot.card(world)
    visit.page.locator("input[name=sk-user]:checked").focus()
    visit.page.keyboard.press("ArrowRight")
    target = visit.page.locator("[data-action='choose:deletion']")
    target.focus()
    changed = [{**CARD[0], "text": plain("DPE-2026-0001 · redrawn")}, *CARD[1:-1], {**CARD[-1], "block_id": "kept"}]
    blocks = world.slack.messages()[0]["blocks"]
    changed[-1]["block_id"] = blocks[-1]["block_id"]
    bot.client.chat_update(channel=world.slack.channel, ts=ts, text="DPE-2026-0001", blocks=changed)
    expect(visit.page.locator(".sk-header")).to_have_text("DPE-2026-0001 · redrawn")
    expect(target).to_be_focused()
    visit.page.keyboard.press("Enter")
    bot.wait(BOB.id, "choose:deletion")


def test_a_silent_bot_is_told_to_the_visitor(world: World, visit: Visit) -> None:
    """As Slack would show an error."""
    place = world.slack.workspace.conversations[world.slack.channel]
    world.slack.workspace.post(
        place,
        {
            "text": "Card",
            "blocks": [{"type": "actions", "block_id": "a", "elements": [button("choose:deletion", "Delete")]}],
        },
    )
    expect(visit.page.locator("#connected")).to_have_text("bot not connected")
    visit.press("choose:deletion")
    expect(visit.page.locator(".toast.bad")).to_contain_text("the bot did not answer")


def test_a_database_before_and_after(world: World, visit: Visit) -> None:
    """Removed and changed rows are marked by sign and colour; the old value is struck out beside the new one."""
    expect(visit.page.locator("#data-sum")).to_contain_text("Nothing has been changed yet")
    with closing(sqlite3.connect(world.company_path)) as connection, connection:
        connection.execute("DELETE FROM newsletter WHERE email = ?", (MARA,))
        connection.execute("UPDATE account SET first_name = 'erased' WHERE email = ?", (MARA,))
    expect(visit.page.locator("#data-sum")).to_have_text(
        "1 of 1 systems: 30 rows at the start, 29 rows now. Since the start: 1 removed, 1 changed."
    )
    expect(visit.page.locator("details[data-name=server] > summary .held")).to_have_text("30 → 29")
    expect(visit.page.locator("details[data-name=server] > summary .tag")).to_have_text(["\N{MINUS SIGN}1", "±1"])
    changed = visit.page.locator("details[data-name='server/account'] .row.changed")
    expect(changed.locator(".was del")).to_have_text("Mara")
    expect(changed.locator(".was ins")).to_have_text("erased")
    expect(visit.page.locator("details[data-name='server/newsletter'] .row.removed del").first).to_have_text(MARA)
    visit.page.get_by_label("Show").select_option("changed")
    expect(visit.page.locator("#systems .row:visible")).to_have_count(2)
    visit.shoot("database")


def test_every_system_before_and_after(browser: Browser, tmp_path: Path) -> None:
    """Counts at a glance, rows when opened, on a phone as well; what people do by hand and what a distributor does shows."""
    clock = SandboxClock(tmp_path / "clock")
    with World(tmp_path, clock, page=True, vendors=True, papers=True) as world:
        visit = Visit(browser, world, 390, bypass_csp=True)
        systems = visit.page.locator("#systems > details")
        expect(systems).to_have_count(7)
        expect(systems.locator("> summary .held")).to_have_text(["30", "4", "19", "8", "3", "1", "1"])
        visit.page.get_by_role("button", name="Do it by hand").click()
        crm = visit.page.locator("details[data-name=crm]")
        expect(crm.locator("> summary .tag")).to_have_text(["\N{MINUS SIGN}13"])
        expect(crm.locator("> summary .held")).to_have_text("19 → 6")
        send(world=world, to=ADDRESS, subject="Bitte löschen Sie die Daten einer Person", text=f"E-Mail: {MARA}")
        visit.page.get_by_role("button", name="They do it, and reply").click()
        expect(visit.page.locator("details[data-name=distributor] > summary .held")).to_have_text("1 → 0")
        expect(visit.page.locator(".inbox .done")).to_have_text("✓ done there, and answered")
        crm.locator("> summary").click()
        expect(crm.locator(".row:visible")).to_have_count(13)
        assert violations(visit.page) == []
        assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        visit.shoot("systems-390")
        visit.close()


def test_the_record_and_the_clock(world: World, visit: Visit) -> None:
    """What the bot tells of its record is shown newest first; the clock moves on."""
    assert world.page
    world.page.audit = lambda: [
        {"at": "2026-11-22T10:00:00+00:00", "who": "bot", "did": "receive", "ticket": "DPE-2026-0001"},
        {"at": "2026-11-22T10:05:00+00:00", "who": BOB.id, "did": "approve", "ticket": "DPE-2026-0001", "source": "approving", "target": "cooling"},
    ]  # fmt: skip
    visit.page.get_by_role("tab", name=re.compile("The bot.s record")).click()
    expect(visit.page.locator(".record li")).to_have_count(2)
    expect(visit.page.locator(".record li").first).to_contain_text("Bob Brandt approved the plan")
    visit.page.get_by_role("button", name="2 days").click()
    expect(visit.page.locator("#clock-ahead")).to_have_text("· moved on by 2 days")
    assert world.clock.offset_s == 48 * 3600


WEEK = [
    {"type": "header", "text": plain("The week until Sun 22 Nov 2026")},
    {
        "type": "data_visualization",
        "title": "Enquiries, week of 16 Nov",
        "chart": {
            "type": "bar",
            "axis_config": {"categories": ["9 Nov", "16 Nov"]},
            "series": [
                {"name": "received", "data": [{"label": "9 Nov", "value": 7}, {"label": "16 Nov", "value": 3}]},
                {"name": "overdue", "data": [{"label": "9 Nov", "value": 0}, {"label": "16 Nov", "value": 1}]},
            ],
        },
    },
]


def reminded(world: World, bot: Scripted) -> str:
    """A card with three words in its thread, the last of them in the channel, too. The card's ts."""
    ts = bot.card(world)
    for number in (1, 2, 3):
        bot.client.chat_postMessage(
            channel=world.slack.channel, thread_ts=ts, text=f"{number} days left", reply_broadcast=number == 3
        )
    return ts


def tell(bot: Scripted, user: str, link: str) -> None:
    """A direct message with a button that leads to the card."""
    place = bot.client.conversations_open(users=user)["channel"]["id"]
    go = button("card", "Go to the card", url=link)
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": f"<{link}|DPE-2026-0001> is due"}, "accessory": go}]
    bot.client.chat_postMessage(channel=place, text="1 enquiry needs you", blocks=blocks)


def test_words_in_a_thread_stand_below_their_card(world: World, bot: Scripted, visit: Visit) -> None:
    """The newest two stand open, older ones behind a fold; one said to the channel, too, stands there and leads back."""
    reminded(world, bot)
    card = visit.page.locator(".sk-list > .sk-message").first
    expect(card.locator(".sk-thread > .sk-message:visible")).to_have_text([re.compile("2 days left"), re.compile("3 days left")])
    card.get_by_text("1 earlier reply").click()
    expect(card.locator(".sk-thread > .sk-message:visible")).to_have_count(3)
    aloud = visit.page.locator(".sk-list > .sk-message").nth(1)
    expect(aloud).to_contain_text("3 days left")
    aloud.get_by_role("button", name="DPE-2026-0001 · deletion").click()
    expect(card).to_be_focused()


def test_direct_messages_have_a_place_for_each_person(world: World, bot: Scripted, visit: Visit) -> None:
    """Told to whoever looks elsewhere, counted until they are read, and seen by nobody else."""
    ts = reminded(world, bot)
    link = bot.client.chat_getPermalink(channel=world.slack.channel, message_ts=ts)["permalink"]
    tell(bot, BOB.id, link)
    expect(visit.page.locator(".toast")).to_contain_text("Bob Brandt gets a direct message: 1 enquiry needs you")
    expect(visit.page.locator(".sk-people label", has_text="Bob").locator(".sk-badge")).to_contain_text("1")
    directs = visit.page.get_by_role("button", name=re.compile("Direct messages"))
    directs.click()
    expect(visit.page.locator(".sk-empty:visible")).to_contain_text("Nothing for Ann yet.")
    visit.as_user("Bob")
    expect(visit.page.locator(".sk-message:visible")).to_contain_text("DPE-2026-0001 is due")
    expect(visit.page.locator(".sk-badge:visible")).to_have_count(0)
    visit.shoot("direct")
    visit.page.locator("[data-action=card]:visible").click()
    expect(visit.page.locator(f".sk-message[data-ts='{ts}']").first).to_be_focused()
    directs.click()
    visit.page.get_by_role("button", name="DPE-2026-0001", exact=True).click()
    expect(visit.page.locator(f".sk-message[data-ts='{ts}']").first).to_be_focused()


def test_a_chart_is_drawn_and_said(world: World, bot: Scripted, visit: Visit) -> None:
    """A bar for each number, as high as it is, a legend, and the same in words; Slack's other charts are drawn, too."""
    bot.client.chat_postMessage(channel=world.slack.channel, text="The week", blocks=WEEK)
    chart = visit.page.get_by_role("img", name=re.compile("^Enquiries, week of 16 Nov"))
    expect(chart).to_have_attribute(
        "aria-label", "Enquiries, week of 16 Nov. received: 9 Nov 7, 16 Nov 3. overdue: 9 Nov 0, 16 Nov 1"
    )
    heights = [float(each.get_attribute("height") or 0) for each in chart.locator("rect").all()]
    assert [round(each / heights[0] * 7) for each in heights] == [7, 3, 0, 1]
    assert chart.locator("text").all_text_contents()[:5] == ["0", "2", "4", "6", "8"]
    expect(visit.page.locator(".sk-legend li")).to_have_text(["received", "overdue"])
    visit.shoot("chart")
    bars = WEEK[1]["chart"]
    pie = {"type": "pie", "segments": [{"label": "access", "value": 3}, {"label": "deletion", "value": 1}]}
    for other in ({**bars, "type": "line"}, {**bars, "type": "area"}, pie):
        bot.client.chat_postMessage(channel=world.slack.channel, text="The week", blocks=[{**WEEK[1], "chart": other}])
    expect(visit.page.locator(".sk-chart polyline")).to_have_count(4)
    expect(visit.page.locator(".sk-area")).to_have_count(2)
    expect(visit.page.locator(".sk-slice")).to_have_count(2)
    expect(visit.page.get_by_role("img", name="Enquiries, week of 16 Nov. access 3, deletion 1")).to_be_visible()


def test_the_clock_goes_to_the_next_reminder(world: World, visit: Visit) -> None:
    """The bot is asked when that is, and told that the clock was moved; with nothing to come it says so."""
    assert world.page
    moved = threading.Event()
    world.page.moved = moved.set
    visit.page.get_by_role("button", name="to the next reminder").click()
    expect(visit.page.locator(".toast.bad")).to_contain_text("nothing to remind anybody of")
    assert world.clock.offset_s == 0
    world.page.coming = lambda: world.clock() + timedelta(days=3)
    # A refused act is an error in the browser's log; that is the point.
    visit.complaints = [each for each in visit.complaints if "409" not in each]
    visit.page.get_by_role("button", name="to the next reminder").click()
    expect(visit.page.locator("#clock-ahead")).to_have_text("· moved on by 3 days")
    assert moved.wait(5)


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1280, "dark"), (390, "light")])
def test_nothing_stands_in_anybodys_way(browser: Browser, world: World, bot: Scripted, width: int, scheme: str) -> None:
    """axe finds no violation with a card, a letter and a modal on the page, and nothing is wider than the window."""
    reminded(world, bot)
    tell(bot, ANN.id, "https://sandbox.slack.example/archives/C1/p1")
    bot.client.chat_postMessage(channel=world.slack.channel, text="The week", blocks=WEEK)
    send(world=world)
    visit = Visit(browser, world, width, color_scheme=scheme, bypass_csp=True)
    expect(visit.page.locator(".inbox li")).to_have_count(1)
    expect(visit.page.locator(".sk-message")).to_have_count(7)
    assert violations(visit.page) == []
    assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    visit.shoot(f"page-{width}-{scheme}")
    visit.press("details")
    expect(visit.page.locator("#sk-modal")).to_be_visible()
    assert violations(visit.page) == []
    visit.close()


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{each['impact']}: {each['id']} {each['nodes'][0]['html'][:200]}" for each in found]


def test_only_the_page_itself_may_act(world: World) -> None:
    """A request from another site is refused, and what is impossible is said in words."""
    assert world.page
    for headers in ({}, {"Origin": "http://evil.example"}):
        answer = httpx.post(f"{world.page.url}api/clock", json={"hours": 1}, headers=headers, trust_env=False)
        assert answer.status_code == 403
    assert world.clock.offset_s == 0
    own = {"Origin": world.page.url.rstrip("/")}
    refused = httpx.post(f"{world.page.url}api/clock", json={"hours": -1}, headers=own, trust_env=False)
    assert (refused.status_code, refused.json()["error"]) == (409, "the sandbox's clock goes forward only")
    unknown = httpx.post(
        f"{world.page.url}api/click", json={"user": ANN.id, "ts": "1", "action": "x"}, headers=own, trust_env=False
    )
    assert unknown.status_code == 409
