"""What is done afterwards: contact, needs, information, actions, closing, clocks, inquiries."""

from enum import StrEnum


class AttemptOutcome(StrEnum):
    """`left_details` is an attempt, never a contact made (domain-detail A44)."""

    NO_ANSWER = "no_answer"
    LEFT_DETAILS = "left_details"
    WRONG_DETAILS = "wrong_details"
    POSTPONED = "postponed"
    OTHER = "other"


class Need(StrEnum):
    """What a person asked for; maps to both taxonomies of the documents (domain-detail A63)."""

    BE_HEARD = "be_heard"
    REGISTERED_ONLY = "registered_only"
    INFORMATION = "information"
    PRACTICAL = "practical"
    LEGAL = "legal"
    FINANCIAL = "financial"
    EMOTIONAL = "emotional"
    PHYSICAL = "physical"
    SOCIAL = "social"
    CRIMINAL_PROCESS = "criminal_process"
    SAFETY_MEASURES = "safety_measures"
    NEW_HOME = "new_home"
    CONTACT_RHYTHM = "contact_rhythm"
    """To hear something at a rhythm of her own. What was agreed of it stands in `contact.preference_set` (domain-detail A43)."""
    MEDIATION = "mediation"
    NOTHING = "nothing"
    OTHER = "other"


class InformationTopic(StrEnum):
    """What a person must be told before being asked (domain-detail a3)."""

    REPORT_VS_COMPLAINT = "report_vs_complaint"
    SUPPORT_PERSON = "support_person"
    LABEL_BENEFIT_AND_RISK = "label_benefit_and_risk"
    GOING_PUBLIC = "going_public"
    WHAT_HAPPENS_NEXT = "what_happens_next"
    DISMISSAL = "dismissal"
    HELP_AND_CRIMINAL_ROUTE = "help_and_criminal_route"
    EMERGENCY = "emergency"
    CANNOT_DO = "cannot_do"
    DESK_INFORMATION = "desk_information"
    HEARING_BOTH_SIDES = "hearing_both_sides"
    OTHER = "other"


class TalkQuestion(StrEnum):
    """What is asked in a talk with the person; her answers themselves are sealed (scenarios.md, ZWB-2)."""

    HOW_ARE_YOU = "how_are_you"
    HOW_WAS_THE_COMPLAINT = "how_was_the_complaint"
    WHAT_DO_YOU_EXPECT = "what_do_you_expect"
    EXTRA_INFORMATION = "extra_information"
    OTHER = "other"


class ActionType(StrEnum):
    """What partners do today [1 §2.2]; cards belong to the Treiteraanpak only."""

    COMPLAINT_SPED_UP = "complaint_sped_up"
    ACCOMPANY_TO_COMPLAINT = "accompany_to_complaint"
    VIDEO_DOORBELL = "video_doorbell"
    CAMERA = "camera"
    INTERPRETER = "interpreter"
    HOST_AFTER_NIGHT_OUT = "host_after_night_out"
    NEIGHBOURHOOD_TALK = "neighbourhood_talk"
    BOARD_TALK = "board_talk"
    LETTER = "letter"
    CASE_AT_COLLEGE = "case_at_college"
    YELLOW_CARD = "yellow_card"
    RED_CARD = "red_card"
    GP_VISIT = "gp_visit"
    INSURANCE_PAPERS = "insurance_papers"
    SECURE_FOOTAGE = "secure_footage"
    HOUSING_URGENCY = "housing_urgency"
    SAFE_PLACE = "safe_place"
    STREET_COACHES = "street_coaches"
    AREA_BAN = "area_ban"
    GROUP_BAN = "group_ban"
    REPORTING_DUTY = "reporting_duty"
    HOME_BAN = "home_ban"
    OFFENDER_MOVES = "offender_moves"
    VICTIM_MOVES = "victim_moves"
    HEARING_BOTH_SIDES = "hearing_both_sides"
    NEIGHBOURHOOD_AFTERCARE = "neighbourhood_aftercare"
    PROTECTIVE_MEASURE = "protective_measure"
    PERSON_ACTS = "person_acts"
    OTHER = "other"


class CloseReason(StrEnum):
    """Why a partner's own follow-up, or the case, ended [1 §2.4, 0 flyer]."""

    ENOUGH_HELP = "enough_help"
    NO_HELP_WANTED = "no_help_wanted"
    MEANS_EXHAUSTED_REFERRED_ON = "means_exhausted_referred_on"
    SUSPICION_REMOVED_AND_CONTENT = "suspicion_removed_and_content"
    ANONYMOUS = "anonymous"
    NO_CONTACT_POSSIBLE = "no_contact_possible"
    FOR_INFORMATION_ONLY = "for_information_only"
    OTHER = "other"


class Outcome(StrEnum):
    """Situation stopped, and recovered, are asked apart from closing (domain-detail A53)."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    UNKNOWN = "unknown"


class ComplaintOutcome(StrEnum):
    PROSECUTED = "prosecuted"
    DISMISSED = "dismissed"
    NO_SUSPECT = "no_suspect"
    CONVICTED = "convicted"
    ACQUITTED = "acquitted"
    OTHER = "other"


class Settlement(StrEnum):
    """The way of settling that police, prosecutor, ADV and College choose by the reporter's wish (domain-detail A15)."""

    CRIMINAL = "criminal"
    COLLEGE = "college"
    MEDIATION = "mediation"
    CIVIL = "civil"
    TALK = "talk"
    NONE = "none"
    OTHER = "other"


class Question(StrEnum):
    """Closed question types of an inquiry between partners (domain-detail A70)."""

    IS_THERE_A_COMPLAINT = "is_there_a_complaint"
    IS_DISTRICT_IN_CONTACT = "is_district_in_contact"
    EARLIER_REPORTS = "earlier_reports"
    OTHER = "other"


class InquiryAnswer(StrEnum):
    """`nothing_to_share` is one and the same for "no" and for "not allowed"."""

    YES = "yes"
    NOTHING_TO_SHARE = "nothing_to_share"


class ClockKind(StrEnum):
    """`measured` never breaches; `our_choice` is marked wherever it is shown."""

    MEASURED = "measured"
    PROMISED = "promised"
    OUR_CHOICE = "our_choice"


class AftercareFor(StrEnum):
    """For whom aftercare is answered before a case closes [0 stap 8]."""

    VICTIM = "victim"
    OTHERS_INVOLVED = "others_involved"
    NEIGHBOURHOOD = "neighbourhood"
    OTHER = "other"


class AftercareAnswer(StrEnum):
    """What became of it. `not_wanted` is an answer, of somebody; `unknown` is none."""

    GIVEN = "given"
    AGREED = "agreed"
    NOT_WANTED = "not_wanted"
    NOT_POSSIBLE = "not_possible"
    UNKNOWN = "unknown"


class LineAnswer(StrEnum):
    """The answer to one line of a checklist. A line without one is open, never done."""

    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "not_applicable"


class DecisionStep(StrEnum):
    """The three steps of BOB, in their order: beeldvorming, oordeelsvorming, besluitvorming."""

    PICTURE = "picture"
    JUDGEMENT = "judgement"
    DECISION = "decision"
