"""What the words of a mail ask for, in English, German, French and Italian. Proposals only: a person decides.

All patterns run on RE2 (TRUST T17) over folded text: lower case, no accents, single spaces, at most `READ` characters.
A first version, conservative: the radar for missed requests completes it.
"""

import collections
import itertools
import re
import unicodedata

from bot.intake import charsets
from bot.intake.patterns import Names, pattern
from bot.law import Right

READ = 20_000
_REACH = 80  # characters of the same sentence on either side of "my data"
_HITS = 20

# What is one's own: a group for each language, in the order of the tuples of verbs.
_MINE = pattern(
    r"\b(?:"
    r"(my (?:own |personal |customer |user |old |postal |e-?mail ){0,2}"
    r"(?:data|information|details|account|profile|records?|address|name|birthday|date of birth)\b"
    r"|(?:data|information|details|records?|everything),?(?: \w+){0,6} (?:about|on|concerning|regarding|of) me\b"
    r"|(?:about me|me from|me off|me out of)\b)"
    r"|(mein(?:e|en|er|em|es)? (?:\w+ ){0,2}"
    r"(?:daten|angaben|konto|kundenkonto|account|profil|adresse|anschrift|namen?|geburtsdatum)\b"
    r"|(?:daten|angaben|informationen),?(?: \w+){0,4} (?:uber|ueber|zu|von) (?:mich|mir|meiner person)\b"
    r"|(?:uber|ueber|zu) (?:mich|mir|meiner person)\b|mich aus\b)"
    r"|((?:mes|mon|ma) (?:\w+ )?(?:donnees|informations|compte|profil|adresse|coordonnees|nom|date de naissance)\b"
    r"|(?:donnees|informations),?(?: \w+){0,4} (?:me concernant|sur moi|a mon sujet)\b|me concernant\b|a mon sujet\b)"
    r"|((?:i|il|dei|ai|sui|del) (?:mio|miei) (?:\w+ )?(?:dati|informazioni|account|profilo|conto|indirizzo|nome)\b"
    r"|dati,?(?: \w+){0,4} (?:mi riguardano|su di me|a mio nome)\b|mi riguardano\b|su di me\b)"
    r")"
)
# Access needs data to be spoken of: "send it to my address" asks for none.
_DATA = pattern(r"data|information|details|record|about me|everything|daten|angaben|mich|mir|meiner person|donnees|"
                    r"concernant|mon sujet|sur moi|dati|informazioni|riguardano|di me")  # fmt: skip
_VERBS: dict[Right, tuple[str, str, str, str]] = {
    Right.ACCESS: (
        r"\b(?:send|give|provide|show|disclose|copy|access|export|know what|see what|tell me|what|which)\b",
        r"\b(?:auskunft\w*|kopie|mitteilen|teilen sie|senden sie|schicken sie|einsicht\w*|gespeichert\w*|welche)\b",
        r"\b(?:acces|acceder|copie|communique\w*|envoye\w*|transmett\w*|connaitre|quelles)\b",
        r"\b(?:accesso|accedere|copia|comunica\w*|inviar\w*|inviate\w*|conoscere|quali)\b",
    ),
    Right.CORRECTION: (
        r"\b(?:correct(?:ed|ing|ion)?|rectif\w+|amend\w*|wrong|incorrect|inaccurate|misspel\w+|update)\b",
        r"\b(?:berichtig\w*|korrigier\w*|korrektur\w*|falsch\w*|unrichtig\w*|andern|aendern)\b",
        r"\b(?:rectifi\w*|corrige\w*|correction|inexact\w*|erron\w*|modifie\w*)\b",
        r"\b(?:rettific\w*|corregg\w*|correzion\w*|inesatt\w*|errat\w*|aggiorna\w*)\b",
    ),
    Right.DELETION: (
        r"\b(?:delet\w+|eras\w+|remov\w+|wipe|take me)\b",
        r"\b(?:losch\w*|loesch\w*|gelosch\w*|geloesch\w*|entfern\w*|vernicht\w*|nehmen sie mich)\b",
        r"\b(?:effac\w*|supprim\w*|suppression|retire\w*|detrui\w*)\b",
        r"\b(?:cancell\w*|elimin\w*|rimuov\w*|rimozione)\b",
    ),
    Right.RESTRICTION: (
        r"\b(?:restrict\w*|stop (?:\w+ )?(?:processing|using))\b",
        r"\b(?:einschrank\w*|einschraenk\w*|eingeschrank\w*|sperren|sperrung|gesperrt)\b",
        r"\b(?:limite\w*|limitation|restrei\w*|bloque\w*)\b",
        r"\b(?:limitare|limitazione|limitate|bloccare|bloccate)\b",
    ),
}
# The right by its name, or the question that is never anything else.
_NAMED: dict[Right, str] = {
    Right.ACCESS: r"\b(?:right (?:of|to) access|subject access|access request|dsar|"
    r"(?:what|which) (?:personal )?(?:data|information) (?:do |does |that )?(?:you|your company) "
    r"(?:\w+ )?(?:hold|have|store|keep|process|collect)\w* (?:about|on|of) me|"
    r"auskunfts(?:recht|ersuchen|begehren|anspruch|antrag|verlangen)\w*|datenauskunft|recht auf auskunft|"
    r"welche (?:personenbezogenen |personlichen |persoenlichen )?(?:daten|angaben) (?:sie|\w+ sie) "
    r"(?:uber|ueber|von) mi|"
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
# "If you are not the intended recipient, delete this message": asks for nothing of ours.
_FOOTER = pattern(
    r"[^.!?]{0,200}\b(?:intended (?:recipient|addressee|solely|only)|received (?:this|it) (?:\S+ ){0,3}in error|"
    r"by mistake|irrtumlich|irrtuemlich|versehentlich|par erreur|per errore|destinatario|destinataire)\b"
    r"[^.!?]{0,200}[.!?]?"
    r"(?:[^.!?]{0,200}\b(?:delete|destroy|loschen|vernichten|detruire|supprimer|cancellare|eliminare)\b[^.!?]{0,200})?"
)
_FOOTERS = ("intended ", " error", "mistake", "irrt", "versehentlich", "erreur", "errore", "destinata")
_LAW = pattern(r"\b(?:gdpr|dsgvo|ds-gvo|rgpd|fadp|nlpd|ndsg|data protection (?:act|law|regulation)|"
                   r"datenschutzgesetz|protection des donnees|protezione dei dati)\b")  # fmt: skip
_DEMANDS = pattern(
    r"\b(?:i (?:hereby )?(?:request|demand|exercise|ask)|hereby (?:request|exercis)\w*|my rights?|pursuant to|"
    r"on behalf of (?:my|our) client|(?:data subject|erasure|deletion|privacy) request|"
    r"hiermit|beantrage|verlange ich|fordere ich|ersuche ich|mein(?:em|e)? rechte?|"
    r"namens (?:und|meine\w*|unsere\w*)|je (?:vous )?demande|j.exerce|exercer mon|mon droit|mes droits|"
    r"chiedo|richiedo|esercit(?:o|are)|mi(?:o|ei) diritt[oi])\b"
)


_BY_NAME, _BY_VERB = Names(_NAMED), Names(_BARE)
_BY_LANGUAGE = [Names({right: verbs[number] for right, verbs in _VERBS.items()}) for number in range(4)]


_UNACCENTED = charsets.Letters(lambda char: None if unicodedata.combining(char) else char)


def folded(text: str) -> str:
    """The writer's own words in the form the patterns expect; quoted lines left out."""
    text = text[: READ * 2].lower()
    if ">" in text:
        text = "\n".join(line for line in text.split("\n") if not line.lstrip().startswith(">"))
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("\u2019", "'"))
        text = text.translate(_UNACCENTED)
    text = " ".join(text.split())[:READ]
    return _FOOTER.sub(" ", text) if any(each in text for each in _FOOTERS) else text


def rights(text: str, *, enquiry: bool = False) -> tuple[Right, ...]:
    """The rights this folded text asks for. In an enquiry the bare verb is enough."""
    found = _BY_NAME.in_(text) | (_BY_VERB.in_(text) if enquiry else set())
    for match in itertools.islice(_MINE.finditer(text), _HITS):
        found |= _asked(text, match)
    return tuple(right for right in Right if right in found)


def _asked(text: str, mine: re.Match[str]) -> set[Right]:
    """Which rights the sentence around a "my data" asks for."""
    language = next(number for number, group in enumerate(mine.groups()) if group is not None)
    found = _BY_LANGUAGE[language].in_(_sentence(text, mine.start(), mine.end()))
    return found if _DATA.search(mine.group()) else found - {Right.ACCESS}


def speaks_of_the_law(text: str) -> bool:
    """Whether a law on data protection is named in a sentence that demands something."""
    return any(
        _DEMANDS.search(_sentence(text, match.start(), match.end(), 200))
        for match in itertools.islice(_LAW.finditer(text), _HITS)
    )


def _sentence(text: str, start: int, end: int, reach: int = _REACH) -> str:
    before, after = text[max(0, start - reach) : start], text[end : end + reach]
    cut = max(before.rfind(each) for each in (". ", "! ", "? "))
    ends = [at for each in (". ", "! ", "? ") if (at := after.find(each)) >= 0]
    return before[cut + 1 :] + text[start:end] + after[: min(ends, default=reach)]


_STOP = {
    "en": "the and you your have that this with for from are was not please would dear regards",
    "de": "der die das und ich sie ihre mein meine nicht ist bitte mit von auf fur uber alle haben sehr geehrte",
    "fr": "le les des et vous votre mes mon est pas que pour dans une avec sur je veuillez bonjour cordialement merci",
    "it": "il gli della dei che di mi mio miei non per con una sono vi vostro vorrei gentili saluti grazie cordiali",
}
_WORDS = {language: words.split() for language, words in _STOP.items()}


def language(text: str) -> str:
    """The language of this folded text if the commonest words leave no doubt, else English."""
    seen = collections.Counter(text[:4000].split())
    score = {each: sum(seen[word] for word in words) for each, words in _WORDS.items()}
    best, second = sorted(score, key=lambda each: score[each], reverse=True)[:2]
    return best if score[best] >= 3 and score[best] >= 1.5 * score[second] else "en"
