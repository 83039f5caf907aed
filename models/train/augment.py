"""Foreign rooms, microphones and noises over the sounds of our engine, on energies in mel bands."""

import torch

from model import BANDS, FRAMES


def augment(energy, random):
    """Energies (B, BANDS, FRAMES) as if recorded elsewhere: equaliser, movement of level, small
    room, low-pass of a codec, noise floor, shifted onset. Half stay as they are."""
    batch = len(energy)
    draw = lambda *shape: torch.rand(*shape, generator=random)
    normal = lambda *shape: torch.randn(*shape, generator=random)
    chance = lambda probability: (draw(batch, 1, 1) < probability).float()
    touched = chance(0.5)

    # Equaliser: a tilt, a few wide bells and fine ripples; level that wanders.
    place = torch.linspace(-1, 1, BANDS).view(1, BANDS, 1)
    curve = 4 * normal(batch, 1, 1) * place
    for _ in range(3):
        middle, width = 2 * draw(batch, 1, 1) - 1, 0.08 + 0.5 * draw(batch, 1, 1)
        curve = curve + 3 * normal(batch, 1, 1) * torch.exp(-(((place - middle) / width) ** 2))
    curve = curve + 2 * draw(batch, 1, 1) * normal(batch, BANDS, 1)
    time = torch.linspace(0, 6.283, FRAMES).view(1, 1, FRAMES)
    for speed in (0.5, 1.7, 4.1):
        curve = curve + 0.7 * normal(batch, 1, 1) * torch.sin(speed * time + 6.283 * draw(batch, 1, 1))
    energy = energy * 10 ** (touched * curve / 10)

    # Codec: nothing above a corner.
    corner = 0.3 + 0.7 * draw(batch, 1, 1)
    dulled = touched * chance(0.25) * (place > corner).float()
    energy = energy * (1 - dulled * (1 - 1e-7))

    # Small room: every frame rings on.
    decay = 1 + 12 * draw(batch, 1, 1) ** 2
    wet = touched * chance(0.35) * 10 ** (-(6 + 22 * draw(batch, 1, 1)) / 10)
    lag = torch.arange(FRAMES).view(1, FRAMES) - torch.arange(FRAMES).view(FRAMES, 1)
    tail = torch.exp(-lag.clamp(min=0).float() / decay) * (lag > 0).float()
    energy = energy + energy @ (wet * tail)

    # Noise floor: coloured, rough as noise is.
    loudest = energy.amax((1, 2), keepdim=True)
    level = -(30 + 50 * draw(batch, 1, 1)) + 8 * normal(batch, 1, 1) * place
    rough = -torch.log(draw(batch, BANDS, FRAMES).clamp(min=1e-4))
    energy = energy + touched * chance(0.6) * loudest * 10 ** (level / 10) * (0.4 + 0.6 * rough)

    # Onset: a frame early or late.
    shift = int(torch.randint(-1, 2, (1,), generator=random))
    return torch.roll(energy, shift, 2) if shift > 0 else energy
