"""The words of a mail: the writer's own ones, in the form patterns expect; their language; the rights an enquiry names.

All patterns run on RE2 (TRUST T17) over at most `READ` characters.
"""

import unicodedata

from bot.intake import charsets
from bot.intake.patterns import Names, pattern
from bot.law import Right

READ = 20_000
_SENTENCES = 300  # of a mail that are looked at one by one
LONGEST = 400  # characters of a sentence that is quoted
_FORWARDED = pattern(r"(?i)^\W*(?:fwd?|wg|tr|i|rv)\s*:")
# "If you are not the intended recipient, delete this message": asks for nothing of ours.
_FOOTER = pattern(
    r"(?i)[^.!?]{0,200}\b(?:intended (?:recipient|addressee|solely|only)|"
    r"received (?:this|it) (?:\S+ ){0,3}(?:in error|by mistake)|"
    r"(?:this|the) (?:e-?mail|mail|message|transmission|communication) (?:\S+ ){0,4}(?:in error|by mistake)|"
    r"dies\w* (?:\S+ ){0,4}(?:irrt(?:ü|u|ue)mlich|versehentlich)|"
    r"(?:irrt(?:ü|u|ue)mlich|versehentlich) (?:(?:\S+ ){0,4}dies\w*|erhalten)|"
    r"(?:ce|cet|cette|pr(?:é|e)sent\w*) (?:\S+ ){0,5}par erreur|par erreur (?:\S+ ){0,4}(?:ce|cet|cette)|"
    r"re(?:ç|c)ue? par erreur|ricevut\w per errore|"
    r"(?:quest\w|present\w) (?:\S+ ){0,5}per errore|per errore (?:\S+ ){0,4}(?:quest\w|present\w)|"
    r"destinatario|destinataire)\b"
    r"[^.!?]{0,200}[.!?]?"
    r"(?:[^.!?]{0,200}\b(?:delete|destroy|l(?:ö|oe)schen|vernichten|d(?:é|e)truire|supprimer|cancellare|eliminare)\b"
    r"[^.!?]{0,200})?"
)
_FOOTERS = ("intended ", " error", "mistake", "irrt", "versehentlich", "erreur", "errore", "destinata")

# The right by its name, or the question that is never anything else.
_NAMED: dict[Right, str] = {
    Right.ACCESS: r"\b(?:right (?:of|to) access|subject access|access request|dsar|"
    r"auskunfts(?:recht|ersuchen|begehren|anspruch|antrag|verlangen)\w*|datenauskunft|recht auf auskunft|"
    r"droit d.acces|diritto di accesso|"
    r"(?:dsgvo|gdpr|rgpd|art|artt|article|artikel|articolo)\.? ?15\b|art\.? ?25 (?:abs\.? ?\d )?(?:n?dsg|n?lpd|fadp))",
    Right.CORRECTION: r"\b(?:right to (?:rectification|correction)|recht auf berichtigung|droit de rectification|"
    r"diritto (?:di|alla) rettifica|(?:article|artikel|articolo|art)\.? ?16 (?:of the )?(?:gdpr|dsgvo|rgpd))",
    Right.DELETION: r"\b(?:right to (?:be forgotten|erasure|deletion)|recht auf (?:loschung|loeschung|vergessenwerden)|"
    r"droit (?:a l.(?:effacement|oubli)|de suppression)|diritto (?:all.oblio|alla cancellazione|di cancellazione)|"
    r"datenloschung|(?:article|artikel|articolo|art)\.? ?17 (?:of the )?(?:gdpr|dsgvo|rgpd))",
    Right.RESTRICTION: r"\b(?:restrict(?:ion of)? (?:the )?processing|einschrankung der (?:ver|be)arbeitung|"
    r"limitation du traitement|limitazione del trattamento|"
    r"(?:article|artikel|articolo|art)\.? ?18 (?:of the )?(?:gdpr|dsgvo|rgpd))",
    Right.PORTABILITY: r"\b(?:data portability|datenubertragbarkeit|datenportabilitat|portabilite des donnees|"
    r"portabilita dei dati|(?:article|artikel|articolo|art)\.? ?20 (?:of the )?(?:gdpr|dsgvo|rgpd))",
}
# Where the subject already says that it is an enquiry, the verb is enough.
_BARE: dict[Right, str] = {
    Right.ACCESS: r"\b(?:access|copy of|auskunft\w*|kopie|zugang|acces|copie|accesso|copia)\b",
    Right.CORRECTION: r"\b(?:correct(?:ed|ing|ion)?|rectif\w+|berichtig\w*|korrigier\w*|corrige\w*|"
    r"rettific\w*|corregg\w*)\b",
    Right.DELETION: r"\b(?:delet\w+|eras\w+|losch\w*|loesch\w*|gelosch\w*|effac\w*|supprim\w*|suppression|"
    r"cancell\w*)\b",
    Right.RESTRICTION: r"\b(?:restrict\w*|einschrank\w*|einschraenk\w*|limitation|limiter|limitazione|limitare)\b",
}
_BY_NAME, _BY_VERB = Names(_NAMED), Names(_BARE)


def own_words(subject: str, text: str) -> str:
    """What the writer says: no small print, and no quoted lines unless the mail is a forwarded one."""
    text = text[: READ * 2]
    if ">" in text and not _FORWARDED.search(subject):
        text = "\n".join(line for line in text.split("\n") if not line.lstrip().startswith(">"))
    text = text[:READ]
    small = text.lower()
    return _FOOTER.sub(" ", text) if any(each in small for each in _FOOTERS) else text


_END = pattern(r"[.!?:;]+[\s\"”»)]+|\n\s*\n|\n\s*[-*•]\s")
_SHORT = ("art", "abs", "nr", "no", "mr", "ms", "mrs", "dr", "st", "lit", "bzw", "resp", "al", "hr", "fr", "sig", "e.g",
          "z.b", "vgl", "ca", "inc", "ltd", "artt", "cpv",
          "prof", "m", "mme", "dott", "ing", "hrn", "lgs", "d.lgs", "sigg")  # fmt: skip


def sentences(text: str) -> list[str]:
    """The sentences, each in one line. An abbreviation, a date and a colon end none."""
    found: list[str] = []
    start = 0
    for match in _END.finditer(text):
        before = text[start : match.start()].split()
        mark = match.group()[0]
        last = before[-1].lower().rpartition("'")[2].lstrip('(«"“„') if before else ""
        if mark in ":;" or (mark == "." and (last in _SHORT or (last.isdecimal() and len(last) < 3))):
            continue
        found.append(" ".join(text[start : match.end()].split())[:LONGEST])
        start = match.end()
        if len(found) >= _SENTENCES:
            break
    found.append(" ".join(text[start:].split())[:LONGEST])
    return [each for each in found if each]


_UNACCENTED = charsets.Letters(lambda char: None if unicodedata.combining(char) else char)


def folded(text: str) -> str:
    """The text as the patterns expect it: lower case, no accents, straight quotes, single spaces."""
    text = text[: READ * 2].lower()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("\u2019", "'"))
        text = text.translate(_UNACCENTED)
    return " ".join(text.split())[:READ]


def named_rights(text: str) -> frozenset[Right]:
    """The rights this folded text of an enquiry speaks of by name or by a bare verb."""
    return frozenset(_BY_NAME.in_(text) | _BY_VERB.in_(text))


_STOP = {  # the commonest short words, those two of these languages share left out
    "en": "the and you your have that this with for from are was not please would dear regards my of is it an which do "
    "what want like about could we our how been can will has if there",
    "de": "der die das und ich sie ihre ihrer ihren mein meine meiner meinen nicht ist bitte mit von auf fur uber alle "
    "haben sehr geehrte zu ein eine den dem mich mir bei wie was aus nach wir auch noch im zum zur es",
    "fr": "le les des et vous votre vos mes mon ma est pas que pour dans une avec sur je veuillez bonjour cordialement "
    "merci de du moi au aux qui ce sont nous cette chez ne j d l n'est qu",
    "it": "il gli della dei che di mi mio mia miei non per con una sono vi vostro vostra vostri vorrei gentili saluti "
    "grazie cordiali i del dal dalla ho ed lo da avete nel prego favore cosa quali alla ai ci",
}
_OF: dict[str, list[str]] = {}
for _language, _words in _STOP.items():
    for _word in _words.split():
        _OF.setdefault(_word, []).append(_language)


def language(text: str) -> str:
    """The language of this folded text if the commonest words leave no doubt, else English."""
    score = dict.fromkeys(_STOP, 0)
    for word in text[:4000].replace("'", " ").split():
        for each in _OF.get(word, ()):
            score[each] += 1
    best, second = sorted(score, key=lambda each: score[each], reverse=True)[:2]
    return best if score[best] >= 2 and score[best] >= 1.5 * score[second] else "en"
