"""The quick reader of definition files: it says the same as the careful one, or nothing."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from backbone.protocols import reading
from backbone.protocols.plain_yaml import read_plain

ROOT = Path(__file__).resolve().parents[2]
FILES = [*sorted(ROOT.glob("protocols/**/*.yaml")), *sorted(ROOT.glob("chains/**/*.yaml"))]
WORDS = (
    *(
        "true",
        "True",
        "yes",
        "no",
        "on",
        "off",
        "y",
        "null",
        "~",
        "''",
        '"1"',
        "0",
        "-0",
        "007",
        "0o17",
        "0x1f",
        "1_000",
    ),
    *(
        "12:30",
        "1.5",
        ".5",
        "1e3",
        "1.",
        ".inf",
        "2026-03-02",
        "2026-3-2",
        "2026-03-02 12:00:00",
        "2026-13-40",
        "=",
        "<<",
    ),
    *(
        "!!str 1",
        "!x y",
        "&a b",
        "*a",
        "een twee",
        "a: b",
        "'it''s'",
        '"\\x41"',
        "|",
        ">",
        "- a",
        "? a",
        "[a, 1]",
        "{a: 1}",
    ),
    *(
        "[a,b]",
        "{a: 1, a: 2}",
        "[1:2]",
        "{a:b}",
        "http://x",
        "# c",
        "a #b",
        "a#b",
        "%a",
        "@a",
        "`a",
        "été",
        "\u2028",
        "\t",
    ),
)


def careful(text: str) -> object:
    node = YAML(typ="rt").load(text)
    return reading._plain(node) if isinstance(node, CommentedMap) else None


def agrees(text: str) -> bool:
    """Whether the quick reader answered; what it answers is what the careful one says."""
    found = read_plain(text)
    if found is None:
        return False
    try:
        assert repr(found) == repr(careful(text))
    except YAMLError as error:
        raise AssertionError(f"only the quick reader can read {text!r}") from error
    return True


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_of_our_own_files_it_says_the_same(path: Path) -> None:
    agrees(path.read_text(encoding="utf-8"))


def test_nearly_all_of_our_files_are_read_quickly() -> None:
    assert sum(read_plain(path.read_text(encoding="utf-8")) is not None for path in FILES) > 0.9 * len(FILES)


@pytest.mark.parametrize("word", WORDS)
def test_a_word_means_the_same(word: str) -> None:
    agrees(f"a: {word}\n")
    agrees(f"a: [{word}]\nb: x\n")
    agrees(f"{word}: a\n")


LINES = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(["a: ", "b: ", "- ", "- a: ", "", '"c": ']), st.sampled_from(WORDS)),
    min_size=1,
    max_size=5,
)


@settings(max_examples=300, deadline=None)
@given(LINES)
@example([(0, "a: ", "|"), (1, "", "een twee"), (0, "b: ", "1")])
def test_whatever_is_written_it_says_the_same_or_nothing(lines: list[tuple[int, str, str]]) -> None:
    agrees("".join(f"{'  ' * depth}{begin}{word}\n" for depth, begin, word in lines))


def test_words_of_an_older_yaml_are_texts() -> None:
    assert read_plain("on: [yes, no, 'true', 22:30]\n") == {"on": ["yes", "no", "true", "22:30"]}
