"""What is made of LoRA files after a training, by the engine's own tools, and where they go: other programs, the Hub."""
