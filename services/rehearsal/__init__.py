"""Rehearsal: a scenario or a real case's history played against a protocol file by the real rules, without Kafka or a database.

Not a service: nothing runs here. It stands among the services because it lets their rules decide; `backbone protocol try` is its door.
"""
