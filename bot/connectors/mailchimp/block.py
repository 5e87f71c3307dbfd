"""The `[[connectors]]` block of kind `mailchimp`: what the policy says of each audience, shop and automation."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.errors import Misconfigured

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
# The house's word for a field → where Mailchimp keeps it: a merge tag, a part of an address field, or a member's own.
WORDS = {
    "first_name": "FNAME",
    "last_name": "LNAME",
    "phone": "PHONE",
    "company": "COMPANY",
    "street": "ADDRESS.addr1",
    "postcode": "ADDRESS.zip",
    "city": "ADDRESS.city",
    "country": "ADDRESS.country",
    "birthday": "BIRTHDAY",
    "language": "language",
}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Words(_Part):
    """What the policy says of the data in one place; what is empty is said by the part above it."""

    category: str = ""
    purpose: str = ""
    retention: str = ""
    source: str = ""

    def over(self, other: "Words") -> "Words":
        """These words, and the other's where there are none."""
        names = Words.model_fields
        return Words(**{name: getattr(self, name) or getattr(other, name) for name in names})


class Place(Words):
    """An audience or a shop by its id, in words."""

    id: Text
    label: Text


class Automation(_Part):
    """A classic automation: its workflow, and the e-mails of it a contact may be waiting for."""

    workflow: Text
    emails: tuple[Text, ...] = Field(min_length=1)
    label: Text


class Block(Words):
    kind: Literal["mailchimp"]
    name: Text
    label: Text
    key_env: Text = "MAILCHIMP_API_KEY"
    url_env: Text = "MAILCHIMP_API_URL"
    timeout_s: float = Field(default=50.0, ge=1, le=120)
    settle_s: float = Field(default=90.0, ge=0, le=600)  # the vendor works on a call for up to 120 s
    audiences: tuple[Place, ...] = ()
    shops: tuple[Place, ...] = ()
    shop: Words = Words()  # of every shop
    automations: tuple[Automation, ...] = ()
    words: Mapping[str, str] = Field(default_factory=dict)  # over `WORDS`
    advertising: bool = True  # ads or post cards are made with this account: a person looks there

    def field(self, word: str) -> str:
        """Where Mailchimp keeps what the house calls so; "" where nobody said."""
        return self.words.get(word, WORDS.get(word, ""))


def read_block(given: Mapping[str, Any]) -> Block:
    """The block. Misconfigured with all its faults, none of which repeats a value."""
    name = given.get("name", "")
    try:
        block = Block.model_validate(dict(given))
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors(include_input=False)]
        raise Misconfigured([f"[[connectors]] {name}: {fault}." for fault in faults]) from None
    if not block.category:
        raise Misconfigured([f"[[connectors]] {name}: category: say what the privacy policy calls these data."])
    labels = [each.label for each in (*block.audiences, *block.shops, *block.automations)]
    twice = sorted({each for each in labels if labels.count(each) > 1})
    if twice:
        raise Misconfigured([f"[[connectors]] {name}: two places are labelled “{each}”." for each in twice])
    return block
