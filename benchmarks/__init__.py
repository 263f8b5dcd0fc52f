"""Measurements, one script a figure. Each prints rows and keeps them; `run.py` runs them all into one table."""
