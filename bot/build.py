"""The only file that names real things together: settings in, a house of working parts out."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from slack_sdk import WebClient

from bot import connectors, law, phrases
from bot.connectors import Connector
from bot.desk import Desk, House
from bot.engine import Engine, Limit
from bot.errors import Misconfigured, Temporary
from bot.intake import Rules
from bot.letters import Writer
from bot.opener import Opener
from bot.package import Packer
from bot.post import Arrived, Limits, Postman, Watcher
from bot.settings import Settings
from bot.slack import Channel, Groups, client
from bot.store import Keys, Store
from bot.store.positions import Positions
from bot.tickets import Role

TEMPLATES = Path(__file__).parent.parent / "templates"


def now() -> datetime:
    """The moment, UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """A row's id: 16 hex digits of chance."""
    return secrets.token_hex(8)


def new_code() -> str:
    """Eight digits of chance."""
    return f"{secrets.randbelow(10**8):08d}"


@runtime_checkable
class Closing(Protocol):
    """A connector that keeps lines open."""

    def close(self) -> None: ...


@dataclass(frozen=True)
class Parts:
    """A house ready to work. Nothing runs yet; `handlers` connect it to the outside."""

    settings: Settings
    store: Store
    engine: Engine
    desk: Desk
    opener: Opener
    rules: Rules
    systems: Mapping[str, Connector]

    def close(self) -> None:
        for each in self.systems.values():
            if isinstance(each, Closing):
                each.close()
        self.opener.close()
        self.store.close()


def store(settings: Settings, clock: Callable[[], datetime] = now) -> Store:
    """The database the settings name, not yet opened."""
    return Store(settings.env.database_url, Keys(settings.env.key), clock, new_id)


def upgraded(settings: Settings, clock: Callable[[], datetime] = now) -> None:
    """The database is there and knows every table; what it held it holds still."""
    book = store(settings, clock)
    try:
        book.upgrade()
    finally:
        book.close()


def check_store(book: Store) -> None:
    """Misconfigured, with all faults, when the database is not that of this release."""
    if faults := book.check():
        book.close()
        raise Misconfigured(faults)


def systems(settings: Settings, book: Store) -> dict[str, Connector]:
    """Every configured connector by name; Misconfigured with all their faults at once."""
    found, faults = connectors.load(settings.connectors, outside(settings, book))
    if faults:
        raise Misconfigured(faults)
    return {each.name: each for each in found}


def outside(settings: Settings, book: Store) -> connectors.Outside:
    """What every connector gets of the house."""

    def of_a_case(message_id: str) -> bool:
        with book.read() as unit:
            return unit.mail.of_a_case(message_id)

    def erased(address: str) -> bool:
        with book.read() as unit:
            return unit.ledger.erased(address)

    return connectors.Outside(settings.secret, book.clock, book.shelf, of_a_case, erased)


def lint(found: Mapping[str, Connector]) -> list[str]:
    """Every fault of every connector against its live system."""
    return [f"{name}: {fault}" for name, each in found.items() for fault in each.lint()]


def check_systems(found: Mapping[str, Connector]) -> None:
    """Misconfigured, with all faults. A system that is away is none: its work waits for it, and doctor says so."""
    faults = []
    for name, each in found.items():
        with suppress(Temporary):
            faults += lint({name: each})
    if faults:
        raise Misconfigured(faults)


def rules(settings: Settings) -> Rules:
    """How intake tells an enquiry from other mail."""
    own = (settings.company.email, *settings.intake.own_addresses)
    servers = settings.intake.own_servers or (settings.company.email.rpartition("@")[2],)
    return Rules(
        subjects=settings.intake.subjects, own_addresses=own, own_servers=servers, own_lists=settings.intake.own_lists,
        reply_tag=message_domain(settings), authserv_id=settings.intake.authserv_id,
    )  # fmt: skip


def postman(settings: Settings) -> Postman:
    """Mail out."""
    return Postman(settings.env.smtp_url, settings.env.imap_url, total_s=settings.engine.mail_timeout_s)


def lanes(settings: Settings) -> dict[str, Limit]:
    """How fast each kind of work may go, across all processes."""
    often = settings.engine.slack_per_second
    return {
        "slack-post": Limit(in_flight=1, per_second=often),  # chat.postMessage: one a second per channel
        "card": Limit(in_flight=1, per_second=often),  # one drawing a second per card; the last state is always drawn
        "mail": Limit(in_flight=2),
        "watch": Limit(in_flight=1),  # a look over a whole system takes its time: the rest goes on beside it
        "acknowledge": Limit(in_flight=1, per_second=5),  # each costs 30 ms of work: in a flood, mail goes first
    }


def message_domain(settings: Settings) -> str:
    """The domain of the Message-IDs we issue: ours, and told from a colleague's mail."""
    return f"dpe.{settings.company.email.rpartition('@')[2]}"


def house(settings: Settings) -> House:
    """The company as the desk and the letters know it."""
    safety = settings.safety
    return House(
        policy=policy(settings),
        sender=settings.company.email,
        public_url=settings.env.public_url,
        roles=settings.roles.by_user(),
        regimes=settings.clock.regimes,
        deadline=deadline(settings),
        zone=settings.company.zone,
        message_domain=message_domain(settings),
        mail_timeout_s=settings.engine.mail_timeout_s,
        mail_settle_s=settings.engine.mail_settle_s,
        slack_timeout_s=settings.engine.slack_timeout_s,
        post_every_s=1 / settings.engine.slack_per_second,
        slack_settle_s=settings.engine.slack_settle_s,
        four_eyes=safety.four_eyes,
        cooling_hours=safety.cooling_hours,
        lift_notice_days=safety.lift_notice_days,
        code_hours=safety.code_hours,
        code_tries=safety.code_tries,
        codes_a_day=safety.codes_a_day,
        code_pauses_days=settings.clock.code_pauses_days,
        package_days=safety.package_days,
        package_downloads=safety.package_downloads,
        work_begins=settings.reminders.hours()[0],
        work_ends=settings.reminders.hours()[1],
        working_days=settings.reminders.days(),
        glossary={**settings.letters.glossary},
        team_mail=settings.reminders.email,
        second_person=settings.reminders.second_person,
        watch=settings.watch.on,
        watch_from=time.fromisoformat(settings.watch.at),
        erased_years=settings.watch.years,
        review=settings.review.on,
        review_years=settings.review.years,
        review_batch=settings.review.batch,
        review_days=settings.review.every_days,
        review_systems=settings.review.systems,
        release_at_once=frozenset(settings.letters.release_at_once),
    )


def roles(settings: Settings, web: WebClient) -> Mapping[str, frozenset[Role]]:
    """Who may what: as the configuration names people, and as Slack says who is in the groups it names."""
    named, groups = settings.roles.by_user(), settings.roles.by_group()
    return Groups(web, named, groups) if groups else named


def deadline(settings: Settings) -> law.Deadline:
    """A moment of receipt and its events → the dates under every regime that is on; the earliest counts."""
    chosen = settings.clock
    return law.Deadline(
        on=chosen.regimes, zone=settings.company.zone, holidays_region=chosen.holidays_region,
        extra_holidays=chosen.extra_holidays, removed_holidays=chosen.removed_holidays, choices=chosen.choices(),
        target_days=chosen.target_days,
    )  # fmt: skip


def policy(settings: Settings) -> dict[str, Any]:
    """What every letter may repeat of the company and its privacy policy."""
    return {"company": settings.company.model_dump(), "policy": settings.policy.model_dump()}


def assemble(settings: Settings, clock: Callable[[], datetime] = now) -> Parts:
    """The house of these settings. Misconfigured, with all faults, when the store or a connector is not fit for use."""
    phrases.speak(settings.slack.language)
    book = store(settings, clock)
    check_store(book)  # first: a connector may keep something on its shelf while it is looked at
    found = systems(settings, book)
    check_systems(found)
    env = settings.env
    engine = Engine(book, clock, lease_s=settings.engine.lease_s, slots=settings.engine.slots, limits=lanes(settings))
    sorting = rules(settings)
    opener = Opener(sorting)
    web = client(env.slack_bot_token, env.slack_api_url)
    desk = Desk(
        house=replace(house(settings), roles=roles(settings, web)),
        store=book,
        engine=engine,
        clock=clock,
        ids=new_id,
        systems=found,
        channel=Channel(web, env.slack_channel, every_s=1 / settings.engine.slack_per_second),
        postman=postman(settings),
        writer=writer(settings),
        packer=Packer(env.data),
        new_code=new_code,
        words=lambda raw: opener.read(raw).text,
        reading=opener.read,
    )
    for kind in desk.kinds():
        engine.register(kind)
    return Parts(settings, book, engine, desk, opener, sorting, found)


def writer(settings: Settings) -> Writer:
    """Letters, in the company's name."""
    company = settings.company
    name, letters = company.sender or company.name, settings.letters
    return Writer(TEMPLATES, name=name, language=letters.language, glossary={**letters.glossary})


class Absent:
    """An edge that is not there: whoever reaches for it has left the command line's part."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(f"“{name}” is for the running bot, which carries out the work")


def clerk(settings: Settings, clock: Callable[[], datetime] = now) -> Desk:
    """A desk for the command line: its verbs write rows and letters, the running bot does what follows from them."""
    return _clerk(settings, store(settings, clock), clock, {})


def surveyor(settings: Settings, clock: Callable[[], datetime] = now) -> Desk:
    """The same, for a command that asks the systems itself."""
    book = store(settings, clock)
    return _clerk(settings, book, clock, systems(settings, book))


def _clerk(settings: Settings, book: Store, clock: Callable[[], datetime], found: Mapping[str, Connector]) -> Desk:
    phrases.speak(settings.slack.language)  # what is written down for the team is in its language
    absent: Any = Absent()
    return Desk(
        house=house(settings), store=book, engine=Engine(book, clock), clock=clock, ids=new_id, systems=found,
        channel=absent, postman=absent, writer=writer(settings), packer=absent, new_code=new_code,
        words=lambda _: "", reading=absent,
    )  # fmt: skip


def watcher(
    parts: Parts,
    url: str,
    wants: Callable[[bytes, int], bool],
    expect: Callable[[Sequence[Arrived]], None],
    take: Callable[[Sequence[Arrived]], None],
    give_up: Callable[[Arrived, str], None],
) -> Watcher:
    """The watcher of one configured mailbox, not yet started."""
    return Watcher(
        url, wants=wants, expect=expect, take=take, give_up=give_up,
        book=Positions(parts.store), clock=parts.desk.clock,
        limits=Limits(lookback_days=parts.settings.intake.lookback_days),
    )  # fmt: skip
