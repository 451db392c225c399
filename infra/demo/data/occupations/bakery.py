"""Trades of the bakehouse, the pastry laboratory and the mill."""

from ..model import Occupation

OCCUPATIONS = (
    Occupation(
        "D1102",
        "Boulanger / Boulangère",
        "Boulanger / Boulangère H/F|Boulanger·ère|Ouvrier boulanger (H/F)|Boulanger(ère)",
        "équipe de nuit|travail de nuit|tourier|pains au levain|ouverture de boutique|four à sole",
        (12.6, 15.4, "hour"),
        "CDI CDI CDI CDD Alternance",
        "none",
        """Pétrir, diviser et façonner les pains de tradition, les pains spéciaux et les viennoiseries
Conduire les fermentations longues et rafraîchir le levain
Enfourner, surveiller la cuisson et défourner au rythme des ventes
Tenir le plan de production et limiter les invendus
Nettoyer le fournil et le matériel selon le plan d'hygiène
Faire découvrir le métier aux apprentis""",
        """Vous avez un CAP ou un BP Boulanger, ou une expérience équivalente.
Vous aimez la pâte vivante, le geste précis et le travail bien rangé.
Le réveil à 3 h 30 ne vous fait pas peur : c'est notre heure préférée.""",
        "Pétrissage|Façonnage|Cuisson du pain|Levain naturel|HACCP|Tourage",
    ),
    Occupation(
        "D1108",
        "Chef boulanger / Cheffe boulangère",
        "Chef boulanger / Cheffe boulangère H/F|Chef·fe boulanger·ère|Responsable de fournil (H/F)",
        "nouvelle boutique|fournil de 6 personnes|gamme bio",
        (2450, 3100, "month"),
        "CDI CDI CDI CDD",
        "none",
        """Organiser la production et les plannings du fournil
Garantir la régularité des pains et la tenue des recettes
Former les boulangers et accompagner deux apprentis
Commander les farines, les levures et les emballages
Suivre le coût matière et le taux d'invendus
Proposer une création par saison""",
        """Vous avez cinq ans de métier, dont deux à la tête d'un fournil.
Vous savez transmettre sans hausser le ton.
Vous lisez un compte de résultat simple.""",
        "Encadrement d'équipe|Panification|Coût matière|Plannings|HACCP|Formation d'apprentis",
    ),
    Occupation(
        "D1104",
        "Pâtissier / Pâtissière",
        "Pâtissier / Pâtissière H/F|Pâtissier·ère|Ouvrier pâtissier (H/F)|Pâtissier(ère) de laboratoire",
        "entremets|tartes et petits gâteaux|pièces de fête|tour et viennoiserie",
        (12.6, 15.6, "hour"),
        "CDI CDI CDD Alternance",
        "none",
        """Préparer les crèmes, les biscuits, les mousses et les glaçages
Monter et décorer les entremets et les gâteaux individuels
Respecter les fiches techniques et les grammages
Étiqueter, tracer et ranger les produits au froid
Participer aux essais de la nouvelle carte
Préparer les commandes de fête avec les vendeurs""",
        """Vous êtes titulaire d'un CAP Pâtissier, complété ou non par une mention.
Vous travaillez vite, net et proprement.
Vous êtes disponible un week-end sur deux.""",
        "Entremets|Tourage|Décor|Fiches techniques|HACCP|Cuisson du sucre",
    ),
    Occupation(
        "D1117",
        "Chef pâtissier / Cheffe pâtissière",
        "Chef pâtissier / Cheffe pâtissière H/F|Chef·fe pâtissier·ère|Chef(fe) de laboratoire pâtisserie",
        "laboratoire central|gamme fêtes|boutique et salon de thé",
        (2500, 3300, "month"),
        "CDI CDI CDD",
        "none",
        """Imaginer la carte des saisons et écrire les fiches techniques
Animer une équipe de cinq à huit pâtissiers
Planifier la production des boutiques et des commandes
Choisir les matières premières avec les achats
Veiller à l'hygiène, à la sécurité et à la traçabilité
Faire goûter, expliquer et former les équipes de vente""",
        """Vous avez dirigé un laboratoire ou été second pendant trois ans.
Votre créativité tient dans un coût de revient.
Vous aimez faire grandir les autres.""",
        "Création|Encadrement d'équipe|Coût de revient|HACCP|Planification|Entremets",
    ),
    Occupation(
        "D1115",
        "Chocolatier / Chocolatière",
        "Chocolatier / Chocolatière H/F|Chocolatier·ère confiseur·se|Chocolatier(ère)",
        "saison de Pâques|saison de Noël|bonbons et ganaches",
        (12.8, 15.8, "hour"),
        "CDI CDD CDD Alternance",
        "none",
        """Tempérer, mouler et enrober les chocolats
Cuire les pralinés, les caramels et les pâtes de fruits
Réaliser les montages de saison
Contrôler le poids, le brillant et la conservation
Conditionner les ballotins et les coffrets
Tenir l'enrobeuse et la trempeuse en bon état""",
        """Vous avez un CAP Chocolatier-confiseur ou l'avez appris en laboratoire.
Vous êtes d'une patience minutieuse.
Vous savez travailler en série sans perdre l'exigence.""",
        "Tempérage|Moulage|Enrobage|Confiserie|HACCP|Conditionnement",
    ),
    Occupation(
        "D1103",
        "Charcutier-traiteur / Charcutière-traiteuse",
        "Traiteur H/F|Charcutier-traiteur / Charcutière-traiteuse H/F|Cuisinier·ère traiteur",
        "buffets et réceptions|quiches et tartes salées",
        (12.5, 15.0, "hour"),
        "CDI CDI CDD",
        "none",
        """Préparer les quiches, les feuilletés et les salades des boutiques
Monter les plateaux et les buffets commandés
Cuire, refroidir et conditionner selon les règles d'hygiène
Tenir à jour les allergènes et les étiquettes
Proposer des recettes de saison à base d'invendus de pain""",
        """Vous avez un CAP Charcutier-traiteur ou Cuisine.
Vous aimez le salé autant que nos pâtissiers aiment le sucré.
Vous êtes rigoureux sur la chaîne du froid.""",
        "Cuisine froide|Buffets|Allergènes|HACCP|Chaîne du froid",
    ),
    Occupation(
        "H2102",
        "Conducteur / Conductrice de ligne en industrie alimentaire",
        "Conducteur / Conductrice de ligne H/F|Conducteur·rice de ligne de panification|Pilote de ligne (H/F)",
        "pains précuits|surgélation|équipe en 3x8|ligne de viennoiserie",
        (13.0, 16.0, "hour"),
        "CDI CDI Intérim CDD",
        "none",
        """Régler et démarrer la ligne, puis suivre les paramètres de cuisson
Contrôler le poids, la couleur et l'humidité des produits
Détecter les dérives et intervenir au premier niveau
Changer de format et nettoyer entre deux séries
Renseigner la traçabilité et le taux de rendement
Coordonner deux opérateurs""",
        """Vous avez un bac pro PSPA, PLP ou une expérience de conduite de ligne.
Vous êtes à l'aise avec un automate et une supervision.
Vous acceptez un rythme en équipes alternées.""",
        "Conduite de ligne|TRS|Maintenance de premier niveau|HACCP|Traçabilité|5S",
    ),
    Occupation(
        "H2105",
        "Agent / Agente de production en industrie alimentaire",
        "Agent / Agente de production H/F|Opérateur·rice de production alimentaire|Agent(e) de fabrication",
        "atelier sec|atelier froid|équipe de nuit|équipe de week-end",
        (12.1, 13.4, "hour"),
        "Intérim Intérim CDD CDI",
        "none",
        """Alimenter la ligne en pâtons, en garnitures et en emballages
Trier les produits non conformes
Mettre en cartons et palettiser
Nettoyer le poste et signaler toute anomalie
Relever les températures toutes les deux heures
Aider au changement de série""",
        """Aucune expérience n'est exigée : nous vous formons pendant deux semaines.
Vous êtes ponctuel et attentif à la sécurité.
Vous supportez le froid positif et la station debout.""",
        "Conditionnement|Tri|Hygiène alimentaire|Palettisation|Travail d'équipe",
    ),
    Occupation(
        "H2506",
        "Chef / Cheffe de production en industrie agroalimentaire",
        "Chef / Cheffe de production H/F|Chef·fe d'atelier agroalimentaire|Responsable de production (H/F)",
        "moulin|pains précuits|équipe de nuit",
        (36000, 46000, "year"),
        "CDI CDI CDD",
        "none",
        """Piloter une équipe de vingt personnes et ses plannings
Tenir les objectifs de sécurité, de qualité, de délai et de rendement
Animer le point de production quotidien
Résoudre les causes d'arrêt avec la maintenance
Préparer les audits IFS et bio
Accompagner la montée en compétence des opérateurs""",
        """Vous avez une formation agroalimentaire (BTS à ingénieur) et trois ans d'encadrement.
Vous êtes un manager de terrain, calme et clair.
Vous connaissez une démarche d'amélioration continue.""",
        "Management|IFS|Amélioration continue|TRS|Planification|HACCP",
    ),
    Occupation(
        "H3301",
        "Conducteur / Conductrice de ligne de conditionnement",
        "Conducteur / Conductrice de conditionnement H/F|Conducteur·rice d'ensacheuse|Agent de conditionnement (H/F)",
        "farines|biscottes|équipe 2x8",
        (12.4, 14.6, "hour"),
        "CDI Intérim CDD",
        "none",
        """Régler l'ensacheuse, l'étiqueteuse et le détecteur de métaux
Lancer les ordres de fabrication et suivre la cadence
Contrôler les poids et les dates
Approvisionner les films et les sacs
Réaliser le nettoyage et le graissage""",
        """Vous avez déjà conduit une machine de conditionnement.
Vous aimez qu'un réglage tombe juste.
Le CACES 3 est un plus.""",
        "Réglage de machines|Contrôle poids|Traçabilité|CACES 3|5S",
    ),
)
