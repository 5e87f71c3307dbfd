"""Every system: what connectors keep on the shelf, what a correction changes."""

import sqlalchemy as sa
from alembic import op

revision = "0003_systems"
down_revision = "0002_clock"


def upgrade() -> None:
    _shelf()
    _corrections()


def _corrections() -> None:
    op.add_column("request", sa.Column("wishes_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("request", sa.Column("changes_sealed", sa.LargeBinary(), nullable=True))


def _shelf() -> None:
    op.create_table(
        "shelf",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("value_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("holder", sa.String(length=32), nullable=False),
        sa.Column("held_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_shelf")),
    )
