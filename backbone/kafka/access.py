"""Users, their rights (from `rights`) and limits on the broker: made, put right and taken away by code, any number of times.

    with KafkaAdminClient(**connection(kafka.bootstrap, kafka.admin)) as admin:
        ensure_services(admin, kafka.secrets, partners)
        for partner in partners:
            add_partner(admin, kafka.secrets, partner)

Every call returns when the broker that was asked shows the change.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

from backbone.kafka.credentials import MECHANISM, Credentials, SecretStore
from backbone.kafka.names import OUT, in_topic, out_topic, partner_name
from backbone.kafka.quotas import NO_QUOTA, PARTNER_QUOTA, Quota, set_quota
from backbone.kafka.rights import (
    SERVICES,
    Action,
    Kind,
    Right,
    partner_rights,
    service_rights,
    service_user,
    services_on_partner,
)
from backbone.kafka.topics import ONE_MACHINE, Replicas, ensure_topics, partner_topics

_VISIBLE_WITHIN_S = 10
_POLL_S = 0.02


class AccessRefused(RuntimeError):
    """The broker would not change users or rights; the message says what and why."""


def ensure_services(admin: KafkaAdminClient, secrets: SecretStore, partners: Iterable[str]) -> dict[str, Credentials]:
    """Every service's user with exactly its rights (core topics and these partners'); returns credentials by service."""
    known = [partner_name(partner) for partner in partners]
    made = {name: secrets.get_or_make(service_user(name)) for name in SERVICES}
    _upsert_users(admin, made.values())
    for name, who in made.items():
        _ensure_exactly(admin, who.username, service_rights(name, known))
    return made


def add_partner(
    admin: KafkaAdminClient,
    secrets: SecretStore,
    partner: str,
    *,
    replicas: Replicas = ONE_MACHINE,
    quota: Quota = PARTNER_QUOTA,
) -> Credentials:
    """Onboard a partner: its topics, its user with exactly its rights and limits, and the services' rights on its topics.

    Doing it again changes nothing (and puts right what somebody changed). Raises ValueError for a name that cannot be one,
    TopicProblem, AccessRefused.
    """
    who = secrets.get_or_make(partner_name(partner))
    ensure_topics(admin, partner_topics(partner, replicas))
    _ensure_exactly(admin, who.username, partner_rights(partner))
    for user, rules in _by_user(services_on_partner(partner)):
        _grant(admin, user, rules)
    set_quota(admin, who.username, quota)
    _upsert_users(admin, [who])
    return who


def renew_partner(admin: KafkaAdminClient, secrets: SecretStore, partner: str) -> Credentials:
    """A new password for a partner; the one before signs nobody on from now on. A connection that is open goes on until it is closed.

    The file first: when we are killed in between, the next `add_partner` makes the broker agree with it. Raises AccessRefused.
    """
    who = secrets.renew(partner_name(partner))
    _upsert_users(admin, [who])
    return who


def remove_partner(admin: KafkaAdminClient, secrets: SecretStore, partner: str, *, delete_topics: bool = False) -> None:
    """Offboard a partner: from now on the broker refuses it, also on connections it has open.

    Its topics stay until they empty themselves (30 days), unless `delete_topics`. Intake reads what it sent for as long as it stands in
    the register: who takes it out waits for that first (`kept_from_writing`, `unread`). Doing it again, or for a partner that never
    was, changes nothing.
    """
    _ensure_exactly(admin, partner_name(partner), set())
    _delete_user(admin, partner)
    set_quota(admin, partner, NO_QUOTA)
    secrets.remove(partner)
    if delete_topics:
        for user, rules in _by_user(services_on_partner(partner)):
            _revoke(admin, user, rules & read_rules(admin, user))
        present = {topic["name"] for topic in admin.describe_topics() if not topic["error_code"]}
        if theirs := sorted(present & {in_topic(partner), out_topic(partner)}):
            admin.delete_topics(theirs)


_WRITES = (ACLOperation.WRITE, ACLOperation.ALL)


def cut_off(admin: KafkaAdminClient, partner: str) -> bool:
    """Whether a `kept_from_writing` ended in its middle, killed: the partner has its user and other rights, and may not write."""
    rules = read_rules(admin, partner_name(partner))
    return bool(rules) and not any(rule.operation in _WRITES for rule in rules) and partner in _known_users(admin)


@contextmanager
def kept_from_writing(admin: KafkaAdminClient, partner: str, *, heal: bool = False) -> Iterator[None]:
    """Within it the partner may write nothing, also on connections it has open. It may again when what is done within it fails.

    heal: then it may write again also where one before this was `cut_off`. Who is killed within it heals nothing: the next one does.
    For a partner that may not, or never was, it does nothing. Raises ValueError for a name that cannot be one, AccessRefused.
    """
    user = partner_name(partner)
    taken = {rule for rule in read_rules(admin, user) if rule.operation in _WRITES}
    if heal and cut_off(admin, partner):
        taken = {rule for rule in map(_rule, partner_rights(partner)) if rule.operation in _WRITES}
    try:
        _revoke(admin, user, taken)
        yield
    except BaseException:
        _grant(admin, user, taken)
        raise


def partners_with_topics(admin: KafkaAdminClient) -> set[str]:
    """Whoever can be told something here: partners, and those that were let go and whose topics are still there."""
    return {topic.removeprefix(OUT) for topic in admin.list_topics() if topic.startswith(OUT)}


def read_rules(admin: KafkaAdminClient, user: str) -> set[ACL]:
    """The user's rules as the broker has them, whoever made them."""
    everything = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
    asked = ACLFilter(f"User:{user}", None, ACLOperation.ANY, ACLPermissionType.ANY, everything)
    return set(admin.describe_acls(asked)[0])


def _ensure_exactly(admin: KafkaAdminClient, user: str, rights: set[Right]) -> None:
    rules = {_rule(right) for right in rights}
    _revoke(admin, user, read_rules(admin, user) - rules)
    _grant(admin, user, rules)


def _grant(admin: KafkaAdminClient, user: str, rules: set[ACL]) -> None:
    missing = list(rules - read_rules(admin, user))
    if not missing:
        return
    if failed := admin.create_acls(missing)["failed"]:
        raise AccessRefused(f"the broker would not grant {user} its rights: {failed[0].__name__}")
    _await(lambda: rules <= read_rules(admin, user), f"the rights of {user}")


def _revoke(admin: KafkaAdminClient, user: str, rules: set[ACL]) -> None:
    if not rules:
        return
    for asked, _, error in admin.delete_acls([_exactly(rule) for rule in rules]):
        if error.errno:
            raise AccessRefused(f"the broker would not take away {asked}: {error.__name__}")
    _await(lambda: not rules & read_rules(admin, user), f"the rights taken from {user}")


def _by_user(rights: set[Right]) -> Iterator[tuple[str, set[ACL]]]:
    for user in sorted({right.user for right in rights}):
        yield user, {_rule(right) for right in rights if right.user == user}


def _upsert_users(admin: KafkaAdminClient, users: Iterable[Credentials]) -> None:
    """The password in the secrets is the right one, whatever the broker had; so a restored backup heals itself."""
    wanted = {who.username: who for who in users}
    orders = [UserScramCredentialUpsertion(who.username, MECHANISM, who.password) for who in wanted.values()]
    for user, refusal in admin.alter_user_scram_credentials(orders).items():
        if refusal:
            raise AccessRefused(f"the broker would not take user {user}: {refusal}")
    _await(lambda: wanted.keys() <= _known_users(admin), f"users {', '.join(wanted)}")


def _delete_user(admin: KafkaAdminClient, user: str) -> None:
    if user not in _known_users(admin):
        return
    if refusal := admin.alter_user_scram_credentials([UserScramCredentialDeletion(user, MECHANISM)])[user]:
        raise AccessRefused(f"the broker would not remove user {user}: {refusal}")
    _await(lambda: user not in _known_users(admin), f"the removal of user {user}")


def _known_users(admin: KafkaAdminClient) -> set[str]:
    return {user for user, found in admin.describe_user_scram_credentials().items() if not found["error"]}


def _await(done: Callable[[], bool], what: str) -> None:
    """Kafka's controller knows a change at once, its brokers a moment later."""
    deadline = time.monotonic() + _VISIBLE_WITHIN_S
    while not done():
        if time.monotonic() > deadline:
            raise AccessRefused(
                f"Kafka took {what} but does not show it after {_VISIBLE_WITHIN_S} s; see the broker's log"
            )
        time.sleep(_POLL_S)


_OPERATIONS = {
    Action.READ: ACLOperation.READ,
    Action.WRITE: ACLOperation.WRITE,
    Action.NUMBER_WRITES: ACLOperation.IDEMPOTENT_WRITE,
}
_PATTERNS = {
    Kind.TOPIC: (ResourceType.TOPIC, ACLResourcePatternType.LITERAL),
    Kind.GROUP: (ResourceType.GROUP, ACLResourcePatternType.LITERAL),
    Kind.GROUPS_BEGINNING_WITH: (ResourceType.GROUP, ACLResourcePatternType.PREFIXED),
    Kind.CLUSTER: (ResourceType.CLUSTER, ACLResourcePatternType.LITERAL),
}


def _rule(right: Right) -> ACL:
    kind, pattern = _PATTERNS[right.kind]
    return ACL(
        f"User:{right.user}",
        "*",
        _OPERATIONS[right.action],
        ACLPermissionType.ALLOW,
        ResourcePattern(kind, right.name, pattern),
    )


def _exactly(rule: ACL) -> ACLFilter:
    return ACLFilter(rule.principal, rule.host, rule.operation, rule.permission_type, rule.resource_pattern)
