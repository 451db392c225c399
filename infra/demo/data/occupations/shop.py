"""Trades of the shop, the counter and the road between the two."""

from ..model import Occupation

OCCUPATIONS = (
    Occupation(
        "D1106",
        "Vendeur / Vendeuse en épicerie",
        "Vendeur / Vendeuse en boulangerie H/F|Vendeur·se en boulangerie-pâtisserie|Conseiller(ère) de vente",
        "temps partiel 24 h|ouverture le matin|après-midi et samedi|gare|étudiant le week-end",
        (12.1, 13.2, "hour"),
        "CDI CDI CDD Alternance",
        "none",
        """Accueillir, conseiller et servir avec le sourire
Mettre en valeur le pain, la pâtisserie et le snacking
Cuire les viennoiseries d'appoint et préparer les sandwichs
Encaisser et tenir la caisse
Prendre les commandes de fête
Garder la boutique propre du matin au soir""",
        """Vous aimez le contact et gardez votre calme à l'heure de pointe.
Une première expérience en vente alimentaire est appréciée, pas exigée.
Vous êtes disponible un dimanche sur deux.""",
        "Accueil|Vente|Encaissement|Snacking|Hygiène alimentaire",
    ),
    Occupation(
        "D1302",
        "Responsable de boutique",
        "Responsable de boutique H/F|Responsable de magasin boulangerie (H/F)|Manager de boutique H/F",
        "centre-ville|ouverture prochaine|équipe de 8",
        (2200, 2800, "month"),
        "CDI CDI CDI CDD",
        "none",
        """Animer l'équipe de vente et bâtir les plannings
Faire vivre l'accueil et la qualité de service
Suivre le chiffre d'affaires, les pertes et la masse horaire
Commander et tenir les stocks
Recruter et former les vendeurs
Faire le lien avec le fournil""",
        """Vous avez deux ans d'expérience de responsable dans le commerce ou la restauration.
Vous menez par l'exemple, derrière le comptoir.
Vous aimez les chiffres simples et les clients exigeants.""",
        "Management|Vente|Gestion des stocks|Plannings|Fidélisation|Merchandising",
    ),
    Occupation(
        "D1505",
        "Hôte / Hôtesse de caisse",
        "Hôte / Hôtesse de caisse H/F|Hôte·sse de caisse|Caissier(ère)",
        "temps partiel|renfort du midi",
        (12.1, 12.8, "hour"),
        "CDD CDI Intérim",
        "none",
        """Encaisser avec rapidité et courtoisie
Proposer la carte de fidélité et le menu du jour
Vérifier les fonds de caisse
Gérer l'affluence du déjeuner
Renseigner et orienter les clients""",
        """Vous êtes souriant et organisé.
Vous savez compter vite et juste.
Débutants acceptés.""",
        "Encaissement|Accueil|Fidélisation|Gestion de file d'attente",
    ),
    Occupation(
        "G1603",
        "Equipier polyvalent / Equipière polyvalente de restauration rapide",
        "Équipier / Équipière de restauration H/F|Équipier·ère polyvalent·e|Employé(e) polyvalent(e) de restauration",
        "tartines et salades|service du midi|kiosque de gare",
        (12.1, 12.9, "hour"),
        "CDI CDD CDD Alternance",
        "none",
        """Préparer tartines, soupes et salades à la minute
Servir au comptoir et en salle
Réceptionner les livraisons et suivre les dates
Débarrasser, nettoyer et ranger
Appliquer les consignes de tri et de lutte contre le gaspillage""",
        """Vous aimez que ça bouge entre 11 h 30 et 14 h.
Vous respectez l'hygiène sans qu'on le rappelle.
Étudiants bienvenus.""",
        "Préparation froide|Service|Hygiène alimentaire|Encaissement",
    ),
    Occupation(
        "G1409",
        "Manager en restauration rapide",
        "Manager de restaurant H/F|Manager en restauration rapide (H/F)|Responsable de comptoir H/F",
        "Comptoir Tartinelle|équipe de 12|gare",
        (2150, 2700, "month"),
        "CDI CDI CDD",
        "none",
        """Ouvrir et fermer le restaurant, diriger le service
Composer les équipes selon l'affluence attendue
Veiller aux marges, aux pertes et à l'hygiène
Accueillir et former les nouveaux
Répondre aux avis des clients""",
        """Vous avez dirigé un service en restauration rapide.
Vous savez garder une équipe de bonne humeur.
Vous êtes mobile dans l'agglomération.""",
        "Management|Hygiène alimentaire|Plannings|Marge|Relation client",
    ),
    Occupation(
        "G1809",
        "Barista",
        "Barista H/F|Barista - salon de thé (H/F)",
        "torréfaction maison|temps partiel",
        (12.1, 13.6, "hour"),
        "CDI CDD",
        "none",
        """Régler le moulin et extraire des cafés réguliers
Préparer boissons chaudes et froides
Conseiller cafés, thés et pâtisseries
Entretenir la machine et le bar
Tenir le stock de grains et de lait""",
        """Vous savez texturer un lait et parler d'un terroir.
Vous êtes rapide et soigné.
Une expérience de six mois est souhaitée.""",
        "Extraction du café|Latte art|Vente|Hygiène alimentaire",
    ),
    Occupation(
        "N4105",
        "Conducteur-livreur / Conductrice-livreuse",
        "Chauffeur-livreur / Chauffeuse-livreuse H/F|Conducteur·rice-livreur·se|Livreur(se) permis B",
        "tournée de nuit|tournée du matin|véhicule électrique|frigorifique",
        (12.2, 13.8, "hour"),
        "CDI CDI CDD Intérim",
        "none",
        """Charger le véhicule selon l'ordre de la tournée
Livrer les boutiques entre 2 h et 7 h
Contrôler les températures et les bons de livraison
Reprendre les bacs et les invendus à donner
Signaler les incidents et entretenir le véhicule""",
        """Vous avez le permis B depuis deux ans.
Vous êtes autonome, ponctuel et prudent.
Porter des bacs de 15 kg ne vous pose pas de difficulté.""",
        "Permis B|Chaîne du froid|Tournées|Manutention|Relation client",
    ),
    Occupation(
        "N4101",
        "Conducteur / Conductrice de poids lourd",
        "Conducteur / Conductrice poids lourd H/F|Conducteur·rice PL frigorifique|Chauffeur(se) PL",
        "camion-citerne farine|porteur frigorifique|retour chaque jour",
        (13.2, 15.4, "hour"),
        "CDI CDI Intérim",
        "none",
        """Livrer les plateformes et les clients de la minoterie
Dépoter la farine en silo dans le respect des consignes
Arrimer, contrôler et remettre les documents
Tenir les temps de conduite et de repos
Assurer le premier entretien du camion""",
        """Vous avez le permis C, la FIMO ou la FCO à jour et une carte conducteur.
Vous conduisez souplement, de nuit comme de jour.
Vous rentrez chaque soir à la maison.""",
        "Permis C|FIMO|Arrimage|Chaîne du froid|Éco-conduite",
    ),
)
