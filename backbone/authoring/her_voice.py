"""How her own picture speaks: receivers, times and data in one language. Pure."""

from collections.abc import Iterable

from backbone.authoring import her_words as words
from schakel.calendar import Limit
from schakel.events.vocab import Role
from schakel.her_words import SCOPES, Language, in_language


class Voice:
    """say: the sentences by their name."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self.say = in_language(words.LINES, language)
        self._receivers = in_language(words.RECEIVERS, language)
        self._help = in_language({"help": words.HELP}, language)["help"]

    def receiver(self, role: Role) -> str:
        return self._receivers.get(role, self._help)

    def names(self, roles: Iterable[Role]) -> str:
        """Each once: two organisations of a kind are one to her."""
        return ", ".join(dict.fromkeys(map(self.receiver, roles)))

    def limit(self, limit: Limit) -> str:
        unit = str(limit).removeprefix(str(limit.amount)).strip()
        return f"{limit.amount} {in_language(words.UNITS, self.language).get(unit, unit)}"

    def every(self, limit: Limit) -> str:
        """What follows `elke`: `week`, `6 weken`."""
        return self.limit(limit).removeprefix("1 ")

    def scopes(self, scopes: Iterable[str]) -> str:
        called = in_language(SCOPES, self.language)
        return ", ".join(called[str(scope)] for scope in scopes if str(scope) in called)


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
