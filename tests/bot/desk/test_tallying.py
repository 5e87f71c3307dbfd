"""Two facts somebody states against what is on file: what proves something, what others could know or guess."""

from datetime import UTC, date, datetime

import pytest

from bot.connectors import File, Table
from bot.desk.establishing import check_facts
from bot.desk.tallying import right_facts
from bot.errors import NotAllowed

COLUMNS = ("number", "ordered", "born", "plz", "phone", "street", "note")
ROW = ("K 100234", "2025-03-14T10:00:00", date(1990, 2, 28), "84000", "+41 52 000 11 22", "Teststrasse 5a", None)
HELD = [
    Table("orders", "orders", "contract", "ten years", COLUMNS, (ROW,)),
    Table("paid", "orders", "contract", "ten years", ("on", "place"), ((datetime(2026, 1, 2, 3, tzinfo=UTC), "77777"),),
          labels={"place": "Postcode"}),
    File("letter.txt", "letters", "contract", "ten years", [b"K-555555"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "right"),
    [
        ({"customer_number": "k-100234", "order_date": "14.03.2025"}, 2),
        ({"customer_number": "K100234", "order_date": "2025-3-14"}, 2),
        ({"order_date": "2.1.2026", "birthday": "28/02/1990"}, 2),
        ({"phone": "052 000 11 22", "street": "teststrasse 5 A"}, 2),
        ({"phone": "0041520001122", "customer_number": "K-999999"}, 1),
        ({"customer_number": "K-999999", "order_date": "15.03.2025"}, 0),
        ({"order": "84000", "customer_number": "77777"}, 0),  # postcodes: others know them
        ({"order": "555555", "customer_number": "K-555555"}, 0),  # files are not looked into
        ({"order_date": "31.02.2025", "birthday": "1990"}, 0),
    ],
)
def test_a_fact_is_right_where_a_cell_says_so(given: dict[str, str], right: int) -> None:
    """As people write numbers, dates and telephones; never by a postcode."""
    assert len(right_facts(given, iter(HELD))) == right


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"customer_number": "1234", "order_date": "14.03.2025"}, "fact1"),
        ({"customer_number": "a1234567@example.com", "order_date": "14.03.2025"}, "fact1"),
        ({"order_date": "last spring", "customer_number": "K-100234"}, "fact1"),
        ({"customer_number": "100234", "order": "100-234"}, "fact2"),
        ({"street": "Main Street", "order_date": "14.03.2025"}, "fact1"),
        ({"phone": "117", "order_date": "14.03.2025"}, "fact1"),
        ({"customer_number": "K-100234"}, "kind2"),
        ({"customer_number": "K-100234", "name": "Ann Keller"}, "kind2"),
    ],
)
def test_facts_that_cannot_prove_anything_are_refused(given: dict[str, str], field: str) -> None:
    """What others know or guess (a name, an address of mail, a short number), and the same fact twice."""
    with pytest.raises(NotAllowed) as refused:
        check_facts(given)
    assert refused.value.field == field


def test_two_good_facts_are_taken() -> None:
    """Nothing is raised."""
    check_facts({"customer_number": "K-100234", "order_date": "14.03.2025"})
