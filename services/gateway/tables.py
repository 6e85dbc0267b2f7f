"""The gateway's own tables: where a reference leads, and the newest sealed text of each field, sealed as it stands in the ledger."""

from sqlalchemy import Boolean, Column, Integer, LargeBinary, MetaData, String, Table

metadata = MetaData()
referral = Table(
    "referral",
    metadata,
    Column("referral_id", String(80), primary_key=True),
    Column("case_id", String(36), nullable=False),
    Column("partition", Integer, nullable=False),
    Column("drill", Boolean, nullable=False),
)
sealed = Table(
    "sealed",
    metadata,
    Column("case_id", String(36), primary_key=True),
    Column("field", String(32), primary_key=True),
    Column("event_id", String(80), nullable=False),
    Column("event_type", String(60), nullable=False),
    Column("body", LargeBinary, nullable=False),
)
