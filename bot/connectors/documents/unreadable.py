"""Why a document cannot be read."""


class Unreadable(Exception):
    """In words that quote nothing of it."""
