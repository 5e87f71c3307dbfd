"""Pieces of a copy to be looked at, and passphrases to be told: sealed, each decided once."""

from datetime import UTC, datetime

import pytest

from bot.law import Right
from bot.store import Purged, Store
from bot.store.looks import Look
from bot.store.tickets import owner
from bot.tickets import State
from tests.fixtures.store import a_request, a_ticket


def test_a_piece_is_decided_once_and_what_it_says_is_sealed(store: Store) -> None:
    """The first decision stands; words and content are readable under the ticket's key alone."""
    with store.begin() as unit:
        ticket = a_ticket(unit)
        request = a_request(unit, ticket, Right.ACCESS, State.ANSWERING)
        look = Look("l1", ticket.id, request.id, b"mark", "server", "file", "Other people are named.")
        unit.looks.add(look, {"name": "CANARY.eml", "says": "CANARY"})
        assert (unit.looks.open(request.id), unit.looks.of(request.id)) == (1, [look])
        assert unit.looks.decide(look, "black", ["CANARY"], "UHUGO")
        assert not unit.looks.decide(look, "keep", [], "UPAULA")
    with store.read() as unit:
        found = unit.looks.get("l1")
        assert (found.verdict, found.by, unit.looks.open(request.id)) == ("black", "UHUGO", 0)
        assert (unit.looks.piece("l1"), unit.looks.words("l1")) == ({"name": "CANARY.eml", "says": "CANARY"}, ["CANARY"])
        with pytest.raises(LookupError):
            unit.looks.get("l2")
    with store.begin() as unit:
        unit.destroy_key(owner(ticket.id))
    with store.read() as unit, pytest.raises(Purged):
        unit.looks.piece("l1")


def test_a_passphrase_is_kept_until_somebody_has_told_it(store: Store) -> None:
    """Or until its package is over: what is revoked opens nothing."""
    with store.begin() as unit:
        ticket = a_ticket(unit)
        request = a_request(unit, ticket, Right.ACCESS, State.ANSWERING)
        for name in ("one", "two"):
            unit.packages.add(
                id=name, request_id=request.id, ticket_id=ticket.id, token_digest=name, address_blind=b"x", name=name,
                size=1, expires_at=datetime(2027, 1, 1, tzinfo=UTC), passphrase=f"CANARY-{name}",
            )  # fmt: skip
        assert unit.packages.to_tell(ticket.id) == ["one", "two"]
        assert unit.packages.passphrase("one") == "CANARY-one"
        assert unit.packages.told("one")
        assert not unit.packages.told("one")
        assert unit.packages.revoke("two")
    with store.read() as unit:
        assert unit.packages.to_tell(ticket.id) == []
        assert (unit.packages.passphrase("one"), unit.packages.passphrase("two")) == ("", "")
