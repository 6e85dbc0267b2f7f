"""What partners of any language build on, made from the catalogue: docs/asyncapi.yaml and docs/vectors/.

`python -m backbone.contract write` makes both again; tests compare what stands there with what the code says.
"""
