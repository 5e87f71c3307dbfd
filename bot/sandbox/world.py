"""The demo world: mailbox, mail server, Slack and the company's database, all real servers on loopback and files.

The unchanged bot works in it, in this process or in another one: everything it needs is in `environment()`.
"""

import base64
import secrets
import smtplib
import socket
from pathlib import Path
from typing import Any, Self

from bot.sandbox import company, correspondence, held, letters, share
from bot.sandbox.cabinet import Cabinet
from bot.sandbox.clock import SandboxClock
from bot.sandbox.distributor import NAME, Distributor
from bot.sandbox.letters import Letter
from bot.sandbox.mail import HOST, ImapServer, SmtpSink
from bot.sandbox.mailchimp import Mailchimp
from bot.sandbox.page import Page
from bot.sandbox.slack import Slack
from bot.sandbox.zoho import Zoho
from bot.slack.manifest import SCOPES

__all__ = ["OWN", "SandboxClock", "World"]

HOUSE = Path(__file__).with_name("house.toml")
FOLDER = Path(__file__).with_name("folder.toml")  # one `[[connectors]]` block: only people look into it
OWN = "info@klangfinger.example"  # as house.toml says


class World:
    """Running from the constructor on, until `stop`. `folder` holds its files; nothing else is written anywhere.

    `page` also serves the page that shows all of it, on `port` (0 takes a free one); `vendors` are the services of
    others the company works with: Zoho CRM and Mailchimp; `papers` are its file server, what lies in its mailbox, and a
    folder of applications that only people look into.
    """

    def __init__(
        self,
        folder: Path,
        clock: SandboxClock | None = None,
        *,
        company: bool = True,
        page: bool = False,
        port: int = 0,
        slack: Slack | None = None,
        vendors: bool = False,
        papers: bool = False,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.clock = clock or SandboxClock(folder / "clock")
        self.imap = ImapServer()
        self.smtp = SmtpSink(mailbox=self.imap, own=[OWN], clock=self.clock)
        self.slack = slack or Slack(self.clock, scopes=frozenset(SCOPES))  # what the manifest asks for is enough
        self.web_port = _free_port()
        self.company_path = folder / "company.sqlite"
        self.zoho = Zoho(self.clock) if vendors else None
        self.mailchimp = Mailchimp(self.clock) if vendors else None
        self._key = base64.b64encode(secrets.token_bytes(32)).decode()
        self.with_company = company
        self.company_before = self._create_company() if company else {}
        self.share_path = folder / "share"
        self.with_papers = papers
        self.cabinet = Cabinet() if papers else None
        self.distributor = Distributor()
        if papers:
            share.create(self.share_path)
        self._write_configuration()
        self.imap.start()
        if papers:
            correspondence.fill(self.imap)
        self.smtp.start()
        self.slack.start()
        for each in (self.zoho, self.mailchimp):
            if each:
                each.start()
        self.held_before = self.held()
        self.hands = 0  # times somebody did by hand what no call can do
        self.page = Page(self, port) if page else None
        if self.page:
            self.page.start()

    def stop(self) -> None:
        """Every server is gone; the files stay."""
        for each in (self.page, self.zoho, self.mailchimp, self.slack, self.smtp, self.imap):
            if each is not None:
                each.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def environment(self) -> dict[str, str]:
        """What the bot must find in its environment."""
        return {
            "DATABASE_URL": f"sqlite:///{self.folder / 'subjectline.sqlite'}",
            "SUBJECTLINE_KEY": self._key,
            "SUBJECTLINE_CONFIG": str(self.folder / "subjectline.toml"),
            "SUBJECTLINE_DATA": str(self.folder / "data"),
            "IMAP_URL": self.imap.url,
            "SMTP_URL": self.smtp.url,
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_APP_TOKEN": self.slack.app_token,
            "SLACK_CHANNEL": self.slack.channel,
            "SLACK_API_URL": self.slack.api_url,
            "PUBLIC_URL": f"http://{HOST}:{self.web_port}",
            "PORT": str(self.web_port),
            "COMPANY_DATABASE_URL": f"sqlite:///{self.company_path}",
            "COMPANY_FILES": str(self.share_path),
            **(self.zoho.environment() if self.zoho else {}),
            **(self.mailchimp.environment() if self.mailchimp else {}),
        }

    def write(
        self,
        from_address: str,
        name: str,
        subject: str,
        text: str,
        in_reply_to: str = "",
        references: tuple[str, ...] = (),
    ) -> str:
        """A mail of this person's lies in our mailbox, brought there over SMTP. Its Message-ID."""
        message_id, raw = letters.compose(
            sender=from_address, name=name, to=OWN, subject=subject, text=text, at=self.clock(),
            in_reply_to=in_reply_to, references=references,
        )  # fmt: skip
        with smtplib.SMTP(HOST, self.smtp.port, timeout=10) as line:
            line.sendmail(from_address, [OWN], raw)
        return message_id

    def reply(self, letter: Letter, text: str, name: str = "") -> str:
        """The reader of this letter answers it, in its thread. The answer's Message-ID."""
        quoted = "\n".join(f"> {line}" for line in letter.text.splitlines())
        subject = letter.subject if letter.subject.lower().startswith("re:") else f"Re: {letter.subject}"
        said = f"{text}\n\nOn {letter.at:%d.%m.%Y}, Klangfinger Audio wrote:\n{quoted}\n"
        return self.write(letter.to, name, subject, said, letter.message_id)

    def answer(self, letter: Letter) -> str:
        """The distributor does what this letter asks and says so by mail. The answer's Message-ID."""
        self.hands += 1
        return self.reply(letter, self.distributor.answer(letter), NAME)

    def letters(self) -> list[Letter]:
        """The mails our bot has sent, oldest first."""
        ours = [each for each in list(self.smtp.received) if OWN not in each.recipients]
        return [letters.read(number, each.content, each.at) for number, each in enumerate(ours)]

    def company(self) -> dict[str, list[dict[str, Any]]]:
        """The company's database as it stands; `company_before` is how it began."""
        return company.snapshot(self.company_path) if self.with_company else {}

    def held(self) -> dict[str, held.Tables]:
        """System → place → rows as they stand; `held_before` is how it all began."""
        return held.held(self)

    def by_hand(self, address: str) -> None:
        """Whatever about this person no call can take out of a system, people have taken out."""
        for act in held.by_hand(self):
            act(address)
        self.hands += 1

    def _create_company(self) -> dict[str, list[dict[str, Any]]]:
        company.create(self.company_path)
        return company.snapshot(self.company_path)

    def _write_configuration(self) -> None:
        text = HOUSE.read_text(encoding="utf-8")
        if self.with_company:
            text += "\n" + company.MAP.read_text(encoding="utf-8")
        if self.with_papers:
            for each in (share.MAP, correspondence.MAP, FOLDER):
                text += "\n" + each.read_text(encoding="utf-8")
        for each in (self.zoho, self.mailchimp):
            text += "\n" + each.block.read_text(encoding="utf-8") if each else ""
        (self.folder / "subjectline.toml").write_text(text, encoding="utf-8")


def _free_port() -> int:
    """A port nobody listens on: the bot's own web server will take it."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]
