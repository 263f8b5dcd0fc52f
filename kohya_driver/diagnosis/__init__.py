"""WHY a training failed: a log of any size to one value, with the lines that show it."""
