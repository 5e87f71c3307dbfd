"""Before a page lets anybody in: how often they may try, what a form may hold, how long a refusal takes (TRUST T27)."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from ipaddress import IPv6Address, ip_address
from urllib.parse import parse_qs

from starlette.requests import Request

SHORT, LONG = 4096, 256 * 1024  # bytes of a form: an e-mail address has at most 254; words of their own up to 20,000
FIELDS = 20
FORM_S = 10.0  # seconds for all of it: whoever trickles is hung up on
REFUSED_S = 0.25  # every refusal takes this long, whatever was looked up
PER_CLIENT, IN_ALL, WINDOW_S = 10, 100, 60.0
CLIENTS = 10_000  # remembered at once


class Tries:
    """How often somebody may try: 10 a minute per client, 100 in all (T27). Forgets by itself; lives in one loop."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._all: deque[float] = deque()
        self._clients: OrderedDict[str, deque[float]] = OrderedDict()

    def allow(self, client: str) -> bool:
        """Whether this try is within the limits; it counts only then."""
        since = self._now() - WINDOW_S
        mine = self._clients.setdefault(client, deque())
        self._clients.move_to_end(client)
        for tries in (self._all, mine):
            while tries and tries[0] <= since:
                tries.popleft()
        if len(mine) >= PER_CLIENT or len(self._all) >= IN_ALL:
            return False
        for tries in (self._all, mine):
            tries.append(self._now())
        while len(self._clients) > CLIENTS:
            self._clients.popitem(last=False)
        return True


def client(request: Request) -> str:
    """Whom tries are counted for: the address, or the network of 64 bits one household has."""
    host = request.client.host if request.client else ""
    with suppress(ValueError):
        address = ip_address(host)
        if isinstance(address, IPv6Address) and not address.ipv4_mapped:
            return str(int(address) >> 64)
    return host


Fields = Mapping[str, Sequence[str]]


async def fields(request: Request, most: int) -> Fields:
    """What was typed, by field; nothing when the form is too long, too slow, or none."""
    body = bytearray()
    with suppress(TimeoutError):
        async with asyncio.timeout(FORM_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most:
                    return {}
            with suppress(ValueError):
                return parse_qs(body.decode(), max_num_fields=FIELDS)
    return {}


def first(typed: Fields, name: str) -> str:
    """The first value of this field, without what surrounds it; empty where there is none."""
    return (typed.get(name) or [""])[0].strip()
