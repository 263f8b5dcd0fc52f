"""What a training's curves and weights say about it, and what to do next.

`read` takes from a run's folder what was measured (`Course`); `rules` are small functions from that to a judgement, each with
its evidence; `advice` ranks them and leaves out what contradicts; `next_preset` writes the change that follows.
"""
