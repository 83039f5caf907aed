"""What is learned: an ear that hears a sound and a flow that dreams up patches for it.

    samples (1, 65536), note (1, 2)   --Ear-->    heard (1, E)
    x (B, D), time (B, 1), heard      --Flow-->   means (B, D)

The ear: log-mel spectrogram by fixed matrices, then residual convolutions. The flow is
variational flow matching (Eijkelboom et al., NeurIPS 2024): on the straight path from noise to a
genome the network says what the genome is on average, categories as probabilities; the velocity
follows from it, (mean - x) / (1 - time).
"""

import json
import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SCHEMA = Path(__file__).resolve().parent.parent / "schema.json"
RATE = 32_000
LENGTH = 65_536
WINDOW = 1024
HOP = 512
FRAMES = LENGTH // HOP
BANDS = 96
LOWEST, HIGHEST = 30.0, 16_000.0
RANGE = 80.0


@dataclass
class Config:
    """Sizes of the networks."""

    channels: tuple = (24, 48, 80, 112)
    deep: tuple = (0, 1, 1, 1)
    squeezed: int = 48
    heard: int = 192
    hidden: int = 320
    blocks: int = 3
    wider: int = 2


@dataclass
class Schema:
    """The layout of a genome, as the instrument wrote it."""

    width: int
    hash: str
    groups: list = field(repr=False)

    @staticmethod
    def read(path=SCHEMA):
        data = json.loads(Path(path).read_text())
        return Schema(data["width"], data["hash"], data["groups"])

    def index(self):
        """For every place its group, and whether it is one of a choice or a switch."""
        group = np.zeros(self.width, np.int64)
        choice = np.zeros(self.width, bool)
        switch = np.zeros(self.width, bool)
        for k, g in enumerate(self.groups):
            span = slice(g["at"], g["at"] + g["width"])
            group[span] = k
            choice[span] = g["form"] == "choice"
            switch[span] = g["form"] == "switch"
        return group, choice, switch


def bands():
    """Triangular bands, evenly spaced on the mel scale, over the bins of a window: (bins, bands)."""
    mel = lambda hertz: 2595 * np.log10(1 + hertz / 700)
    edges = np.linspace(mel(LOWEST), mel(HIGHEST), BANDS + 2)
    edges = 700 * (10 ** (edges / 2595) - 1)
    # A band is at least a bin wide on either side of its middle.
    middle = edges[1:-1]
    low = np.minimum(edges[:-2], middle - RATE / WINDOW)
    high = np.maximum(edges[2:], middle + RATE / WINDOW)
    bins = np.arange(WINDOW // 2)[:, None] * RATE / WINDOW
    rise = (bins - low) / (middle - low)
    fall = (high - bins) / (high - middle)
    weights = np.clip(np.minimum(rise, fall), 0, None)
    return (weights / weights.sum(0)).astype(np.float32)


class Mel(nn.Module):
    """Energy in mel bands: samples (B, LENGTH) to (B, BANDS, FRAMES).

    The Fourier transform is two small matrix products with a twist between them (Cooley and
    Tukey 1965), so that a model file carries 32 x 32 cosines and not 1024 x 1024.
    """

    def __init__(self):
        super().__init__()
        n = math.isqrt(WINDOW)
        k = np.arange(n)
        turn = lambda a, b, size: np.exp(-2j * np.pi * np.outer(a, b) / size)
        inner, twist, outer = turn(k, k, n), turn(k, k, WINDOW), turn(k, k[: n // 2], n)
        const = lambda name, x: self.register_buffer(name, torch.tensor(x, dtype=torch.float32))
        for name, matrix in ("inner", inner), ("twist", twist), ("outer", outer):
            const(name + "_re", matrix.real)
            const(name + "_im", matrix.imag)
        const("window", np.hanning(WINDOW + 1)[:-1])
        const("bands", bands())
        self.n = n

    def forward(self, samples):
        halves = F.pad(samples, (0, HOP)).reshape(-1, FRAMES + 1, HOP)
        frames = torch.cat([halves[:, :-1], halves[:, 1:]], 2) * self.window
        # frames[n * a + b] as (b, a): the inner transform runs over a.
        rows = frames.reshape(-1, FRAMES, self.n, self.n).transpose(2, 3)
        re, im = rows @ self.inner_re, rows @ self.inner_im
        re, im = re * self.twist_re - im * self.twist_im, re * self.twist_im + im * self.twist_re
        re, im = re.transpose(2, 3), im.transpose(2, 3)
        real = re @ self.outer_re - im @ self.outer_im
        imaginary = re @ self.outer_im + im @ self.outer_re
        # (c, d) is bin c + n * d.
        power = (real * real + imaginary * imaginary).transpose(2, 3)
        power = power.reshape(-1, FRAMES, WINDOW // 2)
        return (power @ self.bands).transpose(1, 2)


def decibels(energy):
    """Energy (B, BANDS, FRAMES) to levels below the loudest place, 1 (loudest) to -1 (RANGE below)."""
    loudest = energy.amax((1, 2), keepdim=True).clamp(min=1e-20)
    level = torch.log(energy / loudest + 10 ** (-RANGE / 10)) * (10 / math.log(10))
    return 1 + level * (2 / RANGE)


class Residual(nn.Module):
    """Two convolutions beside a straight way."""

    def __init__(self, channels):
        super().__init__()
        conv = lambda: nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.first, self.second = conv(), conv()
        self.norm, self.last = nn.BatchNorm2d(channels), nn.BatchNorm2d(channels)

    def forward(self, x):
        inner = F.relu(self.norm(self.first(x)))
        return F.relu(x + self.last(self.second(inner)))


class Ear(nn.Module):
    """Hears a sound: what was played, as far as it matters to patches."""

    def __init__(self, config):
        super().__init__()
        self.mel = Mel()
        layers, before = [], 1
        for k, (channels, deep) in enumerate(zip(config.channels, config.deep)):
            size = 5 if k == 0 else 3
            layers += [
                nn.Conv2d(before, channels, size, stride=2, padding=size // 2, bias=False),
                nn.BatchNorm2d(channels),
                nn.ReLU(),
            ]
            layers += [Residual(channels) for _ in range(deep)]
            before = channels
        layers += [nn.Conv2d(before, config.squeezed, 1), nn.ReLU(), nn.Flatten()]
        self.layers = nn.Sequential(*layers)
        shrunk = 2 ** len(config.channels)
        flat = config.squeezed * (BANDS // shrunk) * (FRAMES // shrunk)
        self.note = nn.Sequential(nn.Linear(2, 64), nn.SiLU(), nn.Linear(64, config.heard))
        self.dense = nn.Linear(flat, config.heard)
        self.out = nn.Sequential(nn.SiLU(), nn.Linear(config.heard, config.heard))

    def see(self, levels, note):
        """Levels (B, BANDS, FRAMES) and notes (key, seconds until let go) to what is heard."""
        key = (note[:, :1] - 60) / 24
        gate = torch.log(note[:, 1:].clamp(0.0625, 2.0)) / math.log(2)
        x = self.layers(levels.unsqueeze(1))
        return self.out(self.dense(x) + self.note(torch.cat([key, gate + 1.5], 1)))

    def forward(self, samples, note):
        return self.see(decibels(self.mel(samples)), note)


class Block(nn.Module):
    """A residual layer whose scale and shift follow from the condition."""

    def __init__(self, config):
        super().__init__()
        inner = config.hidden * config.wider
        self.norm = nn.LayerNorm(config.hidden, elementwise_affine=False)
        self.shaped = nn.Linear(config.heard, 3 * config.hidden)
        self.up, self.down = nn.Linear(config.hidden, inner), nn.Linear(inner, config.hidden)
        nn.init.zeros_(self.shaped.weight)
        nn.init.zeros_(self.shaped.bias)

    def forward(self, x, condition):
        scale, shift, gate = self.shaped(condition).chunk(3, 1)
        inner = self.norm(x) * (1 + scale) + shift
        return x + (1 + gate) * self.down(F.silu(self.up(inner)))


class Flow(nn.Module):
    """The mean of all genomes that a place on the way from noise may become."""

    def __init__(self, config, schema):
        super().__init__()
        group, choice, switch = schema.index()
        member = np.eye(len(schema.groups), dtype=np.float32)[group] * choice[:, None]
        member = member[:, member.any(0)]
        self.register_buffer("member", torch.tensor(member))
        self.register_buffer("choice", torch.tensor(choice, dtype=torch.float32))
        self.register_buffer("switch", torch.tensor(switch, dtype=torch.float32))
        self.into = nn.Linear(schema.width, config.hidden)
        self.time = nn.Sequential(nn.Linear(33, config.heard), nn.SiLU(), nn.Linear(config.heard, config.heard))
        self.register_buffer("speeds", torch.exp(torch.linspace(0, math.log(200.0), 16)))
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.blocks))
        self.norm = nn.LayerNorm(config.hidden, elementwise_affine=False)
        self.out = nn.Linear(config.hidden, schema.width)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def logits(self, x, time, heard):
        """What the network says, before it is made of it what a genome may be."""
        angles = time * self.speeds
        time = self.time(torch.cat([time, torch.sin(angles), torch.cos(angles)], 1))
        condition = F.silu(time + heard)
        x = self.into(x)
        for block in self.blocks:
            x = block(x, condition)
        return self.out(self.norm(x))

    def means(self, logits):
        """Logits to mean genomes between -1 and 1: probabilities where there is a choice."""
        odds = torch.exp(logits.clamp(-15, 15))
        shares = odds / ((odds @ self.member) @ self.member.T + (1 - self.choice))
        switches = torch.sigmoid(logits)
        numbers = 0.5 + 0.5 * torch.tanh(logits)
        chosen = self.choice * shares + self.switch * switches
        return 2 * (chosen + (1 - self.choice - self.switch) * numbers) - 1

    def forward(self, x, time, heard):
        return self.means(self.logits(x, time, heard))


def sample(flow, heard, noise, steps=20, guidance=1.0):
    """Genomes (0 to 1) from noise (B, D), by Euler steps; heard is (B, E)."""
    x = noise
    for k in range(steps):
        time = torch.full((len(x), 1), k / steps)
        mean = flow(x, time, heard)
        if guidance != 1.0:
            blind = flow(x, time, torch.zeros_like(heard))
            mean = blind + guidance * (mean - blind)
        x = x + (mean - x) * (1 / steps / (1 - k / steps))
    return (0.5 + 0.5 * x).clamp(0, 1)


def parameters(module):
    return sum(p.numel() for p in module.parameters())
