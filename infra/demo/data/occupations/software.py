"""Trades of software, infrastructure and information security."""

from ..model import Occupation

OCCUPATIONS = (
    Occupation(
        "M1855",
        "Développeur / Développeuse web",
        "Développeur / Développeuse web H/F|Développeur·se front-end|Développeur(se) full stack|Développeur·euse React",
        "interfaces accessibles|jumeau numérique|tableaux de bord d'atelier|API",
        (36000, 48000, "year"),
        "CDI CDI CDI CDD Alternance Freelance",
        "partial full partial",
        """Développer des interfaces claires pour les opérateurs et les ingénieurs
Écrire des tests et relire le code de l'équipe
Rendre les écrans accessibles (RGAA)
Concevoir les échanges avec les API
Suivre les performances en conditions réelles
Partager vos trouvailles le vendredi""",
        """Vous avez deux ans d'expérience en développement web.
Vous aimez le code que l'on relit avec plaisir.
Vous savez expliquer un compromis.""",
        "TypeScript|React|HTML|CSS|Accessibilité|Tests automatisés|Git",
    ),
    Occupation(
        "M1861",
        "Développeur / Développeuse logiciel ou d'application",
        "Développeur / Développeuse logiciel H/F|Ingénieur·e logiciel|Développeur(se) back-end",
        "Rust|Java|Python|supervision industrielle|temps réel",
        (38000, 54000, "year"),
        "CDI CDI CDI Freelance Stage",
        "partial full none",
        """Concevoir et développer les services de notre plateforme d'usine
Traiter les flux de données des machines
Tester, mesurer et corriger
Documenter les choix d'architecture
Assurer une astreinte par trimestre
Accompagner la mise en service chez le client""",
        """Vous avez une formation d'ingénieur, un master ou un parcours d'autodidacte solide.
Vous connaissez au moins un langage typé.
Vous êtes curieux de ce que font les machines.""",
        "Rust|Java|Python|PostgreSQL|Git|Tests automatisés|MQTT",
    ),
    Occupation(
        "M1827",
        "Ingénieur / Ingénieure DevOps",
        "Ingénieur / Ingénieure DevOps H/F|Ingénieur·e DevOps|SRE - Ingénieur(e) fiabilité",
        "Kubernetes|AWS|observabilité",
        (44000, 58000, "year"),
        "CDI CDI Freelance",
        "full partial",
        """Automatiser les déploiements et les retours arrière
Mettre en place métriques, traces et alertes utiles
Durcir les chaînes d'intégration
Réduire les coûts et la consommation
Écrire des modes opératoires que l'on suit à 3 h du matin""",
        """Vous administrez des systèmes Linux depuis trois ans.
Vous préférez supprimer une tâche que l'exécuter.
Vous restez pédagogue sous pression.""",
        "Kubernetes|Terraform|AWS|Linux|Observabilité|CI/CD",
    ),
    Occupation(
        "M1860",
        "Architecte cloud",
        "Architecte cloud H/F|Architecte infrastructure cloud (H/F)",
        "souveraineté|migration|hybride usine",
        (55000, 72000, "year"),
        "CDI CDI Freelance",
        "full partial",
        """Dessiner les architectures des nouvelles offres
Arbitrer coûts, sécurité et disponibilité
Accompagner les équipes dans la migration
Écrire les décisions et leurs raisons
Auditer l'existant""",
        """Vous avez huit ans d'expérience, dont trois sur un cloud public.
Vous dessinez simple.
Vous êtes à l'aise devant un comité.""",
        "AWS|Architecture|Sécurité|Réseau|FinOps",
    ),
    Occupation(
        "M1883",
        "Analyste SOC (Security Operations Center)",
        "Analyste SOC H/F|Analyste cybersécurité SOC (H/F)",
        "niveau 2|posté 24/7|sécurité industrielle",
        (37000, 50000, "year"),
        "CDI CDI CDD",
        "none partial",
        """Surveiller et qualifier les alertes
Mener les investigations et rédiger les rapports
Améliorer les règles de détection
Participer aux exercices de crise
Conseiller les sites industriels""",
        """Vous avez une formation en cybersécurité et un an d'analyse.
Vous êtes méthodique et calme.
Vous aimez comprendre avant de conclure.""",
        "SIEM|Investigation|Réseau|MITRE ATT&CK|Réponse à incident",
    ),
    Occupation(
        "M1866",
        "Pentesteur / Pentesteuse",
        "Pentesteur / Pentesteuse H/F|Auditeur·rice en sécurité offensive",
        "web et API|systèmes industriels",
        (42000, 58000, "year"),
        "CDI Freelance",
        "partial full",
        """Mener des tests d'intrusion encadrés
Écrire des rapports qui aident à corriger
Présenter les risques aux équipes
Outiller les contrôles répétitifs
Assurer une veille sur les vulnérabilités""",
        """Vous avez deux ans d'expérience en audit technique.
Vous avez une éthique irréprochable.
Vous écrivez aussi bien que vous cherchez.""",
        "Tests d'intrusion|Sécurité web|Rédaction|Linux|OWASP",
    ),
    Occupation(
        "M1864",
        "Product Owner",
        "Product Owner H/F|Product Owner - logiciel d'usine (H/F)",
        "maintenance prédictive|planification d'atelier",
        (44000, 56000, "year"),
        "CDI CDI CDD",
        "partial full",
        """Rencontrer les utilisateurs sur le terrain
Tenir un carnet de produit clair et ordonné
Écrire des récits et leurs critères d'acceptation
Mesurer l'usage et la valeur
Décider, expliquer et renoncer quand il le faut""",
        """Vous avez trois ans d'expérience produit.
Vous savez dire ce qui ne sera pas fait.
La connaissance de l'industrie est un atout.""",
        "Agilité|Entretien utilisateur|Priorisation|Rédaction|Mesure",
    ),
    Occupation(
        "M1815",
        "Spécialiste test et validation logiciel ou application",
        "Testeur / Testeuse logiciel H/F|Ingénieur·e test et validation|Testeur(se) QA",
        "automatisation|logiciel embarqué|recette client",
        (33000, 43000, "year"),
        "CDI CDI CDD Alternance",
        "partial none",
        """Concevoir les plans de test avec l'équipe
Automatiser les parcours critiques
Décrire les anomalies avec précision
Tester sur maquette et sur machine
Suivre la qualité d'une version à l'autre""",
        """Vous avez une première expérience du test.
Vous aimez casser pour réparer.
Une certification ISTQB est un plus.""",
        "Tests automatisés|ISTQB|Python|Recette|Git",
    ),
    Occupation(
        "M1889",
        "Ingénieur / Ingénieure en Intelligence Artificielle (IA)",
        "Ingénieur / Ingénieure IA H/F|Data scientist (H/F)|Ingénieur·e apprentissage automatique",
        "vision industrielle|maintenance prédictive|séries temporelles",
        (42000, 58000, "year"),
        "CDI CDI Stage Freelance",
        "partial full",
        """Préparer les données des capteurs et des caméras
Entraîner, évaluer et expliquer les modèles
Les mettre en service sur des calculateurs d'atelier
Suivre leur dérive
Écrire les limites d'emploi de chaque modèle""",
        """Vous avez un master ou un doctorat en statistique ou en informatique.
Vous savez quand une règle simple suffit.
Vous êtes attentif aux biais.""",
        "Python|Apprentissage automatique|Vision|SQL|Statistique",
    ),
    Occupation(
        "M1892",
        "Ingénieur / Ingénieure en informatique embarquée",
        "Ingénieur / Ingénieure logiciel embarqué H/F|Développeur·se embarqué C/C++|Ingénieur(e) systèmes embarqués",
        "capteurs sans fil|commande de moteur|Linux embarqué",
        (38000, 52000, "year"),
        "CDI CDI Alternance Stage",
        "none partial",
        """Développer les logiciels de nos cartes de commande
Écrire les pilotes et les tests sur banc
Optimiser la consommation et les temps de réponse
Travailler avec l'électronique et la mécanique
Suivre les essais de certification""",
        """Vous maîtrisez le C et lisez une fiche technique de composant.
Vous aimez l'oscilloscope autant que l'éditeur.
Une formation d'ingénieur est attendue.""",
        "C|C++|Rust|Linux embarqué|CAN|Électronique",
    ),
    Occupation(
        "M1816",
        "Technicien / Technicienne réseaux informatiques et télécoms",
        "Technicien / Technicienne réseaux H/F|Technicien·ne réseaux et télécoms|Technicien(ne) systèmes et réseaux",
        "réseaux d'usine|déploiement|support de proximité",
        (26500, 33000, "year"),
        "CDI CDD Alternance Intérim",
        "none partial",
        """Installer et configurer commutateurs et bornes
Dépanner les utilisateurs et les ateliers
Séparer les réseaux de bureau et de production
Tenir l'inventaire et les plans
Appliquer les mises à jour""",
        """Vous avez un BTS SIO, un BUT R&T ou équivalent.
Vous êtes serviable et rigoureux.
Permis B nécessaire.""",
        "Réseau|Wi-Fi|Active Directory|Support|Câblage",
    ),
)
