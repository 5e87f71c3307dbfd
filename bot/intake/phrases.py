"""How recipients say that it is done, that they hold nothing, or neither: in English, German, French and Italian.

Over text as `quoting.plain` leaves it: lower case, umlauts as two letters, no other accents. To teach the bot a phrase,
add it here and the reply it comes from to tests/bot/intake/test_answers.py.
"""

from bot.intake.patterns import pattern

# What each language calls done, whatever the act was.
DONE = {
    "en": r"\b(?:done|completed?|carried out|taken care of|actioned|executed|processed|all set)\b",
    "de": r"\b(?:erledigt|ausgefuehrt|durchgefuehrt|umgesetzt|vollzogen|gemacht|abgeschlossen|ist erfolgt|erfolgt ist|"
    r"(?:loeschung|sperrung|berichtigung|korrektur|aufhebung|einschraenkung) (?:ist )?erfolgt)\b",
    "fr": r"(?:\b(?:c'est|est|sont|a ete|ont ete|avons|ai|tout est|voila,?) (?:bien |deja |tout )?"
    r"(?:fait|faite|effectue|traite|execute|realise|regle)(?:e?s?)\b|^fait\b|^(?:effectue|traite|execute|"
    r"realise)e?s?$)",
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
    r"client|"
    r"person|account|results?|hits?)\b|\b(?:do|does|did|could|can)(?: ?not|n't) (?:\w+ )?(?:have|hold|find|know|"
    r"store)\b|"
    r"\b(?:not|isn't|n't) (?:\w+ )?(?:known|on file|in our (?:systems?|records|database|crm|files))\b|"
    r"\bnothing (?:\w+ ){0,2}(?:on file|found|stored|held|in our)\b|\b(?:hold|have|found|find|store) nothing\b|"
    r"\bunknown to us\b",
    "de": r"\bkein\w* (?:\w+ ){0,3}(?:daten|eintrag\w*|eintraege|datensatz|datensaetze|angaben|informationen|"
    r"treffer|kund\w*|"
    r"person|konto|unterlagen)\b|\bnicht (?:\w+ ){0,2}(?:bekannt|gefunden|vorhanden|registriert|erfasst|gespeichert|"
    r"gefuehrt|"
    r"verzeichnet|auffindbar|im system|in unser\w*)\b|\bunbekannt\b|\bkennen (?:\w+ ){0,4}nicht\b|"
    r"\bnichts (?:\w+ ){0,3}(?:gefunden|gespeichert|vorhanden|bekannt)\b|\b(?:haben|finden|"
    r"fuehren) (?:\w+ ){0,5}nichts\b",
    "fr": r"\baucune? (?:\w+ ){0,2}(?:donnees?|enregistrements?|trace|informations?|client\w*|compte|fiche|resultat|"
    r"dossier)\b|"
    r"\bpas (?:\w+ ){0,3}(?:de donnees|dans (?:nos|notre)|connue?|trouvee?|enregistree?|cliente?)\b|"
    r"\binconnue? (?:chez|de) nous\b|"
    r"\bne (?:\w+ ){0,2}(?:connaissons|trouvons|detenons|possedons) \b|\brien (?:\w+ ){0,2}(?:trouve|enregistre|"
    r"dans nos)\b|"
    r"\bn'avons rien\b",
    "it": r"\bnessun\w* (?:\w+ ){0,2}(?:dat[oi]|registrazion[ei]|traccia|informazion[ei]|cliente|record|scheda|"
    r"corrispondenza|"
    r"risultato|account)\b|\bnon (?:\w+ ){0,3}(?:dati|conosciamo|risulta\w*|trovat[oaie]|presente|registrat[oaie]|"
    r"nulla|niente|"
    r"nei nostri)\b|\bsconosciut[oa]\b",
}
NO_LONGER = pattern(
    r"\bno longer (?:hold|have|store|on file)\b|\b(?:no|any|nothing) (?:\w+ ){0,5}any ?more\b|"
    r"\b(?:kein\w*|nichts) (?:\w+ ){0,5}mehr\b|\bn'?\S* ?(?:avons|detenons|conservons) plus (?:aucune?|de|rien)\b|"
    r"\bplus aucune?\b|\bnon (?:\w+ ){0,3}piu\b"
)
# Words that turn or weaken what is said; the first ones in whatever language they stand.
TURNS = r"\b(?:not|nicht|kein\w*|pas|non|yet|noch|encore|ancora|never|nie|jamais|niemals)\b|n't\b"
DOUBTS = {
    "en": r"\b(?:will|shall|would|should|could|might|soon|tomorrow|later|currently|pending|progress|working on|once|"
    r"until|if|"
    r"unless|except|apart from|other than|only|part\w*|almost|nearly|most\w*|some|try|tried|please|must|need\w*|"
    r"has to|have to|"
    r"to be|being|keep|kept|retain\w*|think|believe|probably|maybe|perhaps|hope|assume|apparently|far as|fail\w*|"
    r"error|next|"
    r"no|nothing|nobody|none|cannot|when|who|which|what|why|exclu\w*|without|so far|as possible|told|informed|asked|"
    r"ordered|"
    r"instructed|forwarded|(?:have|has) requested)\b|'ll\b",
    "de": r"\b(?:wird|werden|wuerde\w*|morgen|demnaechst|bald|spaeter|sobald|wenn|falls|sofern|ausser|bis auf|"
    r"abgesehen|nur|"
    r"teil\w*|fast|beinahe|grossteil\w*|groesstenteils|meiste\w*|einige\w*|bitte\w*|muss\w*|muess\w*|soll\w*|koenn\w*|"
    r"vermutlich|wahrscheinlich|vielleicht|hoffe\w*|glaube\w*|denke|anscheinend|versuch\w*|fehl\w*|behalt\w*|"
    r"naechste\w*|"
    r"nichts|niemand|laufend\w*|bearbeitung|wer|was|welche\w*|warum|ohne|ausgenommen|soweit|gebeten|beauftragt|"
    r"veranlasst|"
    r"weitergeleitet)\b",
    "fr": r"\b(?:ne|rien|aucune?|sera|seront|allons|vais|va|ferons|bientot|demain|plus tard|des que|lorsque|quand|"
    r"si|sauf|"
    r"excepte\w*|hormis|seule\w*|uniquement|part\w*|presque|plupart|certain\w*|veuillez|merci de|priere|devons|doit|"
    r"devrai\w*|"
    r"pourr\w*|semble|crois|croyons|pense\w*|peut|peut-etre|probablement|conserv\w*|gard\w*|en cours|impossible|"
    r"erreur|"
    r"prochain\w*|qui|quel\w*|quoi|pourquoi|sans|exclu\w*|hors|mesure|demande|transmis\w*)\b|\bn'",
    "it": r"\b(?:niente|nessun\w*|mai|verra\w*|sara\w*|faremo|presto|domani|dopo|appena|quando|se|salvo|tranne|"
    r"eccetto|solo|"
    r"soltanto|parzialmente|in parte|quasi|maggior|alcun\w*|preg\w*|dobbiamo|deve|devono|dovre\w*|potre\w*|sembra|"
    r"credo|"
    r"credi\w*|penso|forse|probabilmente|conserv\w*|mante\w*|teniamo|in corso|impossibile|errore|prossim\w*|chi|"
    r"quale|perche|"
    r"senza|esclus\w*|per quanto|chiest\w*|inoltrat\w*)\b",
}
REFUSED = pattern(
    r"\b(?:cannot|can not|can't|will not|won't|unable to|not (?:able|going|willing) to|refus\w*|declin\w*|"
    r"(?:must|have to|obliged to|required to|need to) (?:\w+ )?(?:keep|retain)|legal (?:obligation|retention)|"
    r"retention)\b|"
    r"\b(?:koennen|duerfen|werden) (?:\w+ ){0,6}nicht (?:\w+ )?(?:loeschen|entfernen|aendern|sperren|nachkommen|"
    r"entsprechen)\b|"
    r"\b(?:lehnen|weigern|verweigern|aufbewahr\w*|gesetzlich\w*|behalten)\b|"
    r"\bne pouvons (?:\w+ )?pas\b|\brefusons\b|\bobligation (?:legale|de conserv\w*)\b|"
    r"\bdevons (?:\w+ ){0,3}conserver\b|"
    r"\bnon possiamo\b|\brifiut\w*|\bobblig\w*|\bdobbiamo (?:\w+ ){0,3}conservare\b"
)
AWAY = pattern(
    r"\bout of (?:the )?office\b|\bon (?:annual |parental )?(?:leave|vacation|holiday)\b|\baway from (?:my|"
    r"the) (?:desk|office)\b|"
    r"\bautomatic (?:reply|response)\b|\bautomatische antwort\b|\babwesen\w*\b|\bnicht im (?:buero|haus)\b|"
    r"\bferien\b|\bim urlaub\b|"
    r"\babsen(?:te?|ce)\b|\ben (?:conge|vacances)\b|\breponse automatique\b|\bfuori (?:ufficio|sede)\b|\bin ferie\b|"
    r"\bassen(?:te|za)\b|\brisposta automatica\b"
)
OF_A_MAIL = pattern(
    r"\b(?:your|ihre\w*|votre|vostra|la sua|this|diese\w*|cette|questa) (?:e-?mail|mail|message|nachricht|courriel|"
    r"messaggio)\b|"
    r"\b(?:receipt|eingang|reception|ricezione)\b|\bno record of (?:this|your|any|the) (?:request|mail|message|"
    r"letter|order|enquiry)\b"
)
POLITE = pattern(
    r"^(?:hello|hi|dear|good (?:morning|afternoon|day|evening)|guten (?:tag|morgen|abend)|gruezi|hallo|sehr geehrte|"
    r"liebe[rs]?|"
    r"bonjour|madame|monsieur|chere?s?|buongiorno|buon giorno|gentil[ei]|salve|egregi\w*|spettabile|"
    r"(?:many )?thanks?|danke|besten dank|vielen dank|herzlichen dank|merci|grazie|gerne?|gern geschehen|"
    r"you are welcome|"
    r"yes|ja|oui|si|ok|okay|noted|das ist|we hereby confirm)\b"
)
REFERENCE = pattern(r"^(?:(?:your |ihre |unsere |notre |votre |vostro )?(?:ref\w*|"
r"zeichen)[:. ]*)?dpe-[0-9]{4}-[0-9]{4,8}$")
NAME = pattern(r"^\p{Lu}[\p{L}'-]+\.?(?: \p{Lu}[\p{L}.'-]*){0,3}$")
SENTENCE = pattern(r"[.!;]+\s+(?:[^\p{Ll}\s]|$)|\?+\s*|[.!;]+$")
MONTH = pattern(r"^ (?:jan|feb|maerz|apr|mai|jun|jul|aug|sep|okt|nov|dez)")
CONTRAST = pattern(
    r"(?i),?\s(?:but|however|though|although|aber|jedoch|allerdings|obwohl|mais|cependant|toutefois|tuttavia|però|"
    r"ma)\s"
)
LANGUAGES = tuple(DONE)
DONE_OF = {act: {each: pattern(f"{DONE[each]}|{verbs[each]}") for each in LANGUAGES} for act, verbs in ACTS.items()}
VERBS = {act: [pattern(each) for each in verbs.values()] for act, verbs in ACTS.items()}
HELD = {each: pattern(text) for each, text in NOTHING_HELD.items()}
DOUBTFUL = {each: pattern(f"{TURNS}|{text}") for each, text in DOUBTS.items()}
UNSURE = {each: pattern(text) for each, text in {
    "en": r"\b(?:yet|will|would|should|soon|if|unless|except|only|think|believe|probably|maybe|perhaps|hope|"
    r"apparently|please|which|who)\b",
    "de": r"\b(?:noch|wird|wenn|falls|sofern|ausser|bis auf|nur|vermutlich|wahrscheinlich|vielleicht|glaube\w*|"
    r"bitte\w*|welche\w*|wer)\b",
    "fr": r"\b(?:encore|sera|si|sauf|hormis|seule\w*|probablement|peut-etre|pense\w*|crois|veuillez|merci de|"
    r"quel\w*|qui)\b",
    "it": r"\b(?:ancora|sara|se|salvo|tranne|solo|soltanto|forse|probabilmente|credo|penso|preg\w*|quale|chi)\b",
}.items()}  # fmt: skip
