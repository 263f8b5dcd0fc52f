"""What `kohya-driver doctor` looks at: the machine, its power, folders, the engine, the environment, the network."""
