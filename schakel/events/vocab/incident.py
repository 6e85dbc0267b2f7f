"""What happened: kinds of record, nature, presumed motive, place, time, checks, severity."""

from enum import StrEnum


class RecordKind(StrEnum):
    """What a report is: an incident, or something less that must not be counted as one."""

    REPORT = "report"
    LEAD = "lead"
    SIGNAL = "signal"
    FOR_INFORMATION = "for_information"
    ADVICE_REQUEST = "advice_request"
    UNKNOWN = "unknown"


class Channel(StrEnum):
    WEB_FORM = "web_form"
    TELEPHONE = "telephone"
    WHATSAPP = "whatsapp"
    EMAIL = "email"
    APP = "app"
    DESK = "desk"
    SOCIAL_MEDIA = "social_media"
    OUTREACH = "outreach"
    CONTROL_ROOM = "control_room"
    PICKET = "picket"
    TEAM_MEETING = "team_meeting"
    MEDIA = "media"
    PARTNER_SYSTEM = "partner_system"
    LIST_IMPORT = "list_import"
    LETTER = "letter"
    VISIT = "visit"
    OTHER = "other"


class Nature(StrEnum):
    """What was done."""

    SCOLDING = "scolding"
    THREAT = "threat"
    INTIMIDATION = "intimidation"
    STALKING = "stalking"
    VANDALISM = "vandalism"
    FLAG_INCIDENT = "flag_incident"
    GRAFFITI = "graffiti"
    ASSAULT = "assault"
    ROBBERY = "robbery"
    SEXUAL_OFFENCE = "sexual_offence"
    BURGLARY = "burglary"
    THEFT = "theft"
    ARSON = "arson"
    HATE_SPEECH = "hate_speech"
    ONLINE = "online"
    REFUSAL = "refusal"
    UNEQUAL_TREATMENT = "unequal_treatment"
    HOMICIDE = "homicide"
    WEAPON = "weapon"
    NEIGHBOUR_QUARREL = "neighbour_quarrel"
    OTHER = "other"


class Ground(StrEnum):
    """The offender's *presumed motive* (never the victim's own identity, domain-detail A57): the ADV's list of grounds."""

    SEXUAL_ORIENTATION = "sexual_orientation"
    GENDER_IDENTITY = "gender_identity"
    GENDER = "gender"
    ORIGIN = "origin"
    SKIN_COLOUR = "skin_colour"
    NATIONALITY = "nationality"
    LANGUAGE = "language"
    RELIGION = "religion"
    ANTISEMITISM = "antisemitism"
    ANTI_MUSLIM = "anti_muslim"
    BELIEF = "belief"
    POLITICAL_OPINION = "political_opinion"
    DISABILITY = "disability"
    AGE = "age"
    CIVIL_STATUS = "civil_status"
    WORKING_HOURS = "working_hours"
    CONTRACT_TYPE = "contract_type"
    OTHER = "other"
    UNKNOWN = "unknown"


class GroundBasis(StrEnum):
    """Why this ground or label is presumed (domain-detail A57, B18); `place` is weak and provisional."""

    SAID_BY_VICTIM = "said_by_victim"
    SHOUTED = "shouted"
    PLACE = "place"
    ASKED_FOR_ROZE_IN_BLAUW = "asked_for_roze_in_blauw"
    PATTERN = "pattern"
    UNKNOWN = "unknown"


class Origin(StrEnum):
    """How the incident came about (domain-detail A23)."""

    MOTIVE_FROM_START = "motive_from_start"
    CONFLICT_THAT_TURNED = "conflict_that_turned"
    PRESUMED_IN_PUBLIC = "presumed_in_public"
    UNKNOWN = "unknown"


class PlaceType(StrEnum):
    HOME = "home"
    STREET = "street"
    NIGHTLIFE = "nightlife"
    PUBLIC_TRANSPORT = "public_transport"
    ONLINE = "online"
    SCHOOL = "school"
    WORK = "work"
    ASYLUM_CENTRE = "asylum_centre"
    MENS_MEETING_PLACE = "mens_meeting_place"
    SPORTS = "sports"
    SHOP = "shop"
    PLACE_OF_WORSHIP = "place_of_worship"
    PUBLIC_BUILDING = "public_building"
    CARE = "care"
    PARK = "park"
    OTHER = "other"
    UNKNOWN = "unknown"


class DayPart(StrEnum):
    """Part of the day of an occurrence: the exact moment is personal data and sealed."""

    NIGHT = "night"
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    UNKNOWN = "unknown"


class Answer(StrEnum):
    """The answer to a check. Unknown is never treated as no."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Check(StrEnum):
    """Questions of the protocols whose answers have consequences."""

    DANGER_NOW = "danger_now"
    RAPE = "rape"
    DISCRIMINATION = "discrimination"
    DISCRIMINATION_OR_VIOLENCE = "discrimination_or_violence"
    HONOUR_RELATED = "honour_related"
    DOMESTIC = "domestic"
    MINOR = "minor"
    REFUGEE = "refugee"
    CONFUSED_OFFENDER = "confused_offender"
    EARLIER_REPORTS = "earlier_reports"
    VULNERABILITY = "vulnerability"
    SUSPICION_REMOVED = "suspicion_removed"
    REPORTER_CONTENT = "reporter_content"
    PUNISHABLE = "punishable"
    AGGRAVATING_CIRCUMSTANCE = "aggravating_circumstance"
    OTHER = "other"


class Tenure(StrEnum):
    RENTED = "rented"
    OWNED = "owned"
    UNKNOWN = "unknown"


class SeverityScale(StrEnum):
    """Three scales that stand side by side and are never merged [1 §1.4]."""

    CAPACITY = "capacity"
    INJURY = "injury"
    IMPACT = "impact"
    OTHER = "other"


class Severity(StrEnum):
    LIGHT = "light"
    MEDIUM = "medium"
    HEAVY = "heavy"
    LESS_SERIOUS = "less_serious"
    SERIOUS = "serious"
    LOW_IMPACT = "low_impact"
    HIGH_IMPACT = "high_impact"
    UNKNOWN = "unknown"


class PoliceRecord(StrEnum):
    """Police record kinds: melding, aangifte, mutatie, proces-verbaal."""

    REPORT = "report"
    COMPLAINT = "complaint"
    LOG_ENTRY = "log_entry"
    OFFICIAL_REPORT = "official_report"
    NONE = "none"


class LinkKind(StrEnum):
    SAME_INCIDENT = "same_incident"
    SERIES = "series"
    SAME_PERSON = "same_person"
    SAME_PLACE = "same_place"
    OTHER = "other"
