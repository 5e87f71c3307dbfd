"""The calendar of deadlines: for whoever knows its address, and for nobody else."""

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import icalendar
import pytest
from structlog.testing import capture_logs

from bot.diary import Appointment
from bot.settings import Settings, load
from bot.store import Keys
from handlers.feed import Feed, address, token
from handlers.web import web
from tests.handlers.test_web import Browser, Desk, Minutes

SECRET = hashlib.sha256(b"a key of this test").digest()
KEY = base64.b64encode(SECRET).decode()
ONE = Appointment(
    "i1@dpe.lumen.example", "DPE-2026-0001", ("access",), date(2026, 12, 19), date(2026, 12, 21), "Next: The bot.",
    stands=False, sequence=1, changed_at=datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
)  # fmt: skip


@pytest.fixture(scope="module")
def settings() -> Settings:
    example = str(Path(__file__).parents[2] / "deploy" / "subjectline.toml")
    return load({"SUBJECTLINE_CONFIG": example, "SUBJECTLINE_KEY": KEY, "PUBLIC_URL": "https://privacy.test"}, needs=())


@pytest.fixture
def deadlines() -> list[Appointment]:
    return [ONE]


@pytest.fixture
def minutes() -> Minutes:
    return Minutes()


@pytest.fixture
def client(settings: Settings, deadlines: list[Appointment], minutes: Minutes) -> Browser:
    """A calendar program at one address."""
    feed = Feed(settings, lambda: list(deadlines))
    return Browser(web(Desk(), settings, feed=feed, now=minutes), "192.0.2.1")


@pytest.fixture
def path(settings: Settings) -> str:
    return address(settings).removeprefix("https://privacy.test")


def test_whoever_knows_the_address_reads_the_deadlines(client: Browser, path: str) -> None:
    """As a calendar, under the company's name, that no cache between keeps."""
    answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert answer.headers["cache-control"] == "private, no-cache"
    found = icalendar.Calendar.from_ical(answer.content)
    assert found["NAME"] == "Data-protection deadlines · Muster Instruments AG"
    assert [event["UID"] for event in found.walk("VEVENT")] == [ONE.uid]
    assert (client.head(path).status_code, client.head(path).content) == (200, b"")


def test_what_a_program_has_it_need_not_read_again(client: Browser, path: str, deadlines: list[Appointment]) -> None:
    """304 until something changes; a weak tag and a list of tags count as well."""
    tag = client.get(path).headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}'):
        again = client._ask("GET", path, headers={"if-none-match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    deadlines[0] = replace(ONE, sequence=2)
    changed = client._ask("GET", path, headers={"if-none-match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag
    deadlines.clear()
    assert b"VEVENT" not in client.get(path).content


def test_nobody_else_learns_that_there_is_one(client: Browser, path: str) -> None:
    """Another token, another ending, nothing at all: the answer of an address where nothing is."""
    nothing = client.get("/somewhere")
    for guess in (path.removesuffix(".ics"), f"{path}x", "/calendar/x.ics", "/calendar/", path.replace("/calendar", "/p/x"),
                  f"/calendar/{path[-1]}.ics", "/calendar/%C3%A9.ics"):  # fmt: skip
        answer = client.get(guess)
        assert (answer.status_code, answer.content) == (404, nothing.content), guess
    assert client.post(path).status_code == 405


def test_guessing_ends_soon_and_shuts_nobody_out(client: Browser, path: str, minutes: Minutes) -> None:
    """Ten guesses a minute; whoever knows the address is counted apart, and also asked to be patient."""
    assert [client.get(f"/calendar/{number}.ics").status_code for number in range(11)] == [404] * 10 + [429]
    assert [client.get(path).status_code for _ in range(11)] == [200] * 10 + [429]
    assert client.get(path).headers["retry-after"] == "60"
    minutes.seconds = 61
    assert client.get(path).status_code == 200


def test_while_the_database_is_away_the_program_keeps_what_it_has(settings: Settings, path: str) -> None:
    """503, and nothing of the address in a log."""

    def away() -> list[Appointment]:
        raise OSError(path)

    with capture_logs() as logs:
        answer = Browser(web(Desk(), settings, feed=Feed(settings, away)), "192.0.2.1").get(path)
    assert logs == [{"event": "calendar_broken", "error": "OSError", "log_level": "warning"}]
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "600")


def test_the_address_is_made_of_key_and_number(settings: Settings) -> None:
    """The same after every start; another number is another address, and so is another key."""
    keys = Keys(SECRET)
    assert address(settings) == f"https://privacy.test/calendar/{token(keys, 1)}.ics"
    others = {token(keys, 1), token(keys, 2), token(Keys(bytes(32)), 1)}
    assert len(others) == 3
    assert {len(each) for each in others} == {32}


def test_switched_off_there_is_none(settings: Settings, path: str) -> None:
    """404, as anywhere."""
    off = SimpleNamespace(**{name: getattr(settings, name) for name in ("company", "safety", "env", "intake")})
    assert Browser(web(Desk(), off), "192.0.2.1").get(path).status_code == 404
