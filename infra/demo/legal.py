"""What a front office says of candidates' data before it is published (K9.1g): who answers for it, why it is handled, and what they read."""

from __future__ import annotations

from typing import Any

CONTROLLER = {"name": "Recrutement en démonstration", "contact": "donnees-personnelles@demo.example"}
TEXTS = {
    "fr": {
        "chatbot": "Vos questions servent à vous répondre. Elles sont effacées 90 jours après la dernière.",
        "alerts": "J'accepte de recevoir par courriel les nouvelles offres de ma recherche, jusqu'à ce que j'y mette fin, "
                  "et 90 jours au plus sans nouvelle confirmation.",
        "matching": "J'accepte que mon CV soit lu pour me proposer des offres. Il n'est pas conservé.",
        "statistics": "Les visites sont comptées, sans suivre personne.",
    },
    "en": {
        "chatbot": "Your questions are used to answer you. They are erased 90 days after the last one.",
        "alerts": "I agree to be mailed the new offers of my search until I end it, and for 90 days at most unless I confirm it anew.",
        "matching": "I agree that my CV is read to recommend offers to me. It is not kept.",
        "statistics": "Visits are counted, without following anybody.",
    },
}
PURPOSES = tuple(TEXTS["fr"])


def terms(languages: list[str], consent: tuple[str, ...] = ()) -> dict[str, Any]:
    """`privacy` of a project's settings, with a basis for every purpose: consent for those named, legitimate interests for the others."""
    return {
        "controller": CONTROLLER,
        "purposes": {
            purpose: {
                "basis": "consent" if purpose in consent else "legitimate_interests",
                "texts": {language: TEXTS.get(language, TEXTS["en"])[purpose] for language in languages},
            }
            for purpose in PURPOSES
        },
    }


def complete(settings: dict[str, Any], consent: tuple[str, ...] = ()) -> dict[str, Any]:
    """Settings of a project with what they lack of it; those of a tenant, and those that say so much already, as they are."""
    if "privacy" not in settings:
        return settings
    said, languages = settings["privacy"], settings["languages"]
    purposes = [purpose for purpose in said["purposes"].values() if purpose["basis"]]
    if purposes and all(set(languages) <= set(purpose["texts"]) for purpose in purposes):
        return settings
    return settings | {"privacy": terms(languages, consent)}
