"""Trades of the engineering office, the machine shop and the installation site."""

from ..model import Occupation

OCCUPATIONS = (
    Occupation(
        "H1208",
        "Automaticien / Automaticienne en bureau d'études",
        "Automaticien / Automaticienne H/F|Automaticien·ne|Ingénieur(e) automatisme|Automaticien·ne roboticien·ne",
        "lignes robotisées|mise en service|supervision|déplacements France",
        (34000, 46000, "year"),
        "CDI CDI CDI Freelance Alternance",
        "partial none",
        """Écrire l'analyse fonctionnelle et programmer les automates
Configurer robots, variateurs et vision
Développer les écrans de supervision
Préparer et conduire les essais en plateforme
Mettre en service chez le client et former ses équipes""",
        """Vous avez un BTS CRSA, un BUT GEII ou un diplôme d'ingénieur.
Vous connaissez un ou deux environnements d'automates.
Vous acceptez une semaine de déplacement par mois.""",
        "Automates|Robotique|Supervision|Grafcet|Profinet|Anglais",
    ),
    Occupation(
        "I1302",
        "Technicien / Technicienne de maintenance d'installations automatisées",
        "Technicien / Technicienne de maintenance automatismes H/F|Technicien·ne en robotique|Technicien(ne) SAV",
        "itinérant|robots six axes|astreinte",
        (14.5, 18.0, "hour"),
        "CDI CDI CDD",
        "none",
        """Dépanner les lignes de nos clients, sur site ou à distance
Réaliser les visites préventives des robots
Remplacer et calibrer axes, capteurs et variateurs
Rédiger des comptes rendus utiles
Proposer des améliorations""",
        """Vous avez un bac+2 en automatisme ou en électrotechnique.
Vous aimez la route et l'imprévu.
Permis B indispensable.""",
        "Robotique|Automates|Habilitation électrique|Diagnostic de panne|Relation client",
    ),
    Occupation(
        "H1203",
        "Dessinateur-projeteur / Dessinatrice-projeteuse en mécanique",
        "Dessinateur-projeteur / Dessinatrice-projeteuse mécanique H/F|Projeteur·se mécanique|Concepteur(rice) CAO",
        "machines spéciales|tôlerie|tuyauterie",
        (29000, 38000, "year"),
        "CDI CDI CDD Intérim",
        "partial none",
        """Concevoir les sous-ensembles en CAO 3D
Réaliser les plans, les cotations et les nomenclatures
Choisir les composants du commerce
Suivre la fabrication et le montage
Capitaliser les retours d'atelier""",
        """Vous avez un BTS CPI, un BUT GMP ou équivalent.
Vous voyez la pièce avant de la dessiner.
Vous connaissez les procédés d'usinage.""",
        "CAO 3D|Cotation ISO|SolidWorks|Tôlerie|Calcul simple",
    ),
    Occupation(
        "H2902",
        "Chaudronnier / Chaudronnière",
        "Chaudronnier / Chaudronnière H/F|Chaudronnier·ère|Chaudronnier(ère) inox",
        "inox alimentaire|tuyauterie|chantiers régionaux",
        (13.6, 17.0, "hour"),
        "CDI CDI Intérim Alternance",
        "none",
        """Lire les plans et tracer les développés
Découper, plier et rouler les tôles
Assembler et pointer les ensembles
Contrôler les cotes et la finition
Participer au montage sur site""",
        """Vous avez un CAP ou un bac pro en chaudronnerie.
Vous avez le compas dans l'œil.
Vous travaillez en sécurité, toujours.""",
        "Traçage|Pliage|Inox|Lecture de plans|Soudage TIG",
    ),
    Occupation(
        "H2913",
        "Soudeur / Soudeuse",
        "Soudeur / Soudeuse H/F|Soudeur·se TIG|Soudeur(se) MIG-MAG",
        "TIG inox|semi-automatique|qualifié EN ISO 9606",
        (13.4, 17.2, "hour"),
        "CDI Intérim Intérim CDD",
        "none",
        """Préparer les joints et régler le poste
Souder selon les modes opératoires
Contrôler visuellement et meuler
Tenir à jour le cahier de soudage
Entretenir l'équipement de protection""",
        """Vous avez une qualification de soudage ou êtes prêt à la passer avec nous.
Vous avez la main sûre.
Vous acceptez le travail en 2x8.""",
        "Soudage TIG|Soudage MIG-MAG|Lecture de plans|Inox|Contrôle visuel",
    ),
    Occupation(
        "H2903",
        "Tourneur-fraiseur / Tourneuse-fraiseuse",
        "Tourneur-fraiseur / Tourneuse-fraiseuse H/F|Usineur·se commande numérique|Opérateur(rice)-régleur(se) CN",
        "5 axes|petite série|tournage|équipe du matin",
        (13.5, 17.4, "hour"),
        "CDI CDI Intérim Alternance",
        "none",
        """Préparer les outils et les montages
Programmer et régler la machine
Usiner des pièces unitaires et des petites séries
Contrôler les cotes au centième
Assurer l'entretien courant""",
        """Vous avez un bac pro TRPM ou une expérience d'usinage.
Vous programmez au pied de la machine ou en FAO.
La précision vous repose.""",
        "Commande numérique|FAO|Métrologie|Lecture de plans|Réglage",
    ),
    Occupation(
        "H2605",
        "Monteur-câbleur / Monteuse-câbleuse en électronique",
        "Câbleur / Câbleuse d'armoires H/F|Monteur-câbleur / Monteuse-câbleuse H/F|Câbleur·se industriel·le",
        "armoires électriques|faisceaux|bornes de recharge",
        (12.6, 15.0, "hour"),
        "Intérim CDI CDD",
        "none",
        """Implanter les appareillages et les goulottes
Câbler, repérer et serrer au couple
Tester la continuité et l'isolement
Corriger les schémas en rouge
Préparer l'expédition""",
        """Vous savez lire un schéma électrique.
Vous êtes soigneux, patient et ordonné.
Une formation interne de trois semaines est prévue.""",
        "Câblage|Schémas électriques|Contrôle électrique|Sertissage",
    ),
    Occupation(
        "H1402",
        "Ingénieur / Ingénieure méthodes et process",
        "Ingénieur / Ingénieure méthodes H/F|Ingénieur·e process|Ingénieur(e) industrialisation",
        "implantation d'atelier|lean|industrialisation",
        (38000, 50000, "year"),
        "CDI CDI CDD Stage",
        "partial none",
        """Définir gammes, temps et moyens
Mener les chantiers d'amélioration avec les opérateurs
Chiffrer les investissements
Étudier l'ergonomie des postes
Suivre le lancement des nouveaux produits""",
        """Vous avez un diplôme d'ingénieur généraliste ou mécanique.
Vous allez voir avant de conclure.
Vous connaissez le lean sans en faire une religion.""",
        "Lean|Ergonomie|Chiffrage|Gestion de projet|AMDEC",
    ),
    Occupation(
        "H1527",
        "Ingénieur / Ingénieure qualité en industrie",
        "Ingénieur / Ingénieure qualité H/F|Ingénieur·e qualité projet|Ingénieur(e) qualité fournisseurs",
        "fournisseurs|projets|ISO 9001",
        (38000, 49000, "year"),
        "CDI CDI CDD",
        "partial",
        """Bâtir les plans qualité des projets
Piloter les audits internes et fournisseurs
Traiter les réclamations jusqu'à la cause
Mesurer et partager les résultats
Former aux outils de résolution de problème""",
        """Vous avez un diplôme d'ingénieur ou un master en qualité.
Vous savez convaincre sans règlement.
L'anglais technique vous est familier.""",
        "ISO 9001|Audit|8D|Statistique|Anglais",
    ),
    Occupation(
        "H1302",
        "Ingénieur / Ingénieure Hygiène, Sécurité et Environnement en industrie (HSE)",
        "Ingénieur / Ingénieure HSE H/F|Responsable HSE (H/F)|Ingénieur·e sécurité environnement",
        "multisite|chantiers|ICPE",
        (39000, 52000, "year"),
        "CDI CDI CDD Alternance",
        "partial none",
        """Évaluer les risques et tenir le document unique
Animer la sécurité avec les ateliers et les chantiers
Suivre la conformité environnementale
Analyser chaque accident et presque-accident
Préparer les plans d'urgence""",
        """Vous avez une formation HSE bac+3 à bac+5.
Vous êtes présent sur le terrain.
Vous savez arrêter un travail dangereux.""",
        "Évaluation des risques|ICPE|ISO 14001|Animation|Réglementation",
    ),
    Occupation(
        "H1102",
        "Ingénieur / Ingénieure d'affaires en industrie",
        "Ingénieur / Ingénieure d'affaires H/F|Ingénieur·e d'affaires|Chargé(e) d'affaires électricité",
        "automatismes|électricité industrielle|grands comptes",
        (42000, 58000, "year"),
        "CDI CDI CDI",
        "partial",
        """Développer un portefeuille de clients industriels
Chiffrer et défendre les offres
Piloter les affaires jusqu'à la réception
Garantir marge, délai et satisfaction
Coordonner études, achats et chantiers""",
        """Vous avez une culture technique et cinq ans d'affaires.
Vous tenez parole.
Vous êtes mobile dans la région.""",
        "Chiffrage|Négociation|Gestion de projet|Électricité industrielle|Relation client",
    ),
    Occupation(
        "H1206",
        "Ingénieur / Ingénieure R&D en industrie",
        "Ingénieur / Ingénieure R&D H/F|Ingénieur·e recherche et développement|Ingénieur(e) d'innovation",
        "capteurs|mécatronique|thèse Cifre",
        (38000, 52000, "year"),
        "CDI CDD Stage",
        "partial none",
        """Explorer de nouvelles solutions et bâtir des démonstrateurs
Concevoir et dépouiller les essais
Rédiger rapports et brevets
Travailler avec les laboratoires partenaires
Transférer les résultats au bureau d'études""",
        """Vous avez un diplôme d'ingénieur ou un doctorat.
Vous aimez prouver.
Vous savez arrêter une piste à temps.""",
        "Essais|Mécatronique|Brevets|Simulation|Anglais",
    ),
)
