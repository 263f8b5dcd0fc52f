"""Sentences about logs: why a training failed. The causes stand in files of their own, as (what, why, what to do)."""

from kohya_driver.texts import (
    diagnosis_launcher,
    diagnosis_learning,
    diagnosis_metal,
    diagnosis_models,
    diagnosis_networks,
    diagnosis_pictures,
    diagnosis_saving,
)

CAUSES = (
    diagnosis_launcher.CAUSES
    | diagnosis_metal.CAUSES
    | diagnosis_models.CAUSES
    | diagnosis_pictures.CAUSES
    | diagnosis_networks.CAUSES
    | diagnosis_learning.CAUSES
    | diagnosis_saving.CAUSES
)
"""By kind. A kind's code has _ for its dot, as the part before a code's first dot names an area."""

TEXTS = {
    f"diagnosis.{kind.replace('.', '_')}{ending}": pair
    for kind, cause in CAUSES.items()
    for ending, pair in zip(("", ".why", ".hint"), cause, strict=True)
}
