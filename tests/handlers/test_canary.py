"""T23, T24: invented people walk through every window of the office; nothing of them is anywhere but in windows."""

import ast
import json
from pathlib import Path

import pytest

from bot import cards
from bot.cards.views import NextActor
from bot.law import Right
from bot.sandbox.slack import ANN as HANNA
from bot.sandbox.slack import BOB
from bot.slack.manifest import SHORTCUT
from bot.tickets import State
from tests.handlers.test_walk import Walk, walk  # noqa: F401 -- the fixture

WINDOWS = {"views.open", "views.update", "views.push"}
NAME, ADDRESS, BODY, SUBJECT = "Zora Quellmann", "zora@quellmann.example", "quokka-77", "wombat-12"
NOTE, REASON, LETTER, TYPED = "numbat-31", "bilby-44", "dingo-58", "emu-63"
ROOM = Path(cards.__file__).parent
DRAW_WINDOWS = {"evidence", "modals", "recipients", "rights"}  # and nothing else
FACT, STREET = "R-7755331", "Wobbegongweg 9"
CANARIES = (NAME, "Quellmann", ADDRESS, "quellmann", BODY, SUBJECT, NOTE, REASON, LETTER, TYPED, FACT, STREET)


@pytest.fixture
def office(walk: Walk) -> Walk:  # noqa: F811
    walk.stage.system.people["person:2"] = (ADDRESS, 3)
    return walk


def window(office: Walk, user: str, line: str, **values: object) -> None:
    """The form behind a line of “More”, filled in and sent."""
    slack = office.floor.slack
    office.click(user, "more")
    slack.click_view(user, f"do:{line}")
    office.floor.settle()
    slack.submit(user, values=values)
    office.card()


def test_nothing_of_a_person_is_in_slack_but_in_windows(office: Walk, capsys) -> None:
    """Opened, taken, noted, held, refused, sorted, found, merged, split, near misses: a search over every call and log."""
    stage, slack = office.stage, office.floor.slack
    who = f"{NAME} <{ADDRESS}>"
    first = stage.open(f"Which data do you hold about me? And please delete my data. {BODY}", sender=who)
    office.click(HANNA.id, "take")
    office.click(HANNA.id, "details")
    window(office, HANNA.id, "note", words=NOTE)
    window(office, HANNA.id, "assign", to=BOB.id)
    window(office, HANNA.id, "hold", words=REASON)
    window(office, HANNA.id, "split", rights=["deletion"])
    window(office, BOB.id, "refuse:access", ground="unidentified", words=LETTER)
    assert stage.request(first, Right.ACCESS).state == State.REFUSED
    second = stage.open(f"Tell me what you hold. {BODY}", sender=who)
    ts = slack.messages()[-1]["ts"]
    slack.click(HANNA.id, ts, "more")
    office.floor.settle()
    slack.click_view(HANNA.id, "do:not_enquiry")
    office.floor.settle()
    slack.submit(HANNA.id, values={"why": "other", "letter": ["letter"], "words": LETTER})
    office.card()
    assert stage.ticket(second).state == "closed"
    near = stage.mail(f"Please delete all personal data you hold about me under the GDPR. {BODY}", sender=who, subject=SUBJECT)
    assert (near or "").startswith("mail:")
    office.card()
    ts = slack.messages()[-1]["ts"]
    slack.click(HANNA.id, ts, "quarantined:0")
    office.floor.settle()  # one window after the other, as one person looks at them
    slack.click(HANNA.id, ts, "open_mail")
    office.floor.settle()
    slack.submit(HANNA.id, values={})
    office.card()
    slack.command(HANNA.id, f"find {ADDRESS}")
    office.floor.settle()
    slack.command(HANNA.id, "new")
    office.floor.settle()
    slack.submit(HANNA.id, values={"received": "2026-11-23", "words": TYPED, "address": ADDRESS, "name": NAME})
    office.floor.settle()
    slack.shortcut(HANNA.id, slack.messages()[0]["ts"], SHORTCUT)
    office.floor.settle()
    for typed in ("list", "list mine", "list waiting", "show DPE-2026-0001", "clock DPE-2026-0001", "report", "health", "help"):
        slack.command(HANNA.id, typed)
    for user in (HANNA.id, BOB.id):
        slack.open_home(user)
    office.card()
    assert stage.desk.home(BOB.id).open != "0"
    assert NextActor.HANDLER in {each.next_actor for each in stage.desk.tickets(BOB.id)}
    assert not slack.failures
    checked(office, capsys.readouterr(), found={ADDRESS, BODY, SUBJECT})


@pytest.mark.parametrize("walk", ["socket"], indirect=True)
def test_nor_in_reminders_alarms_and_letters(office: Walk, capsys) -> None:
    """Asked who they are, reminded of in the thread, directly and in the morning, refused, drafted, edited, released, back again."""
    stage, slack = office.stage, office.floor.slack
    stage.open(f"Which data do you hold about me? {BODY}", sender=f"{NAME} <{ADDRESS}>")
    office.click(HANNA.id, "take")
    office.click(HANNA.id, "choose:access")
    office.click(HANNA.id, "identity")
    slack.click_view(HANNA.id, "identity_facts")
    office.floor.settle()
    slack.submit(HANNA.id, values={"kind1": "order", "fact1": FACT, "kind2": "street", "fact2": STREET})
    stage.clock.forward(days=29)
    stage.desk.remind()
    office.card()
    stage.reads = False  # the walk itself reads and releases
    window(office, HANNA.id, "refuse:access", ground="unidentified", words=LETTER)
    office.click(HANNA.id, "letter:1")
    slack.click_view(HANNA.id, "letter_edit")
    office.floor.settle()
    slack.submit(HANNA.id, values={"added": TYPED, "known": REASON})
    office.card()
    office.click(HANNA.id, "letter:1")
    slack.click_view(HANNA.id, "letter_rests")
    office.click(HANNA.id, "release:1")
    with stage.store.begin() as unit:
        unit.ledger.enter("earlier", "DPE-2026-0099", [ADDRESS])
        unit.ledger.proved("earlier")
    for _ in range(2):
        stage.desk.watch()
        office.card()
    said = [str(call.arguments.get("text", "")) for call in slack.calls if call.method == "chat.postMessage"]
    for told in ("Enquiries today", "1 day left", "again although erased"):
        assert any(told in each for each in said), (told, said)
    assert not slack.failures
    checked(office, capsys.readouterr(), found={LETTER})


def checked(office: Walk, logged: tuple[str, str], *, found: set[str]) -> None:
    """No canary is in a call but of windows, in a text, metadata, log or the record; `found`: what windows have to hold."""
    slack = office.floor.slack
    seen = set()
    for canary in CANARIES:
        carried = {call.method for call in slack.calls if canary in call.raw or canary in json.dumps(call.answer, ensure_ascii=False)}
        assert carried <= WINDOWS, (canary, carried)
        seen |= {canary} if carried else set()
    assert found <= seen  # the search finds what is there
    for call in slack.calls:
        assert not any(canary in str(call.arguments.get(name, "")) for canary in CANARIES for name in ("text", "metadata"))
        if call.method in WINDOWS:
            view = json.loads(call.arguments["view"]) if isinstance(call.arguments["view"], str) else call.arguments["view"]
            assert not any(canary in str(view.get("private_metadata")) for canary in CANARIES)
    with office.stage.store.read() as unit:
        record = str(unit.trail())
    for canary in CANARIES:
        assert canary not in "".join(logged)
        assert canary not in record


def test_what_draws_messages_cannot_see_what_strangers_wrote() -> None:
    """Their words travel in types of their own; only rooms that draw windows know these."""
    knows = {path.stem for path in ROOM.glob("*.py") if "bot.cards.private" in imported(path)}
    assert knows - {"__init__"} == DRAW_WINDOWS
    drawn = {path.stem: {each for each in imported(path) if each.startswith("bot.cards.")} for path in ROOM.glob("*.py")}
    messages = {name for name, others in drawn.items() if not others & {f"bot.cards.{each}" for each in (*DRAW_WINDOWS, "private")}}
    assert {"card", "request", "task", "notice", "reminder", "watch", "letterbox", "aside", "crowd", "week", "review"} <= messages


def imported(path: Path) -> set[str]:
    """The modules a module imports from."""
    return {node.module or "" for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)}
