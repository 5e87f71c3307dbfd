"""The child: a document comes in, hashes of the addresses and account numbers in it go out."""

import base64
import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from bot.cell import serve
from bot.connectors.documents import hashed
from bot.connectors.documents.text import Unreadable, pieces
from bot.connectors.tokens import Numbers, addresses

LONGEST = 20_000_000  # characters of one document


def main() -> None:
    """Answers until the input ends."""
    serve(_prepare)


def _prepare(_setup: dict[str, Any]) -> Callable[[bytes], bytes]:
    return _answer


def _answer(frame: bytes) -> bytes:
    """A frame is the kind of the document, what is looked for, and the document."""
    first = frame.index(b"\n")
    second = frame.index(b"\n", first + 1)
    search = _search(frame[first + 1 : second])
    return json.dumps(search.answer(frame[:first].decode(), memoryview(frame)[second + 1 :])).encode()


@lru_cache(maxsize=8)
def _search(head: bytes) -> "Search":
    given = json.loads(head)
    return Search(frozenset(given["own"]), given["number"], bytes.fromhex(given["key"]))


class Search:
    def __init__(self, own: frozenset[str], make: str, key: bytes) -> None:
        self._own = own
        self._numbers = Numbers(make) if make else None
        self._key = key

    def answer(self, ending: str, raw: memoryview) -> dict[str, Any]:
        """What stands in it, as `Words` takes it; what is found before a fault is not told: nobody could rely on it."""
        try:
            return self._found(ending, raw)
        except MemoryError:
            raise
        except Unreadable as fault:
            return _nothing(str(fault))
        except RecursionError:
            return _nothing("It is nested too deep.")
        except Exception:  # noqa: BLE001 - the door: every library has its own family of errors, and lacks some
            return _nothing("It is damaged.")

    def _found(self, ending: str, raw: memoryview) -> dict[str, Any]:
        plain: set[bytes] = set()
        forked: set[frozenset[bytes]] = set()
        numbers: set[bytes] = set()
        length, blind = 0, True
        for piece in pieces(ending, raw):
            length += len(piece)
            blind = blind and not piece.strip()
            if length > LONGEST:
                raise Unreadable("It holds too much text.")
            for forms in addresses(piece):
                if not any(self._is_own(form) for form in forms):
                    hashes = frozenset(hashed(self._key, form) for form in forms)
                    forked.add(hashes) if len(hashes) > 1 else plain.update(hashes)
            if self._numbers:
                numbers.update(hashed(self._key, each) for each in self._numbers.within(piece))
        return {
            "fault": "", "blind": blind, "plain": base64.b64encode(b"".join(sorted(plain))).decode(),
            "forked": [sorted(each.hex() for each in forms) for forms in forked],
            "numbers": base64.b64encode(b"".join(sorted(numbers))).decode(),
        }  # fmt: skip

    def _is_own(self, address: str) -> bool:
        return address in self._own or address.rpartition("@")[2] in self._own


def _nothing(fault: str) -> dict[str, Any]:
    return {"fault": fault, "blind": False, "plain": "", "forked": [], "numbers": ""}


if __name__ == "__main__":
    main()
