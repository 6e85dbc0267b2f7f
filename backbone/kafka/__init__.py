"""Kafka as the backbone needs it: the broker of one machine, the topics, who may do what.

The broker is in `embedded` (its jars in `jars`, its settings in `properties`), the topics in `topics`, users and access
rules in `access`. Sending and reading events is not here: that is the client's (`schakel`) and the engine's business.
"""
