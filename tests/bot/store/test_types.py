from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from bot.store import Store
from bot.store.schema import slack_event
from tests.fixtures.store import T0

MOMENTS = [
    T0,
    T0.replace(microsecond=1),
    T0.replace(microsecond=999_999),
    datetime(2027, 3, 28, 2, 30, tzinfo=ZoneInfo("Europe/Zurich")),
    datetime(2027, 10, 31, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Zurich")),
    datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=-11, minutes=-30))),
    datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC),
]
IN_UTC = [moment.astimezone(UTC) for moment in MOMENTS]


def test_a_moment_comes_back_as_the_same_moment_in_utc(store: Store) -> None:
    """Whatever zone it was told in, to the microsecond, on both databases."""
    with store.begin() as unit:
        for number, moment in enumerate(MOMENTS):
            unit.connection.execute(slack_event.insert(), {"key": str(number), "at": moment})
    with store.read() as unit:
        back = unit.connection.execute(select(slack_event.c.at).order_by(slack_event.c.key)).scalars().all()
    assert back == IN_UTC
    assert {moment.tzinfo for moment in back} == {UTC}


def test_the_database_orders_moments_as_time_does(store: Store) -> None:
    """Text on SQLite, timestamps on PostgreSQL: the same order and the same comparison."""
    with store.begin() as unit:
        for number, moment in enumerate(MOMENTS):
            unit.connection.execute(slack_event.insert(), {"key": str(number), "at": moment})
    with store.read() as unit:
        column = slack_event.c.at
        assert unit.connection.execute(select(column).order_by(column)).scalars().all() == sorted(IN_UTC)
        later = unit.connection.execute(select(column).where(column > T0).order_by(column)).scalars().all()
    assert later == sorted(moment for moment in IN_UTC if moment > T0)


def test_a_moment_without_a_zone_is_refused(sqlite_store: Store) -> None:
    """Nobody knows which moment it means."""
    with pytest.raises(StatementError, match="without a time zone"), sqlite_store.begin() as unit:
        unit.connection.execute(slack_event.insert(), {"key": "naive", "at": datetime(2026, 11, 23)})  # noqa: DTZ001
