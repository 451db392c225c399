"""Trades of head office, which both groups hire."""

from ..model import Occupation

OCCUPATIONS = (
    Occupation(
        "M1203",
        "Comptable",
        "Comptable H/F|Comptable fournisseurs (H/F)|Comptable général·e",
        "fournisseurs|clients|immobilisations|remplacement de six mois",
        (28000, 36000, "year"),
        "CDI CDI CDD Alternance",
        "partial none",
        """Saisir, contrôler et payer les factures
Rapprocher les comptes bancaires
Préparer les déclarations de TVA
Participer aux clôtures mensuelles
Répondre aux auditeurs""",
        """Vous avez un DCG ou un BTS Comptabilité et gestion.
Vous êtes exact et discret.
Vous connaissez un logiciel comptable intégré.""",
        "Comptabilité générale|TVA|Clôture|Excel|ERP",
    ),
    Occupation(
        "M1507",
        "Gestionnaire paie",
        "Gestionnaire de paie H/F|Gestionnaire paie et administration du personnel (H/F)",
        "300 bulletins|multi-conventions",
        (30000, 38000, "year"),
        "CDI CDI CDD",
        "partial full",
        """Établir les bulletins, de la saisie des variables au virement
Vérifier les cotisations et envoyer la DSN
Suivre les absences, les arrêts et les départs
Renseigner salariés et responsables
Fiabiliser les paramétrages avec l'éditeur""",
        """Vous avez trois ans d'expérience de la paie.
Vous aimez le droit social quand il devient concret.
La confidentialité est une évidence pour vous.""",
        "DSN|Paie|Droit social|Excel|Confidentialité",
    ),
    Occupation(
        "M1502",
        "Chargé / Chargée de recrutement",
        "Chargé / Chargée de recrutement H/F|Chargé·e de recrutement|Recruteur / Recruteuse (H/F)",
        "métiers en tension|alternance et campus|profils techniques",
        (29000, 37000, "year"),
        "CDI CDD Alternance Stage",
        "partial",
        """Écrire et publier des offres claires
Rechercher, présélectionner et rencontrer les candidats
Accompagner les responsables dans leur choix
Tenir les délais de réponse promis
Animer les relations avec les écoles""",
        """Vous avez une formation en ressources humaines ou en psychologie du travail.
Vous écoutez avant d'évaluer.
Vous connaissez les règles de non-discrimination.""",
        "Entretien|Sourcing|Non-discrimination|ATS|Marque employeur",
    ),
    Occupation(
        "M1501",
        "Assistant / Assistante Ressources Humaines (RH)",
        "Assistant / Assistante RH H/F|Assistant·e ressources humaines|Assistant(e) RH et formation",
        "temps partiel 80 %|alternance 12 mois",
        (24500, 29000, "year"),
        "CDI CDD Alternance Stage",
        "partial none",
        """Préparer contrats, avenants et attestations
Suivre les visites médicales et les habilitations
Organiser les sessions de formation
Accueillir les nouveaux et tenir les dossiers
Répondre aux questions du quotidien""",
        """Vous préparez ou avez un diplôme en ressources humaines.
Vous êtes organisé et de bon conseil.
Vous écrivez sans faute.""",
        "Administration du personnel|Formation|Word|SIRH|Accueil",
    ),
    Occupation(
        "M1101",
        "Acheteur / Acheteuse",
        "Acheteur / Acheteuse H/F|Acheteur·se|Acheteur(se) industriel(le)",
        "emballages|mécanique|matières premières|prestations informatiques",
        (36000, 47000, "year"),
        "CDI CDI CDD",
        "partial none",
        """Étudier le marché et bâtir la stratégie d'achat
Lancer les appels d'offres et négocier
Évaluer les fournisseurs, y compris leurs engagements sociaux
Suivre contrats, qualité et délais
Accompagner les essais de nouveaux produits""",
        """Vous avez une formation d'achat ou technique et trois ans d'expérience.
Vous négociez avec franchise.
L'anglais professionnel vous est familier.""",
        "Négociation|Appels d'offres|Contrats|Anglais|Analyse de coûts",
    ),
    Occupation(
        "E1112",
        "Chargé / Chargée de communication",
        "Chargé / Chargée de communication H/F|Chargé·e de communication interne|Chargé(e) de communication",
        "interne|réseaux sociaux|événements",
        (29000, 36000, "year"),
        "CDI CDD Alternance Stage",
        "partial",
        """Écrire les articles, les affiches et la lettre interne
Faire vivre les réseaux sociaux
Organiser les événements du groupe
Suivre les prestataires et le budget
Veiller à une écriture accessible""",
        """Vous avez une plume nette et l'œil du détail.
Vous savez passer d'un plan de communication à un stand à monter.
Une formation bac+3 à bac+5 est attendue.""",
        "Rédaction|Réseaux sociaux|Événementiel|Accessibilité|PAO",
    ),
    Occupation(
        "M1718",
        "Chargé / Chargée de marketing digital",
        "Chargé / Chargée de marketing digital H/F|Chargé·e de marketing numérique|Traffic manager H/F",
        "fidélité|commande en ligne|génération de contacts",
        (31000, 40000, "year"),
        "CDI CDI CDD Stage",
        "partial full",
        """Concevoir les campagnes et mesurer leur effet
Animer le programme de fidélité
Améliorer le référencement du site
Tester messages et parcours
Respecter le consentement des personnes""",
        """Vous avez deux ans d'expérience en marketing numérique.
Vous préférez une mesure honnête à un beau graphique.
Vous connaissez les règles de protection des données.""",
        "Référencement|E-mailing|Mesure d'audience|RGPD|Rédaction web",
    ),
    Occupation(
        "H1528",
        "Technicien / Technicienne qualité en industrie",
        "Technicien / Technicienne qualité H/F|Technicien·ne qualité|Animateur(rice) qualité",
        "audit fournisseurs|laboratoire|métrologie",
        (25500, 31500, "year"),
        "CDI CDI CDD Alternance",
        "none",
        """Réaliser les contrôles et suivre les non-conformités
Animer les analyses de causes
Tenir les documents qualité à jour
Préparer les audits des clients
Former les équipes aux bonnes pratiques""",
        """Vous avez un bac+2 ou bac+3 en qualité.
Vous êtes à l'aise dans l'atelier comme au bureau.
Vous savez dire non avec diplomatie.""",
        "ISO 9001|Audit|Analyse de causes|Métrologie|Contrôle qualité",
    ),
    Occupation(
        "M1604",
        "Assistant / Assistante de direction",
        "Assistant / Assistante de direction H/F|Assistant·e de direction bilingue|Office manager (H/F)",
        "anglais courant|deux directions",
        (30000, 38000, "year"),
        "CDI CDI CDD",
        "partial",
        """Tenir les agendas et préparer les dossiers
Organiser réunions, comités et déplacements
Rédiger comptes rendus et courriers
Filtrer et suivre les demandes
Faire le lien entre les sites""",
        """Vous avez cinq ans d'expérience auprès d'une direction.
Vous anticipez et gardez le secret.
Votre anglais est fluide.""",
        "Organisation|Rédaction|Anglais|Confidentialité|Bureautique",
    ),
)
