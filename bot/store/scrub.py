"""After a purge: no file of the database holds the destroyed key any more (TRUST T31).

Measured, 100 of 200 keys destroyed and looked for byte by byte: SQLite with `secure_delete` alone still holds all of
them (in the write-ahead log), with the checkpoint below none. PostgreSQL after VACUUM still holds half of them in the
holes of its pages, after VACUUM FULL none; its write-ahead log and archives keep them until they are recycled.
"""

import re
from typing import Any

from sqlalchemy import Connection

_WAIT_MS = 500  # for readers that still look at the old pages; then later once more
_NUMBER = re.compile(r"\d+")


def scrub_sqlite(connection: Connection, usual_wait_ms: int) -> bool:
    """Whether the write-ahead log is empty and all of it written over the old pages."""
    connection.exec_driver_sql(f"PRAGMA busy_timeout={_WAIT_MS}")
    try:
        busy, _, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={usual_wait_ms}")
    return not busy


def scrub_postgresql(connection: Connection) -> bool:
    """Whether the table of keys is a new file without a dead row. The connection must be in autocommit.

    Somebody's older snapshot makes the server carry dead rows over; it says how many in a notice.
    """
    dead: list[str] = []
    driver: Any = connection.connection.dbapi_connection

    def hear(notice: Any) -> None:
        dead.extend(_NUMBER.findall(notice.message_detail or "")[:1])

    driver.add_notice_handler(hear)
    connection.exec_driver_sql(f"SET lock_timeout = {_WAIT_MS}")
    try:
        connection.exec_driver_sql("VACUUM (FULL, VERBOSE) data_key")
    finally:
        connection.exec_driver_sql("RESET lock_timeout")
        driver.remove_notice_handler(hear)
    return dead == ["0"]  # the sentence around the number is in the server's language
