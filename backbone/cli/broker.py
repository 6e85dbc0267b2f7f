"""The broker of this `var` directory: its administrator, for commands that make topics, users and rules, or a user that may do less."""

import os

from backbone.cli.output import Undoable
from backbone.kafka.connection import credentials
from backbone.kafka.credentials import ADMIN, Credentials
from backbone.kafka.embedded import running
from backbone.kafka.rights import service_user
from backbone.settings import Settings
from backbone.supervisor.prepare import Broker


def find_broker(settings: Settings) -> Broker:
    """The one that SCHAKEL_BOOTSTRAP names, else the embedded one, which must be running. Raises Undoable."""
    if os.environ.get("SCHAKEL_BOOTSTRAP"):
        admin = settings.credentials()
        if admin is None:
            raise Undoable(
                "SCHAKEL_BOOTSTRAP is set and nothing says who to be there; set SCHAKEL_SASL_USERNAME and "
                "SCHAKEL_SASL_PASSWORD_FILE to an administrator of that Kafka"
            )
        return Broker(settings.bootstrap, admin, settings.ca_file)
    admin = credentials(settings.var_dir, ADMIN)
    if admin is None or not running(settings.var_dir):
        raise Undoable(
            f"no Kafka runs on {settings.var_dir}; 'backbone up' starts one, or set SCHAKEL_BOOTSTRAP to yours"
        )
    return Broker(settings.bootstrap, admin)


def find_user(settings: Settings, role: str) -> tuple[str, Credentials]:
    """The broker's address, and its user for this part of the operator's work (`operator`, `auditor`). Raises Undoable."""
    user = service_user(role)
    if os.environ.get("SCHAKEL_BOOTSTRAP"):
        if who := settings.credentials():
            return settings.bootstrap, who
        raise Undoable(
            "SCHAKEL_BOOTSTRAP is set and nothing says who to be there; set SCHAKEL_SASL_USERNAME and "
            f"SCHAKEL_SASL_PASSWORD_FILE to {user} or an administrator of that Kafka"
        )
    if not running(settings.var_dir):
        raise Undoable(
            f"no Kafka runs on {settings.var_dir}; 'backbone up' starts one, or set SCHAKEL_BOOTSTRAP to yours"
        )
    if who := credentials(settings.var_dir, user):
        return settings.bootstrap, who
    raise Undoable(f"the Kafka on {settings.var_dir} has no user {user} yet; 'backbone topics create' makes it")
