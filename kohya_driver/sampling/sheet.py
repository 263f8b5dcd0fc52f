"""The pictures of a grid: the settings written into each, and all of a prompt side by side on one sheet.

On a sheet stand steps and weights only, in ASCII: the font that comes with Pillow has no other letters, and a prompt in Chinese
would be boxes. The prompts stand on the page and in grid.json.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from kohya_driver import files
from kohya_driver.errors import RunError
from kohya_driver.sampling.model import Cell, GridPlan

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

MOST_SIDE = 8000
"""Of a sheet, in pixels: what every viewer opens. Larger ones are made of smaller pictures."""
PICTURE = 512
"""The longest side of a picture on a sheet."""
GAP, MARGIN, HEAD, SIDE, FONT = 12, 24, 44, 84, 22
PAPER, INK = (250, 250, 249), (38, 38, 38)
OWN = "kohya-driver"
"""The name of our text in a PNG; the engine's own are prompt, seed, sampler, steps, scale and negative-prompt."""


def annotate(path: Path, plan: GridPlan, cell: Cell) -> None:
    """Write the settings into the picture: as JSON, and as `parameters` in the words that other programs read."""
    from PIL import Image, PngImagePlugin

    try:
        with Image.open(path) as picture:
            picture.load()
            told = dict(getattr(picture, "text", {}))
    except (OSError, ValueError, SyntaxError) as failure:
        raise RunError("grid.bad_picture", path, reason=str(failure)) from failure
    if OWN in told:
        return
    info = PngImagePlugin.PngInfo()
    own = {OWN: json.dumps(settings(plan, cell), ensure_ascii=False), "parameters": parameters(plan, cell)}
    for name, value in {**told, **own}.items():
        info.add_itxt(name, value)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", pnginfo=info)
    files.write_bytes(path, buffer.getvalue())


def settings(plan: GridPlan, cell: Cell) -> dict[str, object]:
    """Everything that a picture depends on."""
    prompt, lora = plan.prompts[cell.prompt], plan.loras[cell.lora]
    return {
        "prompt": prompt.text,
        "negative": prompt.negative,
        "seed": prompt.seed,
        "steps": prompt.steps,
        "scale": prompt.scale,
        "sampler": plan.sampler,
        "size": [prompt.width, prompt.height],
        "base": plan.base.name,
        "lora": lora.path.name if lora.path else None,
        "weight": cell.weight,
        "step": lora.step,
        "epoch": lora.epoch,
        "precision": plan.precision,
        "device": plan.device,
    }


def parameters(plan: GridPlan, cell: Cell) -> str:
    """The three lines that the web UIs show for a picture."""
    prompt, lora = plan.prompts[cell.prompt], plan.loras[cell.lora]
    words = prompt.text + (f" <lora:{lora.path.stem}:{cell.weight:g}>" if lora.path else "")
    lines = [words, *([f"Negative prompt: {prompt.negative}"] if prompt.negative else [])]
    lines.append(
        f"Steps: {prompt.steps}, Sampler: {plan.sampler}, CFG scale: {prompt.scale:g}, Seed: {prompt.seed}, "
        f"Size: {prompt.width}x{prompt.height}, Model: {plan.base.stem}"
    )
    return "\n".join(lines)


def sheet_name(prompt: int) -> str:
    return "grid.png" if prompt == 0 else f"grid-{prompt + 1}.png"


def write_sheets(plan: GridPlan, folder: Path) -> tuple[Path, ...]:
    """One sheet for each prompt: LoRA files across, weights down."""
    written = []
    for prompt in range(len(plan.prompts)):
        buffer = io.BytesIO()
        draw_sheet(plan, folder, prompt).save(buffer, "PNG")
        path = folder / sheet_name(prompt)
        files.write_bytes(path, buffer.getvalue())
        written.append(path)
    return tuple(written)


def draw_sheet(plan: GridPlan, folder: Path, prompt: int) -> Image:
    """The sheet of one prompt."""
    from PIL import Image, ImageDraw, ImageFont

    columns, rows = len(plan.loras), len(plan.weights)
    width, height = _picture_size(plan, prompt)
    size = (
        SIDE + MARGIN + columns * (width + GAP) - GAP + MARGIN,
        HEAD + MARGIN + rows * (height + GAP) - GAP + MARGIN,
    )
    sheet = Image.new("RGB", size, PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(FONT)
    for column, lora in enumerate(plan.loras):
        left = SIDE + MARGIN + column * (width + GAP)
        _write(pen, font, lora.label, (left + width / 2, MARGIN + HEAD / 2), width)
    for row, weight in enumerate(plan.weights):
        top = HEAD + MARGIN + row * (height + GAP)
        _write(pen, font, f"{weight:g}", (MARGIN + SIDE / 2, top + height / 2), SIDE)
    for cell, column, row in _places(plan, prompt):
        place = (SIDE + MARGIN + column * (width + GAP), HEAD + MARGIN + row * (height + GAP))
        with Image.open(folder / cell.file) as picture:
            small = picture.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
        sheet.paste(small, place)
    return sheet


def _places(plan: GridPlan, prompt: int) -> Iterator[tuple[Cell, int, int]]:
    """The base alone stands in the first row: it has no weight."""
    for cell in plan.cells:
        if cell.prompt == prompt:
            row = 0 if cell.weight is None else plan.weights.index(cell.weight)
            yield cell, cell.lora, row


def _picture_size(plan: GridPlan, prompt: int) -> tuple[int, int]:
    """As large as they are, up to a limit that the whole sheet keeps to."""
    width, height = plan.prompts[prompt].width, plan.prompts[prompt].height
    most = min(
        PICTURE / max(width, height),
        ((MOST_SIDE - SIDE - 2 * MARGIN) / len(plan.loras) - GAP) / width,
        ((MOST_SIDE - HEAD - 2 * MARGIN) / len(plan.weights) - GAP) / height,
        # Very small ones are enlarged, so that their labels have room.
        max(1.0, 128 / max(width, height)),
    )
    return max(1, int(width * most)), max(1, int(height * most))


def _write(pen: ImageDraw, font: object, text: str, middle: tuple[float, float], room: float) -> None:
    """In the middle of its place; what does not fit is cut."""
    while text and pen.textlength(text, font=font) > room:  # type: ignore[arg-type]
        text = text[:-4] + "..." if len(text) > 4 else ""
    pen.text(middle, text, INK, font=font, anchor="mm")  # type: ignore[arg-type]
