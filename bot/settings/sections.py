"""The tables of subjectline.toml: one class each, frozen, and closed against settings nobody knows."""

import re
from datetime import time
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bot import law
from bot.drafts import AT_ONCE, LETTERS
from bot.intake import is_server
from bot.phrases import LANGUAGES
from bot.tickets import Role


def _address(text: str) -> str:
    try:
        return validate_email(text, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        raise ValueError("is not an e-mail address") from None


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (OSError, ValueError, KeyError):
        raise ValueError("is not a time zone such as Europe/Zurich") from None
    return text


def _user(text: str) -> str:
    if not re.fullmatch(r"[UW][A-Z0-9]+", text):
        raise ValueError("is not a Slack user id such as U0123456789 (profile, Copy member ID)")
    return text


def _group(text: str) -> str:
    if not re.fullmatch(r"S[A-Z0-9]+", text):
        raise ValueError("is not the id of a Slack user group such as S0123456789 (group, More, Copy group ID)")
    return text


def _regime(text: str) -> str:
    if text not in law.known():
        known = ", ".join(law.known())
        raise ValueError(f"is not one of the known regimes: {known}")
    return text


def _letter(text: str) -> str:
    if text not in LETTERS:
        raise ValueError(f"is no letter; the letters are: {', '.join(LETTERS)}")
    return text


def _spoken(text: str) -> str:
    if text not in LANGUAGES:
        raise ValueError(f"is none of the languages the team is spoken to in: {', '.join(LANGUAGES)}")
    return text


def _region(text: str) -> str:
    if not law.is_region(text):
        raise ValueError("is no region with known holidays, such as CH-ZH, DE-BY, or none")
    return text


def _server(text: str) -> str:
    if not is_server(text):
        raise ValueError("is no name, address or network of a mail server, such as mx.example.org or 192.0.2.0/24")
    return text


def _day(text: str) -> str:
    if not law.is_day(text):
        raise ValueError("is not a day such as 2027-01-02, or 01-02 for every year")
    return text


def _hours(text: str) -> str:
    try:
        begins, ends = (time.fromisoformat(each.strip()) for each in text.split("-"))
    except ValueError:
        raise ValueError("is not a span such as 08:00-17:00") from None
    if begins >= ends:
        raise ValueError("must end later than it begins, on the same day")
    return text


def _hour(text: str) -> str:
    try:
        time.fromisoformat(text)
    except ValueError:
        raise ValueError("is not a time of day such as 02:00") from None
    return text


def _user_if_any(text: str) -> str:
    return text and _user(text)


def _address_if_any(text: str) -> str:
    return text and _address(text)


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
Language = Literal["en", "de", "fr", "it"]
Address = Annotated[str, AfterValidator(_address)]
User = Annotated[str, AfterValidator(_user)]
Group = Annotated[str, AfterValidator(_group)]
Server = Annotated[str, AfterValidator(_server)]
Day = Annotated[str, AfterValidator(_day)]
Region = Annotated[str, AfterValidator(_region)]
RegimeName = Annotated[str, AfterValidator(_regime)]
LetterName = Annotated[str, AfterValidator(_letter)]
Mode = Literal["suspend", "restart", "none"]


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)


class Company(Section):
    name: Text
    address: tuple[Text, ...] = Field(min_length=1)  # lines of the postal address
    country: Text
    email: Address  # letters come from here, answers go here
    phone: str = ""
    zone: Annotated[str, AfterValidator(_zone)] = "Europe/Zurich"
    sender: str = ""  # name beside the address in From; the company's name where it is empty


class Intake(Section):
    subjects: tuple[Text, ...] = Field(default=("Data Protection Enquiry",), min_length=1)
    lookback_days: int = Field(default=30, ge=0, le=3650)  # how far a first look into the mailbox goes back
    own_addresses: tuple[Address, ...] = ()  # beside company.email
    own_lists: tuple[Text, ...] = ()  # List-Ids the mailbox is fed through, if it is one behind a group
    own_servers: tuple[Server, ...] = ()  # whose Received lines are believed; empty: the domain of company.email
    authserv_id: str = Field(default="", pattern=r"^[A-Za-z0-9._-]*$", max_length=255)  # of our own mail server


class Roles(Section):
    """Slack user ids, and ids of user groups. The configuration decides who may what, never a Slack profile."""

    viewers: tuple[User, ...] = ()
    handlers: tuple[User, ...] = ()
    approvers: tuple[User, ...] = ()
    admins: tuple[User, ...] = ()
    viewer_groups: tuple[Group, ...] = ()  # whoever is in one of these when they press
    handler_groups: tuple[Group, ...] = ()
    approver_groups: tuple[Group, ...] = ()
    admin_groups: tuple[Group, ...] = ()

    def by_group(self) -> dict[Role, tuple[str, ...]]:
        """Role -> the user groups that give it; only roles that have one."""
        lists = {
            Role.VIEWER: self.viewer_groups,
            Role.HANDLER: self.handler_groups,
            Role.APPROVER: self.approver_groups,
            Role.ADMIN: self.admin_groups,
        }
        return {role: groups for role, groups in lists.items() if groups}

    def by_user(self) -> dict[str, frozenset[Role]]:
        """User id -> roles, for everybody who is named."""
        lists = {
            Role.VIEWER: self.viewers,
            Role.HANDLER: self.handlers,
            Role.APPROVER: self.approvers,
            Role.ADMIN: self.admins,
        }
        users = {user for names in lists.values() for user in names}
        return {user: frozenset(role for role, names in lists.items() if user in names) for user in users}


class Slack(Section):
    language: Annotated[str, AfterValidator(_spoken)] = "en"  # of everything the team reads; letters have their own


class Letters(Section):
    language: Language = "en"  # where the enquiry's own language has no letters
    # language -> a text of this configuration (of the policy, a label, a ground) -> the same in that language
    glossary: dict[Language, dict[Text, Text]] = Field(default_factory=dict)
    release_at_once: tuple[LetterName, ...] = AT_ONCE  # every other letter is a draft until a person releases it


class Contested(Section):
    """Points on which learned people differ (docs/law.md). What is not set stays as the regime's file has it.

    The three on holidays are for a law that does not count with the house's: another nation's bank holidays.
    """

    roll: Literal["weekend_and_holiday", "none"] | None = None
    identity: Mode | None = None
    clarification: Mode | None = None
    fee: Mode | None = None
    pause_count: Literal["difference", "inclusive"] | None = None
    extension_anchor: Literal["receipt", "first_due"] | None = None
    day_of_receipt_counts: bool | None = None
    holidays_region: Region | None = None
    extra_holidays: tuple[Day, ...] | None = None
    removed_holidays: tuple[Day, ...] | None = None


class Clock(Section):
    """Which laws are on and whose holidays count."""

    regimes: tuple[RegimeName, ...] = Field(default=("gdpr_eu", "ch_fadp"), min_length=1)
    holidays_region: Region = "CH-ZH"  # of the controller; a law with holidays of its own keeps to them
    extra_holidays: tuple[Day, ...] = ()
    removed_holidays: tuple[Day, ...] = ()
    target_days: int = Field(default=14, ge=1, le=90)  # the house's own goal, well before the law's date
    code_pauses_days: int = Field(default=7, ge=0, le=30)  # after receipt a code still stops the clock; 0: never
    contested: dict[RegimeName, Contested] = Field(default_factory=dict)

    def choices(self) -> dict[str, dict[str, Any]]:
        """Regime -> the contested points that are set, as `law.dates` takes them."""
        return {name: each.model_dump(exclude_none=True) for name, each in self.contested.items()}


class Reminders(Section):
    """When the team is reminded, and who else hears of it."""

    working_hours: Annotated[str, AfterValidator(_hours)] = "08:00-17:00"  # by the clock of company.zone
    working_days: tuple[Weekday, ...] = Field(default=("mon", "tue", "wed", "thu", "fri"), min_length=1)
    second_person: Annotated[str, AfterValidator(_user_if_any)] = ""  # hears of what is overdue; or an approver
    email: tuple[Address, ...] = ()  # of the team: when something is overdue, or Slack is away

    def hours(self) -> tuple[time, time]:
        """From and until."""
        begins, ends = (time.fromisoformat(each.strip()) for each in self.working_hours.split("-"))
        return begins, ends

    def days(self) -> frozenset[int]:
        """Monday is 0."""
        return frozenset(get_args(Weekday).index(each) for each in self.working_days)


class Watch(Section):
    """What was erased stays erased: once a day every system is looked over."""

    on: bool = True
    at: Annotated[str, AfterValidator(_hour)] = "02:00"  # by the clock of company.zone; not before
    years: int = Field(default=6, ge=1, le=30)  # how long the ledger remembers an erasure


class Review(Section):
    """Accounts nobody has used for years are put before the team, batch by batch."""

    on: bool = False  # somebody has to want it: it proposes to delete
    years: int = Field(default=6, ge=1, le=30)  # without activity
    batch: int = Field(default=20, ge=1, le=40)  # accounts in one message
    every_days: int = Field(default=30, ge=1, le=366)  # from the end of a review to the next one
    systems: tuple[Text, ...] = ()  # by their names; empty: all that can tell


class Calendar(Section):
    """The calendar of deadlines that people's own programs subscribe to."""

    on: bool = True
    number: int = Field(default=1, ge=1, le=9999)  # another one is another secret address; the old one ends


class Category(Section):
    """One category of data of the privacy policy."""

    name: Text
    purposes: tuple[Text, ...] = Field(min_length=1)
    retention: Text  # a period, or the criteria that end it
    source: Text = "you"  # where the data come from, as in "we have it from you"


class Recipient(Section):
    """Somebody the data are passed on to: named in answers, and told of changes (GDPR 19)."""

    name: Text
    country: Text
    kind: Literal["recipient", "processor", "distributor", "partner", "authority"] = "recipient"
    email: Annotated[str, AfterValidator(_address_if_any)] = ""  # where they are told; empty: a person tells them
    language: Language = "en"  # in which they are told
    tell: bool = True
    because: str = ""  # why they are not told: the bot deletes there itself, it is impossible …
    safeguard: str = ""  # what protects the data there: "standard contractual clauses"; empty: nothing is needed
    categories: tuple[Text, ...] = ()  # of data, by the names of the categories; empty: all of them


class Authority(Section):
    name: Text
    site: Text
    of: str = ""  # for whom: "people in Switzerland"


class Policy(Section):
    """What the company's privacy policy says, as far as letters repeat it."""

    categories: tuple[Category, ...] = Field(min_length=1)
    recipients: tuple[Recipient, ...] = ()
    authorities: tuple[Authority, ...] = Field(min_length=1)
    automated_decisions: Text = "None. No machine alone makes a decision about you, and no profile of you is drawn."
    backups: Text = "Copies in our backups are overwritten within 90 days. Until then nobody works with them."
    record: Text = (
        "We keep a short record of this enquiry, to be able to show that it was answered: its reference, its dates "
        "and what was done, none of the data themselves. It is deleted after 36 months."
    )
    suppression: str = ""  # which address stays on a do-not-mail list after an erasure, and why; empty: none does


class Safety(Section):
    four_eyes: bool = True
    cooling_hours: float = Field(default=48, ge=0, le=24 * 14)
    lift_notice_days: float = Field(default=7, ge=0, le=60)  # the person hears first that a restriction ends
    slack_keeps_days: int = Field(default=0, ge=0)  # what the channel's retention is set to in Slack; 0: nothing
    code_hours: float = Field(default=24, gt=0, le=24)  # NIST SP 800-63A-4: by e-mail a day at most
    code_tries: int = Field(default=5, ge=1, le=10)
    codes_a_day: int = Field(default=3, ge=1, le=10)
    package_days: int = Field(default=14, ge=1, le=90)
    package_downloads: int = Field(default=3, ge=1, le=20)


class EngineRoom(Section):
    lease_s: int = Field(default=30, ge=5, le=600)
    slots: int = Field(default=16, ge=1, le=64)  # pieces of work at once; a copy of ten systems has ten
    mail_timeout_s: float = Field(default=60, gt=0, le=600)  # hard limit of one conversation with the mail server
    mail_settle_s: float = Field(default=30, ge=0, le=600)  # after it, until the Sent folder is believed
    slack_per_second: float = Field(default=1, gt=0, le=100)  # posts in the channel, and drawings of one card
    slack_timeout_s: float = Field(default=20, gt=0, le=120)  # hard limit of one call to Slack
    slack_settle_s: float = Field(default=5, ge=0, le=120)  # after it, until the channel's history is believed


class File(Section):
    """subjectline.toml. `connectors` stay mappings: whoever reads them knows their own words."""

    company: Company
    policy: Policy
    intake: Intake = Intake()
    roles: Roles = Roles()
    slack: Slack = Slack()
    letters: Letters = Letters()
    clock: Clock = Clock()
    reminders: Reminders = Reminders()
    calendar: Calendar = Calendar()
    watch: Watch = Watch()
    review: Review = Review()
    safety: Safety = Safety()
    engine: EngineRoom = EngineRoom()
    connectors: tuple[dict[str, Any], ...] = Field(default=(), repr=False)
