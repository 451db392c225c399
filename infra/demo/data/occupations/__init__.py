"""Which trades each group hires, and in which subsidiaries.

Codes and labels: ROME 4.60, France Travail, Licence Ouverte 2.0.
"""

from ..model import Occupation
from . import bakery, industry, logistics, office, shop, software

_ALL = {
    trade.code: trade for room in (bakery, shop, logistics, office, software, industry) for trade in room.OCCUPATIONS
}

_HOUSES = {
    "croutefranche": {
        "Fournils Croûtefranche": "D1102 D1108 D1104 D1103 D1106 D1302 D1505 I1304",
        "Sucrebrume Pâtisserie": "D1104 D1117 D1115 D1106 D1302 H2105",
        "Minoterie Grainevole": "H2102 H2105 H2506 H3301 N4101 N1101 N1110 N1303 I1304 I1309 K2204 H1528",
        "Comptoirs Tartinelle": "D1103 G1603 G1409 G1809 D1505",
        "Croûtefranche Logistique": "N4105 N4101 N1101 N1103 N1110 N1301 K2204",
        "Groupe Croûtefranche": "M1203 M1507 M1502 M1501 M1101 E1112 M1718",
    },
    "zephyrouage": {
        "Zéphyrouage Automatismes": "H1208 I1302 M1892 M1889 H1203 H1206 H1102 M1815 N1303",
        "Octopixelle Numérique": "M1855 M1861 M1827 M1860 M1883 M1866 M1864 M1815 M1889 M1816 M1718",
        "Brumacier Mécanique": "H2902 H2913 H2903 H1203 H1402 H1528 N1110 N1303 I1304 M1101",
        "Pontevolt Énergie": "H2605 H1102 I1309 M1816 H1302 N1301 I1304",
        "Zéphyrouage Conseil": "H1402 H1527 H1302",
        "Zéphyrouage Ingénierie": "M1203 M1507 M1502 M1501 M1101 E1112 M1604",
    },
}

_MOST_WANTED = {
    "croutefranche": "D1102 D1106 D1104 D1102 D1106 D1302 D1102 D1106 D1104 N4105 G1603 I1304",
    "zephyrouage": "M1861 H1208 M1855 I1302 M1861 H1208 M1855 H2903 M1827 H2913 I1304 H1203",
}
"""Trades hired more often than the others, as often as they stand here on top."""


def trades(tenant: str) -> list[tuple[Occupation, list[str]]]:
    """Each trade a group hires with the subsidiaries that do, in a fixed order; the most wanted ones several times."""
    houses = _HOUSES[tenant]
    codes = dict.fromkeys(code for list_ in houses.values() for code in list_.split())
    wanted = [*codes, *_MOST_WANTED[tenant].split()]
    return [(_ALL[code], [house for house, list_ in houses.items() if code in list_.split()]) for code in wanted]
