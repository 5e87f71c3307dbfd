"""The modules and fields of the stand-in's organisation, told as Zoho CRM's metadata calls tell them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Shape = dict[str, Any]
USER = {"name": "Ines Kramer", "id": "487600000000000101"}  # who works in the CRM
STAMP = "2026-01-05T09:00:00+01:00"


@dataclass(frozen=True)
class Field:
    name: str
    label: str
    kind: str = "text"  # Zoho's `data_type`
    length: int = 100
    choices: tuple[str, ...] = ()
    mandatory: bool = False
    read_only: bool = False
    hidden: bool = False  # `private.restricted`: left out of every answer of the API
    lookup: str = ""  # the module it points at


@dataclass(frozen=True)
class Module:
    name: str
    singular: str
    plural: str
    fields: tuple[Field, ...]
    custom: bool = False
    converts: bool = False
    lockable: bool = False
    related: tuple[str, ...] = ()  # modules whose records hang on one of this, by a lookup of theirs
    title: str = "Last_Name"  # the field that names a record
    photo: bool = False

    @property
    def by_name(self) -> Mapping[str, Field]:
        return {each.name: each for each in self.fields}


_SYSTEM = (
    Field("id", "Record Id", "bigint", read_only=True),
    Field("Owner", "Owner", "ownerlookup"),
    Field("Created_By", "Created By", "ownerlookup", read_only=True),
    Field("Modified_By", "Modified By", "ownerlookup", read_only=True),
    Field("Created_Time", "Created Time", "datetime", read_only=True),
    Field("Modified_Time", "Modified Time", "datetime", read_only=True),
)
_PERSON = (
    Field("Salutation", "Salutation", "picklist", choices=("Mr.", "Mrs.", "Ms.", "Dr.")),
    Field("First_Name", "First Name", length=40),
    Field("Last_Name", "Last Name", length=80, mandatory=True),
    Field("Email", "Email", "email"),
    Field("Secondary_Email", "Secondary Email", "email"),
    Field("Phone", "Phone", "phone", length=30),
    Field("Mobile", "Mobile", "phone", length=30),
    Field("Email_Opt_Out", "Email Opt Out", "boolean"),
    Field("Description", "Description", "textarea", length=32000),
    Field("Last_Activity_Time", "Last Activity Time", "datetime", read_only=True),
    Field("Data_Processing_Basis_Details", "Data Processing Basis Details", "consent_lookup"),
    Field("Record_Image", "Photo", "profileimage"),
)
_SOURCES = ("Trade fair", "Web form", "Recommendation", "Demo download")

MODULES: dict[str, Module] = {
    each.name: each
    for each in (
        Module(
            "Leads", "Lead", "Leads",
            (
                *_SYSTEM, *_PERSON,
                Field("Company", "Company", length=100, mandatory=True),
                Field("Lead_Source", "Lead Source", "picklist", choices=_SOURCES),
                Field("Street", "Street", length=250),
                Field("City", "City"),
                Field("Zip_Code", "Zip Code", length=30),
                Field("Country", "Country"),
                Field("Plays", "Instruments played", "multiselectpicklist", choices=("Theremin", "Cello", "Drums")),
            ),
            converts=True, lockable=True, related=("Tasks",), photo=True,
        ),
        Module(
            "Contacts", "Contact", "Contacts",
            (
                *_SYSTEM, *_PERSON,
                Field("Account_Name", "Account Name", "lookup", lookup="Accounts"),
                Field("Date_of_Birth", "Date of Birth", "date"),
                Field("Mailing_Street", "Mailing Street", length=250),
                Field("Mailing_City", "Mailing City"),
                Field("Mailing_Zip", "Mailing Zip", length=30),
                Field("Mailing_Country", "Mailing Country"),
                Field("Newsletter_Language", "Language", "picklist", choices=("German", "French", "English")),
                Field("Hearing", "Hearing", length=200, hidden=True),
                Field("Machines", "Machines", "subform"),
            ),
            lockable=True, related=("Deals", "Invoices", "Tasks"), photo=True,
        ),
        Module(
            "Accounts", "Account", "Accounts",
            (*_SYSTEM, Field("Account_Name", "Account Name", mandatory=True), Field("Phone", "Phone", "phone", 30)),
            title="Account_Name",
        ),
        Module(
            "Deals", "Deal", "Deals",
            (
                *_SYSTEM,
                Field("Deal_Name", "Deal Name", mandatory=True),
                Field("Contact_Name", "Contact Name", "lookup", lookup="Contacts"),
                Field("Amount", "Amount", "currency"),
                Field("Closing_Date", "Closing Date", "date"),
                Field("Description", "Description", "textarea", length=32000),
            ),
            title="Deal_Name",
        ),
        Module(
            "Invoices", "Invoice", "Invoices",
            (
                *_SYSTEM,
                Field("Subject", "Subject", mandatory=True),
                Field("Contact_Name", "Contact Name", "lookup", lookup="Contacts"),
                Field("Invoice_Date", "Invoice Date", "date"),
                Field("Billing_Street", "Billing Street", length=250),
                Field("Billing_City", "Billing City"),
                Field("Grand_Total", "Grand Total", "currency", read_only=True),
            ),
            title="Subject",
        ),
        Module(
            "Tasks", "Task", "Tasks",
            (
                *_SYSTEM,
                Field("Subject", "Subject", mandatory=True),
                Field("Who_Id", "Contact or Lead Name", "lookup", lookup="Contacts"),
                Field("Due_Date", "Due Date", "date"),
                Field("Status", "Status", "picklist", choices=("Not Started", "Completed")),
            ),
            title="Subject",
        ),
        Module(
            "Beta_Testers", "Beta Tester", "Beta Testers",
            (
                *_SYSTEM,
                Field("Name", "Beta Tester Name", length=120, mandatory=True),
                Field("Email", "Email", "email"),
                Field("Programs", "Programs tested", length=250),
                Field("Email_Opt_Out", "Email Opt Out", "boolean"),
            ),
            custom=True, title="Name",
        ),
        Module(
            "Callbacks", "Callback", "Callbacks",
            (
                *_SYSTEM,
                Field("Name", "Callback Name", length=120, mandatory=True),
                Field("Phone", "Phone", "phone", length=30),
                Field("Wish", "Wish", "textarea", length=2000),
            ),
            custom=True, title="Name",
        ),
    )
}  # fmt: skip
LINKS = {"Deals": ("Contact_Name",), "Invoices": ("Contact_Name",), "Tasks": ("Who_Id",)}  # how they hang on a record
OTHER_LISTS = ("Notes", "Attachments", "Emails")


@dataclass
class _Numbers:
    """A number for each name, always the same."""

    first: int
    given: dict[str, int] = field(default_factory=dict)

    def of(self, name: str) -> str:
        return f"4876000{self.first + self.given.setdefault(name, len(self.given) + 1):011d}"


_FIELD_IDS, _MODULE_IDS, _LIST_IDS = _Numbers(700000), _Numbers(2000), _Numbers(900000)


def module_id(name: str) -> str:
    return _MODULE_IDS.of(name)


def list_id(module: str, related: str) -> str:
    return _LIST_IDS.of(f"{module}/{related}")


def modules() -> list[Shape]:
    """The answer of GET /settings/modules: also what no call can reach."""
    return [_module(each, number) for number, each in enumerate(MODULES.values())] + [_dashboards()]


def _module(module: Module, number: int) -> Shape:
    return {
        "global_search_supported": True, "public_fields_configured": False, "recycle_bin_on_delete": True,
        "has_more_profiles": False, "sub_menu_available": False, "profile_count": 1, "deletable": True,
        "description": None, "creatable": True, "id": module_id(module.name), "api_name": module.name,
        "plural_label": module.plural, "singular_label": module.singular, "convertable": module.converts,
        "editable": True, "viewable": True, "api_supported": True, "module_name": module.plural[:25],
        "generated_type": "custom" if module.custom else "default", "module_type": "ENTITIES", "modified_time": None,
        "modified_by": None, "profiles": [{"id": "487600000000000301", "name": "Administrator"}], "status": "visible",
        "sequence_number": number, "show_as_tab": True, "visibility": 1, "feeds_required": False, "arguments": [],
    }  # fmt: skip


def _dashboards() -> Shape:
    shown = _module(Module("Dashboards", "Dashboard", "Dashboards", ()), 99)
    return {**shown, "api_supported": False, "module_type": "CONFIGURATION_ENTITIES"}


def fields(module: str) -> list[Shape]:
    """The answer of GET /settings/fields."""
    return [_field(MODULES[module], each) for each in MODULES[module].fields]


def _field(module: Module, each: Field) -> Shape:
    values = [
        {"display_value": choice, "sequence_number": number, "reference_value": choice, "actual_value": choice,
         "id": _FIELD_IDS.of(f"{module.name}.{each.name}.{choice}"), "type": "used"}
        for number, choice in enumerate(each.choices, 1)
    ]  # fmt: skip
    writable = not each.read_only
    return {
        "webhook": True, "operation_type": {"web_update": writable, "api_create": writable, "web_create": writable,
                                            "api_update": writable},
        "colour_code_enabled_by_system": False, "field_label": each.label, "tooltip": None, "type": "used",
        "field_read_only": each.read_only, "display_label": each.label, "read_only": each.read_only,
        "association_details": None, "businesscard_supported": True, "multi_module_lookup": None,
        "id": _FIELD_IDS.of(f"{module.name}.{each.name}"), "created_time": None, "filterable": each.kind != "textarea",
        "visible": True, "profiles": [{"permission_type": "read_write", "name": "Administrator",
                                       "id": "487600000000000301"}],
        "view_type": {"view": True, "edit": writable, "quick_create": False, "create": writable}, "separator": False,
        "searchable": True, "history_tracking_enabled": False, "external": None, "api_name": each.name, "unique": {},
        "enable_colour_code": False, "pick_list_values": values, "system_mandatory": each.mandatory,
        "private": {"restricted": True, "type": "High", "export": False} if each.hidden else None,
        "virtual_field": False, "json_type": _JSON_TYPES.get(each.kind, "string"), "crypt": None, "range": None,
        "created_source": "default", "display_type": -1, "ui_type": 1, "modified_time": None, "public": False,
        "email_parser": {"fields_update_supported": True, "record_operations_supported": True}, "currency": {},
        "custom_field": module.custom, "lookup": _lookup(each), "convert_mapping": _CONVERSION,
        "rollup_summary": {}, "length": each.length, "display_field": each.name == module.title,
        "pick_list_values_sorted_lexically": False, "sortable": True, "history_tracking": None,
        "data_type": each.kind, "formula": {}, "mass_update": True, "multiselectlookup": {}, "auto_number": {},
        "blueprint_supported": True, "decimal_place": None,
    }  # fmt: skip


_CONVERSION = {"Contacts": None, "Deals": None, "Accounts": None}
_JSON_TYPES = {"lookup": "jsonobject", "ownerlookup": "jsonobject", "boolean": "boolean", "subform": "jsonarray",
               "multiselectpicklist": "jsonarray", "currency": "double", "consent_lookup": "jsonobject"}  # fmt: skip


def _lookup(each: Field) -> Shape:
    if not each.lookup:
        return {}
    module = {"api_name": each.lookup, "crypt": False, "id": module_id(each.lookup)}
    return {"display_label": each.label, "api_name": each.name, "module": module, "id": _FIELD_IDS.of(each.name)}


def related_lists(module: str) -> list[Shape]:
    """The answer of GET /settings/related_lists."""
    names = [*OTHER_LISTS, *MODULES[module].related]
    return [_related(module, name, number) for number, name in enumerate(names, 1)]


def _related(module: str, name: str, number: int) -> Shape:
    target = {"api_name": name, "id": module_id(name), "plural_label": name} if name in MODULES else None
    kind = "default" if target else {"Emails": "emails"}.get(name, "default")
    return {
        "id": list_id(module, name), "sequence_number": str(number), "display_label": name, "api_name": name,
        "module": target, "name": name, "action": None, "href": f"{module}/{{ENTITYID}}/{name}", "type": kind,
        "customize_sort": False, "customize_fields": True, "customize_display_label": True, "status": "visible",
    }  # fmt: skip


def organisation() -> Shape:
    """The answer of GET /org."""
    return {
        "country": "CH", "id": "487600000000000001", "type": "production", "domain_name": "klangfinger",
        "privacy_settings": True, "company_name": "Klangfinger Audio AG", "primary_email": None,
        "currency": "CHF", "time_zone": "Europe/Zurich", "zgid": "48760001", "iso_code": "CHF",
        "license_details": {"paid_expiry": None, "users_license_purchased": 5, "paid": True, "paid_type": "enterprise",
                            "portal_users_license_purchased": 0, "trial_type": None, "trial_expiry": None},
    }  # fmt: skip
