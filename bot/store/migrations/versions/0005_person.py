"""The person's side: how somebody proved to be who they are, what was drafted, what a page may do."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import Instant

revision = "0005_person"
down_revision = "0004_people"


def upgrade() -> None:
    """Each room adds its tables in a function of its own."""
    _identity()
    _drafts()
    _packages()
    _returned()
    _lists()
    _download_codes()


def _packages() -> None:
    op.add_column("holding", sa.Column("at", Instant(), nullable=True))
    op.add_column("package", sa.Column("passphrase_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("letter", sa.Column("medium", sa.String(length=8), nullable=False, server_default="mail"))
    op.create_table(
        "look",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("piece_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("by", sa.String(length=32), nullable=True),
        sa.Column("at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_look_ticket_id")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_look_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look")),
        sa.UniqueConstraint("request_id", "mark", name=op.f("uq_look_request_id_mark")),
    )
    op.create_index(op.f("ix_look_ticket_id"), "look", ["ticket_id"])


def _returned() -> None:
    """Why a mail server could not deliver a letter."""
    op.add_column("letter", sa.Column("returned_why", sa.String(length=16), nullable=True))


def _identity() -> None:
    op.add_column("mail", sa.Column("sender", sa.JSON(), nullable=True))
    op.add_column("code", sa.Column("rights", sa.JSON(), nullable=True))
    op.create_table(
        "means",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("second_by", sa.String(length=32), nullable=True),
        sa.Column("second_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_means_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_means")),
    )
    op.create_index(op.f("ix_means_ticket_id"), "means", ["ticket_id"])


def _drafts() -> None:
    """A letter waits for its release. What was written before had none, and is as good as released."""
    op.add_column("letter", sa.Column("released_at", Instant(), nullable=True))
    op.add_column("letter", sa.Column("released_by", sa.String(length=32), nullable=True))
    op.add_column("letter", sa.Column("dropped_at", Instant(), nullable=True))
    op.execute("UPDATE letter SET released_at = made_at, released_by = 'bot'")
    waits = sa.text("released_at IS NULL AND dropped_at IS NULL")
    op.create_index("ix_letter_draft", "letter", ["made_at"], sqlite_where=waits, postgresql_where=waits)


def _lists() -> None:
    """With the state in front SQLite prefers it to the index of all open tickets; nobody's are those of no owner."""
    waiting = sa.text("state = 'open' AND (identity = 'asked' OR paused_since IS NOT NULL)")
    op.drop_index("ix_ticket_nobodys", "ticket")
    op.drop_index("ix_ticket_waiting", "ticket")
    op.create_index(
        "ix_ticket_waiting", "ticket", ["state", "due", "ref"], sqlite_where=waiting, postgresql_where=waiting
    )  # fmt: skip


def _download_codes() -> None:
    op.create_table(
        "download_code",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("package_id", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("void_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["package_id"], ["package.id"], name=op.f("fk_download_code_package_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_download_code")),
    )
    op.create_index(op.f("ix_download_code_package_id"), "download_code", ["package_id"])
