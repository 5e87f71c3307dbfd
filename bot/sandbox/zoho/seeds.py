"""The people in the stand-in's organisation: those of the company's database who bought through its sales office."""

import base64
from datetime import datetime, timedelta

from bot.sandbox.company import COUPLE, JONAS, MARA, READER, RETO
from bot.sandbox.zoho.book import Book

PHOTO = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAHElEQVR42mNgYGD4jwUzYBXFLsFAsgQ2CQYcEgBM2z/B5sBzrgAAAABJRU5ErkJg"
    "gg=="
)
MARAS_PHONE = "+41 44 555 01 01"


def plant(book: Book) -> None:
    """Mara in several modules, others beside her whose addresses look much like hers."""
    book.lags = True
    studio = book.add("Accounts", Account_Name="Lindt Klang", Phone=MARAS_PHONE)
    _mara(book, studio)
    _others(book)
    book.catch_up()


def _mara(book: Book, studio: str) -> None:
    mara = book.add(
        "Contacts", Salutation="Mrs.", First_Name="Mara", Last_Name="Lindt", Email=MARA,
        Secondary_Email="mara@lindt-klang.example", Phone=MARAS_PHONE, Mailing_Street="Ahornweg 4",
        Mailing_City="Winterthur", Mailing_Zip="8400", Mailing_Country="Switzerland", Newsletter_Language="German",
        Account_Name={"name": "Lindt Klang", "id": studio}, Date_of_Birth="1951-02-02", Hearing="Wears a hearing aid.",
        Description="Plays the theremin in the evenings.", Last_Activity_Time="2026-10-02T10:15:00+02:00",
        Machines=[{"id": "487600000000000901", "Serial": "TS-001-00", "Bought_On": "2016-02-05"}],
    )  # fmt: skip
    book.add(
        "Leads", First_Name="Mara", Last_Name="Lindt", Company="Lindt Klang", Email=MARA.upper(), Phone=MARAS_PHONE,
        Lead_Source="Trade fair", Plays=["Theremin"], Last_Activity_Time="2014-03-01T10:00:00+01:00",
        **{"$converted": True},
    )  # fmt: skip
    here = {"name": "Mara Lindt", "id": mara}
    book.add("Deals", Deal_Name="Tremolo Studio for Lindt Klang", Contact_Name=here, Amount=2490.0)
    book.add("Invoices", Subject="R2025-0001", Contact_Name=here, Invoice_Date="2025-02-12", Grand_Total=498.0,
             Billing_Street="Ahornweg 4", Billing_City="Winterthur")  # fmt: skip
    book.add("Tasks", Subject="Ring Mara about the workshop", Who_Id=here, Due_Date="2026-12-01", Status="Not Started")
    book.add("Callbacks", Name="Mara Lindt", Phone="0041445550101", Wish="Afternoons, please.")
    book.note(mara, "Fair", "Met her at the fair; wants to hear the Hall Designer.")
    book.note(mara, "Reto", "Lives with Reto Lindt, who is a customer too.")
    book.attach(mara, "order form.pdf", b"%PDF-1.4 an order form that Mara Lindt signed")
    book.attach(mara, "her studio", b"", link="https://studio.example/lindt")
    book.photograph(mara, PHOTO)
    us, her = _party("Ines Kramer", "ines@klangfinger.example"), _party("Mara Lindt", MARA)
    for number in range(1, 13):
        sent = number % 2 == 1
        when = datetime.fromisoformat("2026-03-01T09:00:00+01:00") + timedelta(days=number)
        book.email(
            mara, f"m{number:03d}@mail.klangfinger.example", subject=f"Your theremin, letter {number}",
            content=f"Dear {'Mara' if sent else 'Ines'}, this is letter {number}.", time=when.isoformat(),
            sent=sent, **{"from": us if sent else her}, to=[her if sent else us],
            cc=[_party("Reto Lindt", RETO)] if number == 12 else [],
        )  # fmt: skip
    book.email(mara, "m013@mail.klangfinger.example", subject="Nothing in it", content="", time=None,
               **{"from": {"user_name": None, "email": None}}, to=[])  # fmt: skip


def _party(name: str, address: str) -> dict[str, str]:
    return {"user_name": name, "email": address}


def _others(book: Book) -> None:
    reto = book.add("Contacts", First_Name="Reto", Last_Name="Lindt", Email=RETO, Phone=MARAS_PHONE)
    book.add("Contacts", First_Name="Tamara", Last_Name="Lindt", Email=f"ta{MARA}", Phone="+41 44 555 09 99")
    book.add("Leads", First_Name="Lindt", Last_Name="Maraschi", Company="Maraschi", Email=f"{MARA}.test")
    book.add("Leads", First_Name="Jonas", Last_Name="Altherr", Company="Altherr", Email=JONAS.upper(),
             Lead_Source="Demo download", Last_Activity_Time="2019-05-01T10:00:00+02:00")  # fmt: skip
    book.add("Contacts", First_Name="Ursina", Last_Name="Brunner", Email=COUPLE, Phone="+41 44 555 01 04")
    book.add("Contacts", First_Name="Beat", Last_Name="Brunner", Email=COUPLE)
    book.add("Beta_Testers", Name="Lena Hofer", Email=READER, Programs="Hall Designer")
    book.add("Invoices", Subject="R2025-0002", Contact_Name={"name": "Reto Lindt", "id": reto}, Grand_Total=99.9,
             Invoice_Date="2025-03-12", Billing_Street="Ahornweg 4", Billing_City="Winterthur")  # fmt: skip
