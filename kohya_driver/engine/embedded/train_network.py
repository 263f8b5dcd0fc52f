"""The embedded engine's trainer: a LoRA for SD 1.x. Started as sd-scripts' own train_network.py is:

    accelerate launch train_network.py --config_file config.toml

What it carries out is in `scope.py`. It reads the same configs as sd-scripts, prints the same lines and bars, and writes the
same files. Its loop has the same order, because kohya_driver/engine/entry_loop.py takes part in it: an optimizer step, then
samples, then files, then the log.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from pathlib import Path
from typing import Any

import library.train_util as train_util
import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from library import diffusion, log, memory, metadata, models, optimization, samples, settings, text
from library.log import logger
from library.network import groups, make_network
from library.pictures import PictureSet
from library.saving import Saver
from torch.utils.data import DataLoader
from tqdm import tqdm

NO_DATA = "No data found. Please verify arguments (the folders of the dataset config must hold pictures)"


class NetworkTrainer:
    """One training."""

    def train(self, args: argparse.Namespace) -> None:
        self.args, self.epoch, self.step = args, 0, 0
        args.seed = random.randrange(2**32) if args.seed is None else args.seed
        set_seed(args.seed)
        if args.sample_prompts:
            settings.refuse(samples.outside(Path(args.sample_prompts)))
        base_path = Path(args.pretrained_model_name_or_path)
        self.tokenizer = text.Tokenizer(
            text.tokenizer_folder(args.tokenizer_cache_dir, base_path), args.max_token_length
        )
        self.pictures = self.read_pictures()
        if not len(self.pictures):
            logger.error(NO_DATA)
            return
        self.make_accelerator()
        self.load_base(base_path)
        if args.cache_latents:
            self.cache_latents()
        self.prepare()
        self.tell_header()
        self.begin()
        for epoch in range(self.epochs):
            self.train_epoch(epoch)
        self.end()

    # --- before the first step

    def read_pictures(self) -> train_util.DatasetGroup:
        tables = settings.read_datasets(Path(self.args.dataset_config))
        # Not from Python's own numbers, of which rich takes some for every line of the log.
        seed = random.Random(self.args.seed).randint(0, 2**31)
        sets = [PictureSet(table, self.args, self.tokenizer) for table in tables]
        for one in sets:
            one.seed = seed
        return train_util.DatasetGroup(sets)

    def make_accelerator(self) -> None:
        args, folder = self.args, None
        if args.logging_dir:
            folder = f"{args.logging_dir}/{args.log_prefix or ''}{time.strftime('%Y%m%d%H%M%S')}"
        logger.info("preparing accelerator")
        self.accelerator = Accelerator(
            gradient_accumulation_steps=args.gradient_accumulation_steps,
            mixed_precision=args.mixed_precision,
            log_with="tensorboard" if folder else None,
            project_dir=folder,
        )
        self.say = self.accelerator.print
        print("accelerator device:", self.accelerator.device, flush=True)

    def load_base(self, path: Path) -> None:
        """The U-Net in the training's own precision, as the text encoder where it is not on the processor."""
        state = self.accelerator.state
        logger.info(f"loading model for process {state.local_process_index}/{state.num_processes}")
        self.weight_type = models.weight_type(self.args.mixed_precision)
        self.base = models.load_base(path, sdpa=self.args.sdpa)
        self.base.vae.to(dtype=torch.float32 if self.args.no_half_vae else self.weight_type)
        if self.args.lowram:
            for model in (self.base.vae, self.base.unet, self.base.text_encoder):
                model.to(self.accelerator.device)

    def cache_latents(self) -> None:
        self.base.vae.to(self.accelerator.device)
        for one in self.pictures.datasets:
            one.cache_latents(self.encode_and_clean, self.args.vae_batch_size)
        self.base.vae.to("cpu")
        memory.clean(self.accelerator.device)
        self.accelerator.wait_for_everyone()

    def encode_pictures(self, images: torch.Tensor) -> torch.Tensor:
        vae = self.base.vae
        with torch.no_grad():
            found = vae.encode(images.to(vae.device, vae.dtype)).latent_dist
            return found.mean + found.std * diffusion.drawn_like(found.mean)

    def encode_and_clean(self, images: torch.Tensor) -> torch.Tensor:
        latents = self.encode_pictures(images)
        if not self.args.highvram:
            memory.clean(self.accelerator.device)
        return latents

    def prepare(self) -> None:
        args, accelerator = self.args, self.accelerator
        self.say("import network module:", args.network_module)
        self.network = make_network(args, self.base.text_encoder, self.base.unet, self.say)
        self.say("prepare optimizer, data loader etc.")
        made, self.names = groups(self.network, args)
        optimizer, self.optimizer_name = optimization.make_optimizer(args, made)
        loader = DataLoader(self.pictures, batch_size=1, shuffle=True, collate_fn=self.collate)
        if args.max_train_epochs is not None:
            a_step = accelerator.num_processes * args.gradient_accumulation_steps
            args.max_train_steps = args.max_train_epochs * math.ceil(len(loader) / a_step)
            self.say(
                f"override steps. steps for {args.max_train_epochs} epochs is / 指定エポックまでのステップ数: {args.max_train_steps}"
            )
        self.pictures.set_max_train_steps(args.max_train_steps)
        schedule = optimization.make_schedule(args, optimizer, accelerator.num_processes)
        self.place_models()
        # Not for evaluation, but its forward is never called: the processes' gradients are brought together in `update`.
        self.network = accelerator.prepare_model(self.network, evaluation_mode=True)
        self.optimizer, self.loader, self.schedule = accelerator.prepare(optimizer, loader, schedule)
        accelerator.register_save_state_pre_hook(self.note_state)
        self.epochs = math.ceil(
            args.max_train_steps / math.ceil(len(self.loader) / args.gradient_accumulation_steps)
        )

    def place_models(self) -> None:
        device, base = self.accelerator.device, self.base
        base.unet.to(device, self.weight_type)
        base.text_encoder.to(device, torch.float32 if device.type == "cpu" else self.weight_type)
        if not self.args.cache_latents:
            base.vae.to(device)
        self.network.to(device, torch.float32)
        if self.args.gradient_checkpointing:
            base.unet.enable_gradient_checkpointing()
            base.text_encoder.gradient_checkpointing_enable({"use_reentrant": False})
        base.unet.train(
            self.args.gradient_checkpointing
        )  # without, it would not checkpoint; there is no dropout in it
        base.text_encoder.train(self.args.gradient_checkpointing)

    def collate(self, items: list[Any]) -> Any:
        self.pictures.set_current_epoch(self.epoch)
        return items[0]

    def tell_header(self) -> None:
        sets, args = self.pictures.datasets, self.args
        for line in (
            "running training / 学習開始",
            f"  num train images * repeats / 学習画像の数×繰り返し回数: {sum(one.num_train_images for one in sets)}",
            "  num validation images * repeats / 学習画像の数×繰り返し回数: 0",
            f"  num reg images / 正則化画像の数: {sum(one.num_reg_images for one in sets)}",
            f"  num batches per epoch / 1epochのバッチ数: {len(self.loader)}",
            f"  num epochs / epoch数: {self.epochs}",
            f"  batch size per device / バッチサイズ: {', '.join(str(one.batch_size) for one in sets)}",
            f"  gradient accumulation steps / 勾配を合計するステップ数 = {args.gradient_accumulation_steps}",
            f"  total optimization steps / 学習ステップ数: {args.max_train_steps}",
        ):
            self.say(line)

    def begin(self) -> None:
        args, accelerator = self.args, self.accelerator
        told = metadata.of_training(
            args, self.pictures.datasets, self.optimizer_name, len(self.loader), self.epochs
        )
        self.saver = Saver(args, accelerator, self.network, told)
        self.noise = diffusion.make_schedule()
        accelerator.init_trackers("network_train")
        self.sample_images(accelerator, args, 0, 0)
        for name, model in (("unet", self.base.unet), ("text_encoder", self.base.text_encoder)):
            logger.info(f"{name} dtype: {model.dtype}, device: {model.device}")
        shown = accelerator.is_local_main_process
        self.bar = tqdm(range(args.max_train_steps), smoothing=0, disable=not shown, desc="steps")
        self.recorder = train_util.LossRecorder()

    # --- the loop

    def train_epoch(self, epoch: int) -> None:
        self.say(f"\nepoch {epoch + 1}/{self.epochs}\n")
        self.epoch = epoch + 1
        self.network.train()
        for place, batch in enumerate(self.loader):
            with self.accelerator.accumulate(self.network):
                self.on_step_start(batch)
                loss = self.process_batch(batch)
                self.update(loss)
            if self.accelerator.sync_gradients:
                self.after_step(epoch)
            self.log_step(epoch, place, loss.detach().item())
            if self.step >= self.args.max_train_steps:
                break
        self.accelerator.log({"loss/epoch_average": self.recorder.moving_average}, step=epoch + 1)
        self.accelerator.wait_for_everyone()
        if self.accelerator.is_main_process:
            self.saver.after_epoch(epoch + 1, self.epochs, self.step)
        self.sample_images(self.accelerator, self.args, epoch + 1, self.step)
        self.bar.unpause()

    def on_step_start(self, batch: dict[str, Any]) -> None:
        """Pictures that are not cached are encoded anew each time."""
        if batch["latents"] is None:
            images = batch["images"]
            at_once = images.split(self.args.vae_batch_size or len(images))
            latents = torch.cat([self.encode_pictures(part) for part in at_once])
            if torch.isnan(latents).any():
                self.say("NaN found in latents, replacing with zeros")
            batch["latents"] = torch.nan_to_num(latents)

    def process_batch(self, batch: dict[str, Any], is_train: bool = True) -> torch.Tensor:
        args, base = self.args, self.base
        latents = batch["latents"].to(self.accelerator.device) * diffusion.LATENT_SCALE
        trains_text = is_train and not args.network_train_unet_only
        with torch.set_grad_enabled(trains_text), self.accelerator.autocast():
            conditions = text.encode(batch["input_ids"], base.text_encoder, args.clip_skip)
        asked = diffusion.ask(latents, self.noise, args)
        with torch.set_grad_enabled(is_train), self.accelerator.autocast():
            answer = base.unet(asked.noisy, asked.timesteps, conditions).sample
        return diffusion.loss_of(answer, asked, batch["loss_weights"].to(answer.device), self.noise, args)

    def update(self, loss: torch.Tensor) -> None:
        accelerator = self.accelerator
        accelerator.backward(loss)
        if accelerator.sync_gradients:
            for weight in self.network.parameters() if accelerator.num_processes > 1 else ():
                if weight.grad is not None:
                    weight.grad = accelerator.reduce(weight.grad, reduction="mean")
            if self.args.max_grad_norm:
                accelerator.clip_grad_norm_(self.network.parameters(), self.args.max_grad_norm)
        self.optimizer.step()
        self.schedule.step()
        self.optimizer.zero_grad(set_to_none=True)

    def after_step(self, epoch: int) -> None:
        self.bar.update(1)
        self.step += 1
        self.sample_images(self.accelerator, self.args, None, self.step)
        self.bar.unpause()
        if self.accelerator.is_main_process:
            self.saver.after_step(self.step, epoch)

    def sample_images(self, accelerator: Any, args: argparse.Namespace, epoch: int | None, step: int) -> None:
        if samples.is_due(args, epoch, step) and accelerator.is_main_process:
            self.network.eval()
            samples.draw_all(accelerator, args, epoch, step, self.base, self.tokenizer)
            self.network.train()

    def log_step(self, epoch: int, place: int, loss: float) -> None:
        self.recorder.add(epoch, place, loss)
        average = self.recorder.moving_average
        self.bar.set_postfix(avr_loss=average)
        rates = self.schedule.get_last_lr()
        values = {"loss/current": loss, "loss/average": average}
        values |= {f"lr/{name}": rate for name, rate in zip(self.names, rates, strict=True)}
        self.accelerator.log(values, step=self.step)

    def note_state(self, held: Any, weights: Any, folder: str) -> None:
        """Beside the network, the optimizer and the random numbers: where the training stands."""
        path, done = Path(folder) / "train_state.json", self.step
        logger.info(f"save train state to {path} at epoch {self.epoch} step {done}")
        path.write_text(json.dumps({"current_epoch": self.epoch, "current_step": done}), encoding="utf-8")

    def end(self) -> None:
        self.accelerator.end_training()
        if self.accelerator.is_main_process:
            self.saver.at_end(self.step, self.epochs)


def setup_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Train a LoRA for SD 1.x.")
    parser.add_argument("--config_file", required=True)
    return parser


if __name__ == "__main__":
    log.set_up()
    parser = setup_parser()
    args = train_util.read_config_from_file(parser.parse_args(), parser)
    NetworkTrainer().train(args)
