"""Places from sources that disagree on names: joined where they can be, estimated where not, and marked so."""

import base64
import hashlib
import io
import json
import sys
import tarfile

import pytest
from local import reference


def commune(code, name, postal, people=100, **more):
    return {"code": code, "nom": name, "type": "commune-actuelle", "departement": code[:2], "codesPostaux": postal, "population": people, **more}


def city(name, department, latitude, longitude, country="FR"):
    return {"name": name, "admin2": department, "country": country, "lat": str(latitude), "lng": str(longitude)}


def rows(communes, cities, groups=(), exact=None):
    return {row[0]: row for row in reference.places_of(communes, cities, groups, exact or {})}


@pytest.mark.parametrize(("name", "elsewhere"), [
    ("Saint-Étienne", "St Etienne"),
    ("L'Haÿ-les-Roses", "L’Haÿ-les-Roses"),
    ("Saint-Ouen-sur-Seine", "Saint-Ouen"),
    ("Lyon 3e Arrondissement", "Lyon 03"),
    ("Paris 15e Arrondissement", "Paris 15 Vaugirard"),
    ("Dunkerque", "Dunkirk"),
])
def test_names_that_are_one(name, elsewhere):
    found = rows([commune("42001", name, ["42000"])], [city(elsewhere, "42", 45, 4), city(elsewhere, "43", 1, 1)])
    assert found["42001"][5:9] == ("45.00000", "4.00000", 100, 0)


def test_neighbours_of_the_postal_code_come_first_then_the_group_then_the_department():
    known = [commune("42001", "A", ["42000"], 300), commune("42002", "B", ["42000"], 100), commune("42003", "C", ["42900"], 100)]
    cities = [city("A", "42", 40, 0), city("B", "42", 44, 0), city("C", "42", 50, 0)]
    group = [{"code": "1", "membres": [{"code": "42003"}, {"code": "42005"}]}]
    unknown = [commune("42004", "D", ["42000"]), commune("42005", "E", ["42800"]), commune("42006", "F", [])]
    found = rows(known + unknown, cities, group)
    assert [found[code][5] for code in ("42004", "42005", "42006")] == ["41.00000", "50.00000", "42.80000"]
    assert [row[8] for row in found.values()].count(1) == 3


def test_a_commune_that_was_taken_in_lends_name_and_place():
    former = {"code": "01033", "nom": "Bellegarde", "type": "commune-deleguee", "chefLieu": "01001", "departement": "01"}
    found = rows([commune("01001", "Valserhône", ["01200"]), former], [city("Bellegarde", "01", 46, 5)])
    assert found["01001"][5:] == ("46.00000", "5.00000", 100, 0, "Bellegarde")


def test_the_post_office_knows_better(tmp_path):
    file = tmp_path / "communes.csv"
    file.write_text("#Code_commune_INSEE;Nom_commune;Code_postal;Ligne_5;coordonnees_gps\n42001;A;42000;;45.5, 4.5\n42001;A;42010;;45.7, 4.5\n")
    found = rows([commune("42001", "Â", ["42000"])], [city("A", "42", 1, 1)], exact=reference.la_poste(file))
    assert found["42001"][1:7] == ("Â", "42000,42010", "42", "", "45.60000", "4.50000")


def test_the_largest_comes_first():
    assert list(rows([commune("42001", "A", [], 1), commune("42002", "B", [], 2)], [city("A", "42", 1, 1)])) == ["42002", "42001"]


def test_a_package_that_is_another_is_refused(tmp_path):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        text = json.dumps([1]).encode()
        member = tarfile.TarInfo("package/a.json")
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text))
    (tmp_path / "made.tgz").write_bytes(data.getvalue())
    # Stands for npm: copies the package into the folder it is started in.
    fake = [sys.executable, "-c", f"import shutil; shutil.copy({str(tmp_path / 'made.tgz')!r}, 'a.tgz')"]
    digest = base64.b64encode(hashlib.sha512(data.getvalue()).digest()).decode()
    assert reference.from_npm(fake, "a@1", f"sha512-{digest}", ["a.json"], tmp_path / "right") == [[1]]
    with pytest.raises(SystemExit, match="not the package"):
        reference.from_npm(fake, "a@1", "sha512-other", ["a.json"], tmp_path / "wrong")


def test_what_an_operator_gave_stays(tmp_path, monkeypatch):
    for name in reference.FILES:
        (tmp_path / name).write_text("")
    (tmp_path / "stamp").write_text(hashlib.sha256(open(reference.__file__, "rb").read()).hexdigest() + " given")
    monkeypatch.setattr(sys, "argv", ["reference.py", "--into", str(tmp_path)])
    assert reference.main() == 0
