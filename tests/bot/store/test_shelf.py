"""The shelf: what connectors keep and share, on both databases."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from bot.errors import Temporary
from bot.store import Keys, Store, Unreadable
from bot.store.shelf import Shelf
from tests.fixtures.store import SECRET, Clock, Ids, opened

NAME = "crm:token"


@pytest.fixture
def other(store: Store, database_url: str) -> Iterator[Store]:
    """The same database as another process sees it."""
    ids = Ids()
    with opened(database_url, Keys(SECRET), Clock(), lambda: f"other-{ids()}") as made:
        yield made


def shelf(store: Store, *, lease_s: float = 60.0, patience_s: float = 10.0) -> Shelf:
    return Shelf(store.begin, store.read, lease_s=lease_s, patience_s=patience_s)


def test_what_is_put_is_there_for_everybody_until_it_is_dropped(store: Store, other: Store) -> None:
    """The last value counts; a name nobody used holds nothing."""
    assert store.shelf.get(NAME) is None
    store.shelf.put(NAME, b"first")
    store.shelf.put(NAME, b"second")
    store.shelf.put("crm:other", b"else")
    assert (other.shelf.get(NAME), other.shelf.get("crm:other")) == (b"second", b"else")
    other.shelf.drop(NAME)
    assert (store.shelf.get(NAME), store.shelf.get("crm:other")) == (None, b"else")


def test_values_lie_sealed(store: Store) -> None:
    """Neither is the secret in the row, nor does it open under another name."""
    store.shelf.put(NAME, b"1000.secret")
    with store.begin() as unit:
        stands = bytes(unit.connection.execute(text("SELECT value_sealed FROM shelf")).scalar_one())
        assert b"secret" not in stands
        unit.connection.execute(text("UPDATE shelf SET name = 'elsewhere'"))
    with pytest.raises(Unreadable):
        store.shelf.get("elsewhere")


def test_many_threads_of_two_processes_take_turns(store: Store, other: Store) -> None:
    """Each reads what the one before it put: nothing is lost, and never are two inside."""
    inside: list[int] = []
    crowd: list[int] = []
    ready = threading.Barrier(6)

    def work(mine: Shelf) -> None:
        ready.wait()
        for _ in range(3):
            with mine.turn(NAME):
                inside.append(1)
                crowd.append(len(inside))
                mine.put(NAME, b"%d" % (int(mine.get(NAME) or b"0") + 1))
                inside.pop()

    threads = [threading.Thread(target=work, args=(each,)) for each in (shelf(store), shelf(other)) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert store.shelf.get(NAME) == b"18"
    assert set(crowd) == {1}


def test_whoever_waits_too_long_is_told(store: Store, other: Store) -> None:
    """And the one inside is not disturbed; turns on other names are free."""
    with store.shelf.turn(NAME):
        with pytest.raises(Temporary, match="Somebody else"), shelf(other, patience_s=0.1).turn(NAME):
            pass
        with pytest.raises(Temporary), shelf(store, patience_s=0.1).turn(NAME):
            pass
        with shelf(other, patience_s=0.1).turn("crm:other"):
            pass
    with shelf(other, patience_s=0.1).turn(NAME):
        pass


def test_an_exception_inside_ends_the_turn(store: Store, other: Store) -> None:
    """The next one comes in at once."""
    with pytest.raises(ZeroDivisionError), store.shelf.turn(NAME):
        raise ZeroDivisionError
    with shelf(other, patience_s=0.1).turn(NAME):
        pass


_DIES = """
import sys
from bot.store import Keys, Store
from bot.store.shelf import Shelf
from datetime import UTC, datetime
store = Store(sys.argv[1], Keys(bytes(range(32))), lambda: datetime.now(UTC), lambda: "dead")
with Shelf(store.begin, store.read, lease_s=0.6).turn(sys.argv[2]):
    print("inside", flush=True)
    sys.stdin.read()
"""


def test_the_turn_of_a_dead_process_passes_with_its_lease(store: Store, database_url: str) -> None:
    """Killed inside, it leaves nothing behind but the rest of its lease."""
    command = [sys.executable, "-c", _DIES, database_url, NAME]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"inside\n"
        process.kill()
    begun = time.monotonic()
    with shelf(store).turn(NAME):
        assert time.monotonic() - begun < 5


def test_a_holder_whose_lease_is_over_does_not_end_the_turn_of_the_next(store: Store, other: Store) -> None:
    """It was away too long; whoever is inside now stays alone."""
    with shelf(store, lease_s=0.05).turn(NAME):
        following = shelf(other).turn(NAME)
        following.__enter__()
    with pytest.raises(Temporary), shelf(store, patience_s=0.1).turn(NAME):
        pass
    following.__exit__(None, None, None)


def test_two_who_make_the_shelf_at_once_make_one(store: Store, other: Store) -> None:
    """Its key is made once, and both read each other."""
    ready = threading.Barrier(2)

    def put(mine: Store, name: str) -> None:
        ready.wait()
        mine.shelf.put(name, name.encode())

    threads = [threading.Thread(target=put, args=pair) for pair in ((store, "a"), (other, "b"))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (store.shelf.get("b"), other.shelf.get("a")) == (b"b", b"a")
