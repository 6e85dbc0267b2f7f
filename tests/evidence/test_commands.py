"""What `backbone ledger` and `backbone evidence` take, and refuse, before they ask a broker for anything."""

import json
from pathlib import Path

import pytest

from backbone.cli import evidence, ledger
from backbone.cli.output import Undoable
from backbone.evidence import replacing
from backbone.evidence.signing import SigningKeys, key_file
from backbone.settings import Settings
from backbone.store.store import Store
from schakel.evidence.witness import Witnessed
from tests.evidence.test_witness import good, head
from tests.support.postgres import Postgres


@pytest.mark.postgres
def test_a_database_of_another_ledger_is_not_put_under_a_restored_one(postgres: Postgres, tmp_path: Path) -> None:
    """One database for all services: an empty one will do, and so will one with tables of somebody else."""
    settings = Settings(var_dir=tmp_path, database_url=postgres.database())
    ledger._refuse_databases(settings)
    store = Store(settings.service_database_url("routing"), "routing")
    store.migrate()
    store.close()
    with pytest.raises(Undoable, match=r"schema routing of .* belongs to another ledger"):
        ledger._refuse_databases(settings)


def test_a_database_file_of_another_ledger_is_not_put_under_a_restored_one(tmp_path: Path) -> None:
    settings = Settings(var_dir=tmp_path, database_url=None)
    ledger._refuse_databases(settings)
    store = Store(settings.service_database_url("routing"), "routing")
    store.migrate()
    store.close()
    with pytest.raises(Undoable, match=r"routing\.db belongs to another ledger"):
        ledger._refuse_databases(settings)


def test_the_signing_key_that_was_brought_back_is_one_to_check_with(tmp_path: Path) -> None:
    settings = Settings(var_dir=tmp_path)
    assert ledger._own_keys(settings) == []
    keys = SigningKeys(key_file(settings))
    replacing.make(keys)
    assert ledger._own_keys(settings) == [private.public_key() for private in keys.all()]


def test_heads_of_a_partner_and_notes_one_behind_the_other(tmp_path: Path) -> None:
    kept = Witnessed()
    for size in (90, 70):
        kept.see(head(size), size, good)  # the offset counts for those that get smaller
    kept.see(head(80), 91, good)
    for text in (
        json.dumps(kept.as_json()),
        head(70) + head(90) + head(80),
        head(70) + "\n" + head(90) + "\n" + head(80),
    ):
        path = tmp_path / "coc-amsterdam.heads"
        path.write_text(text, encoding="utf-8")
        assert sorted(one.size for one in evidence._heads([path])) == [70, 80, 90]
    path.write_text(head(70).replace("70", "seventy"), encoding="utf-8")
    with pytest.raises(Undoable, match=r"<partner>\.heads of a client"):
        list(evidence._heads([path]))
