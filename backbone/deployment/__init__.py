"""A deployment past one machine, generated: what `deploy/compose.yaml` and `deploy/kubernetes/` say is computed here.

The topics, users, rights and limits come from the same functions (`backbone.kafka.topics`, `backbone.kafka.rights`) that make the
embedded broker's; the services from the same list that `backbone up` starts. Nothing here talks to a broker or a cluster.
"""
