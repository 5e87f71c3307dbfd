"""The register: who is concerned by a change, under which name the record knows them, whose mail is theirs."""

import pytest

from bot.recipients import Recipient, from_them, register, slug, to_tell

NORTH = Recipient("Nord Vertrieb GmbH", "Germany", "distributor", "office@nord.example", "de", ("Customer data",))
BOOKS = Recipient("Treuhand Muster AG", "Switzerland", categories=("Invoices",))
HOST = Recipient("Host Ltd", "Ireland", "processor", tell=False, because="the bot acts there itself")
ALL = Recipient("Parent Company", "USA")


@pytest.mark.parametrize(
    ("categories", "told"),
    [
        (["customer  DATA"], [NORTH, ALL]),
        (["Invoices", "Customer data"], [NORTH, BOOKS, ALL]),
        (["Sign-in records"], [ALL]),
        ([""], [NORTH, BOOKS, ALL]),
        ([], []),
    ],
)
def test_who_gets_such_data_hears_of_it(categories: list[str], told: list[Recipient]) -> None:
    """By the names of the categories; without a name it may be any; without a change nobody; never who is left out."""
    assert to_tell([NORTH, BOOKS, HOST, ALL], categories) == told


def test_the_register_is_read_as_the_configuration_has_it() -> None:
    """What is not said has its default."""
    (short, long) = register([
        {"name": "A", "country": "CH"},
        {"name": NORTH.name, "country": "Germany", "kind": "distributor", "email": NORTH.email, "language": "de",
         "categories": ["Customer data"], "tell": True, "because": "", "safeguard": ""},
    ])  # fmt: skip
    assert (short.kind, short.language, short.tell, short.categories) == ("recipient", "en", True, ())
    assert long == NORTH


@pytest.mark.parametrize(
    ("name", "short"),
    [("Nord Vertrieb GmbH", "nord-vertrieb-gmbh"), ("Müller & Söhne", "muller-sohne"), ("株式会社", "recipient"),
     ("x" * 300, "x" * 60)],
)  # fmt: skip
def test_the_record_has_a_short_name(name: str, short: str) -> None:
    """Letters, digits and hyphens, whatever the company is called."""
    assert slug(name) == short


@pytest.mark.parametrize(
    ("sender", "theirs"),
    [
        ("office@nord.example", True),
        ("anybody.else@nord.example", True),
        ("desk@service.nord.example", True),
        ("office@nord.example.evil.example", False),
        ("office@evilnord.example", False),
        ("office@example", False),
    ],
)
def test_a_mail_is_theirs_by_its_domain(sender: str, theirs: bool) -> None:
    """Their own domain or one below it; what only looks like it is a stranger's."""
    assert from_them(sender, "Office@Nord.example") is theirs


def test_without_an_address_no_mail_is_theirs() -> None:
    """Else an empty domain would be everybody's."""
    assert not from_them("office@nord.example", "")
