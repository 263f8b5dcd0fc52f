"""Takes part in the engine's training loop: saves, stops, and goes on after a stop. Stands alone, as entry.py does.

The loop of train_network.py is left as it is. Each thing that is set right here says why; tests/contract/test_resume.py and
test_entry.py fail when the pin no longer needs it or no longer allows it:

- The engine has no ear for a wish to save or to stop: `at_step` looks for one, where the engine draws samples before it saves.
- Its own `resume` starts its step counter at 0, runs a started epoch again, and skips wrongly with accumulation
  (train_network.py:1239-1300). So its option is not used. The loop is run from its beginning instead, with nothing computed
  (a "replay"), up to the place where the state was saved: the counters, the order of batches and the names of files are those
  of a training that was never interrupted. There the state is loaded (`_go_on_here`).
- It trains on when the loss is NaN, and saves the result: it is left before anything is saved (`_leave`).
- Validation on MPS asks torch.cuda for its random numbers and crashes (train_network.py:1378): torch.mps stands in.
- Drawing samples leaves the random numbers of MPS at the prompt's seed (train_util.py:6453); and drawing, saving and logging take
  random numbers of Python's, more of them the first time in a process. After each, all are put back as the step left them, so
  that a training does not depend on what was drawn or saved, and when.

- On a processor accelerate wraps models that have nothing to train, too, which torch refuses: `bare_unless_trained`.

Of several processes each has a Loop. The first one of all decides, at the end of each step, and tells the others (`_for_all`):
whatever one did alone, such as stopping, the others would wait for without end. A state holds the first one's random numbers;
the engine starts all of them with the same ones. The first process of a machine tells its driver.
"""

import argparse
import array
import contextlib
import functools
import json
import math
import os
import shutil
import signal
import sys
import time

NOT_FINITE = 86
"""Exit status of a training that was left because its loss was no number."""
TERMINATED = 143
RETRY_SECONDS = 60.0
"""After a state that could not be written, because the disk was full."""
NEVER = 1 << 60
"""So many epochs between two validations that there is none."""


def take_part(path, states, tell):
    """Hook into the engine, as the file at `path` says; returns the Loop.

    Args:
        path: attempt.json in the run's folder: {"resume": folder or "", "states": folder, "saved": folder,
            "autosave_seconds": 600.0 (0: never), "keep_states": 2, "leave_when_not_finite": true}; with several
            machines also {"alike": {…}}, what must be the same on all of them. A wish comes as request.json beside it:
            {"id": 1, "save": true, "sample": false, "stop": false}.
        states: the module entry_states.
        tell: takes what the driver is to know: {"event": "resumed" | "state" | "saved" | "not_saved" | "left", …}.
    """
    with open(path, encoding="utf-8") as file:
        settings = json.load(file)
    if settings.get("alike"):
        leave_unless_alike(settings["alike"])
    loop = Loop(os.path.dirname(os.path.abspath(path)), settings, states, tell)
    loop.note_start()
    signal.signal(signal.SIGTERM, loop.on_terminate)
    hook(loop)
    return loop


def leave_unless_alike(mine):
    """Machines whose trainings differ would wait for each other without end: all of them leave, and say in what.

    They tell each other through the store by which torch's launcher has brought them together. That is there before they
    have a common language: the first thing in which they may differ is the device.
    """
    from torch.distributed import TCPStore

    store = TCPStore(
        os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"]), is_master=False, wait_for_workers=False
    )
    rank, every = os.environ["RANK"], range(int(os.environ["WORLD_SIZE"]))
    store.set(f"kohya-driver/told/{rank}", json.dumps(mine))
    told = [json.loads(store.get(f"kohya-driver/told/{one}")) for one in every]
    store.set(f"kohya-driver/read/{rank}", "")
    if rank == "0":  # the store ends with the first machine's launcher
        store.wait([f"kohya-driver/read/{one}" for one in every])
    names = sorted({name for one in told for name in one})
    values = {name: list(dict.fromkeys(str(one.get(name)) for one in told)) for name in names}
    differing = [f"{name}: {', '.join(found)}" for name, found in values.items() if len(found) > 1]
    if differing:
        sys.exit(f"kohya-driver: the machines do not train the same: {'; '.join(differing)}")


class LiveArguments(argparse.Namespace):
    """The engine's options, some of which read otherwise for a while (`live`); vars() shows them as they are."""

    live = {}  # of the class, so that vars() does not hold it

    def __getattribute__(self, name):
        live = LiveArguments.live
        return live[name] if name in live else super().__getattribute__(name)


REPLAYED = {
    "save_every_n_steps": None,
    "save_every_n_epochs": None,
    "validate_every_n_steps": None,
    "validate_every_n_epochs": NEVER,
    "scale_weight_norms": None,
}
"""How the engine's options read during a replay: what is costly or leaves files is left out."""


class Loop:
    """One attempt at a training, seen from inside."""

    def __init__(self, folder, settings, states, tell):
        self.folder, self.settings, self.states = folder, settings, states
        self.is_main = os.environ.get("RANK", "0") == "0"
        self.is_spread = os.environ.get("WORLD_SIZE", "1") != "1"
        self.is_first_here = os.environ.get("LOCAL_RANK", "0") == "0"
        self._tell = tell
        self.rates = []  # that the last optimizer step was made with; entry.py keeps them
        self.replay = states.read(settings["resume"]) if settings.get("resume") else None
        LiveArguments.live = dict(REPLAYED) if self.replay else {}
        self.args = self.dataset = self.bar = self.last_loss = None
        self.step, self.epoch = 0, -1
        self.micro = self.fetched = 0  # micro-batches trained on, and asked of the dataset
        self.losses = array.array("d")  # of all micro-batches
        self.order = None  # random numbers from before this epoch's order was drawn
        self.left_by_step = None  # random numbers as the last optimizer step left them
        self.ahead = (-1, None)  # the micro-batch fetched last, and the random numbers from before that
        self.in_step = self.ended = self.training = False
        self.stopping = self.terminated = False
        self.request_id = 0
        self.left = ""
        self.since, self.last_step_at = time.monotonic(), None
        self.step_seconds = self.save_seconds = 0.0
        self.not_before = 0.0

    @property
    def replaying(self):
        return self.replay is not None

    def tell(self, event, **facts):
        if self.is_first_here:
            self._tell({"event": event, "time": time.time(), **facts})

    # --- what the driver is told in trainer.json, because the launcher hides how the trainer ended

    def note_start(self):
        self._note({"pid": os.getpid()})

    def note_end(self, status):
        self._note({"pid": os.getpid(), "status": status, "left": self.left})

    def _note(self, facts):
        if not self.is_first_here:
            return
        with contextlib.suppress(OSError):
            partial = os.path.join(self.folder, ".trainer.json")
            with open(partial, "w", encoding="utf-8") as file:
                json.dump({"time": time.time(), **facts}, file)
            os.replace(partial, os.path.join(self.folder, "trainer.json"))

    def on_terminate(self, number, frame):
        """The system is going down, say: save and stop. Asked again, or with nothing trained yet, at once."""
        if self.terminated or not self.training:
            os._exit(TERMINATED)
        self.terminated = True

    # --- the order of batches

    def before_order(self):
        """An epoch's order of batches is about to be drawn."""
        self.epoch += 1
        if self.replaying and self.epoch == self.replay.epoch:
            self.states.restore_random_numbers(self.replay.rest["order"])
        self.order = self.states.random_numbers()

    def fetch(self, get):
        """The next micro-batch for training. During a replay there is none, but for the one that was fetched ahead."""
        number, self.fetched = self.fetched, self.fetched + 1
        if self.replaying:
            if number < self.replay.micro:
                return None
            if self.replay.rest["ahead"] is not None:
                self.states.restore_random_numbers(self.replay.rest["ahead"])
        self.ahead = (number, self.states.random_numbers())
        return get()

    # --- the trainer's methods

    def process_batch(self, original, *arguments, is_train=True, **options):
        if not is_train:
            return original(*arguments, is_train=False, **options)
        self.micro += 1
        if self.replaying:
            import torch

            return torch.tensor(self.replay.rest["losses"][self.micro - 1])
        if not self.training:
            self.training, self.since = True, time.monotonic()
        loss = original(*arguments, is_train=True, **options)
        self.last_loss = loss.detach()
        return loss

    def sample_images(self, original, accelerator, args, epoch, step, *rest, **options):
        def draw():
            before = self.states.random_numbers()
            original(accelerator, args, epoch, step, *rest, **options)
            self.states.restore_random_numbers(before)

        if epoch == 0:
            if not self.replaying:
                draw()
        elif epoch is None:
            self._at_step(accelerator, step, draw)
        else:
            self._at_epoch_end(accelerator, draw)

    def _at_epoch_end(self, accelerator, draw):
        """The engine has validated and saved, if its options say so."""
        if self.replaying and self.replay.kind == "epoch" and self.epoch == self.replay.epoch:
            self._go_on_here(accelerator)
        if not self.replaying:
            self.states.restore_random_numbers(self.left_by_step)
            draw()

    def _at_step(self, accelerator, step, draw):
        """An optimizer step is done; the engine is about to save, if its options say so."""
        self.step = step
        if self.replaying:
            if self.replay.kind == "step" and step == self.replay.step:
                self._go_on_here(accelerator)
            return
        self.in_step = True
        if self.last_step_at is not None:
            self.step_seconds = max(time.monotonic() - self.last_step_at, self.step_seconds * 0.9)
        self.left_by_step = self.states.random_numbers()
        draw()
        self._save_if_wanted(accelerator, step, draw)
        self.last_step_at = time.monotonic()

    def _save_if_wanted(self, accelerator, step, draw):
        own = self._saves_itself(step)
        wish, due = self._for_all(self._decide(accelerator, own) if self.is_main else None)
        if not (wish or due):
            return
        if wish.get("sample"):
            self._draw_now(draw)
        if self.is_main:
            self._save_state(accelerator)
        if wish.get("save") or wish.get("stop"):
            self._save_lora(own, wish)
        self.stopping = bool(wish.get("stop")) and step < self.args.max_train_steps

    def _decide(self, accelerator, own):
        """What is asked for, and whether a state is due; neither where there is nothing that is worth saving."""
        wish, due = self._wish(), self._is_due()
        if not (wish or own or due) or self._is_finite(accelerator):
            return wish, due
        if self.settings.get("leave_when_not_finite", True):
            self._leave("not_finite", NOT_FINITE)
        return {}, False

    def _for_all(self, decision):
        """What the first process has decided."""
        if not self.is_spread:
            return decision
        from accelerate.utils import broadcast_object_list

        return broadcast_object_list([decision])[0]

    def after_log(self, loss):
        """The engine has logged a micro-step."""
        LiveArguments.live = {}
        if self.in_step:
            self.in_step = False
            self.states.restore_random_numbers(self.left_by_step)
        self.losses.append(loss)
        # Another process's loss is in everybody's weights, and in the first one's next loss.
        if self.is_main and not math.isfinite(loss) and self.settings.get("leave_when_not_finite", True):
            self._leave("not_finite", NOT_FINITE)
        if self.stopping:
            self._leave("stopped", 0)

    # --- going on after a stop

    def _go_on_here(self, accelerator):
        position, self.replay = self.replay, None
        wanted = first_rates(accelerator)
        accelerator.load_state(position.folder)
        set_first_rates(accelerator, wanted)
        rest = position.rest
        self.left_by_step = rest["now"]
        self.states.restore_random_numbers(self.left_by_step)
        self.losses = rest["losses"][: position.micro - (position.kind == "step")]  # the last is logged next
        self.rates[:] = rest["rates"]
        self.order = rest["order"]
        # A state of the clock's was written before the engine's own files of that step, so they are written now.
        saved = position.kind == "step" and not position.folder.startswith(self.settings["states"])
        LiveArguments.live = {"save_every_n_steps": None} if saved else {}
        self.in_step = position.kind == "step"
        self.last_loss = None
        self.since, self.last_step_at = time.monotonic(), None
        if self.bar is not None:
            self.bar.start_t, self.bar.initial = self.bar._time(), self.bar.n
        self.tell("resumed", step=position.step, epoch=position.epoch + 1, path=position.folder)

    # --- saving

    def _is_due(self):
        """Whether more than the given time would have passed by the end of another step."""
        limit, now = self.settings.get("autosave_seconds") or math.inf, time.monotonic()
        return now - self.since + self.step_seconds + self.save_seconds >= limit and now >= self.not_before

    def _saves_itself(self, step):
        every = self.args.save_every_n_steps
        return bool(every) and step % every == 0

    def _wish(self):
        """What somebody asks for; empty if nobody does."""
        if self.terminated:
            return {"stop": True}
        try:
            with open(os.path.join(self.folder, "request.json"), encoding="utf-8") as file:
                wish = json.load(file)
        except (OSError, ValueError):
            return {}
        if wish.get("id", 0) <= self.request_id:
            return {}
        self.request_id = wish["id"]
        return wish

    def _is_finite(self, accelerator):
        """The loss and every weight are numbers."""
        import torch

        weights = [
            weight for model in accelerator._models for weight in model.parameters() if weight.requires_grad
        ]
        with torch.no_grad():
            return all(
                bool(torch.isfinite(each).all()) for each in (self.last_loss, *weights) if each is not None
            )

    def _save_state(self, accelerator):
        """Whole under its name, or not at all; the training goes on if there is no room for it."""
        root, begin = self.settings["states"], time.monotonic()
        partial, path = (os.path.join(root, f"{dot}step-{self.step:08d}") for dot in (".", ""))
        try:
            shutil.rmtree(partial, ignore_errors=True)
            os.makedirs(partial)
            accelerator.save_state(partial)
            shutil.rmtree(path, ignore_errors=True)
            os.replace(partial, path)
            self.states.prune(root, self.settings.get("keep_states") or 1)
        except (
            Exception
        ) as failure:  # torch, safetensors and the system have one of their own each for a full disk
            shutil.rmtree(partial, ignore_errors=True)
            self.not_before = time.monotonic() + RETRY_SECONDS
            self.tell("not_saved", step=self.step, reason=f"{type(failure).__name__}: {failure}"[:300])
            return
        self.since = time.monotonic()
        self.save_seconds = self.since - begin
        self.tell("state", step=self.step, path=path, seconds=round(self.save_seconds, 3))

    def save_state(self, original, accelerator, output_dir=None, *arguments, **options):
        """accelerator.save_state, of ours and of the engine's own calls: what it leaves out is added."""
        result = original(accelerator, output_dir, *arguments, **options)
        if output_dir is not None and self.is_main:
            self.states.seal(os.fspath(output_dir), self._facts(), self._rest())
        return result

    def _facts(self):
        kind = "end" if self.ended else "step" if self.in_step else "epoch"
        return {
            "kind": kind,
            "step": self.step,
            "epoch": self.epoch,
            "micro": self.micro,
            "time": time.time(),
        }

    def _rest(self):
        losses = self.losses[:]
        if len(losses) < self.micro:
            losses.append(float(self.last_loss))
        fetched, before = self.ahead
        return {
            "now": self.left_by_step,
            "order": self.order,
            "ahead": before if fetched == self.micro else None,
            "losses": losses,
            "rates": list(self.rates),
        }

    def _save_lora(self, own, wish):
        """The engine itself writes it, with its metadata, because its options ask for it until this step is logged."""
        name = f"{self.args.output_name or 'at'}-step{self.step:08d}.{self.args.save_model_as}"
        folder = self.args.output_dir if own else self.settings["saved"]
        if not own:
            LiveArguments.live = {
                "save_every_n_steps": 1, "save_state": False, "save_last_n_steps": None, "output_dir": folder,
            }  # fmt: skip
        self.tell("saved", step=self.step, path=os.path.join(folder, name), request=wish.get("id", 0))

    def _draw_now(self, draw):
        """The prompts, out of turn."""
        LiveArguments.live = {"sample_every_n_epochs": None, "sample_every_n_steps": 1}
        draw()
        LiveArguments.live = {}

    def _leave(self, why, status):
        self.left = why
        self.tell("left", why=why, step=self.step)
        sys.exit(status)


def first_rates(accelerator):
    """Of each optimizer's groups: the rate of which the schedule makes the others."""
    return [
        [group.get("initial_lr", group["lr"]) for group in each.param_groups]
        for each in accelerator._optimizers
    ]


def set_first_rates(accelerator, wanted):
    """A state brings its own along; the config counts, where it was changed since."""
    for optimizer, scheduler, rates in zip(
        accelerator._optimizers, accelerator._schedulers, wanted, strict=False
    ):
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            first = group.get("initial_lr", group["lr"])
            if first and first != rate:
                group["lr"] = group["lr"] * (rate / first)
                group["initial_lr"] = rate
        if getattr(scheduler.scheduler, "base_lrs", rates) != rates:
            scheduler.scheduler.base_lrs = list(rates)


def hook(loop):
    """Put the loop's methods in the places of the engine's, accelerate's and torch's."""
    from accelerate import Accelerator
    from accelerate.optimizer import AcceleratedOptimizer
    from accelerate.scheduler import AcceleratedScheduler
    from torch.utils.data import RandomSampler
    from tqdm.std import tqdm

    for owner, name in (
        (Accelerator, "backward"),
        (Accelerator, "clip_grad_norm_"),
        (AcceleratedOptimizer, "step"),
        (AcceleratedScheduler, "step"),
    ):
        setattr(owner, name, unless_replaying(loop, getattr(owner, name)))
    tqdm.display = remember_bar(loop, tqdm.display)
    if loop.is_spread:
        Accelerator.prepare_model = bare_unless_trained(Accelerator.prepare_model)
    if not loop.is_main:
        tqdm.set_postfix = also_after_log(loop, tqdm.set_postfix)
    RandomSampler.__iter__ = tell_order(loop, RandomSampler.__iter__)
    Accelerator.save_state = over(loop.save_state, Accelerator.save_state)
    Accelerator.end_training = note_end_of_training(loop, Accelerator.end_training)
    stand_in_for_mps()
    when_imported("library.train_util", functools.partial(hook_engine, loop))


def hook_engine(loop, train_util):
    """train_util has just been imported, and nothing has been called."""
    group, read = train_util.DatasetGroup, train_util.read_config_from_file
    get, announce = group.__getitem__, group.set_max_train_steps

    def fetch(self, index):
        if self is loop.dataset:
            return loop.fetch(lambda: get(self, index))
        return None if loop.replaying else get(self, index)

    def note_dataset(self, steps):
        loop.dataset = self  # the engine tells it to the training's pictures, not to those for validation
        return announce(self, steps)

    def read_live(args, parser):
        loop.args = LiveArguments(**vars(read(args, parser)))
        hook_trainer(loop, sys._getframe(1).f_globals)
        return loop.args

    group.__getitem__, group.set_max_train_steps = fetch, note_dataset
    train_util.read_config_from_file = read_live


def hook_trainer(loop, names):
    """`names` are the script's own: its trainer's class is there, and not made yet."""
    for trainer in [
        found for found in names.values() if isinstance(found, type) and hasattr(found, "process_batch")
    ]:
        for name, method in (("process_batch", loop.process_batch), ("sample_images", loop.sample_images)):
            setattr(trainer, name, on_trainer(method, getattr(trainer, name)))
        trainer.on_step_start = unless_replaying(loop, trainer.on_step_start)


def on_trainer(method, original):
    def call(self, *arguments, **options):
        return method(functools.partial(original, self), *arguments, **options)

    return call


def over(method, original):
    def call(self, *arguments, **options):
        return method(original, self, *arguments, **options)

    return call


def unless_replaying(loop, original):
    def call(self, *arguments, **options):
        return None if loop.replaying else original(self, *arguments, **options)

    return call


def remember_bar(loop, display):
    """A bar is not drawn during a replay; that of the training is remembered, to be set right at its end."""

    def call(self, *arguments, **options):
        if self.desc == "steps":
            loop.bar = self
        return None if loop.replaying else display(self, *arguments, **options)

    return call


def bare_unless_trained(prepare_model):
    """accelerate wraps each model for several processes on a processor; torch refuses one with nothing to train.

    On cards accelerate asks first (accelerate/accelerator.py, prepare_model: MULTI_CPU).
    """

    def call(self, model, device_placement=None, evaluation_mode=False):
        trained = any(weight.requires_grad for weight in model.parameters())
        return prepare_model(self, model, device_placement, evaluation_mode or not trained)

    return call


def also_after_log(loop, set_postfix):
    """Only the first process logs. The others pass this place too, right before it, with the bar's average."""

    def call(self, ordered_dict=None, refresh=True, **values):
        result = set_postfix(self, ordered_dict, refresh, **values)
        if "avr_loss" in values and not loop.replaying:
            loop.after_log(float(values["avr_loss"]))
        return result

    return call


def tell_order(loop, iterate):
    def call(self):
        if self.data_source is loop.dataset:
            loop.before_order()
        yield from iterate(self)

    return call


def note_end_of_training(loop, original):
    def call(self, *arguments, **options):
        loop.ended = True
        return original(self, *arguments, **options)

    return call


def stand_in_for_mps():
    """torch.cuda's random numbers are asked for on MPS (train_network.py:1378, 1397)."""
    import torch

    if torch.backends.mps.is_available() and not torch.cuda.is_available():
        torch.cuda.get_rng_state = lambda *arguments: torch.mps.get_rng_state()
        torch.cuda.set_rng_state = lambda state, *arguments: torch.mps.set_rng_state(state)


def when_imported(name, then):
    """Call `then` with the module of this name, right after it was imported for the first time."""
    sys.meta_path.insert(0, WhenImported(name, then))


class WhenImported:
    """Calls something once, right after a module was imported for the first time."""

    def __init__(self, name, then):
        self.name, self.then = name, then

    def find_spec(self, name, path=None, target=None):
        if name != self.name:
            return None
        sys.meta_path.remove(self)
        import importlib.util

        spec = importlib.util.find_spec(name)
        execute, then = spec.loader.exec_module, self.then

        def execute_and_call(module):
            execute(module)
            then(module)

        spec.loader.exec_module = execute_and_call
        return spec
