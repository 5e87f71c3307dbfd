"""What a correction should set, as far as a mail says it line by line."""

import pytest

from bot.intake import wishes


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("My new address:\nStreet: Gertrudstrasse 1\nPLZ: 8400\nOrt: Winterthur",
         {"street": "Gertrudstrasse 1", "postcode": "8400", "city": "Winterthur"}),
        ("Neue E-Mail-Adresse: ann@example.org", {"email": "ann@example.org"}),
        ("- Nouveau nom de famille: Moret", {"last_name": "Moret"}),
        ("La mia nuova città: Lugano", {"city": "Lugano"}),
        ("Phone: 1\nPhone: +41 52 555 01 01", {"phone": "+41 52 555 01 01"}),
        ("> City: Zürich\nI have moved.", {}),
        ("E-mail: not an address", {}),
        ("Subject: Data Protection Enquiry\nPlease: hurry", {}),
        ("City: " + "x" * 500, {}),
        ("", {}),
    ],
)  # fmt: skip
def test_lines_with_a_label_are_proposed(text: str, found: dict[str, str]) -> None:
    """In four languages; the last one counts; quoted text and what is no address are left out."""
    assert wishes(text) == found


def test_a_long_mail_costs_little() -> None:
    """Only the first lines are looked at."""
    assert wishes("x: y\n" * 100_000 + "City: Bern") == {}
