"""Mailchimp in trouble (TRUST F30 to F33): what a run settles to, whatever goes wrong while it writes.

`settled` is what the engine does with our errors: Temporary is tried again, Unclear is settled by the probe, and a run
that nobody can finish ends by name.
"""

import threading
import time
from contextlib import suppress

import pytest

from bot.connectors import Found, NotSeen, Seen
from bot.connectors.mailchimp import Mailchimp
from bot.errors import Refused, Temporary, Unclear
from bot.law import Right
from bot.sandbox.company import MARA
from bot.sandbox.mailchimp.seeds import RELEASES, SHOP
from bot.workflow import Line
from tests.fixtures.mailchimp import Service

KEY = "ticket:mailchimp:erase:1"
WRITES = {  # what erasing Mara sends, and how often
    "carts": r"DELETE .*/carts/",
    "orders": r"DELETE .*/orders/",
    "customers": r"DELETE .*/customers/",
    "automations": "POST .*/removed-subscribers",
    "contacts": "delete-permanent",
}
GONE = 6  # one cart, two orders, one customer, two contacts


def begun(service: Service, **changes: object) -> tuple[Mailchimp, Found, list[Line]]:
    connector = service.connect(**changes)
    (found,) = connector.find([MARA])
    return connector, found, connector.plan(Right.DELETION, found)


def settled(connector: Mailchimp, found: Found, lines: list[Line]) -> int:
    """The run is done, as the engine would do it; how many times `erase` was called."""
    for calls in range(1, 6):
        try:
            connector.erase(found, lines, KEY)
        except Temporary:
            continue
        except Unclear:
            if isinstance(connector.erased(found, lines, KEY), Seen):
                return calls
            continue
        return calls
    raise AssertionError("never settled")


def check_done(service: Service, connector: Mailchimp, found: Found, lines: list[Line]) -> None:
    """Everything is gone, each thing was deleted once, and the proof holds."""
    assert len(service.account.deleted) == GONE == len(set(service.account.deleted))
    assert connector.prove(Right.DELETION, found, [MARA], lines) == []


@pytest.mark.parametrize("where", WRITES)
@pytest.mark.parametrize("kind", ["429", "500", "502", "reset", "lost", "garbled", "html403", "html503"])
def test_trouble_while_writing_ends_in_one_deletion(mailchimp: Service, kind: str, where: str) -> None:
    """Turned away, cut before or after, half an answer: tried again or looked up, and never deleted twice (F30, F31)."""
    connector, found, lines = begun(mailchimp)
    mailchimp.wire.cause(kind, WRITES[where])
    settled(connector, found, lines)
    check_done(mailchimp, connector, found, lines)
    assert not [each for each in mailchimp.waits if each > 8]


@pytest.mark.parametrize("where", WRITES)
@pytest.mark.parametrize("kind", ["401", "403"])
def test_a_no_while_writing_is_for_a_person(mailchimp: Service, kind: str, where: str) -> None:
    """Refused at once and never sent again; a later run of the same step finishes what is left."""
    connector, found, lines = begun(mailchimp)
    mailchimp.wire.cause(kind, WRITES[where])
    mailchimp.wire.calls.clear()
    with pytest.raises(Refused, match=rf"answered {kind} \(Trouble\)"):
        connector.erase(found, lines, KEY)
    assert connector.erased(found, lines, KEY) == NotSeen()
    assert connector.prove(Right.DELETION, found, [MARA], lines)
    settled(connector, found, lines)
    check_done(mailchimp, connector, found, lines)


@pytest.mark.parametrize("kind", ["500", "garbled", "empty", "half", "html403"])
@pytest.mark.parametrize("what", ["/lists$", "/ecommerce/stores$", "/orders$", "/carts$", "activity-feed", "/tags$"])
def test_trouble_while_reading_hides_nothing(mailchimp: Service, kind: str, what: str) -> None:
    """Half a page, an empty one, an error: asked again, and the plan is the same as without it (F30)."""
    connector, found, _ = begun(mailchimp)
    right = Right.ACCESS if what in {"activity-feed", "/tags$"} else Right.DELETION
    wanted = connector.plan(right, found)
    mailchimp.wire.cause(kind, rf"GET .*{what}")
    assert connector.plan(right, found) == wanted


@pytest.mark.parametrize("what", ["/lists$", "/ecommerce/stores$", "/orders$", "/carts$", "/tags$"])
def test_a_list_that_stays_short_of_its_own_count_is_not_believed(mailchimp: Service, what: str) -> None:
    """It says how many there are, and does not show them: Temporary, never a smaller plan."""
    connector, found, _ = begun(mailchimp)
    mailchimp.wire.cause("empty", rf"GET .*{what}", times=1000)
    with pytest.raises(Temporary, match="ended after 0 of"):
        connector.plan(Right.ACCESS, found)


@pytest.mark.parametrize("kind", ["429", "500", "reset", "html503"])
def test_trouble_without_end_is_temporary(mailchimp: Service, kind: str) -> None:
    """Tried a few times, then left to the engine; nothing was done."""
    connector, found, lines = begun(mailchimp)
    mailchimp.wire.cause(kind, "", times=1000)
    for act in (lambda: connector.find([MARA]), lambda: connector.erase(found, lines, KEY)):
        with pytest.raises(Temporary):
            act()
    assert mailchimp.account.deleted == []


def test_an_answer_lost_at_the_last_write_needs_no_second_call(mailchimp: Service) -> None:
    """Done and cut: the probe sees it, and nobody deletes again (F31)."""
    connector, found, lines = begun(mailchimp)
    for audience in mailchimp.account.audiences:
        if audience != RELEASES:
            mailchimp.account.audiences[audience].forget(MARA)
    lines = connector.plan(Right.DELETION, found)
    mailchimp.wire.cause("lost", "delete-permanent")
    assert settled(connector, found, lines) == 1
    assert sum("delete-permanent" in call for call in mailchimp.wire.calls) == 1
    assert connector.prove(Right.DELETION, found, [MARA], lines) == []


@pytest.mark.parametrize("where", WRITES)
def test_a_lie_is_never_the_end(mailchimp: Service, where: str) -> None:
    """Answered as done, and nothing was: refused on the spot, or found by the proof (F33)."""
    connector, found, lines = begun(mailchimp)
    mailchimp.wire.cause("lie", WRITES[where], times=1000)
    with suppress(Refused):
        connector.erase(found, lines, KEY)
    if where != "automations":  # deleted with the contact, whatever the automation said
        assert connector.prove(Right.DELETION, found, [MARA], lines)
    assert not [each for each in mailchimp.account.deleted if mailchimp.account.deleted.count(each) > 1]


def test_a_customer_stays_as_long_as_an_order_does(mailchimp: Service) -> None:
    """Else nobody could find the order any more: there is no other way to it."""
    connector, found, lines = begun(mailchimp)
    mailchimp.wire.cause("lie", WRITES["orders"])
    with pytest.raises(Refused, match="they are there"):
        connector.erase(found, lines, KEY)
    assert "K0001" in mailchimp.account.stores[SHOP].customers


def test_a_search_that_lags_behind_is_no_proof(mailchimp: Service) -> None:
    """It still shows who is erased; the proof does not ask it."""
    connector, found, lines = begun(mailchimp)
    mailchimp.far_side.lag = True
    connector.erase(found, lines, KEY)
    assert connector.prove(Right.DELETION, found, [MARA], lines) == []
    assert connector.find([MARA]) == []


@pytest.mark.parametrize("kind", ["lost", "500", "reset"])
def test_a_state_that_is_set_may_be_set_again(mailchimp: Service, kind: str) -> None:
    """Correcting and restricting are sent again by themselves; the result is one state."""
    connector, found, _ = begun(mailchimp)
    changes = [each for each in connector.propose(found, {"email": "maria@example.com"}) if not each.refused]
    mailchimp.wire.cause(kind, "PATCH")
    connector.correct(found, changes, KEY)
    assert connector.prove(Right.CORRECTION, found, [], [], changes) == []
    (found,) = connector.find(["maria@example.com"])
    lines = connector.plan(Right.RESTRICTION, found)
    for pattern in ("PATCH", "POST .*/tags", "removed-subscribers"):
        mailchimp.wire.cause(kind, pattern)
    connector.restrict(found, lines, KEY)
    assert connector.prove(Right.RESTRICTION, found, [], lines) == []


# -- over a real wire -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["hang", "late", "trickle", "lost", "reset", "429"])
def test_a_far_side_that_does_not_come_back_holds_nobody(wired_mailchimp: Service, kind: str) -> None:
    """The call ends at its deadline; then the probe, and one deletion each."""
    far_side = wired_mailchimp.far_side
    connector, found, lines = begun(wired_mailchimp, wired=True, timeout_s=1.0)
    rule = far_side.trouble.cause(kind, "delete-permanent")
    began = time.monotonic()
    settled(connector, found, lines)
    assert rule.met == 1
    assert time.monotonic() - began < 20
    check_done(wired_mailchimp, connector, found, lines)


def test_at_most_four_calls_are_in_flight(wired_mailchimp: Service) -> None:
    """Also when eight threads ask through one connector; the service bears ten, of all its applications."""
    far_side = wired_mailchimp.far_side
    far_side.slow_s = 0.1
    connector = wired_mailchimp.connect(wired=True, timeout_s=30.0)
    threads = [threading.Thread(target=connector.find, args=([MARA],)) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert 1 < far_side.most_at_once <= 4  # a busy machine may not bring four together
