"""Trains the ear and the flow on pairs that `cultivar dataset` made.

    python train.py PAIRS --config small -o RUN

Writes RUN/model.pt (averaged weights, config, metrics) and a line of metrics every few hundred
steps to RUN/log.jsonl.
"""

import argparse
import copy
import json
import math
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F

from augment import augment
from model import Config, Ear, Flow, Schema, decibels, parameters
from pairs import Pairs

HELD_OUT = 1024
BFLOAT16 = torch.cpu._is_avx512_bf16_supported()


@dataclass
class Run:
    """One training run."""

    net: Config = field(default_factory=Config)
    steps: int = 5000
    batch: int = 128
    draws: int = 4
    rate: float = 1.5e-3
    decay: float = 0.02
    blind: float = 0.1
    average: float = 0.998
    numbers: float = 4.0
    unheard: float = 0.1
    seed: int = 0


CONFIGS = {
    "tiny": Run(Config(channels=(16, 24, 32, 48), deep=(0, 0, 0, 0), hidden=256, blocks=2), steps=150),
    "small": Run(),
    "large": Run(
        Config(channels=(32, 64, 128, 192), deep=(1, 2, 2, 2), squeezed=64, heard=256, hidden=640, blocks=4),
        steps=120_000,
    ),
}


class Proposer(nn.Module):
    """Ear and flow together."""

    def __init__(self, config, schema):
        super().__init__()
        self.ear, self.flow = Ear(config), Flow(config, schema)


class Loss:
    """What the flow says against what a genome is, group by group."""

    def __init__(self, schema, run):
        sizes = torch.tensor([g["width"] for g in schema.groups], dtype=torch.float32)
        group = torch.tensor(schema.index()[0])
        # A shape counts as three numbers, whatever the number of its heights.
        self.share = torch.clamp(3 / sizes, max=1.0)[group]
        self.run = run

    def __call__(self, flow, logits, genome, heard):
        """Cross entropy of choices and switches, weighted squares of numbers; mean per pair."""
        number = 1 - flow.choice - flow.switch
        clamped = logits.clamp(-15, 15)
        odds = torch.exp(clamped)
        total = (odds @ flow.member) @ flow.member.T + (1 - flow.choice)
        chosen = -genome * (clamped - torch.log(total))
        switched = F.binary_cross_entropy_with_logits(logits, genome, reduction="none")
        apart = (torch.tanh(logits) - (2 * genome - 1)) ** 2
        weight = heard + self.run.unheard * (1 - heard)
        choices = (weight * flow.choice * chosen).sum(1).mean()
        switches = (weight * flow.switch * switched).sum(1).mean()
        numbers = (weight * number * self.share * apart).sum(1).mean()
        return choices + switches + self.run.numbers * numbers, (choices, switches, numbers)


def step_loss(net, loss, levels, note, genome, heard, run, random):
    """The loss of one batch: every sound is heard once, its flow drawn several times."""
    # Half the time where the processor knows bfloat16, and no worse.
    quick = torch.autocast("cpu", torch.bfloat16, enabled=BFLOAT16)
    with quick:
        seen = net.ear.see(levels, note).float()
    seen = seen * (torch.rand(len(seen), 1, generator=random) >= run.blind).float()
    many = lambda x: x.repeat(run.draws, 1)
    seen, genome, heard = many(seen), many(genome), many(heard)
    moment = torch.rand(len(genome), 1, generator=random)
    noise = torch.randn(genome.shape, generator=random)
    x = moment * (2 * genome - 1) + (1 - moment) * noise
    with quick:
        logits = net.flow.logits(x, moment, seen).float()
    return loss(net.flow, logits, genome, heard)


def held_out_loss(net, loss, pairs, places, run):
    """Loss of pairs that were not trained on, with the same noise every time."""
    net.eval()
    random = torch.Generator().manual_seed(1)
    still = copy.copy(run)
    still.blind = 0.0
    sums = torch.zeros(4)
    with torch.no_grad():
        for start in range(0, len(places), run.batch):
            chosen = places[start : start + run.batch]
            total, parts = step_loss(net, loss, *batch(pairs, chosen, None), still, random)
            sums += len(chosen) * torch.tensor([total, *parts])
    net.train()
    return (sums / len(places)).tolist()


def batch(pairs, places, random):
    """Levels, notes, genomes and what is heard of these pairs; augmented where there is chance."""
    order = places.sort().values
    energy = 10 ** (torch.from_numpy(pairs.mel[order.numpy()]).float() / 10)
    if random is not None:
        energy = augment(energy, random)
    return decibels(energy), pairs.note[order], pairs.genome[order], pairs.heard[order].float()


def train(pairs, schema, run, out, seconds=math.inf):
    """Trains until the steps are done. Gives the averaged network and its metrics."""
    torch.manual_seed(run.seed)
    random = torch.Generator().manual_seed(run.seed)
    net = Proposer(run.net, schema).to(memory_format=torch.channels_last)
    mean = copy.deepcopy(net).eval()
    loss = Loss(schema, run)
    kept = [p for p in net.parameters() if p.ndim > 1]
    plain = [p for p in net.parameters() if p.ndim <= 1]
    groups = [{"params": kept, "weight_decay": run.decay}, {"params": plain, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=run.rate, betas=(0.9, 0.98))
    warm = max(1, min(300, run.steps // 10))
    slope = lambda k: min(k / warm, 0.5 + 0.5 * math.cos(math.pi * k / run.steps)) + 1e-3
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, slope)
    held = torch.arange(min(HELD_OUT, len(pairs) // 10))
    print(f"{len(pairs)} pairs, {len(held)} held out; ear {parameters(net.ear)}, flow {parameters(net.flow)}")
    begun, order, log = time.time(), torch.empty(0, dtype=torch.long), open(out / "log.jsonl", "w")
    running = None
    for k in range(run.steps):
        if len(order) < run.batch:
            order = len(held) + torch.randperm(len(pairs) - len(held), generator=random)
        places, order = order[: run.batch], order[run.batch :]
        total, parts = step_loss(net, loss, *batch(pairs, places, random), run, random)
        optimizer.zero_grad(set_to_none=True)
        total.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        with torch.no_grad():
            blend = min(run.average, (1 + k) / (10 + k))
            for a, b in zip(mean.parameters(), net.parameters()):
                a.lerp_(b, 1 - blend)
            for a, b in zip(mean.buffers(), net.buffers()):
                a.copy_(b)
        running = total.item() if running is None else 0.98 * running + 0.02 * total.item()
        last = k + 1 == run.steps
        if (k + 1) % 250 == 0 or last:
            whole, choices, switches, numbers = held_out_loss(mean, loss, pairs, held, run)
            mean.eval()
            line = {
                "step": k + 1, "seconds": round(time.time() - begun, 1), "train": round(running, 4),
                "held_out": round(whole, 4), "choices": round(choices, 4),
                "switches": round(switches, 4), "numbers": round(numbers, 4),
            }
            print(json.dumps(line), flush=True)
            log.write(json.dumps(line) + "\n")
            log.flush()
    return mean, line


def main():
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("pairs", type=Path)
    parse.add_argument("--config", choices=CONFIGS, default="small")
    parse.add_argument("--steps", type=int)
    parse.add_argument("--seed", type=int, default=0)
    parse.add_argument("--threads", type=int, default=2)
    parse.add_argument("-o", "--out", type=Path, required=True)
    args = parse.parse_args()
    torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    run = CONFIGS[args.config]
    run.seed, run.steps = args.seed, args.steps or run.steps
    schema = Schema.read()
    pairs = Pairs(args.pairs, schema)
    net, metrics = train(pairs, schema, run, args.out)
    torch.save(
        {
            "weights": net.state_dict(), "run": asdict(run), "config": args.config,
            "schema": schema.hash, "pairs": {k: pairs.manifest[k] for k in ("n", "seed")},
            "metrics": metrics,
        },
        args.out / "model.pt",
    )


if __name__ == "__main__":
    main()
