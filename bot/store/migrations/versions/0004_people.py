"""What people have to do, who else is told, what must not come back, whose account nobody uses."""

revision = "0004_people"
down_revision = "0003_systems"


def upgrade() -> None:
    """Each room adds its tables in a function of its own."""
