"""Trades of the warehouse, of supply and of the tidy workshop, which both groups hire."""

from ..model import Occupation

OCCUPATIONS = (
    Occupation(
        "N1101",
        "Cariste",
        "Cariste H/F|Cariste CACES 1-3-5 (H/F)|Agent·e cariste",
        "quai de nuit|grande hauteur|2x8",
        (12.5, 14.2, "hour"),
        "Intérim CDI CDD",
        "none",
        """Décharger, contrôler et ranger les palettes
Approvisionner les lignes et les quais
Saisir les mouvements de stock
Vérifier le chariot en début de poste
Respecter le plan de circulation""",
        """Vous avez les CACES 1, 3 et 5 en cours de validité.
Vous êtes attentif aux piétons.
Vous connaissez un logiciel d'entrepôt.""",
        "CACES 3|CACES 5|WMS|Manutention|Sécurité",
    ),
    Occupation(
        "N1103",
        "Préparateur / Préparatrice de commandes",
        "Préparateur / Préparatrice de commandes H/F|Préparateur·rice de commandes|Préparateur(rice) au vocal",
        "équipe du soir|froid positif|week-end",
        (12.1, 13.0, "hour"),
        "Intérim CDD CDI Alternance",
        "none",
        """Préparer les commandes au casque vocal
Contrôler quantités, lots et dates
Filmer, étiqueter et mettre à quai
Participer aux inventaires tournants
Tenir les allées dégagées""",
        """Vous êtes rapide et exact.
Le CACES 1 est apprécié, nous pouvons le financer.
Vous supportez une température de 4 degrés.""",
        "Préparation vocale|CACES 1|Inventaire|Manutention",
    ),
    Occupation(
        "N1110",
        "Magasinier / Magasinière",
        "Magasinier / Magasinière H/F|Magasinier·ère|Magasinier(ère) pièces et outillage",
        "pièces détachées|emballages|atelier",
        (12.4, 14.4, "hour"),
        "CDI CDD Intérim",
        "none",
        """Réceptionner, contrôler et ranger les articles
Servir les ateliers et suivre les seuils
Préparer les expéditions
Tenir le stock informatique exact
Traiter les litiges avec les transporteurs""",
        """Vous avez une première expérience en magasin ou en réception.
Vous aimez l'ordre et les chiffres justes.
Vous utilisez un ERP sans appréhension.""",
        "Gestion des stocks|ERP|CACES 3|Réception|Expédition",
    ),
    Occupation(
        "N1301",
        "Responsable logistique",
        "Responsable logistique H/F|Responsable transport et logistique (H/F)",
        "plateforme de nuit|trois sites",
        (38000, 50000, "year"),
        "CDI CDI CDD",
        "none partial",
        """Organiser les flux, les quais et les tournées
Encadrer quatre chefs d'équipe
Suivre le taux de service et le coût par colis
Négocier avec les transporteurs
Faire progresser la sécurité et l'empreinte carbone""",
        """Vous avez une formation bac+3 à bac+5 en logistique et cinq ans de terrain.
Vous décidez vite, avec des faits.
Vous maîtrisez un TMS et un WMS.""",
        "Management|WMS|TMS|Négociation|Tableaux de bord",
    ),
    Occupation(
        "N1303",
        "Approvisionneur / Approvisionneuse logistique",
        "Approvisionneur / Approvisionneuse H/F|Approvisionneur·se|Gestionnaire d'approvisionnements (H/F)",
        "matières premières|composants|import",
        (27000, 34000, "year"),
        "CDI CDI CDD",
        "partial none",
        """Passer les commandes et suivre les délais
Ajuster les stocks de sécurité
Relancer les fournisseurs et traiter les ruptures
Partager les prévisions avec la production
Analyser les retards et leurs causes""",
        """Vous avez un bac+2 en logistique ou en achats.
Vous êtes tenace et courtois au téléphone.
Excel n'a plus de secret pour vous.""",
        "ERP|Excel|Gestion des stocks|Relance fournisseurs|Prévisions",
    ),
    Occupation(
        "I1304",
        "Technicien / Technicienne de maintenance industrielle",
        "Technicien / Technicienne de maintenance H/F|Technicien·ne de maintenance|Agent de maintenance (H/F)",
        "équipe de nuit|2x8|posté de journée|travaux neufs",
        (13.8, 17.5, "hour"),
        "CDI CDI CDI Intérim Alternance",
        "none",
        """Diagnostiquer et réparer les pannes mécaniques et électriques
Réaliser la maintenance préventive
Améliorer la fiabilité des équipements
Renseigner la GMAO et tenir les plans à jour
Former les conducteurs au premier niveau
Participer à l'installation des nouvelles machines""",
        """Vous avez un bac pro MSPC ou un BTS Maintenance des systèmes.
Vous lisez un schéma électrique et un plan.
Vous êtes habilité ou prêt à l'être.""",
        "GMAO|Habilitation électrique|Pneumatique|Mécanique|Diagnostic de panne",
    ),
    Occupation(
        "I1309",
        "Electricien / Electricienne de maintenance",
        "Électricien / Électricienne de maintenance H/F|Électricien·ne industriel·le|Électromécanicien(ne)",
        "haute tension|fours et froid|dépannage",
        (13.6, 16.8, "hour"),
        "CDI CDI Intérim CDD",
        "none",
        """Dépanner les armoires et les moteurs
Remplacer, câbler et raccorder les appareillages
Contrôler les installations et lever les réserves
Lire et corriger les schémas
Consigner et déconsigner en sécurité""",
        """Vous avez un CAP à BTS en électrotechnique.
Vous êtes habilité B2V, BR et BC.
La sécurité passe avant le délai.""",
        "Électrotechnique|Habilitation BR|Schémas électriques|Variateurs|Consignation",
    ),
    Occupation(
        "K2204",
        "Agent / Agente de nettoyage industriel",
        "Agent / Agente de nettoyage industriel H/F|Agent·e d'entretien d'atelier|Agent(e) de propreté",
        "équipe de nuit|temps partiel du soir",
        (12.1, 12.8, "hour"),
        "CDI CDD Intérim",
        "none",
        """Nettoyer et désinfecter les lignes et les sols
Démonter et remonter les protections amovibles
Doser les produits selon les fiches
Enregistrer les contrôles
Trier les déchets de l'atelier""",
        """Vous connaissez les règles d'hygiène industrielle, ou voulez les apprendre.
Vous travaillez méthodiquement.
Vous respectez les consignes de sécurité.""",
        "Désinfection|Hygiène|Produits d'entretien|Sécurité",
    ),
)
