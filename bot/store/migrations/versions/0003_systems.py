"""Every system: what connectors keep on the shelf."""

import sqlalchemy as sa
from alembic import op

revision = "0003_systems"
down_revision = "0002_clock"


def upgrade() -> None:
    op.create_table(
        "shelf",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("value_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("holder", sa.String(length=32), nullable=False),
        sa.Column("held_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_shelf")),
    )
