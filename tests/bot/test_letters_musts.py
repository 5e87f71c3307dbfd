"""What the law asks of a letter is said in German, French and Italian, too: item by item, sentence by sentence."""

# ruff: noqa: RUF001  # French and Italian have curved apostrophes

import json

import pytest

from bot.letters import Writer
from tests.bot.test_letters import BY_A_PERSON, DOUBT, LINK, REQUIRED, ROOT, seen, words, write

COMPLAINT = (
    ["das Recht, sich bei einer Aufsichtsbehörde für den Datenschutz zu beschweren", "das Recht, vor Gericht zu gehen", "FDPIC"],
    ["le droit de porter plainte auprès d’une autorité de protection des données", "le droit de saisir un tribunal", "FDPIC"],
    ["il diritto di presentare reclamo a un’autorità di protezione dei dati", "il diritto di rivolgersi a un tribunale", "FDPIC"],
)  # fmt: skip
TOLD = (
    ["Wir haben es ihnen mitgeteilt", "Mailchimp (Intuit Inc.), am 24. November 2026"],
    ["Nous les avons informés", "Mailchimp (Intuit Inc.), le 24 novembre 2026"],
    ["Li abbiamo informati", "Mailchimp (Intuit Inc.), il 24 novembre 2026"],
)  # fmt: skip
OURS = (DOUBT, DOUBT, DOUBT)  # a person's own words
MUSTS = {  # letter → item → what is said in German, French, Italian
    "acknowledgement": {
        "how_identity_is_checked": (
            ["einen Code an eine E-Mail-Adresse schicken, die wir bereits von Ihnen haben"],
            ["un code à une adresse électronique que nous avons déjà de vous"],
            ["un codice a un indirizzo e-mail che abbiamo già di lei"],
        ),
    },
    "identity_code": {
        "reason_for_doubt": (
            ["kann jeder einen beliebigen Namen und Absender schreiben"],
            ["N’importe qui peut écrire n’importe quel nom et n’importe quel expéditeur"],
            ["chiunque può scrivere qualsiasi nome e qualsiasi mittente"],
        ),
        "least_intrusive_means_offered": (
            ["antworten Sie auf diese E-Mail mit diesem Code", "4071 9925", "der mildeste Weg"],
            ["répondez à ce courriel avec ce code", "4071 9925", "le moyen le moins contraignant"],
            ["risponda a questa e-mail con questo codice", "4071 9925", "il modo meno invasivo"],
        ),
        "use_only_for_check_then_delete": (
            ["den Code nur für diese Prüfung und löschen ihn danach"],
            ["le code que pour cette vérification, et nous l’effaçons ensuite"],
            ["il codice solo per questa verifica, e poi lo cancelliamo"],
        ),
        "identity_document_may_be_blacked_out": (
            ["Bitte schicken Sie keine Kopie Ihres Passes oder Ihrer Identitätskarte"],
            ["N’envoyez pas de copie de votre passeport ou de votre carte d’identité"],
            ["non mandi una copia del suo passaporto o della sua carta d’identità"],
        ),
    },
    "identity_question": {
        "reason_for_doubt": OURS,
        "least_intrusive_means_offered": (
            ["Eines davon genügt", "von der E-Mail-Adresse, die wir bereits von Ihnen haben"],
            ["Un seul de ces moyens suffit", "depuis l’adresse électronique que nous avons déjà de vous"],
            ["Uno di questi modi basta", "dall’indirizzo e-mail che abbiamo già di lei"],
        ),
        "use_only_for_check_then_delete": (
            ["Wir verwenden sie nur für diese Prüfung und löschen sie danach"],
            ["Nous ne l’utilisons que pour cette vérification, et nous l’effaçons ensuite"],
            ["La usiamo solo per questa verifica, e poi la cancelliamo"],
        ),
        "identity_document_may_be_blacked_out": (
            ["Schwärzen Sie alles ausser Ihrem Namen und Ihrer Adresse", "behalten keine Kopie"],
            ["Noircissez tout sauf votre nom et votre adresse", "nous n’en gardons pas de copie"],
            ["Annerisca tutto tranne il nome e l’indirizzo", "non ne teniamo copia"],
        ),
    },
    "extension_notice": {
        "reasons_for_delay": (["Your data are in five systems."],) * 3,
        "reason_is_complexity_or_number_of_requests": (
            ["Der Grund, den das Gesetz dafür zulässt: Ihr Anliegen ist umfangreich und schwierig"],
            ["Le motif que la loi admet pour cela : la complexité de la demande"],
            ["Il motivo che la legge ammette per questo: la complessità della richiesta"],
        ),
        "new_date": (
            ["Sie erhalten unsere Antwort bis zum 22. Dezember 2026"],
            ["Vous recevrez notre réponse le 22 décembre 2026 au plus tard"],
            ["Riceverà la nostra risposta al più tardi il 22 dicembre 2026"],
        ),
    },
    "access_answer": {
        "confirmation_whether_data_are_processed": (
            ["Ja, wir haben und bearbeiten Personendaten über Sie"],
            ["Oui, nous détenons et traitons des données personnelles qui vous concernent"],
            ["Sì, deteniamo e trattiamo dati personali che la riguardano"],
        ),
        "controller_identity_and_contact": (
            ["Wer verantwortlich ist", "Technikumstrasse 9", "info@muster-instruments.example"],
            ["Qui est responsable", "Technikumstrasse 9", "info@muster-instruments.example"],
            ["Chi è responsabile", "Technikumstrasse 9", "info@muster-instruments.example"],
        ),
        "the_personal_data_as_such": (
            ["Hier ist Ihre Kopie", LINK, "bis zum 6. Dezember 2026, für 3 Downloads"],
            ["Voici votre copie", LINK, "jusqu’au 6 décembre 2026, pour 3 téléchargements"],
            ["Ecco la sua copia", LINK, "fino al 6 dicembre 2026, per 3 download"],
        ),
        "purposes": (
            ["Wozu: to answer your questions und to deliver what you ordered"],
            ["À quelles fins : to answer your questions et to deliver what you ordered"],
            ["A quale scopo: to answer your questions e to deliver what you ordered"],
        ),
        "categories_of_data": (
            ["Welche Daten: wozu, wie lange, woher", "Contact data", "Newsletter"],
            ["Les catégories de données", "Contact data", "Newsletter"],
            ["Quali dati: a quale scopo, per quanto tempo, da dove", "Contact data", "Newsletter"],
        ),
        "recipients_by_name": (
            ["Wer sie sonst noch erhält", "Mailchimp (Intuit Inc.)", "Was sie erhalten: Contact data"],
            ["Qui d’autre les reçoit", "Mailchimp (Intuit Inc.)", "Ce qu’ils reçoivent : Contact data"],
            ["Chi altro li riceve", "Mailchimp (Intuit Inc.)", "Che cosa ricevono: Contact data"],
        ),
        "retention_period_or_criteria": (
            ["Wie lange wir sie behalten: as long as you have an account with us", "until you unsubscribe"],
            ["Combien de temps nous les gardons : as long as you have an account with us", "until you unsubscribe"],
            ["Per quanto tempo li teniamo: as long as you have an account with us", "until you unsubscribe"],
        ),
        "rights_correction_erasure_restriction_objection": (
            ["dass wir falsche Daten berichtigen, Daten löschen, einschränken, was wir mit ihnen tun", "der Bearbeitung widersprechen"],
            ["corriger des données inexactes, d’effacer des données, de limiter ce que nous en faisons", "vous opposer à leur utilisation"],
            ["correggere dati inesatti, di cancellare dati, di limitare ciò che ne facciamo", "opporsi al loro uso"],
        ),
        "right_to_complain": COMPLAINT,
        "source_if_not_from_the_person": (
            ["Woher sie kommen: you, or the distributor"],
            ["D’où elles viennent : you, or the distributor"],
            ["Da dove vengono: you, or the distributor"],
        ),
        "automated_decisions_or_none": (
            ["Automatisierte Entscheide", "None. No machine alone"],
            ["Décisions automatisées", "None. No machine alone"],
            ["Decisioni automatizzate", "None. No machine alone"],
        ),
        "transfers_and_safeguards": (
            ["Land: USA", "Wie die Daten dort geschützt sind: standard contractual clauses"],
            ["Pays : USA", "Comment elles y sont protégées : standard contractual clauses"],
            ["Paese: USA", "Come vi sono protetti: standard contractual clauses"],
        ),
        "copy_in_common_electronic_form_downloadable": (
            ["eine ZIP-Datei in einem gängigen Format, die Sie behalten können", "als Tabellen (CSV)", "genau wie gespeichert (JSON)"],
            ["un fichier ZIP, dans un format courant, que vous pouvez conserver", "en tableaux (CSV)", "enregistrées (JSON)"],
            ["un file ZIP, in un formato comune, che può conservare", "come tabelle (CSV)", "memorizzati (JSON)"],
        ),
        "codes_and_raw_data_explained": (
            ["jedes Feld und jeder Code ist erklärt"],
            ["chaque champ et chaque code y sont expliqués"],
            ["spiega ogni campo e ogni codice"],
        ),
        "what_was_left_out_and_why": (
            ["Was wir weggelassen haben, und warum", "because it is about them"],
            ["Ce que nous avons omis, et pourquoi", "because it is about them"],
            ["Che cosa abbiamo omesso, e perché", "because it is about them"],
        ),
    },
    "refusal": {
        "reasons_for_this_case": (
            ["In Ihrem Fall heisst das", *DOUBT], ["Dans votre cas, cela signifie", *DOUBT], ["Nel suo caso significa", *DOUBT],
        ),
        "legal_ground": (
            ["im Sinne des Gesetzes offensichtlich unbegründet oder exzessiv (GDPR art. 12(5))"],
            ["manifestement infondée ou excessive au sens de la loi (GDPR art. 12(5))"],
            ["manifestamente infondata o eccessiva ai sensi della legge (GDPR art. 12(5))"],
        ),
        "right_to_complain_with_authority_named": COMPLAINT,
        "right_to_go_to_court": COMPLAINT,
        "why_unfounded_or_excessive_and_why_no_fee_instead": (
            ["Wir hätten stattdessen eine Gebühr verlangen können", "A fee would change nothing."],
            ["Nous aurions pu demander des frais", "A fee would change nothing."],
            ["Avremmo potuto chiedere un contributo alle spese", "A fee would change nothing."],
        ),
        "why_the_person_cannot_be_identified": OURS,
    },
    "erasure_done": {
        "what_was_erased_where_when": (
            ["Wo: our internal server (Customer)", "1 Eintrag anonymisiert", "3 Einträge gelöscht", "Wann: 24. November 2026"],
            ["Où : our internal server (Customer)", "1 entrée rendue anonyme", "3 entrées effacées", "Quand : 24 novembre 2026"],
            ["Dove: our internal server (Customer)", "1 registrazione resa anonima", "3 registrazioni cancellate", "Quando: 24 novembre 2026"],
        ),
        "what_is_kept_basis_and_until_when": (
            ["Was wir behalten müssen", "7 Einträge", "Warum: Code of Obligations", "Bis: 31. Dezember 2035", "Bis: der Grund wegfällt"],
            ["Ce que nous devons conserver", "7 entrées", "Pourquoi : Code of", "Jusqu’au : 31 décembre 2035", "la fin de ce motif"],
            ["Che cosa dobbiamo conservare", "7 registrazioni", "Perché: Code of", "Fino al: 31 dicembre 2035", "quando il motivo viene meno"],
        ),
        "suppression_entry_explained": (
            ["Damit Sie nichts mehr von uns hören", "Your address stays on a do-not-mail list"],
            ["Pour que vous n’entendiez plus parler de nous", "Your address stays on a do-not-mail list"],
            ["Affinché non riceva più nulla da noi", "Your address stays on a do-not-mail list"],
        ),
        "recipients_notified": TOLD,
        "other_controllers_informed": (
            ["Was veröffentlicht war", "we have asked the portal"],
            ["Ce qui avait été rendu public", "we have asked the portal"],
            ["Che cosa era stato reso pubblico", "we have asked the portal"],
        ),
        "complaint_and_court": COMPLAINT,
    },
    "correction_done": {
        "field_old_new_date": (
            ["Ort", "Vorher: Zürich", "Jetzt: Winterthur", "haben wir am 24. November 2026 getan"],
            ["Localité", "Avant : Zürich", "Maintenant : Winterthur", "Nous l’avons fait le 24 novembre 2026"],
            ["Località", "Prima: Zürich", "Ora: Winterthur", "Lo abbiamo fatto il 24 novembre 2026"],
        ),
        "recipients_notified": TOLD,
        "supplementary_statement_or_note_of_dispute": (
            ["dass wir eine Erklärung von Ihnen beifügen", "dass Sie den Eintrag bestreiten"],
            ["d’ajouter une déclaration de votre part", "que vous contestez ces données"],
            ["di aggiungere una sua dichiarazione", "che lei contesta questi dati"],
        ),
        "complaint_and_court": COMPLAINT,
    },
    "restriction_done": {
        "what_is_restricted_since_when": (
            ["Was eingeschränkt ist", "Was: 7 Einträge", "Seit: 24. November 2026"],
            ["Ce qui est limité", "Quoi : 7 entrées", "Depuis : 24 novembre 2026"],
            ["Che cosa è limitato", "Che cosa: 7 registrazioni", "Dal: 24 novembre 2026"],
        ),
        "ground": (
            ["die Daten seien nicht richtig, und wir prüfen das (Art. 18 Abs. 1 Bst. a DSGVO)"],
            ["les données ne sont pas exactes, et nous le vérifions (RGPD, art. 18, par. 1, let. a)"],
            ["i dati non sono esatti, e lo stiamo verificando (RGPD, art. 18 par. 1 lett. a)"],
        ),
        "will_be_told_before_lifting": (
            ["Bevor wir die Einschränkung aufheben, sagen wir es Ihnen"],
            ["Avant de lever la limitation, nous vous en informons"],
            ["Prima di revocare la limitazione la informiamo"],
        ),
        "recipients_notified": TOLD,
    },
}  # fmt: skip
CASES = [
    pytest.param(letter, language, wanted[place], id=f"{letter}-{item}-{language}")
    for letter, items in MUSTS.items()
    for item, wanted in items.items()
    for place, language in enumerate(("de", "fr", "it"))
]


@pytest.fixture(scope="module")
def writer() -> Writer:
    return Writer(ROOT / "templates", name="Müster Instruments, Data Protection")


@pytest.mark.parametrize(("letter", "language", "wanted"), CASES)
def test_what_must_be_said_is_said_in_every_language(writer: Writer, letter: str, language: str, wanted: list[str]) -> None:
    """The sentence and the values of each item stand in the text and in the HTML."""
    rendered = write(writer, letter, language)
    for sentence in wanted:
        assert sentence in words(rendered.text)
        assert sentence in seen(rendered.html) or sentence in rendered.html


@pytest.mark.shared
def test_every_must_of_the_requirements_is_looked_for_in_every_language(shared) -> None:
    """None is missing here, also of the question a person asks."""
    listed = json.loads((shared / "law" / "letter_requirements.json").read_text(encoding="utf-8"))["letters"]
    for name, (ours, _) in [*REQUIRED.items(), *BY_A_PERSON.items()]:
        assert {each["id"] for each in listed[name]["items"] if each["level"] == "must"} == set(MUSTS.get(ours, {})), ours
