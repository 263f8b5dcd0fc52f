"""Comparing what LoRA files draw: one prompt and one seed over checkpoints and weights, as a grid."""
