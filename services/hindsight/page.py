"""A case as one page: readable on a telephone, on a screen and on paper, without a script, and loading nothing. Dutch.

What is sealed stays sealed; what was refused as a label is not told; of somebody who was erased it says only that. The pictures are
`rows`'. Pure but for the style, which is read once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from zoneinfo import ZoneInfo

from backbone.authoring.words import ROLES
from backbone.page_head import head
from backbone.person.plain import facts
from backbone.person.words import FACTS as HER_FACTS
from schakel.case import facts_to_tell
from schakel.case_consent import HER
from schakel.case_state import Effect, Referral, fingerprint
from schakel.events.vocab import Role
from services.hindsight import chart
from services.hindsight.bars import Lasting
from services.hindsight.explaining import Explained, Why
from services.hindsight.retrace import Decision
from services.hindsight.rows import Rows
from services.hindsight.sentences import Speaker
from services.hindsight.words import BRIEF, FACTS, PAGE, REFERRAL_STATES

_PARTS = ("brief", "timeline", "consent", "clocks", "referrals", "steps")


@dataclass(frozen=True)
class Told:
    """All that a page is made of. names: a partner's name by its id. zone: whose wall clock is shown. unread: records left out."""

    explained: Explained
    lasting: Lasting
    names: Mapping[str, str]
    zone: str = "Europe/Amsterdam"
    unread: int = 0


def write(told: Told) -> Iterator[str]:
    """The page, piece by piece."""
    css = (files("services.hindsight") / "report.css").read_text(encoding="utf-8")
    yield head("nl", PAGE["title"], css)
    yield from _Page(told).whole()
    yield "</body>\n</html>\n"


class _Page:
    def __init__(self, told: Told) -> None:
        self.told = told
        self.case = told.explained.state
        self.say = Speaker(self.case, told.names, ZoneInfo(told.zone))
        self.rows = Rows(told.explained, told.lasting, self.say)

    def whole(self) -> Iterator[str]:
        yield f"<header>\n<h1>{escape(PAGE['title'])}</h1>\n{_p(PAGE['intro'])}"
        if self.case.drill:
            yield f'<p class="box">{escape(PAGE["drill"])}</p>\n'
        if self.told.unread:
            yield f'<p class="box bad">{escape(PAGE["unread"].format(count=self.told.unread))}</p>\n'
        yield f'</header>\n<nav aria-label="{escape(PAGE["contents"])}">\n<ul>\n'
        yield from (f'<li><a href="#{name}">{escape(PAGE[name])}</a></li>\n' for name in _PARTS)
        yield f"</ul>\n</nav>\n<main>\n{chart.patterns()}"
        yield from self._part("brief", self._brief())
        note = PAGE["timeline_note"].format(steps=PAGE["steps"])
        yield from self._part("timeline", self.rows.lanes(), note)
        yield from self._part("consent", self.rows.consent(), PAGE["consent_note"] if self.told.lasting.words else "")
        yield from self._part("clocks", self.rows.clocks(), PAGE["clocks_note"] if self.told.lasting.clocks else "")
        yield from self._part("referrals", self._referrals())
        yield from self._part("steps", self._steps(), PAGE["steps_note"])
        yield f'<p class="small">{escape(PAGE["end"])}</p>\n</main>\n'

    def _part(self, name: str, content: Iterator[str], note: str = "") -> Iterator[str]:
        yield f'<section aria-labelledby="{name}">\n<h2 id="{name}">{escape(PAGE[name])}</h2>\n'
        if note:
            yield f'<p class="small">{escape(note)}</p>\n'
        yield from content
        yield "</section>\n"

    # -- in short --------------------------------------------------------------------------------------------------------

    def _brief(self) -> Iterator[str]:
        case, say = self.case, self.say
        rows: list[tuple[str, str]] = [("case", case.id), ("status", self._status())]
        rows.append(("chain", f"{case.chain or '-'} ({case.chain_version or '-'})"))
        rows.append(("protocols", ", ".join(case.protocols) or "-"))
        rows.append(("reported", f"{say.moment(case.reported_at)}, {say.partner(case.door) if case.door else '-'}"))
        rows.append(("coordinator", say.partner(case.coordinator) if case.coordinator else "-"))
        if HER not in case.erased and case.facts:
            rows.append(("facts", "; ".join(self._facts())))
        if case.explained:
            topics = (topic.partition("/")[2] or topic for topic in case.explained)
            rows.append(
                ("explained", ", ".join(dict.fromkeys(say.word("InformationTopic", topic) for topic in topics)))
            )
        last = self.told.explained.whys[-1].entry
        made = PAGE["made_of"].format(
            events=len(self.told.explained.whys), partition=last.partition, offset=last.offset, at=say.moment(case.time)
        )
        rows.append(("counts", made))
        yield '<dl class="brief">\n'
        yield from (f"<dt>{escape(BRIEF[name])}</dt><dd>{escape(said)}</dd>\n" for name, said in rows)
        yield f'</dl>\n<p class="small">{escape(PAGE["fingerprint"].format(fingerprint=fingerprint(case)))}</p>\n'
        if HER in case.erased:
            yield _p(PAGE["erased"])

    def _status(self) -> str:
        case = self.case
        if case.closed:
            reason = self.say.word("CloseReason", case.close_reason) if case.close_reason else "-"
            return PAGE["status_closed"].format(at=self.say.moment(case.closed_at), reason=reason)
        return PAGE["status_open" if case.opened else "status_received"]

    def _facts(self) -> Iterator[str]:
        """As they may leave the backbone: what a refused label says is not told here either."""
        names = {said[0]: name for name, said in HER_FACTS.items()}
        for called, said in facts(facts_to_tell(self.case), "nl"):
            yield f"{FACTS[names[called]]}: {said}"

    # -- referrals -------------------------------------------------------------------------------------------------------

    def _referrals(self) -> Iterator[str]:
        if not self.case.referrals:
            yield _p(PAGE["no_referrals"])
            return
        yield '<ul class="plain">\n'
        yield from (f"<li>{self._referral(one)}</li>\n" for one in self.case.referrals.values())
        yield "</ul>\n"

    def _referral(self, one: Referral) -> str:
        say = self.say
        role = ROLES[Role(one.role)] if one.role in {role.value for role in ROLES} else one.role
        parts = [
            f"{role}, {say.word('Purpose', one.purpose)}",
            ", ".join(say.word("Scope", scope) for scope in one.scopes),
            say.word("HoldReason", one.hold_reason) if one.hold_reason and one.state in ("held", "revoked") else "",
            say.word("DeclineReason", one.decline_reason) if one.decline_reason else "",
            f"{one.protocol}, {one.step}" if one.protocol else "",
        ]
        head = f"{say.partner(one.to)}: {REFERRAL_STATES[one.state.value]}"
        return f'<strong>{escape(head)}</strong> <span class="small">{escape("; ".join(filter(None, parts)))}</span>'

    # -- steps -----------------------------------------------------------------------------------------------------------

    def _steps(self) -> Iterator[str]:
        yield '<ol class="steps">\n'
        yield from map(self._step, self.told.explained.whys)
        yield "</ol>\n"

    def _step(self, why: Why) -> str:
        entry = why.entry
        said = escape(self.say.sentence(entry))
        void = why.effect in (Effect.OVERTAKEN, Effect.NOT_UNDERSTOOD, Effect.DUPLICATE)
        shown = f"<s>{said}</s>" if void else said
        moment = entry.envelope.logged_at
        parts = [
            f'<li id="e-{why.number}"{" class=drawn" if why.concluded else ""}><span class="nr">{why.number}</span>',
            f'<time datetime="{moment.isoformat()}">{escape(self.say.moment(moment))}</time>\n<p>{shown}</p>\n',
            "".join(f'<p class="small">{escape(sealed)}</p>\n' for sealed in self.say.sealed(entry)),
        ]
        if void:
            parts.append(f'<p class="bad">{self._void(why)}</p>\n')
        if why.concluded and why.effect is not Effect.DUPLICATE:
            parts.append(f'<div class="reason">{"".join(self._reason(why))}</div>\n')
        return "".join(parts) + "</li>\n"

    def _void(self, why: Why) -> str:
        if why.effect is Effect.DUPLICATE:
            first = next(one.number for one in self.told.explained.whys if one.entry.id == why.entry.id)
            return PAGE["duplicate"].format(number=_to(first))
        if why.effect is Effect.NOT_UNDERSTOOD:
            return escape(PAGE["not_understood"])
        if why.overtaken_by is None:
            return escape(PAGE["overtaken_alone"])
        return PAGE["overtaken"].format(number=_to(why.overtaken_by[0]))

    def _reason(self, why: Why) -> Iterator[str]:
        lines = [f"<strong>{escape(PAGE['why'])}</strong>"]
        if why.rests_on:
            lines.append(PAGE["rests_on"].format(numbers=", ".join(_to(number) for number, _ in why.rests_on)))
        lines += self._decision(why.decision) if why.decision else [escape(PAGE["never"])]
        lines += [escape(PAGE["not_kept"].format(chain=why.not_kept))] if why.not_kept else []
        yield f"<p>{' '.join(lines)}</p>\n"
        if passage := why.passage:
            place = f"<code>{escape(f'{passage.ref}.yaml'.replace('@', '/'))}:{passage.line}</code>"
            part = f" ({escape(passage.part)})" if passage.part else ""
            if passage.part:
                yield f"<p>{PAGE['protocol'].format(place=place, part=part, source=escape(passage.source))}</p>\n"
            else:
                yield f"<p>{PAGE['protocol_only'].format(place=place)}</p>\n"

    def _decision(self, decision: Decision) -> Iterator[str]:
        for rule in decision.rules[:1]:
            name = f"<code>{escape(rule.full_name)}</code>"
            yield PAGE["rule"].format(name=name, place=f"<code>{escape(rule.place)}</code>")
        at = PAGE["watermark"].format(at=self.say.moment(decision.now)) if decision.now else ""
        yield escape(PAGE["prefix"].format(prefix=decision.prefix, at=at))
        if decision.ahead:
            yield escape(PAGE["ahead"].strip())
        if decision.chain:
            yield escape(PAGE["same_then"].format(chain=decision.chain))
        elif decision.same:
            yield escape(PAGE["same"])
        else:
            yield escape(PAGE["differs"].format(fields=", ".join(decision.differs)))


def _to(number: int) -> str:
    return f'<a href="#e-{number}">{PAGE["number"].format(number=number)}</a>'


def _p(sentence: str) -> str:
    return f"<p>{escape(sentence)}</p>\n"
