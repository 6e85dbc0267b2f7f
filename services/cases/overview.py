"""The table of cases for lists and counts."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, MetaData, String, Table, Text

metadata = MetaData()
overview = Table(
    "overview",
    metadata,
    Column("case_id", String(36), primary_key=True),
    Column("chain", String(60), index=True),
    Column("municipality", String(60)),
    Column("district", String(60), index=True),
    Column("status", String(12), nullable=False, index=True),
    Column("door", String(42), index=True),
    Column("reported_at", DateTime(timezone=True), index=True),
    Column("identity", String(20)),
    Column("place_type", String(24)),
    Column("natures", Text, nullable=False),
    Column("grounds", Text, nullable=False),
    Column("waiting_referrals", BigInteger, nullable=False),
    Column("running_clocks", BigInteger, nullable=False),
    Column("breached_clocks", BigInteger, nullable=False),
    Column("events", BigInteger, nullable=False),
    Column("drill", Boolean, nullable=False),
    Column("history", Boolean, nullable=False),
)
"""One row a case, for lists and counts. Words in `natures` and `grounds` stand between spaces: ` threat assault `."""
