"""Who: roles of partners, persons in a case, the forms of identity, targets."""

from enum import StrEnum


class Role(StrEnum):
    """What a partner is in a chain; a protocol refers to roles, a chain file binds them to partners."""

    POLICE = "police"
    POLICE_CONTROL_ROOM = "police_control_room"
    ROZE_IN_BLAUW = "roze_in_blauw"
    ECAD_P = "ecad_p"
    DISCRIMINATION_CONTACT = "discrimination_contact"
    MUNICIPALITY = "municipality"
    MUNICIPAL_DESK = "municipal_desk"
    PROTOCOL_OFFICER = "protocol_officer"
    SAFETY_ADVISER = "safety_adviser"
    COORDINATOR = "coordinator"
    AREA_MANAGER = "area_manager"
    DISTRICT_DIRECTOR = "district_director"
    TOP_TEAM = "top_team"
    MAYOR = "mayor"
    ALDERMAN = "alderman"
    DISTRICT_CHAIR = "district_chair"
    TRIANGLE = "triangle"
    ANTI_DISCRIMINATION = "anti_discrimination"
    VICTIM_SUPPORT = "victim_support"
    COC = "coc"
    COC_CONFIDANT = "coc_confidant"
    COC_SAFETY_COORDINATOR = "coc_safety_coordinator"
    PROSECUTOR = "prosecutor"
    LECD = "lecd"
    REPORT_PLATFORM = "report_platform"
    TRUSTED_FLAGGER = "trusted_flagger"
    MEDIATION = "mediation"
    RESTORATIVE_MEDIATION = "restorative_mediation"
    HOUSING = "housing"
    DOMESTIC_VIOLENCE = "domestic_violence"
    SEXUAL_VIOLENCE_CENTRE = "sexual_violence_centre"
    SOCIAL_WORK = "social_work"
    HEALTH_SERVICE = "health_service"
    YOUTH_WORK = "youth_work"
    ASYLUM_RECEPTION = "asylum_reception"
    IMMIGRATION_SERVICE = "immigration_service"
    HUMAN_RIGHTS_INSTITUTE = "human_rights_institute"
    SCHOOL = "school"
    EVALUATOR = "evaluator"
    AUDITOR = "auditor"
    OTHER = "other"


class Identity(StrEnum):
    """The four forms in which a person may be known (domain-detail B16)."""

    ONE_WAY = "one_way"
    ANONYMOUS_HEARD = "anonymous_heard"
    KNOWN_TO_DOOR = "known_to_door"
    BY_NAME = "by_name"
    UNKNOWN = "unknown"


class Person(StrEnum):
    """Who somebody is in the case: reporters, data subjects, those a contact was with."""

    VICTIM = "victim"
    BYSTANDER = "bystander"
    PROFESSIONAL = "professional"
    OFFENDER = "offender"
    REPRESENTATIVE = "representative"
    WITNESS = "witness"
    HOUSEHOLD = "household"
    NEIGHBOUR = "neighbour"
    ORGANISATION = "organisation"
    OTHER = "other"


class Target(StrEnum):
    """Whom or what the incident was aimed at; without a person no step that needs one is proposed."""

    PERSON = "person"
    HOUSEHOLD = "household"
    ORGANISATION = "organisation"
    VENUE = "venue"
    OBJECT = "object"
    UNKNOWN = "unknown"


class SubGround(StrEnum):
    """A finer word where one was said; kept in storage, collapsed only in publication."""

    GAY = "gay"
    LESBIAN = "lesbian"
    BI_PLUS = "bi_plus"
    TRANSGENDER = "transgender"
    INTERSEX = "intersex"
    NON_BINARY = "non_binary"
    ASEXUAL = "asexual"
    NONE = "none"


class Relation(StrEnum):
    """Presumed relation of the offender to the victim."""

    NEIGHBOUR = "neighbour"
    UNKNOWN_PERSON = "unknown_person"
    FAMILY = "family"
    PARTNER = "partner"
    COLLEAGUE = "colleague"
    CLASSMATE = "classmate"
    GROUP = "group"
    ACQUAINTANCE = "acquaintance"
    CUSTOMER = "customer"
    PROFESSIONAL = "professional"
    UNKNOWN = "unknown"
