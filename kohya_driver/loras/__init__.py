"""What is made of LoRA files after a training, by the engine's own tools: smaller ones, merged, extracted, converted, checked."""
