"""Trains a preset on a rented machine, by SkyPilot: what goes up, what runs there, and how the run comes back."""
