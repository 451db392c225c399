"""The two made-up groups of the demonstration.

Their names are inventions, chosen to sound like no company that exists; their addresses end in `.example`, which the
Domain Name System keeps for documentation (RFC 2606).
"""

from __future__ import annotations

from .model import Employer, Place

CROUTEFRANCHE = Employer(
    slug="croutefranche",
    name="Groupe Croûtefranche",
    manager_email="rh@croutefranche.example",
    prefix="CF",
    import_format="csv",
    houses={
        "Fournils Croûtefranche": "Les Fournils Croûtefranche réunissent 84 boulangeries de quartier qui pétrissent, "
        "façonnent et cuisent chaque jour sur place.",
        "Sucrebrume Pâtisserie": "Sucrebrume Pâtisserie crée des entremets, des chocolats et des gâteaux de fête dans "
        "quatre laboratoires ouverts à la vue du public.",
        "Minoterie Grainevole": "La Minoterie Grainevole écrase des blés cultivés à moins de 120 kilomètres et "
        "fabrique des farines et des pains précuits pour les professionnels.",
        "Comptoirs Tartinelle": "Les Comptoirs Tartinelle servent tartines, soupes et salades maison le midi, dans "
        "des lieux chaleureux près des gares.",
        "Croûtefranche Logistique": "Croûtefranche Logistique livre avant l'aube les magasins du groupe depuis trois "
        "plateformes à température dirigée.",
        "Groupe Croûtefranche": "Le siège du Groupe Croûtefranche accompagne 1 900 salariés, du champ de blé au "
        "comptoir.",
    },
    places=(
        Place("Lille", "59000"),
        Place("Roubaix", "59100"),
        Place("Lens", "62300"),
        Place("Amiens", "80000"),
        Place("Rouen", "76000"),
        Place("Caen", "14000"),
        Place("Rennes", "35000"),
        Place("Nantes", "44000"),
        Place("Angers", "49000"),
        Place("Le Mans", "72000"),
        Place("Tours", "37000"),
        Place("Orléans", "45000"),
        Place("Chartres", "28000"),
        Place("Reims", "51100"),
        Place("La Rochelle", "17000"),
        Place("Saint-Malo", "35400"),
    ),
    perks=(
        "pain et viennoiseries offerts chaque jour",
        "une mutuelle prise en charge à 60 %",
        "des majorations pour les horaires décalés",
        "deux jours de repos consécutifs",
        "une tenue fournie et lavée par nos soins",
        "une prime d'intéressement",
        "une école interne, la Fabrique du Levain",
        "25 % de remise dans toutes nos boutiques",
    ),
)

ZEPHYROUAGE = Employer(
    slug="zephyrouage",
    name="Zéphyrouage Ingénierie",
    manager_email="talents@zephyrouage.example",
    prefix="ZR",
    import_format="jsonl",
    houses={
        "Zéphyrouage Automatismes": "Zéphyrouage Automatismes conçoit et met en service des lignes robotisées pour "
        "l'agroalimentaire, la santé et la mobilité.",
        "Octopixelle Numérique": "Octopixelle Numérique développe des logiciels de pilotage d'usine et les exploite "
        "pour une soixantaine de clients industriels.",
        "Brumacier Mécanique": "Brumacier Mécanique usine, soude et assemble des ensembles de précision, de la pièce "
        "unique à la petite série.",
        "Pontevolt Énergie": "Pontevolt Énergie étudie et réalise les installations électriques de sites industriels "
        "et de parcs de recharge.",
        "Zéphyrouage Conseil": "Zéphyrouage Conseil accompagne les usines dans leurs méthodes, leur qualité et leur "
        "sécurité, du diagnostic au terrain.",
        "Zéphyrouage Ingénierie": "Au siège de Zéphyrouage Ingénierie, quarante personnes font avancer un groupe de "
        "1 200 ingénieurs, techniciens et compagnons.",
    },
    places=(
        Place("Lyon", "69003"),
        Place("Villeurbanne", "69100"),
        Place("Grenoble", "38000"),
        Place("Saint-Étienne", "42000"),
        Place("Annecy", "74000"),
        Place("Clermont-Ferrand", "63000"),
        Place("Toulouse", "31000"),
        Place("Colomiers", "31770"),
        Place("Bordeaux", "33000"),
        Place("Strasbourg", "67000"),
        Place("Mulhouse", "68100"),
        Place("Belfort", "90000"),
        Place("Dijon", "21000"),
        Place("Nantes", "44000"),
        Place("Lille", "59000"),
        Place("Aix-en-Provence", "13100"),
    ),
    perks=(
        "une place en crèche d'entreprise sur deux de nos sites",
        "une mutuelle prise en charge à 80 %",
        "douze jours de RTT",
        "un budget formation de 1 500 euros par an",
        "une prime de participation",
        "un forfait mobilités durables de 700 euros",
        "des titres-restaurant de 10 euros",
        "du matériel récent et un vrai temps de veille",
    ),
)

EMPLOYERS = {employer.slug: employer for employer in (CROUTEFRANCHE, ZEPHYROUAGE)}
