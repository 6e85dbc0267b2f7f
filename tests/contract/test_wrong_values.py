"""What a partner reads about a value that does not fit: which, and what was expected, in words, never the value."""

import pytest

from schakel import codec
from schakel.errors import Unreadable
from schakel.events import TOLD

TERMS = {"purpose": "referral", "scopes": ["contact_details"]}


@pytest.mark.parametrize(
    ("event", "data", "field", "expected"),
    [
        ("action.agreed", {"action": "camera"}, "owner", "a value: the field is missing"),
        ("contact.made", {"whom": "victim", "channel": "telephone", "at": "2-3-2026"}, "at", "a moment with its time zone"),
        (
            "action.agreed",
            {"action": "camera", "owner": "coc-oost", "due_on": "10-12-2026"},
            "due_on",
            "a date such as 2026-01-31",
        ),
        (
            "action.agreed",
            {"action": "camera", "owner": "coc-oost", "due_on": "2026-12-10", "by_when": "snel"},
            "by_when",
            "nothing: there is no such field",
        ),
        ("consent.granted", {"terms": {**TERMS, "recipient": "COC Oost"}}, "terms.recipient", "a partner's id: small letters"),
        ("aftercare.answered", {"of": "herself", "answer": "not_wanted"}, "of", "one of victim, others_involved,"),
    ],
)  # fmt: skip
def test_it_says_what_was_expected_in_words(event: str, data: dict[str, object], field: str, expected: str):
    with pytest.raises(Unreadable) as caught:
        codec.validate(TOLD[event], data)
    assert caught.value.field == field
    assert caught.value.expected.startswith(expected)
    assert not {"2-3-2026", "10-12-2026", "snel", "COC Oost", "herself"} & set(caught.value.expected.split())
