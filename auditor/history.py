"""What each event does to what stands of a case: the next word counts, or does not, by what was said before it."""

from typing import Any

from auditor.events import Event
from auditor.words import (
    AUDIT,
    HER,
    HERS_ALONE,
    LAW,
    OPENED_BY_AUDIT,
    RUNNING,
    SPEAK_FOR_HER,
    No,
    Referral,
    Said,
    Yes,
)


class Case(Said):
    """A case that is told its events in the order of the log, each once. It judges nothing of what was concluded: `consent` does."""

    # -- what is told --------------------------------------------------------------------------------------------------

    def hear(self, event: Event) -> None:
        """The next event of the case, once. What is concluded counts as it is said: `consent` has looked at it first."""
        self.now = event.at if self.now is None else max(self.now, event.at)
        self.seen.add(event.id)
        handler = getattr(self, "_on_" + event.type.replace(".", "_"), None)
        if handler:
            handler(event)

    def pass_over(self, event: Event) -> None:
        """The next event, which has no effect. A delivery that was overtaken was on its way: its receiver may know it all the same."""
        self.now = event.at if self.now is None else max(self.now, event.at)
        self.seen.add(event.id)
        referral = self.referrals.get(event.get("referral", ""))
        if event.type == "referral.delivered" and referral and referral.state == "released":
            referral.known_by_name = referral.known_by_name or referral.mode == "by_name"
        elif event.type == "case.opened":
            self.lapsed.add(event.id)

    def _on_report_received(self, event: Event) -> None:
        if self.report:
            return
        self.report, self.facts, self.history = event, dict(event["facts"]), bool(event.get("history"))
        if event["facts"].get("label"):
            self.labels[event.id] = event.author
        for number, terms in enumerate(event.get("consents", ())):
            self._agree(event, terms, f"{event.id}#{number}", None)
        self._lock_down(event)

    def _on_report_corrected(self, event: Event) -> None:
        if self.report:
            self.facts.update({name: event["facts"][name] for name in event["replaces"] if name in event["facts"]})
            self._lock_down(event)

    def _on_assessment_recorded(self, event: Event) -> None:
        self.assessed[event["check"], event.author] = event["answer"]
        self._lock_down(event)

    def _lock_down(self, event: Event) -> None:
        """Another answer about honour or the household is another word on how to reach her."""
        if self.reached_as != self.lock_down and not self.erased:
            self.preference, self.reached_as = event.id, self.lock_down

    def _on_label_given(self, event: Event) -> None:
        if not self.label_refused:
            self.labels[event.id] = event.author

    def _on_label_withdrawn(self, event: Event) -> None:
        which = event.get("label")
        self.labels = {one: by for one, by in self.labels.items() if by != event.author or which not in (None, one)}

    def _on_label_refused(self, event: Event) -> None:
        self.label_refused = True
        self.labels.clear()

    def _on_case_opened(self, event: Event) -> None:
        if self.report and not self.opened:
            self.opened, self.doubts = True, set(event.get("provisional", ()))

    def _on_consent_granted(self, event: Event) -> None:
        self._agree(event, event["terms"], event.id, event.get("supersedes"))

    def _agree(self, event: Event, terms: dict[str, Any], yes_id: str, supersedes: str | None) -> None:
        giver = terms.get("given_by", HER)
        side = "other" if giver == "offender" else "hers"
        if side == "hers" and giver not in SPEAK_FOR_HER:
            return
        to, purpose, scopes = terms["recipient"], terms["purpose"], set(terms["scopes"])
        yes = Yes(yes_id, to, purpose, scopes, event.author, until=terms.get("until"), giver=giver, side=side)
        noes = self.noes_to(to, purpose, side)
        if supersedes and noes and supersedes == noes[-1].id:
            if self.doubted(yes):
                return
            self.past |= {(no.id, to, purpose) for no in noes}
        elif any(no.whole or no.scopes & scopes for no in noes):
            return  # an old yes, forwarded late, brings nothing back
        self.yes[yes_id] = yes

    def _on_basis_invoked(self, event: Event) -> None:
        basis, to, purpose, scopes = event["basis"], event["recipient"], event["purpose"], set(event["scopes"])
        if basis not in LAW | {"agreement"} or purpose in HERS_ALONE:
            return
        if purpose == AUDIT and (basis != "legal_duty" or to != event.author or not scopes or scopes - OPENED_BY_AUDIT):
            return  # an auditor opens for itself, by law, and says what
        if basis == "agreement" and any(no.whole or no.scopes & scopes for no in self.noes_to(to, purpose)):
            return
        self.yes[event.id] = Yes(event.id, to, purpose, scopes, event.author, basis=basis, until=event["until"])

    def _on_consent_refused(self, event: Event) -> None:
        self._refuse(event, event.get("refused_by", HER), frozenset(event.get("scopes", ())))

    def _on_consent_withdrawn(self, event: Event) -> None:
        self._refuse(event, event.get("withdrawn_by", HER), frozenset())

    def _refuse(self, event: Event, who: str, scopes: frozenset[str]) -> None:
        side = "other" if who == "offender" else "hers"
        no = No(event.id, event.get("recipient"), event.get("purpose"), scopes, side)
        self.noes.append(no)
        for yes in list(self.yes.values()):
            if yes.side != side or yes.basis in LAW or not no.concerns(yes.recipient, yes.purpose):
                continue
            if no.whole or (yes.scopes and yes.scopes <= scopes):
                self._end(yes.id)
            yes.scopes -= scopes

    def _end(self, yes_id: str) -> None:
        del self.yes[yes_id]
        self.lapsed.add(yes_id)

    def _on_consent_expired(self, event: Event) -> None:
        yes = self.yes.get(event["grant"])
        if yes and yes.until is not None and self.now is not None and yes.until <= self.now:
            self._end(yes.id)

    def _on_statement_retracted(self, event: Event) -> None:
        """Only its author takes a word back."""
        said = event["event"]
        if said in self.yes and self.yes[said].by == event.author:
            self._end(said)
        elif said in self.forget and self.forget[said][0] == event.author:
            del self.forget[said]
            self._fall(said)
        elif said in self.holds and self.holds[said][0] == event.author:
            del self.holds[said]

    def _fall(self, event_id: str) -> None:
        """A word that was taken back, and the terms that began with it."""
        fallen = {event_id, *(term for term, premises in self.rest_on.items() if event_id in premises)}
        self.lapsed |= fallen
        self.terms = {term: due_at for term, due_at in self.terms.items() if term not in fallen}

    def _on_hold_placed(self, event: Event) -> None:
        self.holds[event.id] = (event.author, event["until"])

    def _on_hold_lifted(self, event: Event) -> None:
        if self.holds.get(event["hold"], ("", None))[0] == event.author:
            del self.holds[event["hold"]]

    def _on_erasure_scheduled(self, event: Event) -> None:
        self.terms[event.id] = event["due_at"]
        self.rest_on[event.id] = tuple(event.premises)

    def _on_case_reopened(self, event: Event) -> None:
        for term, premises in list(self.rest_on.items()):
            if set(premises) & set(event.premises):
                self.lapsed.add(term)
                self.terms.pop(term, None)

    def _on_erasure_requested(self, event: Event) -> None:
        """Nobody asks for another: the accused does not have her forgotten."""
        for_her = event.get("requested_by", HER) in SPEAK_FOR_HER and not self.erased
        if self.report and (event["subject"] != HER or for_her):
            self.forget[event.id] = (event.author, event["subject"])

    def _on_subject_erased(self, event: Event) -> None:
        self.erased = self.erased or event["subject"] == HER
        self.forget = {asked: said for asked, said in self.forget.items() if said[1] != event["subject"]}

    def _on_contact_preference_set(self, event: Event) -> None:
        if event.get("whom", HER) == HER:
            self.preference, self.reached_as = event.id, self.lock_down

    # -- referrals -----------------------------------------------------------------------------------------------------

    def _on_referral_requested(self, event: Event) -> None:
        self.requests[event.id] = event.author

    def _on_referral_proposed(self, event: Event) -> None:
        ref = event.get("protocol")
        protocol = (ref["name"], ref["version"]) if ref else None
        requested = next((one for one in event.premises if one in self.requests), None)
        for other in self.referrals.values():
            same = protocol and (other.to, other.purpose) == (event["to"], event["purpose"])
            if same or (requested and other.requested == requested):
                return  # she is contacted once
        if self.report:
            self.referrals[event.id] = Referral(
                event.id,
                event["to"],
                event["purpose"],
                event["role"],
                set(event["needs"]),
                bool(event.get("strip_if_refused")),
                protocol,
                requested,
                asked_by=self.requests.get(requested or ""),
                after=next((one for one in event.premises if one in self.referrals), None),
            )

    def _on_referral_released(self, event: Event) -> None:
        referral = self.referrals[event["referral"]]
        referral.state, referral.release = "released", event.id
        referral.basis, referral.mode, referral.scopes = event["basis"], event["mode"], set(event["scopes"])

    def _on_referral_delivered(self, event: Event) -> None:
        referral = self.referrals[event["referral"]]
        referral.state = "delivered"
        referral.known_by_name = referral.known_by_name or referral.mode == "by_name"

    def _answer(self, event: Event, answer: str, *states: str) -> None:
        referral = self.referrals.get(event["referral"])
        if referral and referral.to == event.author and referral.state in states:
            referral.state = answer
            referral.answers.add(answer)
            referral.known_by_name = referral.known_by_name or referral.mode == "by_name"

    def _on_referral_accepted(self, event: Event) -> None:
        self._answer(event, "accepted", "released", "delivered")

    def _on_referral_declined(self, event: Event) -> None:
        self._answer(event, "declined", "released", "delivered", "accepted")

    def _on_referral_completed(self, event: Event) -> None:
        self._answer(event, "completed", "accepted")

    def _on_referral_exhausted(self, event: Event) -> None:
        referral = self.referrals.get(event["referral"])
        if referral and referral.state == "declined":
            referral.state = "exhausted"

    def _on_referral_revoked(self, event: Event) -> None:
        referral = self.referrals.get(event["referral"])
        if referral and referral.state in RUNNING and referral.release in event.premises:
            referral.state, referral.release, referral.scopes = "revoked", None, set()
            referral.basis = referral.mode = ""
            referral.known_by_name = False

    # -- reading -------------------------------------------------------------------------------------------------------

    def _on_disclosure_requested(self, event: Event) -> None:
        if self.report:
            self.reading[event.id] = event

    def _on_disclosure_permitted(self, event: Event) -> None:
        self.reading.pop(event["request"], None)

    def _on_disclosure_denied(self, event: Event) -> None:
        self.reading.pop(event["request"], None)
