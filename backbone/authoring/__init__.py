"""For whoever writes a protocol: its text in plain Dutch, its route as a picture, the pages of docs/protocols.

What a protocol may say and what must hold of it is `backbone.protocols`; playing one is `services.rehearsal`.
"""
