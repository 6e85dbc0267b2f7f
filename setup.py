"""Packs the Avro schemas, which stand at the top of the repository, into the wheel as `schakel/schemas`. All else is in pyproject.toml."""

from setuptools import find_namespace_packages, setup

setup(
    packages=[*find_namespace_packages(include=["schakel*", "backbone*", "services*", "auditor*"]), "schakel.schemas"],
    package_dir={"schakel.schemas": "schemas/avro"},
    package_data={
        "schakel.schemas": ["lock.json", "*/*.avsc"],
        "backbone.kafka": ["jars.lock"],
        "backbone.monitoring": ["rules.yaml"],
        "backbone.overviews": ["page.css"],
        "backbone.person": ["lists.json", "page.css"],
        "services.hindsight": ["report.css"],
    },
)
