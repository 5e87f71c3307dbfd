"""The `[[connectors]]` block of kind `zoho`: where the organisation is, and what each right does to its modules."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from bot.connectors.block import Names, Part, Text
from bot.connectors.datamap import Keep
from bot.connectors.masks import Mask, read_mask

ACCOUNTS = {  # data centre -> where its tokens are made (v8, multi-dc); where its API is, the token's answer says
    "us": "https://accounts.zoho.com", "eu": "https://accounts.zoho.eu", "in": "https://accounts.zoho.in",
    "au": "https://accounts.zoho.com.au", "jp": "https://accounts.zoho.jp", "cn": "https://accounts.zoho.com.cn",
    "ca": "https://accounts.zohocloud.ca", "sa": "https://accounts.zoho.sa", "uk": "https://accounts.zoho.uk",
}  # fmt: skip
AT_ONCE = {"free": 5, "standard": 10, "professional": 15, "enterprise": 20, "ultimate": 25}  # v8, API limits
COMPANIES = "an account is a company, not a person"
LINKED = frozenset({"Accounts", "Campaigns", "Products", "Price_Books", "Solutions", "Vendors"})  # only linked with
PROVIDED = (  # what people give themselves: portability hands it over
    "Salutation", "First_Name", "Last_Name", "Email", "Secondary_Email", "Phone", "Mobile", "Home_Phone", "Company",
    "Date_of_Birth", "Street", "City", "State", "Zip_Code", "Country", "Mailing_Street", "Mailing_City",
    "Mailing_State", "Mailing_Zip", "Mailing_Country",
)  # fmt: skip
WORDS: Mapping[str, tuple[str, ...]] = {  # the house's word for a field -> Zoho's, the first that a module has
    "email": ("Email",),
    "second_email": ("Secondary_Email",),
    "salutation": ("Salutation",),
    "first_name": ("First_Name",),
    "last_name": ("Last_Name",),
    "phone": ("Phone",),
    "mobile": ("Mobile",),
    "company": ("Company",),
    "street": ("Mailing_Street", "Street"),
    "postcode": ("Mailing_Zip", "Zip_Code"),
    "city": ("Mailing_City", "City"),
    "country": ("Mailing_Country", "Country"),
    "born_on": ("Date_of_Birth",),
}


class Rule(Part):
    """What the policy says of one module, and what becomes of its records."""

    label: str = ""
    category: str = ""
    purpose: str = ""
    retention: str = ""
    source: str = ""
    ignore: str = ""  # why nobody in it is a person whose data we hold: not searched
    named: Names = ()  # fields that hold a person's name, where they are not First_Name and Last_Name
    provided: Names = ()
    erase: Literal["delete", "anonymise", "keep", "task"] | None = None  # task: a person decides and does it
    keep: Keep | None = None
    masks: dict[str, Annotated[Mask, BeforeValidator(read_mask)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _whole(self) -> "Rule":
        if self.erase == "keep" and self.keep is None:
            raise ValueError("keeps its records and names no ground (keep = { basis = …, column = …, years = … })")
        if self.keep is not None and self.erase != "keep":
            raise ValueError("names a ground for keeping and does not keep (erase = “keep”)")
        if self.masking and not self.masks:
            raise ValueError("anonymises its records and names no masks")
        return self

    @property
    def masking(self) -> bool:
        return self.erase == "anonymise" or (self.keep is not None and self.keep.then == "anonymise")


class Block(Part):
    """The whole block. What holds for every module stands in it; `modules` says what differs."""

    kind: Literal["zoho"]
    name: Text
    label: Text
    dc: Literal["us", "eu", "in", "au", "jp", "cn", "ca", "sa", "uk"] | None = None
    env: Text = "ZOHO"  # begins the names of the variables: a second organisation has its own
    edition: Literal["free", "standard", "professional", "enterprise", "ultimate"] = "standard"
    timeout_s: float = Field(default=120.0, ge=1, le=600)
    settle_s: float = Field(default=10.0, ge=0, le=600)  # how long a call whose answer was lost may still be at work
    category: Text
    purpose: str = ""
    retention: str = ""
    source: str = ""
    erase: Literal["delete", "task"] = "delete"  # of people's records in a module without a rule
    opt_out: Names = ("Email_Opt_Out",)  # fields that say “no advertising”
    approval_states: Names = ("approval_process_pending", "review_process_pending", "webform_unapproved")
    words: dict[str, Names] = Field(default_factory=dict)
    modules: dict[str, Rule] = Field(default_factory=dict)

    @property
    def in_flight(self) -> int:
        """Half of what the edition allows, so that a second process has room."""
        return AT_ONCE[self.edition] // 2

    def rule(self, module: str) -> Rule:
        if module in self.modules:
            return self.modules[module]
        return Rule(ignore=COMPANIES) if module == "Accounts" else Rule()

    def said(self, module: str, what: str) -> str:
        """`category`, `purpose`, `retention` or `source` of this module."""
        return getattr(self.rule(module), what) or getattr(self, what)

    def fields_of(self, word: str) -> tuple[str, ...]:
        return self.words.get(word) or WORDS.get(word, ())
