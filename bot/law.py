"""The law as pure functions: rights, regimes (data in `regimes/*.toml`), due dates that explain themselves."""

from enum import StrEnum


class Right(StrEnum):
    ACCESS = "access"
    CORRECTION = "correction"
    DELETION = "deletion"
    RESTRICTION = "restriction"
