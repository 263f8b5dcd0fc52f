"""Every signature, in the order in which they are asked: what says more stands before what says less."""

from kohya_driver.diagnosis.signature import Signature
from kohya_driver.diagnosis.signatures import (
    environment,
    hub,
    launcher,
    learning,
    metal,
    models,
    networks,
    pictures,
    saving,
    settings,
)

SIGNATURES: tuple[Signature, ...] = (
    *metal.SIGNATURES,
    *launcher.SIGNATURES,
    *hub.SIGNATURES,
    *models.SIGNATURES,
    *pictures.SIGNATURES,
    *networks.SIGNATURES,
    *learning.SIGNATURES,
    *saving.SIGNATURES,
    *settings.SIGNATURES,
    *environment.SIGNATURES,
)
