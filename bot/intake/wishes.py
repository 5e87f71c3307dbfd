"""What a person wants corrected, as far as their mail says it line by line. A handler reads it over. Pure."""

from collections.abc import Mapping

from bot.intake.address import normal_address

_LABELS: Mapping[str, str] = {  # what people write before a colon, in four languages -> the house's word
    word: house
    for house, words in {
        "email": "email e-mail mail e-mail-adresse mailadresse courriel adresse_e-mail indirizzo_e-mail",
        "first_name": "first_name given_name forename vorname prénom prenom nome",
        "last_name": "last_name family_name surname nachname familienname nom nom_de_famille cognome",
        "name": "name full_name nom_complet nome_completo",
        "phone": "phone telephone tel telefon téléphone telefono",
        "mobile": "mobile cell handy natel portable cellulare",
        "company": "company firma entreprise société azienda ditta",
        "street": "street strasse straße rue via",
        "postcode": "postcode zip zip_code plz postleitzahl npa code_postal cap",
        "city": "city town ort stadt wohnort ville localité città citta",
        "region": "state canton kanton région regione cantone",
        "country": "country land pays paese",
        "language": "language sprache langue lingua",
        "birthday": "birthday date_of_birth geburtsdatum date_de_naissance data_di_nascita",
    }.items()
    for word in words.split()
}
_BEFORE = frozenset({
    "my", "new", "mein", "meine", "neue", "neuer", "neues", "mon", "ma", "nouveau", "nouvelle", "il", "la", "mio",
    "mia", "nuovo", "nuova",
})  # fmt: skip
_LINES = 400  # of a mail that are looked at
_LONGEST = 200  # characters of a value


def wishes(text: str) -> dict[str, str]:
    """House word -> value of each line “label: value”; the last one counts. What is quoted of another mail is none."""
    found: dict[str, str] = {}
    for line in text.splitlines()[:_LINES]:
        label, colon, value = line.partition(":")
        if not colon or line.lstrip().startswith(">") or len(label) > 40:
            continue
        said = [each for each in label.strip(" \t-*•").lower().split() if each not in _BEFORE]
        word = _LABELS.get("_".join(said))
        value = value.strip()
        if word and 0 < len(value) <= _LONGEST and (word != "email" or normal_address(value)):
            found[word] = value
    return found
