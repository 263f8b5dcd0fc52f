"""`kohya-driver` without a command: what a folder holds, and the one next step from there."""
