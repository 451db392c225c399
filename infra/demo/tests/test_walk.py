"""The parts of the walk that need no stack."""

from __future__ import annotations

import shlex

import pytest

from demo import paper
from demo.client import wait_for
from demo.memory import Memory, digest, new_password
from demo.stack import Keys, Stack
from demo.walk.answers import place
from demo.walk.farewell import lines
from demo.walk.figures import delivered


@pytest.fixture
def stack(tmp_path, monkeypatch):
    monkeypatch.setattr("demo.stack.ROOT", tmp_path)
    keys = Keys("key", "secret")
    return Stack("demo", "http://api", "http://cloud", "eu-west-3", "pool", "client", keys, keys)


class TestWaiting:
    def test_ends_with_what_was_found(self):
        answers = iter([None, None, "there"])
        assert wait_for(lambda: next(answers), "it", every=0) == "there"

    def test_ends_with_what_was_awaited_when_time_is_up(self):
        with pytest.raises(TimeoutError, match="the moon did not happen"):
            wait_for(lambda: None, "the moon", timeout=0, every=0)


class TestMemory:
    def test_notes_outlive_the_walk_and_only_the_owner_reads_them(self, stack):
        memory = Memory(stack)
        memory.of("t1")["key"] = "vpk_é"
        memory.save()
        assert Memory(stack).of("t1") == {"key": "vpk_é"}
        assert (stack.folder / "demo.json").stat().st_mode & 0o777 == 0o600

    def test_a_tenant_created_anew_has_none(self, stack):
        memory = Memory(stack)
        memory.of("t1")["key"] = "k"
        memory.forget("t1")
        assert Memory(stack).of("t1") == {}

    def test_passwords_meet_the_rule(self):
        word = new_password()
        assert len(word) >= 12 and any(c.isdigit() for c in word) and any(not c.isalnum() for c in word)
        assert word != word.lower() and word != word.upper()

    def test_files_are_told_apart(self):
        assert digest(b"a") != digest(b"b")


@pytest.mark.parametrize(
    ("citation", "words"),
    [
        ({"place": {"in": "page", "page": 2}, "heading": ["Primes", "Panier"]}, 'page 2, under "Panier"'),
        ({"place": {"in": "slide", "slide": 3, "title": None}, "heading": []}, "slide 3"),
        ({"place": {"in": "row", "sheet": None, "row": 4}}, "row 4"),
        ({"place": {"in": "section", "headings": []}, "heading": []}, ""),
    ],
)
def test_places_read_as_words(citation, words):
    assert place(citation) == words


@pytest.mark.parametrize(("now", "complete"), [({"search": 3}, True), ({"search": 2}, False), ({}, False)])
def test_figures_are_awaited_on_top_of_earlier_ones(now, complete):
    class Office:
        def counts(self, **period):
            return now

    assert bool(delivered(Office(), {"search": 2}, {"search": 1})) is complete


def test_marks_show_without_colour(capsys, monkeypatch):
    monkeypatch.setattr(paper, "_COLOUR", False)
    paper.marked("<mark>Boulanger</mark> &amp; fils")
    assert capsys.readouterr().out == "[Boulanger] & fils\n"


def test_lines_to_paste_are_three_commands(stack):
    pasted = lines(stack, "vpk_abc", "s1")
    assert [shlex.split(line)[0] for line in pasted] == ["curl"] * 3
    assert all("X-Vivier-Key: vpk_abc" in shlex.split(line) for line in pasted)
