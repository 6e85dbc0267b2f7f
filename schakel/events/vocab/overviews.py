"""What is done with an overview of a closed period: as what, and for whom it may leave."""

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
