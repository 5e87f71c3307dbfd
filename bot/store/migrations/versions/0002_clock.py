"""The clock: what moves it, and the reminders that count down to it."""

from datetime import date

import sqlalchemy as sa
from alembic import op

from bot.store.types import Instant

revision = "0002_clock"
down_revision = "0001_first"

_LOOKED_AT = sa.text("remind_at IS NOT NULL")
_OPEN_CODE = sa.text("used_at IS NULL")


def upgrade() -> None:
    _clock()
    _reminders()
    _ended()


def _clock() -> None:
    op.add_column("ticket", sa.Column("extension_notice_by", sa.Date(), nullable=True))
    op.add_column("ticket", sa.Column("clock", sa.String(length=16), nullable=False, server_default="running"))
    op.add_column("ticket", sa.Column("paused_since", sa.Date(), nullable=True))
    op.add_column("ticket", sa.Column("rules", sa.String(length=40), nullable=False, server_default=""))
    op.create_index("ix_ticket_rules", "ticket", ["state", "rules", "id"], unique=False)


def _reminders() -> None:
    op.add_column("ticket", sa.Column("remind_at", Instant(), nullable=True))
    op.add_column("ticket", sa.Column("snoozed_until", sa.Date(), nullable=True))
    op.execute("UPDATE ticket SET remind_at = opened_at WHERE state = 'open'")
    op.create_index(
        "ix_ticket_remind_at", "ticket", ["remind_at"], unique=False,
        sqlite_where=_LOOKED_AT, postgresql_where=_LOOKED_AT,
    )  # fmt: skip
    op.create_index(
        "ix_code_open", "code", ["expires_at"], unique=False, sqlite_where=_OPEN_CODE, postgresql_where=_OPEN_CODE
    )
    op.create_table(
        "moment",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_moment")),
    )
    op.create_table(
        "reminder",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("message", sa.String(length=160), nullable=True),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("said_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_reminder_ticket_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_reminder")),
    )
    op.create_index(op.f("ix_reminder_ticket_id"), "reminder", ["ticket_id"], unique=False)
    op.create_index(op.f("ix_reminder_message"), "reminder", ["message"], unique=False)


def _ended() -> None:
    """What has ended says since when: an answer by its own date, the rest by the record."""
    op.add_column("request", sa.Column("ended_on", sa.Date(), nullable=True))
    connection = op.get_bind()
    answered = sa.text("SELECT id, result FROM request WHERE state = 'done'").columns(result=sa.JSON())
    moved = sa.text("SELECT request_id, at FROM audit WHERE verb IN ('refuse', 'withdraw')").columns(at=Instant())
    ended = {row.request_id: row.at.date() for row in connection.execute(moved)}
    for row in connection.execute(answered):
        if on := row.result.get("answered_on"):
            ended[row.id] = date.fromisoformat(on)
    update = sa.text("UPDATE request SET ended_on = :on WHERE id = :id").bindparams(sa.bindparam("on", type_=sa.Date()))
    for request_id, on in ended.items():
        connection.execute(update, {"id": request_id, "on": on})
