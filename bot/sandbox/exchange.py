"""One request to a vendor's stand-in and its answer, as a judge sees them: as if they had gone to the vendor."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Exchange:
    """One request as it came in and as it was answered."""

    method: str
    url: str  # as if it had gone to the vendor
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    status: int
    kind: str  # media type of the answer
    answer: bytes = field(repr=False)
