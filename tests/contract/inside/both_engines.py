"""What parts_of_engine.py and parts_of_embedded.py share."""

import torch
from transformers import CLIPTextConfig, CLIPTextModel


def text_encoder():
    """A small one with fixed weights."""
    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 4, "num_attention_heads": 2}
    return CLIPTextModel(CLIPTextConfig(vocab_size=49408, projection_dim=16, **sizes)).eval()


def rates(args, make_schedule):
    """The rate of every step."""
    optimizer = torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))], lr=args.learning_rate)
    schedule, found = make_schedule(args, optimizer, 1), []
    for _ in range(args.max_train_steps):
        found.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
    return found


def described(states):
    return [*states.shape, float(states.double().sum()), float(states[0, -1, 0])]


def column_sums(picture):
    return picture.numpy().astype(float).sum(axis=(0, 2)).tolist()
