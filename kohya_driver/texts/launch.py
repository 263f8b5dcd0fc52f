"""Sentences about several processes and machines that train together."""

TEXTS: dict[str, tuple[str, str]] = {
    "launch.uneven": (
        "{processes} processes cannot be shared out evenly among {machines} machines.",
        "{processes} 个进程无法平均分给 {machines} 台机器。",
    ),
    "launch.uneven.hint": (
        "num_processes counts those of all machines: make it a multiple of num_machines.",
        "num_processes 是所有机器的进程总数：请设为 num_machines 的整数倍。",
    ),
    "launch.rank_outside": (
        "This machine is said to be number {rank} of {machines}, which are counted from 0.",
        "这台机器被说成是 {machines} 台中的第 {rank} 号，而编号从 0 开始。",
    ),
    "launch.rank_outside.hint": (
        "Set launch.machine_rank to a number from 0 to {last}, another one on each machine.",
        "请把 launch.machine_rank 设为 0 到 {last} 之间的数，每台机器各不相同。",
    ),
    "launch.one_machine": (
        "main_process_ip is of no use for one machine.",
        "只有一台机器时，main_process_ip 不起作用。",
    ),
    "launch.one_machine.hint": (
        "Set launch.num_machines as well, or take the address out.",
        "请同时设置 launch.num_machines，或删除该地址。",
    ),
    "launch.no_address": (
        "Several machines are to train together, and nobody says where the first one is.",
        "要用多台机器一起训练，却没有说明第一台在哪里。",
    ),
    "launch.no_address.hint": (
        "Set launch.main_process_ip to the first machine's address in your network, the same on all of them.",
        "请把 launch.main_process_ip 设为第一台机器在局域网中的地址，所有机器上都一样。",
    ),
    "launch.no_way": (
        "This machine's network does not lead to {address}.",
        "本机的网络连不到 {address}。",
    ),
    "launch.no_way.hint": (
        "Correct launch.main_process_ip, or connect both machines to one network.",
        "请改正 launch.main_process_ip，或把两台机器接到同一个网络。",
    ),
    "launch.on_mps": (
        "{processes} processes are to train together, which torch cannot do on a Mac's graphics.",
        "要用 {processes} 个进程一起训练，而 torch 无法在 Mac 的图形芯片上这样做。",
    ),
    "launch.on_mps.hint": (
        'Set launch.num_processes = 1, or launch.device = "cpu" (far slower than the graphics).',
        '请设置 launch.num_processes = 1，或 launch.device = "cpu"（比图形芯片慢得多）。',
    ),
    "launch.few_cards": (
        "{here} processes are to train on this machine, which has {cards} NVIDIA card(s): each needs one of its own.",
        "要在这台机器上用 {here} 个进程训练，而它只有 {cards} 张 NVIDIA 显卡：每个进程需要一张。",
    ),
    "launch.few_cards.hint": (
        "Set launch.num_processes to the number of cards, of all machines together.",
        "请把 launch.num_processes 设为所有机器的显卡总数。",
    ),
    "launch.few_batches": (
        "An epoch has {batches} batch(es) for {processes} processes: some would train on the same pictures.",
        "每轮只有 {batches} 批图片，却有 {processes} 个进程：有些进程会训练相同的图片。",
    ),
    "launch.few_batches.hint": (
        "Use fewer processes, a smaller train_batch_size, or more repeats.",
        "请减少进程数、减小 train_batch_size，或增加重复次数。",
    ),
    "launch.batches_again": (
        "An epoch's {batches} batches do not come out even: {again} of them are trained on twice.",
        "每轮的 {batches} 批无法平均分配：其中 {again} 批会训练两次。",
    ),
}
