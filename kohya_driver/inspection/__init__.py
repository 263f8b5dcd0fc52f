"""What a model file is: a LoRA of any kind, a checkpoint, a VAE, an embedding. Read, never run.

`inspect_file` reads the header, and of the tensors only what it is asked for. `change` computes how much a LoRA changes
the layers that it was made for; `names` knows how the programs that write LoRAs call those layers.
"""
