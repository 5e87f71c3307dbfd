"""What people say when they ask about their own data, in English, German, French and Italian. Words only, no logic.

Each clue is a short phrase in folded text (lower case, no accents: `folded`); the four languages of a clue stand in one
line each. Phrases stay short and without long gaps: what belongs together is found by standing in the same sentence.
"""

from enum import StrEnum, auto


class Clue(StrEnum):
    """What a phrase tells."""

    MY_DATA = auto()  # data said to be one's own
    WHAT_YOU_KNOW = auto()  # what you know, have, keep about me
    MY_ACCOUNT = auto()
    MY_RECORD = auto()  # a thing that is data about me: personnel file, recording, picture, application
    RECORD = auto()  # such a thing, whoever it is of
    OF_ME = auto()  # that shows or concerns me
    MY_DETAIL = auto()  # name, date of birth, address
    HELD = auto()  # in your system, on file
    THEIR_DATA = auto()  # of somebody one speaks for
    FAMILY = auto()
    BEHALF = auto()
    SUBJECT = auto()  # a portal's word for the person
    PORTAL = auto()  # a portal's words for what it passes on
    ORIGIN = auto()  # where did you get
    MY_CONTACT = auto()
    SEND = auto()
    ASK = auto()
    DELETE = auto()
    OUT_OF = auto()  # take me out of your database
    FORGET = auto()
    CORRECT = auto()
    WRONG = auto()
    RESTRICT = auto()
    NOT_USE = auto()
    FORMAT = auto()
    OBJECT = auto()
    CONSENT = auto()
    MARKETING = auto()
    NO_CALLS = auto()
    NO_SHARING = auto()
    LAW = auto()
    RULE = auto()  # an article on a right of the person
    DEMAND = auto()
    UNANSWERED = auto()
    ACCESS_BY_NAME = auto()
    CORRECTION_BY_NAME = auto()
    DELETION_BY_NAME = auto()
    RESTRICTION_BY_NAME = auto()
    PORTABILITY_BY_NAME = auto()
    PERSONAL_DATA = auto()
    # what speaks against it
    TRADE = auto()  # orders, invoices, contracts
    DEVICE = auto()
    TRAINING = auto()  # courses, offers, theses about the law
    PROCESSOR = auto()  # contracts between companies
    YOUR_DATA = auto()  # somebody writes about the reader's data
    SENDING_MINE = auto()  # "please find my application attached"
    DONE = auto()  # the writer has done it, and asks for nothing


_NOUNS_EN = r"(?:data|infos?|information|details|records?|file)"
_NOUNS_DE = r"(?:personen|kunden|kontakt|person\w+ )?(?:daten|angaben|informationen|infos|datensatz)"
_NOUNS_FR = r"(?:donnees|informations?|infos|renseignements|coordonnees)"
_NOUNS_IT = r"(?:dati|informazioni|info|recapiti)"

PHRASES: dict[Clue, tuple[str, ...]] = {
    Clue.MY_DATA: (
        rf"\bmy (?:own |personal |customer |user |private |entire |complete ){{0,2}}{_NOUNS_EN}\b",
        rf"\b(?:data|infos?|information|details|records?|everything|all|anything|notes|pictures|photos|materials?)"
        r"(?: [\w-]+){0,4} (?:about|abt|on|concerning|regarding|of|to) (?:me|myself|my person)\b",
        r"\bdata i (?:gave|have given|provided|supplied)\b",
        rf"\bmein(?:e|en|er|em)? (?:\w+ ){{0,2}}{_NOUNS_DE}\b|\bpersonendaten zu mir\b",
        rf"\b{_NOUNS_DE}(?: \w+){{0,5}} (?:uber|ueber|zu|von|betreffend) (?:mich|mir|meiner person)\b",
        r"\balles,? (?:was|das) sie (?:uber|ueber|von|zu) mi(?:ch|r)\b|\b(?:mich|meine person) betreffen\w*",
        rf"\b(?:mes|mon|ma|toutes mes|toute mes) (?:propres )?{_NOUNS_FR}\b",
        rf"\b{_NOUNS_FR}(?: [\w']+){{0,4}} (?:me concernant|sur moi|sur ma personne|a mon sujet|a mon propos|de moi)\b",
        r"\bdonnees que je vous ai\b|\btout ce que vous (?:avez|savez|detenez|conservez) (?:sur|de) moi\b",
        rf"\b(?:i|ai|dei|sui|coi|con i|miei) (?:propri )?(?:miei )?{_NOUNS_IT} (?:personali )?(?:che mi|su di me|a mio nome)\b",
        rf"\b(?:i|ai|dei|sui|tutti i) miei {_NOUNS_IT}\b|\b{_NOUNS_IT}(?: [\w']+){{0,4}} (?:mi riguardano|su di me|sul mio conto)\b",
        r"\bdati che vi ho (?:fornito|dato)\b|\btutto (?:cio|quello) che (?:avete|sapete|conservate) (?:su di|di) me\b",
    ),
    Clue.WHAT_YOU_KNOW: (
        r"\b(?:what|which|everything|all|anything|whatever|infos?|information|data|details)(?: [\w']+){0,5} (?:you|your company)"
        r"(?: [\w']+){0,4} (?:about|abt|on|of|regarding|concerning) me\b",
        r"\b(?:know|have|hold|keep|store|stored|got|process) (?:[\w']+ ){0,3}(?:about|on file about|on|regarding) me\b",
        r"\b(?:was|welche|alles|informationen|daten|angaben),?(?: \w+){0,6} (?:uber|ueber|von|zu) mi(?:ch|r)\b",
        r"\b(?:uber|ueber) mich (?:\w+ )?(?:gespeichert|gesammelt|wissen|haben|bekannt)\b",
        r"\b(?:quelles?|que|qu'avez|quoi|tout)(?: [\w'-]+){0,6} (?:sur|de) moi\b|\ba mon (?:sujet|propos)\b|\bme concernant\b",
        r"\b(?:quali|che cosa|cosa|tutto)(?: [\w']+){0,5} (?:su di|di) me\b|\bmi riguardano\b|\bsul mio conto\b",
    ),
    Clue.MY_ACCOUNT: (
        r"\b(?:my|the|an|our) (?:\w+ )?(?:account|acount|accont|profile|login|membership|registration)\b",
        r"\b(?:mein|meinen|meinem|das|ein) (?:\w+ )?(?:konto|kundenkonto|benutzerkonto|nutzerkonto|account|profil|login)\b",
        r"\b(?:mon|le|un|ce) (?:compte|profil)\b",
        r"\b(?:il mio|mio|l'|un|il) ?(?:account|profilo|conto)\b",
    ),
    Clue.MY_RECORD: (
        r"\bmy (?:\w+ )?(?:personnel|hr|employee|employment|medical|staff) (?:file|record|dossier)s?\b",
        r"\bmy (?:job )?(?:application|cv|resume|cover letter|interview)\b|\bapplication (?:documents|file)\b",
        r"\bmein\w* (?:\w+ )?(?:personaldossier\w*|personalakte\w*|bewerbung\w*|lebenslauf\w*|dossier\w*|unterlagen)\b",
        r"\b(?:mon|ma) (?:dossier|candidature|cv|curriculum|lettre de motivation)\b",
        r"\b(?:il mio|la mia) (?:fascicolo|dossier|candidatura|curriculum|cv)\b",
    ),
    Clue.RECORD: (
        r"\b(?:recordings?|footage|cctv|photos?|pictures?|images?|video|photograph|call notes|notes)\b",
        r"\b(?:aufzeichnung\w*|aufnahme\w*|foto|fotos|bild|bilder|videobild\w*|videoaufnahme\w*|notizen|gefilmt)\b",
        r"\b(?:enregistrement\w*|photos?|images?|videosurveillance|video|notes)\b",
        r"\b(?:registrazion\w*|foto|fotografi\w|immagin\w|videosorveglianza|video|riprese|appunti)\b",
    ),
    Clue.OF_ME: (
        r"\b(?:of|showing|about|on|shows|with|record(?:ed|s)?) me\b|\bmy (?:\w+ )?(?:photos?|pictures?|calls?|image|voice|face)\b|"
        r"\bcalls? i (?:had|made)\b|\bi (?:was|am) (?:filmed|recorded|photographed|visible|on the phone)\b|\bi (?:never|have never|did not|didn't) (?:agreed?|consent)|"
        r"\bof me\b|\bi can be seen\b",
        r"\b(?:von|uber|ueber|zu|mit) mi(?:r|ch)\b|\bich (?:\w+ ){0,3}(?:zu sehen|gefilmt|aufgenommen|aufgezeichnet|zugestimmt|eingewilligt)\b|"
        r"\bmein(?:er|e|es|em)? (?:\w+ )?(?:anrufe?|telefonat\w*|gesprach\w*|bild\w*|foto\w*|stimme)\b|\bwurde gefilmt\b|\bdas gesprach\b|\bgesprach werde\b",
        r"\b(?:de|sur|avec) moi\b|\bl'on me voit\b|\bme voit\b|\bj'apparais\b|\bje (?:suis|figure) (?:visible|dessus)\b|\bfilmee?\b|"
        r"\bmes (?:appels|photos|images)\b|\bma photo\b|\bl'appel (?:etait|est) enregistre\b|\ba mon sujet\b|\bsans mon accord\b",
        r"\bdi me\b|\bsono (?:io|visibile|stat[oa] ripres[oa]|ripres[oa])\b|\bcompaio\b|\bsi vedo\b|\bmie (?:chiamate|foto|immagini|telefonate)\b|"
        r"\bmia (?:foto|fotografia|chiamata|immagine)\b|\bci sono io\b|\bla chiamata era registrata\b|\bsul mio conto\b|\bmai autorizzat\w\b",
    ),
    Clue.MY_DETAIL: (
        r"\bmy (?:last |first |sur|maiden |family |postal |e-?mail |phone |home ){0,2}(?:name|surname|address|birthday|date of birth|number|e-?mail|gender|title)\b|\bdate of birth (?:in my|for me|you have)\b",
        r"\bmein(?:e|en|em|er)? (?:\w+ )?(?:name|namen|nachname\w*|vorname\w*|familienname\w*|madchenname\w*|maedchenname\w*|adresse|anschrift|geburtsdatum|telefonnummer|anrede|geschlecht|e-?mail-?adresse)\b|"
        r"\bgeburtsdatum von mir\b",
        r"\b(?:mon|ma) (?:nom|prenom|adresse|date de naissance|numero|titre)\b|\bdate de naissance (?:enregistree|dans mon)\b",
        r"\b(?:il mio|la mia|mio|mia) (?:nome|cognome|indirizzo|data di nascita|numero|titolo)\b|\bdata di nascita (?:che avete|registrata)\b",
    ),
    Clue.HELD: (
        r"\b(?:in|on|from|out of|off) your (?:\w+ ){0,2}(?:database|data base|system|systems|records?|files?|crm|books|registers?|servers?)\b|\bon file\b|\b(?:in|to) my (?:\w+ )?profile\b|\bmy record\b|\byou have (?:stored|on file|recorded)\b|\bamend the record\b|\byou have (?:\w+ ){1,6}for me\b|\bcustomer (?:profile|record)\b",
        r"\b(?:in|aus|bei|auf) ihre(?:n|r|m) (?:\w+ )?(?:daten\w*|system\w*|unterlagen|kartei\w*|kundenkartei|kundendatei|datei\w*|akten|servern?|register\w*|adressdatei)\b|\bbei ihnen (?:\w+ ){0,2}(?:hinterlegt|gespeichert|erfasst|geschrieben|registriert|vermerkt)\b|\bgespeichert\b|\bhinterlegt\b",
        r"\b(?:dans|de|sur) (?:vos|votre) (?:bases?(?: de donnees)?|fichiers?(?: clients?)?|systemes?|serveurs?|registres?|dossiers?)\b|\benregistree?s? (?:dans|chez)\b|\bdans mon profil\b",
        r"\b(?:n?e[il]|d[ae]i|d[ae]l|d[ae]lla|nella|nel|nei|sul) vostr\w (?:\w+ )?(?:banca dati|database|archivi\w?|sistem\w|anagrafica|file|registr\w|server)\b|\bche avete registrato\b",
    ),
    Clue.THEIR_DATA: (
        rf"\b{_NOUNS_EN}(?: [\w']+){{0,4}} (?:relating to|about|concerning|on|of|held (?:about|on)) (?:him|her|them|our client|my client|the child|my (?:son|daughter|wife|husband|mother|father))\b|\b(?:his|her|their|its?) (?:\w+ )?(?:data|details|account|profile|information|records?)\b|\bremove (?:him|her|them|the account)\b",
        rf"\b{_NOUNS_DE} (?:uber|ueber|zu|von) (?:sie|ihn|ihm|ihr|unsere\w* mandant\w*)\b|\b(?:ihn|sie|unsere\w* mandant\w*) betreffende\w*\b|\b(?:seine|ihre) (?:\w+ )?(?:daten|angaben|profil)\b|\b(?:entfernen|nehmen|loschen|loeschen|streichen) sie (?:ihn|sie|dieses)\b",
        rf"\b{_NOUNS_FR}(?: [\w']+){{0,3}} (?:le|la|les) concernant\b|\b(?:ses|leurs) (?:donnees|informations|infos)\b|\bson (?:compte|profil)\b|\b(?:le|la) (?:retirer|supprimer|rayer|effacer)\b",
        rf"\b{_NOUNS_IT} (?:che )?(?:l[oa] riguardano|su di l(?:ui|ei))\b|\bi suoi (?:dati|dettagli)\b|\bil suo (?:nominativo|profilo|account|nome)\b|\btogliete(?:lo|la)\b",
    ),
    Clue.FAMILY: (
        r"\bmy (?:late |minor |little |\d+-year-old )?(?:son|daughter|child|children|kids?|husband|wife|partner|father|mother|dad|mum|brother|sister|uncle|aunt|grand\w+)\b|\bpassed away\b|\bdeceased\b",
        r"\bmein(?:e|er|em|en|es)? (?:\w+ )?(?:sohn|tochter|kind|kinder|mann|frau|ehemann|ehefrau|vater|mutter|partner\w*|grossmutter|grossvater|bruder|schwester)\b|\bverstorben\w*|\bgestorben\b",
        r"\b(?:mon|ma|mes) (?:\w+ )?(?:fils|fille|enfants?|mari|femme|epou\w+|pere|mere|frere|soeur|grand\w*)\b|\bdecede\w*",
        r"\b(?:mi[oae]i?) (?:\w+ )?(?:figli\w+|marito|moglie|padre|madre|fratello|sorella|nonn[oa])\b|\bdecedut\w|\b(?:e|e') (?:mancat|mort)\w\b",
    ),
    Clue.BEHALF: (
        r"\bon (?:her|his|their) behalf\b|\bon behalf of (?:our|my|the) client|\bwe (?:act for|represent)\b|\b(?:i have|we have|have) been instructed by\b|\bour client\b|\bmy client\b|\bpower of attorney\b|\bsigned authority\b|\benclose (?:her|his) authority\b",
        r"\bnamens (?:und|unsere\w*|meine\w*)|\bin vertretung (?:von|unsere\w*|meine\w*)|\bunsere\w* mandant\w*|\bunser mandant\b|\bmeine\w* mandant\w*|\bvollmacht\b",
        r"\bau nom (?:et pour le compte )?de (?:notre|mon|ma)\b|\bnotre (?:client|cliente|mandant|mandante)\b|\bprocuration\b|\bpour le compte de\b",
        r"\bin nome (?:e per conto )?(?:del|della|di)\b|\bper conto (?:del|della|di)\b|\bnostr[oa] (?:assistit\w|client\w)\b|\bconferito mandato\b|\bprocura\b",
    ),
    Clue.SUBJECT: (
        r"\bdata subject\b|\ba (?:consumer|user|customer|person|individual)\b.{0,6}\b(?:has|asked|submitted)\b|\bname:",
        r"\bbetroffene\w* person\b|\bbetroffenenanfrage\b|\beine person verlangt\b",
        r"\bpersonne concernee\b|\bnom :",
        r"\bun interessato\b|\binteressat[oa]:|\bnome:",
    ),
    Clue.PORTAL: (
        r"\brequest type\b|\btype: (?:erasure|deletion|access|delete|opt)|\bprivacy request\b|\bdata access request\b|\b(?:erasure|deletion|removal) of their\b|\bdelete my data\b|\brequest id\b",
        r"\bart(?: der anfrage)?: (?:loschung|loeschung|auskunft|berichtigung|zugang)|\bauskunftsersuchen\b|\bbetroffenenanfrage\b|\bloschung ihrer person",
        r"\btype ?: (?:effacement|suppression|acces|rectification)|\bdemande d'acces\b|\bvia notre plateforme\b",
        r"\btipo: (?:cancellazione|accesso|rettifica)|\brichiesta di (?:accesso|cancellazione)\b|\btramite il nostro (?:portale|servizio)\b",
    ),
    Clue.ORIGIN: (
        r"\b(?:where|how|from whom|who) (?:\w+ ){0,3}(?:get|got|obtain|obtained|gave|come by|have|find|found)\b|\bwho gave you\b|\bsource of\b",
        r"\bwoher (?:\w+ )?(?:haben|kennen|stammen|stammt|kommen)\b|\bvon wem (?:haben|stammen)\b|\bwie (?:sind|kommen|kamen|haben) sie\b",
        r"\bd'ou (?:vient|viennent|tenez|avez|sort)|\bcomment avez[- ]vous (?:eu|obtenu|trouve)|\bqui vous a (?:donne|transmis|communique)\b",
        r"\bda chi (?:avete|provengono|viene)|\bda dove (?:avete|viene|provengono)|\bcome avete (?:avuto|ottenuto|trovato|fatto)|\bchi vi ha dato\b",
    ),
    Clue.MY_CONTACT: (
        r"\bmy (?:\w+ ){0,2}(?:number|address|e-?mail|name|details|data|contact\w*)\b",
        r"\bmeine?r?n? (?:\w+ )?(?:nummer|telefonnummer|handynummer|adresse|mailadresse|e-?mail\S*|daten|namen?|kontaktdaten)\b",
        r"\b(?:mon|ma|mes) (?:adresse|numero|coordonnees|e-?mail|nom|donnees)\b",
        r"\b(?:mi[oae]i?) (?:indirizzo|numero|recapiti|e-?mail|contatt\w|dati|nome)\b",
    ),
    Clue.SEND: (
        r"\b(?:send|give|provide|supply|show|disclose|disclosure|copy|copies|access|export|let me know|tell me|(?:would|i'd) like to (?:know|see|have|get)|want to (?:know|see|have)|see|what|which|hand (?:me|over)|know)\b",
        r"\b(?:auskunft\w*|kopie\w*|mitteil\w*|teilen sie|senden|schicken|einsicht\w*|einsehen|welche|was|wissen|zur verfugung|herausgabe|herausgeben|hatte gerne?|haette gerne?|zustellen|offenleg\w*|ubergeben)\b",
        r"\b(?:acces|acceder|copie|communiquer?|envoyer?|envoyez|transmettre|transmettez|connaitre|savoir|quelles?|obtenir|recevoir|consulter|voir|que savez|fournir|images)\b",
        r"\b(?:accesso|accedere|copia|comunicare|comunicate|invia\w*|manda\w*|conoscere|sapere|quali|ricevere|avere|vedere|consultare|cosa sapete|fornire|immagini)\b",
    ),
    Clue.ASK: (
        r"\b(?:please|pls|plz|i (?:would|want|wish|ask|request|demand|require|need|will)|i'd|i would|could you|can you|kindly|must|you may|take|have it)\b",
        r"\b(?:bitte|bitten|ich (?:mochte|moechte|will|verlange|fordere|wunsche|ersuche|beantrage|bitte|hatte)|wir (?:verlangen|fordern|machen)|konnen sie|konnt ihr|verlangt|verlange|mochte)\b",
        r"\b(?:merci|veuillez|svp|s'il vous|je (?:veux|voudrais|souhaite|demande|vous|exige|prie)|j'aimerais|j'exige|pouvez-vous|demandons|demande)\b",
        r"\b(?:per favore|prego|vorrei|voglio|chiedo|chiediamo|desidero|richiedo|potete|pregh\w+|x favore|esigo)\b",
    ),
    Clue.DELETE: (
        r"\b(?:delet\w+|eras\w+|remov\w+|wipe|wiped|destroy\w*|get rid|close|cancel|purge|take (?:\w+ ){0,3}down|shred|gone)\b",
        r"\b(?:losch\w*|loesch\w*|gelosch\w*|geloesch\w*|entfern\w*|vernicht\w*|vernichten|schliess\w+ sie|nehmen sie (?:es|ihn|sie) (?:herunter|aus)|herunternehmen|streichen|auflosen)\b",
        r"\b(?:effac\w*|supprim\w*|suppression|retire[rz]|detrui\w*|ferme[rz]|enleve[rz]|(?:la|le) retirer|ray(?:er|ez))\b",
        r"\b(?:cancell\w*|elimin\w*|rimuov\w*|rimozione|chiude\w*|distrugg\w*|toglie\w*|togliate)\b",
    ),
    Clue.OUT_OF: (
        r"\b(?:take|remove|delete|strike|erase|get|cross|drop) (?:me|us) (?:\w+ ){0,2}(?:out of|from|off) (?:your|the) (?:\w+ ){0,2}(?:database|data base|system|records?|files?|crm|books|customer\w*)\b|\bwant to be (?:removed|deleted|erased)\b",
        r"\b(?:streichen|loschen|loeschen|nehmen|entfernen|werfen) sie mich (?:\w+ ){0,3}aus (?:ihre\w|der) (?:\w+ )?(?:kundendatei|kundenkartei|kartei|datei|datenbank|system\w*|adressdatei|bestand|verteiler)\b|\bmich aus ihre\w (?:\w+ )?(?:datenbank|system|kartei|kundendatei)",
        r"\b(?:retirez|rayez|supprimez|effacez|enlevez|sortez)-moi (?:\w+ )?de (?:vos|votre) (?:fichiers?|bases?|systemes?|registres?)\b",
        r"\b(?:toglie|cancella|elimina|rimuove)temi (?:\w+ )?d(?:ai|al|alla) vostr\w (?:\w+ )?(?:archivi\w?|database|banca dati|sistem\w|anagrafica|elenc\w+)\b",
    ),
    Clue.FORGET: (
        r"\bforget me\b|\bforget about me\b",
        r"\bvergessen sie mich\b",
        r"\boubliez-moi\b",
        r"\bdimenticat\w+mi\b",
    ),
    Clue.CORRECT: (
        r"\b(?:correct(?:ed|ing|ion)?|rectif\w+|amend\w*|fix|update|put (?:\w+ ){0,3}right|change it|changed)\b",
        r"\b(?:berichtig\w*|korrigier\w*|korrektur\w*|andern|aendern|anpassen|richtigstell\w*)\b",
        r"\b(?:rectifi\w*|corrige\w*|correction|modifie\w*|changer)\b",
        r"\b(?:rettific\w*|corregg\w*|correzion\w*|aggiorna\w*|modifica\w*)\b",
    ),
    Clue.WRONG: (
        r"\b(?:wrong|incorrect|inaccurate|misspel\w+|not right|out of date|still (?:come|say|have)|should be)\b",
        r"\b(?:falsch\w*|unrichtig\w*|nicht richtig|veraltet|immer noch|stimmt nicht|stimmen nicht)\b",
        r"\b(?:faux|fausse|inexact\w*|erron\w*|mal orthographie|incorrect\w*|et non)\b",
        r"\b(?:sbagliat\w|errat\w|inesatt\w|scritto male|non e (?:esatt|corrett)\w|incorrett\w)\b",
    ),
    Clue.RESTRICT: (
        r"\b(?:restrict\w*|block (?:it|my|the)|freeze|stop (?:\w+ )?(?:processing|using))\b",
        r"\b(?:einschrank\w*|einschraenk\w*|eingeschrank\w*|sperren|sperrung|gesperrt)\b",
        r"\b(?:limite\w*|limitation|restrei\w*|bloque\w*|geler|gelez)\b",
        r"\b(?:limitare|limitazione|limitate|bloccare|bloccate|congelare)\b",
    ),
    Clue.NOT_USE: (
        r"\b(?:may|must|do|can) not use\b|\bno longer use\b|\bdon't use\b",
        r"\bnicht (?:mehr |weiter )(?:verwenden|verarbeiten|nutzen|bearbeiten|gebrauchen)\b",
        r"\bne plus (?:les |la |le )?(?:traiter|utiliser)\b|\bn'utilisez (?:plus|pas)\b",
        r"\b(?:non|piu) (?:utilizz|us|tratt)\w+\b",
    ),
    Clue.FORMAT: (
        r"\bmachine-?readable\b|\bin a (?:\w+ ){0,3}format\b|\bformat (?:my|that)\b|\b(?:send|transfer|transmit) (?:them|it|my data) (?:directly )?to\b|\bport(?:ability)?\b",
        r"\bmaschinenlesbar\w*|\belektronischen format\b|\bgangigen?\b|\bherausgabe meiner daten\b|\bdatenubertragbarkeit\b|\bdatenportabilitat\b",
        r"\bformat (?:structure|lisible|electronique|courant|exploitable)\b|\bportabilite\b",
        r"\bformato (?:strutturato|leggibile|elettronico|di uso)\b|\bportabilita\b",
    ),
    Clue.OBJECT: (
        r"\b(?:i|we) (?:hereby )?object\b|\bmy objection\b|\bstop (?:using|sending me|passing|sharing)\b|\b(?:do not|don't) want my\b|\bnot? (?:\w+ )?used for\b",
        r"\bwiderspreche\b|\blege (?:\w+ ){0,2}widerspruch\b|\bwiderspruch (?:gegen|ein)\b|\bverwenden sie (?:\w+ ){1,3}nicht\b",
        r"\bje m'(?:y )?oppose\b|\bm'opposer\b|\bmon opposition\b|\bn'utilisez plus\b",
        r"\bmi oppongo\b|\bla mia opposizione\b|\bnon usate piu\b",
    ),
    Clue.CONSENT: (
        r"\b(?:i|we) (?:hereby )?(?:withdraw|revoke) (?:my|our|any|all) (?:\w+ )?consent\b|\bmy consent (?:is|has been) (?:withdrawn|revoked)\b",
        r"\b(?:widerrufe|ziehe|entziehe|nehme) (?:ich )?(?:hiermit )?(?:meine|jede|die) (?:\w+ )?(?:einwilligung|zustimmung|einverstandnis)\b|\bmeine (?:einwilligung|zustimmung) (?:\w+ ){0,5}(?:ziehe|widerrufe|zuruck)\b",
        r"\bje (?:retire|revoque|annule) (?:par la presente )?mon (?:consentement|accord)\b",
        r"\b(?:revoco|ritiro) (?:il|ogni|il mio) ?(?:mio )?consenso\b",
    ),
    Clue.MARKETING: (
        r"\b(?:direct )?marketing\b|\badvert\w*|\bprofiling\b|\boffers\b|\bads\b",
        r"\bwerb\w+|\bmarketing\b|\bprofiling\b",
        r"\bpublicit\w+|\bprospection\b|\bdemarchage\b|\bmarketing\b|\bprofilage\b",
        r"\bpubblicit\w+|\bmarketing\b|\bprofilazione\b|\bpromozional\w+",
    ),
    Clue.NO_CALLS: (
        r"\b(?:stop|quit) (?:calling|phoning|contacting|ringing|texting) (?:me|us)\b|\b(?:do not|don't|never) (?:call|phone|contact|ring) me\b",
        r"\b(?:rufen|kontaktieren|schreiben) sie mich (?:\w+ )?nicht mehr\b|\bkeine (?:\w+ )?anrufe mehr\b|\bnicht mehr an(?:rufen)?\b",
        r"\b(?:cessez|arretez) de m'(?:appeler|ecrire|contacter)|\bne m'appelez plus\b|\bplus d'appels\b",
        r"\bsmett\w+ di (?:telefonarmi|chiamarmi|contattarmi|scrivermi)|\bniente piu chiamate\b|\bnon (?:chiamatemi|telefonatemi) piu\b",
    ),
    Clue.NO_SHARING: (
        r"\b(?:passing|share|shared|sharing|pass|give) (?:\w+ ){0,3}(?:on to|with|to) (?:others|third part\w+|anyone|partners)\b",
        r"\b(?:nicht|keine) (?:\w+ ){0,3}(?:an dritte|weitergabe|weitergeben|weiter)\b|\bkeine weitergabe\b",
        r"\b(?:ne|et) (?:donnez|transmettez|de transmettre|communiquez)\b|\ba des tiers\b|\ba vos partenaires\b",
        r"\bnon (?:cedete|date|comunicate)\b|\ba terzi\b|\bad altri\b",
    ),
    Clue.LAW: (
        r"\b(?:gdpr|fadp|ccpa|data protection (?:act|law|regulation))\b",
        r"\b(?:dsgvo|ds-gvo|revdsg|ndsg|dsg|datenschutz-?grundverordnung|datenschutzgesetz\w*)\b",
        r"\b(?:rgpd|n?lpd|protection des donnees)\b",
        r"\b(?:regolamento (?:ue|europeo|generale)|protezione dei dati|2016/679)\b",
    ),
    Clue.RULE: (
        r"\b(?:art|artt|article|articles|artikel|articolo|articoli)\.? ?(?:1[5-9]|2[0-2])\b",
        r"\bart\.? ?(?:25|28|30|32) (?:abs\.? ?\d )?(?:n|rev)?dsg\b|\bart\.? ?(?:25|28|30|32) (?:al\.? ?\d )?(?:de la )?n?lpd\b|"
        r"\bart\.? ?(?:25|28|30|32) (?:of the )?fadp\b",
        r"\bmy (?:\w+ )?rights?\b|\bmes droits\b|\bmon droit\b|\bmeine\w? rechte?\b|\bmeinem recht\b|\bmiei diritti\b|\bmio diritto\b",
    ),
    Clue.DEMAND: (
        r"\bi (?:\w+ )?(?:request|demand|exercise|ask|am exercising|invoke)\b|\bhereby (?:request|exercis)\w*|\bpursuant to\b|\bunder (?:article|art\.)|\bon behalf of (?:my|our) client\b|\bwe (?:request|write)\b|\bour client\b",
        r"\b(?:hiermit|beantrage|verlange|fordere|ersuche|verlangen|fordern) ?(?:ich|wir|sie)?\b|\bich (?:bitte|verlange|ersuche|mache|fordere)\b|\bmachen wir\b|\bnamens (?:und|unsere\w*)\b|\bgeltend\b",
        r"\bje (?:vous )?(?:demande|prie|souhaite exercer)|\bj'exerce\b|\bexercer mon\b|\bnous (?:exercons|demandons)\b|\ben application de\b|\ben vertu d[ue]\b",
        r"\b(?:chiedo|richiedo|esercito|esercitiamo|chiediamo|esercitare il)\b|\bai sensi\b",
    ),
    Clue.UNANSWERED: (
        r"\b(?:not answered|no (?:answer|reply)|still waiting|unanswered|deadline has passed|supervisory authority|not (?:yet )?(?:received|replied))\b",
        r"\b(?:keine antwort|unbeantwortet|letzte frist|frist ist abgelaufen|aufsichtsbehorde|noch nicht beantwortet|beschwerde)\b",
        r"\b(?:sans reponse|pas recu de reponse|delai est ecoule|autorite de controle|sans nouvelles|pas repondu)\b",
        r"\b(?:senza risposta|non ho (?:ancora )?ricevuto|termine e scaduto|garante|non avete risposto)\b",
    ),
    Clue.ACCESS_BY_NAME: (
        r"\bright (?:of|to) access\b|\bsubject access\b|\baccess requests?\b|\bdsars?\b|\brequest (?:for access|for information under)\b|\baccess to (?:my|the|all) (?:personal )?data\b",
        r"\bauskunfts?(?:recht|ersuchen|begehren|anspruch|antrag|verlangen|gesuch|anfrage)\w*|\bdatenauskunft\b|\brecht auf auskunft\b|\bauskunft nach\b|\banfrage zum datenschutz\b|\bauskunft uber die (?:bearbeitung|verarbeitung)\b",
        r"\bdroit d'acces\b|\bdemandes? d'acces\b|\bacces a (?:toutes )?(?:les|mes) donnees\b",
        r"\bdiritto di accesso\b|\brichiest[ae] di accesso\b|\baccesso ai (?:miei )?dati\b|\baccesso a tutti i dati\b",
    ),
    Clue.CORRECTION_BY_NAME: (
        r"\bright to (?:rectification|correction)\b|\brecht auf berichtigung\b|\bdroit de rectification\b|\bdiritto (?:di|alla) rettifica\b",
    ),
    Clue.DELETION_BY_NAME: (
        r"\bright to (?:be forgotten|erasure|deletion)\b|\b(?:erasure|deletion) request\b|\brequest (?:for|of) (?:erasure|deletion)\b",
        r"\brecht auf (?:loschung|loeschung|vergessenwerden)\b|\bdatenloschung\b|\bloschantrag\b|\bloschbegehren\b|\bvergessenwerden\b",
        r"\bdroit (?:a l'(?:effacement|oubli)|de suppression)\b|\bdemande (?:d'effacement|de suppression)\b",
        r"\bdiritto (?:all'oblio|alla cancellazione|di cancellazione)\b|\brichiesta di cancellazione\b",
    ),
    Clue.RESTRICTION_BY_NAME: (
        r"\brestrict(?:ion of)? (?:the )?processing\b|\beinschrankung der (?:ver|be)arbeitung\b|\blimitation du traitement\b|\blimitazione del trattamento\b",
    ),
    Clue.PORTABILITY_BY_NAME: (
        r"\bdata portability\b|\bright to portability\b|\b(?:datenubertragbarkeit|datenportabilitat)\b|\bportabilite (?:de|des) (?:mes )?donnees\b|\bportabilita dei (?:miei )?dati\b",
    ),
    Clue.PERSONAL_DATA: (
        r"\bpersonal (?:data|information|details)\b|\bpersonen(?:bezogene\w*|daten)\b|\bpersonlichen daten\b|\bdonnees (?:personnelles|a caractere personnel)\b|\bdati personali\b",
    ),
    Clue.TRADE: (
        r"\b(?:orders?|invoices?|receipts?|parcel|contract|subscription|delivery|refund|trial|playlist|purchase|bank|scrap)\b",
        r"\b(?:bestellung\w*|rechnung\w*|quittung|paket|vertrag\w*|abonnement|probeabo|lieferung\w*|liefer\w+|kaufvertrag|rucksendung)\b",
        r"\b(?:commandes?|factures?|quittance|colis|contrat|abonnement|livraison|remboursement|achat)\b",
        r"\b(?:ordin[ei]|fattur[ae]|ricevuta|pacco|contratto|abbonamento|consegna|rimborso|acquisto|reso)\b",
    ),
    Clue.DEVICE: (
        r"\b(?:the|my) (?:device|speaker|radio|phone|app|appliance|headphones)\b|\bfirmware\b|\bfactory\b",
        r"\b(?:gerat|geraet|radio|lautsprecher|werkseinstellung\w*)\b",
        r"\b(?:appareil|enceinte|radio)\b",
        r"\b(?:apparecchio|dispositivo|radio)\b",
    ),
    Clue.TRAINING: (
        r"\b(?:webinar|seminar|training|register now|thesis|article on|interview|questionnaire|compliance|we help you|our offer|survey)\b",
        r"\b(?:webinar|seminar|schulung|jetzt anmelden|masterarbeit|bachelorarbeit|umfrage|fragebogen|wir unterstutzen|umsetzung|wir zeigen ihnen|wir bieten)\b",
        r"\b(?:formation|webinaire|inscrivez-vous|memoire|questionnaire|conformite|nous vous aidons|apprenez)\b",
        r"\b(?:corso|webinar|iscrivetevi|tesi|questionario|adeguar\w*|vi aiutiamo|imparate)\b",
    ),
    Clue.PROCESSOR: (
        r"\b(?:dpa|processor|sub-processor|on your behalf|standard contractual clauses|art(?:icle|\.) 28 gdpr|data processing agreement)\b",
        r"\b(?:avv|auftragsverarbeit\w*|in ihrem auftrag|standardvertragsklauseln|art\. 28 dsgvo|verarbeitungsverzeichnis)\b",
        r"\b(?:sous-traitant|sous-traitance|registre des traitements|art\. 28 rgpd)\b",
        r"\b(?:responsabile del trattamento|registro dei trattamenti|art\. 28 gdpr|nomina a responsabile)\b",
    ),
    Clue.YOUR_DATA: (
        r"\byour (?:\w+ )?(?:data|information|account|password|rights)\b|\byou (?:can|may) (?:\w+ )?(?:access|delete|withdraw|object|unsubscribe)\b|\byou have the right\b",
        r"\bihrer daten\b|\bsie haben das recht\b|\bsie konnen (?:ihre|jederzeit)\b",
        r"\bvos (?:donnees|droits|informations)\b|\bvous disposez\b",
        r"\b(?:i tuoi|i vostri|dei tuoi) dati\b|\bhai il diritto\b|\bpuoi\b",
    ),
    Clue.SENDING_MINE: (
        r"\b(?:please find|attached|enclosed|tell you more about me)\b|\bin the file\b",
        r"\b(?:anbei|im anhang|beiliegend)\b",
        r"\b(?:ci-joint\w*|en annexe|je vous adresse)\b",
        r"\b(?:in allegato|vi invio|allego)\b",
    ),
    Clue.DONE: (
        r"\bi (?:have |had |already |just ){0,2}(?:deleted|removed|erased|sent|updated|put|corrected)\b",
        r"\bich habe (?:\w+ ){0,5}(?:geloscht|geloescht|entfernt|abgelegt|korrigiert|geschickt|gesendet)\b",
        r"\bj'ai (?:\w+ )?(?:efface|supprime|retire|corrige|envoye|mis)\b",
        r"\bho (?:\w+ )?(?:cancellato|eliminato|tolto|corretto|inviato|messo)\b",
    ),
}  # fmt: skip
