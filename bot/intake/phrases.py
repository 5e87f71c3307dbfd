"""How recipients say that it is done, that they hold nothing, or neither: in English, German, French and Italian.

Over text as `quoting.plain` leaves it: lower case, umlauts as two letters, no other accents. To teach the bot a phrase,
add it here and the reply it comes from to tests/bot/intake/test_answers.py.
"""

from bot.intake.patterns import pattern

# What each language calls done, whatever the act was.
DONE = {
    "en": r"\b(?:done|completed?|carried out|taken care of|actioned|executed|all set)\b",
    "de": r"\b(?:erledigt|ausgefuehrt|durchgefuehrt|umgesetzt|vollzogen|gemacht|abgeschlossen|ist erfolgt|"
    r"erfolgt ist|(?:loeschung|sperrung|berichtigung|korrektur|aufhebung|einschraenkung) (?:ist )?erfolgt)\b",
    "fr": r"(?:\b(?:c'est|est|sont|a ete|ont ete|avons|ai|tout est|voila,?) (?:bien |deja |tout )?(?:fait|faite|"
    r"effectue|traite|execute|realise|regle)(?:e?s?)\b|^fait\b|^(?:effectue|traite|execute|realise)e?s?$)",
    "it": r"\b(?:fatto|fatta|eseguit[oaie]|effettuat[oaie]|completat[oaie]|evas[oa]|provveduto|effettuata)\b",
}
# … and of each act.
ACTS = {
    "deletion": {
        "en": r"\b(?:deleted|erased|removed|wiped|purged)\b|\bconfirm (?:\w+ ){0,3}(?:deletion|erasure|removal)\b|"
        r"\b(?:deletion|erasure|removal) (?:is |has been )?confirmed\b",
        "de": r"\b(?:ge?loe?scht|entfernt|vernichtet|rausgenommen)\b|\bbestaetig\w* (?:\w+ ){0,6}loeschung\b|"
        r"\bloeschung (?:\w+ ){0,2}bestaetigt\b",
        "fr": r"\b(?:a|ont|avons|ai|ete|est|sont) (?:\S+ ){0,8}(?:supprime|efface|detruit|retire|elimine)(?:e?s?)\b|"
        r"^(?:supprime|efface|detruit|retire)e?s?\b|\bven(?:ons|ais|ait) de (?:\w+ )?(?:supprimer|effacer)\b|"
        r"\b(?:avons|ai) procede a (?:la suppression|l'effacement)\b|\bconfirmons (?:\w+ ){0,2}(?:la suppression|"
        r"l'effacement)\b",
        "it": r"\b(?:cancellat[oaie]|eliminat[oaie]|rimoss[oaie]|distrutt[oaie])\b|"
        r"\bconfermiamo (?:\S+ ){0,2}(?:\S+')?(?:\w+ )?cancellazione\b",
    },
    "correction": {
        "en": r"\b(?:corrected|updated|changed|amended|rectified|adjusted)\b",
        "de": r"\b(?:berichtigt|korrigiert|geaendert|angepasst|aktualisiert|uebernommen|nachgefuehrt|mutiert)\b",
        "fr": r"\b(?:a|ont|avons|ai|ete|est|sont) (?:\S+ ){0,8}(?:corrige|rectifie|modifie|adapte|mis)(?:e?s?)\b|"
        r"^(?:corrige|rectifie|modifie)e?s?\b|\bmise? a jour effectuee\b",
        "it": r"\b(?:corrett[oaie]|rettificat[oaie]|modificat[oaie]|aggiornat[oaie])\b",
    },
    "restriction": {
        "en": r"\b(?:restricted|blocked|locked|suspended|frozen)\b",
        "de": r"\b(?:eingeschraenkt|gesperrt|blockiert)\b",
        "fr": r"\b(?:a|ont|avons|ai|ete|est|sont) (?:\S+ ){0,8}(?:limite|bloque|verrouille|gele)(?:e?s?)\b|"
        r"^(?:limite|bloque|verrouille)e?s?\b",
        "it": r"\b(?:limitat[oaie]|bloccat[oaie]|congelat[oaie])\b",
    },
    "lifting": {
        "en": r"\b(?:lifted|unblocked|unlocked|released)\b",
        "de": r"\b(?:aufgehoben|entsperrt|freigegeben)\b",
        "fr": r"\b(?:a|ont|avons|ai|ete|est|sont) (?:\S+ ){0,8}(?:leve|debloque)(?:e?s?)\b|^(?:leve|debloque)e?s?\b",
        "it": r"\b(?:revocat[oaie]|sbloccat[oaie]|tolt[oaie])\b",
    },
}
NOTHING_HELD = {
    "en": r"\bno (?:such )?(?:\w+ )?(?:records?|data|entry|entries|information|trace|match(?:es)?|details|customer|"
    r"client|person|account|results?|hits?)\b|\b(?:do|does|did|could|can)(?: ?not|n't) (?:\w+ )?(?:have|hold|find|"
    r"know|store)\b|\b(?:not|isn't|n't) (?:\w+ )?(?:known|on file|in our (?:systems?|records|database|crm|files))\b|"
    r"\bnothing (?:\w+ ){0,2}(?:on file|found|stored|held|in our)\b|\b(?:hold|have|found|find|store) nothing\b|"
    r"\bunknown to us\b",
    "de": r"\bkein\w* (?:\w+ ){0,3}(?:daten|eintrag\w*|eintraege|datensatz|datensaetze|angaben|informationen|treffer|"
    r"kund\w*|person|konto|unterlagen)\b|\bnicht (?:\w+ ){0,2}(?:bekannt|gefunden|vorhanden|registriert|erfasst|"
    r"gespeichert|gefuehrt|verzeichnet|auffindbar|im system|in unser\w*)\b|\bunbekannt\b|"
    r"\bkennen (?:\w+ ){0,4}nicht\b|\bnichts (?:\w+ ){0,3}(?:gefunden|gespeichert|vorhanden|bekannt)\b|\b(?:haben|"
    r"finden|fuehren) (?:\w+ ){0,5}nichts\b",
    "fr": r"\baucune? (?:\w+ ){0,2}(?:donnees?|enregistrements?|trace|informations?|client\w*|compte|fiche|resultat|"
    r"dossier)\b|\bpas (?:\w+ ){0,3}(?:de donnees|dans (?:nos|notre)|connue?|trouvee?|enregistree?|cliente?)\b|"
    r"\binconnue? (?:chez|de) nous\b|\bne (?:\w+ ){0,2}(?:connaissons|trouvons|detenons|possedons) \b|"
    r"\brien (?:\w+ ){0,2}(?:trouve|enregistre|dans nos)\b|\bn'avons rien\b",
    "it": r"\bnessun\w* (?:\w+ ){0,2}(?:dat[oi]|registrazion[ei]|traccia|informazion[ei]|cliente|record|scheda|"
    r"corrispondenza|risultato|account)\b|\bnon (?:\w+ ){0,3}(?:dati|conosciamo|risulta\w*|trovat[oaie]|presente|"
    r"registrat[oaie]|nulla|niente|nei nostri)\b|\bsconosciut[oa]\b",
}
NO_LONGER = pattern(
    r"\bno longer (?:hold|have|store|on file)\b|\b(?:no|any|nothing) (?:\w+ ){0,5}any ?more\b|\b(?:kein\w*|"
    r"nichts) (?:\w+ ){0,5}mehr\b|\bn'?\S* ?(?:avons|detenons|conservons) plus (?:aucune?|de|rien)\b|"
    r"\bplus aucune?\b|\bnon (?:\w+ ){0,3}piu\b"
)
# Words that turn or weaken what is said; the first ones in whatever language they stand.
_ELIDED = {"en": r"|'ll\b", "fr": r"|\bn'"}


def _any(words: str) -> str:
    """The pattern of a list of words, which may be patterns themselves, parted by commas."""
    return rf"\b(?:{'|'.join(' '.join(each.split()) for each in words.split(','))})\b"


TURNS = (
    r"\b(?:not|nicht|kein\w*|pas|non|yet|noch|encore|ancora|never|nie|jamais|niemals|incomplet\w*|unvollst\w*)\b|n't\b"
)
DOUBTS = {
    "en": r"""
        will, shall, would, should, could, might, soon, tomorrow, later, currently, pending, progress, working on,
        once, until, if, unless, except, apart from, other than, only, part\w*, almost, nearly, most\w*, some,
        try, tried, please, must, need\w*, has to, have to, to be, being, keep, kept, retain\w*, think, believe,
        probably, maybe, perhaps, hope, assume, apparently, far as, fail\w*, error, next, no, nothing, nobody,
        none, cannot, when, who, which, what, why, exclu\w*, without, so far, as possible, told, informed, asked,
        ordered, instructed, forwarded, (?:have|has) requested, still, remain\w*, left, exception\w*, archiv\w*
    """,
    "de": r"""
        wird, werden, wuerde\w*, morgen, demnaechst, bald, spaeter, sobald, wenn, falls, sofern, ausser, bis auf,
        abgesehen, nur, teil\w*, fast, beinahe, grossteil\w*, groesstenteils, meiste\w*, einige\w*, bitte\w*,
        muss\w*, muess\w*, soll\w*, koenn\w*, vermutlich, wahrscheinlich, vielleicht, hoffe\w*, glaube\w*, denke,
        anscheinend, versuch\w*, fehl\w*, behalt\w*, naechste\w*, nichts, niemand, laufend\w*, bearbeitung, wer,
        was, welche\w*, warum, ohne, ausgenommen, soweit, gebeten, beauftragt, veranlasst, weitergeleitet, sich
        erledigt, weiterhin, verbleib\w*, bleib\w*, uebrig\w*, ausnahme\w*, archiv\w*
    """,
    "fr": r"""
        ne, rien, aucune?, sera, seront, allons, vais, va, ferons, bientot, demain, plus tard, des que, lorsque,
        quand, si, sauf, excepte\w*, hormis, seule\w*, uniquement, part\w*, presque, plupart, certain\w*,
        veuillez, merci de, priere, devons, doit, devrai\w*, pourr\w*, semble, crois, croyons, pense\w*, peut,
        peut-etre, probablement, conserv\w*, gard\w*, en cours, impossible, erreur, prochain\w*, qui, quel\w*,
        quoi, pourquoi, sans, exclu\w*, hors, mesure, demande, transmis\w*, toujours, reste\w*, exception\w*,
        archiv\w*
    """,
    "it": r"""
        niente, nessun\w*, mai, verra\w*, sara\w*, faremo, presto, domani, dopo, appena, quando, se, salvo,
        tranne, eccetto, solo, soltanto, parzialmente, in parte, quasi, maggior, alcun\w*, preg\w*, dobbiamo,
        deve, devono, dovre\w*, potre\w*, sembra, credo, credi\w*, penso, forse, probabilmente, conserv\w*,
        mante\w*, teniamo, in corso, impossibile, errore, prossim\w*, chi, quale, perche, senza, esclus\w*, per
        quanto, chiest\w*, inoltrat\w*, tuttora, resta\w*, rimang\w*, rimane, eccezion\w*, archivi\w*
    """,
}
REFUSED = pattern(
    r"\b(?:cannot|can not|can't|will not|won't|unable to|not (?:able|going|willing) to|refus\w*|declin\w*|(?:must|"
    r"have to|obliged to|required to|need to) (?:\w+ )?(?:keep|retain)|legal (?:obligation|retention)|retention)\b|"
    r"\b(?:koennen|duerfen|werden) (?:\w+ ){0,6}nicht (?:\w+ )?(?:loeschen|entfernen|aendern|sperren|nachkommen|"
    r"entsprechen)\b|\b(?:lehnen|weigern|verweigern|aufbewahr\w*|gesetzlich\w*|behalten)\b|"
    r"\bne pouvons (?:\w+ )?pas\b|\brefusons\b|\bobligation (?:legale|de conserv\w*)\b|"
    r"\bdevons (?:\w+ ){0,3}conserver\b|\bnon possiamo\b|\brifiut\w*|\bobblig\w*|\bdobbiamo (?:\w+ ){0,3}conservare\b"
)
AWAY = pattern(
    r"\bout of (?:the )?office\b|\bon (?:annual |parental )?(?:leave|vacation|holiday)\b|\baway from (?:my|"
    r"the) (?:desk|office)\b|\bautomatic (?:reply|response)\b|\bautomatische antwort\b|\babwesen\w*\b|"
    r"\bnicht im (?:buero|haus)\b|\bferien\b|\bim urlaub\b|\babsen(?:te?|ce)\b|\ben (?:conge|vacances)\b|"
    r"\breponse automatique\b|\bfuori (?:ufficio|sede)\b|\bin ferie\b|\bassen(?:te|za)\b|\brisposta automatica\b"
)
OF_A_MAIL = pattern(
    r"\b(?:your|ihr|votre|vostro) (?:\w+ )?(?:account|konto|compte)\b|\b(?:your|ihre\w*|votre|vostra|la sua|this|"
    r"diese\w*|cette|questa) (?:e-?mail|mail|message|nachricht|courriel|messaggio)\b|\b(?:receipt|eingang|reception|"
    r"ricezione)\b|\bno record of (?:this|your|any|the) (?:request|mail|message|letter|order|enquiry)\b"
)
POLITE = pattern(
    r"^(?:hello|hi|dear|good (?:morning|afternoon|day|evening)|guten (?:tag|morgen|abend)|gruezi|hallo|sehr geehrte|"
    r"liebe[rs]?|bonjour|madame|monsieur|chere?s?|buongiorno|buon giorno|gentil[ei]|salve|egregi\w*|spettabile|"
    r"(?:many )?thanks?|danke|besten dank|vielen dank|herzlichen dank|merci|grazie|gerne?|gern geschehen|"
    r"you are welcome|yes|ja|oui|si|ok|okay|noted|das ist|we hereby confirm)\b"
)
REFERENCE = pattern(r"^(?:(?:your |ihre |unsere |notre |votre |vostro )?(?:ref\w*|"
r"zeichen)[:. ]*)?dpe-[0-9]{4}-[0-9]{4,8}$")
NAME = pattern(r"^\p{Lu}[\p{L}'-]+\.?(?: \p{Lu}[\p{L}.'-]*){0,3}$")
SENTENCE = pattern(r"[.!;]+\s+(?:[^\p{Ll}\s]|$)|\?+\s*|[.!;]+$")
ASKED = pattern(  # a question whose mark was forgotten
    r"^(?:is|are|was|were|has|have|did|do|does|can|could) (?:it|this|that|you|they|the|there|these)\b|^(?:ist|sind|"
    r"wurden?|haben|hat) (?:das|dies|diese|sie|es|die|der)\b|^(?:est-ce|avez-vous|a-t-on|a-t-il)\b|^avete\b"
)
NO_TROUBLE = pattern(r"^(?:no problem|kein problem|pas de probleme|aucun probleme|nessun problema)\b[,:. ]*")
MONTH = pattern(r"^ (?:jan|feb|maerz|apr|mai|jun|jul|aug|sep|okt|nov|dez)")
CONTRAST = pattern(
    r"(?i),?\s(?:but|however|though|although|aber|jedoch|allerdings|obwohl|mais|cependant|toutefois|tuttavia|però|"
    r"ma)\s"
)
LANGUAGES = tuple(DONE)
DONE_OF = {act: {each: pattern(f"{DONE[each]}|{verbs[each]}") for each in LANGUAGES} for act, verbs in ACTS.items()}
VERBS = {act: [pattern(each) for each in verbs.values()] for act, verbs in ACTS.items()}
HELD = {each: pattern(text) for each, text in NOTHING_HELD.items()}
DOUBTFUL = {each: pattern(f"{TURNS}|{_any(words)}{_ELIDED.get(each, '')}") for each, words in DOUBTS.items()}
UNSURE_WORDS = {
    "en": r"""
        yet, will, would, should, soon, if, unless, except, only, think, believe, probably, maybe, perhaps, hope,
        apparently, please, which, who
    """,
    "de": r"""
        noch, wird, wenn, falls, sofern, ausser, bis auf, nur, vermutlich, wahrscheinlich, vielleicht, glaube\w*,
        bitte\w*, welche\w*, wer
    """,
    "fr": r"""
        encore, sera, si, sauf, hormis, seule\w*, probablement, peut-etre, pense\w*, crois, veuillez, merci de,
        quel\w*, qui
    """,
    "it": r"""
        ancora, sara, se, salvo, tranne, solo, soltanto, forse, probabilmente, credo, penso, preg\w*, quale, chi
    """,
}
UNSURE = {each: pattern(_any(words)) for each, words in UNSURE_WORDS.items()}
