"""Alembic's versions of the tables every service has. A service's own tables have versions of their own, in its folder."""
