"""The parts of the embedded trainer; they run in the engine's interpreter, with the folder above as the current one."""
