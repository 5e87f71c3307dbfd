"""What people have to do, who else is told, what must not come back, whose account nobody uses."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import Instant

revision = "0004_people"
down_revision = "0003_systems"


def upgrade() -> None:
    """Each room adds its tables in a function of its own."""
    _tasks()
    _ledger()
    _review()
    _notices()
    _holdings()
    _returned_letters()
    _office()


def _returned_letters() -> None:
    op.add_column("letter", sa.Column("returned_at", Instant(), nullable=True))


def _holdings() -> None:
    """Exports are in files now. One that was held in its row is made again when its package is packed."""
    op.drop_table("holding")
    op.create_table(
        "holding",
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("file", sa.String(length=120), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_holding_request_id")),
        sa.PrimaryKeyConstraint("request_id", "system", name=op.f("pk_holding")),
    )


def _ledger() -> None:
    op.create_table(
        "erased",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.Column("proved_at", Instant(), nullable=True),
        sa.Column("lifted_at", Instant(), nullable=True),
        sa.Column("lifted_on", sa.Date(), nullable=True),
        sa.Column("lifted_by", sa.String(length=32), nullable=True),
        sa.Column("why_sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("hash", "request_id", name=op.f("pk_erased")),
    )
    op.create_index(op.f("ix_erased_entered_at"), "erased", ["entered_at"])
    op.create_index("ix_erased_request_id", "erased", ["request_id"])
    op.create_table(
        "sighting",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("who", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("alarm_id", sa.String(length=32), nullable=True),
        sa.Column("ticket_id", sa.String(length=32), nullable=True),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sighting")),
        sa.UniqueConstraint("hash", "system", "who", name=op.f("uq_sighting_hash_system_who")),
    )
    op.create_index(op.f("ix_sighting_alarm_id"), "sighting", ["alarm_id"])
    op.create_index("ix_sighting_system_seen", "sighting", ["system", "seen_at"])
    op.create_table(
        "alarm",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("addresses", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
    )
    op.create_table(
        "watched",
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("addresses", sa.Integer(), nullable=True),
        sa.Column("again", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("system", name=op.f("pk_watched")),
    )


def _notices() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("plan_id", sa.String(length=32), nullable=False),
        sa.Column("recipient", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("letter_id", sa.String(length=32), nullable=True),
        sa.Column("message_id", sa.String(length=200), nullable=True),
        sa.Column("again_id", sa.String(length=200), nullable=True),
        sa.Column("reply_id", sa.String(length=32), nullable=True),
        sa.Column("verdict", sa.String(length=16), nullable=True),
        sa.Column("why", sa.String(length=16), nullable=True),
        sa.Column("said_by", sa.String(length=32), nullable=True),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("told_at", Instant(), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_notice_request_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_notice_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("request_id", "plan_id", "recipient", name=op.f("uq_notice_request_id_plan_id_recipient")),
    )
    for column in ("ticket_id", "letter_id", "message_id", "again_id"):
        op.create_index(op.f(f"ix_notice_{column}"), "notice", [column])
    op.create_index("ix_notice_state", "notice", ["state"])


def _tasks() -> None:
    op.create_table(
        "task",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("plan_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("assignee", sa.String(length=32), nullable=True),
        sa.Column("looks", sa.Boolean(), nullable=False),
        sa.Column("second", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.Column("evidence_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("done_by", sa.String(length=32), nullable=True),
        sa.Column("done_at", Instant(), nullable=True),
        sa.Column("looked_by", sa.String(length=32), nullable=True),
        sa.Column("looked_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_task_ticket_id")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_task_request_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_task_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("ticket_id", "number", name=op.f("uq_task_ticket_id_number")),
    )
    op.create_index(op.f("ix_task_ticket_id"), "task", ["ticket_id"])
    op.create_index(op.f("ix_task_request_id"), "task", ["request_id"])
    op.create_table(
        "task_file",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("task_id", sa.String(length=32), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("added_by", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_task_file_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_file")),
    )
    op.create_index(op.f("ix_task_file_task_id"), "task_file", ["task_id"])


def _office() -> None:
    """What people in the team note, hold, refuse, block and want to see, and what their lists are read by."""
    _office_tables()
    op.add_column("ticket", sa.Column("merged_into", sa.String(length=32), nullable=True))
    op.create_index("ix_ticket_owner", "ticket", ["owner", "state", "due", "ref"])
    op.create_index("ix_ticket_received_on", "ticket", ["received_on"])
    op.create_index("ix_request_state_chosen", "request", ["state", "chosen_at", "id"])
    op.create_index("ix_request_ended_on", "request", ["ended_on"])
    partial = {
        "nobodys": ("ticket", ["due", "ref"], "state = 'open' AND owner IS NULL"),
        "waiting": ("ticket", ["due", "ref"], "state = 'open' AND (identity = 'asked' OR paused_since IS NOT NULL)"),
        "begun": ("audit", ["at"], "verb = 'cooled'"),
    }
    for name, (table, columns, where) in partial.items():
        condition = sa.text(where)
        op.create_index(
            f"ix_{table}_{name}", table, columns, sqlite_where=condition, postgresql_where=condition
        )  # fmt: skip


def _office_tables() -> None:
    op.create_table(
        "note",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_note_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    op.create_table(
        "hold",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("sender_blind", sa.LargeBinary(), nullable=True),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("lifted_by", sa.String(length=32), nullable=True),
        sa.Column("lifted_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_hold_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_table(
        "refusal",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("ground", sa.String(length=32), nullable=False),
        sa.Column("systems", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_refusal_request_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_refusal_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusal")),
    )
    op.create_table(
        "blocked",
        sa.Column("sender_blind", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("ticket_id", sa.String(length=32), nullable=True),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_blocked_ticket_id")),
        sa.PrimaryKeyConstraint("sender_blind", name=op.f("pk_blocked")),
        sa.UniqueConstraint("id", name=op.f("uq_blocked_id")),
    )
    op.create_table(
        "quiet",
        sa.Column("user", sa.String(length=32), nullable=False),
        sa.Column("begins", sa.String(length=5), nullable=False),
        sa.Column("ends", sa.String(length=5), nullable=False),
        sa.PrimaryKeyConstraint("user", name=op.f("pk_quiet")),
    )
    for table in ("note", "hold", "refusal", "blocked"):
        op.create_index(op.f(f"ix_{table}_ticket_id"), table, ["ticket_id"])
    op.create_index(op.f("ix_hold_sender_blind"), "hold", ["sender_blind"])
    op.create_index(op.f("ix_refusal_request_id"), "refusal", ["request_id"])


def _review() -> None:
    with op.batch_alter_table("request") as request:
        request.add_column(sa.Column("subject", sa.String(length=16), nullable=False, server_default=""))
        request.drop_constraint("uq_request_ticket_id_right", type_="unique")
        request.create_unique_constraint("uq_request_ticket_id_right_subject", ["ticket_id", "right", "subject"])
    op.create_table(
        "review",
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("before", sa.Date(), nullable=False),
        sa.Column("after_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("system", name=op.f("pk_review")),
    )
    op.create_table(
        "batch",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("before", sa.Date(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    op.create_index("ix_batch_system", "batch", ["system", "decided_at"])
    op.create_table(
        "account",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("who", sa.LargeBinary(), nullable=False),
        sa.Column("last", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("by", sa.String(length=32), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=True),
        sa.Column("person_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("why_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_account_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
    )
    op.create_index(op.f("ix_account_batch_id"), "account", ["batch_id"])
    op.create_index("ix_account_who", "account", ["system", "who"])
