"""Presets from other tools' files, and other tools' files from presets."""
