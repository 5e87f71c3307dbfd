"""What must hold after any crash, fault or seed (TRUST section 1): one function, and every fault test ends with it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path

from sqlalchemy import func, select

from bot.desk.running import DONE
from bot.reminders import BY_OTHERS
from bot.sandbox.slack import Slack
from bot.store import Store
from bot.store.rows import AuditRow
from bot.store.schema import action, erased, mail, work
from bot.tickets import DESTRUCTIVE, GENTLE, MILD, MOVES, Request, State, Ticket

IN_MODALS = ("views.open", "views.update", "views.push")  # where a person's words may be
# Letters that go before anybody is identified: nothing in them is about the person but what they wrote themselves.
EARLY = {"acknowledgement", "identity_code", "identity_question", "clarification_question", "extension_notice"}


@dataclass(frozen=True)
class Evidence:
    """What the world saw, against which the bot's own record is held."""

    store: Store
    slack: Slack
    letters: Sequence[bytes]  # every mail the SMTP server took from the bot
    accepted: int  # enquiries and replies that reached the mailbox
    changes: Sequence[
        tuple[str, str, int]
    ]  # (table, key, times): what was deleted or changed in the company's database
    data: Path  # where packages lie
    canaries: Iterable[str]  # invented persons, searched for where they must not be
    settled: int = 0  # times a person said “send again”
    team_mail: Sequence[bytes] = ()  # reminders that went to the team
    deaths: int = 0
    undone: frozenset[tuple[str, str]] = frozenset()  # rows that were held back and given free: changed twice


def check_invariants(world: Evidence) -> None:
    """All of them, or an AssertionError that names the first that does not hold."""
    with world.store.read() as unit:
        tickets = unit.tickets.list(limit=1000)
        requests = {each.id: each for ticket in tickets for each in unit.requests.of(ticket.id)}
        trails = {ticket.id: unit.trail(ticket.id) for ticket in tickets}
        mails = unit.connection.scalar(select(func.count()).select_from(mail))
        acts = unit.connection.execute(select(action.c.key, action.c.state)).all()
        erasing = unit.connection.scalars(select(action.c.key).where(action.c.kind == "erase")).all()
        entered = set(unit.connection.scalars(select(erased.c.request_id)))
        letters = {each.message_id: each for ticket in tickets for each in unit.letters.of(ticket.id)}
    assert mails == world.accepted, f"I1: {world.accepted} mails reached the mailbox, {mails} are in the house"
    assert {key.partition(":")[0] for key in erasing} <= entered, "I13: destroyed without a row of the ledger"
    wrong = [each for each in world.changes if each[2] != 1 + (each[:2] in world.undone)]
    assert not wrong, f"I2: changed too often: {wrong}"
    _letters_once(world, letters)
    _one_card_each(world, tickets)
    for ticket in tickets:
        _allowed(trails[ticket.id], requests)
        _in_order(trails[ticket.id], requests)
        assert ticket.due >= ticket.received_on, "I7"
    assert world.store.verify_audit() is None, "I8: the record is broken"
    _no_canary(world)
    strays = [
        path.name for path in world.data.rglob("*") if path.is_file() and path.suffix in {".tmp", ".part", ".lock"}
    ]
    assert not strays, f"I10: left over: {strays}"
    assert not restless(world.store), f"I11: not quiet: {restless(world.store)}"
    assert all(row.state == "done" for row in acts), f"I11: the ledger is open: {acts}"


def check_said_once(world: Evidence) -> None:
    """Every reminder that stands in the store was said: in its thread once, to each person once a day, by mail once."""
    with world.store.read() as unit:
        tickets = unit.tickets.list(limit=1000)
        rows = [row for ticket in tickets for row in unit.reminders.of(ticket.id)]
    rows = [row for row in rows if row.kind not in BY_OTHERS or row.state != "dropped"]  # what came before its day
    conversations = world.slack.workspace.conversations.values()
    posted = [each for channel in conversations for each in channel.messages if each.get("metadata")]
    said = Counter(each["metadata"]["event_payload"]["key"] for each in posted)
    twice = [key for key, times in said.items() if times > 1]
    assert not twice, f"I3: said twice in Slack: {twice}"
    assert all(row.state == "said" for row in rows), f"I3: never said: {[row for row in rows if row.state != 'said']}"
    assert all(row.message for row in rows), f"I3: nobody was told: {[row.key for row in rows if not row.message]}"
    mails = Counter(message_from_bytes(each)["Message-ID"] for each in world.team_mail)
    again = sum(times - 1 for times in mails.values())  # under one Message-ID: it harms nobody, silence would
    assert again <= world.deaths, f"I3: the team was written to again and again: {mails}"


def restless(store: Store) -> list[tuple[str, str, str | None]]:
    """Work that has not ended, or ended badly."""
    with store.read() as unit:
        rows = unit.connection.execute(select(work.c.key, work.c.state, work.c.error)).all()
    return [tuple(row) for row in rows if row.state != "done" and (row.state, row.error) != ("dead", "cancelled")]


def quiet(store: Store) -> bool:
    """Nothing is waiting, and every card shows what is stored."""
    with store.read() as unit:
        drawn = all(each.card_version == each.version for each in unit.tickets.list(limit=1000))
    return drawn and not restless(store)


def _letters_once(world: Evidence, written: dict) -> None:
    sent = Counter(message_from_bytes(each)["Message-ID"] for each in world.letters)
    assert set(sent) <= set(written), "I3: a letter left that is no row"
    again = sum(times - 1 for times in sent.values())
    assert again <= world.settled, f"I3: {again} letters went twice and nobody asked for it"
    silent = [each.kind for message_id, each in written.items() if message_id not in sent and each.sent_at]
    assert not silent, f"I3: said to be sent and never seen: {silent}"


def _one_card_each(world: Evidence, tickets: Sequence[Ticket]) -> None:
    keys = Counter(each["metadata"]["event_payload"]["key"] for each in world.slack.messages() if each.get("metadata"))
    for ticket in tickets:
        assert keys[f"card:{ticket.id}"] == 1, f"I4: {keys[f'card:{ticket.id}']} cards of {ticket.ref}"
        assert ticket.card_version == ticket.version, f"I4: the card of {ticket.ref} shows an older state"


def _allowed(trail: Sequence[AuditRow], requests: dict[str, Request]) -> None:
    """I5: each request's history is a path through the table of moves."""
    here: dict[str, str] = {}
    allowed = {(each.verb, each.source, each.target) for each in MOVES}
    for row in trail:
        if row.request_id and "target" in row.detail:
            source, target = row.detail["source"], row.detail["target"]
            assert (row.verb, source, target) in allowed, f"I5: {row.verb} {source} → {target}"
            assert here.get(row.request_id, State.RECEIVED) == source, f"I5: {row.verb} from {source}"
            here[row.request_id] = target
    for request_id, state in here.items():
        assert requests[request_id].state == state, "I5: the record and the row differ"


def _in_order(trail: Sequence[AuditRow], requests: dict[str, Request]) -> None:
    """I6: nothing about the person leaves or changes before identity, and before the approvals it needs."""
    known = vouched = False
    approved: set[str] = set()
    for row in trail:
        known |= row.verb == "identity" and row.detail["identity"] in {"confirmed", "nobody"}
        vouched |= row.verb == "identity" and row.detail["identity"] == "vouched"
        if row.verb == "approve" and row.request_id:
            approved.add(row.request_id)
        right = requests[row.request_id].right if row.request_id else None
        acts = row.verb in {"pack", "proved", *DONE.values()}
        if (acts or (row.verb == "write" and row.detail["letter"] not in EARLY)) and right not in MILD:
            assert known or (vouched and right in GENTLE), f"I6: {row.verb} before identity"
        if row.verb == "erased":
            assert right in DESTRUCTIVE, f"I6: erased for {right}"
        if row.verb in {"erased", "corrected", "lifted"}:
            assert row.request_id in approved, f"I6: {row.verb} without approval"


def _no_canary(world: Evidence) -> None:
    calls = [call for call in world.slack.calls if call.method not in IN_MODALS]
    assert calls, "the canary search looked at nothing"
    for canary in world.canaries:
        seen = [call.method for call in calls if canary.lower() in f"{call.raw} {dict(call.arguments)}".lower()]
        assert not seen, f"I9: a person's words in {seen}"
