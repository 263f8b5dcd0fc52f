"""The embedded engine: a small trainer of LoRAs for SD 1.x, on libraries that PyPI has.

`train_network.py` and `tiny_base.py` run in the engine's own interpreter, with this folder as their current one; what they
need is in `library/`. They have nothing of this package but a few modules of the standard library (`library/shared.py`).
`scope.py` says what the trainer carries out, to the plan and to the trainer alike.
"""
