"""Questions candidates ask, with the document and the words an honest answer must rest on."""

from __future__ import annotations

from typing import NamedTuple


class Question(NamedTuple):
    """A question; without a document when the tenant's documents hold no answer."""

    text: str
    document: str | None
    """Name of the document that answers."""
    phrase: str | None
    """Words of that document that the answer must quote."""


_ANSWERED: dict[str, tuple[Question, ...]] = {
    "croutefranche": (
        Question(
            "Quelle est la prime pour le travail de nuit ?", "Primes de nuit et du dimanche.pdf", "majorée de 30 %"
        ),
        Question("À combien s'élève le panier de nuit ?", "Primes de nuit et du dimanche.pdf", "7,40 euros"),
        Question("Combien de congés payés a-t-on par an ?", "Congés et absences.docx", "30 jours ouvrables par an"),
        Question("Combien de jours de congé pour un mariage ?", "Congés et absences.docx", "5 jours"),
        Question(
            "Quelle part de la mutuelle est payée par l'employeur ?",
            "Mutuelle et prévoyance.md",
            "60 % de la cotisation",
        ),
        Question(
            "Sous quel délai répondez-vous aux candidatures ?", "Questions sur le recrutement.html", "sept jours ouvrés"
        ),
        Question(
            "L'essai au fournil est-il payé ?",
            "Questions sur le recrutement.html",
            "essai professionnel de quatre heures",
        ),
        Question(
            "Combien dure la période d'essai d'un cadre ?", "Parcours d'intégration.pptx", "quatre mois pour un cadre"
        ),
        Question(
            "Combien de jours dure la formation au tempérage du chocolat ?", "Catalogue de formation.xlsx", "2 jours"
        ),
        Question("Quel est le montant de la prime de cooptation ?", "Avantages.csv", "400 euros"),
        Question("Peut-on porter une alliance en production ?", "Tenue et hygiène.txt", "y compris l'alliance"),
        Question(
            "What is the pay increase for working on Sundays?",
            "Primes de nuit et du dimanche.pdf",
            "majoration de 20 %",
        ),
    ),
    "zephyrouage": (
        Question(
            "Combien de jours de télétravail par semaine ?",
            "Charte de télétravail.pdf",
            "jusqu'à trois jours par semaine",
        ),
        Question("Quelle est l'indemnité de télétravail ?", "Charte de télétravail.pdf", "2,70 euros par jour"),
        Question("Y a-t-il une crèche d'entreprise ?", "Crèche d'entreprise.html", "accueille 24 enfants"),
        Question("Quels sont les horaires de la crèche ?", "Crèche d'entreprise.html", "7 h 15 à 19 heures"),
        Question("Combien de congés payés a-t-on par an ?", "Congés et RTT.docx", "25 jours ouvrés"),
        Question("Combien de temps dure le congé de deuxième parent ?", "Congés et RTT.docx", "six semaines"),
        Question("Combien d'étapes compte un recrutement ?", "Le recrutement.md", "trois étapes"),
        Question("Quelle est la gratification des stages ?", "Le recrutement.md", "900 euros par mois"),
        Question(
            "Quelle part de la mutuelle est payée par l'employeur ?",
            "Garanties de la mutuelle.csv",
            "80 % de la cotisation",
        ),
        Question("Combien est payée une semaine d'astreinte ?", "Astreintes et déplacements.txt", "310 euros bruts"),
        Question("Où a lieu la formation Rust pour les services industriels ?", "Formations.xlsx", "Lyon"),
        Question("Are French lessons free?", "Welcome guide.pptx", "French lessons are free"),
    ),
}

_UNANSWERED: dict[str, tuple[str, ...]] = {
    "croutefranche": (
        "Y a-t-il une crèche d'entreprise ?",
        "Combien est payée une semaine d'astreinte ?",
        "Combien de jours par an peut-on travailler depuis l'étranger ?",
        "Quel est le cours de l'action du groupe ?",
        "What is the name of the chief executive's dog?",
    ),
    "zephyrouage": (
        "Quelle est la prime pour le travail de nuit au fournil ?",
        "Combien de pains peut-on emporter chaque jour ?",
        "Quel est le montant de la prime de cooptation ?",
        "Quelle est la recette du pain au levain ?",
        "Which football team does the company sponsor?",
    ),
}


def questions(tenant: str) -> list[Question]:
    """Questions for a tenant (its slug): first those its documents answer, then five that they do not."""
    return [*_ANSWERED[tenant], *(Question(text, None, None) for text in _UNANSWERED[tenant])]
