"""What is done with an overview of a closed period: as what and for whom it may leave, what a hotspot is answered with."""

from enum import StrEnum


class OverviewForm(StrEnum):
    """As what an overview is written."""

    PAGE = "page"
    SPREADSHEET = "spreadsheet"
    CSV = "csv"
    UNKNOWN = "unknown"


class Audience(StrEnum):
    """For whom an overview is released."""

    PUBLIC = "public"
    COUNCIL = "council"
    COMMUNITY = "community"
    PARTNERS_OUTSIDE = "partners_outside"
    UNKNOWN = "unknown"


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"
    UNKNOWN = "unknown"


class TrendMeasure(StrEnum):
    """What a hotspot or hot time is answered with (domain-detail A64)."""

    CAMERA = "camera"
    PATROL = "patrol"
    LIGHTING = "lighting"
    NOTHING = "nothing"
    OTHER = "other"
