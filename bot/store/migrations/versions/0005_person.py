"""The person's side: how somebody proved to be who they are, what was drafted, what a page may do."""

revision = "0005_person"
down_revision = "0004_people"


def upgrade() -> None:
    """Each room adds its tables in a function of its own."""
