"""Concept lists as people have them: what is read, and one message with file, line and remedy for the rest."""

import subprocess
import sys

import pytest
from programs import SCRIPTS

from concept_freq.text.concepts import Concept, caption_forms, check_concepts, read_concepts

BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.tsv", b"concept\taliases\ndog\thound|pup\ncat\t\n", [("dog", ("hound", "pup")), ("cat", ())]),
        ("bom.tsv", BOM + b"concept\taliases\ndog\thound\n", [("dog", ("hound",))]),
        ("crlf.tsv", b"concept\taliases\t\r\ndog \thound\t\r\n\xc2\xa0cat\t\t\r\n", [("dog", ("hound",)), ("cat", ())]),
        ("case.tsv", b"Concept\tALIASES\tNote\ndog\thound\tx\n", [("dog", ("hound",))]),
        ("unseen.txt", "dog\u200b\n\u200e cat\u00ad\n".encode(), [("dog", ()), ("cat", ())]),
        ("mac.txt", b"dog\rcat\r", [("dog", ()), ("cat", ())]),
        ("bom.txt", BOM + b"dog\r\n cat \r\n\r\n", [("dog", ()), ("cat", ())]),
        (
            "quoted.tsv",
            b'concept\n"7"" record"\n"tench, Tinca"\n5" nail\n',
            [('7" record', ()), ("tench, Tinca", ()), ('5" nail', ())],
        ),
        ("short.tsv", b"aliases\tconcept\tgroup\n\tdog\n", [("dog", ())]),
        ("one", b"concept\ndog\n", [("dog", ())]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_lists_from_spreadsheets_and_editors_are_read(tmp_path, name, content, expected):
    path = tmp_path / name
    path.write_bytes(content)
    assert [(concept.name, concept.aliases) for concept in check_concepts(path)] == expected


def test_further_columns_are_kept(tmp_path):
    (tmp_path / "a.tsv").write_text("concept\tgroup\ndog\tpets\ncat\n")
    assert [concept.extra for concept in read_concepts(tmp_path / "a.tsv")] == [{"group": "pets"}, {"group": ""}]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.tsv", b"name\tx\ndog\t\n", "line 1: no column 'concept' among 'name', 'x'; name the columns there"),
        ("a.tsv", b"\n\nconcept,aliases\ndog,hound\n", "line 3: no column 'concept' among 'concept,aliases'"),
        ("a.tsv", b"concept\tconcept\ndog\t\n", "line 1: column 'concept' occurs twice; rename one"),
        ("a.tsv", b"", "no concepts; name at least one"),
        ("a.tsv", b"concept\taliases\n\n", "no concepts; name at least one"),
        ("a.txt", BOM + b"\n \n", "no concepts; name at least one"),
        ("a.tsv", b"concept\n\n\ndog\tx\n", "line 4: 2 cells for 1 columns; remove the tabs"),
        ("a.tsv", b"concept\taliases\n\thound\n", "line 2: the cell 'concept' is empty"),
        ("a.txt", b"dog\n\ncat\tkitty\n", "line 3: a tab in a .txt list, which has one name a line; save a table"),
        ("a.txt", b"concept\taliases\ndog\t\n", "line 1: a tab in a .txt list"),
        ("a.tsv", b"concept\ndog\ncaf\xe9\n", "line 3: not UTF-8; save the list as UTF-8"),
        ("a.txt", "dog\ncat\n".encode("utf-16"), "line 1: not UTF-8"),
        ("a.txt", b"dog\n\n!!!\n", "line 3: concept '!!!' holds no letter or digit; remove it"),
        ("a.tsv", b"concept\taliases\ndog\t?\n", "line 2: alias '?' of 'dog' holds no letter or digit"),
        ("a.txt", b"T-shirt\n\nt shirts\n", "line 3: concept 't shirts' reads the same as line 1: concept 'T-shirt'"),
        ("a.txt", b"dog\ndog\n", "line 2: concept 'dog' reads the same as line 1: concept 'dog'"),
        (
            "a.tsv",
            b"concept\taliases\nfootball\tballs\nsoccer\tball\n",
            "line 3: alias 'ball' of 'soccer' reads the same as line 2: alias 'balls' of 'football'; keep",
        ),
    ],
)  # fmt: skip
def test_what_is_no_list_is_said_with_file_line_and_remedy(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"a\.t") as error:
        check_concepts(path)
    assert str(error.value).startswith(f"{path}: {message}")
    assert "\n" not in str(error.value)


def test_further_trouble_is_numbered(tmp_path):
    (tmp_path / "a.txt").write_text("dog\ndogs\n!\nDOG\n")
    with pytest.raises(ValueError, match=r"line 2: concept 'dogs' .* \(2 more such names follow\)$"):
        check_concepts(tmp_path / "a.txt")


def test_a_list_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"a\.tsv: cannot be read \(No such file or directory\)"):
        check_concepts(tmp_path / "a.tsv")


def test_an_alias_that_repeats_its_own_name_is_harmless():
    assert caption_forms([Concept("dog", ("Dogs", "dog"))]) == [(("dog",), 0)]


def test_words_with_one_plural_are_two_concepts():
    forms = caption_forms([Concept("axe"), Concept("axis")])
    assert (("axes",), 0) in forms
    assert (("axes",), 1) in forms


def test_checking_a_list_is_light():
    code = "import sys, concept_freq.text.concepts; sys.exit(bool({'torch', 'pandas', 'numpy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=SCRIPTS).returncode == 0
